"""An adapter export grades like the judge, by plain PEFT."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace

import numpy as np
import peft
import pytest
import torch
from click.testing import CliRunner
from transformers import AutoModelForCausalLM

from autograder.cli.export import export
from autograder.errors import ModelError
from autograder.export.trained import open_trained
from autograder.export.writing import Plan
from autograder.export.writing import export as export_adapter
from autograder.judging.folder import FILES, SUMS_FILE
from autograder.judging.judge import Judge
from export.conftest import change, judged
from export.programs import run_example
from helpers.damage import flip

# PEFT asks transformers by a name that is about to go.
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")


def write(out, folder, *options):
    arguments = [out, "--format", "adapter", "--judge", folder, *options]
    return CliRunner().invoke(export, [str(a) for a in arguments], catch_exceptions=False)


@pytest.mark.parametrize(("bits", "tolerance"), [(16, 1e-5), (4, 1e-3)])
def test_the_program_grades_like_the_judge(
    judge_folder, quantised_folder, tiny_base, tmp_path, bits, tolerance
):
    folder, out = {16: judge_folder, 4: quantised_folder}[bits], tmp_path / "out"
    assert write(out, folder).exit_code == 0
    found = run_example(out, str(tiny_base))
    np.testing.assert_allclose([row["p"] for row in found], judged(folder), atol=tolerance)


@pytest.mark.parametrize("share", [0.0, 0.7])
def test_the_readme_says_what_the_program_does_not_do(judge_folder, tmp_path, share):
    folder, out = tmp_path / "judge", tmp_path / "out"
    shutil.copytree(judge_folder, folder)
    params = json.loads((folder / "judge.json").read_text(encoding="utf-8"))["params"]
    params["train"]["solve"] = share
    change(folder, params=params)
    assert write(out, folder).exit_code == 0
    text = (out / "README.md").read_text(encoding="utf-8")
    assert ("lets the base answer the prompt" in text) == bool(share)


def test_peft_loads_it_on_the_base(judge_folder, tiny_base, tmp_path):
    out = tmp_path / "out"
    assert write(out, judge_folder).exit_code == 0
    model = peft.PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(tiny_base), out)
    encoded = Judge.load(judge_folder).encoder.encode("P", "A", "R")
    tokens = torch.tensor([[*encoded.prefix, *encoded.response]])
    with torch.no_grad():
        logits = model(tokens).logits[0, -1]
    judge = json.loads((out / "judge.json").read_text(encoding="utf-8"))
    expected = Judge.load(judge_folder).evaluate("P", "A", "R", reasoning=False).probabilities
    found = (logits[judge["digit_ids"]] / judge["temperature"]).softmax(dim=0)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_the_base_is_named_without_a_path(judge_folder, tiny_base, tmp_path):
    out = tmp_path / "out"
    assert write(out, judge_folder).exit_code == 0
    settings = json.loads((out / "adapter_config.json").read_text(encoding="utf-8"))
    assert settings["base_model_name_or_path"] == tiny_base.name
    same = (judge_folder / "adapter_model.safetensors").read_bytes()
    assert (out / "adapter_model.safetensors").read_bytes() == same


def test_a_base_of_the_catalogue_is_named_by_its_repository(
    judge_folder, tiny_base, tmp_path, monkeypatch
):
    judge = json.loads((judge_folder / "judge.json").read_text(encoding="utf-8"))
    judge["params"]["model"]["name"] = "qwen2.5-1.5b-instruct"
    folder = tmp_path / "judge"
    folder.mkdir()
    for path in judge_folder.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "judge.json").write_text(json.dumps(judge), encoding="utf-8")
    (folder / "SHA256SUMS").unlink(missing_ok=True)
    trained = open_trained(folder)
    assert trained.base_title == "qwen2.5-1.5b-instruct"
    assert trained.licence == "Apache-2.0"
    assert trained.hub_repo is not None
    assert trained.hub_repo[0] == "Qwen/Qwen2.5-1.5B-Instruct"
    monkeypatch.setattr("autograder.bases.fetch.pull", lambda *_: tiny_base)
    assert write(tmp_path / "out", folder).exit_code == 0
    settings = json.loads((tmp_path / "out" / "adapter_config.json").read_text(encoding="utf-8"))
    assert settings["base_model_name_or_path"] == "Qwen/Qwen2.5-1.5B-Instruct"
    assert settings["revision"] == trained.hub_repo[1]


def test_it_is_still_a_judge(judge_folder, tiny_base, tmp_path, monkeypatch):
    out = tmp_path / "out"
    assert write(out, judge_folder).exit_code == 0
    monkeypatch.chdir(tiny_base.parent)  # where the base's name leads to it
    np.testing.assert_array_equal(judged(out), judged(judge_folder))


def test_its_digests_are_those_of_its_own_files_and_looked_at(judge_folder, tmp_path):
    out = tmp_path / "out"
    assert write(out, judge_folder).exit_code == 0
    subprocess.run(["sha256sum", "--strict", "-c", SUMS_FILE], cwd=out, check=True)
    listed = (out / SUMS_FILE).read_text(encoding="utf-8").splitlines()
    assert [line.split("  ")[1] for line in listed] == list(FILES)
    flip(out / "adapter_model.safetensors")
    with pytest.raises(ModelError, match=r"adapter_model\.safetensors: is not what was published"):
        Judge.load(out, device="cpu")


@pytest.mark.parametrize(
    ("rank", "says"),
    [
        (16, None),
        (17, "rank is 17; vLLM needs `--max-lora-rank 32`"),
        (320, "rank is 320; vLLM needs `--max-lora-rank 320`"),
        (513, "rank is 513; vLLM takes 512 at most: export it as merged"),
    ],
)
def test_a_card_says_what_vllm_needs_for_the_rank(judge_folder, tmp_path, rank, says):
    trained = open_trained(judge_folder)
    trained = replace(trained, config=trained.config.changed(lora={"r": rank}))
    export_adapter(trained, tmp_path / "out", Plan("adapter"), None, lambda *_: None)
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert (says or "") in card
    assert ("vLLM" in card) == (says is not None)


def test_an_adapter_takes_no_dtype(judge_folder, tmp_path):
    result = write(tmp_path / "out", judge_folder, "--dtype", "fp16")
    assert result.exit_code == 2
    assert "an adapter is written as it was trained" in result.output
    assert not (tmp_path / "out").exists()
