"""Measures of the judge: of its scores (`functional`, `classes`), of their uncertainty
(`weighted`, `bootstrap`) and of its written reasoning (`text`).

Import the module you need; only `functional` and `classes` import torch.
"""
