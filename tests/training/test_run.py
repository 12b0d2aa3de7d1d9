from __future__ import annotations

import csv
import dataclasses
import errno
import json
import math
import multiprocessing
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import lightning
import peft
import pytest
import torch
from safetensors.torch import load_file, save_file

from autograder.errors import DataError, ModelError, StorageError, TrainingError
from autograder.judging.judge import Judge
from autograder.model.backbone import Backbone
from autograder.model.base_model import load_base
from autograder.training import callbacks, outcome, solved
from autograder.training import run as training
from autograder.training.callbacks import BEST, LAST, ResumePoints
from autograder.training.encoded_rows import Rows
from autograder.training.measured import Measured
from autograder.training.module import JudgeModule, open_checkpoint
from autograder.training.outcome import ADAPTER, Outputs, csv_text
from autograder.training.run import OWN_ANSWERS, train
from helpers.damage import flip
from helpers.tiny_judge import publish_trained


@pytest.fixture
def config(tiny_config):
    """Two epochs of 5 batches, 3 optimiser steps each."""
    return tiny_config.changed(
        run={"checkpoint_every": 1, "devices": 1},
        train={
            "epochs": 2,
            "batch_size": 3,
            "accumulate": 2,
            "optimizer": "adamw",
            "patience": 0,
            "monitor": "loss",
        },
    )


def run(config, train_examples, folder, validation=None, scratch="scratch", **options) -> Path:
    """Train on the first 14 examples, or on fewer; validate on six others."""
    train(
        config,
        Rows.of_examples(train_examples[:14]),
        Rows.of_examples(train_examples[20:26] if validation is None else validation),
        scratch=folder / scratch,
        outputs=Outputs(folder / "checkpoints", folder / "reports"),
        logs=folder.parent / f"{folder.name}-logs",
        cache=folder.parent / f"{folder.name}-rows",
        **options,
    )
    return folder


def judge_of(folder: Path, validation) -> Judge:
    publish_trained(folder / "checkpoints" / ADAPTER, validation, folder / "judge")
    return Judge.load(folder / "judge", device="cpu")


def trained(folder: Path) -> dict:
    return json.loads((folder / "checkpoints" / ADAPTER / "trained.json").read_text())


def adapter(folder: Path) -> bytes:
    return (folder / "checkpoints" / ADAPTER / "adapter_model.safetensors").read_bytes()


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "reports" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- to the end


@pytest.mark.parametrize("bits", [16, 4])
def test_a_training_leaves_an_adapter_that_grades(config, examples, tmp_path, capsys, bits):
    # The judge multiplies exactly, so only then can the two agree to the fifth digit.
    config = config.changed(quantization={"bits": bits, "products": "exact"})
    run(config, examples, tmp_path)
    assert names(tmp_path) == ["checkpoints", "reports", "scratch"]
    assert names(tmp_path / "checkpoints") == [ADAPTER, BEST, LAST]
    assert names(tmp_path / "checkpoints" / ADAPTER) == [
        "adapter_config.json", "adapter_model.safetensors", "trained.json"
    ]  # fmt: skip
    assert names(tmp_path / "reports") == ["train.csv", "validation.csv"]

    module = JudgeModule.load_from_checkpoint(tmp_path / "checkpoints" / BEST)
    judge = judge_of(tmp_path, examples[20:26])
    example = examples[27]
    verdict = judge.evaluate(example.prompt, example.response, example.rubric, reasoning=False)
    (expected,) = Judge(module.backbone, judge.temperature).evaluate_many(
        [(example.prompt, example.response, example.rubric)]
    )
    assert verdict.probabilities == pytest.approx(expected.probabilities, abs=1e-5)

    steps = rows(tmp_path, "train")
    assert [row["step"] for row in steps] == ["1", "2", "3", "4", "5", "6"]
    assert list(steps[0]) == [
        "step", "epoch", "loss", "score_loss", "reasoning_loss", "regression", "lr"
    ]  # fmt: skip
    epochs = rows(tmp_path, "validation")
    assert [row["epoch"] for row in epochs] == ["1", "2"]
    best = min(epochs, key=lambda row: float(row["loss"]))
    assert trained(tmp_path)["validation"]["loss"] == pytest.approx(float(best["loss"]), rel=1e-5)
    said = capsys.readouterr().err
    assert f"in {bits} bits" in said
    assert "14 examples to train on, 6 to validate" in said
    assert "epoch 2  loss " in said


