"""A judge measured on labelled answers of any source: with scores, or in pairs.

Public: `records.read_benchmark`, `predictions.grade`, `board.measure_file`.
"""
