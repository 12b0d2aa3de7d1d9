"""`autograder`: one file a command, imported only when it is called."""

from __future__ import annotations

import errno
import sys
from importlib import import_module
from typing import Any

import click

from autograder import __version__
from autograder.errors import AutograderError

_COMMANDS = {
    "data": "Import, check and inspect data sets.",
    "model": "List, download and describe base models.",
    "judge": "Grade one response, or a few.",
    "grade": "Grade a file of answers.",
    "serve": "Serve a judge over HTTP, with a playground.",
    "benchmark": "Measure a judge on a file of graded answers.",
    "behaviour": "Count what a judge withstands: attacks, changes of form, errors put in.",
    "export": "Write a judge for transformers, PEFT, or llama.cpp and Ollama.",
    "merge": "Combine several judges into one.",
    "push": "Upload a judge or an export to the Hugging Face hub.",
    "release": "Put the judge of a finished run among those that come with the package.",
}


class _Lazy(click.Group):
    """Knows its commands by name and one line; imports a command's file when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"autograder.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="autograder")
def cli() -> None:
    """Train, measure and use a small judge: (prompt, response, rubric) -> score and reasoning.

    `dvc repro` runs the pipeline; its settings are in params.yaml.
    """
    from autograder.terminal import show_all

    show_all()


_ALLOW = "let this user read and write there, or name another"
_REMEDIES = {
    errno.EACCES: _ALLOW,
    errno.EPERM: _ALLOW,
    errno.ENAMETOOLONG: "name another",
    errno.ELOOP: "name another",
}
"""What to do about a place that the system refuses; any other refusal is a fault of ours."""


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; a user's error is one message on stderr and exit code 1."""
    from autograder.terminal import printable

    try:
        code = cli.main(arguments, prog_name="autograder", standalone_mode=False)
    except click.ClickException as error:
        vars(error)["message"] = printable(error.message)  # may name a file or a judge
        error.show()
        sys.exit(error.exit_code)
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(130)
    except AutograderError as error:
        message = printable(str(error), keep="\n")
        click.echo(f"error: {message}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output has gone (`| head`); that is no error of ours.
        sys.stderr.close()
        sys.exit(141)
    except OSError as error:
        if error.errno not in _REMEDIES or error.filename is None:
            raise
        name = str(error.filename)
        remedy = _REMEDIES[error.errno]
        click.echo(f"error: {printable(name)}: {error.strerror}; {remedy}", err=True)
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)
