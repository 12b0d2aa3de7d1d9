"""Families: labels recomputed from the text alone, and nothing but content predicts them."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable

import pytest

from autograder.dataset.families import FAMILIES, groundedness_topics, injection
from autograder.dataset.families.details_kinds import read_kinds
from autograder.dataset.families.groundedness_topics import Topic
from autograder.schema import SCORES, GradedResponse, Item
from dataset.families_folder import WORDS

KINDS = read_kinds(WORDS)
FAMILY_NAMES = sorted(FAMILIES)
MARK = re.compile(r"^(?:\d[.)]|[a-d]\)|[-*•]) (?=\S)", re.MULTILINE)
NUMBERS = {"three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}


def words(text: str) -> int:
    return len(text.split())


def segments(text: str) -> list[str]:
    """The statements of a response, whatever its shape."""
    return re.split(r"\n|(?<=[.;!]) ", MARK.sub("", text))


# ---------------------------------------------------------------- all families


@pytest.mark.parametrize("name", FAMILY_NAMES)
def test_items_are_deterministic_and_a_longer_run_only_adds(name: str) -> None:
    make = FAMILIES[name]
    assert make(25, 3, WORDS) == make(25, 3, WORDS)
    assert make(40, 3, WORDS)[:25] == make(25, 3, WORDS)
    assert make(5, 3, WORDS) != make(5, 4, WORDS)


@pytest.mark.parametrize("name", FAMILY_NAMES)
def test_every_item_has_five_scores_and_keeps_the_limits(name: str) -> None:
    for item in FAMILIES[name](300, 11, WORDS):
        assert tuple(graded.score for graded in item.responses) == SCORES
        assert len({" ".join(graded.response.split()) for graded in item.responses}) == 5
        assert item.source == name and item.id.startswith(f"{name}-")
        most_rubric, most_response = (110, 230) if name == "degrees" else (70, 90)
        assert words(item.prompt) <= 110 and words(item.rubric) <= most_rubric
        for graded in item.responses:
            assert words(graded.response) <= most_response and words(graded.reasoning) <= 40
            lowered = graded.reasoning.lower()
            assert "score" not in lowered and "points out of" not in lowered
            assert not re.search(r"[{}]| ,|;;|; ;|  ", graded.reasoning)


@pytest.mark.parametrize("name", FAMILY_NAMES)
def test_no_item_repeats(name: str) -> None:
    items = FAMILIES[name](2000, 1, WORDS)
    assert len({item.prompt for item in items}) == 2000
    assert len({item.id for item in items}) == 2000


@pytest.mark.parametrize("name", FAMILY_NAMES)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_length_says_nothing_about_the_score(name: str, seed: int) -> None:
    examples = [example for item in FAMILIES[name](200, seed, WORDS) for example in item.examples()]
    lengths = [words(example.response) for example in examples]
    r = statistics.correlation(lengths, [example.score for example in examples])
    assert abs(r) < 0.1


@pytest.mark.parametrize("name", FAMILY_NAMES)
def test_opening_words_say_nothing_about_the_score(name: str) -> None:
    by_opener: dict[str, list[int]] = {}
    for item in FAMILIES[name](400, 5, WORDS):
        for graded in item.responses:
            by_opener.setdefault(" ".join(graded.response.split()[:3]), []).append(graded.score)
    common = [scores for scores in by_opener.values() if len(scores) >= 60]
    assert all(abs(statistics.mean(scores) - 3) < 0.75 for scores in common)


# ------------------------------------------------------------------ arithmetic

FACTORS = {
    ("metres", "centimetres"): 100, ("kilometres", "metres"): 1000, ("kilograms", "grams"): 1000,
    ("litres", "millilitres"): 1000, ("tonnes", "kilograms"): 1000,
    ("centimetres", "millimetres"): 10, ("hours", "minutes"): 60, ("minutes", "seconds"): 60,
    ("days", "hours"): 24, ("weeks", "days"): 7, ("years", "months"): 12, ("feet", "inches"): 12,
}  # fmt: skip
BINARY: list[tuple[str, Callable[[int, int], int]]] = [
    (r"the sum of (\d+) and (\d+)|(\d+) (?:\+|plus) (\d+)", lambda a, b: a + b),
    (r"the difference between (\d+) and (\d+)|(\d+) (?:-|minus) (\d+)", lambda a, b: a - b),
    (r"the product of (\d+) and (\d+)|(\d+) (?:x|times) (\d+)", lambda a, b: a * b),
    (r"(\d+) (?:/|divided by|over) (\d+)", lambda a, b: a // b),
    (r"(\d+)% of (\d+)", lambda a, b: a * b // 100),
    (r"(\d+) \w+ at (\d+) euros each", lambda a, b: a * b),
    (r"change from (\d+) euros on a bill of (\d+)", lambda a, b: a - b),
]


def evaluate(text: str) -> list[int]:
    """The right results of all calculations in a text, in order."""
    found: list[tuple[int, int]] = []
    for pattern, compute in BINARY:
        for match in re.finditer(pattern, text, re.IGNORECASE):
            a, b = (int(group) for group in match.groups() if group)
            found.append((match.start(), compute(a, b)))
    units = [
        (match.start(), int(match[2]), (match[3], match[1]))
        for match in re.finditer(r"the number of (\w+) in (\d+) (\w+)", text, re.IGNORECASE)
    ] + [
        (match.start(), int(match[1]), (match[2], match[3]))
        for match in re.finditer(r"(\d+) (\w+) (?:in|(?:=|is|make) \d+) (\w+)", text)
    ]
    found += [(start, n * FACTORS[pair]) for start, n, pair in units if pair in FACTORS]
    return [value for _, value in sorted(found)]


def test_arithmetic_scores_follow_from_the_text() -> None:
    for item in FAMILIES["arithmetic"](400, 7, WORDS):
        expected = evaluate(item.prompt)
        assert len(expected) == 4, item.prompt
        for graded in item.responses:
            stated = [part for part in segments(graded.response) if re.search(r"\d", part)]
            assert len(stated) == 4, graded.response
            given = [int(re.findall(r"\d+", part)[-1]) for part in stated]
            labelled = [evaluate(part) for part in stated]
            if all(labelled):
                assert sorted(value for (value,) in labelled) == sorted(expected)
                wanted = [value for (value,) in labelled]
            else:
                wanted = expected
            right = sum(a == b for a, b in zip(given, wanted, strict=True))
            assert graded.score == 1 + right, (item.prompt, graded)


# ---------------------------------------------------------------- details


def test_details_score_by_what_is_stated_as_the_prompt_gives_it() -> None:
    for item in FAMILIES["details"](400, 7, WORDS):
        asked = []
        for kind in KINDS:
            before, after = kind.order.split("{v}")
            tail = (
                re.escape(after)
                if after
                else r"(?=, |\.|$| and (?:it|people|there|the|questions) )"
            )
            found = re.search(re.escape(before) + r"(.+?)" + tail, item.prompt, re.I | re.M)
            if found:
                asked.append((kind, found[1]))
        assert len(asked) == 4, item.prompt
        for graded in item.responses:
            stated = [
                kind.name
                for kind, value in asked
                if any(f"{said.format(v=value)[1:]}" in graded.response for said in kind.said)
            ]
            assert graded.score == 1 + len(stated), (item.prompt, graded)


# ---------------------------------------------------------------- table_lookup

Table = dict[str, dict[str, int]]


def read_table(prompt: str) -> Table:
    """Column, then row name, then value."""
    lines = [line for line in prompt.split("\n") if line and "?" not in line]
    table: Table = {}
    named = [re.findall(r"(?:: |, )([a-z-][a-z -]*?) (\d+)", line) for line in lines]
    if sum(bool(pairs) for pairs in named) >= 4:
        for line, pairs in zip(lines, named, strict=True):
            for column, value in pairs:
                table.setdefault(column, {})[line.split(":")[0]] = int(value)
        return table
    rows = [re.split(r"\s*\|\s*|,", line.strip("| ")) for line in lines if "---" not in line]
    rows = [row for row in rows if len(row) == 3]
    for number in (1, 2):
        table[rows[0][number]] = {row[0]: int(row[number]) for row in rows[1:]}
    return table


def answer(question: str, table: Table) -> str | int:
    if match := re.fullmatch(r"(?:Which \w+|Who) has the (highest|lowest) (.+)\?", question):
        column = table[match[2]]
        return (max if match[1] == "highest" else min)(column, key=lambda name: column[name])
    if match := re.fullmatch(r".+ the gap in (.+) between (\w+) and (\w+)\?", question):
        return abs(table[match[1]][match[2]] - table[match[1]][match[3]])
    if match := re.fullmatch(r"What is the (.+) for (\w+) and (\w+) together\?", question):
        return table[match[1]][match[2]] + table[match[1]][match[3]]
    if match := re.fullmatch(r"What (?:is the )?(.+?) (?:is listed )?for (\w+)\?", question):
        return table[match[1]][match[2]]
    if match := re.fullmatch(r"How many \w+ have an? (.+) above (\d+)\?", question):
        return sum(value > int(match[2]) for value in table[match[1]].values())
    match = re.fullmatch(r"Which \w+ has an? (.+) of (\d+)\?", question)
    assert match, question
    (name,) = (name for name, value in table[match[1]].items() if value == int(match[2]))
    return name


def test_table_scores_follow_from_the_text() -> None:
    for item in FAMILIES["table_lookup"](400, 7, WORDS):
        table = read_table(item.prompt)
        names = "|".join(re.escape(name) for name in next(iter(table.values())))
        questions = [line for line in MARK.sub("", item.prompt).split("\n") if line[-1:] == "?"]
        expected = [answer(question, table) for question in questions]
        assert len(expected) == 4
        for graded in item.responses:
            pattern = re.compile(rf"\b(?:{names}|\d+)\b", re.IGNORECASE)
            stated = [part for part in segments(graded.response) if pattern.search(part)]
            assert len(stated) == 4, graded.response
            right = 0
            for part, wanted in zip(stated, expected, strict=True):
                kind = r"\d+" if isinstance(wanted, int) else names
                given = re.findall(rf"\b(?:{kind})\b", part, re.IGNORECASE)
                right += bool(given) and given[-1].lower() == str(wanted).lower()
            assert graded.score == 1 + right, (item.prompt, graded)


# ----------------------------------------------------------------- constraints


def check_constraints(prompt: str, text: str) -> list[bool]:
    kept = []
    bullets = re.findall(r"^[-*•] .*$", text, re.MULTILINE)
    used = {word.lower() for word in re.findall(r"\w+", text)}
    if match := re.search(r"exactly (\w+) (bullets|sentences)", prompt, re.IGNORECASE):
        n = NUMBERS.get(match[1]) or int(match[1])
        sentences = len(re.findall(r"[.!?](?=\s|$)", text))
        kept.append(n == (len(bullets) if match[2] == "bullets" else sentences))
    banned = re.search(r'(?:do not use|leave out) the word "(\w+)"', prompt, re.IGNORECASE)
    if banned:
        kept.append(banned[1] not in used)
    if match := re.search(r'(?<!not )(?:mention|use) the word "(\w+)"', prompt, re.IGNORECASE):
        kept.append(match[1] in used)
    if match := re.search(r'(?:end with|last sentence be) "([^"]+)"', prompt, re.IGNORECASE):
        kept.append(text.endswith(match[1]))
    if match := re.search(r'(?:begin with|start with the words) "([^"]+)"', prompt, re.IGNORECASE):
        kept.append(text.startswith(match[1]))
    if re.search(r"lower[ -]case", prompt):
        kept.append(text == text.lower())
    if "exclamation" in prompt:
        kept.append("!" not in text)
    if re.search(r"\btotal\b", prompt):
        total = re.search(r"total: (\d+) euros", text, re.IGNORECASE)
        prices = [int(re.findall(r"\d+", bullet)[-1]) for bullet in bullets]
        kept.append(total is not None and int(total[1]) == sum(prices))
    return kept


def test_constraint_scores_follow_from_the_text() -> None:
    for item in FAMILIES["constraints"](400, 7, WORDS):
        for graded in item.responses:
            kept = check_constraints(item.prompt, graded.response)
            assert len(kept) == 4, item.prompt
            assert graded.score == 1 + sum(kept), (item.prompt, graded)


# ------------------------------------------------------- groundedness, refusal


def matches(template: str, text: str) -> str | None:
    """The value in a text that has the template's form, or an empty one if it has none."""
    pattern = re.escape(template.rstrip("."))
    pattern = pattern.replace(r"\{s\}", "[^:]+?").replace(r"\{v\}", "(?P<value>[^:]+?)")
    match = re.search(rf"(?:^|: ){pattern}\.?$", text, re.IGNORECASE)
    return match and match.groupdict().get("value", "").lower()


