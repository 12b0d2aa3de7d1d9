"""What a judge says of labelled rows: graded as files are, and kept in a CSV file."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from autograder.benchmark.records import Graded
from autograder.bulk.cells import safe_cell
from autograder.bulk.part import Part, Record
from autograder.bulk.windows import Progress, grade_rows
from autograder.errors import DataError
from autograder.files import atomic_write
from autograder.judging.grader import Grader
from autograder.schema import SCORES, Example, Request, Verdict

_PROBABILITIES = [f"p{score}" for score in SCORES]
_OLD_COLUMNS = ["key", "id", "category", "score", "given", "expected", *_PROBABILITIES, "truncated"]
_COLUMNS = [*_OLD_COLUMNS, "judge"]
_AFRESH = "remove it to start afresh"


@dataclass(frozen=True, slots=True)
class Grade:
    """A judge's score distribution for one answer, and the fields that were cut to fit."""

    probabilities: tuple[float, ...]
    truncated: tuple[str, ...]


def grade(
    judge: Grader,
    rows: Sequence[Graded],
    *,
    source: str,
    fingerprint: str = "",
    predictions: Path | None = None,
    progress: Progress = lambda _num, _is_new: None,
) -> list[Grade]:
    """Grade every row; the longest first, which shows at once whether the memory suffices.

    Args:
        judge: the judge.
        rows: of one file.
        source: the file's name, for messages.
        fingerprint: of the judge.
        predictions: a CSV file. What is graded is written down beside it, a batch at a time, and
            what stands there or in `predictions` itself is not graded again if judge, prompt,
            response, rubric and reference are the same. Lines that this run did not ask for, of
            another judge or other rows, stay in it, below those of this run.
        progress: called with a number of rows, and whether this run has graded them.

    Raises:
        DataError: a row is too long for the judge, which is said before any is graded, or
            `predictions` is a file of another kind, or another run is writing it.
        StorageError: `predictions` cannot be written.
    """
    keys = [_key(fingerprint, row.example.request) for row in rows]
    written = list(_read(predictions)) if predictions else []
    kept = {line[0]: grade for line, grade in written}
    waiting = {key: row for key, row in zip(keys, rows, strict=True) if key not in kept}
    answers = _Answers(source, fingerprint, list(waiting.values()))
    progress(len(rows) - len(waiting), False)
    with ExitStack() as stack:
        if predictions:
            path = predictions.with_name(f".{predictions.name}.part")
        else:
            path = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "part"
        part = stack.enter_context(Part(path, {"rows": "labelled"}, afresh=_AFRESH))
        grade_rows(answers, part, lambda: judge, reasoning=False, skip=False, progress=progress)
        part.rewind()
        for record in part.take(sys.maxsize):
            probabilities, truncated = record.verdict["probabilities"], record.verdict["truncated"]
            kept[record.key] = Grade(tuple(probabilities), tuple(truncated))
        grades = [kept[key] for key in keys]
        if predictions:
            asked = {*keys}
            lines = [
                _line(key, row.example, grade, fingerprint)
                for key, row, grade in zip(keys, rows, grades, strict=True)
            ]
            lines += [line for line, _ in written if line[0] not in asked]
            atomic_write(predictions, _csv([_COLUMNS, *lines]))
            if not kept.keys() <= {line[0] for line in lines}:
                return grades  # the part has more, of a run with other rows that did not end
        path.unlink()
    return grades


@dataclass(frozen=True, slots=True)
class _Answers:
    """Labelled rows in one window, as `grade_rows` takes them.

    Attributes:
        source: their file's name.
        fingerprint: of the judge.
        waiting: the rows, no two of which have the same texts.
    """

    source: str
    fingerprint: str
    waiting: list[Graded]

    @property
    def window(self) -> int:
        return sys.maxsize

    def windows(self) -> Iterator[tuple[int, list[Graded]]]:
        if self.waiting:
            yield 0, self.waiting

    def request(self, row: Graded) -> Request:
        return row.example.request

    def key(self, request: Request) -> str:
        return _key(self.fingerprint, request)

    def known(
        self, rows: Mapping[int, Graded], keys: Mapping[int, str], taken: Sequence[Record]
    ) -> dict[int, Record]:
        """The records of these texts, wherever their rows stood and whoever else was graded."""
        by_key = {record.key: record for record in taken}
        return {number: by_key[keys[number]] for number in rows if keys[number] in by_key}

    def values(self, verdict: Verdict) -> dict[str, object]:
        """In full: a row that is read back is the same."""
        return {"probabilities": verdict.probabilities, "truncated": verdict.truncated}

    def why(self, error: DataError) -> str:
        return str(error)

    def unfit(self, row: Graded, why: str) -> DataError:
        return DataError(why, path=self.source, line=row.line)


def _key(fingerprint: str, request: Request) -> str:
    """What decides the grade: a changed text or judge is graded anew, a renamed row is not."""
    texts = [fingerprint, *request.texts]
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()


# --- the file of predictions


def _csv(lines: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()


def _line(key: str, example: Example, grade: Grade, fingerprint: str) -> list[str]:
    given = max(SCORES, key=lambda score: grade.probabilities[score - 1])
    expected = sum(p * score for p, score in zip(grade.probabilities, SCORES, strict=True))
    return [
        key,
        safe_cell(example.id),
        safe_cell(example.category),
        str(example.score),
        str(given),
        f"{expected:.6f}",
        *map(repr, grade.probabilities),  # in full, too
        "|".join(grade.truncated),
        fingerprint,
    ]


def _read(path: Path) -> Iterator[tuple[list[str], Grade]]:
    """The lines of a file of predictions and their grades; its last may have been cut off."""
    try:
        text = path.read_bytes().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", path=str(path)) from None
    whole = text[: text.rfind("\n") + 1]
    lines = csv.reader(io.StringIO(whole, newline=""))
    columns = next(lines, _COLUMNS)
    if columns not in (_COLUMNS, _OLD_COLUMNS) or (text and not whole):
        message = "is no file of predictions; name another, or remove it"
        raise DataError(message, path=str(path), line=1)
    for number, line in enumerate(lines, start=2):
        try:
            cells = dict(zip(columns, line, strict=True))
            yield [cells.get(name, "") for name in _COLUMNS], _grade(cells)
        except ValueError:
            raise DataError(
                "is no row of predictions; remove the line or the file", path=str(path), line=number
            ) from None


def _grade(cells: Mapping[str, str]) -> Grade:
    probabilities = tuple(float(cells[name]) for name in _PROBABILITIES)
    if min(probabilities) < 0 or not abs(sum(probabilities) - 1) < 1e-3:
        raise ValueError(probabilities)
    return Grade(probabilities, tuple(filter(None, cells["truncated"].split("|"))))