@pytest.mark.parametrize(
    ("auto", "words"),
    [
        (torch.bfloat16, r"\(fp32\)"),
        (torch.float32, r"\(it has no AVX-512 bf16: fp32, three to four times as long\)"),
    ],
)
def test_after_a_few_steps_it_says_how_long_all_will_take(
    config, examples, tmp_path, monkeypatch, capsys, auto, words
):
    config = config.changed(train={"epochs": 5})
    monkeypatch.setattr(callbacks, "choose_dtype", lambda name, device: auto)
    with monkeypatch.context() as patch:
        interrupted(patch, 12)  # after seven steps
        with pytest.raises(KeyboardInterrupt):
            run(config, examples, tmp_path)
    first = capsys.readouterr().err
    run(config, examples, tmp_path)
    for said, num_steps in ((first, 15), (capsys.readouterr().err, 8)):
        line = rf"about \d+ seconds for (\d+) steps on this CPU {words}\n"
        assert re.findall(line, said) == [str(num_steps)]


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_labels_without_a_single_reasoning_make_a_judge(config, examples, tmp_path, share):
    labels = [dataclasses.replace(example, reasoning="") for example in examples]
    run(config.changed(train={"reasoning_share": share}), labels, tmp_path)
    steps = rows(tmp_path, "train")
    assert [row["reasoning_loss"] for row in steps] == [""] * 6
    assert all(math.isfinite(float(row["loss"])) for row in steps)
    assert trained(tmp_path)["validation"]["reasoning_loss"] is None
    judge = judge_of(tmp_path, labels[20:26])
    verdict = judge.evaluate(*labels[27].request.texts, max_reasoning_tokens=4)
    assert sum(verdict.probabilities) == pytest.approx(1)


def given(monkeypatch, name: str, values) -> None:
    """One validation metric comes out as told, epoch by epoch."""
    left, compute = iter(values), Measured.compute

    def told(self):
        return compute(self) | {name: torch.tensor(next(left), dtype=torch.float64)}

    monkeypatch.setattr(Measured, "compute", told)


def test_the_adapter_is_the_best_epochs(config, examples, tmp_path, monkeypatch):
    """The metric gets worse: the judge is the first epoch's, the last checkpoint the second's."""
    given(monkeypatch, "loss", (1.0, 2.0))
    run(config, examples, tmp_path)
    best, last = (
        torch.load(tmp_path / "checkpoints" / name, map_location="cpu", weights_only=False)
        for name in (BEST, LAST)
    )
    assert (best["global_step"], last["global_step"]) == (3, 6)
    assert len(rows(tmp_path, "validation")) == 2
    written = dict(judge_of(tmp_path, []).backbone.named_parameters())
    for name, value in best["state_dict"].items():
        assert torch.equal(written[name.removeprefix("backbone.")], value)
    assert any(not torch.equal(best["state_dict"][n], v) for n, v in last["state_dict"].items())


def test_a_seed_gives_one_adapter_and_another_seed_another(config, examples, tmp_path):
    config = config.changed(lora={"dropout": 0.1})
    torch.manual_seed(1)
    one = run(config, examples, tmp_path / "one")
    torch.manual_seed(2)
    same = run(config, examples, tmp_path / "same")
    other = run(config.changed(seed=18), examples, tmp_path / "other")
    assert adapter(one) == adapter(same)
    for name in ("train", "validation"):
        assert rows(one, name) == rows(same, name)
        assert rows(one, name) != rows(other, name)
    assert adapter(one) != adapter(other)


