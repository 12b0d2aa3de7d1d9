"""transformers 4 and 5 read the same model from what an export writes."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from autograder.cli.export import export
from autograder.export.transformers_files import save_model, save_tokenizer
from autograder.export.versions import PEFT, TRANSFORMERS, TRANSFORMERS_5, in_words
from autograder.judging.judge import Judge
from autograder.judging.naming import find_judge
from export.agreement import ROOT, TEST, Agreement, check, compare, held_out, in_float32
from export.conftest import change, judged
from export.programs import run_alone, run_example

# PEFT asks transformers by a name that is about to go.
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")

OTHER = Path(
    os.environ.get(
        "TRANSFORMERS_4", Path(__file__).parents[2] / ".scratch/transformers4/bin/python"
    )
)
needs_4 = pytest.mark.skipif(
    not OTHER.is_file(), reason="no environment with transformers 4: make test-versions"
)

SMALL = {
    "vocab_size": 260,
    "hidden_size": 64,
    "intermediate_size": 80,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 4096,
    "eos_token_id": 256,
    "bos_token_id": None,
    "pad_token_id": 257,
}
PLAIN = {"rope_type": "default", "rope_theta": 1e6}
YARN = {
    "rope_type": "yarn",
    "rope_theta": 5e5,
    "factor": 4.0,
    "original_max_position_embeddings": 64,
}
LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 5e5,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
PARTIAL = {"rope_type": "default", "rope_theta": 2e4, "partial_rotary_factor": 0.25}
ROPES = [
    ("qwen2", PLAIN),
    ("qwen2", YARN),
    ("llama", LLAMA3),
    ("mistral", PLAIN),
    ("qwen3", PLAIN),
    ("phi", PARTIAL),
]


def model_with(architecture, rope):
    torch.manual_seed(3)
    config = AutoConfig.for_model(architecture, **SMALL, rope_parameters=dict(rope))
    model = AutoModelForCausalLM.from_config(config).eval()
    for name, weight in model.named_parameters():
        if "q_proj.weight" in name or "k_proj.weight" in name:
            weight.data *= 30  # attention that looks somewhere
    return model


@pytest.mark.parametrize(("architecture", "rope"), ROPES)
def test_the_rotary_embedding_is_written_where_4_and_where_5_look(tmp_path, architecture, rope):
    found = save_model(model_with(architecture, rope), tmp_path, "1GB")
    assert found == {"transformers": TRANSFORMERS}
    written = json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))
    assert written["rope_parameters"] == rope
    assert written["rope_theta"] == rope["rope_theta"]
    assert written.get("partial_rotary_factor") == rope.get("partial_rotary_factor")
    inner = {key: value for key, value in rope.items() if key != "rope_theta"}
    scaled = rope["rope_type"] != "default"
    assert written.get("rope_scaling") == (inner if scaled else None)
    again = AutoConfig.from_pretrained(tmp_path)
    assert {key: again.rope_parameters[key] for key in rope} == rope


def test_a_base_for_each_type_of_layer_needs_version_5(tmp_path):
    small = {key: value for key, value in SMALL.items() if key != "bos_token_id"}
    config = AutoConfig.for_model("gemma3_text", **small, head_dim=16)
    assert {type(value) for value in config.rope_parameters.values()} == {dict}
    found = save_model(AutoModelForCausalLM.from_config(config), tmp_path, "1GB")
    assert found == {"transformers": TRANSFORMERS_5}
    assert AutoConfig.from_pretrained(tmp_path).rope_parameters == config.rope_parameters


def test_the_tokenizer_is_written_in_words_that_both_know(tiny_base, tmp_path):
    tokenizer = AutoTokenizer.from_pretrained(tiny_base)
    save_tokenizer(tokenizer, tmp_path)
    written = json.loads((tmp_path / "tokenizer_config.json").read_text(encoding="utf-8"))
    assert written["tokenizer_class"] == "PreTrainedTokenizerFast"
    assert written["additional_special_tokens"] == ["<|im_start|>"]
    assert {"extra_special_tokens", "backend", "is_local", "local_files_only"}.isdisjoint(written)
    again = AutoTokenizer.from_pretrained(tmp_path)
    text = "<|im_start|>user\nHi <tool_call> ÖÄ 漢<|im_end|>"
    assert again(text)["input_ids"] == tokenizer(text)["input_ids"]
    assert again.chat_template == tokenizer.chat_template
    for name in ("all_special_tokens", "eos_token", "pad_token", "bos_token"):
        assert getattr(again, name) == getattr(tokenizer, name)


@pytest.fixture(scope="module")
def turned_base(tiny_base, tmp_path_factory):
    """The tiny base with Qwen2.5's rotary base, and attention that depends on it."""
    folder = tmp_path_factory.mktemp("turned") / "base"
    shutil.copytree(tiny_base, folder)
    model = AutoModelForCausalLM.from_pretrained(folder)
    for name, weight in model.named_parameters():
        if "q_proj.weight" in name or "k_proj.weight" in name:
            weight.data *= 30
    model.config.rope_parameters["rope_theta"] = 1e6
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def turned_judge(judge_folder, turned_base, tmp_path_factory):
    folder = tmp_path_factory.mktemp("turned") / "judge"
    shutil.copytree(judge_folder, folder)
    values = json.loads((folder / "judge.json").read_text(encoding="utf-8"))
    values["params"]["model"]["name"] = str(turned_base)
    return change(folder, params=values["params"])


