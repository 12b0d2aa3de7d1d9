"""`autograder push`: upload a judge or an export to the Hugging Face hub."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("folder")
@click.argument("repo_id")
@click.option("--private", is_flag=True, help="Make the repository private if it is created.")
@click.option("--dry-run", is_flag=True, help="Check and list the files, without the network.")
@click.option("--revision", help="The branch, by default main. It is created if it does not exist.")
@click.option("--message", help="The commit message.")
def push(
    folder: str,
    repo_id: str,
    private: bool,
    dry_run: bool,
    revision: str | None,
    message: str | None,
) -> None:
    """Upload the judge or export in FOLDER to the repository REPO_ID, owner/name.

    FOLDER may also be the name of a judge that comes with the package.

    Authentication is that of the hub's own client: HF_TOKEN, or `hf auth login`. Refuses a folder
    that is not a judge or an export, or that contains what looks like a secret.
    """
    from autograder.export.hub import check_repo
    from autograder.export.hub import push as upload
    from autograder.export.parcel import pack
    from autograder.judging.naming import boxed
    from autograder.terminal import printable

    check_repo(repo_id, revision)
    source = boxed().get(folder, Path(folder))
    parcel = pack(source)
    total = 0
    for name, size, digest in parcel.listing():
        total += size
        click.echo(f"{digest}  {size:13,}  {printable(name)}")
    for remark in parcel.remarks:
        click.echo(printable(f"remark: {remark}"), err=True)
    place = f"{repo_id}@{revision}" if revision else repo_id
    summary = f"{parcel.kind}: {len(parcel.files)} files, {total:,} bytes"
    if dry_run:
        click.echo(printable(f"{summary}; nothing was sent to {place}"))
        return
    text = message or f"Upload {parcel.kind} {source.resolve().name}"
    address = upload(parcel, repo_id, private=private, revision=revision, message=text)
    click.echo(printable(f"{summary}: {address}"))
