"""What a data set is checked for: contradictions, shortcuts and leaks; and how it is split."""
