"""From hand-written and program-made items to audited, disjoint splits."""
