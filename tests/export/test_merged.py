"""A merged export grades like the judge, by plain transformers."""

from __future__ import annotations

import json

import numpy as np
import peft
import pytest
import torch
from click.testing import CliRunner
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

from autograder.cli.export import export
from export.conftest import judged
from export.programs import run_example

# PEFT asks transformers by a name that is about to go.
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")


def call(*arguments):
    return CliRunner().invoke(export, [str(a) for a in arguments], catch_exceptions=False)


@pytest.fixture(scope="module")
def merged(judge_folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "merged"
    result = call(out, "--format", "merged", "--judge", judge_folder, "--dtype", "fp32")
    assert result.exit_code == 0, result.output
    return out


def test_the_program_grades_like_the_judge(judge_folder, merged):
    expected = judged(judge_folder)
    found = run_example(merged)
    np.testing.assert_allclose([row["p"] for row in found], expected, atol=1e-5)
    assert [row["score"] for row in found] == [int(np.argmax(row)) + 1 for row in expected]
    means = [np.dot(row, range(1, 6)) for row in expected]
    assert [row["expected_score"] for row in found] == pytest.approx(means, abs=1e-4)
    assert len({row["score"] for row in found}) > 1


def test_the_weights_are_those_that_peft_merges(judge_folder, merged, tiny_base):
    base = AutoModelForCausalLM.from_pretrained(tiny_base)
    reference = peft.PeftModel.from_pretrained(base, judge_folder).merge_and_unload().state_dict()
    found = AutoModelForCausalLM.from_pretrained(merged)
    assert type(found).__name__ == "Qwen2ForCausalLM"
    for name, weight in found.state_dict().items():
        torch.testing.assert_close(weight, reference[name], rtol=0, atol=1e-6)
    assert found.generation_config.do_sample is False
    assert found.get_input_embeddings().weight is found.get_output_embeddings().weight


@pytest.mark.parametrize("base_weights", ["dequantised", "original"])
def test_a_judge_in_4_bits_is_merged_into_what_was_asked_for(
    judge_folder, quantised_folder, tmp_path, base_weights
):
    out = tmp_path / "out"
    options = ("--base-weights", base_weights, "--dtype", "fp32")
    assert call(out, "--format", "merged", "--judge", quantised_folder, *options).exit_code == 0
    own, found = judged(quantised_folder), [row["p"] for row in run_example(out)]
    distance = np.abs(np.array(found) - own).max()
    if base_weights == "dequantised":
        assert distance < 1e-4
    else:
        assert distance > 1e-3  # the judge never saw these weights
        np.testing.assert_allclose(found, judged(judge_folder), atol=1e-5)


def test_dequantised_weights_are_what_transformers_dequantises(
    quantised_folder, tiny_base, tmp_path
):
    out = tmp_path / "out"
    options = ("--judge", quantised_folder, "--dtype", "fp32")
    assert call(out, "--format", "merged", *options).exit_code == 0
    settings = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.float32,
    )
    base = AutoModelForCausalLM.from_pretrained(
        tiny_base, quantization_config=settings, dtype=torch.float32
    )
    reference = peft.PeftModel.from_pretrained(base.dequantize(), quantised_folder)
    weights = reference.merge_and_unload().state_dict()
    for name, weight in AutoModelForCausalLM.from_pretrained(out).state_dict().items():
        torch.testing.assert_close(weight, weights[name].float(), rtol=0, atol=1e-5)


@pytest.mark.parametrize(("dtype", "tolerance"), [("bf16", 0.03), ("fp16", 0.004)])
def test_half_precision_moves_the_probabilities_a_little(judge_folder, tmp_path, dtype, tolerance):
    out = tmp_path / "out"
    options = ("--judge", judge_folder, "--dtype", dtype)
    assert call(out, "--format", "merged", *options).exit_code == 0
    model = AutoModelForCausalLM.from_pretrained(out, dtype="auto")
    kind = {"bf16": torch.bfloat16, "fp16": torch.float16}[dtype]
    assert {weight.dtype for weight in model.parameters()} == {kind}
    form = json.loads((out / "judge.json").read_text(encoding="utf-8"))
    assert form["export"]["dtype"] == dtype
    wide = model.float().state_dict()
    base = AutoModelForCausalLM.from_pretrained(form_base(judge_folder))
    exact = peft.PeftModel.from_pretrained(base, judge_folder).merge_and_unload().state_dict()
    for name, weight in wide.items():  # rounded once
        assert torch.equal(weight, exact[name].to(kind).float()) or (
            (weight - exact[name].to(kind).float()).abs().max() < 1e-2
        )
    found = [row["p"] for row in run_example(out)]
    assert np.abs(np.array(found) - judged(judge_folder)).max() < tolerance


def form_base(folder):
    judge = json.loads((folder / "judge.json").read_text(encoding="utf-8"))
    return judge["params"]["model"]["name"]


def test_large_weights_are_cut_into_shards(judge_folder, tmp_path):
    from autograder.export.trained import open_trained
    from autograder.export.writing import Plan
    from autograder.export.writing import export as write

    out, steps = tmp_path / "out", []
    plan = Plan("merged", "fp32", shard="100KB")
    write(open_trained(judge_folder), out, plan, None, lambda *step: steps.append(step))
    assert len(list(out.glob("model-*.safetensors"))) > 1
    assert (out / "model.safetensors.index.json").is_file()
    np.testing.assert_allclose(
        [row["p"] for row in run_example(out)], judged(judge_folder), atol=1e-5
    )
    assert [done for what, done, total in steps if what == "merging"] == list(range(1, 8))
    assert {total for what, _, total in steps if what == "merging"} == {7}


def test_nothing_in_it_names_a_folder_of_this_machine(merged, tiny_base, judge_folder):
    for path in merged.rglob("*"):
        if path.suffix != ".safetensors":
            text = path.read_text(encoding="utf-8")
            assert str(tiny_base.parent) not in text, path.name
            assert str(judge_folder) not in text, path.name
    description = json.loads((merged / "judge.json").read_text(encoding="utf-8"))
    assert description["base"]["name"] == tiny_base.name
    assert not list(merged.parent.glob(".*")), "scratch folders are gone"


def test_the_template_is_written_down_as_the_encoder_renders_it(judge_folder, merged):
    from autograder.judging.judge import Judge

    form = json.loads((merged / "judge.json").read_text(encoding="utf-8"))["prompt"]
    tokenizer = AutoTokenizer.from_pretrained(merged)
    fields = {"rubric": "R", "prompt": "P", "reference": "known", "response": "A"}
    texts = [heading + fields[name] for heading, name in form["sections"]]
    text = form["opening"] + form["separator"].join(texts) + form["closing"] + form["lead"]
    encoded = Judge.load(judge_folder).encoder.encode("P", "A", "R", "known")
    assert tokenizer(text)["input_ids"] == [*encoded.prefix, *encoded.response]
    assert text.endswith("<|im_start|>assistant\nScore: ")


def test_the_readme_shows_the_program_it_brings(merged):
    program = (merged / "grade.py").read_text(encoding="utf-8")
    assert f"```python\n{program.rstrip()}\n```" in (merged / "README.md").read_text(
        encoding="utf-8"
    )
    compile(program, "grade.py", "exec")
