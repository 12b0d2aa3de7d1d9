"""`bench/own_labels.py` on tiny judges: how rows are dealt, what is kept, and the table."""

from __future__ import annotations

import csv
import hashlib
import importlib
import json
import re
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from scipy.stats import pearsonr

from autograder.checks.split import split
from autograder.config import Config
from autograder.errors import AuditError, DataError
from autograder.judging.judge import Judge
from autograder.schema import read_examples, write_examples

STARS = [(7 * n + 3.3 * m) % 10 for n in range(12) for m in range(3)]
ROWS: list[dict[str, Any]] = [
    {"question": f"Name metal number {n // 3}.", "response": "iron " * (n % 3 + 1) + str(n // 3),
     "stars": round(stars, 1)}
    for n, stars in enumerate(STARS)
]  # fmt: skip
OPTIONS = ("--map", "prompt=question", "--map", "score=stars", "--scale", "0:10")
RUBRIC = ("--set", "rubric=Right?", "--bootstrap", "20")


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config) -> ModuleType:
    monkeypatch.syspath_prepend(pytestconfig.rootpath / "bench")
    return importlib.import_module("own_labels")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "own.jsonl", ROWS)


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def labels_of(bench, file, options=(*OPTIONS, *RUBRIC)):
    args = bench.parse_args([str(file), *options])
    return bench.read_labels(args.file, args.options)


# --- labels


def test_ratings_are_kept_unrounded_and_bad_rows_left_out(bench, tmp_path, capsys):
    rows = [*ROWS[:6], ROWS[0] | {"stars": "?"}, ROWS[1]]
    labels = labels_of(bench, write(tmp_path / "rows.jsonl", rows))
    assert [label.rating for label in labels] == pytest.approx(
        [1 + 4 * row["stars"] / 10 for row in ROWS[:6]]
    )
    assert all(abs(label.rating - label.example.score) <= 0.5 for label in labels)
    assert "rows left out: 2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("scale", "given", "wanted"),
    [
        ((), ["1", 4, "5.0"], [1, 4, 5]),
        (("--scale", "bad,ok,Good"), ["ok", "BAD", "good"], [3, 1, 5]),
        (("--scale", "0:1"), [True, "false", 0.3], [5, 1, 2.2]),
        (("--scale=-1:1",), [0.25, -1, "1"], [3.5, 1, 5]),
    ],
)
def test_every_scale_has_ratings(bench, tmp_path, scale, given, wanted):
    rows = [
        {"prompt": f"Say {n}.", "response": "no", "rubric": "Right?", "score": label}
        for n, label in enumerate(given)
    ]
    labels = labels_of(bench, write(tmp_path / "rows.jsonl", rows), scale)
    assert [label.rating for label in labels] == pytest.approx(wanted)


def test_splits_are_disjoint_by_item_and_hold_out_every_item_once(bench, tmp_path):
    # Two items with one prompt stay together.
    rows = [row | {"item": f"{row['question']}/{n % 2}"} for n, row in enumerate(ROWS)]
    labels = labels_of(bench, write(tmp_path / "rows.jsonl", rows))
    held = []
    for number in range(6):
        trained, held_out = bench.deal(labels, number, seed=17)
        prompts = [{label.example.prompt for label in part} for part in (trained, held_out)]
        assert not prompts[0] & prompts[1]
        assert [len(part) for part in prompts] == [8, 4]
        assert len(trained) + len(held_out) == len(ROWS)
        held.append(prompts[1])
    assert set.union(*held[:3]) == set.union(*held[3:]) == {row["question"] for row in ROWS}
    assert held[0] not in held[3:]
    again = bench.deal(labels[::-1], 0, seed=17)
    assert [part[::-1] for part in again] == [*bench.deal(labels, 0, seed=17)]


def test_what_cannot_be_dealt_is_refused(bench, tmp_path):
    few = labels_of(bench, write(tmp_path / "few.jsonl", ROWS[:6]))
    with pytest.raises(DataError, match="2 items are too few"):
        bench.deal(few, 0, seed=17)


