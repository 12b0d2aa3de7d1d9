"""Verdicts of many requests, each graded once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from autograder.errors import DataError
from autograder.judging.grader import Grader
from autograder.schema import Request, Verdict


def grade(
    judge: Grader,
    requests: Sequence[Request],
    progress: Callable[[int], object] = lambda _: None,
    *,
    reasoning: bool = False,
) -> dict[Request, Verdict]:
    """Grade in batches, answers to one prompt together.

    Args:
        judge: the judge.
        requests: no two the same.
        progress: called with the number of answers after each batch.
        reasoning: whether the judge also says why.

    Raises:
        DataError: a rubric and a prompt are too long for the judge, said before any is graded.
    """
    encoded = []
    for request in requests:
        try:
            encoded.append(judge.encoder.encode_request(request))
        except DataError as error:
            raise DataError(f"{error}; the prompt begins with {request.prompt[:60]!r}") from None
    batches = judge.plan(encoded)
    verdicts: dict[Request, Verdict] = {}
    graded = judge.evaluate_batches(
        ([encoded[at] for at in batch] for batch in batches), reasoning=reasoning
    )
    for batch, found in zip(batches, graded, strict=True):
        verdicts |= zip((requests[at] for at in batch), found, strict=True)
        progress(len(batch))
    return verdicts
