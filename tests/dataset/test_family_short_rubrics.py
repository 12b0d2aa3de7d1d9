"""Rubrics of a few words: degrees are read back from the text alone, by tables and arithmetic."""

from __future__ import annotations

import re
import statistics
from functools import cache

import pytest

from autograder.checks.faults import find_faults, texts_of
from autograder.checks.leaks import prove_distinct
from autograder.checks.length import measure
from autograder.dataset.families import short_rubrics
from autograder.dataset.families.short_rubrics_facts import Fact
from autograder.dataset.families.short_rubrics_tables import read_tables
from autograder.schema import SCORES, Item
from dataset.families_folder import WORDS

TABLES = read_tables(WORDS)
FACTS, SUBJECTS, COMPOSER = TABLES.facts, TABLES.subjects, TABLES.composer
ABOUT, FILLERS, SURE, OPENERS = (
    TABLES.say.about,
    TABLES.say.fillers,
    TABLES.say.sure,
    TABLES.say.openers,
)
MARK = re.compile(r"^(?:\d[.)]|[a-d]\)|[-*•]) (?=\S)", re.MULTILINE)
EXPRESSION = re.compile(
    r"(\d+) ?([-+x/]) ?(\d+)|(\d+)() squared()|(\d+)(%) of (\d+)|(?<=is )(\d+)( )(?:a )?prime()"
)
SLIPS = {"wich": "which", "captial": "capital", "mnay": "many", "deos": "does"}
BY_ID = {f"short_rubrics-{fact.id}": fact for fact in FACTS}


@cache
def made(count: int, seed: int) -> list[Item]:
    return short_rubrics.items(count, seed, WORDS)


def kind_of(item: Item) -> str:
    """`one` question, four (`several`), or four `statements`."""
    if any(squash(about.split("{subject}")[0]) in squash(item.prompt) for about in ABOUT):
        return "statements"
    return "one" if len(questions(item.prompt)) == 1 else "several"


def squash(text: str) -> str:
    """The same for a tidy and a careless writer."""
    text = text.lower().replace("'", "").replace("?", "").replace("what is", "whats")
    for slip, word in SLIPS.items():
        text = text.replace(slip, word)
    return text


ASKS = {squash(ask): fact for fact in FACTS for ask in fact.asks}


def evaluate(text: str) -> tuple[str, str]:
    """The calculation in a text as it stands there, and its result."""
    match = EXPRESSION.search(text)
    assert match, text
    a, sign, b = (group for group in match.groups() if group is not None)
    if sign == " ":
        return match[0], "no" if any(int(a) % k == 0 for k in range(2, int(a))) else "yes"
    x, y = int(a), int(b or 0)
    results = {"+": x + y, "-": x - y, "x": x * y, "": x * x, "%": x * y / 100}
    value = results[sign] if sign in results else x / y
    assert value == int(value)
    return match[0], str(int(value))


def questions(prompt: str) -> list[Fact | str]:
    """In order: a fact of the tables, or the text of a calculation."""
    text = squash(prompt)
    found: list[tuple[int, Fact | str]] = [
        (text.index(ask), fact) for ask, fact in ASKS.items() if ask in text
    ]
    found += [(match.start(), match[0]) for match in EXPRESSION.finditer(text)]
    return [question for _, question in sorted(found, key=lambda pair: pair[0])]


def has(value: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.IGNORECASE) is not None


def named(question: Fact | str, text: str) -> tuple[bool, bool]:
    """Whether a text gives the right answer, and whether a wrong one."""
    text = re.sub(r", not \.?[^.,;]+", "", text)  # "Oslo, not Bergen" gives Oslo
    if isinstance(question, Fact):
        return has(question.answer, text), any(has(wrong, text) for wrong in question.wrongs)
    _, right = evaluate(f"is {question}" if "prime" in question else question)
    shown = re.sub(r"\s+", " ", text.replace(question, ""))
    values = re.findall(r"\b(?:yes|no)\b" if right in ("yes", "no") else r"\d+", shown.lower())
    return right in values, any(value != right for value in values)


