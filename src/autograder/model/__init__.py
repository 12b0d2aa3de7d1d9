"""The base model, its adapter, and everything between text and scores."""