@pytest.fixture
def sharp_base(tiny_base, tmp_path) -> Path:
    """The tiny model with weights that let it be sure; the random one's logits stay near 0."""
    folder = tmp_path / "sharp"
    shutil.copytree(tiny_base, folder)
    weights = load_file(folder / "model.safetensors")
    for name in weights:
        weights[name] *= 10 if "embed" in name else 4 if "proj.weight" in name else 1
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def test_ten_examples_can_be_learnt_by_heart(config, examples, tmp_path, sharp_base):
    config = config.changed(
        model={"name": str(sharp_base)},
        lora={"r": 16, "alpha": 32.0, "dropout": 0.0},
        loss={"score_weight": 20.0},
        run={"checkpoint_every": 1000},
        train={"epochs": 25, "batch_size": 5, "accumulate": 1, "lr": 1e-2},
    )
    ten = [
        dataclasses.replace(e, prompt="Rate.", response="abcde"[e.score - 1] * 20, reasoning="ok")
        for e in examples[:10]
    ]
    run(config, ten, tmp_path, validation=ten)
    losses = [float(row["loss"]) for row in rows(tmp_path, "train")]
    assert losses[-1] < 0.1 * losses[0]
    assert float(rows(tmp_path, "validation")[-1]["exact"]) == 1.0
    judge = judge_of(tmp_path, ten)
    verdicts = judge.evaluate_many((e.prompt, e.response, e.rubric) for e in ten)
    assert [verdict.score for verdict in verdicts] == [e.score for e in ten]


@pytest.mark.parametrize(
    ("losses", "patience", "num_epochs", "best"),
    [
        ([3, 2, 1, 0.5], 1, 4, 4),
        ([1, 2, 3, 4], 1, 2, 1),
        ([1, 2, 3, 4], 2, 3, 1),
        ([3, 4, 2, 3, 3, 1], 2, 5, 3),
        ([1, 2, 3, 4], 0, 4, 1),
    ],
)
def test_it_stops_early_when_the_best_epoch_grows_old(
    config, examples, tmp_path, monkeypatch, losses, patience, num_epochs, best
):
    config = config.changed(train={"epochs": len(losses), "patience": patience, "batch_size": 14})
    given(monkeypatch, "loss", losses)
    run(config, examples, tmp_path)
    assert len(rows(tmp_path, "validation")) == num_epochs
    assert len(rows(tmp_path, "train")) == num_epochs
    checkpoint = torch.load(tmp_path / "checkpoints" / BEST, weights_only=False)
    assert checkpoint["epoch"] == best - 1


def test_a_metric_where_more_is_better_keeps_the_greatest(config, examples, tmp_path, monkeypatch):
    """And one that is undefined is no better than any."""
    config = config.changed(train={"epochs": 4, "batch_size": 14, "monitor": "pearson"})
    given(monkeypatch, "pearson", [float("nan"), 0.1, 0.3, 0.2])
    run(config, examples, tmp_path)
    checkpoint = torch.load(tmp_path / "checkpoints" / BEST, weights_only=False)
    assert checkpoint["epoch"] == 2
    assert [row["pearson"] for row in rows(tmp_path, "validation")] == ["", "0.1", "0.3", "0.2"]
    assert trained(tmp_path)["validation"]["pearson"] == pytest.approx(0.3)


def test_a_metric_that_stays_undefined_keeps_the_latest_epoch(
    config, examples, tmp_path, monkeypatch
):
    config = config.changed(train={"epochs": 3, "batch_size": 14, "monitor": "pearson"})
    given(monkeypatch, "pearson", [float("nan")] * 3)
    run(config, examples, tmp_path)
    checkpoint = torch.load(tmp_path / "checkpoints" / BEST, weights_only=False)
    assert checkpoint["epoch"] == 2


def test_without_a_validation_split_the_last_epoch_is_taken(config, examples, tmp_path):
    run(config.changed(train={"patience": 1}), examples, tmp_path, validation=[])
    checkpoint = torch.load(tmp_path / "checkpoints" / BEST, weights_only=False)
    assert checkpoint["epoch"] == 1
    assert trained(tmp_path)["validation"] == {}
    assert judge_of(tmp_path, []).temperature == 1.0


def test_nothing_to_train_on_is_told(config, examples, tmp_path):
    with pytest.raises(TrainingError, match="no examples to train on"):
        run(config, [], tmp_path)


# --- refused, interrupted, out of space


def test_a_share_that_leaves_nothing_is_told_before_a_model_is_loaded(config, examples, tmp_path):
    with pytest.raises(TrainingError, match=r"train\.share 1e-06 leaves none of 14 examples"):
        run(config.changed(train={"share": 1e-6}), examples, tmp_path)
    with pytest.raises(TrainingError, match=r"train\.share 1 and train\.skip 0\.9999 leaves none"):
        run(config.changed(train={"skip": 0.9999}), examples, tmp_path)
    with pytest.raises(
        TrainingError, match=r"train\.fresh: no training example is of 'natural/no'"
    ):
        run(config.changed(train={"skip": 0.5, "fresh": ["natural/no"]}), examples, tmp_path)
    assert not (tmp_path / "scratch").exists()


