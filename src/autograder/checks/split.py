"""Training, validation, test and held-out examples that have no item in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from autograder.balance import draw
from autograder.config import SplitConfig
from autograder.errors import AuditError, DataError
from autograder.schema import Example
from autograder.text import normalise

SPLITS = ("train", "validation", "test")
HOLDOUT = "holdout"


def split(examples: Sequence[Example], config: SplitConfig, seed: int) -> dict[str, list[Example]]:
    """Deal the examples to `train`, `validation`, `test` and `holdout`, whole items at a time.

    All items of a category or source that `config.holdout` names go to `holdout`, so that it
    shows how the judge fares on kinds of task that it never saw; without such an item there is
    no `holdout`. The rest is dealt to the others.

    The shares hold for the number of examples, to half an item, in all and, as nearly as
    whole items allow, in every stratum of category and level (that of an item's first
    example): what one stratum gives too much or too little the next one makes up for. Within
    a stratum items are drawn by a hash of seed and item, so that a new item moves few others.

    Raises:
        DataError: there are too few items.
        AuditError: two splits share an item, or the same prompt and response.
    """
    kinds = set(config.holdout)
    unseen = {row.item for row in examples if kinds & {row.category, row.source}}
    held_out = [row for row in examples if row.item in unseen]
    examples = [row for row in examples if row.item not in unseen]
    shares = {"test": config.test, "validation": config.validation}
    side = _deal(_strata(examples, seed), shares)
    needed = [name for name in SPLITS if name == "train" or shares[name]]
    if len(side) < len(needed):
        raise DataError(
            f"{len(side)} items are too few for {' + '.join(needed)} with one item each; add items"
        )
    for name in needed:
        if name not in side.values():
            [(most, _)] = Counter(side.values()).most_common(1)
            spare = [item for item, where in side.items() if where == most]
            side[min(spare, key=lambda item: draw(seed, "split", item))] = name
    splits = {name: [row for row in examples if side[row.item] == name] for name in SPLITS}
    if held_out:
        splits[HOLDOUT] = held_out
    prove_disjoint(splits)
    return splits


def _strata(examples: Sequence[Example], seed: int) -> list[list[tuple[str, int]]]:
    """Lists of items with their sizes; strata of one level side by side."""
    sizes = Counter(row.item for row in examples)
    strata: dict[tuple[int, str, str], list[tuple[str, int]]] = {}
    for row in {row.item: row for row in reversed(examples)}.values():
        key = (row.level, draw(seed, "category", row.category), row.category)
        strata.setdefault(key, []).append((row.item, sizes[row.item]))
    return [
        sorted(strata[key], key=lambda entry: draw(seed, "split", entry[0]))
        for key in sorted(strata)
    ]


def _deal(strata: list[list[tuple[str, int]]], shares: Mapping[str, float]) -> dict[str, str]:
    side = {}
    owed = dict.fromkeys(shares, 0.0)
    for stratum in strata:
        left = stratum
        for name, share in shares.items():
            owed[name] += share * sum(size for _, size in stratum)
            stay = []
            for item, size in left:
                if size / 2 <= owed[name]:
                    side[item] = name
                    owed[name] -= size
                else:
                    stay.append((item, size))
            left = stay
        side.update((item, "train") for item, _ in left)
    return side


def prove_disjoint(splits: Mapping[str, Sequence[Example]]) -> None:
    """Check that no two splits share an item, or the same prompt and response.

    Raises:
        AuditError: names two rows and how to mend them.
    """
    items: dict[str, tuple[str, Example]] = {}
    answers: dict[tuple[str, str], tuple[str, Example]] = {}
    for name, examples in splits.items():
        for row in examples:
            where, other = items.setdefault(row.item, (name, row))
            if where != name:
                raise AuditError(
                    f"item {row.item!r} stands in {where} ({other.id}) and in {name} ({row.id})"
                )
            answer = (normalise(row.prompt), normalise(row.response))
            where, other = answers.setdefault(answer, (name, row))
            if where != name:
                raise AuditError(
                    f"{other.id} in {where} and {row.id} in {name} have the same prompt and "
                    f"response; give both one `item`, e.g. {other.item!r}"
                )
