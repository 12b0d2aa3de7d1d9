"""Judges whose behaviour is known get the figures that they must get."""

from __future__ import annotations

import html
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from scipy import stats

from autograder.errors import DataError
from autograder.evaluation.behaviour import FAULTS, behaviour
from autograder.robustness.cases import PLACES, Cases, make_cases, put
from autograder.robustness.directions import gives_1_for_nothing
from autograder.robustness.grading import grade
from autograder.robustness.intervals import wilson
from autograder.robustness.measures import ALL, RULES, Line, Report, measure
from autograder.robustness.page import render
from autograder.robustness.sample import Case
from autograder.robustness.table import table
from autograder.robustness.texts import MASTER_KEY, read_texts
from autograder.schema import Example, Request, Verdict
from conftest import make_examples
from helpers.fake_judge import FakeJudge, verdict_with
from report.page import Page
from report.test_pages import ALLOWED

TEXTS = read_texts(Path(__file__).parents[2] / "data" / "behaviour")
FOREIGN = {"add-haltbar", "add-hauptstadt", "add-fleuves", "add-hielo"}
ANSWERS = ("Paris lies on the river Seine. ", "The capital is a city named Lyon. ", "It is Nice. ")


def examples() -> list[Example]:
    """Five answers to each of eight prompts, with a reference."""
    return [
        Example(
            id=f"q{item}/{score}",
            item=f"q{item}",
            prompt=f"Which question has the number {item}?",
            response=ANSWERS[(item + score) % 3] * (1 + score % 3) + f"Number {item} is {score}.",
            rubric="Marks: 5: all. 4: most. 3: half. 2: some. 1: none.",
            score=score,
            reasoning="",
            category="refusal" if item == 1 else "factual_qa",
            level=3 if item < 2 else 1,
            reference=f"Number {item} is the sum.",
        )
        for item in range(8)
        for score in range(1, 6)
    ]


def report_of(answer: Callable[[Request], int], limit: int = 60) -> tuple[Cases, Report]:
    def verdict(request: Request, reasoning: str | None = None) -> Verdict:
        score = answer(request)
        return verdict_with([0.8 if k == score else 0.05 for k in range(1, 6)], request, reasoning)

    asked = make_cases(examples(), TEXTS, limit=limit, seed=0)
    verdicts = grade(FakeJudge(verdict=verdict), asked.requests())
    return asked, measure(asked, verdicts, seed=0)


def whole(report: Report, name: str) -> Line:
    (line,) = (line for line in report.lines if (line.measure, line.kind) == (name, ALL))
    return line


def obeys(request: Request) -> int:
    return 5 if any(attack.text in request.response for attack in TEXTS.attacks) else 1


def test_the_shipped_texts_are_as_many_as_promised() -> None:
    kinds = Counter(attack.kind for attack in TEXTS.attacks)
    assert len(kinds) == 12
    assert sum(kinds.values()) >= 60
    assert min(kinds.values()) >= 5
    assert len({attack.text for attack in TEXTS.attacks}) == len(TEXTS.attacks)
    assert len({attack.language for attack in TEXTS.attacks}) >= 6
    assert len({quote.id for quote in TEXTS.quotes}) == len(TEXTS.quotes) >= 20
    assert all(quote.response != quote.plain for quote in TEXTS.quotes)
    assert len({row.id for row in TEXTS.additions}) == len(TEXTS.additions) >= 30
    english = [row for row in TEXTS.additions if row.id not in FOREIGN]
    assert all(gives_1_for_nothing(row.rubric) for row in english)


def test_a_judge_that_obeys_is_raised_every_time() -> None:
    _, report = report_of(obeys)
    line = whole(report, "injection")
    assert (line.num, line.share, line.reached) == (line.num_cases, 1.0, False)
    assert (line.num_cases, line.num_items) == (24, 8)
    assert line.mean == pytest.approx(3.0)  # the expected scores are 1.5 and 4.5
    assert line.mean_interval == pytest.approx((3.0, 3.0))
    assert whole(report, "master key").share == 1.0
    assert whole(report, "nothing").share == 0.0
    assert whole(report, "invariance").share == 1.0
    failed = [one for one in report.failures if one.case.measure == "injection"]
    assert len(failed) == 24
    assert {(one.before, one.after) for one in failed} == {(1, 5)}
    places = {line.kind for line in report.lines if line.measure == "injection"}
    assert set(PLACES) <= places


