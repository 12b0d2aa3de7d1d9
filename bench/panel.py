"""Judges on a folder of test sets: one table.

    python bench/panel.py FOLDER                                    the judge in build/judge
    python bench/panel.py FOLDER --judge A --judge B --base NAME    side by side

Each file is measured as `autograder benchmark` does it. `--base` grades with a base model as it is
published: the same question, no adapter and no calibration. What is graded is kept in
`.scratch/panel`, so that the same command goes on after an interruption.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from autograder.benchmark.board import measure_file
from autograder.benchmark.labelled import REMEDIES, RUBRIC_OPTION
from autograder.benchmark.panel_table import markdown
from autograder.benchmark.predictions import grade
from autograder.benchmark.records import Benchmark, read_benchmark
from autograder.cli.counting import rows_bar
from autograder.config import Config
from autograder.errors import AutograderError
from autograder.files import atomic_write, json_text
from autograder.judging.folder import judge_fingerprint, read_judge
from autograder.judging.grader import MAX_RENDERINGS, Mode
from autograder.judging.judge import Judge
from autograder.judging.naming import BUILT, find_judge
from autograder.model.backbone import Backbone
from autograder.model.base_model import choose_dtype, default_device, load_base
from autograder.prompt import TEMPLATE_VERSION
from autograder.tables.formats import SUFFIXES
from autograder.terminal import printable


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="One table of a folder of test sets.")
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--judge",
        action="append",
        default=[],
        help="by name, folder or hub id; build/judge without any; repeatable",
    )
    parser.add_argument(
        "--base", action="append", default=[], help="grade with this base model too; repeatable"
    )
    parser.add_argument(
        "--limit", type=int, help="items a file: a seeded choice, with all answers to their prompts"
    )
    parser.add_argument(
        "--renderings",
        type=int,
        default=1,
        help=f"grade by the mean over up to so many, {MAX_RENDERINGS} at most, of each request",
    )
    parser.add_argument("--references", choices=("both", "with", "without"), default="both")
    parser.add_argument("--rubric", help="of rows without one, as in `autograder benchmark`")
    parser.add_argument("--bootstrap", type=int, default=1000, help="resamples of the intervals")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write all figures to FILE")
    parser.add_argument(
        "--work", type=Path, default=Path(".scratch/panel"), help="where grades are kept"
    )
    args = parser.parse_args(argv)
    if args.limit is not None and args.limit < 1:
        parser.error("--limit: must be 1 or more")
    if not 1 <= args.renderings <= MAX_RENDERINGS:
        parser.error(f"--renderings: must be 1 to {MAX_RENDERINGS}")
    if args.bootstrap < 10:
        parser.error("--bootstrap: must be 10 or more")
    if not args.judge and not args.base:
        args.judge = [BUILT]
    return args


@dataclass(frozen=True)
class Sheet:
    """A file of the folder, as it is shown to the judges.

    Attributes:
        path: of the file.
        references: `with`, `without`, or `none` where the file has none.
        read: what is graded.
    """

    path: Path
    references: str
    read: Benchmark


def sheets(folder: Path, args: argparse.Namespace, seed: int) -> list[Sheet]:
    """Every file of the folder whose name tells a format, all of them checked.

    Raises:
        DataError: the first fault in one of them.
    """
    if not folder.is_dir():
        raise SystemExit(f"error: {folder}: no such folder")
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not paths:
        raise SystemExit(f"error: {folder}: holds no file that ends in {', '.join(SUFFIXES)}")
    found = []
    remedies = REMEDIES | {"rubric": RUBRIC_OPTION}
    for path in paths:
        whole = read_benchmark(path, rubric=args.rubric, remedies=remedies)
        read = whole.drawn(args.limit, seed)
        if not read.num_references:
            found.append(Sheet(path, "none", read))
            continue
        if args.references != "without":
            found.append(Sheet(path, "with", read))
        if args.references != "with":
            found.append(Sheet(path, "without", read.without_references()))
    return found


@dataclass(frozen=True)
class Column:
    """Somebody who grades: the title, what decides the grades, and how to load the model."""

    title: str
    fingerprint: str
    load: Callable[[], Judge]


def columns(args: argparse.Namespace) -> Iterator[Column]:
    """The judges and the bases, none of them loaded yet.

    Raises:
        ModelError: there is no such judge.
    """
    mark, renderings = Mode(renderings=args.renderings).mark, args.renderings
    for name in dict.fromkeys(args.judge):
        folder = find_judge(name)
        read_judge(folder)
        load = partial(Judge.load, folder, renderings=renderings)
        yield Column(name, judge_fingerprint(folder) + mark, load)
    for name in dict.fromkeys(args.base):
        load = partial(load_untrained, name, renderings)
        yield Column(f"base {name}", base_fingerprint(name) + mark, load)


def base_config(name: str) -> Config:
    return Config().changed(model={"name": name})


def base_fingerprint(name: str) -> str:
    """A digest of what decides the grades of a base; a folder counts by its files' dates."""
    config = base_config(name)
    files = sorted(path for path in Path(name).glob("*") if path.is_file())
    facts = [TEMPLATE_VERSION, config.model, config.quantization]
    facts += [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return f"base-{hashlib.sha256(repr(facts).encode()).hexdigest()}"


def load_untrained(name: str, renderings: int = 1) -> Judge:
    """A base model as a judge, with the settings that a run has by default."""
    config, where = base_config(name), default_device()
    dtype = choose_dtype(config.quantization.compute_dtype, where)
    base, encoder = load_base(config.model, config.quantization, device=where, dtype=dtype)
    return Judge(Backbone(base, encoder).to(where), model=name, renderings=renderings)


def measure(
    column: Column, found: Sequence[Sheet], args: argparse.Namespace, seed: int
) -> tuple[list[dict[str, Any]], int]:
    """One judge's figures on each sheet, and the tokens that it reads at most."""
    judge = column.load()
    work = args.work / column.fingerprint
    trees = []
    for sheet in found:
        shown = f"{sheet.path.name}, references: {sheet.references}"
        print(printable(f"{column.title}: {shown}", keep=""), file=sys.stderr)
        # A run with a limit throws no grade of a run without one away.
        part = "" if args.limit is None else f".{args.limit}"
        with rows_bar(len(sheet.read.rows), "answer") as progress:
            grades = grade(
                judge,
                sheet.read.rows,
                source=str(sheet.path),
                fingerprint=column.fingerprint,
                predictions=work / f"{sheet.path.name}.{sheet.references}{part}.csv",
                progress=progress,
            )
        trees.append(measure_file(grades, sheet.read, resamples=args.bootstrap, seed=seed))
    return trees, judge.encoder.max_length


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    seed = Config().seed
    try:
        found = sheets(args.folder, args, seed)
        asked = list(columns(args))
        measured = [measure(column, found, args, seed) for column in asked]
        if args.output:
            atomic_write(args.output, json_text(_record(args, seed, found, asked, measured)))
    except AutograderError as error:
        raise SystemExit(f"error: {printable(str(error), keep='')}") from None
    lines = [
        (sheet.path.name, sheet.references, [trees[at] for trees, _ in measured])
        for at, sheet in enumerate(found)
    ]
    print(markdown([column.title for column in asked], lines))


def _record(
    args: argparse.Namespace,
    seed: int,
    found: Sequence[Sheet],
    asked: Sequence[Column],
    measured: Sequence[tuple[list[dict[str, Any]], int]],
) -> dict[str, Any]:
    return {
        "folder": args.folder.resolve().name,
        "limit": args.limit,
        "renderings": args.renderings,
        "rubric": args.rubric,
        "references": args.references,
        "bootstrap": args.bootstrap,
        "seed": seed,
        "judges": [
            {"name": column.title, "fingerprint": column.fingerprint, "max_length": length}
            for column, (_, length) in zip(asked, measured, strict=True)
        ],
        "files": [
            {
                "file": sheet.path.name,
                "references": sheet.references,
                "num_answers": len(sheet.read.rows),
                "num_tied": sheet.read.num_tied,
                "fields_not_read": sheet.read.unread,
                "figures": {
                    column.title: trees[at]
                    for column, (trees, _) in zip(asked, measured, strict=True)
                },
            }
            for at, sheet in enumerate(found)
        ],
    }


if __name__ == "__main__":
    main()
