"""A GGUF export under llama.cpp's own server: `make test-llama`.

It compares 200 answers of a trained judge, or as many as `ANSWERS` says: the judge that is taken
where nobody names one, or the one that `JUDGE` names. On a processor with bf16 instructions a judge
rounds all it computes to eight bits of precision, the server does not. So both are compared with
the same judge in float32.
"""

from __future__ import annotations

import importlib
import itertools
import json
import os
import sys
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial

import numpy as np
import pytest
from click.testing import CliRunner

from autograder.cli.export import export
from autograder.export.rendering import one_message
from autograder.judging.judge import Judge
from autograder.judging.naming import find_judge
from autograder.schema import write_examples
from conftest import make_examples
from export.agreement import ROOT, TEST, Agreement, check, compare, held_out, in_float32
from export.conftest import ANSWERS, judged
from export.programs import run_example

sys.path.append(str(ROOT / "bench"))
llama_server, scoring = map(importlib.import_module, ("llama_server", "scoring"))
sys.path.pop()

SERVER = llama_server.find_server()
ROUNDS = 4
pytestmark = pytest.mark.skipif(SERVER is None, reason="no llama-server: make test-llama")


def write(out, folder, *options):
    arguments = [out, "--format", "gguf", "--judge", folder, *options]
    result = CliRunner().invoke(export, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    (path,) = out.glob("*.gguf")
    return path


@pytest.fixture(scope="module")
def exported(judge_folder, tmp_path_factory):
    return write(tmp_path_factory.mktemp("llama") / "out", judge_folder, "--dtype", "fp32")


@pytest.fixture(scope="module")
def address(exported):
    with llama_server.serving(SERVER, exported, "--parallel", "1") as found:
        yield found


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [("fp32", 0.003), ("fp16", 0.006), ("bf16", 0.03), ("q8_0", 0.06)]
)
def test_the_program_grades_like_the_judge(judge_folder, tmp_path, dtype, tolerance):
    path = write(tmp_path / "out", judge_folder, "--dtype", dtype)
    with llama_server.serving(SERVER, path) as found:
        rows = run_example(path.parent, found)
    distance = np.abs(np.array([row["p"] for row in rows]) - judged(judge_folder)).max()
    assert distance < tolerance


def test_texts_become_the_judges_own_tokens(exported, address, judge_folder):
    encoder = Judge.load(judge_folder).encoder
    for text in ("2+2=5\n\n\tok  ", "ÖÄÜ 漢字 {}[] 12345 don't", "a " * 50):
        found = llama_server.ask(
            address, "/tokenize", content=text, add_special=False, parse_special=False
        )
        assert found["tokens"] == encoder.tokenizer(text, add_special_tokens=False)["input_ids"]


def test_a_chat_client_gets_the_judges_prompt_and_score(exported, address, judge_folder):
    settings = json.loads((exported.parent / "judge.json").read_text(encoding="utf-8"))
    form = settings["prompt"]
    # A random model writes what the server cannot parse; its logprobs are those before the bias.
    raised = [[digit, 100] for digit in settings["digit_ids"]]
    for answer, row in zip(ANSWERS[:3], judged(judge_folder), strict=False):
        message = one_message(form, **answer)
        turns = [{"role": "system", "content": "ignored"}, {"role": "user", "content": message}]
        prompt = llama_server.ask(address, "/apply-template", messages=turns)["prompt"]
        assert prompt == form["opening"] + message + form["closing"] + form["lead"]
        tops = llama_server.ask(
            address,
            "/v1/chat/completions",
            messages=turns,
            max_tokens=1,
            temperature=0,
            logprobs=True,
            top_logprobs=300,
            logit_bias=raised,
        )["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
        logprobs = {one["token"]: one["logprob"] for one in tops}
        digits = np.exp([logprobs[digit] / 1.7 for digit in "12345"])
        np.testing.assert_allclose(digits / digits.sum(), row, atol=0.003)


def test_the_benchmark_times_it_in_batches(judge_folder, tmp_path, monkeypatch, capsys):
    data, out = tmp_path / "data.jsonl", tmp_path / "out.json"
    write_examples(data, make_examples(3))
    monkeypatch.setattr(scoring, "LLAMA_DTYPES", ("bf16",))
    options = ["--scored", "10", "--generated", "4", "--rounds", "2", "--max-new-tokens", "2"]
    options += ["--long", "2", "--batch-size", "2"]
    scoring.main(["--judge", str(judge_folder), "--data", str(data), "--json", str(out), *options])
    found = json.loads(out.read_text(encoding="utf-8"))["llama_bf16"]
    assert found["answers"] == 10
    assert found["shift"] < 0.02
    lines = capsys.readouterr().out.splitlines()
    (line,) = (line for line in lines if line.startswith("llama.cpp's server, bf16"))
    assert float(line.split()[-3]) == pytest.approx(found["per_s"], abs=1e-3)


TOLERANCE = Agreement(0.9, 0.03, 0.15, 0.1)
DTYPES = ("fp16", "q8_0")
EXACT, OURS = "the judge in float32", "the judge"


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_a_trained_judge_keeps_its_scores(all_cores, tmp_path, capsys):
    folder = find_judge(os.environ.get("JUDGE") or None)
    judge = Judge.load(folder, solve=False)
    requests = held_out(judge, folder, int(os.environ.get("ANSWERS", "200")))

    exact = Judge.load(in_float32(folder, tmp_path / "float32"), solve=False)

    def ask(judge, part):
        verdicts = [asdict(one) for one in judge.evaluate_many(part)]
        return [verdict | {"p": verdict["probabilities"]} for verdict in verdicts]

    def ask_server(folder, address, part):
        rows = [{name: text for name, text in asdict(one).items() if text} for one in part]
        return run_example(folder, address, answers=rows)

    sides = {
        EXACT: scoring.Side(partial(ask, exact), requests),
        OURS: scoring.Side(partial(ask, judge), requests),
    }
    with ExitStack() as stack:
        for dtype in DTYPES:
            path = write(tmp_path / dtype, folder, "--dtype", dtype)
            options = ("--parallel", "1", "--ctx-size", str(judge.encoder.max_length))
            address = stack.enter_context(llama_server.serving(SERVER, path, *options))
            sides[dtype] = scoring.Side(partial(ask_server, path.parent, address), requests)
        for side in sides.values():
            side.grade(requests[: judge.batch_size])  # the first pass allocates
        # In turns, so that a machine that slows down slows all of them.
        for turn, side in itertools.product(range(ROUNDS), sides.values()):
            side.go(turn, ROUNDS)
    exact_ones = sides[EXACT].results
    found = {name: compare(exact_ones, sides[name].results) for name in (OURS, *DTYPES)}
    with capsys.disabled():
        print(table(judge, sides, found))
    for dtype in DTYPES:
        check(found[dtype], TOLERANCE, dtype)


def table(judge, sides, found):
    """In Markdown, as in docs/export.md."""
    num, version = len(sides[OURS].results), llama_server.version(SERVER)
    lines = [
        f"\n{num} answers of {TEST.relative_to(ROOT)}, {judge.model}, {version}",
        "| | same score | expected score, mean | largest | probability, largest | answers/s |",
        "|---|---|---|---|---|---|",
    ]
    for name, side in sides.items():
        cells = ["", "", "", ""]
        if one := found.get(name):
            cells = [f"{one.same_score:.1%}", *(f"{value:.4f}" for value in one[1:])]
        lines.append(" | ".join([f"| {name}", *cells, f"{side.report()['per_s']:.2f} |"]))
    return "\n".join(lines)
