"""Rows of CSV, JSON, Parquet and hub sets, read one by one; and their import as examples."""
