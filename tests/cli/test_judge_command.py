from __future__ import annotations

import dataclasses
import io
import json
import subprocess
import sys
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from autograder.cli import cli, main
from autograder.cli.judge_requests import option_rubrics, read_requests
from autograder.cli.verdict_text import Screen, json_line
from autograder.judging import naming
from autograder.judging.judge import Judge
from autograder.schema import Comparison, Verdict
from autograder.terminal import printable
from helpers.processor import needs_int8

TEXTS = {
    "prompt": "How many legs has a spider?",
    "response": "Eight legs.",
    "rubric": "Is it right?",
}
OTHER = "Six, as all insects have; a spider is one."
VERDICT = Verdict(2, 2.25, (0.1, 0.6, 0.2, 0.05, 0.05), 0.6, None, (), "tiny+12345678")


@pytest.fixture(scope="module")
def judge(folder):
    return Judge.load(folder)


@pytest.fixture
def unloaded(monkeypatch):
    """Loading the judge is an error."""
    monkeypatch.setattr(Judge, "load", None)


def options(**texts):
    return [part for name, text in texts.items() for part in (f"--{name}", text)]


def call(folder, *arguments, stdin=None):
    given = ["judge", "--judge", str(folder), *map(str, arguments)]
    return CliRunner().invoke(cli, given, input=stdin, catch_exceptions=False)


def rows_of(result):
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def exit_of(folder, *arguments):
    with pytest.raises(SystemExit) as caught:
        main(["judge", "--judge", str(folder), *map(str, arguments)])
    return caught.value.code


def assert_same(values, verdict, tolerance=1e-4):
    assert values["score"] == verdict.score
    assert values["probabilities"] == pytest.approx(verdict.probabilities, abs=tolerance)
    assert values["expected_score"] == pytest.approx(verdict.expected_score, abs=4 * tolerance)
    assert values["confidence"] == pytest.approx(verdict.confidence, abs=tolerance)
    assert values["truncated"] == list(verdict.truncated)
    assert values["reasoning"] == verdict.reasoning
    assert values["model"] == verdict.model


