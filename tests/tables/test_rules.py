"""Scores, layouts, columns, ids and items, each worked out again by other means."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.benchmark.records import read_benchmark
from autograder.bulk.source import Source
from autograder.checks.audit import audit
from autograder.checks.split import split
from autograder.config import AuditConfig, SplitConfig
from autograder.errors import DataError
from autograder.schema import Example, Request, read_examples
from autograder.tables.formats import ImportOptions
from autograder.tables.importing import import_data
from autograder.tables.scales import PairRule, Scale, whole_score

ROW = {"prompt": "p", "response": "a", "rubric": "r", "score": 4, "reasoning": "w"}
PAIR = PairRule(5, 2)
ABOUT = {"rubric": "helpful", "reasoning": "See the two."}


def run(tmp_path: Path, rows: list[dict], **options: Any) -> list[Example]:
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    import_data(str(source), tmp_path / "out.jsonl", ImportOptions(**options))
    return read_examples(tmp_path / "out.jsonl")


def rejects(tmp_path: Path) -> list[dict]:
    text = (tmp_path / "out.jsonl.rejected.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(("low", "high"), [("0", "10"), ("1", "10"), ("-1", "1"), ("0", "0.7")])
def test_a_scale_is_linear_and_rounds_half_up(low, high):
    scale = Scale.parse(f"{low}:{high}")
    first, last = Fraction(low), Fraction(high)
    for step in range(81):
        exact = first + (last - first) * step / 80
        value = exact.numerator / Decimal(exact.denominator)
        assert scale.score(value) == floor(1 + Fraction(4 * step, 80) + Fraction(1, 2))
    unrounded = list(np.linspace(float(low), float(high), 37)[1:-1])
    nearest = [np.interp(value, [float(low), float(high)], [1, 5]) for value in unrounded]
    for value, target in zip(unrounded, nearest, strict=True):
        assert abs(scale.score(float(value)) - target) <= 0.5 + 1e-9


@pytest.mark.parametrize(
    "value",
    ["10.001", -1, "NaN", "inf", True, None, "", "five", "1e999999999", [1, 2], "11,5", "1,2,3",
     "1,000,000", "1.000.000", "1_0", "_4"],
)  # fmt: skip
def test_what_is_outside_a_scale_or_no_number_is_refused(value):
    with pytest.raises(ValueError, match=r"outside the scale 0:10|expected a number"):
        Scale.parse("0:10").score(value)


def test_a_tiny_number_takes_no_time():
    assert Scale.parse("0:10").score("1e-999999") == 1


@pytest.mark.parametrize("text", ["10", "a:b", "5:5", "5:5.0", "0:inf", ":"])
def test_a_scale_that_is_none(text):
    with pytest.raises(ValueError):
        Scale.parse(text)


@pytest.mark.parametrize(
    ("value", "score"),
    [
        *((1, 1), ("5", 5), (3.0, 3), ("4.0", 4), (" 2 ", 2), ("4,0", 4), ([4], 4)),
        *(("5/5", 5), ("4 / 5", 4), ("Score: 4/5", 4), ("rating 4", 4), ("4 out of 5", 4)),
        *(("4 stars", 4), ("1 star", 1), ("3 - ok", 3), ("1 (poor)", 1), ("5: the best", 5)),
    ],
)
def test_whole_scores(value, score):
    assert whole_score(value) == score


@pytest.mark.parametrize(
    "value",
    [
        0,
        6,
        "3.5",
        2.5,
        True,
        None,
        float("nan"),
        "0_4",
        "4/10",
        "4-5",
        "4 or 5",
        "8/10",
        "80%",
        "about 4",
        "4 5",
        "4%",
        [4, 5],
        "3.5/5",
        "4 of",
        "6/5",
        "1 - no, 2 - yes",
        "4" + "x" * 200,
    ],
)
def test_without_a_scale_nothing_else_is_a_score(value):
    with pytest.raises(ValueError, match="expected a"):
        whole_score(value)


@pytest.mark.parametrize(
    ("scale", "label", "number"),
    [("0:10", "8.5/10", 8.5), ("0:10", "10 out of 10", 10), ("0:100", "85 %", 85),
     ("0:100", "85/100", 85), ("1:7", "6 - agree", 6), ("0:10", "Score: 7,5", 7.5),
     ("0:1", [1], 1)],
)  # fmt: skip
def test_labels_with_words_around_their_number(scale, label, number):
    assert Scale.parse(scale).rating(label) == Scale.parse(scale).rating(number)


@pytest.mark.parametrize(("scale", "label"), [("0:10", "4/5"), ("0:1", "85%"), ("0:1", "yes")])
def test_labels_of_another_scale_are_told(scale, label):
    with pytest.raises(ValueError, match=r"expected a number.*, got .*--scale bad,ok,good"):
        Scale.parse(scale).rating(label)


@pytest.mark.parametrize("names", [
    ("Prompt", "RESPONSE", "Rubric", "Score", "Reference Answer"),
    (" prompt", "Response\u00a0", "\u200brubric", "SCORE", "reference-answer"),
])  # fmt: skip
def test_capitals_and_blanks_make_no_other_column(tmp_path, names):
    row = dict(zip(names, ("p", "a", "r", 4, "g"), strict=True))
    (example,) = run(tmp_path, [row])
    assert (example.request, example.score) == (Request("p", "a", "r", "g"), 4)
    path = tmp_path / "in.jsonl"
    (read,) = read_benchmark(path).examples
    assert (read.request, read.score) == (example.request, 4)
    source = Source.open(path, ImportOptions())
    assert [source.request(each) for each in source.rows()] == [example.request]


def test_the_very_name_wins_over_one_in_capitals(tmp_path):
    both = ROW | {"Response": "b", "PROMPT": "q", "Rubric": "other"}
    assert run(tmp_path, [both])[0].request == run(tmp_path, [ROW])[0].request
    (read,) = read_benchmark(tmp_path / "in.jsonl").examples
    assert read.request == Request("p", "a", "r")
    twice = without(ROW, "prompt") | {"Prompt": "p", "PROMPT": "q"}
    with pytest.raises(DataError, match=r"no column 'prompt'; there are: .*'Prompt', 'PROMPT'"):
        run(tmp_path, [twice])


def test_pairs_may_have_names_in_capitals(tmp_path):
    row = {"Prompt": "p", "Response A": "x", "Response B": "y", "Winner": "Model B"}
    found = run(tmp_path, [row], pair=PAIR, constants=ABOUT)
    assert {e.response: e.score for e in found} == {"x": 2, "y": 5}
    assert [e.response for e in read_benchmark(tmp_path / "in.jsonl").examples] == ["y", "x"]


@pytest.mark.parametrize(("given", "prompt"), [("Hund", "Translate\n\nHund"), ("", "Translate"),
                                               (None, "Translate")])  # fmt: skip
@pytest.mark.parametrize("mapped", [{"response": "output"},
                                    {"prompt": "instruction", "response": "output"}])  # fmt: skip
def test_the_input_of_an_instruction_is_part_of_the_prompt(tmp_path, given, prompt, mapped):
    row = {"instruction": "Translate", "input": given, "output": "dog", "score": 5, "rubric": "r"}
    (example,) = run(tmp_path, [row], mapped=mapped)
    assert example.request == Request(prompt, "dog", "r")
    path = tmp_path / "in.jsonl"
    report = import_data(str(path), tmp_path / "o.jsonl", ImportOptions(mapped=mapped))
    read = read_benchmark(path, options=ImportOptions(mapped=mapped))
    assert [e.request for e in read.examples] == [example.request]
    assert ({*report.unread}, read.unread) == (set(), [])
    source = Source.open(path, ImportOptions(mapped=mapped))
    assert [source.request(each) for each in source.rows()] == [example.request]


@pytest.mark.parametrize("empty", [None, "", " "])
def test_a_score_that_is_empty_is_told_as_such(tmp_path, empty):
    with pytest.raises(DataError, match="score: is empty; write the score or remove the row"):
        run(tmp_path, [ROW | {"score": empty}])
    with pytest.raises(DataError, match="score: is empty; write the score or remove the row"):
        read_benchmark(tmp_path / "in.jsonl")


def test_rows_outside_a_scale_that_is_named_are_set_aside(tmp_path):
    given = [0, 12.5, 50, 100, 101, "x"]
    rows = [ROW | {"response": f"a{value}", "score": value} for value in given]
    examples = run(tmp_path, rows, scale=Scale.parse("0:100"))
    assert [(e.response, e.score) for e in examples] == [
        ("a0", 1),
        ("a12.5", 2),  # 1.5 rounds up
        ("a50", 3),
        ("a100", 5),
    ]
    assert [(r["line"], r["row"]) for r in rejects(tmp_path)] == [(5, rows[4]), (6, rows[5])]
    assert rejects(tmp_path)[0]["reason"] == "score: 101 is outside the scale 0:100"


@pytest.mark.parametrize(
    ("scores", "says"),
    [
        ([1, 1, 0, 1], ["in.jsonl:3: score: ", "1 of 4 rows", "0", "1 to 5", "--scale 0:1"]),
        (["5", "10", "1", "7"], [":2: ", "2 of 4 rows", "10, 7", "1 to 5", "--scale 1:10"]),
        ([4, 5, "Score: 7"], [":3: ", "7", "--scale 4:7"]),
        (["4/5", "9/10"], [":2: ", "9/10", "--scale"]),
        ([1, [0]], [":2: ", "--scale 0:1"]),
        ([4, "85%"], [":2: ", "85%"]),
        ([-1, 1], [":1: ", "--scale -1:1"]),
        ([3, "0,5"], [":2: ", "0,5"]),
    ],
)
def test_numbers_of_another_scale_stop_the_import(tmp_path, scores, says):
    (tmp_path / "out.jsonl").write_text("old")
    rows = [ROW | {"response": f"a{n}", "score": score} for n, score in enumerate(scores)]
    with pytest.raises(DataError) as caught:
        run(tmp_path, rows)
    for part in says:
        assert part in str(caught.value)
    assert (tmp_path / "out.jsonl").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


@pytest.mark.parametrize(
    ("scores", "scale"),
    [([1, 5, 7], "1:5"), ([3, 10, 50], "0:10"), (["bad", "good", 7], "bad,good")],
)
def test_where_the_scale_is_named_a_number_outside_it_is_a_fault_of_its_row(
    tmp_path, scores, scale
):
    rows = [ROW | {"response": f"a{n}", "score": score} for n, score in enumerate(scores)]
    assert len(run(tmp_path, rows, scale=Scale.parse(scale))) == 2
    assert [reject["line"] for reject in rejects(tmp_path)] == [3]


def test_a_row_that_lacks_a_text_still_shows_another_scale(tmp_path):
    rows = [ROW, ROW | {"response": "", "score": 9}]
    with pytest.raises(DataError, match=r":2: score: .*--scale 4:9"):
        run(tmp_path, rows)


def test_another_scale_is_told_for_the_column_that_was_read(tmp_path):
    row = {"instruction": "p", "response": "a", "rubric": "r", "data": {"stars": 8}}
    with pytest.raises(DataError, match=r":1: score: .*column 'data.stars'"):
        run(tmp_path, [row], mapped={"score": "data.stars"})


@pytest.mark.parametrize("blank", ["", None, "n/a", "bad", True, 4.5])
def test_a_score_that_is_no_number_of_another_scale_is_set_aside(tmp_path, blank):
    rows = [ROW, ROW | {"response": "b", "score": blank}]
    assert len(run(tmp_path, rows)) == 1
    assert [reject["line"] for reject in rejects(tmp_path)] == [2]


@pytest.mark.parametrize(
    ("winners", "line"),
    [([1, 1, 0, 0], 3), (["1", "0"], 2), ([-1, 1], 1), ([2, 3], 2), (["a", 0], 2)],
)
def test_winners_of_another_code_stop_the_import(tmp_path, winners, line):
    row = {"prompt": "p", "response_a": "x", "response_b": "y"}
    rows = [row | {"prompt": f"p{n}", "winner": winner} for n, winner in enumerate(winners)]
    with pytest.raises(DataError, match=rf":{line}: winner: .*write a and b") as caught:
        run(tmp_path, rows, pair=PAIR, constants=ABOUT)
    assert "--scale" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_columns_can_be_mapped_and_set(tmp_path):
    row = {"q": "p", "answer": "a", "stars": "4", "why": "w", "n": 12, "topic": "t", "gold": "g"}
    columns = {"prompt": "q", "response": "answer", "score": "stars", "reasoning": "why"}
    columns |= {"id": "n", "category": "topic", "reference": "gold"}
    (example,) = run(
        tmp_path, [row], mapped=columns, constants={"rubric": "r", "level": "2", "source": "mine"}
    )
    assert example == Example(
        "12", example.item, "p", "a", "r", 4, "w", "t", 2, "en", "mine", reference="g"
    )
    bad = run(
        tmp_path, [row, row | {"n": 13, "answer": " "}], mapped=columns, constants={"rubric": "r"}
    )
    assert len(bad) == 1
    assert rejects(tmp_path)[0]["reason"].endswith("remove the row (column 'answer')")


def test_missing_columns_are_named_before_any_row_is_read(tmp_path):
    row = {"question": "p", "response": "a", "score": 1}
    with pytest.raises(DataError) as caught:
        run(tmp_path, [row])
    message = str(caught.value)
    assert "no columns 'prompt', 'rubric'; there are: 'question', 'resp" in message
    assert "--map prompt=COLUMN" in message
    assert "--set prompt=TEXT" in message
    with pytest.raises(DataError, match=r"no column 'nope' \(for prompt\)"):
        run(tmp_path, [ROW], mapped={"prompt": "nope"})
    with pytest.raises(DataError, match="winner: is not a field of plain rows, which have: id"):
        run(tmp_path, [ROW], mapped={"winner": "response"})
    assert not (tmp_path / "out.jsonl").exists()


def test_empty_optional_cells_are_left_out(tmp_path):
    (example,) = run(tmp_path, [ROW | {"category": "", "level": None, "reference": " ", "id": ""}])
    assert (example.category, example.level, example.reference) == ("general", 1, "")
    assert "reference" not in json.loads((tmp_path / "out.jsonl").read_text())


LABEL = {name: ROW[name] for name in ("prompt", "response", "rubric", "score")}


def without(row: dict, *names: str) -> dict:
    return {name: value for name, value in row.items() if name not in names}


@pytest.mark.parametrize("empty", ["", "  ", None, float("nan")])
def test_a_reasoning_may_be_missing_in_some_rows(tmp_path, empty):
    rows = [ROW, LABEL | {"response": "b"}, LABEL | {"response": "c", "reasoning": empty}]
    examples = run(tmp_path, rows)
    assert [(e.response, e.score, e.reasoning) for e in examples] == [
        ("a", 4, "w"), ("b", 4, ""), ("c", 4, "")
    ]  # fmt: skip
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert ["reasoning" in json.loads(line) for line in lines] == [True, False, False]
    assert not (tmp_path / "out.jsonl.rejected.jsonl").exists()


def test_labels_alone_are_counted_and_columns_that_fill_nothing_named(tmp_path):
    source, out = tmp_path / "labels.csv", tmp_path / "out.jsonl"
    source.write_text("prompt,response,rubric,score,worker\np,a,r,1,x\np,b,r,5,y\n")
    report = import_data(str(source), out, ImportOptions())
    assert (report.num_examples, report.num_unexplained, report.unread) == (2, 2, ("worker",))
    assert [e.reasoning for e in read_examples(out)] == ["", ""]
    report = import_data(str(source), out, ImportOptions(mapped={"reasoning": "worker"}))
    assert (report.num_unexplained, report.unread) == (0, ())
    with pytest.raises(DataError, match=r"no column 'why' \(for reasoning\)"):
        import_data(str(source), out, ImportOptions(mapped={"reasoning": "why"}))


@pytest.mark.parametrize("value", [3, True, ["w"]])
def test_a_reasoning_that_is_no_text_is_still_set_aside(tmp_path, value):
    assert len(run(tmp_path, [ROW, ROW | {"response": "b", "reasoning": value}])) == 1
    assert rejects(tmp_path)[0]["reason"].startswith("reasoning: expected text, got ")


ANCHORS = {f"score{n}_description": f"what earns {n}" for n in range(1, 6)}
RUBRIC = (
    "Is it kind?\n5: what earns 5\n4: what earns 4\n3: what earns 3\n2: what earns 2\n"
    "1: what earns 1"
)
NESTED = {
    "instruction": "p",
    "response": "a",
    "rubric": {"criteria": "Is it kind?"} | ANCHORS,
    "reference_answer": "gold",
    "score": 3,
    "feedback": "w",
}
FLAT = {
    "orig_instruction": "p",
    "orig_response": "a",
    "orig_reference_answer": "gold",
    "orig_criteria": "Is it kind?",
    **{f"orig_{name}": text for name, text in ANCHORS.items()},
    "orig_score": "3",
    "orig_feedback": "w",
    "instruction": "the whole template",
    "output": "w [RESULT] 3",
}


@pytest.mark.parametrize("row", [NESTED, FLAT])
@pytest.mark.parametrize("form", ["auto", "prometheus", "jsonl"])
def test_feedback_records_of_both_layouts_are_the_same_example(tmp_path, row, form):
    (example,) = run(tmp_path, [row], form=form)
    assert (example.prompt, example.response, example.rubric) == ("p", "a", RUBRIC)
    assert (example.score, example.reasoning, example.reference) == (3, "w", "gold")


@pytest.mark.parametrize("row", [NESTED, FLAT])
@pytest.mark.parametrize("form", ["auto", "prometheus"])
def test_feedback_records_may_have_no_feedback(tmp_path, row, form):
    (example,) = run(tmp_path, [without(row, "feedback", "orig_feedback")], form=form)
    assert (example.rubric, example.score, example.reasoning) == (RUBRIC, 3, "")


PLAIN_NAMES = {
    "instruction": "p",
    "response": "a",
    "rubric": "r",
    "score": 4,
    "reasoning": "w",
    "reference": "gold",
}


@pytest.mark.parametrize(
    ("row", "form"),
    [
        (PLAIN_NAMES, "auto"),
        (PLAIN_NAMES, "prometheus"),
        (without(PLAIN_NAMES, "instruction") | {"prompt": "p"}, "auto"),
        (without(PLAIN_NAMES, "instruction") | {"prompt": "p"}, "prometheus"),
        (without(PLAIN_NAMES, "reference") | {"reference_answer": "gold"}, "auto"),
        (without(PLAIN_NAMES, "reasoning") | {"feedback": "w"}, "auto"),
        (
            without(PLAIN_NAMES, "instruction", "reference")
            | {"prompt": "p", "reference_answer": "gold"},
            "auto",
        ),
    ],
)
def test_a_field_is_found_under_any_of_its_names(tmp_path, row, form):
    (example,) = run(tmp_path, [row], form=form)
    assert (example.prompt, example.reasoning, example.reference) == ("p", "w", "gold")


def test_a_pair_s_fields_have_the_same_names(tmp_path):
    row = {"instruction": "p", "chosen": "x", "rejected": "y", "reference_answer": "gold"}
    examples = run(tmp_path, [row], pair=PAIR, constants={"rubric": "r"})
    assert [(e.prompt, e.reference) for e in examples] == [("p", "gold")] * 2


def test_flat_feedback_records_may_have_a_plain_reference(tmp_path):
    row = without(FLAT, "orig_reference_answer", "orig_feedback")
    (example,) = run(tmp_path, [row | {"reference": "gold", "reasoning": "w"}])
    assert (example.prompt, example.reference, example.reasoning) == ("p", "gold", "w")


def test_a_column_that_is_mapped_is_no_other_field_by_its_name(tmp_path):
    row = without(PLAIN_NAMES, "reasoning")
    (example,) = run(tmp_path, [row], mapped={"reasoning": "reference"})
    assert (example.reasoning, example.reference) == ("gold", "")


def test_what_only_later_rows_have_is_read_and_else_named(tmp_path):
    rows = [LABEL | {"response": f"a{n}"} for n in range(150)]
    rows.append(LABEL | {"reference": "gold", "why": "w"})
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    report = import_data(str(source), out, ImportOptions())
    assert read_examples(out)[-1].reference == "gold"
    assert report.unread == ("why",)


def test_a_prompt_column_beside_an_instruction_is_the_prompt(tmp_path):
    (example,) = run(tmp_path, [LABEL | {"instruction": "Grade strictly."}])
    assert example.prompt == "p"


def test_a_feedback_record_without_an_anchor_is_set_aside(tmp_path):
    broken = NESTED | {"rubric": {"criteria": "c", "score1_description": "d"}}
    assert len(run(tmp_path, [NESTED, broken, NESTED | {"rubric": 7, "score": 2}])) == 1
    assert [reject["reason"].split(";")[0] for reject in rejects(tmp_path)] == [
        "rubric.score2_description: missing",
        "rubric: expected text, got 7",
    ]
    flat = {key: value for key, value in FLAT.items() if key != "orig_score5_description"}
    with pytest.raises(DataError, match=r"rubric: describes the scores 1 to 4; describe 1 to 5"):
        run(tmp_path, [flat])
    (example,) = run(tmp_path, [flat], constants={"rubric": "one of my own"})
    assert example.rubric == "one of my own"


def test_chosen_and_rejected_take_the_scores_of_the_rule(tmp_path):
    row = {"prompt": "p", "chosen": "good", "rejected": "bad", "id": 4}
    examples = run(tmp_path, [row], pair=PAIR, constants=ABOUT)
    assert [(e.id, e.response, e.score) for e in examples] == [
        ("4/chosen", "good", 5),
        ("4/rejected", "bad", 2),
    ]
    assert len({e.item for e in examples}) == 1


@pytest.mark.parametrize(
    ("winner", "scores"),
    [("a", (5, 2)), ("B", (2, 5)), ("model_a", (5, 2)), ("response_b", (2, 5))],
)
def test_a_winner_takes_the_score_of_the_preferred(tmp_path, winner, scores):
    row = {"prompt": "p", "response_a": "x", "response_b": "y", "winner": winner}
    examples = run(tmp_path, [row], pair=PAIR, constants=ABOUT)
    assert [(e.response, e.score) for e in examples] == list(zip("xy", scores, strict=True))


def test_pairs_need_no_reasons(tmp_path):
    chosen = {"prompt": "p", "chosen": "good", "rejected": "bad"}
    named = {"prompt": "p", "response_a": "good", "response_b": "bad", "winner": "a"}
    for row in (chosen, named):
        examples = run(tmp_path, [row], pair=PAIR, constants={"rubric": "helpful"})
        assert [(e.response, e.score, e.reasoning) for e in examples] == [
            ("good", 5, ""), ("bad", 2, "")
        ]  # fmt: skip


def test_pairs_need_a_rule_and_ties_their_own(tmp_path):
    row = {"prompt": "p", "response_a": "x", "response_b": "y", "winner": "tie"}
    rows = [row, row | {"winner": "a"}, row | {"winner": "c"}, row | {"response_b": "x"}]
    with pytest.raises(DataError, match="say what their scores are with --preferred N and --other"):
        run(tmp_path, rows, constants=ABOUT)
    assert len(run(tmp_path, rows, pair=PAIR, constants=ABOUT)) == 2
    reasons = [reject["reason"] for reject in rejects(tmp_path)]
    assert reasons[0] == "winner: is a tie; --tied N gives both responses a score"
    assert reasons[1].startswith("winner: expected a, b, tie, both_bad or 1 to 2")
    assert len(reasons) == 3
    tied = run(tmp_path, [row], pair=PairRule(5, 2, tied=3), constants=ABOUT)
    assert [e.score for e in tied] == [3, 3]
    with pytest.raises(ValueError, match="has to be above the other's"):
        PairRule(2, 2)
    with pytest.raises(DataError, match="pairs have no scores for --scale"):
        run(tmp_path, rows, pair=PAIR, constants=ABOUT, scale=Scale.parse("0:1"))
    with pytest.raises(DataError, match="read as plain rows, which have no preferred"):
        run(tmp_path, [ROW], pair=PAIR)


def test_a_response_of_two_pairs_is_written_once(tmp_path):
    rows = [{"prompt": "p", "chosen": "good", "rejected": bad} for bad in ("bad", "worse")]
    examples = run(tmp_path, rows, pair=PAIR, constants=ABOUT)
    assert [e.response for e in examples] == ["good", "bad", "worse"]


def test_one_faulty_response_takes_its_pair_along(tmp_path):
    rows = [{"prompt": "p", "chosen": "good", "rejected": bad} for bad in ("", "bad")]
    assert len(run(tmp_path, rows, pair=PAIR, constants=ABOUT)) == 2
    assert rejects(tmp_path)[0]["line"] == 1


def many(num_prompts: int) -> list[dict]:
    return [
        ROW | {"prompt": f"Prompt {n}", "rubric": rubric, "response": f"{n} is {a}", "score": a}
        for n in range(num_prompts)
        for rubric in ("kind", "right")
        for a in (1, 4)
    ]


def test_rows_of_a_prompt_are_never_parted(tmp_path):
    rows = many(30)
    rows[1]["prompt"] = " PROMPT  0 "
    examples = run(tmp_path, rows)
    assert len({e.item for e in examples}) == 30
    # The same responses stand under two rubrics: a fault of any set whose items part them.
    audit(examples, AuditConfig())
    sides = split(examples, SplitConfig())
    found = [{int(e.response.split()[0]) for e in side} for side in sides.values()]
    assert sum(map(len, found)) == len(set.union(*found)) == 30
    by_rubric = run(tmp_path, rows, item="prompt+rubric")
    assert len({e.item for e in by_rubric}) == 60


def test_an_item_column_wins_unless_a_rule_is_asked_for(tmp_path):
    rows = [
        row | {"item": f"i{number % 3}", "who": number % 2} for number, row in enumerate(many(4))
    ]
    assert [e.item for e in run(tmp_path, rows)] == [row["item"] for row in rows]
    assert [e.item for e in run(tmp_path, rows, item="who")] == [str(row["who"]) for row in rows]
    assert len({e.item for e in run(tmp_path, rows, item="prompt")}) == 4
    with pytest.raises(DataError, match=r"no column 'nobody' \(for item\)"):
        run(tmp_path, rows, item="nobody")


def test_ids_depend_on_the_row_alone(tmp_path):
    rows = many(6)
    once = run(tmp_path, rows)
    first = (tmp_path / "out.jsonl").read_bytes()
    run(tmp_path, rows)
    assert (tmp_path / "out.jsonl").read_bytes() == first
    again = run(tmp_path, [ROW, *reversed(rows)])
    assert {e.id: e for e in again} | {e.id: e for e in once} == {e.id: e for e in again}
    assert len({e.id for e in again}) == len(rows) + 1


def test_an_id_twice_is_set_aside(tmp_path):
    rows = [ROW | {"id": "x"}, ROW | {"id": "x", "response": "b"}, ROW | {"id": "y"}]
    assert [e.id for e in run(tmp_path, rows)] == ["x", "y"]
    assert rejects(tmp_path)[0]["reason"].startswith("id: 'x' is there already, from line 1; ")


def test_where_no_row_is_usable_nothing_is_written(tmp_path):
    (tmp_path / "out.jsonl").write_text("old")
    with pytest.raises(
        DataError, match="none of 2 rows is usable, nothing was written; line 1: sc"
    ):
        run(tmp_path, [ROW | {"score": "x"}] * 2)
    assert (tmp_path / "out.jsonl").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


@pytest.mark.parametrize("umask", [0o077, 0o022])
def test_both_files_have_the_permissions_that_the_umask_leaves(tmp_path, umask):
    before = os.umask(umask)
    try:
        assert len(run(tmp_path, [ROW, ROW | {"response": ""}])) == 1
    finally:
        os.umask(before)
    for name in ("out.jsonl", "out.jsonl.rejected.jsonl"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o666 & ~umask


def test_an_old_file_of_rejects_does_not_stay(tmp_path):
    run(tmp_path, [ROW, ROW])
    assert len(rejects(tmp_path)) == 1
    run(tmp_path, [ROW])
    assert not (tmp_path / "out.jsonl.rejected.jsonl").exists()


@pytest.mark.parametrize(
    "content",
    ["my notes\n", "", '{"line": 1}\n', '{"prompt": "p", "line": 1, "reason": "x"}\n', "x" * 10**6],
)
def test_a_file_that_holds_no_rejects_is_not_deleted(tmp_path, content):
    notes = tmp_path / "notes.txt"
    notes.write_text(content)
    (tmp_path / "in.jsonl").write_text(json.dumps(ROW) + "\n")
    import_data(str(tmp_path / "in.jsonl"), tmp_path / "out.jsonl", ImportOptions(), notes)
    assert notes.read_text() == content


def test_an_old_file_of_rejects_of_any_name_does_not_stay(tmp_path):
    place = tmp_path / "bad.jsonl"
    for rows, is_there in (([ROW, ROW | {"response": ""}], True), ([ROW], False)):
        (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        import_data(str(tmp_path / "in.jsonl"), tmp_path / "out.jsonl", ImportOptions(), place)
        assert place.exists() is is_there


def test_rejects_hold_what_json_cannot(tmp_path):
    odd = '{"prompt": "\\ud800", "score": NaN, "response": 1}\n'
    (tmp_path / "in.jsonl").write_text(json.dumps(ROW) + "\n" + odd)
    import_data(str(tmp_path / "in.jsonl"), tmp_path / "out.jsonl", ImportOptions())
    (reject,) = rejects(tmp_path)
    assert "NaN" not in json.dumps(reject["line"])
    assert "nan" in reject["row"]


def test_a_limit_reads_no_further(tmp_path):
    assert len(run(tmp_path, many(5), limit=7)) == 7


def test_the_places_may_not_be_the_same(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps(ROW) + "\n")
    with pytest.raises(DataError, match="is both the source and the output"):
        import_data(str(source), tmp_path / "." / "in.jsonl", ImportOptions())
    with pytest.raises(DataError, match="is both the output and the file of rejected rows"):
        import_data(str(source), tmp_path / "x", ImportOptions(), tmp_path / "x")
    with pytest.raises(DataError, match="is a folder"):
        import_data(str(source), tmp_path, ImportOptions())
    assert json.loads(source.read_text()) == ROW
