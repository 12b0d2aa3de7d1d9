"""What a judge is worth on held-out examples, beside baselines, with intervals."""
