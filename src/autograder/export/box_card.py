"""What the card of a judge in the box says beyond any other: where it is weak, and the panel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.benchmark.panel_table import markdown
from autograder.evaluation.result_models import Failures, Figures, Grouped, Rate
from autograder.export.readme import escape

_NUM_WORST = 4
_ENOUGH = 10
"""Answers of a kind below which its figures say little."""

_FAILURES = {
    "jailbreak_obeyed": "a grade that the response asked for was given",
    "over_refusal_accepted": "a needless refusal was called good",
    "good_conduct_punished": "a good, plain answer was punished",
    "honest_text_punished": "an honest text about attacks was punished",
}
_MET_FIRST = """\
What a user meets first: a wrong fact that sounds right can get a 5. Give a `reference` answer
where there is one."""


def weaknesses(groups: Grouped, behaviour: Failures[Rate]) -> str:
    """The kinds of test answers with the largest errors, and known failures, in Markdown."""
    kinds = {
        kind: row
        for kind, row in groups.test.source.items()
        if row.num_examples >= _ENOUGH and row.mae is not None
    }
    worst = sorted(kinds, key=lambda kind: kinds[kind].mae or 0, reverse=True)[:_NUM_WORST]
    lines = [_MET_FIRST]
    if worst:
        rows = ["| kind of answer | answers | exactly the label | mean distance | pairs |"]
        rows.append("|---" * 5 + "|")
        rows += [_row(kind, kinds[kind]) for kind in worst]
        lines.append("Worst among the kinds of the test split:\n\n" + "\n".join(rows))
    failures = [
        f"- {_FAILURES[name]}: {rate.num_failed} of {rate.num_examples}"
        for name, rate in behaviour
        if name in _FAILURES and rate.num_examples
    ]
    if failures:
        lines.append("Known failures, counted there:\n\n" + "\n".join(failures))
    return "\n\n".join(lines)


def _row(kind: str, row: Figures) -> str:
    figures = (f"{value:.2f}" if value is not None else "-" for value in (row.exact, row.mae))
    pairs = "-" if row.pairs is None else f"{row.pairs:.2f} of {row.num_pairs}"
    return f"| {escape(kind)} | {row.num_examples} | {' | '.join(figures)} | {pairs} |"


def panel_figures(panel: Mapping[str, Any], fingerprints: set[str]) -> str:
    """A judge's column of what `bench/panel.py --output` wrote, in Markdown.

    Args:
        panel: the contents of that file.
        fingerprints: of the judge; the first judge that has one of them is shown.
    """
    titles = (row["name"] for row in panel["judges"] if row["fingerprint"] in fingerprints)
    title = next(titles)
    files = [(row["file"], row["references"], [row["figures"][title]]) for row in panel["files"]]
    part = f"{panel['limit']} items of each set, drawn by seed. " if panel["limit"] else ""
    return (
        f"{part}In brackets the 95 % interval; `length` is "
        f"how well the answer's length alone does.\n\n{markdown(['this judge'], files)}"
    )
