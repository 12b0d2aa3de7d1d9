"""`autograder judge`: grade one response."""

from __future__ import annotations

import click


@click.command()
@click.option("--prompt", required=True, help="What was asked.")
@click.option("--response", required=True, help="The answer to grade; - reads standard input.")
@click.option("--rubric", required=True, help="What a good answer is.")
@click.option("--reference", default="", help="A reference answer, if there is one.")
@click.option("--model", "folder", default="build/judge", show_default=True, help="A judge.")
@click.option("--reasoning/--no-reasoning", default=True, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
def judge(
    prompt: str,
    response: str,
    rubric: str,
    reference: str,
    folder: str,
    reasoning: bool,
    as_json: bool,
) -> None:
    """Grade one response by a rubric."""
    import json
    import sys
    from dataclasses import asdict

    from autograder.judge import Judge
    from autograder.terminal import printable

    if response == "-":
        response = sys.stdin.read()
    loaded = Judge.load(folder)
    verdict = loaded.evaluate(prompt, response, rubric, reference, reasoning=reasoning)
    if as_json:
        click.echo(json.dumps(asdict(verdict), ensure_ascii=False))
        return
    click.echo(f"Score: {verdict.score}/5")
    for score, probability in enumerate(verdict.probabilities, start=1):
        click.echo(f"  {score} {'█' * round(30 * probability):30} {probability:.3f}")
    click.echo(f"expected {verdict.expected_score:.2f}, confidence {verdict.confidence:.2f}")
    if verdict.reasoning is not None:
        click.echo(f"Reasoning: {printable(verdict.reasoning)}")
    if verdict.truncated:
        click.echo(f"cut to fit the model: {', '.join(verdict.truncated)}", err=True)
