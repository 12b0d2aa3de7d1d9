"""Base models: the catalogue, how one is fetched and checked, and how large it is."""
