"""Dates in the place of scores, in the forms that spreadsheets of several countries write."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime

import pytest

from autograder.benchmark.records import read_benchmark
from autograder.errors import DataError
from autograder.schema import read_examples
from autograder.tables.formats import ImportOptions
from autograder.tables.graded import read_graded
from autograder.tables.importing import import_data
from autograder.tables.scales import Scale, whole_score

DATES = [
    *("5-Jan", "4-Mar", "5-May", "05-Apr", "Apr-05", "5 Jan", "1/Feb", "5-Jan-26", "Jan 5, 2026"),
    *("04. Mai", "5.Mai", "1. Feb", "3. Mär", "03. Mrz", "4. März 2026", "2. Jänner"),
    *("5-janv", "5-janv.", "2-févr", "3 mars", "4-avr", "1er mai", "4-août", "1-déc."),
    *("5-ene", "4 de mayo", "3-abr", "2-ago", "1-dic"),
    *("5-gen", "4-mag", "3-giu", "2-lug", "1-set", "5-ott"),
    *("5-mrt", "4-mei", "3-okt", "2 januari"),
    *("5/out", "4-maj", "3-paź", "05.май", "4 мая"),
    *("2026-05-01", "2026-05-01 00:00:00", "2026-05-01T00:00:00Z", "5/1/2026", "1/5/26"),
    *("01.05.2026", "1.5.26", "5-1-2026", date(2026, 5, 1), datetime(2026, 5, 1)),
]  # fmt: skip


@pytest.mark.parametrize("cell", DATES)
def test_a_date_is_no_score(cell):
    says = "is a date, as spreadsheets make of scores such as 4/5 .*; format the column as text"
    for rule in (whole_score, Scale.parse("1:5").score, Scale.parse("0:10000").score):
        with pytest.raises(ValueError, match=says):
            rule(cell)
        if isinstance(cell, str):
            with pytest.raises(ValueError, match=says):
                rule(unicodedata.normalize("NFD", cell.upper()))
    with pytest.raises(ValueError, match="is none of bad, ok"):
        Scale.parse("bad,ok").score(cell)


@pytest.mark.parametrize(
    "label",
    ["4 - good", "4: may help", "4 (a marvel)", "4. decent", "4 = maintained", "4 out of 5"],
)
def test_other_words_after_a_number_stay_words(label):
    assert whole_score(label) == 4


def test_every_reader_refuses_a_date_and_names_its_row(tmp_path):
    path, out = tmp_path / "a.csv", tmp_path / "o.jsonl"
    path.write_text("prompt,response,rubric,score\np,a,r,4\np,b,r,5-Apr\np,c,r,8-Aug\n")
    report = import_data(str(path), out, ImportOptions())
    assert [example.score for example in read_examples(out)] == [4]
    assert (report.num_rejected, report.first_reject.startswith("line 3: score: ")) == (2, True)
    for read in (read_graded, read_benchmark):
        with pytest.raises(DataError, match=r'a\.csv:3: score: "5-Apr" is a date'):
            read(path)
