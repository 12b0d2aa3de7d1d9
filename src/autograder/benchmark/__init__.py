"""A judge measured on labelled rows of any source."""