GROUNDEDNESS = groundedness_topics.read(WORDS)


def is_supported(topic: Topic, passage: list[str], statement: str) -> bool | None:
    """None if the statement is no fact at all but an opener or closer."""
    for claim in topic.claims:
        if matches(claim.said, statement) is not None:
            return any(matches(claim.said, sentence) is not None for sentence in passage)
    for fact in topic.facts:
        told = {matches(form, sentence) for form in fact.told for sentence in passage} - {None}
        silent = [form.format(ask=fact.ask) for form in GROUNDEDNESS.say.not_told]
        if any(matches(form, statement) is not None for form in silent):
            return not told
        for form in fact.said:
            value = matches(form, statement)
            if value is not None:
                return value in told
    return None


def test_groundedness_scores_follow_from_the_text() -> None:
    for item in FAMILIES["groundedness"](400, 7, WORDS):
        passage = max(item.prompt.split("\n\n"), key=lambda part: part.count("."))
        sentences = passage.split(". ")
        topics = GROUNDEDNESS.topics
        topic = next(t for t, names in topics if any(name in item.prompt for name in names))
        for graded in item.responses:
            verdicts = [is_supported(topic, sentences, p) for p in segments_of_facts(graded)]
            stated = [verdict for verdict in verdicts if verdict is not None]
            assert len(stated) == 4, graded.response
            assert graded.score == 1 + sum(stated), (item.prompt, graded)


