"""The data set of a recipe: hand-written rows, and program-made ones, balanced by score."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
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

    Over the whole set every score is there equally often (`balance`); `report` is called with a
    line about what was dropped for it. Items come in a seeded order, the examples of one item
    side by side. Some are varied (`augment`). The same seed and data give the same bytes.

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
        of_all = recipe == "full"
        natural = config.dataset.num_natural if of_all else None
        batches += _hand_written(data / "natural", natural, seed, by_file=True)
        batches += _hand_written(data / "bank", config.dataset.num_bank if of_all else None, seed)
    if recipe == "full":
        batches += _constructed(config.dataset, seed, data)
    examples = _join(batches, config, data / "families")
    if config.dataset.balance:
        examples, dropped = balance(examples, seed)
        if dropped:
            each = ", ".join(f"{source} {count}" for source, count in dropped.items())
            report(
                f"dropped {sum(dropped.values())} examples so that every score is there equally "
                f"often (dataset.balance=false keeps them): {each}"
            )
    return sorted(examples, key=lambda example: draw(seed, "order", example.item))


def _user(folder: Path, *, needed: bool) -> list[Batch]:
    """The user's own examples, if there are any; what an import rejected may lie beside them."""
    files = [file for file in sorted(folder.glob("*.jsonl")) if ".rejected" not in file.suffixes]
    if needed and not files:
        raise DataError(
            "holds no .jsonl files; put there what `autograder data import` wrote",
            path=str(folder),
        )
    return [(str(file), read_examples(file)) for file in files]


def _hand_written(
    folder: Path, count: int | None, seed: int, *, by_file: bool = False
) -> list[Batch]:
    """All items, or whole items in a seeded order until there are `count` examples.

    A new item hardly changes the choice. If `by_file`, the source of a file's items is
    `folder/stem`, so that its kind can be measured.
    """
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise DataError("holds no .jsonl files of items", path=str(folder))
    read = {file: read_items(file) for file in files}
    if count is not None:
        sizes = {item.id: len(item.responses) for items in read.values() for item in items}
        drawn = set()
        for identity in sorted(sizes, key=lambda identity: draw(seed, folder.name, identity)):
            if count <= 0:
                break
            drawn.add(identity)
            count -= sizes[identity]
        read = {file: [item for item in items if item.id in drawn] for file, items in read.items()}
    source = {file: f"{folder.name}/{file.stem}" if by_file else folder.name for file in files}
    return [
        (str(file), [replace(item, source=source[file]) for item in items])
        for file, items in read.items()
    ]


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
