"""Judges on a folder of test sets, as one Markdown table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from autograder.terminal import printable

_NAMES = {
    "pearson": "Pearson",
    "within": "within prompts",
    "auc": "AUC",
    "balanced": "balanced accuracy",
}

Figure = tuple[float | None, Sequence[float] | None]


def figures(tree: Mapping[str, Any]) -> dict[str, dict[str, Figure]]:
    """What the table shows of a file: by measure, of the `judge` and of the `baseline`."""
    if "pairs" in tree:
        systems = tree["pairs"]["systems"]
        names = {"judge": "judge", "baseline": "longer"}
        each = {who: systems[name] for who, name in names.items()}
        return {"accuracy": {w: (e["accuracy"], e["interval"]) for w, e in each.items()}}
    names = {"judge": "judge", "baseline": "length_only"}
    scores, order = tree["systems"], tree["ranking"]["systems"]
    shown = {"pearson": scores, **dict.fromkeys(order["judge"]["interval"], order)}
    if tree["ranking"]["between_prompts"] == 1:  # no prompt has answers of several labels
        del shown["within"]
    return {
        _NAMES[measure]: {
            who: (systems[name][measure], systems[name]["interval"][measure])
            for who, name in names.items()
        }
        for measure, systems in shown.items()
    }


def markdown(
    titles: Sequence[str], files: Sequence[tuple[str, str, Sequence[Mapping[str, Any]]]]
) -> str:
    """The table.

    Args:
        titles: of the judges.
        files: for each its name, whether references were shown, and each judge's figures.
    """
    heads = ["file", "references", "rows", "what", *titles, "length"]
    lines = [heads, ["---"] * len(heads)]
    for name, references, trees in files:
        found = [figures(tree) for tree in trees]
        for measure, first in found[0].items():
            cells = [cell(*own[measure]["judge"]) for own in found]
            length = cell(*first["baseline"])
            lines.append([name, references, size(trees[0]), measure, *cells, length])
    return "\n".join(f"| {' | '.join(map(_safe, line))} |" for line in lines)


def size(tree: Mapping[str, Any]) -> str:
    """How many rows were graded."""
    if "pairs" in tree:
        return f"{tree['pairs']['num_pairs']} pairs"
    return str(tree["systems"]["judge"]["num_examples"])


def cell(value: float | None, bounds: Sequence[float] | None) -> str:
    """A figure and its interval in two digits, without the zero before the point."""
    if value is None:
        return "-"
    numbers = [re.sub(r"^(-?)0\.", r"\1.", f"{number:.2f}") for number in (value, *(bounds or ()))]
    return f"{numbers[0]} ({numbers[1]} to {numbers[2]})" if bounds else numbers[0]


def _safe(text: str) -> str:
    return printable(text).replace("|", "\\|")
