"""`autograder behaviour`: count what a judge withstands."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.cli.apart import check_writable, keep_apart
from autograder.cli.counting import rows_bar
from autograder.cli.judge_option import judge_option
from autograder.cli.mode import mode_options
from autograder.judging.grader import Mode

_FILE = click.Path(dir_okay=False, path_type=Path)
_HELD_OUT = Path("build/splits/test.jsonl")


@click.command()
@judge_option()
@click.option(
    "--items",
    type=_FILE,
    default=_HELD_OUT,
    show_default=True,
    help="Graded answers that the judge was not trained on: examples or items, as JSON Lines.",
)
@click.option("--output", type=_FILE, help="Write all figures and failed cases to this JSON file.")
@click.option("--page", type=_FILE, help="Write figures and the worst cases to this HTML file.")
@click.option(
    "--limit",
    default=60,
    show_default=True,
    type=click.IntRange(min=1),
    help="Items in each measure, at most.",
)
@click.option(
    "--reasons",
    default=20,
    show_default=True,
    type=click.IntRange(min=0),
    help="Generated reasons that are checked, one an item. 0 generates none.",
)
@click.option(
    "--seed", type=int, default=0, show_default=True, help="Of the choice of items and variants."
)
@click.option(
    "--texts",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("data/behaviour"),
    show_default=True,
    help="Folder of attacks.jsonl, quotes.jsonl, padding.jsonl, additions.jsonl, falsehoods.jsonl.",
)
@mode_options
def behaviour(
    judge_name: str,
    items: Path,
    output: Path | None,
    page: Path | None,
    limit: int,
    reasons: int,
    seed: int,
    texts: Path,
    mode: Mode,
) -> None:
    """Count what a judge withstands.

    Attacks of twelve kinds before, inside and after answers that deserve 1 or 2; honest answers
    that quote attacks; empty answers, and openers such as "Let us think step by step"; white
    space, capitals, markdown, typos, padding and the order of a rubric's lines; a right point or
    an error added, a rubric turned round, the reference answer itself, and the answer to another
    prompt; labelled answers that obey, refuse or quote; the correlation of the error with the
    length. Generated reasons are checked for other scores than their own, and for numbers and
    quotations that stand in no text.

    Each share has a count, a 95 % interval and an aim. The exit code is 0 whatever they are.
    """
    from autograder.evaluation.typed_files import made_by
    from autograder.robustness.cases import make_cases
    from autograder.robustness.texts import read_texts
    from autograder.schema import read_any

    keep_apart({"--items": items, "--output": output, "--page": page})
    check_writable(output, page)
    if items == _HELD_OUT:
        with made_by("split"):
            examples = read_any(items)
    else:
        examples = read_any(items)
    asked = make_cases(examples, read_texts(texts), limit=limit, seed=seed, reasons=reasons)
    requests = asked.requests()

    from dataclasses import asdict

    from autograder.files import atomic_write, json_text
    from autograder.judging.folder import judge_fingerprint
    from autograder.judging.judge import Judge
    from autograder.judging.naming import find_judge
    from autograder.robustness.grading import grade
    from autograder.robustness.measures import measure
    from autograder.robustness.page import render
    from autograder.robustness.table import table

    folder = find_judge(judge_name)
    judge = Judge.load(folder, **mode.values)
    with rows_bar(len(requests), "answer") as progress:
        verdicts = grade(judge, requests, lambda num: progress(num, True))
    why = list(dict.fromkeys(row.request for row in asked.explained))
    with rows_bar(len(why), "reason") as progress:
        explained = grade(judge, why, lambda num: progress(num, True), reasoning=True)
    report = measure(asked, verdicts, explained, seed=seed)
    about = {
        "judge": judge_name,
        "judge_sha256": judge_fingerprint(folder),
        **mode.values,
        "solve": judge.encoder.solves,
        "items": str(items),
        "limit": limit,
        "num_reasons": reasons,
        "seed": seed,
    }
    try:
        click.echo(table(report))
    finally:  # neither a pipe that is closed nor a full disk costs both
        # Half a surrogate pair, as in a file name that is not UTF-8, becomes an escape.
        if output:
            figures = json_text(about | asdict(report))
            atomic_write(output, figures.encode("utf-8", "backslashreplace"))
        if page:
            drawn = render(report, judge=judge.model, source=str(items))
            atomic_write(page, drawn.encode("utf-8", "backslashreplace"))
