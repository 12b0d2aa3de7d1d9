"""Training a judge with Lightning: the module, its data, its callbacks, and one run of it."""
