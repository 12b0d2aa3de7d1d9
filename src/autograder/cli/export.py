"""`autograder export`: write a judge for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import click

from autograder.cli.judge_option import judge_option

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("out", type=_FOLDER)
@click.option(
    "--format",
    "kind",
    required=True,
    type=click.Choice(["merged", "adapter", "gguf"]),
    help="merged: transformers; adapter: PEFT; gguf: llama.cpp and Ollama.",
)
@judge_option(older="--model")
@click.option(
    "--dtype",
    type=click.Choice(["bf16", "fp16", "fp32", "q8_0"]),
    help="Dtype of the weights; by default bf16, for gguf fp16. q8_0 is only for gguf.",
)
@click.option(
    "--base-weights",
    type=click.Choice(["dequantised", "original"]),
    default="dequantised",
    show_default=True,
    help="Base to merge into: as the judge saw it, rounded to 4 bits, or as published.",
)
@click.option(
    "--metrics",
    type=_FILE,
    help="Figures for the card; by default reports/metrics.json, if they are of this judge.",
)
@click.option("--force", is_flag=True, help="Replace an existing export.")
def export(
    out: Path,
    kind: str,
    judge_name: str,
    dtype: str | None,
    base_weights: str,
    metrics: Path | None,
    force: bool,
) -> None:
    """Write a trained judge to the folder OUT, for use in other programs.

    merged is a plain model for transformers, vLLM and similar programs. adapter is a PEFT adapter
    for the same base. gguf is one file for llama.cpp, with a Modelfile for Ollama. Each comes with
    a README that has the exact prompt, and with a program that grades. See docs/export.md.
    """
    from autograder.export.evidence import find_evidence
    from autograder.export.progress import stage_bars
    from autograder.export.trained import check_place, open_trained
    from autograder.export.writing import Plan
    from autograder.export.writing import export as write
    from autograder.judging.naming import find_judge
    from autograder.stages import METRICS
    from autograder.terminal import printable

    plan = Plan(cast(Any, kind), _dtype(kind, dtype), cast(Any, base_weights))
    folder = find_judge(judge_name)
    check_place(out, [folder], force=force)
    trained = open_trained(folder)
    evidence = find_evidence(trained, metrics, METRICS)
    with stage_bars() as progress:
        write(trained, out, plan, evidence, progress)
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    click.echo(printable(f"{out}: {size / 1e6:.1f} MB; how to use it: {out / 'README.md'}"))
    if evidence is None:
        click.echo("the card has no figures: none are known to be of this judge", err=True)


def _dtype(kind: str, dtype: str | None) -> Any:
    if kind == "adapter" and dtype:
        raise click.UsageError("--dtype: an adapter is written as it was trained; leave it out")
    if dtype == "q8_0" and kind != "gguf":
        raise click.UsageError("--dtype q8_0: is for --format gguf; choose bf16, fp16 or fp32")
    return dtype or ("fp16" if kind == "gguf" else "bf16")