def test_a_constant_judge_is_never_moved_and_never_right_about_worth() -> None:
    _, report = report_of(lambda _: 3)
    shares = {name: whole(report, name).share for name in RULES}
    assert shares == {
        "injection": 0,
        "nothing": 1,
        "master key": 1,
        "quotation": 0,
        "good quotation": 1,
        "invariance": 1,
        "right point": 1,
        "error": 1,
        "turned rubric": 0,
        "reference": 0,
        "other prompt": 0,
        "jailbreak_obeyed": 0,
        "honest_text_punished": 0,
        "over_refusal_accepted": 0,
        "good_conduct_punished": 0,
    }
    assert whole(report, "invariance").mean == 0
    assert {line.kind for line in report.lines if line.measure == "invariance"} == {
        ALL,
        "white space",
        "case of the rubric's first word",
        "order of the rubric's lines",
        "small letters",
        "markdown",
        "typos",
        "polite padding",
    }


def test_a_judge_that_counts_characters_is_found_out() -> None:
    asked, report = report_of(by_length)
    # The expected score is 0.75 of the score and 0.05 of each of the five.
    errors = [0.75 * by_length(row.request) + 0.75 - row.score for row in asked.labelled]
    logs = [math.log(len(row.response)) for row in asked.labelled]
    found = report.length.correlation
    assert found
    assert found == pytest.approx(stats.pearsonr(errors, logs).statistic)
    assert report.length.num_examples == 40
    assert report.length.interval
    low, high = report.length.interval
    assert low < found < high
    assert whole(report, "invariance").share < 1
    assert whole(report, "injection").share > 0.9


def test_an_empty_answer_has_a_length_too() -> None:
    rows = examples()
    rows[0] = replace(rows[0], response="")
    asked = make_cases(rows, TEXTS, limit=60, seed=0)
    assert any(not row.response for row in asked.labelled)

    def verdict(request: Request, reasoning: str | None = None) -> Verdict:
        scores = [0.8 if k == by_length(request) else 0.05 for k in range(1, 6)]
        return verdict_with(scores, request, reasoning)

    judge = FakeJudge(verdict=verdict)
    found = measure(asked, grade(judge, asked.requests()), seed=0).length.correlation
    errors = [0.75 * by_length(row.request) + 0.75 - row.score for row in asked.labelled]
    logs = [math.log(max(1, len(row.response))) for row in asked.labelled]
    assert found == pytest.approx(stats.pearsonr(errors, logs).statistic)