def write(out, judge, kind, *options):
    arguments = [out, "--format", kind, "--judge", judge, *options]
    result = CliRunner().invoke(export, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return out


@pytest.fixture(scope="module")
def merged(turned_judge, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "merged"
    return write(out, turned_judge, "merged", "--dtype", "fp32")


@pytest.fixture(scope="module")
def adapter(turned_judge, tmp_path_factory):
    return write(tmp_path_factory.mktemp("out") / "adapter", turned_judge, "adapter")


def test_an_export_writes_both_places(merged, adapter):
    config = json.loads((merged / "config.json").read_text(encoding="utf-8"))
    assert config["rope_theta"] == config["rope_parameters"]["rope_theta"] == 1e6
    for folder in (merged, adapter):
        values = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
        assert values["additional_special_tokens"] == ["<|im_start|>"]
        assert values["tokenizer_class"] == "PreTrainedTokenizerFast"


def test_the_rotary_base_decides_the_answers_here(turned_judge, merged, tmp_path):
    """So that reading it from the wrong place would show."""
    np.testing.assert_allclose(
        [row["p"] for row in run_example(merged)], judged(turned_judge), atol=1e-5
    )
    shutil.copytree(merged, tmp_path / "other")
    path = tmp_path / "other" / "config.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    del values["rope_theta"], values["rope_parameters"]
    path.write_text(json.dumps(values), encoding="utf-8")
    found = [row["p"] for row in run_example(tmp_path / "other")]
    assert np.abs(np.array(found) - judged(turned_judge)).max() > 0.01


@pytest.mark.parametrize(
    ("kind", "versions"),
    [
        ("merged", {"transformers": TRANSFORMERS}),
        ("adapter", {"transformers": TRANSFORMERS_5, "peft": PEFT}),
    ],
)
def test_the_card_names_the_versions_and_the_program_checks_them(kind, versions, request, tmp_path):
    folder = request.getfixturevalue(kind)
    assert in_words(versions) in (folder / "README.md").read_text(encoding="utf-8")
    program = (folder / "grade.py").read_text(encoding="utf-8")
    right = {name: first for name, (first, _) in versions.items()}
    for name, (first, end) in versions.items():
        for wrong in ("0.9.1", "4.9", f"{end}.0.dev0"):
            told = f"version = {right | {name: wrong}}.get"
            alone = tmp_path / "grade.py"
            alone.write_text(
                program.replace("from importlib.metadata import version", told), encoding="utf-8"
            )
            done = run_alone([sys.executable, str(alone)], tmp_path)
            assert done.returncode == 1
            wanted = f"{name} {wrong}: pip install '{name}>={first},<{end}'"
            assert done.stderr.startswith(wanted)


# --- transformers 4 itself

_LOGITS = """
import json, sys, torch, transformers
torch.set_grad_enabled(False)
ids = torch.tensor([json.loads(sys.argv[1])])
found = [transformers.__version__]
for folder in sys.argv[2:]:
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    found.append(model.eval()(ids).logits[0, -3:].tolist())
print(json.dumps(found))
"""


@needs_4
@pytest.mark.slow
def test_both_read_the_same_models(tmp_path):
    ids = [(7 * at * at + 3 * at) % 250 for at in range(200)]
    expected = {}
    for number, (architecture, rope) in enumerate(ROPES):
        folder = tmp_path / f"{architecture}-{number}"
        model = model_with(architecture, rope)
        save_model(model, folder, "1GB")
        with torch.no_grad():
            expected[str(folder)] = model(torch.tensor([ids])).logits[0, -3:].numpy()
    done = run_alone([str(OTHER), "-c", _LOGITS, json.dumps(ids), *expected], tmp_path)
    assert done.returncode == 0, done.stderr
    version, *found = json.loads(done.stdout.splitlines()[-1])
    assert version.startswith("4.")
    for (folder, logits), theirs in zip(expected.items(), found, strict=True):
        assert np.abs(logits).max() > 0.1
        np.testing.assert_allclose(theirs, logits, atol=1e-4, err_msg=folder)


@needs_4
@pytest.mark.slow
def test_both_grade_alike(turned_judge, merged):
    found = [row["p"] for row in run_example(merged, python=str(OTHER))]
    np.testing.assert_allclose(found, judged(turned_judge), atol=1e-5)


ALIKE = Agreement(0.98, 0.01, 0.1, 0.03)
"""Both compute in float32, as the judge that they are compared with."""


@needs_4
@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_a_trained_judge_keeps_its_scores_in_both(all_cores, tmp_path, capsys):
    """On 200 answers, or as many as `ANSWERS` says, of the judge that `JUDGE` names."""
    folder = find_judge(os.environ.get("JUDGE") or None)
    judge = Judge.load(in_float32(folder, tmp_path / "float32"), solve=False)
    requests = held_out(judge, folder, int(os.environ.get("ANSWERS", "200")))
    verdicts = [asdict(verdict) for verdict in judge.evaluate_many(requests)]
    exact = [verdict | {"p": verdict["probabilities"]} for verdict in verdicts]
    name = judge.model
    del judge  # a process of its own loads the export
    out = write(tmp_path / "merged", str(folder), "merged", "--dtype", "fp32")
    rows = [{field: text for field, text in asdict(one).items() if text} for one in requests]
    found = {
        version: compare(exact, run_example(out, python=python, answers=rows, threads=all_cores))
        for version, python in (("4", str(OTHER)), ("5", sys.executable))
    }
    with capsys.disabled():
        print(f"\n{len(rows)} answers of {TEST.relative_to(ROOT)}, {name}, merged in float32")
        print(
            "| transformers | same score | expected score, mean | largest | probability, largest |"
        )
        print("|---|---|---|---|---|")
        for version, one in found.items():
            cells = [
                f"transformers {version}",
                f"{one.same_score:.1%}",
                *(f"{value:.4f}" for value in one[1:]),
            ]
            print(f"| {' | '.join(cells)} |")
    for version, one in found.items():
        check(one, ALIKE, version)
