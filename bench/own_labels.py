"""Is it worth training a judge further on your own labels? One table a split, and their mean.

    python bench/own_labels.py FILE --judge judge-1.5b
    python bench/own_labels.py FILE --map score=stars --set rubric='Right and short' --scale 0:10

Each split holds out a third of the items (all answers to a prompt together) and takes the rest as
labels to train on, with some of this project's own training examples. On the held-out answers it
measures the judge as it is, the same trained further, and one trained from zero on the same rows.
The pipeline's own stages do the training, in a copy of the project. What is trained and graded is
kept in `.scratch/own_labels`, so that the same command goes on after an interruption.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import click
import torch
from torch import Tensor

from autograder import config as configuration
from autograder.balance import draw, place
from autograder.benchmark.panel_table import cell
from autograder.benchmark.predictions import grade
from autograder.benchmark.records import Graded, read_benchmark
from autograder.checks.leaks import LEAST, answers, nearest, prove_distinct
from autograder.checks.split import prove_disjoint
from autograder.cli.columns import columns_and_texts, one_scale
from autograder.cli.counting import rows_bar
from autograder.config import Config, SplitConfig, describe
from autograder.errors import AutograderError, DataError
from autograder.evaluation.bootstrap import Statistic, bootstrap_intervals
from autograder.files import atomic_folder, atomic_write, finite, json_text
from autograder.judging.folder import judge_fingerprint, read_judge
from autograder.judging.judge import Judge
from autograder.judging.naming import find_judge
from autograder.metrics.correlation import pearson
from autograder.metrics.functional import MEASURES
from autograder.model.scores import expected_score
from autograder.schema import Example, read_examples, write_examples
from autograder.stages.inputs import stage_dependencies
from autograder.tables.formats import ImportOptions
from autograder.tables.importing import converter_of, import_data
from autograder.tables.layouts import ANCHORS, FIELDS
from autograder.tables.numbers import number
from autograder.tables.parts import open_tables
from autograder.terminal import printable

ROOT = Path(__file__).resolve().parents[1]
NUM_PARTS = 3
"""One of them is held out."""
VALIDATED = 0.1
"""Share of the items to train on that set the temperature instead; one item at least."""
START = "released"
"""What the judge is called in the copy of the project."""
DATA_STAGES = ("generate", "audit", "split")
TRAINING_STAGES = ("check", "train", "calibrate", "publish")
BEFORE, AFTER, ZERO = "before", "after", "from zero"


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A judge before and after your own labels.")
    parser.add_argument("file", help="labels, as `autograder data import` reads them")
    parser.add_argument("--judge", default="judge-1.5b", help="by name, folder or hub id")
    parser.add_argument("--splits", type=int, default=3, help="how many thirds to hold out")
    repeated: dict[str, Any] = {"action": "append", "default": []}
    parser.add_argument("--map", **repeated, metavar="FIELD=COLUMN", help="repeatable")
    parser.add_argument("--set", **repeated, metavar="FIELD=TEXT", help="repeatable")
    parser.add_argument("--scale", metavar="LOW:HIGH|WORST,...,BEST")
    parser.add_argument("--item", metavar="COLUMN", help="rows with the same value stay together")
    parser.add_argument(
        "--limit", type=int, help="items of the file: a seeded choice, with all their answers"
    )
    parser.add_argument("--replay", type=int, default=100, help="examples of ours among yours")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--lr", type=float, default=5e-5, help="rate of the further training")
    parser.add_argument("--zero-lr", type=float, default=2e-4, help="rate of that from zero")
    parser.add_argument("--bootstrap", type=int, default=1000, help="resamples of the intervals")
    parser.add_argument(
        "--work", type=Path, default=Path(".scratch/own_labels"), help="where results are kept"
    )
    args = parser.parse_args(argv)
    for name, least in {"splits": 1, "limit": NUM_PARTS, "replay": 0, "bootstrap": 10}.items():
        value = getattr(args, name)
        if value is not None and value < least:
            parser.error(f"--{name}: must be {least} or more")
    try:
        columns, texts = columns_and_texts(args.map, args.set, (*FIELDS, *ANCHORS))
        args.options = ImportOptions(
            mapped=columns, constants=texts, scale=one_scale(args.scale), item=args.item
        )
    except click.UsageError as error:
        parser.error(error.message)
    if {"id", "item"} & texts.keys():
        parser.error("--set id or item would make one of all rows; leave it out")
    return args


# --- the labels


@dataclass(frozen=True)
class Label:
    """A row of the file.

    Attributes:
        example: as it was imported, its score a whole number; rows with an item or a prompt in
            common have the same item.
        rating: the label from 1 to 5 before it was rounded.
        line: of the file that the import wrote.
    """

    example: Example
    rating: float
    line: int


def read_labels(source: str, options: ImportOptions) -> list[Label]:
    """The usable rows of a file, as `autograder data import` reads them.

    Raises:
        DataError: it cannot be read, lacks a column, holds pairs, or no row of it is usable.
    """
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "own.jsonl"
        report = import_data(source, out, options)
        examples, rows = read_examples(out), read_benchmark(out).rows
    if report.num_rejected:
        first = printable(report.first_reject, keep="")
        print(f"rows left out: {report.num_rejected}; the first: {first}", file=sys.stderr)
    known = ratings(source, options)
    return [
        Label(replace(example, item=row.example.item), known[example.id], row.line)
        for example, row in zip(examples, rows, strict=True)
    ]


def ratings(source: str, options: ImportOptions) -> dict[str, float]:
    """The label of each example before it is rounded, by id."""
    found: dict[str, float] = {}
    for table in open_tables(source, options).tables:
        _, converter = converter_of(table, options)
        for row in table.rows:
            try:
                [example] = converter.examples(row)
            except DataError:  # the import has said so
                continue
            value = converter.binding.read(row, table.name)["score"]
            rating = options.scale.rating(value) if options.scale else number(value)
            found.setdefault(example.id, float(rating))
    return found


def joined(labels: Sequence[Label]) -> list[Label]:
    """The rows, where items that nearly repeat each other are one: the stage `split` parts none."""
    item = {label.example.id: label.example.item for label in labels}
    examples = [label.example for label in labels]
    while True:
        before, names = len({*item.values()}), sorted({*item.values()})
        # Of any two items, one is on this side and one on the other for some bit of their numbers.
        for bit in range(len(names).bit_length()):
            this = {name for at, name in enumerate(names) if at >> bit & 1}
            sides = [[e for e in examples if (item[e.id] in this) == yes] for yes in (True, False)]
            for found in nearest(*map(answers, sides)):
                first, last = sorted((item[found.row], item[found.other]))
                if found.share >= LEAST and first != last:
                    item = {row: first if name == last else name for row, name in item.items()}
        if len({*item.values()}) == before:
            break
    return [
        replace(label, example=replace(label.example, item=item[label.example.id]))
        for label in labels
    ]


def drawn(labels: Sequence[Label], num: int | None, seed: int) -> list[Label]:
    """The rows of so many items by the seed; None: all. More of them include the fewer."""
    kept = {*_shuffled(labels, seed, "limit")[:num]}
    return [label for label in labels if label.example.item in kept]


def deal(labels: Sequence[Label], number: int, seed: int) -> tuple[list[Label], list[Label]]:
    """The rows to train on and those held out in a split, whole items at a time.

    Three splits in a row hold out each item once; the next three deal the items out anew.

    Args:
        labels: of all items.
        number: of the split, counted from 0.
        seed: of the order of items.

    Raises:
        DataError: there are too few items.
        AuditError: a held-out row repeats, or nearly repeats, one to train on.
    """
    items = _shuffled(labels, seed, f"round {number // NUM_PARTS}")
    if len(items) < NUM_PARTS:
        raise DataError(f"{len(items)} items are too few: {NUM_PARTS} are needed; add prompts")
    out = {*items[number % NUM_PARTS :: NUM_PARTS]}
    trained = [label for label in labels if label.example.item not in out]
    held_out = [label for label in labels if label.example.item in out]
    both = {
        name: [label.example for label in part]
        for name, part in {"training": trained, "held out": held_out}.items()
    }
    prove_disjoint(both)
    prove_distinct(both)
    return trained, held_out


def _shuffled(labels: Iterable[Label], seed: int, purpose: str) -> list[str]:
    items = {label.example.item for label in labels}
    return sorted(items, key=lambda item: draw(seed, f"own labels, {purpose}", item))


def placed(labels: Sequence[Label], shares: SplitConfig, seed: int) -> list[Example]:
    """The rows to train on, under names of items that the stage `split` deals as is wanted.

    It goes by the name alone and would hold some of them out. Here a tenth of the items, one at
    least, goes to its validation, which sets the temperature; all others go to its training.
    Our own examples keep their names, so that none of another split is trained on.

    Raises:
        AuditError: a row of the validation nearly repeats one to train on.
    """
    items = _shuffled(labels, seed, "validation")
    low, high = shares.test, shares.test + shares.validation
    validated = {*items[: max(1, round(VALIDATED * len(items)))]}
    names = {i: _name(i, *((low, high) if i in validated else (high, 1.0))) for i in items}
    sides = {
        name: [label.example for label in labels if (label.example.item in validated) == yes]
        for name, yes in {"training": False, "validation": True}.items()
    }
    prove_distinct(sides)
    return [replace(label.example, item=names[label.example.item]) for label in labels]


def refuse_held_out(labels: Sequence[Label], shares: SplitConfig) -> None:
    """Check that the stage `split` lets all rows into the training.

    Raises:
        DataError: it would keep the category or source of some out.
    """
    kinds = {kind for label in labels for kind in (label.example.category, label.example.source)}
    if found := sorted(kinds & {*shares.holdout}):
        raise DataError(
            f"split.holdout in params.yaml keeps {', '.join(found)} out of training; give your "
            "rows another category: --set category=NAME"
        )


def _name(item: str, low: float, high: float) -> str:
    names = (f"{item}~{number}" for number in count())
    return next(name for name in names if low <= place("split", name) < high)


# --- training


def settings(args: argparse.Namespace, folder: Path) -> dict[str, Config]:
    """The parameters of both trainings: those in `params.yaml`, with the judge's base and adapter.

    Own answers of the base are read if the judge reads them, so that the labels alone make the
    difference.

    Raises:
        ModelError: the folder holds no judge.
        ConfigError: a value is not allowed.
    """
    judge = read_judge(folder)
    theirs = judge["params"]
    config = configuration.load(ROOT / "params.yaml").changed(
        dataset={"recipe": "user", "replay": args.replay},
        model=theirs["model"] | {"name": judge["base"]["name"]},
        quantization=theirs["quantization"],
        lora={"top": 1.0} | theirs["lora"],
        train={
            "share": 1.0,
            "skip": 0.0,
            "epochs": args.epochs,
            "solve": theirs["train"].get("solve", 0.0),
        },
    )
    return {
        AFTER: config.changed(train={"start": START, "lr": args.lr}),
        ZERO: config.changed(train={"start": None, "lr": args.zero_lr}),
    }


def sources() -> list[Path]:
    """The files that the trainings depend on, without `data/user/`, by the names in `dvc.yaml`."""
    stages = (*DATA_STAGES, *TRAINING_STAGES)
    names = {name for stage in stages for name in stage_dependencies(stage, ROOT)}
    roots = [ROOT / name for name in names if name.parts[0] in ("src", "data")]
    files = {path for root in roots for path in (root.rglob("*") if root.is_dir() else [root])}
    user = ROOT / "data/user"
    return sorted(
        path
        for path in files
        if path.is_file() and "__pycache__" not in path.parts and user not in path.parents
    )


def digest_of(
    labels: Sequence[Label], configs: Mapping[str, Config], judge: str, files: Iterable[Path]
) -> str:
    """What decides the trainings: other rows, settings, judge or code are other results."""
    facts = [
        [asdict(label) for label in labels],
        {name: describe(config) for name, config in configs.items()},
        judge,
        [[str(f.relative_to(ROOT)), hashlib.sha256(f.read_bytes()).hexdigest()] for f in files],
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def copy_project(project: Path, folder: Path, rows: Sequence[Example]) -> None:
    """Write a project with a judge to start from, and rows where an import puts them."""
    with atomic_folder(project) as new:
        for file in [*sources(), ROOT / "dvc.yaml"]:
            copy = new / file.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
        shutil.copytree(folder, new / "judges" / START)
        write_examples(new / "data/user/own.jsonl", rows)


def run_stage(project: Path, stage: str) -> None:
    command = [sys.executable, "-m", f"autograder.stages.{stage}"]
    done = subprocess.run(
        command, cwd=project, env=os.environ | {"PYTHONPATH": "src"}, stdout=2, check=False
    )
    if done.returncode:
        raise SystemExit(f"error: the stage {stage} failed in {project}")


def train(
    work: Path, rows: Sequence[Example], folder: Path, configs: Mapping[str, Config]
) -> dict[str, dict[str, Any]]:
    """Both trainings of a split, as far as they are not there; what is known of each.

    Args:
        work: of the split; a trained judge is in `work/NAME/judge`.
        rows: to train on, from `placed`.
        folder: of the judge to start from.
        configs: by the name of the training.
    """
    project = work / "project"
    for name, config in configs.items():
        if (work / name).exists():
            continue
        if not project.exists():
            copy_project(project, folder, rows)
        print(f"{work.name}, {name}", file=sys.stderr)
        atomic_write(project / "params.yaml", json_text(describe(config)))
        run_stage(project, "check")
        if not (project / "build/splits").exists():
            for stage in DATA_STAGES:
                run_stage(project, stage)
        clock = project / f"{name}.seconds"  # of a training that was interrupted, too
        seconds = float(clock.read_text()) if clock.exists() else 0.0
        begun = time.perf_counter()
        try:
            run_stage(project, "train")
        finally:
            seconds += time.perf_counter() - begun
            atomic_write(clock, str(seconds))
        run_stage(project, "calibrate")
        run_stage(project, "publish")
        about = {"minutes": seconds / 60, **_sizes(project / "build/splits", rows)}
        with atomic_folder(work / name) as new:
            shutil.copytree(project / "build/judge", new / "judge")
            (new / "about.json").write_text(json_text(about), encoding="utf-8")
    shutil.rmtree(project, ignore_errors=True)
    return {name: json.loads((work / name / "about.json").read_text("utf-8")) for name in configs}


def _sizes(splits: Path, rows: Sequence[Example]) -> dict[str, int]:
    """How many rows, yours and ours, were trained on, and how many set the temperature."""
    own, trained = {row.id for row in rows}, read_examples(splits / "train.jsonl")
    return {
        "num_own": sum(row.id in own for row in trained),
        "num_replayed": sum(row.id not in own for row in trained),
        "num_validated": len(read_examples(splits / "validation.jsonl")),
    }


# --- measuring


@dataclass(frozen=True)
class Part:
    """What the judges say of the rows that a split held out.

    Attributes:
        items: of the N rows.
        scores: int64 (N,), the labels as whole scores.
        ratings: float64 (N,), the labels before they were rounded.
        given: (N, 5) by judge, their distributions.
        minutes: of training, by judge.
        title: of its table.
    """

    items: list[str]
    scores: Tensor
    ratings: Tensor
    given: dict[str, Tensor]
    minutes: dict[str, float]
    title: str


def measure(
    work: Path, number: int, held_out: Sequence[Label], folder: Path, trained: dict[str, Any]
) -> Part:
    """Grade the held-out rows with all three judges, as far as they are not graded."""
    rows = [Graded(label.example, label.line) for label in held_out]
    given = {}
    for name in (BEFORE, AFTER, ZERO):
        judge = folder if name == BEFORE else work / name / "judge"
        print(f"{work.name}, {name}: held-out answers", file=sys.stderr)
        given[name] = graded(judge, rows, work / f"{name}.csv")
    about = trained[AFTER]
    items = [label.example.item for label in held_out]
    return Part(
        items,
        torch.tensor([label.example.score for label in held_out]),
        torch.tensor([label.rating for label in held_out], dtype=torch.float64),
        given,
        {name: facts["minutes"] for name, facts in trained.items()},
        f"Split {number + 1}: trained on {about['num_own']} of your answers and "
        f"{about['num_replayed']} of ours, the temperature set by {about['num_validated']}; "
        f"measured on {len(items)} answers to {len({*items})} prompts",
    )


def graded(folder: Path, rows: Sequence[Graded], predictions: Path) -> Tensor:
    """(N, 5), of a judge that is in no memory afterwards."""
    gc.collect()
    with rows_bar(len(rows), "answer") as progress:
        grades = grade(
            Judge.load(folder),
            rows,
            source="the held-out answers",
            fingerprint=judge_fingerprint(folder),
            predictions=predictions,
            progress=progress,
        )
    return torch.tensor([each.probabilities for each in grades], dtype=torch.float64)


Measure = Callable[[Tensor, Tensor, Tensor, Tensor | None], Tensor]
"""Of distributions, whole scores, ratings and weights; as in `metrics.functional`."""


def _of_ratings(given: Tensor, _: Tensor, wanted: Tensor, weights: Tensor | None) -> Tensor:
    return pearson(expected_score(given), wanted, weights)


COLUMNS: dict[str, Measure] = {
    "exact": lambda given, scores, _, weights: MEASURES["exact"](given, scores, weights),
    "MAE": lambda given, scores, _, weights: MEASURES["mae"](given, scores, weights),
    "Pearson": _of_ratings,
}


def _over(measure: Measure, sizes: Sequence[int], sign: float) -> Statistic:
    """The mean over splits of a measure of one judge, plus `sign` times that of another."""

    def of(*arrays: Tensor | None) -> Tensor:
        *columns, weights = arrays
        pieces = [column.split(sizes) for column in columns if column is not None]
        counts = [None] * len(sizes) if weights is None else weights.split(sizes, dim=1)
        found = []
        for (one, other, scores, ratings), own in zip(
            zip(*pieces, strict=True), counts, strict=True
        ):
            value = measure(one, scores, ratings, own)
            found.append(value + sign * measure(other, scores, ratings, own) if sign else value)
        return torch.stack(found).mean(0)

    return of


def figures(
    parts: Sequence[Part], one: str, other: str = "", *, resamples: int, seed: int
) -> dict[str, tuple[float | None, tuple[float, float] | None]]:
    """A judge's figures, or what it has more than another: the means over the splits.

    The 95 % intervals are by whole items. An item that several splits hold out is drawn in all of
    them together, and both judges of a difference are measured on the same draws.
    """
    columns = [
        torch.cat([part.given[one] for part in parts]),
        torch.cat([part.given[other or one] for part in parts]),
        torch.cat([part.scores for part in parts]),
        torch.cat([part.ratings for part in parts]),
    ]
    sizes = [len(part.items) for part in parts]
    wanted = {n: _over(of, sizes, -1.0 if other else 0.0) for n, of in COLUMNS.items()}
    intervals = bootstrap_intervals(
        wanted,
        columns,
        groups=[item for part in parts for item in part.items],
        resamples=resamples,
        seed=seed,
    )
    found = {}
    for name, of in wanted.items():
        low, high = (finite(bound) for bound in intervals[name])
        bounds = None if low is None or high is None else (low, high)
        found[name] = finite(of(*columns, None).item()), bounds
    return found


def table(parts: Sequence[Part], *, resamples: int, seed: int) -> str:
    """The Markdown table of a split, or of the mean over several."""
    lines = [["", *COLUMNS, "minutes of training"], ["---"] * (len(COLUMNS) + 2)]
    asked = [(BEFORE, ""), (AFTER, ""), (ZERO, ""), (AFTER, BEFORE), (AFTER, ZERO)]
    for one, other in asked:
        found = figures(parts, one, other, resamples=resamples, seed=seed)
        times = [part.minutes[one] for part in parts if one in part.minutes and not other]
        minutes = f"{sum(times) / len(times):.1f}" if times else "-"
        title = f"{one} minus {other}" if other else one
        lines.append([title, *(cell(*found[name]) for name in COLUMNS), minutes])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    seed = Config().seed
    options = {"resamples": args.bootstrap, "seed": seed}
    try:
        read = joined(read_labels(args.file, args.options))
        labels, folder = drawn(read, args.limit, seed), find_judge(args.judge)
        configs = settings(args, folder)
        shares = configs[AFTER].split
        refuse_held_out(labels, shares)
        splits = []  # all of them are checked before the first training
        for number in range(args.splits):
            trained, held_out = deal(labels, number, seed)
            splits.append((placed(trained, shares, seed), held_out))
        digest = digest_of(labels, configs, judge_fingerprint(folder), sources())
        parts = []
        for number, (rows, held_out) in enumerate(splits):
            work = args.work / digest[:16] / f"split-{number + 1}"
            about = train(work, rows, folder, configs)
            parts.append(measure(work, number, held_out, folder, about))
            print(f"{parts[-1].title}.\n\n{table(parts[-1:], **options)}\n", flush=True)
    except AutograderError as error:
        raise SystemExit(f"error: {printable(str(error), keep='')}") from None
    if len(parts) > 1:
        print(f"Mean of {len(parts)} splits.\n\n{table(parts, **options)}")


if __name__ == "__main__":
    main()
