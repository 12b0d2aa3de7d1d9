"""The best adapter and the validation split -> build/calibration.json"""

from __future__ import annotations

import sys

from autograder import config
from autograder.files import atomic_write, json_text
from autograder.schema import read_examples
from autograder.stages import ADAPTER, CALIBRATION, PARAMS, SPLITS, run


def main() -> None:
    settings = config.load(PARAMS)
    validation = read_examples(SPLITS / "validation.jsonl")

    from autograder.bases.fetch import set_mirror
    from autograder.judging.calibrate import calibrate

    set_mirror(settings.bases.mirror)
    temperature = calibrate(ADAPTER, validation)
    atomic_write(CALIBRATION, json_text({"temperature": temperature}))
    print(f"temperature {temperature:.3f}, by {len(validation)} examples", file=sys.stderr)


if __name__ == "__main__":
    run(main)