def test_a_refusal_before_writing_leaves_the_old_outputs(config, examples, tmp_path):
    for name in ("checkpoints", "reports"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "old").write_text(name)

    def refuse():
        raise TrainingError("edited")

    with pytest.raises(TrainingError, match="edited"):
        run(config, examples, tmp_path, before_writing=refuse)
    for name in ("checkpoints", "reports"):
        assert names(tmp_path / name) == ["old"]
    run(config, examples, tmp_path)
    assert names(tmp_path / "checkpoints") == [ADAPTER, BEST, LAST]
    assert names(tmp_path) == ["checkpoints", "reports", "scratch"]


def test_training_is_not_repeated_when_only_writing_failed(config, examples, tmp_path, monkeypatch):
    def refuse():
        raise TrainingError("edited")

    with pytest.raises(TrainingError):
        run(config, examples, tmp_path, before_writing=refuse)
    monkeypatch.setattr(lightning.Trainer, "fit", lambda *_, **__: pytest.fail("trained again"))
    run(config, examples, tmp_path)
    assert len(rows(tmp_path, "train")) == 6


def full_disk(monkeypatch, number):
    """The disk is full at the given checkpoint."""
    save = torch.save
    calls = [0]

    def failing(values, file, *args, **options):
        calls[0] += 1
        if calls[0] >= number:
            file.write(b"half")
            raise OSError(errno.ENOSPC, "No space left on device", file.name)
        save(values, file, *args, **options)

    monkeypatch.setattr(torch, "save", failing)


@pytest.mark.parametrize("number", [1, 4])
def test_a_full_disk_while_checkpointing_is_told_and_the_run_can_go_on(
    config, examples, tmp_path, number
):
    expected = adapter(run(config, examples, tmp_path / "whole"))
    folder = tmp_path / "full"
    with pytest.MonkeyPatch.context() as patch:
        full_disk(patch, number)
        with pytest.raises(StorageError, match=r"ckpt: cannot be written: No space left"):
            run(config, examples, folder)
    assert names(folder) == ["scratch"]
    assert not list((folder / "scratch").glob(".*.part"))
    run(config, examples, folder)
    assert adapter(folder) == expected


@pytest.mark.parametrize("failing_at", ["adapter", "checkpoints", "reports"])
def test_a_full_disk_while_writing_keeps_the_old_folder_whole(
    config, examples, tmp_path, failing_at
):
    run(config, examples, tmp_path)
    place = "reports" if failing_at == "reports" else "checkpoints"
    before = contents(tmp_path / place)
    config = config.changed(seed=3)

    def failing(*args, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        if failing_at == "adapter":
            patch.setattr(outcome, "save_adapter", failing)
        elif failing_at == "checkpoints":
            patch.setattr("shutil.copyfile", failing)
        else:
            patch.setattr(outcome, "csv_text", failing)
        with pytest.raises(StorageError, match=f"{place}: cannot be written: No space left"):
            run(config, examples, tmp_path, scratch="other")
    assert contents(tmp_path / place) == before
    assert not [name for name in names(tmp_path) if name.startswith(".")]


def test_ctrl_c_leaves_a_point_to_go_on_from_and_writes_nothing(config, examples, tmp_path):
    expected = adapter(run(config, examples, tmp_path / "whole"))
    folder = tmp_path / "stopped"
    with pytest.MonkeyPatch.context() as patch:
        interrupted(patch, 8)
        with pytest.raises(KeyboardInterrupt):
            run(config, examples, folder)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert names(folder) == ["scratch"]
    assert names(folder / "scratch") == [BEST, LAST, "lock"]
    assert torch.load(folder / "scratch" / LAST, weights_only=False)["global_step"] == 4
    run(config, examples, folder)
    assert adapter(folder) == expected


def test_a_termination_ends_with_its_own_code_and_can_go_on(config, examples, tmp_path):
    expected = adapter(run(config, examples, tmp_path / "whole"))
    folder = tmp_path / "stopped"
    watched = ResumePoints.on_train_batch_end

    def terminated(self, trainer, *args):
        watched(self, trainer, *args)
        if trainer.global_step == 2:
            signal.raise_signal(signal.SIGTERM)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ResumePoints, "on_train_batch_end", terminated)
        with pytest.raises(SystemExit) as stop:
            run(config, examples, folder)
    assert stop.value.code == 143
    assert names(folder) == ["scratch"]
    run(config, examples, folder)
    assert adapter(folder) == expected


