"""A folder: each of its data files is read as it is read alone, and what is left out is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from autograder.errors import DataError
from autograder.schema import read_examples
from autograder.tables.formats import ImportOptions
from autograder.tables.graded import read_graded
from autograder.tables.importing import ImportReport, import_data

HEAD = "prompt,response,rubric,score\n"


def row(response: str = "a", **more: object) -> dict[str, object]:
    return {"prompt": "p", "response": response, "rubric": "r", "score": 1, **more}


def line(response: str = "a", **more: object) -> str:
    return f"{json.dumps(row(response, **more))}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "graded"
    path.mkdir()
    return path


def write(folder: Path, **texts: str) -> None:
    """Write files; `__` in a name stands for the point and `_in_` for the slash."""
    for name, text in texts.items():
        path = folder / name.replace("__", ".").replace("_in_", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def load(folder: Path, **options: Any) -> tuple[ImportReport, list[str]]:
    """The report of an import, and the responses, which `data audit` has too."""
    out = folder.with_name("out.jsonl")
    given = ImportOptions(**options)
    report = import_data(str(folder), out, given)
    responses = [example.response for example in read_examples(out)]
    if not report.num_rejected:
        assert [e.response for e in read_graded(folder, given).examples] == responses
    return report, responses


def test_all_files_are_read_in_the_order_of_their_names(folder):
    write(folder, b__csv=f"{HEAD}p,2,r,1\n", a__jsonl=line("1"), d_in_c__tsv="", c__json=line("3"))
    write(folder, d_in_c__tsv=HEAD.replace(",", "\t") + "p\t4\tr\t1\n")
    pd.DataFrame([row("5")]).to_parquet(folder / "e.parquet")
    report, responses = load(folder)
    assert responses == ["1", "2", "3", "4", "5"]
    assert (report.num_rows, report.note) == (5, "")


@pytest.mark.parametrize("names", [("labels", "validation"), ("may", "june-test")])
def test_no_name_hides_a_file(folder, names):
    for name in names:
        (folder / f"{name}.csv").write_text(f"{HEAD}p,{name},r,1\n", encoding="utf-8")
    assert load(folder)[1] == sorted(names)


def test_texts_and_ids_are_those_of_the_file_alone(folder):
    text = f"id,{HEAD}001,p,007,r,1\n002,p,1.50,r,1\n003,p,12,r,1\n"
    write(folder, a__csv=text)
    whole = read_graded(folder).examples
    assert [(e.id, e.response) for e in whole] == [("001", "007"), ("002", "1.50"), ("003", "12")]
    assert whole == read_graded(folder / "a.csv").examples


def test_options_apply_to_the_files_that_they_fit(folder):
    (folder / "a.csv").write_bytes("prompt/response/rubric/score\np/\u0436/r/1\n".encode("cp1251"))
    pd.DataFrame([row("b")]).to_parquet(folder / "b.parquet")
    (folder / "c.jsonl").write_bytes(
        json.dumps(row("\u044f"), ensure_ascii=False).encode("cp1251") + b"\n"
    )
    assert load(folder, delimiter="/", encoding="cp1251")[1] == ["\u0436", "b", "\u044f"]
    (folder / "a.csv").unlink()
    with pytest.raises(DataError, match="--delimiter is for CSV, and no file in it is CSV"):
        load(folder, delimiter="/")
    (folder / "c.jsonl").unlink()
    with pytest.raises(DataError, match="--encoding is for CSV and JSON, and all files in it are"):
        load(folder, encoding="cp1251")


def test_files_may_differ_in_their_columns_and_layouts(folder):
    write(folder, a__jsonl=line("1"), b__jsonl=line("2", comment="x", reference="y"))
    write(folder, c__json=line("3").replace("prompt", "instruction"))
    report, responses = load(folder)
    assert responses == ["1", "2", "3"]
    assert report.unread == ("comment",)


def test_what_is_left_out_is_said_and_what_is_no_data_is_not_read(folder):
    (folder / "a.csv").write_bytes(f"{HEAD}p,\xe4,r,1\n".encode("cp1252"))
    write(folder, README__md="x", LICENSE="x", LICENCE__txt="x", __hidden__json="x")
    write(folder, a__jsonl__rejected__jsonl='{"line": 1, "reason": "x", "row": {}}\n')
    write(folder, b__csv__gz="x", dataset_info__json="{}", empty__jsonl="\n", __git_in_x__csv="x")
    report, responses = load(folder)
    assert responses == ["\xe4"]
    assert report.note == (
        "leaves out b.csv.gz, dataset_info.json; "
        "has a.csv, which is not UTF-8; read as Windows-1252, --encoding names another; "
        "has empty.jsonl, which holds no rows"
    )
    assert read_graded(folder).note == report.note


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f'{HEAD}p,b,r,1\np,"open,r,1\n', "b.csv:3: not CSV: "),
        ("prompt,response,score\np,b,1\n", "b.csv: no column 'rubric'"),
        (f"{HEAD}p,b,r,1\np,c,r,7\n", "b.csv:3: score: "),
        ("PK\x03\x04", "b.csv: is a zip file or a workbook of Excel"),
        ("version https://git-lfs.github.com/spec/v1", "b.csv: is a pointer of Git LFS"),
    ],
)
def test_a_fault_names_the_file_and_its_line(folder, text, says):
    write(folder, a__csv=f"{HEAD}p,a,r,1\n", b__csv=text)
    for read in (load, read_graded):
        with pytest.raises(DataError) as caught:
            read(folder)
        assert str(caught.value).startswith(f"{folder}/{says}")
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_bad_row_is_set_aside_with_its_file(folder):
    write(folder, a__jsonl=line("1"), b__csv=f"{HEAD}p,2,r,1\np,,r,1\n")
    report, responses = load(folder)
    assert responses == ["1", "2"]
    why = "response: is empty; write the text or remove the row"
    assert report.first_reject == f"line 3 of b.csv: {why}"
    (reject,) = (folder.parent / "out.jsonl.rejected.jsonl").read_text("utf-8").splitlines()
    assert json.loads(reject) | {"row": ""} == {
        "line": 3,
        "reason": why,
        "file": "b.csv",
        "row": "",
    }
    with pytest.raises(DataError, match=r"graded/b\.csv:3: response: is empty"):
        read_graded(folder)


def test_an_id_that_two_files_have_is_told_with_both(folder):
    write(folder, a__jsonl=line("1", id="x"), b__jsonl=line("2", id="x"))
    assert "'x' is there already, from line 1 of a.jsonl" in load(folder)[0].first_reject
    says = r"b\.jsonl:1: id: 'x' is used twice, first in line 1 of a\.jsonl"
    with pytest.raises(DataError, match=says):
        read_graded(folder)


def test_a_limit_counts_the_rows_of_all_files(folder):
    write(folder, a__jsonl=line("1") + line("2"), b__jsonl=line("3") + line("4"), c__jsonl="{")
    out = folder.with_name("out.jsonl")
    assert import_data(str(folder), out, ImportOptions(limit=3)).num_rows == 3


@pytest.mark.parametrize(
    "names", [("test", "train"), ("d/test-0", "d/train-0"), ("test/a", "train/a")]
)
def test_of_several_splits_one_has_to_be_named(folder, names):
    for name in names:
        path = folder / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(line(name), encoding="utf-8")
    says = r"has the splits test, train; choose one with --split, or all with --split test\+train"
    with pytest.raises(DataError, match=says):
        load(folder)
    assert load(folder, split="train")[1] == [names[1]]
    assert load(folder, split="test+train")[1] == [*names]
    with pytest.raises(DataError, match="has no split 'validation'; there are: test, train"):
        load(folder, split="dev")


def test_splits_with_names_of_their_own(folder):
    for split in ("train_prefs", "train_sft"):
        path = folder / f"{split}-00000-of-00001.jsonl"
        path.write_text(line(split), encoding="utf-8")
    with pytest.raises(DataError, match="has the splits train_prefs, train_sft; choose one"):
        load(folder)
    assert load(folder, split="train_sft")[1] == ["train_sft"]


def test_files_that_tell_no_split_are_for_training(folder):
    write(folder, labels__jsonl=line("1"), validation__jsonl=line("2"))
    assert load(folder, split="train")[1] == ["1"]
    assert load(folder, split="validation")[1] == ["2"]


def test_the_output_may_not_lie_in_the_folder(folder):
    write(folder, a__jsonl=line("1"))
    with pytest.raises(DataError, match=r"lies in the source .*; choose another folder"):
        import_data(str(folder), folder / "out.jsonl", ImportOptions())
    assert [path.name for path in folder.iterdir()] == ["a.jsonl"]


def test_a_folder_without_rows_or_files_is_one_line(folder):
    with pytest.raises(DataError, match="graded: cannot be loaded"):
        load(folder)
    write(folder, a__jsonl="", b__jsonl="")
    with pytest.raises(DataError, match="graded: holds no rows"):
        load(folder)


def test_what_a_folder_declares_is_left_to_datasets(folder, monkeypatch):
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", folder.parent / "cache")
    datasets.Dataset.from_list([row("1")]).to_parquet(folder / "one.parquet")
    datasets.Dataset.from_list([row("2")]).to_parquet(folder / "two.parquet")
    (folder / "README.md").write_text(
        "---\nconfigs:\n- config_name: mine\n  data_files: two.parquet\n---\n", encoding="utf-8"
    )
    assert load(folder, config="mine")[1] == ["2"]
    assert load(folder)[1] == ["1", "2"]
