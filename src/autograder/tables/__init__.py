"""Rows of CSV, JSON, Parquet and hub data sets, one by one, and their import as examples.

Public: `formats.ImportOptions`, `importing.import_data`.
"""
