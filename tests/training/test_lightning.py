"""The module and its data with a Trainer that is the user's own."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import lightning
import pytest
import torch
from lightning.pytorch.callbacks import EarlyStopping, LearningRateMonitor, ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger
from ruamel.yaml import YAML
from scipy.stats import pearsonr
from sklearn.metrics import accuracy_score, mean_absolute_error

from autograder import config as configuration
from autograder.errors import TrainingError
from autograder.judging.judge import Judge
from autograder.schema import write_examples
from autograder.training.data import JudgeDataModule
from autograder.training.module import JudgeModule, load_backbone
from conftest import make_examples

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [
    # Lightning's advice on few cores, and its own use of PyTorch.
    pytest.mark.filterwarnings(r"ignore::UserWarning:lightning\."),
    pytest.mark.filterwarnings("ignore:.*(LeafSpec|lr_scheduler.step).*"),
]
STEP = {"train/loss", "train/score_loss", "train/reasoning_loss", "train/regression", "train/lr"}
EPOCH = {
    "loss", "score_loss", "reasoning_loss", "exact", "within_1", "mae", "mae_expected", "kappa",
    "pearson", "spearman", "rps", "ece", "top_share",
}  # fmt: skip


@pytest.fixture
def config(tiny_config):
    return tiny_config.changed(train={"optimizer": "adamw", "batch_size": 5})


@pytest.fixture
def module(config) -> JudgeModule:
    return JudgeModule(load_backbone(config), config)


@pytest.fixture
def data(module, examples) -> JudgeDataModule:
    """Three batches to train on, one to validate, two to test."""
    encoded = module.backbone.encoder.encode_all(examples)
    return JudgeDataModule(
        encoded[:15],
        encoded[15:20],
        encoded[20:],
        predict=encoded[20:][::-1],
        config=module.config.train,
        pad_id=module.backbone.encoder.pad_id,
        seed=module.config.seed,
    )


@pytest.fixture
def trainer_of(tmp_path):
    def make(**options: Any) -> lightning.Trainer:
        options = {"logger": False, "enable_checkpointing": False} | options
        return lightning.Trainer(
            accelerator="cpu",
            default_root_dir=tmp_path,
            enable_progress_bar=False,
            enable_model_summary=False,
            **options,
        )

    return make


def steps(module: JudgeModule) -> list[float]:
    return [row["step"] for row in module.history["train"]]


# --- the page


def test_the_script_of_the_page_runs(config, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUTOGRADER_HOME", str(tmp_path / "home"))
    rows = make_examples(8)
    (tmp_path / "build" / "splits").mkdir(parents=True)
    for name, part in (("train", rows[:25]), ("validation", rows[25:35]), ("test", rows[35:])):
        write_examples(f"build/splits/{name}.jsonl", part)
    with Path("params.yaml").open("w") as file:
        YAML().dump(configuration.describe(config), file)

    page = (ROOT / "docs" / "lightning.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"^```python\n(.*?)^```", page, re.S | re.M)
    known: dict[str, Any] = {}
    exec(compile(script, "docs/lightning.md", "exec"), known)

    assert known["probabilities"].shape == (5, 5)
    assert Path(known["best"].best_model_path).is_relative_to(tmp_path / "mine")
    (folder,) = (tmp_path / "mine" / "lightning_logs").iterdir()
    with (folder / "metrics.csv").open() as file:
        names = set(next(csv.reader(file)))
    measured = {f"{stage}/{name}" for stage in ("val", "test") for name in EPOCH}
    assert names == STEP | measured | {"lr-AdamW", "epoch", "step"}
    for name in [*STEP, *EPOCH]:
        assert f"`{name.rpartition('/')[2]}`" in page, name
    judge = Judge(known["module"].backbone)
    found = judge.evaluate_many((row.prompt, row.response, row.rubric) for row in rows[35:])
    best = torch.tensor([verdict.probabilities for verdict in found])
    assert torch.allclose(known["probabilities"], best, atol=1e-5)


# --- callbacks


def told(monkeypatch, module: JudgeModule, values: list[float]) -> None:
    """The ranked probability score comes out as told, epoch by epoch."""
    compute, left = module.measured.compute, iter(values)
    monkeypatch.setattr(
        module.measured, "compute", lambda: compute() | {"rps": torch.tensor(next(left))}
    )


def test_model_checkpoint_keeps_the_best_epoch_and_it_opens(
    module, data, trainer_of, tmp_path, monkeypatch
):
    told(monkeypatch, module, [0.3, 0.1, 0.2])
    best = ModelCheckpoint(tmp_path / "best", "{epoch}-{val/rps:.2f}", "val/rps")
    trainer = trainer_of(
        max_epochs=3, callbacks=[best], enable_checkpointing=True, num_sanity_val_steps=0
    )
    trainer.fit(module, data)
    assert best.best_model_score == pytest.approx(0.1)
    assert [path.name for path in (tmp_path / "best").rglob("*.ckpt")] == ["rps=0.10.ckpt"]
    assert "epoch=1" in best.best_model_path
    opened = JudgeModule.load_from_checkpoint(best.best_model_path)
    saved = torch.load(best.best_model_path, weights_only=True)
    assert saved["global_step"] == 6
    for name, weight in opened.backbone.trainable().items():
        assert torch.equal(weight.cpu(), saved["state_dict"][f"backbone.{name}"])
    same = JudgeModule.load_from_checkpoint(best.best_model_path, backbone=module.backbone)
    assert same.backbone is module.backbone


def test_early_stopping_stops(module, data, trainer_of, monkeypatch):
    told(monkeypatch, module, [0.1, 0.2, 0.3, 0.4, 0.5])
    stopping = EarlyStopping("val/rps", patience=2)
    trainer = trainer_of(max_epochs=5, callbacks=[stopping], num_sanity_val_steps=0)
    trainer.fit(module, data)
    assert stopping.stopped_epoch == 2
    assert len(module.history["validation"]) == 3


def test_the_learning_rate_monitor_and_a_logger_see_the_same_rate(
    module, data, trainer_of, tmp_path
):
    logger = CSVLogger(tmp_path, flush_logs_every_n_steps=1)
    options = {"callbacks": [LearningRateMonitor()], "logger": logger, "log_every_n_steps": 1}
    trainer_of(max_epochs=2, **options).fit(module, data)
    with (Path(logger.log_dir) / "metrics.csv").open() as file:
        rows = list(csv.DictReader(file))
    ours = [float(row["train/lr"]) for row in rows if row["train/lr"]]
    theirs = [float(row["lr-AdamW"]) for row in rows if row["lr-AdamW"]]
    assert ours == pytest.approx(theirs)
    assert ours == pytest.approx([row["lr"] for row in module.history["train"]])
    assert [row["step"] for row in rows if row["train/lr"]] == list("123456")
    assert [row["step"] for row in rows if row["val/rps"]] == ["3", "6"]


# --- steps


def test_every_name_is_logged(module, data, trainer_of):
    trainer = trainer_of(max_epochs=1)
    trainer.fit(module, data)
    names = set(trainer.callback_metrics)
    assert names == STEP | {f"val/{name}" for name in EPOCH} | {"step"}
    (row,) = module.history["validation"]
    for name in EPOCH:
        assert trainer.callback_metrics[f"val/{name}"].item() == pytest.approx(
            row[name], rel=1e-6, nan_ok=True
        )


def test_measures_are_those_of_scipy_and_scikit_learn(module, data, trainer_of, examples):
    trainer = trainer_of()
    (found,) = trainer.test(module, data, verbose=False)
    assert set(found) == {f"test/{name}" for name in EPOCH}
    probabilities = torch.cat(trainer.predict(module, data)).double()
    labels = [example.score for example in examples[20:]][::-1]
    scores = probabilities.argmax(dim=1) + 1
    expected = probabilities @ torch.arange(1.0, 6.0, dtype=torch.float64)
    assert found["test/exact"] == pytest.approx(accuracy_score(labels, scores))
    assert found["test/mae"] == pytest.approx(mean_absolute_error(labels, scores))
    assert found["test/pearson"] == pytest.approx(pearsonr(expected, labels).statistic, abs=1e-4)


def test_predictions_are_the_judges_in_the_given_order(module, data, trainer_of, examples):
    found = trainer_of().predict(module, data)
    assert [part.shape for part in found] == [(5, 5), (5, 5)]
    assert found[0].dtype == torch.float32
    answers = [(e.prompt, e.response, e.rubric) for e in examples[20:][::-1]]
    expected = [verdict.probabilities for verdict in Judge(module.backbone).evaluate_many(answers)]
    assert torch.allclose(torch.cat(found), torch.tensor(expected), atol=1e-5)


def test_validate_leaves_the_history_alone(module, data, trainer_of):
    (found,) = trainer_of().validate(module, data, verbose=False)
    assert {f"val/{name}" for name in EPOCH} <= set(found)
    assert module.history == {"train": [], "validation": []}


def test_a_sanity_check_is_no_validation(module, data, trainer_of):
    trainer_of(max_epochs=1, num_sanity_val_steps=2).fit(module, data)
    assert len(module.history["validation"]) == 1


def test_a_run_goes_on_from_the_end_of_an_epoch(config, module, data, trainer_of, tmp_path):
    config = config.changed(lora={"dropout": 0.2})

    def fit(module, **options):
        saved = ModelCheckpoint(tmp_path / "saved", "{epoch}", save_top_k=-1)
        trainer = trainer_of(max_epochs=2, enable_checkpointing=True, callbacks=[saved])
        trainer.fit(module, data, **options)
        return module

    whole = fit(JudgeModule(load_backbone(config), config))
    resumed = JudgeModule(load_backbone(config), config)
    fit(resumed, ckpt_path=tmp_path / "saved" / "epoch=0.ckpt", weights_only=False)
    assert len(resumed.history["train"]) == 6
    assert resumed.history == whole.history
    for name, weight in resumed.backbone.trainable().items():
        assert torch.equal(weight, whole.backbone.trainable()[name]), name


# --- settings of the trainer


def test_fast_dev_run_takes_one_step(module, data, trainer_of):
    trainer_of(fast_dev_run=True).fit(module, data)
    assert steps(module) == [1]
    trainer_of(fast_dev_run=True).test(module, data, verbose=False)


@pytest.mark.parametrize(("limit", "num_batches"), [(2, 2), (0.67, 2), (1.0, 3), (7, 3)])
def test_the_schedule_ends_where_limited_training_ends(
    module, data, trainer_of, config, limit, num_batches
):
    trainer_of(max_epochs=3, limit_train_batches=limit).fit(module, data)
    rows = module.history["train"]
    assert len(rows) == 3 * num_batches
    assert max(row["lr"] for row in rows) == pytest.approx(config.train.lr)
    assert rows[-1]["lr"] < 0.2 * config.train.lr


def test_the_schedule_ends_at_max_steps(module, data, trainer_of):
    trainer_of(max_steps=5).fit(module, data)
    assert len(module.history["train"]) == 5
    assert module.history["train"][-1]["lr"] < 0.2 * module.config.train.lr


def test_without_an_end_the_schedule_is_refused(module, data, trainer_of):
    with pytest.raises(TrainingError, match="needs an end: give the Trainer max_epochs"):
        trainer_of(max_epochs=-1).fit(module, data)


def watched(patch, name) -> list:
    """The inputs of the batches that a step of the module sees from now on."""
    seen = []
    step = getattr(JudgeModule, name)

    def watching(self, batch, at):
        seen.append(batch.input_ids.tolist())
        return step(self, batch, at)

    patch.setattr(JudgeModule, name, watching)
    return seen


def test_limited_validation_sees_the_same_batches_each_epoch(module, data, trainer_of, monkeypatch):
    data.validation, data.test = data.test, data.validation
    seen = watched(monkeypatch, "validation_step")
    trainer_of(max_epochs=3, limit_val_batches=1).fit(module, data)
    assert len(seen) == 4  # and the sanity check
    assert all(batch == seen[0] for batch in seen)


def test_overfit_batches_learns_the_same_batches_by_heart(module, data, trainer_of, monkeypatch):
    seen = watched(monkeypatch, "training_step")
    trainer_of(max_epochs=4, overfit_batches=2).fit(module, data)
    assert len(seen) == 8
    assert seen[0::2] == [seen[0]] * 4
    assert seen[1::2] == [seen[1]] * 4


def test_loaders_may_be_given_without_a_data_module(module, data, trainer_of):
    trainer_of(max_epochs=2).fit(module, data.train_dataloader(), data.val_dataloader())
    assert steps(module) == [1, 2, 3, 4, 5, 6]
    assert module.history["train"][-1]["lr"] < 0.2 * module.config.train.lr
