"""Base models: the catalogue, how one is fetched and checked, and how large it is.

Public: `catalog.CATALOG`, `catalog.resolve`, `fetch.pull`, `fetch.base_info`,
`sizes.num_parameters`, `sizes.memory_bytes`.
"""
