"""What a data set is checked for: contradictions, shortcuts and leaks; and how it is split.

Public: `audit.audit`, `split.split`, `leaks.prove_distinct`.
"""
