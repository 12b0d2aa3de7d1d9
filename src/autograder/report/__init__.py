"""Pages of results and of the data set, drawn from what the stages wrote."""