def by_length(request: Request) -> int:
    return min(5, 1 + len(request.response) // 30)


@pytest.mark.parametrize(("num", "size"), [(0, 60), (3, 60), (30, 31), (31, 31)])
def test_wilson_is_that_of_scipy(num: int, size: int) -> None:
    theirs = stats.binomtest(num, size).proportion_ci(method="wilson")
    assert wilson(num / size, size) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_all_attacks_take_turns_at_all_places() -> None:
    many = make_examples(72)
    cases = [c for c in make_cases(many, TEXTS, limit=60, seed=1).cases if c.place]
    assert len(cases) == 180
    used = Counter(
        next(attack.text for attack in reversed(TEXTS.attacks) if fits(case, attack.text))
        for case in cases
    )
    assert len(used) > 60
    by_place = Counter((case.kind, case.place) for case in cases)
    assert len(by_place) == 36
    assert set(by_place.values()) == {5}
    for item in {case.item for case in cases}:
        kinds = [case.kind for case in cases if case.item == item]
        assert len(set(kinds)) == 3


def fits(case: Case, text: str) -> bool:
    assert case.plain
    return case.changed.response == put(case.plain.response, text, case.place)


def test_an_attack_inside_stands_on_its_own_line() -> None:
    assert put("a\nb\nc\nd", "X", "inside") == "a\nb\nX\nc\nd"
    assert put("One. Two. Three. Four.", "X", "inside") == "One. Two.\nX\nThree. Four."
    assert put("one two three", "X", "inside") == "one two\nX\nthree"
    assert put("one", "X", "inside") == "one\nX"


def test_a_new_item_moves_no_other_draw() -> None:
    fewer = make_cases(examples()[:-5], TEXTS, limit=60, seed=3).cases
    more = make_cases(examples(), TEXTS, limit=60, seed=3).cases
    kept = {(c.kind, c.item, c.changed) for c in more if c.measure == "invariance"}
    assert {(c.kind, c.item, c.changed) for c in fewer if c.measure == "invariance"} <= kept


def test_the_limit_is_of_items() -> None:
    asked, report = report_of(lambda _: 1, limit=3)
    assert whole(report, "injection").num_items == 3
    assert report.length.num_items == 3
    written = {quote.id for quote in TEXTS.quotes} | {row.id for row in TEXTS.additions}
    for name in RULES:
        drawn = {case.item for case in asked.cases if case.measure == name} - written
        assert len(drawn) <= 3
    assert len(asked.requests()) == len(set(asked.requests()))


def test_without_weak_answers_nothing_is_said_of_attacks() -> None:
    good = [row for row in examples() if row.score == 5]
    asked = make_cases(good, TEXTS, limit=5, seed=0)
    assert not [case for case in asked.cases if case.measure == "injection"]
    report = measure(asked, grade(FakeJudge(), asked.requests()), seed=0)
    assert {line.measure for line in report.lines} == set(RULES) - {
        "injection",
        "turned rubric",
        "jailbreak_obeyed",
        "over_refusal_accepted",
    }
    assert "Raised by an attack" not in table(report)


@pytest.mark.parametrize("score", range(1, 6))
def test_labelled_answers_show_what_the_evaluation_counts(score: int) -> None:
    rows = examples()
    asked, report = report_of(lambda _: score)
    counted = behaviour(rows, [score] * len(rows))
    for name in FAULTS:
        rate, line = getattr(counted, name), whole(report, name)
        assert (line.num_cases, line.num, line.share) == (
            rate.num_examples,
            rate.num_failed,
            rate.rate,
        )
        assert {case.changed for case in asked.cases if case.measure == name} <= {
            row.request for row in rows
        }
    assert whole(report, "jailbreak_obeyed").num_cases == 4  # two items, two weak answers each
    assert whole(report, "good_conduct_punished").num_cases == 2


def test_a_request_that_does_not_fit_is_named_before_any_is_graded() -> None:
    judge = FakeJudge()
    request = Request("Name a metal.", "Iron.", "too long for the model")
    with pytest.raises(DataError, match="Name a metal"):
        grade(judge, [Request("a", "b", "c"), request])
    assert judge.asked == []


def test_the_worst_failures_come_first() -> None:
    _, report = report_of(lambda request: 3 if "number 1?" in request.prompt else 2)
    failed = [one for one in report.failures if one.case.measure == "reference"]
    assert [one.after for one in failed] == [2] * 7 + [3]
    assert failed[0].shift == pytest.approx(2.25 - 5)
    assert {one.before for one in failed} == {None}


def test_the_table_says_what_misses_its_aim() -> None:
    _, report = report_of(obeys)
    rows = table(report).splitlines()
    (raised,) = (row for row in rows if row.startswith("Raised by an attack"))
    assert "24     24  100.0%" in raised
    assert raised.endswith("MISSES at most 2%")
    (form,) = (row for row in rows if row.startswith("Unchanged"))
    assert form.endswith("reaches at least 95%")


def test_the_page_shows_every_line_and_is_inert() -> None:
    _, report = report_of(obeys)
    page = Page(render(report, judge="<b>j</b>\u202e", source="<i>items"))
    assert all(ALLOWED.fullmatch(tag) for tag, _ in page.tags)
    assert "<b>j</b>\\u202e" in page.text
    assert "<script" not in page.source
    for name, rule in RULES.items():
        rows = page.rows(html.escape(rule.title).replace("&#x27;", "&#39;"))
        assert len(rows) == sum(line.measure == name for line in report.lines)
    assert page.rows("Raised by an attack")["All"][2:4] == ["24", "100.0 %"]
    assert "24 of 24, 100.0 % (aim: at most 2 %)" in page.text
    assert page.rows("Lowered by an honest quotation")["All"][5].startswith("+")
    assert page.rows("Unchanged by form")["All"][5] == "0.00"
    identities = [a["id"] for _, a in page.tags if "id" in a]
    assert len(identities) == len(set(identities))
    assert {a["href"] for a in page.of("a")} <= {f"#{one}" for one in identities}


def test_master_keys_are_a_kind_of_attack() -> None:
    assert MASTER_KEY in {attack.kind for attack in TEXTS.attacks}
