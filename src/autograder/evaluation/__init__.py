"""What a judge is worth on held-out examples, beside baselines, with intervals.

Public: `evaluate.evaluate`, `measure.measure`, `bootstrap.bootstrap_interval`, `results.Metrics`.
"""
