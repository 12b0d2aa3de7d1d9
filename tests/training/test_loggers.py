"""What a logger wrote outlasts the run: the stage itself, with the real tools."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from autograder import config as configuration
from autograder.schema import write_examples
from autograder.stages import train as stage
from autograder.training.callbacks import ResumePoints
from conftest import make_examples

ROOT = Path(__file__).resolve().parents[2]
NUM_STEPS, NUM_EPOCHS = 8, 2

pytestmark = [
    # Of TensorBoard's and DVCLive's own code.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


@pytest.fixture
def project(tiny_config, tmp_path, monkeypatch):
    """A project's folder with splits, in which the stage can run with a logger by name."""
    for name in ("src", "dvc.yaml"):
        (tmp_path / name).symlink_to(ROOT / name)
    rows = make_examples(6)
    for name, part in (("train", rows[:20]), ("validation", rows[20:])):
        (tmp_path / "build" / "splits").mkdir(parents=True, exist_ok=True)
        write_examples(tmp_path / "build" / "splits" / f"{name}.jsonl", part)
    (tmp_path / "build" / "start").mkdir()
    monkeypatch.chdir(tmp_path)

    def write(logger: str) -> Path:
        config = tiny_config.changed(
            run={"logger": logger, "checkpoint_every": 1, "devices": 1},
            train={"epochs": NUM_EPOCHS, "optimizer": "adamw", "monitor": "rps"},
        )
        with (tmp_path / "params.yaml").open("w") as file:
            YAML().dump(configuration.describe(config), file)
        return tmp_path

    return write


def interrupted_at(number: int):
    """In the middle of the second epoch, with everything logged that the last checkpoint holds."""
    calls = [0]
    watched = ResumePoints.on_train_batch_end

    def dying(self, *args):
        calls[0] += 1
        if calls[0] == number:
            raise KeyboardInterrupt
        watched(self, *args)

    return dying


def run_of(project: Path) -> Path:
    (folder,) = (project / "reports" / "logs").iterdir()
    return folder


def tensorboard(folder: Path, name: str) -> list[tuple[int, float]]:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder))
    events.Reload()
    return [(event.step, event.value) for event in events.Scalars(name)]


def dvclive(folder: Path, name: str) -> list[tuple[int, float]]:
    lines = (folder / "plots" / "metrics" / f"{name}.tsv").read_text().splitlines()
    head, *rows = [line.split("\t") for line in lines]
    assert head[0] == "step"
    column = head.index(name.rpartition("/")[2])
    return [(int(row[0]), float(row[column])) for row in rows]


READERS = {"tensorboard": tensorboard, "dvclive": dvclive}


@pytest.mark.parametrize("logger", READERS)
def test_the_curves_are_there_after_the_run(project, logger):
    pytest.importorskip(logger)
    folder = project(logger)
    stage.main()
    assert not list((folder / ".scratch" / "train").iterdir())  # its scratch folder is gone
    read = READERS[logger]
    csv = (folder / "reports" / "train" / "validation.csv").read_text().splitlines()
    column = csv[0].split(",").index("rps")
    expected = [float(row.split(",")[column]) for row in csv[1:]]
    assert [value for _, value in read(run_of(folder), "val/rps")] == pytest.approx(
        expected, rel=1e-5
    )
    steps = read(run_of(folder), "train/loss")
    assert [step for step, _ in steps] == list(range(1, NUM_STEPS + 1))
    if logger == "dvclive":
        metrics = json.loads((run_of(folder) / "metrics.json").read_text())
        assert metrics["val"]["rps"] == pytest.approx(expected[-1], rel=1e-5)


@pytest.mark.parametrize("logger", READERS)
def test_a_resumed_run_goes_on_in_the_same_folder(project, logger, monkeypatch):
    pytest.importorskip(logger)
    folder = project(logger)
    with monkeypatch.context() as patch:
        patch.setattr(ResumePoints, "on_train_batch_end", interrupted_at(6))
        with pytest.raises(KeyboardInterrupt):
            stage.main()
    stage.main()
    steps = READERS[logger](run_of(folder), "train/loss")
    assert [step for step, _ in steps] == list(range(1, NUM_STEPS + 1))
    assert len(READERS[logger](run_of(folder), "val/rps")) == NUM_EPOCHS


@pytest.mark.parametrize("logger", READERS)
def test_a_run_that_begins_anew_replaces_its_own_curves(project, logger):
    pytest.importorskip(logger)
    folder = project(logger)
    stage.main()
    stage.main()
    steps = READERS[logger](run_of(folder), "train/loss")
    assert [step for step, _ in steps] == list(range(1, NUM_STEPS + 1))


def test_logs_are_no_part_of_the_repository():
    assert "reports/logs/" in (ROOT / ".gitignore").read_text().splitlines()


def test_a_second_run_encodes_nothing(project, monkeypatch):
    from autograder.model.encode import Encoder

    project("csv")
    stage.main()
    with monkeypatch.context() as patch, warnings.catch_warnings():
        patch.setattr(Encoder, "encode_all", lambda *_: pytest.fail("encoded again"))
        stage.main()
