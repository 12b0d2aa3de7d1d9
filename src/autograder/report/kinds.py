"""What kinds of graded answers a set has: a row of figures for each source."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence

from autograder.report.figures import Notes, number, percent
from autograder.report.page_data import Audit
from autograder.schema import SCORES, Example

ALL = "All examples"
COLUMNS = (
    "Examples",
    "Items",
    "Rubrics",
    "Words of a response",
    *(f"Score {score}" for score in SCORES),
    "Variance between prompts",
    "By chance",
)
GUESSES = ("Most frequent score", "Right by format", "Right by prompt", "Correlation by prompt")


def kinds(
    by_source: Mapping[str, Sequence[Example]], audit: Audit, notes: Notes
) -> dict[str, list[str]]:
    """Sizes, mean length, scores and variance: all examples, then each source by its name."""
    groups = {ALL: [row for rows in by_source.values() for row in rows], **by_source}
    rubrics = {ALL: audit.rubrics.all.all} | audit.rubrics.source
    variances = {ALL: audit.variance.all.all} | audit.variance.source
    rows = {}
    for name, examples in groups.items():
        scores = Counter(row.score for row in examples)
        variance = variances[name]
        rows[name] = [
            f"{len(examples):,}",
            f"{len({row.item for row in examples}):,}",
            f"{rubrics[name].number:,}",
            f"{statistics.fmean(len(row.response.split()) for row in examples):.0f}",
            *(f"{scores[score]:,}" for score in SCORES),
            notes.share(variance.between, "every score is the same"),
            notes.share(variance.by_chance, "there is a single example"),
        ]
    return rows


def guesses(audit: Audit, notes: Notes) -> dict[str, list[str]]:
    """What format, or prompt and rubric, predict of the scores of all examples and each source."""
    by_format = {ALL: audit.format.all.all} | audit.format.source
    by_prompt = {ALL: audit.prompt.all.all} | audit.prompt.source
    few = "fewer than 50 examples or two items"
    return {
        name: [
            percent(form.chance),
            notes.share(form.accuracy, few),
            notes.share(by_prompt[name].accuracy, few),
            notes.undefined(few if form.accuracy is None else "every guess is the same")
            if (r := by_prompt[name].correlation) is None
            else number("correlation", r),
        ]
        for name, form in by_format.items()
    }
