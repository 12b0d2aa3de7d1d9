"""`autograder serve`: the judge as an HTTP service."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from autograder.cli.judge_option import judge_option
from autograder.cli.mode import mode_options
from autograder.extras import how_to_install
from autograder.judging.grader import Mode
from autograder.terminal import printable

if TYPE_CHECKING:
    from autograder.judging.judge import Judge

_EXTRA = {"fastapi", "prometheus_client", "starlette", "uvicorn"}
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@click.command()
@judge_option(older="--model")
@click.option(
    "--device", default="auto", show_default=True, help="A device name of torch, e.g. cuda:1."
)
@click.option(
    "--quantization",
    type=click.Choice(["nf4", "fp4", "int8", "none"]),
    help="Quantisation of the base model; by default as in training.",
)
@mode_options
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="0 takes a free port; the log says which.",
)
@click.option(
    "--batch-size",
    type=click.IntRange(min=1),
    help="Responses graded together; by default the judge's own batch size.",
)
@click.option(
    "--max-wait-ms",
    type=click.FloatRange(0, 10_000),
    default=5,
    show_default=True,
    help="How long a response waits for others to fill its batch.",
)
@click.option(
    "--queue",
    type=click.IntRange(min=2),
    default=512,
    show_default=True,
    help="Responses that may wait in each of the two queues; further ones get a 429.",
)
@click.option(
    "--max-body",
    type=click.IntRange(min=1),
    default=4 * 2**20,
    show_default=True,
    help="Bytes in a request body.",
)
@click.option(
    "--max-text",
    type=click.IntRange(min=1),
    default=100_000,
    show_default=True,
    help="Characters in one field.",
)
@click.option(
    "--max-requests",
    type=click.IntRange(min=1),
    default=256,
    show_default=True,
    help="Responses in one request to /evaluate/batch.",
)
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=0, min_open=True),
    default=60,
    show_default=True,
    help="Seconds to grade a request; after that it gets a 504.",
)
@click.option(
    "--drain",
    "drain_s",
    type=click.FloatRange(min=0),
    default=30,
    show_default=True,
    help="Seconds to finish accepted requests when the service is told to stop.",
)
@click.option(
    "--token-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File with the token that clients must send; or set AUTOGRADER_TOKEN.",
)
@click.option(
    "--root-path", default="", help="Path at which a proxy offers the service, e.g. /judge."
)
@click.option("--log-texts", is_flag=True, help="Log prompts, responses and rubrics too.")
def serve(
    judge_name: str,
    device: str,
    quantization: Literal["nf4", "fp4", "int8", "none"] | None,
    mode: Mode,
    host: str,
    port: int,
    batch_size: int | None,
    max_wait_ms: float,
    queue: int,
    max_body: int,
    max_text: int,
    max_requests: int,
    timeout_s: float,
    drain_s: float,
    token_file: Path | None,
    root_path: str,
    log_texts: bool,
) -> None:
    """Serve a judge over HTTP, with a playground at /.

    POST /evaluate, /evaluate/batch and /compare grade. GET /health, /ready and /metrics return the
    status. /openapi.json describes all endpoints. See docs/serving.md.

    With AUTOGRADER_TOKEN or --token-file, clients must send that token. On SIGTERM or Ctrl-C the
    service finishes accepted requests and takes no new ones.
    """
    import os

    from autograder.judging.folder import read_judge
    from autograder.judging.naming import find_judge
    from autograder.serve.settings import Settings, is_readable_by_others, read_token

    settings = Settings(
        batch_size=batch_size,
        max_wait_s=max_wait_ms / 1000,
        queue=queue,
        max_body=max_body,
        max_text=max_text,
        max_requests=max_requests,
        timeout_s=timeout_s,
        host=host,
        token=read_token(token_file, os.environ.get("AUTOGRADER_TOKEN")),
        root_path=root_path,
        log_texts=log_texts,
    )
    if token_file is not None and is_readable_by_others(token_file):
        file = printable(str(token_file))
        click.echo(f"warning: all users can read {file}; chmod o-r {file}", err=True)
    folder = find_judge(judge_name)
    read_judge(folder)
    try:
        from autograder.serve.app import create_app
        from autograder.serve.server import listen, run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        raise click.ClickException(
            f"{error.name} is not installed: {how_to_install('serve')}"
        ) from None

    if settings.token is None and host not in _LOOPBACK:
        click.echo(
            f"warning: whoever reaches {printable(host)} may grade; set AUTOGRADER_TOKEN or "
            "--token-file",
            err=True,
        )

    def load() -> Judge:
        from autograder.judging.judge import Judge

        judge = Judge.load(folder, device, quantization, **mode.values)
        judge.batch_size = batch_size or judge.batch_size
        # The first pass is slow; nobody should wait for it.
        judge.evaluate("What is 1+1?", "2", "Is the sum right?", reasoning=False)
        return judge

    run(create_app(load, settings), listen(host, port), drain_s=drain_s)
