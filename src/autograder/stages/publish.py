"""The best adapter and its temperature -> build/judge/

No model is loaded, so that the judge before this one is missing for a moment only.
"""

from __future__ import annotations

import json

from autograder.judging.publish import publish
from autograder.stages import ADAPTER, CALIBRATION, JUDGE, run


def main() -> None:
    publish(ADAPTER, json.loads(CALIBRATION.read_text(encoding="utf-8"))["temperature"], JUDGE)


if __name__ == "__main__":
    run(main)
