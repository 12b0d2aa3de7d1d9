"""The best adapter and the validation split -> build/calibration.json"""

from __future__ import annotations

import sys

from autograder.files import atomic_write, json_text
from autograder.schema import read_examples
from autograder.stages import ADAPTER, CALIBRATION, SPLITS, run


def main() -> None:
    validation = read_examples(SPLITS / "validation.jsonl")

    from autograder.judging.calibrate import calibrate

    temperature = calibrate(ADAPTER, validation)
    atomic_write(CALIBRATION, json_text({"temperature": temperature}))
    print(f"temperature {temperature:.3f}, by {len(validation)} examples", file=sys.stderr)


if __name__ == "__main__":
    run(main)
