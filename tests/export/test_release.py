"""A judge in the box: what it holds, what is refused, and that `dvc get` brings it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import load_file, save_file

from autograder.cli.release import release as command
from autograder.errors import ModelError, StorageError, TrainingError
from autograder.evaluation.result_models import Failures
from autograder.export import release as releasing
from autograder.export.finished import Run, check_finished
from autograder.judging.folder import judge_fingerprint
from autograder.judging.judge import Judge
from autograder.schema import write_examples
from conftest import make_examples
from export.test_readme import compared, figures

RUN = Run(
    Path("build/judge"),
    Path("reports/metrics.json"),
    Path("params.yaml"),
    Path("build/splits/test.jsonl"),
)
STAGES = """\
stages:
  evaluate:
    cmd: "true"
    deps: [build/judge, src]
    params: [seed, lora]
    outs: [reports/eval: {cache: false}]
    metrics: [reports/metrics.json: {cache: false}]
"""


def call(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def dvc(*words):
    return call(sys.executable, "-m", "dvc", *words)


def texts_of(examples):
    return [(example.prompt, example.response, example.rubric) for example in examples]


def write_json(path, values):
    Path(path).write_text(json.dumps(values, indent=2), encoding="utf-8")


def edit(path, change):
    values = json.loads(Path(path).read_text(encoding="utf-8"))
    change(values)
    write_json(path, values)


@pytest.fixture(scope="module")
def finished(judge_folder, tmp_path_factory):
    """A clone in which the pipeline has run: one stage of it, and a line of code."""
    folder = tmp_path_factory.mktemp("clone")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{name}_NAME", "test")
            patch.setenv(f"GIT_{name}_EMAIL", "test@example.invalid")
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        patch.setenv("DVC_NO_ANALYTICS", "1")
        shutil.copytree(judge_folder, "build/judge")
        for name in ("src", "data", "build/splits", "reports/eval"):
            Path(name).mkdir(parents=True)
        Path(".gitignore").write_text("build/\n")
        Path("src/code.py").write_text("x = 1\n")
        Path("data/rows.jsonl").write_text("{}\n")
        Path("data.dvc").write_text("outs:\n- path: data\n  cache: false\n")
        Path("dvc.yaml").write_text(STAGES)
        params = json.loads((judge_folder / "judge.json").read_text("utf-8"))["params"]
        write_json("params.yaml", params)
        write_examples(RUN.test, make_examples())
        systems = {"judge_sha256": judge_fingerprint(judge_folder)}
        systems |= {"test": compared(figures(0.5), figures(0.2))}
        parts = ("hand_written", "natural", "first_tests", "holdout", "probe")
        write_json("reports/eval/systems.json", systems | dict.fromkeys(parts))
        write_json("reports/metrics.json", {"judge": {"exact": 0.5}})
        kinds = {f"kind{at}": figures(0.5, mae=at / 10) for at in range(6)}
        kinds |= {"few": figures(0.5, mae=3.0, num_examples=9)}
        test = {"level": {}, "category": {}, "language": {}, "source": kinds}
        write_json("reports/eval/groups.json", {"test": test, "holdout": None})
        seen = {"rate": 0.25, "num_failed": 1, "num_examples": 4}
        unseen = {"rate": None, "num_failed": 0, "num_examples": 0}
        failures = dict.fromkeys(Failures.model_fields, unseen) | {"jailbreak_obeyed": seen}
        write_json("reports/eval/behaviour.json", failures)
        call("git", "init", "-q", "-b", "main")
        dvc("init", "-q")
        dvc("commit", "-q", "-f")
        call("git", "add", "-A")
        call("git", "commit", "-qm", "run")
        yield folder


@pytest.fixture
def project(finished, tmp_path, monkeypatch):
    """A copy of it, that may be spoilt."""
    shutil.copytree(finished, tmp_path / "clone", symlinks=True)
    monkeypatch.chdir(tmp_path / "clone")
    return tmp_path / "clone"


def run_command(*arguments):
    return CliRunner().invoke(command, [str(a) for a in arguments], catch_exceptions=False)


def test_a_judge_in_the_box_holds_what_made_it_and_what_was_measured(project, tmp_path):
    fingerprint = judge_fingerprint(RUN.judge)
    panel = tmp_path / "panel.json"
    systems = {
        name: {"accuracy": accuracy, "interval": [0.25, 1.0]}
        for name, accuracy in (("judge", 0.75), ("longer", 0.5))
    }
    tree = {"pairs": {"num_pairs": 7, "systems": systems}}
    file = {"file": "pairs.jsonl", "references": "none", "figures": {"mine": tree, "other": tree}}
    judges = [
        {"fingerprint": "else", "name": "other"},
        {"fingerprint": fingerprint, "name": "mine"},
    ]
    write_json(panel, {"judges": judges, "files": [file], "limit": 60})
    result = run_command("judge-0.5b", "--panel", panel)
    assert result.exit_code == 0, result.output
    out = Path("judges/judge-0.5b")
    assert {path.name for path in out.iterdir()} == {
        "README.md", "adapter_config.json", "adapter_model.safetensors", "judge.json",
        "metrics.json", "panel.json", "params.yaml", "release.json", "SHA256SUMS",
    }  # fmt: skip
    stored = load_file(out / "adapter_model.safetensors")
    for name, value in load_file(RUN.judge / "adapter_model.safetensors").items():
        assert torch.equal(stored[name], value.to(torch.bfloat16))
    for name, source in (("params.yaml", RUN.params), ("metrics.json", RUN.metrics)):
        assert (out / name).read_bytes() == source.read_bytes()
    about = json.loads((out / "release.json").read_text("utf-8"))
    assert about["code"] == call("git", "rev-parse", "HEAD").strip()
    assert about["data"] in Path("data.dvc").read_text()
    assert about["trained_sha256"] == fingerprint != about["judge_sha256"]
    assert about["judge_sha256"] == judge_fingerprint(out)
    assert about["num_compared"] == 20
    card = (out / "README.md").read_text("utf-8")
    assert 'Judge.load("judge-0.5b")' in card
    assert about["judge_sha256"] in card
    assert "| exactly the label | 0.500 (0.400 to 0.600) | 0.200" in card
    worst = re.findall(r"^\| (\w+) \| 10 \| 0.50 \| (\S+) \| 0.70 of 20 \|$", card, re.M)
    assert worst == [("kind5", "0.50"), ("kind4", "0.40"), ("kind3", "0.30"), ("kind2", "0.20")]
    assert card.count(" of 4") == 1
    assert "a grade that the response asked for was given: 1 of 4" in card
    assert "| pairs.jsonl | none | 7 pairs | accuracy | .75 (.25 to 1.00) | .50" in card

    texts = texts_of(make_examples())
    one, other = (
        [verdict.expected_score for verdict in Judge.load(folder).evaluate_many(texts)]
        for folder in (RUN.judge, out)
    )
    moved = max(abs(a - b) for a, b in zip(one, other, strict=True))
    assert 0 < about["largest_change"] <= moved + 1e-6 < 0.05

    call("git", "add", "-A")
    call("git", "commit", "-qm", "judge")
    assert json.loads(dvc("status", "--json")) == {}
    dvc("get", "-q", str(project), "judges/judge-0.5b", "-o", str(tmp_path / "got"))
    assert judge_fingerprint(tmp_path / "got") == about["judge_sha256"]
    with pytest.raises(StorageError, match="is there already"):
        run_command("judge-0.5b")


def other_lora(values):
    values["lora"]["r"] = 8


def stale_judge(values):
    values["temperature"] = 2.0


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda: edit(RUN.params, other_lora), "params.yaml: lora: build/judge was trained with"),
        (lambda: edit(RUN.judge / "judge.json", stale_judge), "holds no figures of build/judge"),
        (lambda: Path("src/code.py").write_text("x = 2\n"), "src/code.py: is not committed"),
        (lambda: Path("src/new.py").touch(), "src/new.py: is not committed"),
        (lambda: Path("data/rows.jsonl").touch(), None),
        (lambda: Path("data/rows.jsonl").write_text("{} \n"), "stale: data.dvc; run `dvc repro`"),
        (lambda: write_json(RUN.metrics, {}), "stale: evaluate; run `dvc repro`"),
        (RUN.metrics.unlink, "holds no figures of build/judge"),
        (lambda: shutil.rmtree(".git"), r"run this in the project's Git clone"),
    ],
)
def test_what_does_not_belong_together_is_refused_in_one_line(project, spoil, says):
    spoil()
    if says is None:
        check_finished(RUN)
        return
    with pytest.raises(TrainingError, match=says) as caught:
        check_finished(RUN)
    assert "\n" not in str(caught.value)


def test_code_that_was_committed_after_the_run_is_stale(project):
    Path("src/code.py").write_text("x = 2\n")
    call("git", "commit", "-qam", "later")
    with pytest.raises(TrainingError, match="stale: evaluate"):
        check_finished(RUN)


@pytest.fixture
def unchecked(project, monkeypatch):
    """A run whose parts were looked at before."""
    found = check_finished(RUN)
    monkeypatch.setattr(releasing, "check_finished", lambda _: found)
    return project


@pytest.mark.parametrize(
    ("limit", "value", "says"),
    [("TOLERANCE", 0, "in bf16 an expected score moves by 0"), ("MAX_BYTES", 99, "MB in bf16")],
)
def test_a_judge_that_does_not_fit_is_not_kept(unchecked, monkeypatch, limit, value, says):
    monkeypatch.setattr(releasing, limit, value)
    with pytest.raises(ModelError, match=says):
        run_command("judge-0.5b")
    assert not list(Path("judges").iterdir())
    assert not Path("judges.dvc").exists()


@pytest.mark.parametrize("panel", [{"judges": [{"fingerprint": "another"}]}, {}, [1]])
def test_a_panel_of_another_judge_is_refused(unchecked, panel, tmp_path):
    write_json(tmp_path / "panel.json", panel)
    with pytest.raises(ModelError, match=r"bench/panel\.py"):
        run_command("judge-0.5b", "--panel", tmp_path / "panel.json")


def test_a_panel_of_this_judge_with_more_renderings_is_refused_as_that(unchecked, tmp_path):
    path = tmp_path / "panel.json"
    marked = {"name": "mine", "fingerprint": judge_fingerprint(RUN.judge) + "+renderings3"}
    write_json(path, {"judges": [{"fingerprint": "else"}, marked], "files": [], "renderings": 3})
    with pytest.raises(ModelError) as caught:
        run_command("judge-0.5b", "--panel", path)
    assert str(caught.value) == (
        f"{path}: was measured with --renderings 3, and a released judge's card holds figures of "
        "1; run bench/panel.py without --renderings"
    )


@pytest.mark.parametrize("name", ["../x", "a/b", "", "Judge", ".x", "mine"])
def test_a_name_is_no_path_and_none_that_git_ignores(name):
    with pytest.raises(ModelError, match=r"NAME .* expected judge- and then"):
        run_command(name)


def test_the_change_is_the_largest_of_all_answers(judge_folder, tmp_path):
    """Twice the adapter moves every score by another amount."""
    other = tmp_path / "other"
    shutil.copytree(judge_folder, other)
    tensors = load_file(judge_folder / "adapter_model.safetensors")
    doubled = {name: 2 * value if "lora_B" in name else value for name, value in tensors.items()}
    save_file(doubled, other / "adapter_model.safetensors", metadata={"format": "pt"})
    examples = make_examples(2)
    found = releasing.largest_change(judge_folder, other, examples, lambda *_: None)
    texts = texts_of(examples)
    scores = [
        torch.tensor([v.probabilities for v in Judge.load(folder).evaluate_many(texts)])
        @ torch.arange(1.0, 6.0)
        for folder in (judge_folder, other)
    ]
    assert found == pytest.approx(float((scores[0] - scores[1]).abs().max()), abs=1e-4)
