"""Measures of scores: functions, and thin torchmetrics classes over them."""
