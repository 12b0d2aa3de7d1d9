"""The data set of a recipe: hand-written rows, and program-made ones, exactly balanced."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from autograder.balance import apportion, balance, draw
from autograder.config import Config, DatasetConfig
from autograder.dataset.augment import augment
from autograder.errors import ConfigError, DataError
from autograder.schema import SCORES, Example, Item, read_examples, read_items

Batch = tuple[str, Sequence[Item | Example]]
"""Where items or examples come from, for messages, and these."""


def generate(
    config: Config, data: Path, report: Callable[[str], None] = lambda _: None
) -> list[Example]:
    """Build the examples of `config.dataset.recipe` from the folder `data`.

    Every source has each score equally often; the surplus is dropped by a seeded choice and
    `report` is called with a line about it. Items come in a seeded order, the examples of one
    item side by side. Some are varied (`augment`). The same seed and data give the same bytes.

    Raises:
        DataError: a row is faulty, or an id is used twice.
        ConfigError: a family is unknown, has no weight or cannot make that many.
    """
    recipe, seed = config.dataset.recipe, config.seed
    batches: list[Batch] = []
    if recipe != "user":
        starter = data / "starter.jsonl"
        batches.append((str(starter), read_examples(starter)))
    if recipe != "starter":
        batches += _user(data / "user", needed=recipe == "user")
    if recipe in ("bank", "full"):
        count = config.dataset.num_bank if recipe == "full" else None
        batches += _bank(data / "bank", count, seed)
    if recipe == "full":
        batches += _constructed(config.dataset, seed, data)
    examples = _join(batches, config, data / "families")
    kept, dropped = balance(examples, seed)
    for source, count in dropped.items():
        report(f"dropped {count} of {source} so that every score is there equally often")
    return sorted(kept, key=lambda example: draw(seed, "order", example.item))


def _user(folder: Path, *, needed: bool) -> list[Batch]:
    """The user's own examples, if there are any; what an import rejected may lie beside them."""
    files = [file for file in sorted(folder.glob("*.jsonl")) if ".rejected" not in file.suffixes]
    if needed and not files:
        raise DataError(
            "holds no .jsonl files; put there what `autograder data import` wrote",
            path=str(folder),
        )
    return [(str(file), read_examples(file)) for file in files]


def _bank(folder: Path, count: int | None, seed: int) -> list[Batch]:
    """All items, or a seeded choice with `count` examples that a new item hardly changes."""
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise DataError("holds no .jsonl files of items", path=str(folder))
    bank = {str(file): read_items(file) for file in files}
    drawn = {item.id for items in bank.values() for item in items}
    if count is not None:
        in_order = sorted(drawn, key=lambda identity: draw(seed, "bank", identity))
        drawn = set(in_order[: count // len(SCORES)])
    return [(file, [item for item in items if item.id in drawn]) for file, items in bank.items()]


def _constructed(config: DatasetConfig, seed: int, data: Path) -> list[Batch]:
    from autograder.dataset.families import FAMILIES, Maker, coverage

    topics, words = data / "topics.jsonl", data / "families"
    covering = {
        name: partial(coverage.items, topics=topics, family=name)
        for name in (coverage.EASY_FAMILY, coverage.FAMILY)
    }
    makers: dict[str, Maker] = {**covering, **FAMILIES}
    known = ", ".join(sorted(makers))
    faults = [
        f"dataset.families.{name}: unknown family; known: {known}"
        for name in config.families
        if name not in makers
    ]
    if config.num_constructed and not any(config.families.values()):
        faults.append("dataset.families: no weight is above 0; raise one, or ask for no rows")
    if faults:
        raise ConfigError("params.yaml", faults)
    if not config.num_constructed:
        return []
    made: list[Batch] = []
    for name, count in apportion(config.families, config.num_constructed // len(SCORES)).items():
        try:
            made += [(f"family {name}", makers[name](count, seed, words))] if count else []
        except ValueError as error:
            if isinstance(error, DataError):
                raise
            message = f"dataset.num_constructed: {config.num_constructed} is too many: {error}"
            raise ConfigError("params.yaml", [message]) from error
    return made


def _join(batches: Iterable[Batch], config: Config, words: Path) -> list[Example]:
    """All examples; an id may stand once, whether or not its item is varied."""
    origins: dict[str, str] = {}
    examples: list[Example] = []
    for origin, batch in batches:
        for record in batch:
            rows = record.examples() if isinstance(record, Item) else [record]
            for example in rows:
                if example.id in origins:
                    other = origins[example.id]
                    message = f"{example.id!r} is used here and in {other}; rename one of the two"
                    raise DataError(message, path=origin, field="id")
                origins[example.id] = origin
            if isinstance(record, Item):
                rows = augment(record, config.dataset.augment, config.seed, words).examples()
            examples += rows
    return examples
