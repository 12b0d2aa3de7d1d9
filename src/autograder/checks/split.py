"""Training, validation, test and held-out examples that have no item in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from autograder.balance import place
from autograder.config import SplitConfig
from autograder.errors import AuditError, DataError
from autograder.schema import Example
from autograder.text import normalise

SPLITS = ("train", "validation", "test")
HOLDOUT = "holdout"


def split(examples: Sequence[Example], config: SplitConfig) -> dict[str, list[Example]]:
    """Deal the examples to `train`, `validation`, `test` and `holdout`, whole items at a time.

    All items of a category or source that `config.holdout` names go to `holdout`, so that it
    shows how the judge fares on kinds of task that it never saw; without such an item there is
    no `holdout`. The side of any other item follows from a hash of its name alone, so that a
    test item is a test item in every recipe, size and seed, and a new item moves no other.
    The shares hold as nearly as chance has it. A side that would stay empty, as happens in
    small sets, gets an item of the largest.

    Raises:
        DataError: there are too few items.
        AuditError: two splits share an item, or the same prompt and response.
    """
    kinds = set(config.holdout)
    unseen = {row.item for row in examples if kinds & {row.category, row.source}}
    held_out = [row for row in examples if row.item in unseen]
    examples = [row for row in examples if row.item not in unseen]
    side = {row.item: _side(row.item, config) for row in examples}
    needed = [name for name in SPLITS if name == "train" or getattr(config, name)]
    if len(side) < len(needed):
        few = f"{len(side)} items are too few for {' + '.join(needed)} with one item each"
        if not unseen:
            raise DataError(f"{few}; add items")
        found = sorted(kinds & {kind for row in held_out for kind in (row.category, row.source)})
        raise DataError(
            f"{few}; split.holdout took {len(unseen)} more ({', '.join(found)}); add items, or "
            "hold none out: -S 'split.holdout=[]'"
        )
    for name in needed:
        if name not in side.values():
            [(most, _)] = Counter(side.values()).most_common(1)
            side[min((item for item, where in side.items() if where == most), key=_place)] = name
    splits = {name: [row for row in examples if side[row.item] == name] for name in SPLITS}
    if held_out:
        splits[HOLDOUT] = held_out
    prove_disjoint(splits)
    return splits


def _place(item: str) -> float:
    return place("split", item)


def _side(item: str, config: SplitConfig) -> str:
    place = _place(item)
    if place < config.test:
        return "test"
    return "validation" if place < config.test + config.validation else "train"


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
