"""Citations: the list and the cited claims are read back from the text and compared."""

from __future__ import annotations

import re
from collections import Counter

from autograder.dataset.families import FAMILIES
from autograder.dataset.families.citations_tables import Claim, read_tables
from autograder.schema import Item
from dataset.families_folder import WORDS

TABLES = read_tables(WORDS)
THEMES = {theme.id: theme.claims for theme in TABLES.themes}
SURNAMES = TABLES.say.surnames
LABEL = re.compile(
    r"\[([1-9A-I])\]|\bS(\d)\b|\bsource (\d)\b"
    rf"|\b({'|'.join(SURNAMES)}),? \(?(\d{{4}})\)?",
    re.IGNORECASE,
)
CLAIMS = [claim for claims in THEMES.values() for claim in claims]
Told = tuple[str, str]
"""The title of a claim and the number that is given for it."""


def pattern(form: str) -> re.Pattern[str]:
    return re.compile(re.escape(form).replace(r"\{v\}", r"(\d+)"), re.IGNORECASE)


SAID = [(claim, pattern(form)) for claim in CLAIMS for form in claim.forms]
OPPOSITES = [(claim, pattern(claim.opposite)) for claim in CLAIMS]


def label_in(text: str) -> tuple[str, ...]:
    (found,) = LABEL.finditer(text)
    return tuple(group.lower() for group in found.groups() if group)


def told_in(text: str) -> Told | None:
    """The claim of a theme that a text makes, or none if it makes the contrary of one."""
    found = [(claim.title, match[1]) for claim, form in SAID if (match := form.search(text))]
    if not found:
        assert sum(bool(form.search(text)) for _, form in OPPOSITES) == 1, text
        return None
    (claim,) = found
    return claim


def sources(prompt: str) -> dict[tuple[str, ...], Told]:
    listed = {}
    for line in prompt.split("\n"):
        if LABEL.search(line):
            told = told_in(line)
            assert told and told[0] in line
            listed[label_in(line)] = told
    return listed


def cited(response: str) -> list[tuple[tuple[str, ...], Told | None]]:
    parts = re.split(r"\n|(?<=[.;!:]) ", response)
    return [(label_in(part), told_in(part)) for part in parts if LABEL.search(part)]


def expected(item: Item, response: str) -> int:
    listed, claims = sources(item.prompt), cited(response)
    assert len(listed) in (4, 5) and len(claims) == 4, (item.prompt, response)
    right = sum(told is not None and listed.get(label) == told for label, told in claims)
    if re.search(r"2 at most|more than 2|above 2|limits it to 2", item.rubric) and any(
        label not in listed for label, _ in claims
    ):
        return min(1 + right, 2)
    return 1 + right


def test_scores_follow_from_the_text() -> None:
    limited = 0
    for item in FAMILIES["citations"](500, 7, WORDS):
        for graded in item.responses:
            assert graded.score == expected(item, graded.response), (item.prompt, graded)
            limited += "sets the limit" in graded.reasoning
    assert limited > 20


def test_every_kind_of_miss_is_common() -> None:
    kinds: Counter[str] = Counter()
    for item in FAMILIES["citations"](300, 3, WORDS):
        listed = sources(item.prompt)
        titles = {title: label for label, (title, _) in listed.items()}
        for graded in item.responses:
            for label, told in cited(graded.response):
                if label not in listed:
                    kinds["unlisted"] += 1
                elif told is None:
                    kinds["opposite"] += 1
                elif told[0] not in titles:
                    kinds["untold"] += 1
                elif titles[told[0]] != label:
                    kinds["swapped"] += 1
                elif listed[label] != told:
                    kinds["altered"] += 1
    assert set(kinds) == {"unlisted", "opposite", "untold", "swapped", "altered"}
    assert min(kinds.values()) > 0.03 * kinds.total()
    assert max(kinds.values()) < 0.45 * kinds.total()


def test_a_reasoning_names_a_cited_source() -> None:
    for item in FAMILIES["citations"](200, 4, WORDS):
        for graded in item.responses:
            named = {label_in(match[0]) for match in LABEL.finditer(graded.reasoning)}
            known = {label for label, _ in cited(graded.response)} | set(sources(item.prompt))
            assert named and named <= known, graded


def forms(claim: Claim) -> list[str]:
    return [form.format(v=27) for form in (*claim.forms, claim.opposite)]


def test_no_form_can_be_read_as_another() -> None:
    for index, claim in enumerate(CLAIMS):
        low, high = claim.values
        assert 0 < low < high
        for other in CLAIMS[index:]:
            for mine in forms(claim):
                for theirs in forms(other):
                    assert mine == theirs or (mine not in theirs and theirs not in mine)
        assert len(set(forms(claim))) == 3
    assert len({claim.title for claim in CLAIMS}) == len(CLAIMS)
    assert all(len(claims) == 6 for claims in THEMES.values())
