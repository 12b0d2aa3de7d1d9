from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import cli
from autograder.errors import DataError, StorageError
from autograder.schema import write_examples
from conftest import make_examples

TEXTS = Path(__file__).parents[2] / "data" / "behaviour"


TEXTS_OF_EACH = (
    ("attacks", 6),
    ("quotes", 2),
    ("padding", 2),
    ("additions", 2),
    ("falsehoods", 2),
)


@pytest.fixture
def texts(tmp_path):
    """Few texts of each kind: a tiny judge reads a byte as a token."""
    folder = tmp_path / "texts"
    folder.mkdir()
    for name, number in TEXTS_OF_EACH:
        lines = (TEXTS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / f"{name}.jsonl").write_text("".join(lines[:number]), encoding="utf-8")
    return folder


def call(*arguments):
    return CliRunner().invoke(cli, ["behaviour", *map(str, arguments)], catch_exceptions=False)


def test_a_file_whose_name_is_no_text_does_not_cost_the_figures(folder, texts, tmp_path):
    items, output, page = (tmp_path / name for name in ("\udce9.jsonl", "out.json", "out.html"))
    write_examples(items, make_examples(1))
    options = ("--judge", folder, "--items", items, "--texts", texts, "--limit", 1, "--reasons", 1)
    assert call(*options, "--output", output, "--page", page).exit_code == 0
    assert json.loads(output.read_text(encoding="utf-8"))["items"] == str(items)
    assert "\\udce9.jsonl" in page.read_text(encoding="utf-8")


def test_table_figures_and_page_are_of_one_run(folder, texts, tmp_path):
    items, output, page = (tmp_path / name for name in ("i.jsonl", "out.json", "out.html"))
    write_examples(items, make_examples(3))
    options = ("--judge", folder, "--items", items, "--texts", texts, "--limit", 2, "--reasons", 2)
    result = call(*options, "--output", output, "--page", page)
    assert result.exit_code == 0
    found = json.loads(output.read_text(encoding="utf-8"))
    (raised,) = (
        line for line in found["lines"] if line["measure"] == "injection" and line["kind"] == "all"
    )
    assert (raised["num_cases"], raised["num_items"]) == (6, 2)
    low, high = raised["interval"]
    assert f"{raised['share']:6.1%} ({low:.1%} to {high:.1%})" in result.stdout
    assert "correlation of the error with log length" in result.stdout
    assert found["seed"] == 0
    assert found["reasons"]["num_reasons"] == 2
    assert [check["title"] for check in found["reasons"]["checks"]] == [
        "States its own score",
        "Invents no number",
        "Invents no quotation",
    ]
    assert "2 reasons, those counted that could fail:" in result.stdout
    assert len(found["judge_sha256"]) == 64
    assert "What the judge withstands" in page.read_text(encoding="utf-8")
    again = call(*options)
    assert again.stdout == result.stdout


def test_without_held_out_answers_it_says_which_stage_makes_them(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match="run `dvc repro split`"):
        call("--judge", folder)


def test_no_reasons_are_generated_where_none_are_wanted(folder, texts, tmp_path):
    items, page = tmp_path / "i.jsonl", tmp_path / "out.html"
    write_examples(items, make_examples(1))
    options = ("--judge", folder, "--items", items, "--texts", texts, "--limit", 1)
    result = call(*options, "--reasons", 0, "--page", page)
    assert "reasons" not in result.stdout
    assert "Reasons" not in page.read_text(encoding="utf-8")


def test_missing_texts_are_named(folder, texts, tmp_path):
    items = tmp_path / "i.jsonl"
    write_examples(items, make_examples(1))
    shutil.rmtree(texts)
    with pytest.raises(DataError, match=r"attacks\.jsonl"):
        call("--judge", folder, "--items", items, "--texts", texts)


@pytest.mark.parametrize("option", ["--output", "--page"])
def test_it_never_writes_over_its_items(folder, tmp_path, option):
    items = tmp_path / "i.jsonl"
    write_examples(items, make_examples(1))
    before = items.read_bytes()
    result = call("--judge", folder, "--items", items, option, items)
    assert result.exit_code == 2
    assert f"--items and {option} are the same file" in result.stderr
    assert items.read_bytes() == before


@pytest.mark.parametrize("option", ["--output", "--page"])
def test_what_cannot_be_written_is_refused_before_a_judge_is_loaded(tmp_path, option):
    items = tmp_path / "i.jsonl"
    write_examples(items, make_examples(1))
    place = items / "below.json"
    with pytest.raises(StorageError, match=f"{place}: cannot be written: "):
        call("--judge", tmp_path / "no judge", "--items", items, option, place)
