"""The data set of a recipe: hand-written, program-made and the user's rows, balanced by score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from autograder.balance import apportion, balance, draw, score_counts
from autograder.config import Config, DatasetConfig
from autograder.dataset.augment import augment
from autograder.dataset.recipe import family_faults, makers, recipe_of_ours, user_files
from autograder.errors import ConfigError, DataError
from autograder.schema import SCORES, Example, Item, read_examples, read_items

Batch = tuple[str, Sequence[Item | Example]]
"""Where items or examples come from, for messages, and these."""


_TABLES = {".csv", ".tsv", ".json", ".jsonl", ".parquet", ".xlsx"}
"""Endings of files that a user may take for examples."""


def generate(
    config: Config, data: Path, report: Callable[[str], None] = lambda _: None
) -> list[Example]:
    """Build the examples of `config.dataset.recipe` from the folder `data`.

    With `config.dataset.balance`, no score is more than so many times as frequent as the rarest
    (`balance`): in the examples of `data/user/` and, apart from these, in all others. So neither
    thins the other, and `report` is called with lines about what each lost. The recipe `user` may
    hold whole items of `full` too (`config.dataset.replay`), drawn after balancing. Items come in a
    seeded order, the examples of one item side by side. Some are varied (`augment`). The same seed
    and data give the same bytes.

    Raises:
        DataError: a row is faulty, or an id is used twice.
        ConfigError: a family is unknown, has no weight or cannot make that many.
    """
    recipe, seed = config.dataset.recipe, config.seed
    replay = config.dataset.replay if recipe == "user" else 0
    ours = recipe_of_ours(config.dataset)
    batches: list[Batch] = []
    user: list[Batch] = []
    if ours != "user":
        starter = data / "starter.jsonl"
        batches.append((str(starter), read_examples(starter)))
    if recipe != "starter":
        user = _user(data / "user", report, needed=recipe == "user")
        batches += user
    if ours in ("bank", "full"):
        of_all = ours == "full"
        natural = config.dataset.num_natural if of_all else None
        batches += _hand_written(data / "natural", natural, seed, by_file=True)
        batches += _hand_written(data / "bank", config.dataset.num_bank if of_all else None, seed)
    if ours == "full":
        batches += _constructed(config.dataset, seed, data)
    examples = _join(batches, config, data / "families")
    # A user's set may hold other scores than ours, whatever its rows name as their source.
    theirs = {example.id for _, rows in user for example in rows}
    parts = {
        f"the recipe {ours}": [row for row in examples if row.id not in theirs],
        "data/user/": [row for row in examples if row.id in theirs],
    }
    if ratio := config.dataset.balance:
        parts = {part: _balanced(part, rows, seed, ratio, report) for part, rows in parts.items()}
    own, yours = parts.values()
    if replay:
        drawn = _drawn(Counter(row.item for row in own), replay, seed, "replay")
        report(f"beside {len(yours):,} examples of data/user/: {sum(drawn.values()):,} of ours")
        own = [row for row in own if row.item in drawn]
    return sorted([*own, *yours], key=lambda example: draw(seed, "order", example.item))


def _balanced(
    part: str,
    examples: Sequence[Example],
    seed: int,
    ratio: float,
    report: Callable[[str], None],
) -> list[Example]:
    """What `balance` leaves of a part of the set, and lines about what it drops."""
    kept, dropped = balance(examples, seed, ratio)
    num_dropped = len(examples) - len(kept)
    if num_dropped:
        each = ", ".join(f"{source} {count}" for source, count in dropped.items())
        report(
            f"dropped {num_dropped:,} of {len(examples):,} examples of {part} so that no score "
            f"is more than {ratio:g} times as frequent as the rarest (dataset.balance=null keeps "
            f"them): {each}"
        )
    if num_dropped > len(examples) / 2:
        counts = {score: count for score, count in score_counts(examples).items() if count}
        rarest = min(counts, key=lambda score: counts[score])
        report(
            f"WARNING: balancing took more than half of the examples of {part}, as score {rarest} "
            f"has only {counts[rarest]:,}; add more of that score, or keep all examples with "
            "dataset.balance=null"
        )
    return kept


def _user(folder: Path, report: Callable[[str], None], *, needed: bool) -> list[Batch]:
    """The user's own examples, if there are any; what an import rejected may lie beside them."""
    files = user_files(folder)
    for other in sorted(folder.glob("*.*")):
        if (
            other.suffix.lower() in _TABLES
            and ".rejected" not in other.suffixes
            and other not in files
        ):
            report(f"WARNING: {other} is not read; `autograder data import` makes .jsonl of it")
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

    A new item hardly changes the choice. Where none are asked for, there need be no file. If
    `by_file`, the source of a file's items is `folder/stem`, so that its kind can be measured.
    """
    if count == 0:
        return []
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise DataError("holds no .jsonl files of items", path=str(folder))
    read = {file: read_items(file) for file in files}
    if count is not None:
        sizes = {item.id: len(item.responses) for items in read.values() for item in items}
        drawn = _drawn(sizes, count, seed, folder.name)
        read = {file: [item for item in items if item.id in drawn] for file, items in read.items()}
    source = {file: f"{folder.name}/{file.stem}" if by_file else folder.name for file in files}
    return [
        (str(file), [replace(item, source=source[file]) for item in items])
        for file, items in read.items()
    ]


def _drawn(sizes: Mapping[str, int], count: int, seed: int, name: str) -> dict[str, int]:
    """Whole items in a seeded order until they have `count` examples, or all; with their sizes."""
    drawn: dict[str, int] = {}
    for item in sorted(sizes, key=lambda item: draw(seed, name, item)):
        if count <= 0:
            break
        drawn[item] = sizes[item]
        count -= sizes[item]
    return drawn


def _constructed(config: DatasetConfig, seed: int, data: Path) -> list[Batch]:
    if faults := family_faults(config):
        raise ConfigError("params.yaml", faults)
    if not config.num_constructed:
        return []
    make, words = makers(data), data / "families"
    made: list[Batch] = []
    for name, count in apportion(config.families, config.num_constructed // len(SCORES)).items():
        try:
            made += [(f"family {name}", make[name](count, seed, words))] if count else []
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
