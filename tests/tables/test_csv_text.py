"""CSV as other programs write it: delimiters, headers, blank rows and columns."""

from __future__ import annotations

import csv

import pandas as pd
import pytest

from autograder.errors import DataError
from autograder.tables import csv_text
from autograder.tables.encodings import TextFile
from autograder.tables.formats import ImportOptions, open_table
from autograder.tables.importing import import_data
from helpers.counted import Counted, doubled
from tables.readers import ROWS, TEXTS, read_all, read_by_all


@pytest.mark.parametrize("num", [4, 200, 8000])
@pytest.mark.parametrize("twice", [0, -2], ids=["the first", "the last"])
def test_the_work_for_a_header_grows_as_the_number_of_columns(monkeypatch, num, twice):
    header = doubled(num, twice)
    monkeypatch.setattr(csv_text, "_records", lambda *_, **__: iter([(1, header)]))
    Counted.num = 0
    with pytest.raises(DataError, match=f"column '{header[-1]}' is there twice"):
        csv_text.open_csv(TextFile.of(b"", "a.csv"))
    assert Counted.num <= 16 * num


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("sep", [False, True])
def test_a_delimiter_is_found(tmp_path, delimiter, sep):
    path = tmp_path / "a.csv"
    text = pd.DataFrame(ROWS).to_csv(index=False, sep=delimiter)
    path.write_text((f"sep={delimiter}\n" if sep else "") + text, encoding="utf-8")
    assert read_by_all(path) == TEXTS
    first = next(iter(open_table(str(path), ImportOptions()).rows))
    assert first.line == (3 if sep else 2)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    ("line", "delimiter"),
    [("sep=\t", "\t"), ("sep=\\t", "\t"), ('"sep=;"', ";"), ("SEP=;", ";"), ("sep=;;;", ";"),
     ("sep=,,,", ","), ("sep=;,,", ";")],
)  # fmt: skip
def test_a_line_sep_is_found_however_it_was_saved(tmp_path, line, delimiter, encoding):
    path = tmp_path / "a.csv"
    text = pd.DataFrame(ROWS).to_csv(index=False, sep=delimiter)
    path.write_bytes(f"{line}\r\n{text}".encode(encoding))
    assert read_by_all(path) == TEXTS


@pytest.mark.parametrize(
    "name",
    ["How good, from 1 (bad) to 5 (good), is it?", "score (1|2|3|4|5)", "1=bad, 2=so, 5=top"],
)
def test_another_delimiter_in_a_name_does_not_part_it(tmp_path, name):
    path = tmp_path / "a.csv"
    frame = pd.DataFrame(ROWS).rename(columns={"rubric": name})
    path.write_text(frame.to_csv(index=False, sep=";"), encoding="utf-8")
    assert read_by_all(path, mapped={"rubric": name}) == TEXTS


