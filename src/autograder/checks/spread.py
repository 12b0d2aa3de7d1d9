"""How scores and rubrics spread: over prompts, over groups of rows, over rubrics."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from autograder.balance import score_counts
from autograder.checks.faults import Texts
from autograder.checks.grouping import Groups, distinct
from autograder.schema import Example

_SURE_ROWS = 50
_MOST_TIMES = 3
_MOST_OF_ONE_SCORE = 0.6
_MANY_ROWS = 500
_MOST_OF_ONE_RUBRIC = 0.02
_MOST_LETTERS = 60


@dataclass(frozen=True)
class ScoreVariance:
    """One-way decomposition of the variance of the score; a group is all rows of one prompt.

    With the scores s, their mean m, and the n_g scores of group g with the mean m_g,
    sum (s - m)^2 = sum n_g (m_g - m)^2 + what is left within the groups.

    Attributes:
        total: the variance of the score (over all rows, not corrected).
        num_prompts: different prompts.
        between: share of the variance between prompts, 0 to 1; None where no score differs.
        between_items: the same for groups of one prompt and one rubric.
        by_chance: what `between` is on average where prompt and score are unrelated,
            (prompts - 1) / (rows - 1); None for a single row.
    """

    total: float
    num_prompts: int
    between: float | None
    between_items: float | None
    by_chance: float | None


@dataclass(frozen=True)
class RubricFigures:
    """How many rows stand under one rubric.

    Attributes:
        number: different rubrics.
        median_rows: rows of the middle rubric.
        with_ten_rows: rubrics with ten rows or more.
        largest_share: share of the rows under the most frequent rubric, 0 to 1.
    """

    number: int
    median_rows: float
    with_ten_rows: int
    largest_share: float


def score_variance(examples: Sequence[Example], texts: Sequence[Texts]) -> ScoreVariance:
    """Measure examples, of which there is at least one."""
    scores = [row.score for row in examples]
    prompts = [text.prompt for text in texts]
    items = [(text.prompt, text.rubric) for text in texts]
    num_prompts = len(set(prompts))
    chance = (num_prompts - 1) / (len(scores) - 1) if len(scores) > 1 else None
    return ScoreVariance(
        total=round(statistics.pvariance(scores), 4),
        num_prompts=num_prompts,
        between=_share_between(scores, prompts),
        between_items=_share_between(scores, items),
        by_chance=None if chance is None else round(chance, 4),
    )


def _share_between(scores: Sequence[int], groups: Sequence[Hashable]) -> float | None:
    together: dict[Hashable, list[int]] = {}
    for score, group in zip(scores, groups, strict=True):
        together.setdefault(group, []).append(score)
    mean = statistics.fmean(scores)
    total = sum((score - mean) ** 2 for score in scores)
    if not total:
        return None
    between = sum(len(each) * (statistics.fmean(each) - mean) ** 2 for each in together.values())
    return round(between / total, 4)


def rubric_figures(texts: Sequence[Texts]) -> RubricFigures:
    """Count the rubrics of rows, of which there is at least one."""
    rows = Counter(text.rubric for text in texts).values()
    return RubricFigures(
        number=len(rows),
        median_rows=statistics.median(rows),
        with_ten_rows=sum(count >= 10 for count in rows),
        largest_share=round(max(rows) / len(texts), 4),
    )


def frequent_rubrics(examples: Sequence[Example], texts: Sequence[Texts]) -> list[str]:
    """Rubrics that stand on more than 2 % of the rows, the most frequent first.

    A judge reads them so often that it can learn what they ask for instead of reading them. A
    set of fewer than 500 rows is too small for that to say anything.
    """
    if len(examples) < _MANY_ROWS:
        return []
    # As written, for the message: rubrics that differ by capitals count as one.
    written = {text.rubric: row.rubric for row, text in zip(examples, texts, strict=True)}
    return [
        f"{_shortened(written[rubric])!r} on {count / len(texts):.1%}"
        for rubric, count in Counter(text.rubric for text in texts).most_common()
        if count > _MOST_OF_ONE_RUBRIC * len(texts)
    ]


def imbalances(examples: Sequence[Example], groups: Groups) -> list[str]:
    """Where a score is too frequent.

    The whole set has to have more than one score, and none more than three times as often as the
    rarest, as `dataset.balance` leaves it. A group, such as a source, may lean to one score, as
    what people grade does, but not so far that its name alone gives most scores away: to more
    than 60 % of at least 50 rows.
    """
    found = []
    counts = {score: count for score, count in score_counts(examples).items() if count}
    if len(counts) == 1:
        found.append(f"every score is {next(iter(counts))}: there is nothing to tell apart")
    elif counts and max(counts.values()) > _MOST_TIMES * min(counts.values()):
        shown = ", ".join(f"{score}: {count}" for score, count in counts.items())
        found.append(f"a score is more than three times as frequent as another ({shown})")
    _, *parts = distinct({"all": {"all": examples}, **groups})
    for name, value in parts:
        rows = groups[name][value]
        score, most = Counter(row.score for row in rows).most_common(1)[0]
        if len(rows) >= _SURE_ROWS and most > _MOST_OF_ONE_SCORE * len(rows):
            found.append(
                f"{name} {value!r} gives the score away: {most} of {len(rows)} have {score}"
            )
    return found


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return (
        line
        if len(line) <= _MOST_LETTERS
        else f"{line[: _MOST_LETTERS - 1]}\N{HORIZONTAL ELLIPSIS}"
    )
