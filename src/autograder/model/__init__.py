"""The shared core: text to token ids, batches, the 4-bit base with its adapter, and the loss.

Public: `encode.Encoder`, `batch.collate`, `backbone.Backbone`, `base_model.load_base`,
`adapter.add_adapter`, `loss.judge_loss`, `scores.expected_score`.
"""
