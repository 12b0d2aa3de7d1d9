"""Fail a CI job whose answers are not good enough.

    python examples/gate.py examples/answers.csv --threshold 3.5

The mean of the expected scores counts, less what chance may have added to it: its lower confidence
bound (one-sided, Student's t) has to reach the threshold. Answers to one prompt count as one, as
they are not independent.

Exits with 0 if the bound reaches the threshold, with 1 if not, with 2 if that cannot be told.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from pathlib import Path
from statistics import fmean

from scipy import stats

from autograder import AutograderError, DataError, Judge, Request
from autograder.terminal import printable

PASSED, BELOW, UNKNOWN = 0, 1, 2


def read(path: Path, rubric: str) -> list[Request]:
    """What is to be graded: columns prompt and response, and if there are rubric and reference."""
    requests = []
    with path.open(newline="", encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file), start=1):
            for field in ("prompt", "response"):
                if not (row.get(field) or "").strip():
                    place = f"{path}, row {number}"
                    raise DataError("is empty or missing", path=place, field=field)
            texts = row["prompt"], row["response"], row.get("rubric") or rubric
            requests.append(Request(*texts, row.get("reference") or ""))
    return requests


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare a mean score with a threshold.")
    parser.add_argument("source", metavar="CSV", type=Path)
    parser.add_argument("--threshold", type=float, required=True, help="1 to 5")
    parser.add_argument("--confidence", type=float, default=0.95, help="of the bound")
    parser.add_argument("--min-prompts", type=int, default=10, help="fewer tell too little")
    parser.add_argument("--rubric", default="Factual accuracy", help="for rows without their own")
    parser.add_argument("--judge", help="a judge's name or folder")
    arguments = parser.parse_args()
    if not 1 <= arguments.threshold <= 5 or not 0.5 <= arguments.confidence < 1:
        parser.error("--threshold is a score from 1 to 5, --confidence a share from 0.5 to 1")

    requests = read(arguments.source, arguments.rubric)
    num_prompts = len({request.prompt for request in requests})
    if num_prompts < max(2, arguments.min_prompts):
        print(f"cannot tell: {num_prompts} prompts are too few", file=sys.stderr)
        return UNKNOWN

    judge = Judge.load(arguments.judge)
    scores = defaultdict(list)
    graded = []
    for request, verdict in zip(requests, judge.evaluate_many(requests), strict=True):
        scores[request.prompt].append(verdict.expected_score)
        graded.append((verdict.expected_score, request))
    means = [fmean(values) for values in scores.values()]
    mean = fmean(means)
    bound = mean  # without any spread
    if max(means) > min(means):
        test = stats.ttest_1samp(means, 0.0, alternative="greater")
        bound = test.confidence_interval(arguments.confidence).low

    passed = bound >= arguments.threshold
    print(f"mean {mean:.3f} over {num_prompts} prompts, judge {judge.model}")
    print(f"at least {bound:.3f} with {arguments.confidence:.0%} confidence")
    print(f"threshold {arguments.threshold:g}: {'passed' if passed else 'FAILED'}")
    for score, request in sorted(graded, key=lambda pair: pair[0])[:3]:
        print(f"  lowest: {score:.2f}  {printable(request.prompt, keep=''):.80}")
    return PASSED if passed else BELOW


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (AutograderError, OSError, UnicodeDecodeError, csv.Error) as error:
        print(f"error: {printable(str(error))}", file=sys.stderr)
        sys.exit(UNKNOWN)
