"""The figures for a terminal."""

from __future__ import annotations

from autograder.robustness.measures import ALL, RULES, Line, Report, mean_words
from autograder.robustness.reasons import Check
from autograder.terminal import printable

_WIDTH = 38


def table(report: Report) -> str:
    """A row for each group of cases, those of a whole measure with their aim."""
    head = (
        f"{'':{_WIDTH}}{'cases':>6}{'count':>7}  {'share (95 % interval)':26}mean (95 % interval)"
    )
    rows = [head, *map(_row, report.lines)]
    length = report.length
    figure = "-" if length.correlation is None else f"{length.correlation:.2f}"
    if length.interval:
        figure += " ({:.2f} to {:.2f})".format(*length.interval)
    rows += [
        "",
        f"correlation of the error with log length: {figure}, {length.num_examples} answers",
    ]
    if report.reasons.num_reasons:
        rows += ["", f"{report.reasons.num_reasons} reasons, those counted that could fail:"]
        rows += map(_check, report.reasons.checks)
    return "\n".join(row.rstrip() for row in rows)


def _row(line: Line) -> str:
    rule = RULES[line.measure]
    title = rule.title if line.kind == ALL else f"  {printable(line.kind)}"
    share = _share(line.share, line.interval)
    mean = f"{rule.mean.removeprefix('mean ')} {mean_words(rule, line.mean)}"
    if line.mean_interval:
        mean += " ({} to {})".format(*(mean_words(rule, bound) for bound in line.mean_interval))
    row = f"{title[: _WIDTH - 1]:{_WIDTH}}{line.num_cases:6}{line.num:7}  {share:26}{mean}"
    if line.reached is not None:
        sign = "at least" if rule.is_good else "at most"
        row += f"  {'reaches' if line.reached else 'MISSES'} {sign} {rule.aim:.0%}"
    return row


def _check(check: Check) -> str:
    row = f"{check.title:{_WIDTH}}{check.num_reasons:6}{check.num:7}  "
    return row + (
        _share(check.share, check.interval) if check.share is not None and check.interval else "-"
    )


def _share(share: float, interval: tuple[float, float]) -> str:
    low, high = interval
    return f"{share:6.1%} ({low:.1%} to {high:.1%})"
