"""The data set of a run: hand-written and program-made examples, varied and balanced."""
