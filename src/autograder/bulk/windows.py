"""Grade rows window by window, and write down each verdict as it comes.

The one way in which this package grades many rows so that a kill loses no more than a batch: files
of answers go through it, and the labelled rows of a benchmark.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from autograder.bulk.part import Part, Record
from autograder.errors import DataError
from autograder.judging.grader import Grader
from autograder.model.encode import Encoded
from autograder.schema import Request, Verdict

Progress = Callable[[int, bool], object]
"""Called with a number of rows, and whether this run has graded them."""

Row = TypeVar("Row")


class Rows(Protocol[Row]):
    """What is graded, and what is written down of it.

    Attributes:
        window: rows that are in memory at once; among them those with a common prefix are graded
            together.
    """

    @property
    def window(self) -> int: ...

    def windows(self) -> Iterator[tuple[int, list[Row]]]:
        """The rows in order, a window at a time, each time with the number of the first, from 0.

        Raises:
            DataError: they cannot be read further.
        """

    def request(self, row: Row) -> Request:
        """The texts of a row.

        Raises:
            DataError: one is missing or no text.
        """

    def key(self, request: Request) -> str:
        """A digest of what decides a grade."""

    def known(
        self, rows: Mapping[int, Row], keys: Mapping[int, str], taken: Sequence[Record]
    ) -> dict[int, Record]:
        """Which of the records that a part holds are about these rows, by number.

        Raises:
            DataError: they are about something else.
        """

    def values(self, verdict: Verdict) -> dict[str, object]:
        """What is written down of a verdict."""

    def why(self, error: DataError) -> str:
        """What is wrong with a row, without its place."""

    def unfit(self, row: Row, why: str) -> DataError:
        """The error where a row cannot be graded and is not to be skipped."""


@dataclass(frozen=True, slots=True)
class Window(Generic[Row]):
    """Rows that are in memory at once, by number.

    Attributes:
        rows: as they were read.
        requests: of those that have all texts.
        keys: of the same.
        faults: why the others cannot be graded.
        known: what an earlier run has written down.
    """

    rows: dict[int, Row]
    requests: dict[int, Request]
    keys: dict[int, str]
    faults: dict[int, str]
    known: dict[int, Record]

    @property
    def is_done(self) -> bool:
        return len(self.known) == len(self.rows)


def grade_rows(
    source: Rows[Row],
    part: Part,
    load: Callable[[], Grader],
    *,
    reasoning: bool,
    skip: bool,
    progress: Progress = lambda _num, _is_new: None,
) -> None:
    """Grade every row that `part` knows no verdict of.

    A window is parted into batches by its texts alone, so that a run that goes on grades in the
    same batches, and thus to the same last digit, as one that was never stopped.

    Args:
        source: the rows.
        part: what is done; it grows by a batch at a time and reaches the disk with each window.
        load: makes the judge; not called if nothing is left to grade.
        reasoning: generate a reasoning for each score.
        skip: write down why a row cannot be graded, and go on.
        progress: called with a number of rows, and whether this run has graded them.

    Raises:
        DataError: a row cannot be graded and `skip` is false, or is not the one that `part`
            knows.
        StorageError: the disk is full.
    """
    judge = None
    for window in read_windows(source, part, progress):
        if window.is_done:
            write_faults(window, {}, source, part, skip, progress)
            continue
        judge = judge or load()
        encoded, too_long = encode(judge, source, window.requests)
        write_faults(window, too_long, source, part, skip, progress)
        for batch in judged(judge, encoded, source, window.keys, window.known, reasoning):
            part.append(batch)
            progress(len(batch), True)
        part.sync()


def read_windows(source: Rows[Row], part: Part, progress: Progress) -> Iterator[Window[Row]]:
    """The windows in order, each with what is known of it.

    Raises:
        DataError: the rows cannot be read further, or one is not the one that `part` knows.
    """
    for start, some in source.windows():
        rows = dict(enumerate(some, start))
        taken = part.take(start + source.window)
        requests, faults = _read(source, rows)
        keys = {number: source.key(request) for number, request in requests.items()}
        known = source.known(rows, keys, taken)
        progress(len(known), False)
        yield Window(rows, requests, keys, faults, known)


def write_faults(
    window: Window[Row],
    too_long: dict[int, str],
    source: Rows[Row],
    part: Part,
    skip: bool,
    progress: Progress,
) -> None:
    """Write down which rows of a window cannot be graded.

    Raises:
        DataError: there is one, and it is not to be skipped.
    """
    known = {number: row.reason for number, row in window.known.items() if row.reason}
    faults = window.faults | too_long | known
    if faults and not skip:
        first = min(faults)
        raise source.unfit(window.rows[first], faults[first])
    if window.is_done:
        return
    new = sorted(number for number in faults if number not in window.known)
    part.append(
        Record(number, window.keys.get(number, ""), reason=faults[number]) for number in new
    )
    progress(len(new), True)


def encode(
    judge: Grader, source: Rows[Row], requests: dict[int, Request]
) -> tuple[dict[int, Encoded], dict[int, str]]:
    """The rows as the judge reads them, and what is wrong with those that are too long."""
    encoded, faults = {}, {}
    for number, request in requests.items():
        try:
            encoded[number] = judge.encoder.encode_request(request)
        except DataError as error:
            faults[number] = source.why(error)
    return encoded, faults


def judged(
    judge: Grader,
    encoded: dict[int, Encoded],
    source: Rows[Row],
    keys: Mapping[int, str],
    known: Collection[int],
    reasoning: bool,
) -> Iterator[list[Record]]:
    """A window's verdicts, batch by batch, without those that are known."""
    numbers = sorted(encoded)
    plan = judge.plan([encoded[number] for number in numbers])
    batches = [[numbers[place] for place in places] for places in plan]
    left = [batch for batch in batches if not all(number in known for number in batch)]
    rows = ([encoded[number] for number in batch] for batch in left)
    found = judge.evaluate_batches(rows, reasoning=reasoning)
    for batch, verdicts in zip(left, found, strict=True):
        yield [
            Record(number, keys[number], source.values(verdict))
            for number, verdict in zip(batch, verdicts, strict=True)
            if number not in known
        ]


def _read(source: Rows[Row], rows: Mapping[int, Row]) -> tuple[dict[int, Request], dict[int, str]]:
    """The texts of each row that has them, and what is wrong with the others."""
    requests, faults = {}, {}
    for number, row in rows.items():
        try:
            requests[number] = source.request(row)
        except DataError as error:
            faults[number] = source.why(error)
    return requests, faults