def interrupted(monkeypatch, number: int, hook: str = "on_train_batch_end") -> None:
    """Ctrl-C after that call of the hook that saves `last.ckpt`."""
    watched, calls = getattr(ResumePoints, hook), [0]

    def mortal(self, *args):
        watched(self, *args)
        calls[0] += 1
        if calls[0] == number:
            raise KeyboardInterrupt

    monkeypatch.setattr(ResumePoints, hook, mortal)


def test_a_project_that_was_moved_between_kill_and_resumption_knows_its_best_epoch(
    config, examples, tmp_path, monkeypatch
):
    with monkeypatch.context() as patch:
        given(patch, "loss", [1.0])
        interrupted(patch, 8)
        with pytest.raises(KeyboardInterrupt):
            run(config, examples, tmp_path / "here")
    (tmp_path / "here").rename(tmp_path / "there")
    given(monkeypatch, "loss", [2.0])
    run(config, examples, tmp_path / "there")
    checkpoint = torch.load(tmp_path / "there" / "checkpoints" / BEST, weights_only=False)
    assert checkpoint["epoch"] == 0


def test_a_run_that_had_stopped_early_does_not_go_on_when_resumed(
    config, examples, tmp_path, monkeypatch
):
    config = config.changed(train={"epochs": 5, "patience": 1})
    with monkeypatch.context() as patch:
        given(patch, "loss", [1.0, 2.0])
        interrupted(patch, 2, "on_train_epoch_end")
        with pytest.raises(KeyboardInterrupt):
            run(config, examples, tmp_path)
    run(config, examples, tmp_path)
    assert len(rows(tmp_path, "validation")) == 2
    assert len(rows(tmp_path, "train")) == 6


def test_ctrl_c_in_another_process_ends_it_with_130(config, tmp_path):
    """As `dvc repro` sees it: no traceback, nothing published."""
    code = (
        "import signal, os\n"
        "from autograder.stages import run\n"
        "run(lambda: signal.raise_signal(signal.SIGINT))\n"
    )
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 130
    assert found.stderr.strip() == "interrupted"


def _hold(scratch, ready, done):
    with training._only_one(scratch):
        ready.set()
        done.wait(60)


def test_a_second_process_on_the_same_run_is_refused(config, examples, tmp_path):
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(tmp_path / "scratch", ready, done))
    holder.start()
    try:
        assert ready.wait(60)
        with pytest.raises(TrainingError, match="another process trains this very run"):
            run(config, examples, tmp_path)
        assert names(tmp_path) == ["scratch"]
    finally:
        done.set()
        holder.join(60)
    run(config, examples, tmp_path)


def test_a_broken_checkpoint_is_told(config, examples, tmp_path):
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch" / LAST).write_bytes(b"half")
    with pytest.raises(TrainingError, match=r"last.ckpt: .*delete"):
        run(config, examples, tmp_path)


def test_a_flipped_bit_in_a_checkpoint_is_told(tmp_path):
    path = tmp_path / LAST
    torch.save({"weight": torch.ones(1000)}, path)
    open_checkpoint(path)
    flip(path, path.stat().st_size // 2)
    assert not torch.load(path)["weight"].eq(1).all()  # PyTorch itself says nothing
    with pytest.raises(TrainingError, match=r"last.ckpt: .*data/0 is damaged.*delete"):
        open_checkpoint(path)


def test_an_example_that_does_not_fit_is_named(config, examples, tmp_path):
    examples[5] = dataclasses.replace(examples[5], rubric="u" * 3000)
    with pytest.raises(DataError, match=f"example {examples[5].id}: "):
        run(config, examples, tmp_path)


# --- reports


def test_csv_text_is_six_digits_and_empty_where_undefined():
    values = [{"a": 1.0, "b": 0.123456789}, {"a": float("nan"), "b": float("inf")}]
    assert csv_text(values) == "a,b\n1,0.123457\n,\n"
    assert csv_text([]) == ""


def test_a_logger_that_is_not_installed_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "dvclive.lightning", None)
    with pytest.raises(TrainingError, match=r"run\.logger: dvclive is not installed"):
        training.make_logger("dvclive", tmp_path / "run", resumed=False)
    assert training.make_logger("csv", tmp_path / "run", resumed=False) is False


