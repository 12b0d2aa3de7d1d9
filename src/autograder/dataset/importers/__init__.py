"""Bring graded data of other layouts into the schema of examples, a row at a time."""