def test_items_that_nearly_repeat_each_other_become_one(bench, tmp_path):
    def question(n: int) -> str:
        words = " ".join(f"word{n // 2}x{at}" for at in range(20))  # of two items
        return f"{words}, case {n}?"

    rows = [row | {"question": question(n // 3)} for n, row in enumerate(ROWS)]
    labels = labels_of(bench, write(tmp_path / "alike.jsonl", rows))

    def deal(labels):
        for number in range(3):
            bench.placed(bench.deal(labels, number, seed=17)[0], Config().split, 17)

    with pytest.raises(AuditError, match="give both one `item`"):
        deal(labels)
    found = bench.joined(labels)
    assert [label.example.prompt for label in found] == [row["question"] for row in rows]
    items = [label.example.item for label in found]
    assert [items.index(item) // 6 for item in items] == [n // 6 for n in range(len(rows))]
    deal(found)


def test_items_that_are_unlike_stay_apart(bench, file):
    labels = labels_of(bench, file)
    assert bench.joined(labels) == labels


def test_the_stage_split_deals_rows_as_is_wanted(bench, file):
    labels, shares = labels_of(bench, file), Config().split
    rows = bench.placed(labels, shares, 17)
    assert [row.response for row in rows] == [label.example.response for label in labels]
    ours = [  # their own names decide
        bench.replace(rows[0], id=f"ours-{n}", item=f"ours-{n}", prompt=f"Of ours: {n}")
        for n in range(200)
    ]
    dealt = split([*rows, *ours], shares)
    own = {side: [row for row in part if row.prompt[0] == "N"] for side, part in dealt.items()}
    assert {side: len(part) for side, part in own.items()} == {
        "train": 33,
        "validation": 3,
        "test": 0,
    }
    assert [row for row in dealt["test"] if row in ours] == split(ours, shares)["test"]


def test_a_limit_takes_whole_items_and_a_larger_one_includes_a_smaller(bench, file):
    labels = labels_of(bench, file)
    small, large = (bench.drawn(labels, num, 17) for num in (3, 5))
    assert (len(small), len(large)) == (9, 15)
    assert {label.example.id for label in small} < {label.example.id for label in large}
    assert bench.drawn(labels, None, 17) == labels


# --- trainings


@pytest.fixture
def stages(bench, judge_folder, monkeypatch):
    """Stages that train nothing: both trainings give the judge that was there before."""
    called: list[str] = []

    def run_stage(project: Path, stage: str) -> None:
        called.append(stage)
        if stage == "split":
            rows = read_examples(project / "data/user/own.jsonl")
            for name, part in split(rows, Config().split).items():
                (project / "build/splits").mkdir(parents=True, exist_ok=True)
                write_examples(project / "build/splits" / f"{name}.jsonl", part)
        if stage == "publish":
            shutil.copytree(judge_folder, project / "build/judge")
        if stage == "check":
            shutil.rmtree(project / "build/judge", ignore_errors=True)

    monkeypatch.setattr(bench, "run_stage", run_stage)
    return called


@pytest.fixture
def call(bench, file, judge_folder, tmp_path, capsys):
    def call(*options):
        places = ("--judge", judge_folder, "--work", tmp_path / "work")
        bench.main([str(each) for each in (file, *OPTIONS, *RUBRIC, *places, *options)])
        return capsys.readouterr().out

    return call


def tables_of(text: str) -> list[dict[str, list[str]]]:
    """The cells of each table by the name of the row."""
    found = []
    for part in re.split(r"\n\n(?=\|)", text)[1:]:
        lines = [line.strip("| ").split(" | ") for line in part.splitlines() if line[:1] == "|"]
        found.append({line[0]: line[1:] for line in lines[2:]})
    return found


def test_the_table_has_the_figures_of_the_graded_rows(bench, call, stages, file, tmp_path):
    text = call("--splits", "2")
    first, second, mean = tables_of(text)
    assert list(mean) == [
        "before",
        "after",
        "from zero",
        "after minus before",
        "after minus from zero",
    ]
    assert "Split 1: trained on" in text
    assert "measured on 12 answers to 4 prompts" in text
    assert "Mean of 2 splits" in text
    ratings = {x.example.id: x.rating for x in labels_of(bench, file)}
    found = []
    for number, table in enumerate((first, second), start=1):
        [path] = (tmp_path / "work").glob(f"*/split-{number}/before.csv")
        with path.open() as opened:
            rows = list(csv.DictReader(opened))
        gaps = [abs(int(row["given"]) - int(row["score"])) for row in rows]
        exact, mae = gaps.count(0) / len(gaps), sum(gaps) / len(gaps)
        r = pearsonr([ratings[row["id"]] for row in rows], [float(row["expected"]) for row in rows])
        found.append((exact, mae, r.statistic))
        assert [cell.split(" ")[0] for cell in table["before"][:3]] == [
            short(value) for value in found[-1]
        ]
        assert table["before"][3] == "-"
        assert re.fullmatch(r"\d+\.\d", table["after"][3])
        assert table["after minus before"][:3] == [".00 (.00 to .00)"] * 3  # the same judge
    means = [short((one + other) / 2) for one, other in zip(*found, strict=True)]
    assert [cell.split(" ")[0] for cell in mean["before"][:3]] == means


def short(value: float) -> str:
    return re.sub(r"^(-?)0\.", r"\1.", f"{value:.2f}")


def test_a_resample_counts_rows_in_every_split(bench):
    torch.manual_seed(1)
    sizes, num = [5, 4], 9
    one, other = torch.rand(2, num, 5, dtype=torch.float64).softmax(2)
    scores, ratings = torch.arange(num) % 5 + 1, torch.rand(num, dtype=torch.float64)
    weights = torch.tensor([[2, 0, 1, 1, 1, 1, 2, 0, 1]], dtype=torch.float64)
    drawn = [[0, 0, 2, 3, 4], [5, 6, 6, 8]]
    expected = [rows @ torch.arange(1, 6, dtype=torch.float64) for rows in (one, other)]
    wanted = [
        pearsonr(expected[0][at], ratings[at]).statistic
        - pearsonr(expected[1][at], ratings[at]).statistic
        for at in drawn
    ]
    of = bench._over(bench.COLUMNS["Pearson"], sizes, -1.0)
    assert of(one, other, scores, ratings, weights).item() == pytest.approx(sum(wanted) / 2)


def test_what_is_trained_and_graded_is_kept(bench, call, stages, monkeypatch, tmp_path):
    one = call("--splits", "1")
    assert stages == [
        *("check", "generate", "audit", "split", "train", "calibrate", "publish"),
        *("check", "train", "calibrate", "publish"),
    ]
    assert not list((tmp_path / "work").glob("*/*/project"))
    monkeypatch.setattr(Judge, "evaluate_batches", None)
    assert call("--splits", "1") == one
    assert len(stages) == 11


def test_an_interrupted_training_goes_on_and_its_time_counts(
    bench, call, stages, monkeypatch, tmp_path
):
    run_stage = bench.run_stage

    def interrupted(project: Path, stage: str) -> None:
        run_stage(project, stage)
        if stages.count("train") == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bench, "run_stage", interrupted)
        with pytest.raises(KeyboardInterrupt):
            call("--splits", "1")
    [project] = (tmp_path / "work").glob("*/split-1/project")
    assert (project.parent / "after/judge/judge.json").exists()
    assert not (project.parent / "from zero").exists()
    clock = project / "from zero.seconds"
    assert float(clock.read_text()) > 0
    clock.write_text("6000")  # 100 minutes
    del stages[:]
    [table] = tables_of(call("--splits", "1"))
    assert stages == ["check", "train", "calibrate", "publish"]
    assert table["from zero"][3] == "100.0"


def test_other_settings_and_labels_are_other_results(bench, call, stages, file, tmp_path):
    call("--splits", "1")
    for options in (["--lr", "1e-4"], ["--zero-lr", "1e-4"], ["--replay", "7"], ["--epochs", "2"]):
        call("--splits", "1", *options)
    write(file, [*ROWS[1:], ROWS[0] | {"stars": 9.9}])
    call("--splits", "1")
    assert len(list((tmp_path / "work").iterdir())) == 6
    assert stages.count("train") == 12


def test_settings_are_those_of_the_judge(bench, judge_folder):
    args = bench.parse_args(["FILE", "--replay", "7", "--lr", "1e-5", "--zero-lr", "3e-4"])
    found, theirs = bench.settings(args, judge_folder), bench.read_judge(judge_folder)["params"]
    after, zero = found["after"], found["from zero"]
    for config in (after, zero):
        assert config.model.name == theirs["model"]["name"]
        assert (config.lora.r, config.lora.alpha) == (4, 32.0)
        assert config.quantization.bits == 16
        assert (config.dataset.recipe, config.dataset.replay) == ("user", 7)
        assert (config.train.share, config.train.epochs) == (1.0, 1)
        assert config.train.solve == theirs["train"]["solve"] == 0  # in params.yaml it is not
    assert (after.train.start, after.train.lr) == ("released", 1e-5)
    assert (zero.train.start, zero.train.lr) == (None, 3e-4)
    assert after.changed(train=zero.train) == zero


@pytest.mark.pipeline
def test_the_stages_train_on_own_rows_and_on_training_items_of_ours(
    bench, call, monkeypatch, tmp_path
):
    trained, trainings = [], ("after", "from zero")
    sizes = bench._sizes

    def spy(splits, labels):
        trained.append(read_examples(splits / "train.jsonl"))
        return sizes(splits, labels)

    monkeypatch.setattr(bench, "_sizes", spy)
    [table] = tables_of(call("--splits", "1", "--replay", "40", "--limit", "9"))
    assert trained[0] == trained[1]  # the same rows, once after and once from zero
    ours = [row for row in trained[0] if row.source != "user"]
    assert ours
    assert len(ours) < len(trained[0])
    shares = Config().split
    for row in ours:
        digest = hashlib.sha256(f"17/split/{row.item}".encode()).hexdigest()
        assert int(digest[:13], 16) / 16**13 >= shares.test + shares.validation
        assert not {row.category, row.source} & {*shares.holdout}
    [work] = (tmp_path / "work").glob("*/split-1")
    about = json.loads((work / "after/about.json").read_text())
    assert (about["num_own"], about["num_replayed"]) == (len(trained[0]) - len(ours), len(ours))
    judges = [json.loads((work / name / "judge/judge.json").read_text()) for name in trainings]
    assert [judge["params"]["train"]["start"] for judge in judges] == ["released", None]
    assert len({table[name][2] for name in ("before", *trainings)}) == 3
    assert float(table["after"][3]) > 0


# --- what is refused


def test_a_category_that_is_held_out_is_refused_before_a_training(call, stages):
    with pytest.raises(SystemExit, match=r"keeps translation out of training; .*--set category"):
        call("--set", "category=translation")
    assert not stages


@pytest.mark.parametrize(
    "wrong",
    [
        ["--splits", "0"],
        ["--limit", "2"],
        ["--replay", "-1"],
        ["--bootstrap", "1"],
        ["--map", "scores=stars"],
        ["--set", "rubric"],
        ["--set", "item=one"],
        ["--scale", "5"],
    ],
)
def test_wrong_arguments_are_refused(bench, wrong, capsys):
    with pytest.raises(SystemExit) as refusal:
        bench.parse_args(["FILE", *wrong])
    assert refusal.value.code == 2


def test_a_failed_stage_is_named(bench, tmp_path, capfd):
    with pytest.raises(SystemExit, match="error: the stage generate failed in"):
        bench.run_stage(tmp_path, "generate")
    assert "params.yaml: 1 fault" in capfd.readouterr().err  # what the stage says is seen


def test_pairs_are_refused(bench, tmp_path):
    rows = [{"prompt": "Say 1.", "chosen": "1", "rejected": "2"}]
    with pytest.raises(DataError, match="holds pairs"):
        labels_of(bench, write(tmp_path / "pairs.jsonl", rows), RUBRIC)
