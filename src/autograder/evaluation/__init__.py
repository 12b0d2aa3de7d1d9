"""Judging the judge: held-out measures, baselines, generated reasoning, and the report page."""
