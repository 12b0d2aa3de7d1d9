"""The whole run: check, grade into the part, join with the input, put the output in place."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from autograder.bulk.cells import mended
from autograder.bulk.output import ADDED, REASONING, Columns, Join
from autograder.bulk.part import Part, Record, finished
from autograder.bulk.source import Source, Survey, form_of, survey
from autograder.bulk.windows import Progress, grade_rows
from autograder.errors import DataError
from autograder.files import replace, storage_errors
from autograder.jsonl import first_repeated
from autograder.judging.grader import AS_TRAINED, Grader, Mode
from autograder.tables.arrow import parquet_module
from autograder.tables.rejects import check_places, reject_line, rejected_path, remove_rejects
from autograder.tables.rows import SourceRow
from autograder.tables.shown_names import some_of

_MAX_NAME = 255
"""Bytes; so it is on every system in use."""

Engine = Callable[..., None]
"""Grades every row that a part knows no verdict of, as `grade_rows` does."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the user wants.

    Attributes:
        source: the file to grade.
        out: the file to write.
        columns: which columns of the input are carried over; None for all.
        prefix: put before the names of the added columns.
        reasoning: whether one of them is the judge's reasoning.
        mode: how the judge grades.
        skip: leave out rows that cannot be graded instead of stopping.
        overwrite: replace an output that is there.
        restart: throw away what an earlier run has done.
    """

    source: Source
    out: Path
    columns: tuple[str, ...] | None = None
    prefix: str = ""
    reasoning: bool = False
    mode: Mode = AS_TRAINED
    skip: bool = False
    overwrite: bool = False
    restart: bool = False

    @property
    def rejected(self) -> Path:
        return rejected_path(self.out)

    @property
    def part(self) -> Path:
        return self.out.with_name(f".{self.out.name}.part")

    def digest(self, *others: object) -> str:
        """Of all that decides what is in the output; `others` is what stands elsewhere."""
        source = self.source
        chosen = (source.form, source.options, self.columns, self.prefix, self.skip, *others)
        return hashlib.sha256(repr(chosen).encode("utf-8", "backslashreplace")).hexdigest()

    def output_columns(self) -> Columns:
        names = (*ADDED, REASONING) if self.reasoning else ADDED
        return Columns(self.columns, {name: f"{self.prefix}{name}" for name in names})


@dataclass(frozen=True, slots=True)
class Report:
    """What is in the output.

    Attributes:
        num_graded, num_skipped, num_cut: rows; those that were cut are among the graded.
        first_skipped: line and reason; empty if none was skipped by this run.
    """

    num_graded: int
    num_skipped: int
    num_cut: int
    first_skipped: str = ""


def check(plan: Plan) -> Survey:
    """Read the input once and refuse what cannot end well, before anything is written or graded.

    Raises:
        DataError: names file, line and field where there are any, and the remedy.
    """
    scratch = {
        "the work so far": plan.part,
        **{f"the unfinished {name}": path for name, path in _unfinished(plan).items()},
    }
    longest = max(len(os.fsencode(path.name)) for path in scratch.values())
    if longest > _MAX_NAME:
        raise DataError(
            f"files beside it would have names of up to {longest} bytes, and {_MAX_NAME} are "
            "allowed; choose a shorter name",
            path=str(plan.out),
        )
    places = {
        "the input": plan.source.path,
        "the output": plan.out,
        "the file of skipped rows": plan.rejected,
        **scratch,
    }
    try:
        with storage_errors(plan.out):
            check_places(places)
    except RuntimeError:  # what pathlib makes of it
        raise DataError(
            "a link here or beside it leads to itself; remove it", path=str(plan.out)
        ) from None
    if form_of(plan.out) == "parquet":
        parquet_module(plan.out)
    elif form_of(plan.out) == "json":
        raise DataError("is written line by line; name it .jsonl", path=str(plan.out))
    found = survey(plan.source, strict=not plan.skip)
    name = str(plan.source.path)
    columns = plan.columns or ()
    if missing := [column for column in columns if column not in found.kinds]:
        there = some_of(map(repr, found.kinds))
        raise DataError(f"no column {missing[0]!r} for --columns; there are: {there}", path=name)
    carried = found.kinds if plan.columns is None else columns
    clashes = [column for column in plan.output_columns().added.values() if column in carried]
    if clashes:
        raise DataError(
            f"has a column {clashes[0]!r}, which is also one that is added; --prefix judge_ names "
            "the added ones judge_score and so on",
            path=name,
        )
    _check_names([*carried, *plan.output_columns().added.values()], plan)
    return found


def _check_names(names: Iterable[str], plan: Plan) -> None:
    """Refuse columns that would have one name in the output.

    Raises:
        DataError: there are two; JSON alone can tell half a surrogate pair from its escape.
    """
    if form_of(plan.out) == "jsonl":
        return
    if (name := first_repeated(map(mended, names))) is not None:
        raise DataError(
            f"two columns would be named {name!r} in {plan.out.suffix}; --columns chooses one of "
            "them, or name OUT .jsonl",
            path=str(plan.source.path),
        )


def grade_file(
    plan: Plan,
    found: Survey,
    fingerprint: str,
    load: Callable[[], Grader],
    progress: Progress = lambda _num, _is_new: None,
    engine: Engine = grade_rows,
) -> Report:
    """Grade a file, or go on where an earlier run has stopped, with whichever engine.

    Args:
        plan: what to do.
        found: what `check` has found.
        fingerprint: of the judge.
        load: makes the judge.
        progress: called with a number of rows, and whether this run has graded them.
        engine: where the rows are graded.

    Raises:
        DataError: a row cannot be graded and is not to be skipped, the output is there, an
            earlier run was about something else or more rows, or the input has changed meanwhile.
        StorageError: a file cannot be written. All that was graded is kept.
    """
    before = _state(plan.source.path)
    mode = plan.mode
    about = {"judge": fingerprint, "fast": mode.fast, "reasoning": plan.reasoning}
    # A run that was begun before there were such modes goes on.
    about |= {"renderings": mode.renderings} if mode.renderings > 1 else {}
    about |= {"solve": False} if mode.solve is False else {}  # to solve is the default, if it can
    run = plan.digest(about, before)
    if not plan.overwrite:
        counts = _ended(plan, run)
        if counts is not None:
            plan.part.unlink()
            return _report(counts)
    with Part(plan.part, about, restart=plan.restart) as part:
        _check_none_lost(plan, found, part)
        engine(
            plan.source,
            part,
            load,
            reasoning=plan.reasoning,
            skip=plan.skip,
            progress=progress,
        )
        return _finish(plan, found, part, before, run)


def _check_none_lost(plan: Plan, found: Survey, part: Part) -> None:
    """Refuse to end a run that knows more verdicts than it has rows: they go with the part.

    Raises:
        DataError: there are verdicts of later rows.
    """
    if num := part.num_from(found.num_rows):
        remedy = "name another OUT, or --restart throws its work away and starts afresh"
        if plan.source.options.limit is not None:
            remedy = f"leave --limit out or raise it to go on with that, {remedy}"
        raise DataError(
            f"an earlier run did not end, and has graded {num} rows that come after the "
            f"{found.num_rows} of this one; {remedy}",
            path=str(plan.part),
        )


def _ended(plan: Plan, run: str) -> dict[str, int] | None:
    """The counts of an output that the same run has put in place just before it was killed.

    Raises:
        DataError: there is an output of another origin.
    """
    with storage_errors(plan.out):
        if plan.out.exists() and plan.part.is_file():
            with plan.out.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            if (counts := finished(plan.part, digest, run)) is not None:
                return counts
    places = [plan.out] if plan.part.exists() else [plan.out, plan.rejected]
    for path in places:
        if path.exists():
            raise DataError("is there already; --overwrite replaces it", path=str(path))
    return None


def _finish(plan: Plan, found: Survey, part: Part, before: tuple[int, ...], run: str) -> Report:
    tally: Counter[str] = Counter()
    first = ""

    def counted() -> Iterator[Record]:
        for record in islice(part.records(plan.source.window), found.num_rows):
            tally["skipped" if record.reason else "graded"] += 1
            tally["cut"] += bool(record.verdict.get("truncated"))
            yield record

    scratch = _unfinished(plan)
    with contextlib.ExitStack() as stack:
        files = {name: stack.enter_context(_writing(path)) for name, path in scratch.items()}

        def reject(row: SourceRow, why: str) -> None:
            nonlocal first
            first = first or f"line {row.line}: {why}"
            files["rejects"].write(reject_line(row, why))

        Join(plan.source, found, plan.output_columns(), counted(), reject).write(
            files["output"], plan.out
        )
        if _state(plan.source.path) != before or tally.total() - tally["cut"] != found.num_rows:
            raise DataError(
                "has changed while it was graded; the same command compares and goes on",
                path=str(plan.source.path),
            )
    counts = {name: tally[name] for name in ("graded", "skipped", "cut")}
    with scratch["output"].open("rb") as written:
        part.finish(hashlib.file_digest(written, "sha256").hexdigest(), run, counts)
    with storage_errors(plan.out):
        if tally["skipped"]:
            replace(scratch["rejects"], plan.rejected)
        else:
            scratch["rejects"].unlink()
            remove_rejects(plan.rejected)
        replace(scratch["output"], plan.out)
        plan.part.unlink()
    return _report(counts, first)


def _report(counts: Mapping[str, int], first: str = "") -> Report:
    return Report(counts["graded"], counts["skipped"], counts["cut"], first)


def _unfinished(plan: Plan) -> dict[str, Path]:
    """Names of their own, so that what a killed run leaves is written over by the next."""
    finals = {"output": plan.out, "rejects": plan.rejected}
    return {name: path.with_name(f".{path.name}.new") for name, path in finals.items()}


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[BinaryIO]:
    """A file that is there afterwards only if all went well."""
    try:
        with storage_errors(path):
            path.unlink(missing_ok=True)  # of a killed run, or a link that somebody has put there
            with path.open("xb") as file:
                yield file
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink()
        raise


def _state(path: Path) -> tuple[int, ...]:
    """What differs if a file is another one or was written to; nothing if it is gone."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
