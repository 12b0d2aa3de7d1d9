"""`bench/panel.py` on tiny judges: what is graded, kept and shown."""

from __future__ import annotations

import csv
import importlib
import json

import pytest
from sklearn.metrics import roc_auc_score

from autograder.judging.judge import Judge

FIVE = [
    {
        "id": f"{n}",
        "prompt": f"Name metal {n // 4}.",
        "response": "iron " * (n + 1),
        "rubric": "Is it one?",
        "score": 1 + n % 5,
        "reference": "Gold.",
    }
    for n in range(16)
]
TWO = [
    {
        "prompt": f"What is {n} and 1?",
        "response": f"It is {n + n % 2}.",
        "rubric": "Right?",
        "score": "15"[n % 2],
    }
    for n in range(10)
]
PAIRS = [
    {"prompt": f"Say {n // 2}.", "better": "no " * n + "!", "worse": "yes, yes"} for n in range(8)
]


@pytest.fixture
def panel(monkeypatch, pytestconfig):
    monkeypatch.syspath_prepend(pytestconfig.rootpath / "bench")
    return importlib.import_module("panel")


@pytest.fixture
def sets(tmp_path):
    folder = tmp_path / "sets"
    folder.mkdir()
    (folder / "README.md").write_text("no test set")
    (folder / "five.jsonl").write_text("".join(json.dumps(row) + "\n" for row in FIVE))
    (folder / "pairs.json").write_text(json.dumps(PAIRS))
    with (folder / "two.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, TWO[0])
        writer.writeheader()
        writer.writerows(TWO)
    return folder


@pytest.fixture
def call(panel, sets, tmp_path, capsys):
    def call(*options):
        out = tmp_path / "panel.json"
        places = ("--work", tmp_path / "work", "--output", out, "--bootstrap", 20)
        panel.main([str(each) for each in (sets, *places, *options)])
        lines = [line.strip("| ").split(" | ") for line in capsys.readouterr().out.splitlines()]
        return lines, json.loads(out.read_text())

    return call


def test_a_table_of_all_files_with_and_without_references(call, judge_folder, tmp_path):
    lines, found = call("--judge", judge_folder)
    assert lines[0] == ["file", "references", "rows", "what", str(judge_folder), "length"]
    assert [line[:4] for line in lines[2:]] == [
        ["five.jsonl", "with", "16", "Pearson"],
        ["five.jsonl", "with", "16", "within prompts"],
        ["five.jsonl", "without", "16", "Pearson"],
        ["five.jsonl", "without", "16", "within prompts"],
        ["pairs.json", "none", "8 pairs", "accuracy"],
        ["two.csv", "none", "10", "Pearson"],
        ["two.csv", "none", "10", "AUC"],
        ["two.csv", "none", "10", "balanced accuracy"],
    ]
    shown, hidden, pairs, two = (each["figures"][str(judge_folder)] for each in found["files"])
    assert shown["systems"]["judge"]["pearson"] != hidden["systems"]["judge"]["pearson"]
    assert pairs["pairs"]["num_items"] == 4
    settings = {"bootstrap": 20, "limit": None, "references": "both", "rubric": None}
    assert {name: found[name] for name in settings} == settings
    kept = tmp_path / "work" / found["judges"][0]["fingerprint"]
    with (kept / "two.csv.none.csv").open() as file:
        grades = list(csv.DictReader(file))
    auc = roc_auc_score(
        [row["score"] == "5" for row in grades], [float(r["expected"]) for r in grades]
    )
    assert two["ranking"]["systems"]["judge"]["auc"] == pytest.approx(auc)
    assert lines[8][4].startswith(f"{auc:.2f}".removeprefix("0"))


def test_what_is_graded_is_not_graded_again(call, judge_folder, monkeypatch):
    first = call("--judge", judge_folder, "--limit", 2)
    monkeypatch.setattr(Judge, "evaluate_batches", None)
    assert call("--judge", judge_folder, "--limit", 2) == first
    sizes = {each["file"]: each["num_answers"] for each in first[1]["files"]}
    assert sizes == {"five.jsonl": 8, "pairs.json": 8, "two.csv": 2}  # of two prompts each


@pytest.mark.parametrize(("option", "wanted"), [("with", ["with"]), ("without", ["without"])])
def test_references_are_shown_as_asked(call, judge_folder, option, wanted):
    _, found = call("--judge", judge_folder, "--references", option, "--limit", 1)
    shown = [each["references"] for each in found["files"] if each["file"] == "five.jsonl"]
    assert shown == wanted


def test_a_base_stands_beside_a_judge(call, judge_folder, tiny_base):
    lines, found = call("--judge", judge_folder, "--base", tiny_base, "--limit", 1)
    assert lines[0][4:] == [str(judge_folder), f"base {tiny_base}", "length"]
    one, other = found["files"][0]["figures"].values()
    assert one["systems"]["judge"] != other["systems"]["judge"]
    assert one["systems"]["length_only"] == other["systems"]["length_only"]


def test_renderings_are_graded_and_kept_apart(call, judge_folder, tiny_base):
    options = ("--judge", judge_folder, "--base", tiny_base, "--limit", 1)
    (_, one), (_, two) = call(*options), call(*options, "--renderings", 2)
    assert (one["renderings"], two["renderings"]) == (1, 2)
    for before, after in zip(one["judges"], two["judges"], strict=True):
        assert after["fingerprint"] == before["fingerprint"] + "+renderings2"
    for name in one["files"][0]["figures"]:
        before, after = (tree["files"][0]["figures"][name]["systems"] for tree in (one, two))
        assert before["judge"] != after["judge"]


def test_a_faulty_file_stops_before_a_judge_is_loaded(panel, sets, judge_folder, monkeypatch):
    (sets / "five.jsonl").write_text('{"prompt": "p", "response": "r", "rubric": "u"}\n')
    monkeypatch.setattr(Judge, "load", None)
    with pytest.raises(SystemExit, match=r"^error: .*five.jsonl:1: score: missing"):
        panel.main([str(sets), "--judge", str(judge_folder)])
    for row, remedy in (
        ('{"prompt": "p", "response": "r", "score": 7}', "`autograder data import --scale"),
        ('{"prompt": "p", "response": "r", "score": 5}', "--rubric TEXT gives one"),
    ):
        (sets / "five.jsonl").write_text(row)
        with pytest.raises(SystemExit, match=remedy):
            panel.main([str(sets), "--judge", str(judge_folder)])
    with pytest.raises(SystemExit, match="no such folder"):
        panel.main([str(sets / "none")])


@pytest.mark.parametrize(
    "wrong",
    [
        ["--limit", "0"],
        ["--references", "some"],
        ["--bootstrap", "1"],
        ["--renderings", "0"],
        ["--renderings", "5"],
        ["--renderings", "2.5"],
    ],
)
def test_wrong_arguments_are_refused(panel, wrong):
    with pytest.raises(SystemExit) as refusal:
        panel.parse_args(["folder", *wrong])
    assert refusal.value.code == 2


def test_a_figure_is_short(panel):
    cell = importlib.import_module("autograder.benchmark.panel_table").cell
    assert cell(0.5, (-0.25, 1.0)) == ".50 (-.25 to 1.00)"
    assert (cell(None, None), cell(0.123, None)) == ("-", ".12")
