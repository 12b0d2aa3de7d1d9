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


_WRITE = "cannot be written: {}; free space or choose another place"
_REFUSALS = {
    errno.ENOSPC: _WRITE,
    errno.EDQUOT: _WRITE,
    errno.EROFS: _WRITE,
    errno.EACCES: "{}; let this user read and write there, or choose another place",
    errno.EPERM: "{}; let this user read and write there, or choose another place",
    errno.ENAMETOOLONG: "{}; choose a shorter one",
    errno.ENOTDIR: "{}; move away the file that stands where a folder belongs",
    errno.EISDIR: "{}; move away the folder that stands where a file belongs",
    errno.ELOOP: "{}; remove the link that leads to itself",
}
"""What the system refuses and a user can mend; any other refusal is a fault of ours."""
_LONGEST_NAME = 200


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
        if error.errno not in _REFUSALS:
            raise
        place = printable(f"{error.filename}"[:_LONGEST_NAME])
        words = _REFUSALS[error.errno].format(error.strerror)
        message = f"{place}: {words}" if error.filename else words
    else:
        return
    print(f"error: {message}", file=sys.stderr)
    sys.exit(1)
