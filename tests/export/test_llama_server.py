"""A GGUF export under llama.cpp's own server: `make test-llama`.

`ANSWERS=50` compares fewer answers of the published judge than 200.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from statistics import mean

import numpy as np
import pytest
from click.testing import CliRunner

from autograder.cli.export import export
from autograder.export.rendering import one_message
from autograder.judging.judge import Judge
from autograder.schema import write_examples
from conftest import make_examples
from export.conftest import ANSWERS, judged
from export.programs import run_example

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "bench"))
llama_server, scoring = map(importlib.import_module, ("llama_server", "scoring"))
sys.path.pop()

SERVER = llama_server.find_server()
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
    form = json.loads((exported.parent / "judge.json").read_text(encoding="utf-8"))["prompt"]
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


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_published_judge_keeps_its_scores(capsys):
    folder, data = ROOT / "build/judge", ROOT / "build/splits/test.jsonl"
    if not folder.exists():
        pytest.skip("no published judge: make repro")
    wanted = int(os.environ.get("ANSWERS", "200"))
    requests = [example.request for example in scoring.draw(data, wanted, seed=17)]
    judge = Judge.load(folder)
    graded = list(zip(requests, judge.evaluate_many(requests), strict=True))
    # The program refuses what the judge has to shorten.
    graded = [(request, verdict) for request, verdict in graded if not verdict.truncated]
    rows = [
        {name: value for name, value in asdict(request).items() if value} for request, _ in graded
    ]
    with tempfile.TemporaryDirectory() as place:
        path = write(Path(place) / "out", folder)
        with llama_server.serving(SERVER, path, "--parallel", "1") as found:
            theirs = run_example(path.parent, found, answers=rows)
    ours = [verdict for _, verdict in graded]
    pairs = list(zip(ours, theirs, strict=True))
    same = mean(one.score == other["score"] for one, other in pairs)
    shifts = [abs(one.expected_score - other["expected_score"]) for one, other in pairs]
    distances = [np.abs(np.subtract(one.probabilities, other["p"])).max() for one, other in pairs]
    with capsys.disabled():
        print(
            f"\n{len(pairs)} answers of {data.name}: {same:.1%} with the judge's own score; "
            f"expected scores {mean(shifts):.4f} apart on average, {max(shifts):.4f} at most; "
            f"probabilities {mean(distances):.4f} on average, {max(distances):.4f} at most"
        )
    assert same >= 0.9
    assert mean(shifts) <= 0.03
    assert max(shifts) <= 0.15
    assert max(distances) <= 0.1
