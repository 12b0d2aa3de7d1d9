"""The figures and the worst cases as a static page, as the report is one."""

from __future__ import annotations

from autograder.behaviour.measures import ALL, RULES, Length, Line, Report
from autograder.report.figures import Notes, percent
from autograder.report.pages import fill

_NUM_FAILURES = 5


def render(report: Report, *, judge: str, source: str) -> str:
    """The page as HTML.

    Args:
        report: what was measured.
        judge: its name.
        source: the file of the items.
    """
    measures = [name for name in RULES if any(line.measure == name for line in report.lines)]
    notes = Notes()
    length = "no two answers differ in length, or the judge's errors do not differ"
    return fill(
        "behaviour.html.jinja",
        "",
        notes,
        judge=judge,
        source=source,
        sections=[
            {
                "id": name.replace(" ", "-"),
                "rule": RULES[name],
                "aim": ("at least " if RULES[name].is_good else "at most ")
                + percent(RULES[name].aim),
                "whole": next(line for line in report.lines if _is_whole(line, name)),
                "rows": [_cells(line) for line in report.lines if line.measure == name],
                "failures": [one for one in report.failures if one.case.measure == name][
                    :_NUM_FAILURES
                ],
            }
            for name in measures
        ],
        length=_length(report.length) or notes.undefined(length),
        num_labelled=report.length.num_examples,
        percent=percent,
    )


def _is_whole(line: Line, measure: str) -> bool:
    return line.measure == measure and line.kind == ALL


def _cells(line: Line) -> tuple[str, list[str]]:
    name = "All" if line.kind == ALL else line.kind
    mean = _signed(line.mean)
    bounds = line.mean_interval
    return name, [
        f"{line.num_cases:,}",
        f"{line.num_items:,}",
        f"{line.num:,}",
        percent(line.share),
        _to(*map(percent, line.interval)),
        mean,
        _to(*map(_signed, bounds)) if bounds else "\N{EN DASH}",
    ]


def _length(length: Length) -> str:
    if length.correlation is None:
        return ""
    bounds = length.interval
    return _signed(length.correlation) + (
        f", 95 % interval {_to(*map(_signed, bounds))}" if bounds else ""
    )


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def _to(low: str, high: str) -> str:
    return f"{low} to {high}"
