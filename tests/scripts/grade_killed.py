"""Kills `autograder grade` at random moments and starts it again: `python grade_killed.py PLAN`.

A plan names the input, the judge, the ending of the output, a seed and how many kills there are to
be. Each run is a fork, so that torch is imported once; the parent kills it from outside, whatever
it is doing. A run that ends is compared and begun anew, until so many have been killed. Printed are
the moments of the kills, and how many outputs were compared.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import pyarrow.parquet  # noqa: F401  # loaded once, before the forks
from transformers import AutoTokenizer, Qwen2ForCausalLM  # noqa: F401  # likewise

from autograder import cli
from autograder.bulk import source as bulk_source
from autograder.judging.judge import Judge  # noqa: F401  # likewise
from autograder.model.lora import fuse_lora  # noqa: F401  # likewise

bulk_source.WINDOW = 6


def start(plan: dict[str, Any], out: Path) -> int:
    child = os.fork()
    if child:
        return child
    code = 70  # of a traceback
    try:
        options = ["--judge", plan["judge"], "--batch-size", "2"]
        cli.main(["grade", plan["file"], str(out), *options])
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    finally:
        os._exit(code)


def main(plan: dict[str, Any]) -> None:
    folder, chosen = Path(plan["folder"]), random.Random(plan["seed"])
    whole, out = folder / f"whole.{plan['form']}", folder / f"out.{plan['form']}"
    began = time.monotonic()
    code = os.waitstatus_to_exitcode(os.waitpid(start(plan, whole), 0)[1])
    assert code == 0, f"the unbroken run ended with {code}"
    seconds = time.monotonic() - began
    kills: list[float] = []
    num_compared = 0
    while len(kills) < plan["num_kills"] or not num_compared:
        child = start(plan, out)
        if len(kills) < plan["num_kills"]:
            time.sleep(moment := chosen.uniform(0, seconds))
            os.kill(child, signal.SIGKILL)  # it is not reaped yet, so the number is still its own
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code == -signal.SIGKILL:
            kills.append(round(moment, 3))
        else:
            assert code == 0, f"a run that went on ended with {code}, after {kills}"
        if out.exists():
            assert out.read_bytes() == whole.read_bytes(), f"another output, after {kills}"
        # Killed when all was done, nothing is left to go on with.
        is_over = out.exists() and not (folder / f".{out.name}.part").exists()
        if code == 0:
            assert sorted(path.name for path in folder.iterdir()) == [out.name, whole.name]
            num_compared += 1
        if is_over:
            out.unlink()
    print(json.dumps({"kills": kills, "compared": num_compared}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
