"""Grade a CSV of answers with the Python API.

    python examples/grade_csv.py examples/answers.csv graded.csv

IN has the columns prompt and response, and may have rubric and reference; OUT has the columns of
IN and the verdict's. For files that are large, or that a killed run should go on with, there is
`autograder grade`.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
from pathlib import Path

from autograder import AutograderError, DataError, Judge, Request
from autograder.files import atomic_write
from autograder.terminal import printable


def read(path: Path, rubric: str) -> tuple[list[dict[str, str]], list[Request]]:
    """The rows, and what is to be graded in each."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    requests = []
    for number, row in enumerate(rows, start=1):
        for field in ("prompt", "response"):
            if not (row.get(field) or "").strip():
                raise DataError("is empty or missing", path=f"{path}, row {number}", field=field)
        texts = row["prompt"], row["response"], row.get("rubric") or rubric
        requests.append(Request(*texts, row.get("reference") or ""))
    return rows, requests


def main() -> None:
    parser = argparse.ArgumentParser(description="Grade a CSV of answers.")
    parser.add_argument("source", metavar="IN", type=Path)
    parser.add_argument("out", metavar="OUT", type=Path)
    parser.add_argument("--rubric", default="Factual accuracy", help="for rows without their own")
    parser.add_argument("--judge", help="a judge's name or folder")
    arguments = parser.parse_args()

    rows, requests = read(arguments.source, arguments.rubric)
    judge = Judge.load(arguments.judge)
    graded = []
    for row, verdict in zip(rows, judge.evaluate_many(requests), strict=True):
        expected, sure = round(verdict.expected_score, 3), round(verdict.confidence, 3)
        graded.append({**row, "score": verdict.score, "expected": expected, "confidence": sure})
        print(f"{verdict.score}/5  {expected:.2f}  {printable(row['prompt'], keep='')}")

    text = io.StringIO()
    writer = csv.DictWriter(text, graded[0] if graded else [])
    writer.writeheader()
    writer.writerows(graded)
    atomic_write(arguments.out, text.getvalue())


if __name__ == "__main__":
    try:
        main()
    except (AutograderError, OSError, UnicodeDecodeError, csv.Error) as error:
        sys.exit(f"error: {printable(str(error))}")