def write(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


# --- one response


@needs_int8
def test_fast_asks_the_judge_in_8_bits(folder, judge):
    (values,) = rows_of(call(folder, *options(**TEXTS), "--fast", "--json", "--no-reasoning"))
    assert values["model"] == judge.model + "+int8"
    assert_same(values, Judge.load(folder, fast=True).evaluate(*TEXTS.values(), reasoning=False))


def test_a_verdict_as_json_is_that_of_the_judge(folder, judge):
    result = call(folder, *options(**TEXTS, reference="8"), "--json", "--no-reasoning")
    (values,) = rows_of(result)
    assert_same(values, judge.evaluate(**TEXTS, reference="8", reasoning=False))
    assert list(values) == [field.name for field in dataclasses.fields(Verdict)]


def test_a_verdict_as_text_shows_score_distribution_and_reasoning(folder, judge):
    verdict = judge.evaluate(**TEXTS)
    result = call(folder, *options(**TEXTS))
    assert result.exit_code == 0
    head, _, reasoning = result.stdout.partition("Reasoning: ")
    lines = head.splitlines()
    stars = "■" * verdict.score + "□" * (5 - verdict.score)
    assert lines[0] == f"Score: {verdict.score}/5  {stars}"
    for k, (line, p) in enumerate(zip(lines[1:6], verdict.probabilities, strict=True), start=1):
        assert line == f"  {k} {'█' * round(30 * p):30} {p:.3f}"
    how_sure = f"expected {verdict.expected_score:.2f}, confidence {verdict.confidence:.2f}"
    assert lines[6:] == [how_sure]
    # The tiny judge writes bytes at random.
    assert reasoning == printable(verdict.reasoning).replace("\n", "\n  ") + "\n"
    assert all(c.isprintable() or c == "\n" for c in result.output)
    plain = call(folder, *options(**TEXTS), "--no-reasoning")
    assert plain.stdout == head


def test_a_response_from_standard_input_is_that_text(folder, judge):
    expected = judge.evaluate(**TEXTS, reasoning=False)
    texts = {**TEXTS, "response": "-"}
    result = call(
        folder, *options(**texts), "--json", "--no-reasoning", stdin=f"{TEXTS['response']}\n"
    )
    assert_same(rows_of(result)[0], expected)
    texts = {**TEXTS, "prompt": "-", "response": "-"}
    result = call(folder, *options(**texts), stdin="x")
    assert result.exit_code == 2
    assert "standard input can be read once" in result.output


def test_the_reasoning_is_printed_as_it_comes(folder, monkeypatch):
    seen = []

    def printed() -> str:
        assert isinstance(sys.stdout.buffer, io.BytesIO)
        return sys.stdout.buffer.getvalue().decode()

    class Slow:
        encoder = SimpleNamespace(encode_request=lambda request: None)

        def evaluate_many(self, requests, reasoning):
            return iter(())

        def stream(self, *texts):
            assert texts == (*TEXTS.values(), "")
            yield VERDICT
            for piece in ("The sum\nScore: 5/5", " is\x1b[2J wrong", "."):
                seen.append(printed())
                yield piece
            seen.append(printed())

    monkeypatch.setattr(Judge, "load", lambda folder, **_: Slow())
    result = call(folder, *options(**TEXTS))
    assert "Score: 2/5" in seen[0]
    assert seen[0].endswith("expected 2.25, confidence 0.60\nReasoning: ")
    assert seen[1].endswith("Reasoning: The sum\n  Score: 5/5")
    assert seen[2].endswith(" is\\x1b[2J wrong")
    assert result.stdout.endswith("\n  Score: 5/5 is\\x1b[2J wrong.\n")


def test_interrupted_it_ends_its_line_and_exits_with_130(folder, monkeypatch, capsys):
    class Interrupted:
        encoder = SimpleNamespace(encode_request=lambda request: None)

        def evaluate_many(self, requests, reasoning):
            return iter(())

        def stream(self, *texts):
            yield VERDICT
            yield "Half a"
            raise KeyboardInterrupt

    monkeypatch.setattr(Judge, "load", lambda folder, **_: Interrupted())
    assert exit_of(folder, *options(**TEXTS)) == 130
    captured = capsys.readouterr()
    assert captured.out.endswith("Reasoning: Half a\n")
    assert captured.err.strip() == "interrupted"


def test_what_was_cut_is_said(folder, judge):
    texts = {**TEXTS, "response": "leg " * 3000}
    result = call(folder, *options(**texts), "--no-reasoning")
    assert result.exit_code == 0
    assert result.stderr == "cut to fit the model: response\n"


# --- requests in files


@pytest.mark.parametrize("layout", ["line", "indented", "lines", "array", "implicit"])
def test_requests_are_read_from_json_in_any_layout(folder, judge, tmp_path, layout):
    rows = [{**TEXTS, "reference": None, "id": 7}, {**TEXTS, "response": OTHER, "reference": "8"}]
    text = {
        "line": json.dumps(rows[0]),
        "indented": "\ufeff" + json.dumps(rows[0], indent=2),
        "lines": "\n".join(map(json.dumps, rows)) + "\n\n",
        "array": json.dumps(rows, indent=2),
        "implicit": json.dumps(rows[0]),
    }[layout]
    path = tmp_path / "requests.any"
    path.write_text(text, encoding="utf-8")
    arguments = [] if layout == "implicit" else ["--file", path]
    result = call(folder, *arguments, "--json", "--no-reasoning", stdin=text)
    found = rows_of(result)
    if layout != "implicit":
        assert call(folder, "--file", "-", "--json", "--no-reasoning", stdin=text).stdout == (
            result.stdout
        )
    num = 2 if layout in {"lines", "array"} else 1
    expected = [
        judge.evaluate(**TEXTS, reasoning=False),
        judge.evaluate(**{**TEXTS, "response": OTHER}, reference="8", reasoning=False),
    ]
    assert len(found) == num
    assert found[0].pop("id") == 7
    for values, verdict in zip(found, expected, strict=False):
        assert_same(values, verdict)


def test_fields_that_no_judge_sees_are_left_out_and_said_as_grade_does(folder, judge, tmp_path):
    graded = {**TEXTS, "category": "qa", "score": 3, "Level": 1, "language": "en"}
    path = write(tmp_path / "requests.jsonl", graded, {**TEXTS, "note": None})
    result = call(folder, "--file", path, "--json", "--no-reasoning")
    for values in rows_of(result):
        assert_same(values, judge.evaluate(**TEXTS, reasoning=False))
    assert result.stderr == ""
    write(path, {**TEXTS, "refrence": "x", "mo\ndel": 1}, {**TEXTS, "refrence": "y"})
    result = call(folder, "--file", path, "--json", "--no-reasoning")
    assert len(rows_of(result)) == 2
    assert result.stderr == "fields that the judge does not see: refrence, mo\\ndel\n"


def test_json_has_the_reasoning_unless_it_is_not_wanted(folder, judge):
    (values,) = rows_of(call(folder, *options(**TEXTS), "--json"))
    assert_same(values, judge.evaluate(**TEXTS))


def test_every_kind_of_request_keeps_its_place(folder, judge, tmp_path):
    prompt, response, rubric = TEXTS.values()
    rubrics = {"tone": "Is it polite?", "right": rubric}
    path = write(
        tmp_path / "requests.jsonl",
        TEXTS,
        {"prompt": prompt, "a": response, "b": OTHER, "rubric": rubric, "id": "pair"},
        {"prompt": prompt, "response": response, "rubrics": rubrics},
        {**TEXTS, "response": OTHER},
    )
    found = rows_of(call(folder, "--file", path, "--json", "--no-reasoning"))
    one = judge.evaluate(**TEXTS, reasoning=False)
    two = judge.evaluate(prompt, OTHER, rubric, reasoning=False)
    assert_same(found[0], one)
    assert_same(found[1]["a"], one)
    assert_same(found[1]["b"], two)
    assert found[1]["margin"] == pytest.approx(one.expected_score - two.expected_score, abs=1e-3)
    assert found[1]["id"] == "pair"
    assert list(found[2]["verdicts"]) == ["tone", "right"]
    assert_same(found[2]["verdicts"]["right"], one)
    tone = judge.evaluate(prompt, response, "Is it polite?", reasoning=False)
    assert_same(found[2]["verdicts"]["tone"], tone)
    assert_same(found[3], two)

    text = call(folder, "--file", path, "--no-reasoning").stdout
    places = [text.index(f"{path}:{n}") for n in (1, 2, 3, 4)]
    assert places == sorted(places)
    assert f"{path}:2: pair\n" in text


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([{"prompt": "p", "response": "r"}], ":1: rubric: missing; the row has: prompt, response"),
        ([TEXTS, {**TEXTS, "response": " "}], ":2: response: is empty"),
        ([TEXTS, {**TEXTS, "reference": ["x"]}], ":2: reference: expected text"),
        ([{"prompt": "p", "response": "r", "rubrics": {}}], ":1: rubrics: expected an object of"),
        ([{**TEXTS, "rubrics": {"a": "b"}}], ":1: rubrics: stands beside rubric"),
        ([{**TEXTS, "rubric": {"criteria": "c"}}], ":1: rubric.score1_description: missing"),
        ([{**TEXTS, "a": "x", "b": "y"}], ":1: response: stands beside a and b"),
        ([{**TEXTS, "id": 1.5}], ":1: id: expected text or a whole number, got 1.5"),
        ([{**TEXTS, "prompt": "\ud800"}], ":1: prompt: holds half a surrogate pair"),
        ([TEXTS, 5], ":2: expected an object with named fields"),
        ([{"prompt": "p", "a": "x", "rubric": "r"}], ":1: b: missing"),
        ([{"prompt": "p", "a": "x", "b": "y", "rubrics": {"n": "r"}}], ":1: rubrics: two"),
    ],
)
def test_a_fault_names_file_line_and_field_before_the_judge_is_loaded(
    folder, unloaded, tmp_path, capsys, rows, says
):
    path = write(tmp_path / "requests.jsonl", *rows)
    assert exit_of(folder, "--file", path) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert f"error: {path}{says}" in captured.err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", ": holds no request; expected a JSON object"),
        (b"\n[]\n", ": holds no request; expected a JSON object"),
        (b'{\n "prompt": "p",\n nonsense', ":3: not JSON: "),
        (b'{"prompt": "p"}\n{"prompt": \n', ":1: response: missing"),
        (b"{}\n{half\n", ":1: prompt: missing; the row has: none"),
        (b'{"prompt": "p", "prompt": "q"}', ":1: field 'prompt' is given twice"),
        (b"[" * 100_000, ":1: not JSON that can be read"),
        (b"\xff\xfe{", ":1: not utf-16: truncated data"),
    ],
)
def test_a_file_that_is_no_json_is_told(folder, unloaded, tmp_path, capsys, text, says):
    path = tmp_path / "requests.json"
    path.write_bytes(text)
    assert exit_of(folder, "--file", path) == 1
    assert f"error: {path}{says}" in capsys.readouterr().err


