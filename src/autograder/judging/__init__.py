"""A judge in use: loading and publishing one, passes through the model, verdicts, reasonings."""
