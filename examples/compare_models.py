"""Is version a of a model better than version b, or was it luck?

    python examples/compare_models.py examples/versions.csv

The CSV has the columns prompt, a and b, one row a prompt, and may have rubric and reference. Both
answers are graded by the expected score; what counts is the difference on the same prompt.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from autograder import AutograderError, DataError, Judge, Request
from autograder.schema import TIE
from autograder.terminal import printable


def read(path: Path, rubric: str) -> list[Request]:
    """Two requests a row: the answer of a, then that of b."""
    requests = []
    with path.open(newline="", encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file), start=1):
            for field in ("prompt", "a", "b"):
                if not (row.get(field) or "").strip():
                    place = f"{path}, row {number}"
                    raise DataError("is empty or missing", path=place, field=field)
            criterion, reference = row.get("rubric") or rubric, row.get("reference")
            pair = (Request(row["prompt"], row[name], criterion, reference) for name in "ab")
            requests.extend(pair)
    if len(requests) < 4:
        raise DataError("expected at least two rows", path=str(path))
    return requests


def compare(a: np.ndarray, b: np.ndarray, tie: float, level: float) -> dict[str, Any]:
    """Paired comparison of expected scores, (N,) each.

    The interval of the mean difference is a bootstrap over prompts (percentiles, Efron 1979), that
    of the win rate is Wilson's (1927) over the prompts that were not tied.
    """
    difference = a - b
    resampled = stats.bootstrap(
        (difference,), np.mean, confidence_level=level, method="percentile", rng=0
    ).confidence_interval
    has_difference = bool(np.any(difference))
    p = stats.wilcoxon(difference, zero_method="pratt").pvalue if has_difference else 1.0
    wins, losses = int((difference >= tie).sum()), int((-difference >= tie).sum())
    rate = None
    if wins + losses:
        share = stats.binomtest(wins, wins + losses).proportion_ci(level, method="wilson")
        rate = [wins / (wins + losses), share.low, share.high]
    return {
        "num_prompts": len(a),
        "mean_a": a.mean(),
        "mean_b": b.mean(),
        "difference": [difference.mean(), resampled.low, resampled.high],
        "wilcoxon_p": float(p),
        "wins": wins,
        "losses": losses,
        "ties": len(a) - wins - losses,
        "win_rate": rate,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare two versions on one set of prompts.")
    parser.add_argument("source", metavar="CSV", type=Path)
    parser.add_argument("--rubric", default="Factual accuracy", help="for rows without their own")
    parser.add_argument("--tie", type=float, default=TIE, help="a smaller difference is a tie")
    parser.add_argument("--level", type=float, default=0.95, help="of the intervals")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--judge", help="a judge's name or folder")
    arguments = parser.parse_args()
    if arguments.tie <= 0 or not 0 < arguments.level < 1:
        parser.error("--tie has to be above 0, --level between 0 and 1")

    requests = read(arguments.source, arguments.rubric)
    judge = Judge.load(arguments.judge)
    scores = np.array([verdict.expected_score for verdict in judge.evaluate_many(requests)])
    found = compare(scores[::2], scores[1::2], arguments.tie, arguments.level)
    if arguments.json:
        print(json.dumps(found))
        return
    mean, low, high = found["difference"]
    print(f"{found['num_prompts']} prompts, judge {judge.model}")
    print(f"mean of a {found['mean_a']:.2f}, of b {found['mean_b']:.2f}")
    print(f"a - b: {mean:+.2f} ({arguments.level:.0%} interval {low:+.2f} to {high:+.2f})")
    print(f"Wilcoxon's signed-rank test: p = {found['wilcoxon_p']:.4f}")
    print(f"a is better {found['wins']} times, b {found['losses']}, ties {found['ties']}")
    if found["win_rate"] is not None:
        rate, low, high = found["win_rate"]
        print(f"a wins {rate:.0%} ({low:.0%} to {high:.0%}) of what is not tied")


if __name__ == "__main__":
    try:
        main()
    except (AutograderError, OSError, UnicodeDecodeError, csv.Error) as error:
        sys.exit(f"error: {printable(str(error))}")