def remark(question: Fact | str, sentence: str) -> bool | None:
    """Whether it is a true remark or a false one; None if it is none."""
    if isinstance(question, Fact):
        return {question.true: True, question.false: False}.get(sentence)
    if match := re.fullmatch(r"Twice (\d+) is (\d+)\.", sentence):
        return 2 * int(match[1]) == int(match[2])
    if match := re.fullmatch(r"(\d+) is an (even|odd) number\.", sentence):
        return (int(match[1]) % 2 == 0) == (match[2] == "even")
    match = re.fullmatch(r"(.+?)(?:=| = | is )(\d+)\.", sentence)
    if match and match[1] != question and EXPRESSION.fullmatch(match[1]):
        return evaluate(match[1])[1] == match[2]
    return None


def degree(question: Fact | str, response: str) -> int:
    """What a careful reader makes of an answer to one question."""
    sentences = re.split(r"\n|(?<=[.!?]) ", response)
    sentences = [s for s in sentences if s.rstrip(".") + "." not in (*FILLERS, *SURE, *OPENERS)]
    sentences = [s for s in sentences if s not in (*FILLERS, *OPENERS)]
    remarks = [told for s in sentences if (told := remark(question, s)) is not None]
    rest = " ".join(s for s in sentences if remark(question, s) is None)
    right, wrong = named(question, rest)
    assert (right or wrong) and len(remarks) <= 1, response
    if right and wrong:
        assert False not in remarks
        return 3
    if right:
        return 4 if False in remarks else 5
    return 2 if True in remarks else 1


def parts(response: str) -> list[str]:
    """The four answers or statements of a response."""
    for opener in sorted(COMPOSER.openers, key=len, reverse=True):
        response = response.removeprefix(opener).lstrip()
    for closer in sorted(COMPOSER.closers, key=len, reverse=True):
        response = response.removesuffix(closer).rstrip()
    found = re.split(r"\n|(?<=[.;]) ", MARK.sub("", response))
    return [part.rstrip(".;") for part in found]


def test_degrees_of_one_answer_follow_from_the_text() -> None:
    seen = 0
    for item in made(600, 7):
        if kind_of(item) == "one":
            seen += 1
            (question,) = questions(item.prompt)
            assert (item.group in BY_ID) == isinstance(question, Fact)
            assert not isinstance(question, Fact) or BY_ID[item.group] is question
            if isinstance(question, str) and "prime" in question:
                question = question.removeprefix("is ")
            for graded in item.responses:
                assert graded.score == degree(question, graded.response), (item.prompt, graded)
    assert 0.48 < seen / 600 < 0.62


def test_four_answers_are_counted() -> None:
    seen = 0
    for item in made(600, 7):
        if kind_of(item) == "several":
            seen += 1
            asked = questions(item.prompt)
            assert len(asked) == 4 and item.group == "", item.prompt
            for graded in item.responses:
                given = parts(graded.response)
                assert len(given) == 4, graded.response
                told = [named(q, text) for q, text in zip(asked, given, strict=True)]
                assert all(right + wrong <= 1 for right, wrong in told), graded.response
                assert graded.score == 1 + sum(right for right, _ in told), (item.prompt, graded)
    assert 0.24 < seen / 600 < 0.36


def test_four_statements_are_counted() -> None:
    known: dict[str, bool] = {}
    for fact in FACTS:
        told = {fact.true.rstrip("."): True, fact.false.rstrip("."): False}
        told |= {
            fact.statement(value): value == fact.answer for value in (*fact.wrongs, fact.answer)
        }
        for text, right in told.items():
            assert known.setdefault(text.lower(), right) == right, text
    seen = 0
    for item in made(600, 7):
        if kind_of(item) == "statements":
            seen += 1
            for graded in item.responses:
                verdicts = [known[text.lower()] for text in parts(graded.response)]
                assert len(verdicts) == 4
                assert graded.score == 1 + sum(verdicts), (item.prompt, graded)
    assert 0.1 < seen / 600 < 0.2


def test_limits_are_kept() -> None:
    for item in made(2000, 1):
        assert tuple(graded.score for graded in item.responses) == SCORES
        assert (item.category, item.level, item.source) == ("factual_qa", 1, "short_rubrics")
        assert re.fullmatch(r"short_rubrics-\d{4}", item.id)
        assert len(item.prompt.split()) <= 110 and len(item.rubric.split()) <= 14
        assert len({graded.response for graded in item.responses}) == 5
        for graded in item.responses:
            assert len(graded.response.split()) <= 60 and len(graded.reasoning.split()) <= 36
            assert "score" not in graded.reasoning.lower()
            for text in (item.prompt, item.rubric, graded.response, graded.reasoning):
                assert not re.search(r"[{}]|  | ,|\.\.|,,|;;", text), text