def test_a_delimiter_that_parts_nothing_is_told(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("prompt;response;rubric;score\np;a;r;3\n")
    with pytest.raises(DataError, match=r"there is only 'prompt;resp.*; --delimiter ';' parts it"):
        read_by_all(path, delimiter=",")


def test_blanks_around_the_names_of_columns_are_none(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("prompt, response ,rubric\t, score\np, a,r, 3\n")
    assert read_by_all(path) == [("p", " a", "r", 3)]


def test_a_delimiter_of_a_tsv_is_what_it_has(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text("prompt,response,rubric,score\np,a,r,3\n")
    assert read_by_all(path) == [("p", "a", "r", 3)]


def test_quotation_marks_of_google_sheets_are_part_of_the_cells(tmp_path):
    path = tmp_path / "a.tsv"
    rows = [('Say "hi"', '"Hi" she said', "r", 4), ('"Who', 'Ann"', "r", 3), ("p", '"a"', "r", 2)]
    lines = ["\t".join(map(str, row)) for row in [("prompt", "response", "rubric", "score"), *rows]]
    path.write_text("\r\n".join(lines))
    assert read_by_all(path) == rows
    assert "read as part of the cells" in open_table(str(path), ImportOptions()).note
    frame = pd.read_csv(path, sep="\t", quoting=csv.QUOTE_NONE)
    assert [*frame.itertuples(index=False, name=None)] == rows
    path.write_text("\n".join([*lines, '"open\tb\tr']))
    with pytest.raises(DataError, match=r"a\.tsv:2: not CSV: .*quotation mark"):
        read_by_all(path)
    pd.DataFrame(ROWS).to_csv(path, sep="\t", index=False, quoting=csv.QUOTE_ALL)
    assert read_by_all(path) == TEXTS
    assert not open_table(str(path), ImportOptions()).note


def test_one_column_alone_needs_no_delimiter(tmp_path):
    (tmp_path / "a.csv").write_text("prompt\nWhere, when?\n".replace(",", ";"))
    assert read_all(tmp_path / "a.csv") == [{"prompt": "Where; when?"}]


@pytest.mark.parametrize("cells", [",,", ',"",'])
def test_columns_at_the_end_without_name_and_content_are_none(tmp_path, cells):
    path = tmp_path / "a.csv"
    blank = f",,,{cells}"
    lines = [f"prompt,response,rubric,score{cells}", blank, f"p,a,r,3{cells}", "q,a,r,3", blank]
    path.write_text("\n".join(lines))
    assert read_by_all(path) == [("p", "a", "r", 3), ("q", "a", "r", 3)]
    path.write_text("prompt,response,rubric,score,,\np,a,r,3,,x\nq,a,r,4,,\n")
    report = import_data(str(path), tmp_path / "out.jsonl", ImportOptions())
    assert report.first_reject == "line 2: has 6 cells, the header names 4 columns"


def test_columns_without_name_before_others_are_numbered(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(",prompt,,response\n1,p,2,a\n")
    assert read_all(path) == [{"column 1": "1", "prompt": "p", "column 3": "2", "response": "a"}]
    pd.DataFrame(ROWS).to_csv(path)
    assert list(read_all(path)[0]) == ["", "prompt", "response", "rubric", "score"]


SHEET = ["prompt\tresponse\tscore\trubric", 'q1\t"To be\t5\tr', 'q2\tmaybe"\t1\tr', "q3\tno\t1\tr"]


def test_quotation_marks_do_not_take_in_rows(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text("\n".join(SHEET))
    assert read_by_all(path) == [("q1", '"To be', "r", 5), ("q2", 'maybe"', "r", 1),
                                 ("q3", "no", "r", 1)]  # fmt: skip
    assert "read as part of the cells" in open_table(str(path), ImportOptions()).note


def test_rows_that_quotation_marks_take_in_beside_another_fault_are_told(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text("\n".join([*SHEET, "q4\tshort"]))
    first, *others = open_table(str(path), ImportOptions()).rows
    assert (first.line, "2 lines that have all 4 cells" in first.fault) == (2, True)
    assert [bool(row.fault) for row in others] == [False, True]


@pytest.mark.parametrize("text", ["a\nb", "a\tb\nc", "\n\n", "def f():\n\treturn 1\n\n\treturn 2"])
def test_lines_in_quoted_cells_stay_in_them(tmp_path, text):
    path = tmp_path / "a.tsv"
    rows = [ROWS[0] | {"response": f"x{text}y"}, ROWS[1]]
    pd.DataFrame(rows).to_csv(path, sep="\t", index=False)
    assert [found[1] for found in read_by_all(path)] == [row["response"] for row in rows]
    assert not open_table(str(path), ImportOptions()).note


@pytest.mark.parametrize("delimiter", [",", ";", "|"])
def test_blanks_after_the_delimiters_of_the_header_are_none_in_the_rows(tmp_path, delimiter):
    path = tmp_path / "a.csv"
    lines = ['prompt, "response", rubric, score', 'q1, "a b", r, 5', 'q2,"  c",r, 1']
    lines.append('q3, "a; b, ""c""\nd",  r , 2')
    path.write_text("\n".join(lines).replace(",", delimiter))
    assert read_by_all(path) == [
        ("q1", "a b", "r", 5),
        ("q2", "  c", "r", 1),
        ("q3", f'a; b{delimiter} "c"\nd', "r ", 2),
    ]
    assert "blanks after its delimiters" in open_table(str(path), ImportOptions()).note


@pytest.mark.parametrize("row", ['q, "a b",r,5', 'q, "a, b",5', ' "q",a,r,5'])
def test_a_blank_before_a_quotation_mark_alone_is_told(tmp_path, row):
    path = tmp_path / "a.csv"
    path.write_text(f"prompt,response,rubric,score\n{row}\np,a,r,3\n")
    first, second = open_table(str(path), ImportOptions()).rows
    assert (first.line, "a blank before its quotation mark" in first.fault) == (2, True)
    assert not second.fault


def test_a_text_that_begins_with_a_blank_and_a_quotation_mark_is_a_text(tmp_path):
    path = tmp_path / "a.csv"
    rows = [ROWS[0] | {"response": ' "yes", she said'}, ROWS[1] | {"response": ' "no"'}]
    pd.DataFrame(rows).to_csv(path, index=False)
    assert [found[1] for found in read_by_all(path)] == [row["response"] for row in rows]
