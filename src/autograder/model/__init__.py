"""The shared core: text to token ids, batches, the 4-bit base with its adapter, and the loss."""