def test_a_judge_of_the_box_grades_by_its_name_and_an_unknown_one_is_told(
    folder, monkeypatch, capsys
):
    monkeypatch.setattr(naming, "_BOXES", (folder.parent,))
    arguments = (*options(**TEXTS), "--no-reasoning", "--json")
    (named,) = rows_of(call(folder.name, *arguments))
    (same,) = rows_of(call(folder, *arguments))
    assert named == same
    assert exit_of("judge-9b", *arguments) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: 'judge-9b': no judge of this name in the box (")
    assert folder.name in said


def test_a_missing_file_or_judge_is_told(folder, unloaded, tmp_path, capsys):
    assert exit_of(folder, "--file", tmp_path / "no.json") == 1
    assert "no.json: no such file" in capsys.readouterr().err
    assert exit_of(tmp_path, *options(**TEXTS)) == 1
    assert "holds no judge" in capsys.readouterr().err
    assert exit_of(folder, *options(**{**TEXTS, "response": ""})) == 1
    assert capsys.readouterr().err == "error: --response: is empty; write the text\n"
    assert exit_of(folder, *options(**{**TEXTS, "response": "\udcff"})) == 1
    assert "--response: holds bytes that are not UTF-8" in capsys.readouterr().err


def test_a_rubric_that_is_too_long_is_found_before_anything_is_graded(folder, tmp_path, capsys):
    long = {**TEXTS, "rubric": "long " * 3000}
    path = write(tmp_path / "requests.jsonl", TEXTS, long)
    assert exit_of(folder, "--file", path, "--no-reasoning") == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert f"error: {path}:2: rubric: too long" in captured.err
    named = {"prompt": "p", "response": "r", "rubrics": {"tone": "long " * 3000}}
    assert exit_of(folder, "--file", write(path, named)) == 1
    assert f"error: {path}:1: rubrics.tone: too long" in capsys.readouterr().err


def test_faulty_requests_can_be_skipped(folder, judge, tmp_path):
    path = tmp_path / "requests.jsonl"
    write(path, {**TEXTS, "id": "a"}, {**TEXTS, "response": ""}, {**TEXTS, "rubric": "x " * 9000})
    with path.open("a") as file:
        file.write("{half\n" + json.dumps({**TEXTS, "response": OTHER}) + "\n")
    arguments = ["--file", path, "--on-error", "skip", "--no-reasoning"]
    result = call(folder, *arguments, "--json")
    assert result.exit_code == 3
    first, empty, long, half, last = map(json.loads, result.stdout.splitlines())
    assert_same(first, judge.evaluate(**TEXTS, reasoning=False))
    assert list(empty) == list(long) == list(half) == ["error"]
    assert empty["error"].startswith(f"{path}:2: response: is empty")
    assert long["error"].startswith(f"{path}:3: rubric: too long")
    assert half["error"].startswith(f"{path}:4: not a JSON object")
    assert_same(last, judge.evaluate(**{**TEXTS, "response": OTHER}, reasoning=False))

    result = call(folder, *arguments)
    assert result.exit_code == 3
    assert [line[:8] for line in result.stderr.splitlines()] == ["skipped:"] * 3
    assert result.stdout.count("Score: ") == 2


# --- several rubrics


def test_several_rubrics_grade_one_response(folder, judge, tmp_path):
    (tmp_path / "brief.txt").write_text("Is it brief?\n", encoding="utf-8")
    more = {"tone": "Is it = polite?", "two words": "Is it clear?"}
    (tmp_path / "more.json").write_text(json.dumps(more), encoding="utf-8")
    texts = options(prompt=TEXTS["prompt"], response=TEXTS["response"])
    result = call(
        folder,
        *texts,
        *("--rubric", "right=Is it right?", "--rubric-file", tmp_path / "brief.txt"),
        *("--rubric-file", tmp_path / "more.json", "--json", "--no-reasoning"),
    )
    (values,) = rows_of(result)
    wanted = {"brief": "Is it brief?", **more, "right": "Is it right?"}
    assert list(values["verdicts"]) == list(wanted)
    for name, rubric in wanted.items():
        verdict = judge.evaluate(TEXTS["prompt"], TEXTS["response"], rubric, reasoning=False)
        assert_same(values["verdicts"][name], verdict)


def test_a_single_rubric_is_taken_as_it_is(folder, judge, tmp_path):
    texts = options(prompt=TEXTS["prompt"], response=TEXTS["response"])
    expected = judge.evaluate(TEXTS["prompt"], TEXTS["response"], "1+1=2?", reasoning=False)
    result = call(folder, *texts, "--rubric", "1+1=2?", "--json", "--no-reasoning")
    assert_same(rows_of(result)[0], expected)
    (tmp_path / "sum.txt").write_text("1+1=2?\n")
    result = call(folder, *texts, "--rubric-file", tmp_path / "sum.txt", "--json", "--no-reasoning")
    assert_same(rows_of(result)[0], expected)


def test_a_rubric_of_five_descriptions_is_one_text(folder, judge, tmp_path):
    anchors = {f"score{k}_description": f"{k} legs" for k in range(1, 6)}
    rubric = {"criteria": "Legs", **anchors}
    text = "Legs\n5: 5 legs\n4: 4 legs\n3: 3 legs\n2: 2 legs\n1: 1 legs"
    expected = judge.evaluate(TEXTS["prompt"], TEXTS["response"], text, reasoning=False)
    path = write(tmp_path / "requests.jsonl", {**TEXTS, "rubric": rubric})
    assert_same(rows_of(call(folder, "--file", path, "--json", "--no-reasoning"))[0], expected)
    write(tmp_path / "legs.json", rubric)
    texts = options(prompt=TEXTS["prompt"], response=TEXTS["response"])
    arguments = [*texts, "--rubric-file", tmp_path / "legs.json", "--json", "--no-reasoning"]
    assert_same(rows_of(call(folder, *arguments))[0], expected)
    (values,) = rows_of(call(folder, *arguments, "--rubric", "brief=Is it brief?"))
    assert list(values["verdicts"]) == ["legs", "brief"]
    assert_same(values["verdicts"]["legs"], expected)


def test_rubrics_of_options_serve_all_requests_of_a_file(folder, judge, tmp_path, capsys):
    texts = {name: TEXTS[name] for name in ("prompt", "response")}
    path = write(tmp_path / "requests.jsonl", texts, {**texts, "response": OTHER})
    arguments = ["--file", path, "--rubric", TEXTS["rubric"], "--json", "--no-reasoning"]
    found = rows_of(call(folder, *arguments))
    assert_same(found[0], judge.evaluate(**TEXTS, reasoning=False))
    assert_same(found[1], judge.evaluate(**{**TEXTS, "response": OTHER}, reasoning=False))
    write(path, TEXTS)
    assert exit_of(folder, *arguments) == 1
    assert f"{path}:1: rubric: is given by an option too" in capsys.readouterr().err


def test_rubrics_are_shown_one_below_another(folder, judge):
    texts = options(prompt=TEXTS["prompt"], response=TEXTS["response"])
    rubrics = ["--rubric", "right=Is it right?", "--rubric", "tone=Is it polite?"]
    result = call(folder, *texts, *rubrics, "--no-reasoning")
    verdict = judge.evaluate(**TEXTS, reasoning=False)
    stars = "■" * verdict.score + "□" * (5 - verdict.score)
    how_sure = f"expected {verdict.expected_score:.2f}, confidence {verdict.confidence:.2f}"
    lines = result.stdout.splitlines()
    assert lines[0] == f"right  {verdict.score}/5  {stars}  {how_sure}"
    assert lines[1].startswith("tone   ")
    assert len(lines) == 2
    explained = call(folder, *texts, *rubrics)
    assert any(line.startswith("  ") for line in explained.stdout.splitlines())


# --- two responses


def test_two_responses_are_compared(folder, judge):
    one = judge.evaluate(**TEXTS, reasoning=False)
    two = judge.evaluate(**{**TEXTS, "response": OTHER}, reasoning=False)
    margin = one.expected_score - two.expected_score
    assert abs(margin) > 1e-3
    for option in ("--compare", "--response-b"):
        arguments = [*options(**TEXTS), option, OTHER, "--no-reasoning", "--tie", "0"]
        (values,) = rows_of(call(folder, *arguments, "--json"))
        assert list(values) == [field.name for field in dataclasses.fields(Comparison)]
        assert values["margin"] == pytest.approx(margin, abs=1e-3)
        assert values["winner"] == ("a" if margin > 0 else "b")
        assert_same(values["a"], one)
        assert_same(values["b"], two)
    lines = call(folder, *arguments).stdout.splitlines()
    assert lines[-1] == f"{values['winner']} is better by {abs(margin):.2f}"
    lines = call(folder, *arguments[:-1], "4").stdout.splitlines()
    assert lines[-1] == f"tie: the expected scores differ by {abs(margin):.2f} (--tie 4)"
    assert [line[:2] for line in lines[:2]] == ["a ", "b "]


# --- usage and the terminal


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--prompt", "p", "--response", "r"], "--rubric is missing"),
        (["--prompt", "p", "--rubric", "r"], "--response is missing"),
        (["--response", "p", "--rubric", "r"], "--prompt is missing"),
        (["--file", "x", "--prompt", "p"], "--file has the texts, and so has --prompt"),
        (["--rubric", "a=b", "--rubric", "c", "--file", "x"], "--rubric 'c': with several"),
        (["--rubric", "a=b", "--rubric", "a=c", "--file", "x"], "two rubrics are called 'a'"),
        (["--tie", "-1"], "--tie"),
        (["--on-error", "cry"], "--on-error"),
        (
            [*options(**{**TEXTS, "rubric": "a=b"}), "--rubric", "c=d", "--compare", "x"],
            "compared by one rubric",
        ),
    ],
)
def test_wrong_usage_exits_with_2(folder, unloaded, arguments, says):
    result = call(folder, *arguments)
    assert result.exit_code == 2
    assert says in result.output


