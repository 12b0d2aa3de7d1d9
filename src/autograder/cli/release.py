"""`autograder release`: the judge of a finished run becomes one that comes with the package."""

from __future__ import annotations

from pathlib import Path

import click

_BOX = Path("judges")


@click.command()
@click.argument("name")
@click.option(
    "--panel",
    type=click.Path(dir_okay=False, path_type=Path),
    help="What bench/panel.py --output wrote of this judge, to keep beside it.",
)
@click.option("--force", is_flag=True, help="Replace the judge of this name.")
def release(name: str, panel: Path | None, force: bool) -> None:
    """Put the judge of a finished `dvc repro` into judges/NAME, where it can be used by its name.

    The folder holds the adapter in bf16, judge.json, a model card, the params.yaml that made it,
    the metrics of its test split, and in release.json the commit of the code and the hash of the
    data. Refuses code that is not committed, a stale pipeline, figures of another judge, and a
    judge whose scores change when it is stored. Pins all judges in judges.dvc.
    """
    from autograder.export.finished import Run
    from autograder.export.parcel import pack
    from autograder.export.progress import stage_bars
    from autograder.export.release import release as write
    from autograder.stages import JUDGE, METRICS, PARAMS, SPLITS
    from autograder.terminal import printable

    run = Run(JUDGE, METRICS, PARAMS, SPLITS / "test.jsonl")
    with stage_bars() as progress:
        about = write(name, run, _BOX, progress, panel=panel, force=force)
    parcel = pack(_BOX / name)
    for remark in parcel.remarks:
        click.echo(printable(f"remark: {remark}"), err=True)
    size = sum(size for _, size, _ in parcel.listing())
    click.echo(
        f"{parcel.folder}: {size / 1e6:.1f} MB; expected scores of {about['num_compared']} test "
        f"answers move by at most {about['largest_change']:.4f}, allowed are {about['tolerance']}"
    )
    click.echo(f"to keep it: git add {_BOX} {_BOX}.dvc")