def test_the_base_is_left_as_it_was(config, examples, tmp_path):
    """Training changes the adapter and nothing else."""
    run(config, examples, tmp_path)
    judge = judge_of(tmp_path, examples[20:26])
    base, encoder = load_base(
        config.model, config.quantization, device=torch.device("cpu"), dtype=torch.float32
    )
    encoded = [encoder.encode(e.prompt, e.response, e.rubric) for e in examples[:3]]
    expected = Judge(Backbone(base, encoder)).digit_logits(encoded)
    with judge.backbone.without_adapter():
        assert torch.allclose(judge.digit_logits(encoded), expected, atol=1e-5)
    assert not torch.allclose(judge.digit_logits(encoded), expected, atol=1e-3)


def test_a_started_run_begins_with_the_weights_of_its_start(config, examples, tmp_path):
    """As PEFT reads them; what the run itself says of an adapter, its dropout, is the run's."""
    first = run(config, examples, tmp_path / "first") / "checkpoints" / ADAPTER
    changed = config.changed(lora={"dropout": 0.3}, train={"lr": 1e-30, "epochs": 1})
    second = run(changed, examples, tmp_path / "second", start=first) / "checkpoints" / ADAPTER
    reference = peft.load_peft_weights(str(first), device="cpu")
    found = peft.load_peft_weights(str(second), device="cpu")
    assert any("lora_B" in name and value.any() for name, value in reference.items())
    torch.testing.assert_close(found, reference, rtol=0, atol=0)
    assert peft.PeftConfig.from_pretrained(str(second)).lora_dropout == 0.3


def test_a_started_run_learns_and_resumes_without_its_start(config, examples, tmp_path):
    first = run(config, examples, tmp_path / "first") / "checkpoints" / ADAPTER
    whole = run(config, examples, tmp_path / "whole", start=first)
    assert adapter(whole) != (first / "adapter_model.safetensors").read_bytes()

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(config, examples, tmp_path / "stopped", start=first, before_writing=stop)
    assert adapter(run(config, examples, tmp_path / "stopped", start=first)) == adapter(whole)


def test_a_start_of_another_shape_is_refused(config, examples, tmp_path):
    first = run(config, examples, tmp_path / "first") / "checkpoints" / ADAPTER
    for lora in ({"r": 8}, {"targets": ["q_proj"]}, {"targets": [*config.lora.targets[1:]]}):
        with pytest.raises(ModelError, match="no adapter of the shape that `lora` gives"):
            run(config.changed(lora=lora), examples, tmp_path / "other", start=first)


# --- the base's own answers


def answers_with(tokens):
    return lambda _, questions: [tokens] * len(questions)


def test_what_the_base_answers_is_learned_from(config, examples, tmp_path, monkeypatch):
    config, adapters = config.changed(train={"solve": 1.0}), set()
    for number, tokens in enumerate([(), (40, 41), (42,)]):
        monkeypatch.setattr(solved, "own_answers", answers_with(tokens))
        adapters.add(adapter(run(config, examples, tmp_path / str(number))))
    assert len(adapters) == 3


def test_a_killed_training_goes_on_with_the_same_answers(config, examples, tmp_path, monkeypatch):
    config = config.changed(train={"solve": 0.7})
    monkeypatch.setattr(solved, "own_answers", answers_with((40, 41)))
    whole = run(config, examples, tmp_path / "whole")
    with monkeypatch.context() as patch:
        interrupted(patch, 3)
        with pytest.raises(KeyboardInterrupt):
            run(config, examples, tmp_path / "killed")
    assert (tmp_path / "killed" / "scratch" / LAST).exists()
    monkeypatch.setattr(solved, "own_answers", None)  # nobody is asked
    killed = run(config, examples, tmp_path / "killed")
    assert adapter(killed) == adapter(whole)
    assert judge_of(killed, examples[20:26]).encoder.solves


def test_without_it_nobody_is_asked(config, examples, tmp_path, monkeypatch):
    monkeypatch.setattr(solved, "own_answers", None)
    run(config, examples, tmp_path)
    assert not (tmp_path / "scratch" / OWN_ANSWERS).exists()
    assert not judge_of(tmp_path, examples[20:26]).encoder.solves
