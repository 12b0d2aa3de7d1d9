"""The family `ordering`: order and score are worked out again here from the text alone."""

from __future__ import annotations

import graphlib
import itertools
import re
import statistics
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from scipy.stats import kendalltau

from autograder.dataset.families import ordering
from autograder.dataset.families.compose import REASON_WORDS
from autograder.dataset.families.ordering_topics import read
from dataset.answer_rows import MARK, statements
from dataset.families_folder import WORDS

LISTS = read(WORDS).lists
DOWN = re.compile(
    r"\b(?:tallest|oldest|most (?:points|expensive)|slowest|farthest|largest|warmest|heaviest|"
    r"latest|highest|longest)\b",
    re.IGNORECASE,
)
CLUES = [
    (r'"([^"]+)" before "([^"]+)"', False),
    (r'"([^"]+)" after "([^"]+)"', True),
    (r'"([^"]+)", then later "([^"]+)"', False),
    (r"(\w+) came in before (\w+)", False),
    (r"(\w+) finished after (\w+)", True),
    (r"(\w+) beat (\w+)", False),
]
Order = Sequence[str]


def right_order(prompt: str) -> list[str]:
    """The sequence that follows from values, clues or letters in the prompt."""
    values = re.findall(r"([A-Za-z]+(?: hall)?) \([^()\d]*(\d+)[^()\d]*\)", prompt)
    if values:
        down = bool(DOWN.search(prompt))
        return [name for name, _ in sorted(values, key=lambda v: int(v[1]), reverse=down)]
    after: dict[str, set[str]] = {}
    for pattern, turned in CLUES:
        for a, b in re.findall(pattern, prompt):
            first, second = (b, a) if turned else (a, b)
            after.setdefault(second, set()).add(first)
    if after:
        sorter = graphlib.TopologicalSorter(after)
        sorter.prepare()
        order: list[str] = []
        while sorter.is_active():
            (ready,) = sorter.get_ready()  # the clues leave no choice
            sorter.done(ready)
            order.append(ready)
        return order
    words = next(words for what, words in LISTS if re.search(rf"\b{what}\b", prompt))
    found = re.findall(rf"\b(?:{'|'.join(words)})\b", prompt, re.IGNORECASE)
    return sorted(map(str.casefold, found), reverse="everse alphabetical" in prompt)


def told(response: str) -> list[str]:
    """The names of a response in the order in which they stand."""
    text = "\n".join(MARK.sub("", row) for row in statements(response))
    names = re.split(r"\n|, then | and last |, | > | -> | → ", text.removeprefix("First "))
    return [re.sub(r" \(.*\)", "", name).casefold() for name in names]


def inversions(given: Order, right: Order) -> int:
    ranks = [right.index(name) for name in given]
    tau = kendalltau(ranks, range(len(ranks))).statistic
    return round((1 - tau) * len(ranks) * (len(ranks) - 1) / 4)


def in_place(given: Order, right: Order) -> int:
    return len([name for name, wanted in zip(given, right, strict=True) if name == wanted])


def opening(given: Order, right: Order) -> int:
    return len(list(itertools.takewhile(lambda p: p[0] == p[1], zip(given, right, strict=True))))


def ascents(given: Order, right: Order) -> int:
    ranks = [right.index(name) for name in given]
    return sum(ranks[i] < ranks[i + 1] for i in range(len(ranks) - 1))


# A phrase of the rubric -> how to grade, written from that phrase.
LADDER = {5: 5, 3: 4, 2: 3, 1: 2, 0: 1}
GRADES: dict[str, Callable[[Order, Order], int]] = {
    "1 plus the pairs in the right order": lambda g, r: 1 + ascents(g, r),
    "each pair of neighbours that is the wrong way": lambda g, r: 5 - (4 - ascents(g, r)),
    "every neighbour pair is in order. 4: one pair is wrong": lambda g, r: 1 + ascents(g, r),
    "four steps from entry to entry": lambda g, r: 1 + ascents(g, r),
    "5: all five in their places. 4: three in place": lambda g, r: LADDER[in_place(g, r)],
    "five earn 5, three 4, two 3, one 2, none 1": lambda g, r: LADDER[in_place(g, r)],
    "none gives 5, two 4, three 3, four 2, all five 1": lambda g, r: LADDER[in_place(g, r)],
    "5 - everything in its position\n4 - two": lambda g, r: LADDER[in_place(g, r)],
    "each pair in the wrong order takes one off 5": lambda g, r: max(1, 5 - inversions(g, r)),
    "5 minus the number of pairs": lambda g, r: max(1, 5 - inversions(g, r)),
    "none 5, one 4, two 3, three 2, more 1": lambda g, r: max(1, 5 - inversions(g, r)),
    "up to the first mistake: all 5": lambda g, r: LADDER[opening(g, r)],
    "4: the first mistake is in place four": lambda g, r: LADDER[opening(g, r)],
    "Only the correct beginning counts": lambda g, r: LADDER[opening(g, r)],
    "1 plus the number of places": lambda g, r: 1 + in_place(g, r),
    "four places filled correctly": lambda g, r: 1 + in_place(g, r),
    "for each place with the wrong entry": lambda g, r: 5 - (4 - in_place(g, r)),
    "for each of the four places that holds the right": lambda g, r: 1 + in_place(g, r),
}


@pytest.mark.parametrize("seed", [7, 8])
def test_scores_follow_from_the_text(seed: int) -> None:
    rules: Counter[str] = Counter()
    keys = []
    for item in ordering.items(400, seed, WORDS):
        right = [name.casefold() for name in right_order(item.prompt)]
        (rule,) = (phrase for phrase in GRADES if phrase in item.rubric)
        rules[rule] += 1
        key = re.search(r"(?:Right order:|Key:|sequence:|should be) (.+?)\.(?:\s|$)", item.rubric)
        keys.append(bool(key))
        if key:
            assert key[1].casefold().split(", ") == right
        for graded in item.responses:
            given = told(graded.response)
            assert len(given) == len(right), (item.prompt, graded, given)
            assert graded.score == GRADES[rule](given, right), (item.prompt, graded, given)
    assert set(rules) == set(GRADES)
    assert 0.6 < statistics.mean(keys) < 0.75


def test_values_that_a_response_repeats_are_those_of_the_prompt() -> None:
    shown = 0
    for item in ordering.items(300, 2, WORDS):
        for graded in item.responses:
            values = re.findall(r"\w+ \([^)]+\)", graded.response)
            shown += bool(values)
            assert all(value.casefold() in item.prompt.casefold() for value in values)
    assert shown > 50


def test_the_explanation_names_the_first_mistake() -> None:
    told_so = 0
    for item in ordering.items(300, 4, WORDS):
        right = [name.casefold() for name in right_order(item.prompt)]
        for graded in item.responses:
            found = re.search(r"first mistake is in place (\d): (.+) instead", graded.reasoning)
            if found:
                place = int(found[1]) - 1
                given = told(graded.response)
                assert given[:place] == right[:place] and given[place] != right[place]
                assert given[place] == found[2].casefold()
                told_so += 1
    assert told_so > 40


def test_explanations_are_short() -> None:
    for item in ordering.items(1000, 1, WORDS):
        for graded in item.responses:
            assert len(graded.reasoning.split()) <= REASON_WORDS, graded.reasoning
