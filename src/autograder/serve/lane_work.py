"""What runs in the lanes' threads: batches through the judge, and one failure that stays alone."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Sequence

from autograder.judging.grader import Grader
from autograder.schema import Verdict
from autograder.serve.batching import Job, Outcome

log = logging.getLogger("autograder.serve")


class DroppedError(Exception):
    """Nobody waits for the answer any more."""


def grade(judge: Grader, jobs: Sequence[Job]) -> list[Outcome]:
    """Grade jobs of one group.

    If that fails, each is graded alone, so that a poisoned one does not harm its neighbours.
    """
    try:
        if jobs[0].emit is not None:
            return [_narrate(judge, job) for job in jobs]
        return list(_together(judge, jobs))
    except Exception as error:
        if len(jobs) == 1:
            return [error]
        log.warning("a batch of %d failed; grading each alone", len(jobs), exc_info=error)
    return [grade(judge, [job])[0] if not job.is_dropped else DroppedError() for job in jobs]


def _together(judge: Grader, jobs: Sequence[Job]) -> list[Verdict]:
    requests = [job.request for job in jobs]
    tokens = jobs[0].tokens
    if tokens is None:
        verdicts = list(judge.evaluate_many(requests, reasoning=False))
    else:
        found = judge.evaluate_many(requests, reasoning=True, max_reasoning_tokens=tokens)
        verdicts = list(found)
    if len(verdicts) != len(jobs):
        raise RuntimeError(f"{len(verdicts)} verdicts for {len(jobs)} responses")
    return verdicts


def _narrate(judge: Grader, job: Job) -> Verdict:
    """Hand on the verdict, then the reasoning piece by piece; stop when nobody listens."""
    assert job.emit is not None
    items = judge.stream(*job.request.texts, max_reasoning_tokens=job.tokens or 0)
    try:
        verdict = next(items)
        assert isinstance(verdict, Verdict)
        job.emit(verdict)
        pieces: list[str] = []
        while not job.is_dropped:
            piece = next(items, None)
            if piece is None:
                return dataclasses.replace(verdict, reasoning="".join(pieces))
            assert isinstance(piece, str)
            pieces.append(piece)
            job.emit(piece)
        raise DroppedError
    finally:
        close = getattr(items, "close", None)
        if close is not None:  # a generator, which stops where it is
            close()
