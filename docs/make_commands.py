"""Write docs/commands.md from the command line's own --help; `--check` only compares."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from autograder.cli import cli

PAGE = Path(__file__).with_name("commands.md")
HEAD = """# Commands

Written by `make docs` from `--help`; a test compares.
"""


def commands(
    command: click.Command, name: str, parent: click.Context | None = None
) -> Iterator[tuple[str, str]]:
    """Every command's path and help text, parents first."""
    context = click.Context(
        command, parent, info_name=name, terminal_width=88, **command.context_settings
    )
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for child_name in command.list_commands(context):
            child = command.get_command(context, child_name)
            assert child is not None
            yield from commands(child, child_name, context)


def page() -> str:
    """The whole reference as Markdown."""
    parts = [f"\n## {path}\n\n```text\n{text}\n```\n" for path, text in commands(cli, "autograder")]
    return HEAD + "".join(parts)


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(PAGE.read_text(encoding="utf-8") != page())
    PAGE.write_text(page(), encoding="utf-8")
