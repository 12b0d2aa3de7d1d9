"""Measures of scores: functions, and thin torchmetrics classes over them.

Public: `functional`, `classes.judge_metrics`, `classes.LOWER_IS_BETTER`.
"""
