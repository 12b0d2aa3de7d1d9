"""Grade the rows of a file window by window, and write down each verdict as it comes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from autograder.bulk.part import Part, Record
from autograder.bulk.source import Source, Texts, key_of
from autograder.errors import DataError
from autograder.judging.judge import Judge
from autograder.model.encode import Encoded
from autograder.schema import SCORES, Verdict
from autograder.tables.rows import SourceRow

_NUM_DIGITS = 6
Progress = Callable[[int, bool], object]


@dataclass(frozen=True, slots=True)
class Window:
    """Rows that are in memory at once, by number.

    Attributes:
        rows: as the file has them.
        texts: of those that have them.
        faults: why the others cannot be graded.
        known: what an earlier run has written down.
    """

    rows: dict[int, SourceRow]
    texts: dict[int, Texts]
    faults: dict[int, str]
    known: dict[int, Record]

    @property
    def is_done(self) -> bool:
        return len(self.known) == len(self.rows)


def grade_rows(
    source: Source,
    part: Part,
    load: Callable[[], Judge],
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
        encoded, too_long = encode(judge, source, window.texts)
        write_faults(window, too_long, source, part, skip, progress)
        for batch in judged(judge, encoded, window.texts, window.known, reasoning):
            part.append(batch)
            progress(len(batch), True)
        part.sync()


def read_windows(source: Source, part: Part, progress: Progress) -> Iterator[Window]:
    """The windows in order, each with what is known of it.

    Raises:
        DataError: the file cannot be read further, or a row is not the one that `part` knows.
    """
    for start, some in source.windows():
        rows = dict(enumerate(some, start))
        # An earlier run may have had a higher limit.
        taken = part.take(start + source.window)
        known = {number: record for number, record in taken.items() if number in rows}
        texts, faults = _read(source, rows)
        _check(source, rows, texts, known)
        progress(len(known), False)
        yield Window(rows, texts, faults, known)


def write_faults(
    window: Window,
    too_long: dict[int, str],
    source: Source,
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
    part.append(Record(number, _key(window.texts, number), reason=faults[number]) for number in new)
    progress(len(new), True)


def judged(
    judge: Judge,
    encoded: dict[int, Encoded],
    texts: dict[int, Texts],
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
            Record(number, key_of(texts[number]), _added(verdict))
            for number, verdict in zip(batch, verdicts, strict=True)
            if number not in known
        ]


def _read(source: Source, rows: dict[int, SourceRow]) -> tuple[dict[int, Texts], dict[int, str]]:
    """The texts of each row that has them, and what is wrong with the others."""
    texts, faults = {}, {}
    for number, row in rows.items():
        try:
            texts[number] = source.texts(row)
        except DataError as error:
            faults[number] = source.why(error)
    return texts, faults


def _key(texts: dict[int, Texts], number: int) -> str:
    return key_of(texts[number]) if number in texts else ""


def _check(
    source: Source,
    rows: dict[int, SourceRow],
    texts: dict[int, Texts],
    known: dict[int, Record],
) -> None:
    for number, record in known.items():
        if record.key != _key(texts, number):
            raise source.fault(
                rows[number],
                "an earlier run did not end, and found another text here; give the file of then "
                "to go on, or --restart throws its work away and starts afresh",
            )


def encode(
    judge: Judge, source: Source, texts: dict[int, Texts]
) -> tuple[dict[int, Encoded], dict[int, str]]:
    """The rows as the judge reads them, and what is wrong with those that are too long."""
    encoded, faults = {}, {}
    for number, request in texts.items():
        try:
            encoded[number] = judge.encoder.encode(*request)
        except DataError as error:
            faults[number] = source.why(error)
    return encoded, faults


def _added(verdict: Verdict) -> dict[str, object]:
    """What a row gets; digits that depend on the machine are rounded away."""
    numbers = {"expected_score": verdict.expected_score, "confidence": verdict.confidence}
    numbers |= {f"p{s}": p for s, p in zip(SCORES, verdict.probabilities, strict=True)}
    return {
        "score": verdict.score,
        **{name: round(value, _NUM_DIGITS) for name, value in numbers.items()},
        "truncated": ";".join(verdict.truncated),
        **({} if verdict.reasoning is None else {"reasoning": verdict.reasoning}),
    }
