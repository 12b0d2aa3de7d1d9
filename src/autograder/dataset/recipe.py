"""What a recipe takes: the families that make its items, and the sources of its examples."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from autograder.balance import apportion
from autograder.config import DatasetConfig
from autograder.dataset.families import FAMILIES, Maker, coverage
from autograder.schema import SCORES, read_examples


def makers(data: Path) -> dict[str, Maker]:
    """The program of each family, by name, for the words in the folder `data`."""
    covering = {
        name: partial(coverage.items, topics=data / "topics.jsonl", family=name)
        for name in (coverage.EASY_FAMILY, coverage.FAMILY)
    }
    return {**covering, **FAMILIES}


def recipe_of_ours(config: DatasetConfig) -> str:
    """The recipe that our own examples follow: beside a user's own, they are replayed of `full`."""
    return "full" if config.recipe == "user" and config.replay else config.recipe


def family_faults(config: DatasetConfig) -> list[str]:
    """What is wrong with `dataset.families`, a line each."""
    known = makers(Path())
    faults = [
        f"dataset.families.{name}: unknown family; known: {', '.join(sorted(known))}"
        for name in config.families
        if name not in known
    ]
    needs_one = recipe_of_ours(config) == "full" and config.num_constructed
    if needs_one and not any(config.families.values()):
        faults.append("dataset.families: no weight is above 0; raise one, or ask for no rows")
    return faults


def user_files(folder: Path) -> list[Path]:
    """The files of a user's own examples; what an import rejected may lie beside them."""
    return [file for file in sorted(folder.glob("*.jsonl")) if ".rejected" not in file.suffixes]


def sources(config: DatasetConfig, data: Path) -> set[str]:
    """Every source that an example of the recipe may have.

    Args:
        config: without faults of families.
        data: the folder of the data; rows of whole examples name their source themselves.

    Raises:
        DataError: a row of the starter set or of the user's own is faulty.
    """
    ours = recipe_of_ours(config)
    files = [] if ours == "user" else [data / "starter.jsonl"]
    files += [] if config.recipe == "starter" else user_files(data / "user")
    found = {row.source for file in files for row in read_examples(file)}
    if ours == "bank" or (ours == "full" and config.num_natural != 0):
        found |= {f"natural/{file.stem}" for file in (data / "natural").glob("*.jsonl")}
    if ours == "bank" or (ours == "full" and config.num_bank != 0):
        found.add("bank")
    if ours == "full" and config.num_constructed:
        shares = apportion(config.families, config.num_constructed // len(SCORES))
        found |= {family for family, count in shares.items() if count}
    return found
