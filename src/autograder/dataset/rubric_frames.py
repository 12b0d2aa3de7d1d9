"""The same rubric in another frame: anchors turned round, bullets shuffled, a neutral remark."""

from __future__ import annotations

import random
from dataclasses import replace

from autograder.dataset.augment_phrases import Tables
from autograder.rubric_layout import shuffle_bullets, turn_anchors
from autograder.schema import Item


def is_english(item: Item) -> bool:
    """Whether the remarks, which are in English, suit the item."""
    return item.language == "en"


def reframe(rng: random.Random, item: Item, tables: Tables) -> Item:
    """The item with its rubric in another frame; what it demands stays."""
    rubric = shuffle_bullets(rng, turn_anchors(item.rubric))
    if rng.random() < 0.3:
        rubric = rng.choice(tables.say.rubric_frames).format(rubric=rubric)
    if rubric == item.rubric or rng.random() < 0.5:
        remark, joint = rng.choice(tables.say.rubric_remarks), "\n" if "\n" in rubric else " "
        parts = [rubric, remark] if rng.random() < 0.7 else [remark, rubric]
        rubric = joint.join(parts)
    return replace(item, rubric=rubric)
