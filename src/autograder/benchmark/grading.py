"""Grade many answers so that an interruption loses no more than a batch."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.benchmark.records import Graded
from autograder.errors import DataError
from autograder.files import atomic_write, storage_errors
from autograder.judging.judge import Judge
from autograder.model.encode import Encoded, texts_of
from autograder.schema import SCORES, Example
from autograder.terminal import printable

_PROBABILITIES = [f"p{score}" for score in SCORES]
_COLUMNS = ["key", "id", "category", "score", "given", "expected", *_PROBABILITIES, "truncated"]
_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class Grade:
    """A judge's score distribution for one answer, and the fields that were cut to fit."""

    probabilities: tuple[float, ...]
    truncated: tuple[str, ...]


def grade(
    judge: Judge,
    rows: Sequence[Graded],
    *,
    source: str,
    fingerprint: str = "",
    predictions: Path | None = None,
    progress: Callable[[int], object] = lambda _: None,
) -> list[Grade]:
    """Grade every row; the longest first, which shows at once whether the memory suffices.

    Args:
        judge: the judge.
        rows: of one file.
        source: the file's name, for messages.
        fingerprint: of the judge.
        predictions: a CSV file. Rows are appended to a file beside it as they are graded, and
            what stands there or in `predictions` itself is not graded again if judge, prompt,
            response, rubric and reference are the same.
        progress: called with the number of rows that are done since the last call.

    Raises:
        DataError: a row is too long for the judge, which is said before any is graded, or
            `predictions` is a file of another kind.
        StorageError: `predictions` cannot be written.
    """
    keys = [_key(fingerprint, row.example) for row in rows]
    partial = predictions and predictions.with_name(f".{predictions.name}.part")
    kept: dict[str, Grade] = {}
    lines: dict[str, list[str]] = {}
    for path in (predictions, partial):
        if path:
            for line in _read(path):
                lines[line[0]], kept[line[0]] = line, _grade(line)
    waiting = {key: row for key, row in zip(keys, rows, strict=True) if key not in kept}
    order = list(waiting)
    encoded = [_encode(judge, row, source) for row in waiting.values()]
    progress(len(rows) - len(order))
    with _appending(partial, lines.values()) as append:
        plan = judge.plan(encoded)
        found = judge.evaluate_batches([encoded[at] for at in batch] for batch in plan)
        for batch, verdicts in zip(plan, found, strict=True):
            for at, verdict in zip(batch, verdicts, strict=True):
                kept[order[at]] = Grade(verdict.probabilities, verdict.truncated)
                append(_line(order[at], waiting[order[at]].example, kept[order[at]]))
            progress(len(batch))
    grades = [kept[key] for key in keys]
    if predictions and partial:
        written = [
            _line(key, row.example, grade)
            for key, row, grade in zip(keys, rows, grades, strict=True)
        ]
        atomic_write(predictions, _csv([_COLUMNS, *written]))
        partial.unlink()
    return grades


def _key(fingerprint: str, example: Example) -> str:
    """What decides the grade: a changed text or judge is graded anew, a renamed row is not."""
    texts = [fingerprint, *texts_of(example)]
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()


def _encode(judge: Judge, row: Graded, source: str) -> Encoded:
    try:
        return judge.encoder.encode_request(row.example)
    except DataError as error:
        raise DataError(str(error), path=source, line=row.line) from None


# --- the file of predictions


@contextmanager
def _appending(
    path: Path | None, known: Iterable[Sequence[str]]
) -> Iterator[Callable[[Sequence[str]], None]]:
    """A function that appends a row to the file, which starts with the known rows."""
    if path is None:
        yield lambda _: None
        return
    # Written anew, so that nothing is appended to half a line.
    atomic_write(path, _csv([_COLUMNS, *known]))
    with storage_errors(path), path.open("a", encoding="utf-8", newline="") as file:

        def append(line: Sequence[str]) -> None:
            file.write(_csv([line]))
            file.flush()

        yield append


def _csv(lines: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()


def _line(key: str, example: Example, grade: Grade) -> list[str]:
    given = max(SCORES, key=lambda score: grade.probabilities[score - 1])
    expected = sum(p * score for p, score in zip(grade.probabilities, SCORES, strict=True))
    return [
        key,
        safe_cell(example.id),
        safe_cell(example.category),
        str(example.score),
        str(given),
        f"{expected:.6f}",
        *map(repr, grade.probabilities),  # in full: a row that is read back is the same
        "|".join(grade.truncated),
    ]


def safe_cell(text: str) -> str:
    """One line that no spreadsheet takes for a formula."""
    text = printable(text, keep="")
    return f"'{text}" if text.startswith(_FORMULA) else text


def _read(path: Path) -> Iterator[list[str]]:
    """The whole rows of a file of predictions; the last one may have been cut off."""
    try:
        text = path.read_bytes().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", path=str(path)) from None
    whole = text[: text.rfind("\n") + 1]
    lines = csv.reader(io.StringIO(whole, newline=""))
    if next(lines, _COLUMNS) != _COLUMNS or (text and not whole):
        message = "is no file of predictions; name another, or remove it"
        raise DataError(message, path=str(path), line=1)
    for number, line in enumerate(lines, start=2):
        try:
            _grade(line)
        except ValueError:
            raise DataError(
                "is no row of predictions; remove the line or the file", path=str(path), line=number
            ) from None
        yield line


def _grade(line: Sequence[str]) -> Grade:
    if len(line) != len(_COLUMNS):
        raise ValueError(len(line))
    cells = dict(zip(_COLUMNS, line, strict=True))
    probabilities = tuple(float(cells[name]) for name in _PROBABILITIES)
    if min(probabilities) < 0 or not abs(sum(probabilities) - 1) < 1e-3:
        raise ValueError(probabilities)
    return Grade(probabilities, tuple(filter(None, cells["truncated"].split("|"))))
