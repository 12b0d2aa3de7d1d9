"""Grade the rows of a file window by window, and write down each verdict as it comes."""

from __future__ import annotations

from collections.abc import Callable

from autograder.bulk.part import Part, Record
from autograder.bulk.source import Source, Texts, key_of
from autograder.dataset.importers.rows import SourceRow
from autograder.errors import DataError
from autograder.judge import Judge, Request
from autograder.model.encode import Encoded
from autograder.schema import SCORES, Verdict

_NUM_DIGITS = 6
Progress = Callable[[int, bool], object]


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
    for start, window in source.windows():
        rows = dict(enumerate(window, start))
        # An earlier run may have had a higher limit.
        taken = part.take(start + source.window)
        known = {number: record for number, record in taken.items() if number in rows}
        texts, faults = _read(source, rows)
        _check(source, rows, texts, known)
        progress(len(known), False)
        if len(known) < len(rows):
            judge = judge or load()
            encoded, too_long = _encode(judge, source, texts)
            faults |= too_long
        faults |= {number: record.reason for number, record in known.items() if record.reason}
        if faults and not skip:
            first = min(faults)
            raise source.unfit(rows[first], faults[first])
        if not judge or len(known) == len(rows):
            continue
        new = [number for number in faults if number not in known]
        part.append(
            Record(number, _key(texts, number), reason=faults[number]) for number in sorted(new)
        )
        progress(len(new), True)
        numbers = sorted(encoded)
        for places in judge.plan([encoded[number] for number in numbers]):
            batch = [numbers[place] for place in places]
            fresh = [number for number in batch if number not in known]
            if not fresh:
                continue
            requests = [Request(*texts[number]) for number in batch]
            verdicts = zip(batch, judge.evaluate_many(requests, reasoning=reasoning), strict=True)
            part.append(
                [
                    Record(number, key_of(texts[number]), _added(verdict))
                    for number, verdict in verdicts
                    if number not in known
                ]
            )
            progress(len(fresh), True)
        part.sync()


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


def _encode(
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
