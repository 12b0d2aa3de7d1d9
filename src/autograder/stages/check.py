"""params.yaml and what it names, checked before any stage -> build/params.checked, build/start/

DVC removes a stage's outputs before it starts the stage. A faulty value is found here, when
nothing but this stage's own output is gone. Of params.yaml it writes nothing that changes, so that
the other stages depend on the values that they read, and not on the file.
"""

from __future__ import annotations

from autograder import config
from autograder.errors import ConfigError
from autograder.files import atomic_write
from autograder.stages import CHECKED, DATA, PARAMS, START, run
from autograder.stages.foreseen import foreseen_faults
from autograder.stages.start import write_start


def main() -> None:
    settings = config.load(PARAMS)
    if faults := foreseen_faults(settings, DATA):
        raise ConfigError(str(PARAMS), faults)
    write_start(settings, START)
    atomic_write(CHECKED, "params.yaml holds no fault\n")


if __name__ == "__main__":
    run(main)
