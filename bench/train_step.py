"""One training step, ours beside TRL's SFTTrainer: seconds, tokens a second, peak memory.

    python bench/train_step.py                  the real comparison, on an idle machine
    python bench/train_step.py --quick          smallest model, few steps: does it run?
    python bench/train_step.py --json FILE      the figures, to keep

Both sides (`sides.py`) train the same 4-bit base with the same LoRA settings and optimizer on
the same token ids. Each runs in a process of its own, one after the other, in alternating
rounds, so that peak memory is its own and neither takes the other's cores.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import sides
from sides import PREFIX, RESPONSE, ROW, SIDES, VERDICT, Setup

LIBRARIES = ("torch", "transformers", "trl", "peft", "bitsandbytes", "accelerate", "lightning")
IDLE_LOAD = 0.5
"""Average load above which the machine was not idle."""


def parse_args(argv: Sequence[str] | None = None) -> tuple[Setup, Path | None]:
    """The setup, and where to write the figures."""
    parser = argparse.ArgumentParser(description="One training step, ours beside TRL's.")
    parser.add_argument("--model", help="base model (default: qwen2.5-coder-0.5b-instruct)")
    parser.add_argument("--steps", type=_positive, help="measured steps a round (default: 5)")
    parser.add_argument("--rounds", type=_positive, help="rounds of all sides (default: 2)")
    parser.add_argument("--warmup", type=_positive, help="unmeasured steps a round (default: 2)")
    parser.add_argument("--seed", type=int, default=17, help="draws the token ids (default: 17)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="smollm2-135m-instruct, one round of two steps: a smoke test, not a measurement",
    )
    args = parser.parse_args(argv)
    defaults = (
        ("smollm2-135m-instruct", 2, 1, 1)
        if args.quick
        else ("qwen2.5-coder-0.5b-instruct", 5, 2, 2)
    )
    given = (args.model, args.steps, args.rounds, args.warmup)
    chosen = (d if g is None else g for d, g in zip(defaults, given, strict=True))
    return Setup(*chosen, seed=args.seed), args.json


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


# --- rounds, each side in its own process


def run_side(side: str, setup: Setup) -> dict[str, Any]:
    """Measure one side in a fresh process; its chatter is shown only if it fails."""
    quiet = {
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_OFFLINE": "1",  # the model is pulled by then
        "TOKENIZERS_PARALLELISM": "false",
        "CUDA_VISIBLE_DEVICES": os.environ.get("CUDA_VISIBLE_DEVICES", "0").partition(",")[0],
    }
    with tempfile.TemporaryDirectory() as scratch:
        result = Path(scratch) / "result.json"
        command = [sys.executable, sides.__file__, side, json.dumps(asdict(setup)), str(result)]
        done = subprocess.run(
            command,
            env=os.environ | quiet,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{done.stdout}\n{side}: failed with exit status {done.returncode}")
        values: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        return values


def pull_model(name: str) -> None:
    # In a process of its own: a child's peak memory starts at its parent's.
    code = "import sys; from autograder.bases.fetch import pull; pull(sys.argv[1])"
    if subprocess.run([sys.executable, "-c", code, name], check=False).returncode:
        raise SystemExit(f"{name}: cannot be pulled")


def run(
    setup: Setup, measured: Callable[[str, Setup], dict[str, Any]] = run_side
) -> dict[str, list[dict[str, Any]]]:
    """All rounds of all sides, in alternation."""
    runs: dict[str, list[dict[str, Any]]] = {side: [] for side in SIDES}
    for number in range(1, setup.rounds + 1):
        for side, done in runs.items():
            done.append(measured(side, setup))
            seconds = statistics.median(done[-1]["seconds"])
            line = f"round {number}/{setup.rounds}: {side}, {seconds:.2f} s a step"
            print(line, file=sys.stderr, flush=True)
    return runs


# --- the report


def summarise(runs: dict[str, list[dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Figures over all rounds; memory is the highest peak, the rest of `first` is equal."""
    summary = {}
    for side, done in runs.items():
        seconds = [value for one in done for value in one["seconds"]]
        median = statistics.median(seconds)
        summary[side] = done[0] | {
            "seconds": seconds,
            "median_s": median,
            "min_s": min(seconds),
            "max_s": max(seconds),
            "tokens_per_s": SIDES[side] * ROW / median,
            "examples_per_s": SIDES[side] / median,
            "peak_gb": max(one["peak_gb"] for one in done),
            "peak_gpu_gb": max(one["peak_gpu_gb"] for one in done),
        }
    return summary


def ratios(summary: dict[str, dict[str, Any]]) -> dict[str, float]:
    trl, ours, shared = (summary[side] for side in SIDES)
    found = {
        "seconds_trl_over_ours": trl["median_s"] / ours["median_s"],
        "memory_trl_over_ours": trl["peak_gb"] / ours["peak_gb"],
        "examples_per_s_shared_over_ours": shared["examples_per_s"] / ours["examples_per_s"],
    }
    if ours["peak_gpu_gb"]:
        found["gpu_memory_trl_over_ours"] = trl["peak_gpu_gb"] / ours["peak_gpu_gb"]
    return found


