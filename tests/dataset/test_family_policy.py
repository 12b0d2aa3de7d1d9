"""Policies: rules, questions and decisions are read back from the text, and decided again."""

from __future__ import annotations

import re

from autograder.dataset.families import FAMILIES
from autograder.dataset.families.policy_places import Rule, read
from autograder.schema import Item
from dataset.families_folder import WORDS

PLACES = read(WORDS).places
SMALLEST = ("at least", "or more", "or over")
LARGEST = ("up to", "within", "valid for")
UNDECIDED = re.compile(r"not sure|ask a colleague|open for now", re.IGNORECASE)


def number_in(template: str, text: str) -> int | None:
    match = re.search(re.sub(r"\\\{.\\\}", r"(\\d+)", re.escape(template)), text)
    return int(match[1]) if match else None


def right_answer(rule: Rule, limit: int, asked: int) -> bool | int:
    """Yes, no or an amount, by the words of the rule."""
    if any(words in rule.text for words in SMALLEST):
        return asked >= limit
    if any(words in rule.text for words in LARGEST):
        return asked <= limit
    assert re.search(r"euros (a|each)\b|costs \{n\} euros|with \{n\} euros", rule.text)
    return limit * asked


def cases(item: Item) -> list[tuple[Rule, str, bool | int]]:
    """Each question's rule, the number of the rule in the list, and the right answer."""
    (rules,) = (place.rules for place in PLACES if place.name in item.prompt)
    found = []
    for rule in rules:
        limit, asked = number_in(rule.text, item.prompt), number_in(rule.ask, item.prompt)
        if asked is not None:
            assert limit is not None
            (line,) = (x for x in item.prompt.split("\n") if rule.text.format(n=limit) in x)
            place = re.search(r"\d", line)
            assert place
            found.append((rule, place[0], right_answer(rule, limit, asked)))
    return found


def given(rule: Rule, response: str) -> tuple[bool | int | None, str | None]:
    """The decision on a rule's question, none if it is left open, and the rule it names."""
    parts = re.split(r"\n|(?<=[.;:!]) ", response)
    texts = [
        p for p in parts if rule.say in p or (UNDECIDED.search(p) and f"the {rule.topic}" in p)
    ]
    (text,) = texts
    cited = re.search(r"rule (\d)", text)
    number = cited[1] if cited else None
    if UNDECIDED.search(text):
        return None, number
    if rule.kind == "each":
        amount = re.search(r"(\d+) euros", text)
        assert amount
        return int(amount[1]), number
    return not re.search(r"\b(not|cannot)\b", text), number


def is_right(case: tuple[Rule, str, bool | int], response: str, cited: bool) -> bool:
    rule, place, wanted = case
    said, number = given(rule, response)
    assert (number is not None) == (cited and said is not None)
    return said is not None and said == wanted and (not cited or number == place)


def asks_for_numbers(text: str) -> bool:
    wanted = r"the rule each time|number of (?:the|its) rule|which rule|rule number"
    return bool(re.search(wanted, text, re.IGNORECASE))


def test_scores_follow_from_the_text() -> None:
    with_numbers = 0
    for item in FAMILIES["policy"](500, 7, WORDS):
        asked = cases(item)
        assert len(asked) == 4, item.prompt
        cited = asks_for_numbers(item.prompt)
        assert cited == asks_for_numbers(item.rubric)
        with_numbers += cited
        for graded in item.responses:
            right = sum(is_right(case, graded.response, cited) for case in asked)
            assert graded.score == 1 + right, (item.prompt, graded)
    assert 100 < with_numbers < 200


def test_a_key_in_the_rubric_is_the_right_one() -> None:
    keys = 0
    for item in FAMILIES["policy"](300, 8, WORDS):
        match = re.search(r"(?:Key|Expected|Right decisions): (.+?)\.", item.rubric)
        if match:
            keys += 1
            for rule, place, wanted in cases(item):
                (entry,) = (x for x in match[1].split("; ") if x.startswith(f"{rule.topic} "))
                said = entry.removeprefix(f"{rule.topic} ")
                words = f"{wanted} euros" if rule.kind == "each" else ("no", "yes")[int(wanted)]
                assert said in (words, f"{words} (rule {place})")
    assert 150 < keys < 210


def test_yes_and_no_are_right_about_as_often() -> None:
    answers = [
        wanted
        for item in FAMILIES["policy"](300, 9, WORDS)
        for rule, _, wanted in cases(item)
        if rule.kind != "each"
    ]
    assert 0.45 < sum(answers) / len(answers) < 0.55


def test_rules_of_a_place_cannot_be_mixed_up() -> None:
    for rules in (place.rules for place in PLACES):
        assert len(rules) == 6
        assert sum(rule.kind == "each" for rule in rules) <= 3
        for rule in rules:
            assert not re.search(r"\b(no|not|cannot)\b", rule.say)
            assert "{n}" in rule.text and "{x}" in rule.ask
            for other in rules:
                if other is not rule:
                    assert rule.say not in other.say and rule.topic not in other.topic
                    assert rule.topic not in other.say
                    assert rule.say not in f"the {other.topic} "
