"""The data set of a run: hand-written and program-made examples, varied and balanced.

Public: `generate.generate`, `families.FAMILIES`, `words.read_words`.
"""