HOSTILE = "\x1b[2J\x9b31m\u202e\x07evil"


def test_hostile_text_cannot_drive_the_terminal(folder, tmp_path):
    row = {**TEXTS, "id": HOSTILE}
    rubrics = {f"x{HOSTILE}": "r"}
    both = {"prompt": HOSTILE, "response": HOSTILE, "rubrics": rubrics}
    path = write(tmp_path / f"r{HOSTILE[:4]}.jsonl", row, both, {HOSTILE: 1})
    for extra in ([], ["--json"]):
        arguments = ["--file", path, "--no-reasoning", "--on-error", "skip", *extra]
        result = call(folder, *arguments)
        assert result.exit_code == 3
        assert all(c.isprintable() or c == "\n" for c in result.output)
    first, second, _ = map(json.loads, result.stdout.splitlines())
    assert first["id"] == HOSTILE
    assert list(second["verdicts"]) == list(rubrics)


def test_json_is_readable_and_loses_nothing():
    values = {"text": f'ä 日本 😀 {HOSTILE} \u2028\x7f\ud800 \\ " \n'}
    line = json_line(values, "utf-8")
    assert "ä 日本" in line
    assert line.isprintable()
    assert json.loads(line) == values
    assert json_line({"text": "ä😀"}, "ascii") == '{"text": "\\u00e4\\ud83d\\ude00"}'
    assert json.loads(json_line(values, "ascii")) == values


