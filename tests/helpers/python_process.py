"""Code in a Python process of its own, with the tree's package."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import autograder


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code that has to end well; what it prints is caught."""
    source = str(Path(autograder.__path__[0]).parent)
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=os.environ | {"PYTHONPATH": source} | environment,
        check=True,
        capture_output=True,
        text=True,
    )
