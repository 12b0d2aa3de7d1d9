"""Runs commands, each in a fork of its own, and measures them: `python command_memory.py PLAN`.

A plan is a list of arguments of `autograder`. For each, the exit status, the peak of the resident
memory in bytes and what was printed come out as JSON. Torch is imported once, before the forks.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import pandas  # noqa: F401  # loaded once, before the forks
import pyarrow.parquet  # noqa: F401  # likewise
from transformers import AutoTokenizer, Qwen2ForCausalLM  # noqa: F401  # likewise

from autograder import cli
from autograder.judging.judge import Judge  # noqa: F401  # likewise
from autograder.model.lora import fuse_lora  # noqa: F401  # likewise


def measure(arguments: list[str]) -> dict[str, Any]:
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if not child:
            for stream in (1, 2):
                os.dup2(said.fileno(), stream)
            code = 70  # of a traceback
            try:
                cli.main(arguments)
            except SystemExit as error:
                code = error.code if isinstance(error.code, int) else 1
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        _, status, used = os.wait4(child, 0)
        said.seek(0)
        text = said.read().decode()
    code = os.waitstatus_to_exitcode(status)
    return {"code": code, "peak": used.ru_maxrss * 1024, "said": text}


if __name__ == "__main__":
    plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    print(json.dumps([measure(arguments) for arguments in plan]))
