"""A judge measured on labelled rows of any source.

Public: `records.read_benchmark`, `predictions.grade`, `scoreboard.benchmark`.
"""
