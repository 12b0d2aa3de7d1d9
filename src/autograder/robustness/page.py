"""The figures and the worst cases as a static page, as the report is one."""

from __future__ import annotations

from autograder.report.figures import Notes, percent
from autograder.report.pages import fill
from autograder.robustness.measures import ALL, RULES, Length, Line, Report, mean_words
from autograder.robustness.reasons import Check

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
                "aim": f"at {'least' if RULES[name].is_good else 'most'} {RULES[name].aim:.0%}",
                "whole": next(line for line in report.lines if _is_whole(line, name)),
                "rows": [_cells(line) for line in report.lines if line.measure == name],
                "failures": [one for one in report.failures if one.case.measure == name][
                    :_NUM_FAILURES
                ],
            }
            for name in measures
        ],
        length=_length(report.length) or notes.undefined(length),
        reasons=report.reasons,
        checks=[(check.title, _check_cells(check)) for check in report.reasons.checks],
        faults=report.reasons.faults[:_NUM_FAILURES],
        num_labelled=report.length.num_examples,
        percent=percent,
    )


def _is_whole(line: Line, measure: str) -> bool:
    return line.measure == measure and line.kind == ALL


def _cells(line: Line) -> tuple[str, list[str]]:
    name = "All" if line.kind == ALL else line.kind
    rule, bounds = RULES[line.measure], line.mean_interval
    return name, [
        f"{line.num_cases:,}",
        f"{line.num_items:,}",
        f"{line.num:,}",
        percent(line.share),
        _to(*map(percent, line.interval)),
        _plain(mean_words(rule, line.mean)),
        _to(*(_plain(mean_words(rule, bound)) for bound in bounds)) if bounds else "\N{EN DASH}",
    ]


def _check_cells(check: Check) -> list[str]:
    cells = [f"{check.num_reasons:,}", f"{check.num:,}"]
    if check.share is None or check.interval is None:
        return [*cells, "\N{EN DASH}", "\N{EN DASH}"]
    return [*cells, percent(check.share), _to(*map(percent, check.interval))]


def _length(length: Length) -> str:
    if length.correlation is None:
        return ""
    figure, *bounds = (f"{v:+.2f}" for v in (length.correlation, *(length.interval or ())))
    interval = f", 95 % interval {_to(*map(_plain, bounds))}" if bounds else ""
    return _plain(figure) + interval


def _plain(number: str) -> str:
    return number.replace("-", "\N{MINUS SIGN}")


def _to(low: str, high: str) -> str:
    return f"{low} to {high}"
