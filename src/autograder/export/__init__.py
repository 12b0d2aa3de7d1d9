"""A trained judge out in the world: exported, merged with others, pushed to a hub.

Public: `writing.export`, `merge.merge`, `hub.push`.
"""
