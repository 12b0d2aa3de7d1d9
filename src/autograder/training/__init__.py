"""Training a judge with Lightning: the module, its data, its callbacks, and one run of it.

Public: `module.JudgeModule`, `module.load_backbone`, `data.JudgeDataModule`, `encoded_rows.Rows`,
`run.train`.
"""
