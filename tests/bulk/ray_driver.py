"""Grades on a Ray cluster and kills itself: `python ray_driver.py IN OUT ADDRESS FOLDER NUMBER`.

It dies with SIGKILL after so many batches are written down.
"""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from autograder.bulk import source as bulk_source
from autograder.bulk.grade_file import Plan, check, grade_file
from autograder.bulk.part import Part
from autograder.bulk.ray_engine import RayEngine
from autograder.bulk.source import Source
from autograder.tables.formats import ImportOptions
from bulk.ray_judges import MortalJudge

bulk_source.WINDOW = 4


def main(path: str, out: str, address: str, folder: str, number: str) -> None:
    append, left = Part.append, [int(number)]

    def mortal(self: Part, records: Any) -> None:
        append(self, records)
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    Part.append = mortal  # type: ignore[method-assign]  # dies after a batch
    plan = Plan(Source.open(Path(path), ImportOptions()), Path(out), skip=True)
    engine = RayEngine(address, 2)
    grade_file(plan, check(plan), "f", partial(MortalJudge, Path(folder)), engine=engine)


if __name__ == "__main__":
    main(*sys.argv[1:])
