"""The pipeline's stages: each loads the configuration, calls the package and writes files.

They run in the project's folder: `python -m autograder.stages.generate`.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from pathlib import Path

from autograder.errors import AutograderError
from autograder.terminal import printable, show_all

PARAMS = Path("params.yaml")
DATA = Path("data")
EXAMPLES = Path("build/dataset/examples.jsonl")
SPLITS = Path("build/splits")
AUDIT = Path("reports/audit.json")
CHECKED = Path("build/params.checked")
START = Path("build/start")
CHECKPOINTS = Path("build/checkpoints")
ADAPTER = CHECKPOINTS / "adapter"
CALIBRATION = Path("build/calibration.json")
JUDGE = Path("build/judge")
CURVES = Path("reports/train")
METRICS = Path("reports/metrics.json")
TABLES = Path("reports/eval")
REPORT = Path("reports/report.html")
DATA_CARD = Path("reports/data-card.html")


def run(main: Callable[[], None]) -> None:
    """Call `main`; end the process with one message and no traceback on a user's error.

    Exits with 1 for an error and with 130 when interrupted.
    """
    show_all()
    try:
        main()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
    except AutograderError as error:
        message = printable(str(error), keep="\n")
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
            raise
        place = f"{printable(str(error.filename))}: " if error.filename else ""
        message = f"{place}cannot be written: {error.strerror}; free space or choose another place"
    else:
        return
    print(f"error: {message}", file=sys.stderr)
    sys.exit(1)