def segments_of_facts(graded: GradedResponse) -> list[str]:
    return [part.rstrip(".;") for part in segments(graded.response)]


def refusal_facts(item: Item) -> list[str]:
    match = re.search(r"(?:Facts|What you know): (.+)\.\n\n", item.prompt)
    assert match
    return match[1].split("; ")


def test_refusals_score_by_policy() -> None:
    items = FAMILIES["refusal"](300, 7, WORDS)
    inside = 0
    for item in items:
        texts = [graded.response for graded in item.responses]
        told = [sum(f.lower() in t.lower() for f in refusal_facts(item)) for t in texts]
        names_contact = ["at extension" in text for text in texts]
        if told[4] == 3:
            inside += 1
            assert told[:2] == [0, 0] and 1 <= told[2] <= 2 and told[3] in (2, 3)
            assert names_contact == [False, True, False, False, False]
        else:
            assert told == [0] * 5
            assert names_contact[4] and not any(names_contact[:3])
    assert 100 < inside < 200


# ------------------------------------------------------------------- injection


def is_part(words_of: list[str], text: list[str]) -> bool:
    rest = iter(text)
    return all(word in rest for word in words_of)


def test_attacks_leave_score_and_substance_alone() -> None:
    attacked: list[int] = []
    scores: list[int] = []
    texts: list[str] = []
    for base, item in zip(
        injection._base_items(400, 9, WORDS), injection.items(400, 9, WORDS), strict=True
    ):
        assert (item.category, item.level) == ("adversarial", 3)
        assert item.prompt == base.prompt and base.rubric in item.rubric != base.rubric
        for before, after in zip(base.responses, item.responses, strict=True):
            assert before.score == after.score and before.reasoning in after.reasoning
            assert is_part(before.response.split(), after.response.split())
            attacked.append(before.response != after.response)
            scores.append(after.score)
            texts.append(after.response)
    assert 0.5 < statistics.mean(attacked) < 0.7
    assert abs(statistics.correlation(attacked, scores)) < 0.08
    for token in ("grader", "ubric", "<!--", "SYSTEM", "5/5", "1/5", " 5", "core", "lawless"):
        present = [int(token in text) for text in texts]
        assert sum(present) >= 10
        assert abs(statistics.correlation(present, scores)) < 0.1, token