def test_items_are_deterministic_and_a_longer_run_only_adds() -> None:
    assert short_rubrics.items(40, 3, WORDS)[:25] == short_rubrics.items(25, 3, WORDS)
    assert short_rubrics.items(5, 3, WORDS) != short_rubrics.items(5, 4, WORDS)


def test_many_items_have_distinct_prompts_and_no_faults() -> None:
    items = made(2000, 1)
    assert len({item.prompt for item in items}) == len({item.id for item in items}) == 2000
    examples = [example for item in items for example in item.examples()]
    assert find_faults(examples, texts_of(examples)) == []


def test_two_splits_of_items_do_not_repeat_each_other() -> None:
    halves: dict[str, list[Item]] = {"train": [], "test": []}
    for item in made(2000, 1):
        number = int(item.id[-4:]) if not item.group else sum(map(ord, item.group))
        halves["test" if number % 4 == 0 else "train"].append(item)
    prove_distinct(
        {name: [row for item in items for row in item.examples()] for name, items in halves.items()}
    )


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_length_says_nothing_about_the_score(seed: int) -> None:
    figures = measure([example for item in made(200, seed) for example in item.examples()])
    assert figures.correlation is not None and abs(figures.correlation) < 0.1
    assert figures.accuracy is not None and figures.accuracy < 0.3


def test_bare_answers_are_right_or_wrong_about_as_often() -> None:
    bare = [
        graded.score
        for item in made(2000, 1)
        for graded in item.responses
        if len(graded.response.split()) <= 3
    ]
    assert min(bare.count(1), bare.count(5)) > 150
    assert 0.75 < bare.count(1) / bare.count(5) < 1.33


def test_opening_words_say_nothing_about_the_score() -> None:
    by_opener: dict[str, list[int]] = {}
    for item in made(2000, 1):
        for graded in item.responses:
            by_opener.setdefault(" ".join(graded.response.split()[:3]), []).append(graded.score)
    common = [scores for scores in by_opener.values() if len(scores) >= 60]
    assert common and all(abs(statistics.mean(scores) - 3) < 0.75 for scores in common)


def test_all_facts_and_many_rubrics_occur() -> None:
    items = made(2000, 1)
    prompts = [squash(item.prompt) for item in items]
    assert len({item.rubric for item in items}) >= 50
    assert all(len(subject.facts) >= 12 for subject in SUBJECTS) and len(SUBJECTS) >= 14
    for fact in FACTS:
        assert any(squash(ask) in prompt for ask in fact.asks for prompt in prompts), fact.id
    groups = [item.group for item in items if item.group in BY_ID]
    assert len(set(groups)) > 0.9 * len(FACTS)


def test_facts_can_be_read_in_one_way_only() -> None:
    assert len(FACTS) >= 200 and len(BY_ID) == len(FACTS)
    assert len(ASKS) == sum(len(set(map(squash, fact.asks))) for fact in FACTS)
    for fact in FACTS:
        values = (fact.answer, *fact.wrongs)
        assert len(fact.asks) >= 2 and (fact.closed or len(fact.wrongs) >= 2)
        assert len({value.lower() for value in values}) == len(values)
        assert fact.true != fact.false and fact.true[-1] == fact.false[-1] == "."
        assert abs(len(fact.true.split()) - len(fact.false.split())) <= 2, fact.id
        for value in values:
            assert has(value, fact.sentence(value)) and "{" not in fact.sentence(value)
            others = [other for other in values if other != value]
            for text in (fact.sentence(value), fact.true, fact.false):
                assert not any(has(other, text) for other in others), (fact.id, text)


def test_a_reference_gives_the_right_answers_and_no_other():
    items = [item for item in made(600, 5) if kind_of(item) != "statements"]
    given = [item for item in items if item.reference]
    assert 0.5 < len(given) / len(items) < 0.7
    for item in given:
        asked = questions(item.prompt)
        lines = item.reference.split("\n")
        assert len(lines) == len(asked)
        for question, line in zip(asked, lines, strict=True):
            text = re.sub(r"^\d\. ", "", line) if len(asked) > 1 else line
            assert named(question, text) == (True, False), (question, line)
    assert not any(item.reference for item in made(600, 5) if kind_of(item) == "statements")
