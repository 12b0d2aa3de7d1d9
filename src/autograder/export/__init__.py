"""A trained judge out in the world: exported, merged with others, pushed to a hub, released.

Public: `writing.export`, `merge.merge`, `hub.push`, `release.release`.
"""