class Plain(io.StringIO):
    encoding = "utf-8"


class Terminal(Plain):
    def isatty(self):
        return True


def shown(stream, reasoning="Good."):
    screen = Screen(stream)
    screen.verdict(VERDICT)
    screen.reasoning([reasoning])
    screen.table({"tone": VERDICT})
    screen.comparison(Comparison("a", 0.5, VERDICT, VERDICT), 0.25)
    return stream.getvalue()


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_colours_are_for_terminals_that_want_them(monkeypatch, name, value):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    plain = shown(Plain())
    coloured = shown(Terminal())
    assert "\x1b[" in coloured
    assert coloured.endswith("\x1b[0m\n")
    assert "\x1b" not in plain
    monkeypatch.setenv(name, value)
    assert shown(Terminal()) == plain


def test_a_terminal_without_blocks_gets_number_signs():
    class Ascii(io.StringIO):
        encoding = "ascii"

    text = shown(Ascii(), "größer")
    assert text.isascii()
    assert text.startswith("Score: 2/5  ##---\n")
    assert "  2 ##################             0.600\n" in text
    assert "gr\\xf6\\xdfer" in text


@pytest.mark.parametrize("arguments", [["--help"], ["--file", "no-such-file.json"]])
def test_help_and_faults_do_not_wait_for_torch(arguments):
    code = f"""
import sys
from autograder.cli import main
try:
    main(["judge", *{arguments!r}])
except SystemExit:
    print(sorted({{"torch", "numpy", "transformers"}} & {{*sys.modules}}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("rubrics", [["tone=-", "facts=Is it right?"], ["tone=-"], ["-"]])
def test_a_rubric_may_come_from_standard_input_with_its_name(rubrics, monkeypatch):
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"Is it polite?\n")))
    names = ["tone", "facts"] if rubrics[1:] else [""]
    texts = ["Is it polite?", "Is it right?"]
    assert option_rubrics(rubrics, []) == dict(zip(names, texts, strict=False))


def test_standard_input_is_one_text(folder, unloaded):
    given = [*options(prompt="p", response="-", rubric="tone=-"), "--rubric", "facts=f"]
    result = call(folder, *given, stdin="x")
    assert result.exit_code == 2
    assert "standard input can be read once" in result.stderr


def test_a_reference_that_says_nothing_is_told(folder, unloaded, tmp_path, capsys):
    assert exit_of(folder, *options(**TEXTS, reference="none")) == 1
    assert '--reference: "none" says that there is none' in capsys.readouterr().err
    path = tmp_path / "asked.jsonl"
    path.write_text("".join(json.dumps(TEXTS | {"reference": r}) + "\n" for r in ("NA", "-", "x")))
    assert len(read_requests(str(path), {})) == 3
    assert "taken as empty: reference 2" in capsys.readouterr().err
