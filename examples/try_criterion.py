"""What does a judge make of a criterion that it was not trained on?

    python examples/try_criterion.py examples/criterion.jsonl

Grades the responses of each item in a file of items, beside the scores that you gave them.
Run it before training, and again after.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograder import AutograderError, Judge, Request
from autograder.schema import read_items
from autograder.terminal import printable


def main() -> None:
    parser = argparse.ArgumentParser(description="Grade the responses of bank items.")
    parser.add_argument("source", metavar="FILE", type=Path, help="items, one JSON object a line")
    parser.add_argument("--judge", help="a judge's name or folder")
    arguments = parser.parse_args()

    items = read_items(arguments.source)
    judge = Judge.load(arguments.judge)
    errors = []
    for item in items:
        print(printable(item.id, keep=""))
        examples = item.examples()
        requests = [Request(e.prompt, e.response, e.rubric, e.reference) for e in examples]
        for example, verdict in zip(examples, judge.evaluate_many(requests), strict=True):
            errors.append(abs(verdict.expected_score - example.score))
            response = printable(example.response, keep="")
            print(f"  yours {example.score}, judge's {verdict.expected_score:.2f}: {response:.60}")
    print(f"mean absolute error of {len(errors)} responses: {sum(errors) / len(errors):.2f}")
    print("always saying 3 gives 1.20")


if __name__ == "__main__":
    try:
        main()
    except AutograderError as error:
        sys.exit(f"error: {printable(str(error))}")