def environment() -> dict[str, Any]:
    cpu = platform.processor() or platform.machine()
    if (listing := Path("/proc/cpuinfo")).exists():
        lines = listing.read_text(encoding="utf-8").splitlines()
        cpu = next((ln.partition(": ")[2] for ln in lines if ln.startswith("model name")), cpu)
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "load_at_start": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in LIBRARIES},
    }


def report(setup: Setup, machine: dict[str, Any], summary: dict[str, dict[str, Any]]) -> str:
    """The table, and what differs between the sides."""
    trl, ours = summary["trl"], summary["ours"]
    versions = machine["versions"]
    names = {
        "trl": f"TRL {versions['trl']} SFTTrainer",
        "ours": "autograder",
        "shared": "extra: autograder, 5 share a prefix",
    }
    on_gpu = bool(ours["peak_gpu_gb"])
    head = ("median", "min", "max", "tokens/s", "examples/s", "peak RSS", "peak GPU")
    lines = [
        f"One training step of {setup.model}: NF4 with double quantisation, LoRA on seven "
        f"projections,\n{ours['trainable']:,} trainable (TRL: {trl['trainable']:,}), "
        f"rows of {ROW} tokens, the last {VERDICT} of them verdict.",
        f"{machine['cpu']}, {machine['cores']} cores, {ours['threads']} threads "
        f"(TRL: {trl['threads']}), device {ours['device']}, load at start "
        f"{machine['load_at_start']}",
        ", ".join(f"{name} {version}" for name, version in versions.items())
        + f", Python {machine['python']}",
        f"{setup.rounds} rounds of {setup.steps} steps each, after {setup.warmup} of warm-up\n",
        f"{'':36}" + "".join(f"{name:>11}" for name in head[: None if on_gpu else -1]),
    ]
    for side, row in summary.items():
        cells = [f"{row[key]:.3f} s" for key in ("median_s", "min_s", "max_s")]
        cells += [f"{row['tokens_per_s']:.0f}", f"{row['examples_per_s']:.2f}"]
        cells += [f"{row['peak_gb']:.2f} GB"]
        cells += [f"{row['peak_gpu_gb']:.2f} GB"] if on_gpu else []
        lines.append(f"{names[side]:36}" + "".join(f"{cell:>11}" for cell in cells))
    if machine["load_at_start"] > IDLE_LOAD:
        lines.append("\nNOT IDLE: other work was running, and such figures say nothing")
    found = ratios(summary)
    lines += [
        "",
        f"TRL / ours: {found['seconds_trl_over_ours']:.2f} x the time, "
        f"{found['memory_trl_over_ours']:.2f} x the memory"
        + (f", {found['gpu_memory_trl_over_ours']:.2f} x the GPU's" if on_gpu else ""),
        f"extra: sharing a prefix gives {found['examples_per_s_shared_over_ours']:.2f} x the "
        f"examples a second of rows of their own;\n  batch of {SIDES['shared']} against "
        f"{SIDES['ours']}, tokens/s counts the prefix once for each example",
        f"loss of the first step, cross-entropy on the same ids: TRL {trl['first_loss']:.3f}, "
        f"ours {ours['first_loss']:.3f}",
        "",
        "What differs:",
        *(f"- {line}" for line in differences(trl, ours, on_gpu)),
    ]
    return "\n".join(lines)


def differences(trl: dict[str, Any], ours: dict[str, Any], on_gpu: bool) -> list[str]:
    head = (
        "output head: verdict tokens only, on both sides; TRL computes entropy and accuracy as well"
        if on_gpu
        else "output head: TRL runs it on every position where there is no Triton (on a GPU on "
        "verdict tokens\n  only) and computes entropy and accuracy as well; ours on verdict tokens "
        "only"
    )
    return [
        "LoRA's dropout: PEFT draws for every element of every activation; ours zeroes input "
        "features of A,\n  one draw a layer and batch",
        "LoRA's product: PEFT adds it in separate passes; ours accumulates into the base product "
        "in one autograd\n  step",
        f"adapter: TRL casts it to {trl['adapter_dtype']}; ours is {ours['adapter_dtype']}",
        "precision: TRL runs under autocast, unless in float32; ours without, unless in float16",
        f"attention: TRL {trl['attention']} (its default), ours {ours['attention']}",
        head,
        "loss: ours weighs the score token and adds the regression term; it does not read the "
        f"last verdict token\n  ({ROW - 1} positions for {ROW})",
        "loop: transformers' Trainer and Lightning's, each with its own overhead; loading of data "
        "is in neither",
    ]


def main(argv: Sequence[str] | None = None) -> None:
    setup, figures = parse_args(argv)
    for name in ("trl", "datasets"):
        if importlib.util.find_spec(name) is None:
            raise SystemExit(f"{name} is not installed: pip install -e '.[bench]'")
    machine = environment()
    pull_model(setup.model)
    summary = summarise(run(setup))
    print(report(setup, machine, summary))
    if figures:
        values = {
            "setup": asdict(setup) | {"row": [PREFIX, RESPONSE, VERDICT], "batch": SIDES},
            "machine": machine,
            "sides": summary,
            "ratios": ratios(summary),
        }
        figures.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
