"""What a reader says is to be done can be done with the command that says it."""

from __future__ import annotations

import errno
import os
import re

import pytest
from click.testing import CliRunner

from autograder.cli import cli, main
from autograder.tables import graded
from autograder.tables.formats import ImportOptions

WORD = "Привет"
FILES = {
    "another encoding": ("a.csv", f"prompt,response,rubric,score\n{WORD},a,r,3\n", "cp1251"),
    "another delimiter": ("a.csv", "prompt^response^rubric^score\np^a^r^3\n", "ascii"),
    "another name": ("a.csv", "question,response,rubric,score\np,a,r,3\n", "ascii"),
    "another scale": ("a.csv", "prompt,response,rubric,score\np,a,r,9\n", "ascii"),
    "other levels": (
        "a.jsonl",
        '{"prompt": "p", "response": "a", "score": 1, "rubric": {"criteria": "c", '
        '"score0_description": "no", "score1_description": "yes"}}\n',
        "ascii",
    ),
    "no rubric": ("a.jsonl", '{"prompt": "p", "response": "a", "score": 3}\n', "ascii"),
    "pairs": ("a.jsonl", '{"prompt": "p", "chosen": "a", "rejected": "b"}\n', "ascii"),
    "the same id twice": (
        "a.jsonl",
        '{"id": 1, "prompt": "p", "response": "a", "rubric": "r", "score": 1}\n'
        '{"id": 1, "prompt": "q", "response": "b", "rubric": "r", "score": 5}\n',
        "ascii",
    ),
}
COMMANDS = {
    "grade": ["grade", "{file}", "{out}"],
    "benchmark": ["benchmark", "{file}"],
    "data import": ["data", "import", "{file}", "-o", "{out}"],
    "data audit": ["data", "audit", "{file}"],
    "data stats": ["data", "stats", "{file}"],
    "data show": ["data", "show", "{file}"],
    "data leaks": ["data", "leaks", "{file}", "--against", "{file}"],
    "judge": ["judge", "--file", "{file}"],
}
OTHERS = re.compile(r"`autograder data import [^`]*`")
"""Another command, and its options."""


def said(capsys, words):
    with pytest.raises(SystemExit):
        main(words)
    return capsys.readouterr().err


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_that_is_named_is_there(tmp_path, capsys, monkeypatch, command, file):
    monkeypatch.setattr("autograder.judging.naming.find_judge", lambda _: pytest.skip("is read"))
    name, text, encoding = FILES[file]
    (tmp_path / name).write_bytes(text.encode(encoding))
    places = {"file": str(tmp_path / name), "out": str(tmp_path / "out.jsonl")}
    message = said(capsys, [word.format(**places) for word in COMMANDS[command]])
    named = {*re.findall(r"--[a-z]+(?:-[a-z]+)*", OTHERS.sub("", message))}
    usage = CliRunner().invoke(cli, [*command.split(), "--help"]).output
    assert {option for option in named if option not in usage} == set(), message


HEAD, CELLS = "вопрос^ответ^балл\n", "Сколько?^Два^10\n"
READ = ["--delimiter", "^", "--encoding", "cp1251", "--scale", "0:10", "--map", "prompt=вопрос",
        "--map", "response=ответ", "--map", "score=балл", "--set", "rubric=Верно?"]  # fmt: skip


@pytest.mark.parametrize("command", ["audit", "stats", "show"])
def test_a_file_is_looked_at_with_the_options_that_import_it(tmp_path, command):
    path = tmp_path / "a.csv"
    path.write_bytes((HEAD + CELLS).encode("cp1251"))
    result = CliRunner().invoke(cli, ["data", command, str(path), *READ], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "1 examples" in result.output
    if command == "show":
        for text in ("Сколько?", "Верно?", "score 5"):
            assert text in result.output


def test_pairs_are_looked_at_too(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(FILES["pairs"][1], encoding="ascii")
    words = ["data", "stats", str(path), "--preferred", "4", "--other", "2", "--set", "rubric=r"]
    result = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert "2 examples, 1 items; scores 1: 0, 2: 1, 3: 0, 4: 1, 5: 0" in result.output


def test_a_file_is_compared_with_the_options_that_read_it(tmp_path):
    path, other = tmp_path / "a.csv", tmp_path / "b.jsonl"
    path.write_bytes((HEAD + CELLS).encode("cp1251"))
    other.write_text('{"prompt": "Сколько?", "response": "Пять", "score": 1}\n', encoding="utf-8")
    words = ["data", "leaks", str(path), "--against", str(other), *READ]
    result = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert result.exit_code == 1
    assert "1 rows against 1: 1 nearly repeat another" in result.output
    clean = READ[READ.index("--map") :]
    path.write_text(HEAD.replace("^", ",") + CELLS.replace("^10", "^1").replace("^", ","), "utf-8")
    result = CliRunner().invoke(cli, [*words[:5], *clean], catch_exceptions=False)
    assert "1 rows against 1" in result.output


def test_what_is_guessed_of_a_file_is_told(tmp_path):
    path, other = tmp_path / "a.csv", tmp_path / "b.csv"
    text = "prompt,response,rubric,score,reference\nOù?,Là.,Juste?,5,n/a\n"
    for each in (path, other):
        each.write_bytes(text.encode("cp1252"))
    words = ["data", "leaks", str(path), "--against", str(other)]
    told = CliRunner().invoke(cli, words, catch_exceptions=False).stderr
    for each in (path, other):
        assert f"{each} is not UTF-8; read as Windows-1252" in told
    assert told.count("taken as empty: reference 1") == 2


def test_requests_are_read_in_the_encoding_that_is_named(tmp_path, capsys):
    from autograder.cli.judge_requests import Asked, read_requests

    path = tmp_path / "a.csv"
    path.write_bytes(f"prompt^response^rubric\n{WORD}^a^r\n".encode("cp1251"))
    options = ImportOptions(delimiter="^", encoding="cp1251")
    (asked,) = read_requests(str(path), {}, options)
    assert isinstance(asked, Asked)
    assert (asked.prompt, asked.response, asked.rubrics) == (WORD, "a", {"": "r"})
    path.write_bytes("prompt,response,rubric\nOù?,Là.,Juste?\n".encode("cp1252"))
    read_requests(str(path), {})
    assert "is not UTF-8; read as Windows-1252" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--item", "a", "--set", "item=b"], ["--preferred", "4"]])
def test_options_that_do_not_go_together_are_a_wrong_usage(tmp_path, words):
    (tmp_path / "a.jsonl").write_text(FILES["pairs"][1], encoding="ascii")
    result = CliRunner().invoke(cli, ["data", "audit", str(tmp_path / "a.jsonl"), *words])
    assert result.exit_code == 2


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM])
def test_a_place_that_this_user_may_not_read_is_a_line(tmp_path, monkeypatch, capsys, number):
    def refused(*_):
        raise OSError(number, os.strerror(number), "no\nerror: x")

    monkeypatch.setattr(graded, "read_graded", refused)
    (file := tmp_path / "a.jsonl").touch()
    with pytest.raises(SystemExit) as caught:
        main(["data", "stats", str(file)])
    assert caught.value.code == 1
    says = f"{os.strerror(number)}; let this user read and write there, or name another"
    assert capsys.readouterr().err == f"error: no\\nerror: x: {says}\n"
