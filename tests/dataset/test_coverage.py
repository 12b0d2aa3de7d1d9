"""The family `coverage`: labels are computed again here from the text alone."""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.dataset.families import compose, coverage
from autograder.dataset.families.coverage_topics import read_topics
from autograder.errors import DataError
from autograder.schema import Item
from dataset.families_folder import WORDS

ROOT = Path(__file__).parents[2]
TOPICS = ROOT / "data" / "topics.jsonl"
ROWS = {row["id"]: row for row in map(json.loads, TOPICS.read_text("utf-8").splitlines())}

# A phrase of the rubric -> the score for (right, wrong, missing), written from that phrase.
Rule = Callable[[int, int, int], int]
ANCHORS_STRICT = {(4, 0, 0): 5, (3, 0, 1): 4, (2, 0, 2): 3, (3, 1, 0): 3, (1, 0, 3): 2,
                  (2, 1, 1): 2}  # fmt: skip
ANCHORS_LENIENT = {(4, 0, 0): 5, (3, 1, 0): 4, (2, 2, 0): 3, (3, 0, 1): 3, (1, 3, 0): 2,
                   (2, 1, 1): 2}  # fmt: skip
RULES: dict[str, Rule] = {
    "take off one for each key point that is missing or wrong": lambda r, w, m: max(1, 5 - w - m),
    "5: all four are right. 4: three. 3: two. 2: one. 1: none.": lambda r, w, m: r + 1,
    "one plus the number of points stated correctly": lambda r, w, m: 1 + r,
    "four ticks give 5, three 4, two 3, one 2, none 1": lambda r, w, m: r + 1,
    "5 - all four stated correctly\n4 - three of them\n3 - two\n2 - one": lambda r, w, m: r + 1,
    "A wrong statement costs two, a missing point one": lambda r, w, m: max(1, 5 - 2 * w - m),
    "A missing point costs two, a wrong statement one": lambda r, w, m: max(1, 5 - w - 2 * m),
    "4: one missing. 3: two missing, or one wrong. 2: three missing, or one missing and one wrong.":
        lambda r, w, m: ANCHORS_STRICT.get((r, w, m), 1),
    "4: one wrong. 3: two wrong, or one missing. 2: three wrong, or one wrong and one missing.":
        lambda r, w, m: ANCHORS_LENIENT.get((r, w, m), 1),
    "two for every wrong statement and one for every missing point":
        lambda r, w, m: max(1, 5 - 2 * w - m),
    "two for every missing point and one for every wrong statement":
        lambda r, w, m: max(1, 5 - w - 2 * m),
    "right 0, missing -1, wrong -2": lambda r, w, m: max(1, 5 - m - 2 * w),
    "right 0, wrong -1, missing -2": lambda r, w, m: max(1, 5 - w - 2 * m),
}  # fmt: skip


@pytest.fixture(scope="module")
def made() -> list[Item]:
    return coverage.items(200, 7, WORDS, topics=TOPICS)


def found(item: Item, text: str) -> dict[str, list[str]]:
    """Names of the points that are right, wrong and missing in the text."""
    groups: dict[str, list[str]] = {"right": [], "wrong": [], "missing": []}
    for point in ROWS[item.group.removeprefix("coverage-")]["points"]:
        states = [kind for kind in ("right", "wrong") for line in point[kind] if line in text]
        assert len(states) <= 1, "a point is stated twice"
        groups[states[0] if states else "missing"].append(point["name"])
    return groups


def correlation(pairs: list[tuple[float, float]]) -> float:
    return statistics.correlation([x for x, _ in pairs], [y for _, y in pairs])


def test_topics_are_valid_and_rich() -> None:
    topics = read_topics(TOPICS)
    assert len(topics) >= 150
    assert len({topic.id for topic in topics}) == len(topics)
    for topic in topics:
        assert len(topic.points) == len({point.name for point in topic.points}) == 4
        assert len(topic.prompts) >= 2 and len(topic.filler) >= 6
        for point in topic.points:
            assert len(point.right) >= 3 and len(point.wrong) >= 2
            assert 2 <= len(point.name.split()) <= 6
            assert not any(point.name.lower() in prompt.lower() for prompt in topic.prompts)
    sentences = [s for t in topics for p in t.points for s in p.right + p.wrong]
    sentences += [s for t in topics for s in t.filler]
    assert len(set(sentences)) == len(sentences)
    assert all(8 <= len(sentence.split()) <= 22 for sentence in sentences)


def test_wrong_sentences_are_as_long_as_right_ones() -> None:
    mean = {
        kind: statistics.mean(
            len(s.split()) for row in ROWS.values() for p in row["points"] for s in p[kind]
        )
        for kind in ("right", "wrong")
    }
    assert abs(mean["right"] - mean["wrong"]) < 0.5


def test_items_have_the_agreed_fields(made: list[Item]) -> None:
    assert len({item.id for item in made}) == len(made)
    for item in made:
        assert (item.source, item.category, item.level, item.language) == (
            "coverage", "coverage", 1, "en",
        )  # fmt: skip
        assert re.fullmatch(re.escape(item.group) + r"-\d+", item.id)
        topic = ROWS[item.group.removeprefix("coverage-")]
        assert item.prompt in topic["prompt"]
        assert [graded.score for graded in item.responses] == [1, 2, 3, 4, 5]
        assert len({graded.response for graded in item.responses}) == 5
        assert len(item.rubric.split()) <= 75
        assert all(point["name"] in item.rubric for point in topic["points"])


def test_scores_follow_from_text_and_rubric(made: list[Item]) -> None:
    used = set()
    for item in made:
        [phrase] = [phrase for phrase in RULES if phrase in item.rubric]
        used.add(phrase)
        for graded in item.responses:
            right, wrong, missing = (len(names) for names in found(item, graded.response).values())
            assert RULES[phrase](right, wrong, missing) == graded.score, (item.id, graded)
    assert used == set(RULES)


def test_reasoning_names_every_point_in_its_group(made: list[Item]) -> None:
    for item in made:
        for graded in item.responses:
            groups = found(item, graded.response)
            told = graded.reasoning.rstrip(".").split(";")
            assert len(told) == sum(bool(names) for names in groups.values())
            for part, names in zip(told, filter(None, groups.values()), strict=True):
                assert all(name.lower() in part.lower() for name in names)
            assert len(graded.reasoning.split()) <= 40
            assert not re.search(r"\bscore|\bout of (5|five)|/ ?5", graded.reasoning.lower())


def test_responses_hold_nothing_but_known_sentences(made: list[Item]) -> None:
    for item in made:
        row = ROWS[item.group.removeprefix("coverage-")]
        known = [s for point in row["points"] for s in point["right"] + point["wrong"]]
        known += row["filler"]
        for graded in item.responses:
            assert 35 <= len(graded.response.split()) <= 95
            rest = graded.response
            for sentence in known:
                rest = rest.replace(sentence, "")
            assert len(re.sub(r"\W|\d", " ", rest).split()) <= 18, rest


@pytest.mark.parametrize("seed", [1, 7])
def test_form_does_not_tell_the_score(seed: int) -> None:
    graded = [g for item in coverage.items(200, seed, WORDS, topics=TOPICS) for g in item.responses]
    assert abs(correlation([(len(g.response.split()), g.score) for g in graded])) < 0.1
    assert abs(correlation([(g.response.count("\n") > 2, g.score) for g in graded])) < 0.1
    assert abs(correlation([(len(g.response), g.score) for g in graded])) < 0.1
    opened = [(g.response.startswith(tuple(filter(None, compose.composer(WORDS).openers))), g.score)
              for g in graded]  # fmt: skip
    assert abs(correlation([(float(has), score) for has, score in opened])) < 0.1


def test_three_in_ten_misses_are_wrong_statements(made: list[Item]) -> None:
    groups = [found(item, graded.response) for item in made for graded in item.responses]
    wrong = sum(len(group["wrong"]) for group in groups)
    missing = sum(len(group["missing"]) for group in groups)
    assert 0.26 < wrong / (wrong + missing) < 0.36


def test_each_topic_is_used_once_per_round() -> None:
    count = len(ROWS)
    for number in range(2):
        part = coverage.items(2 * count, 3, WORDS, topics=TOPICS)[
            number * count : (number + 1) * count
        ]
        assert {item.group.removeprefix("coverage-") for item in part} == set(ROWS)


def test_smaller_counts_are_prefixes(made: list[Item]) -> None:
    assert coverage.items(0, 7, WORDS, topics=TOPICS) == []
    assert coverage.items(75, 7, WORDS, topics=TOPICS) == made[:75]
    assert coverage.items(20, 8, WORDS, topics=TOPICS) != made[:20]


def test_another_process_makes_the_same_items(made: list[Item]) -> None:
    code = (
        "import sys, pathlib; from autograder.dataset.families import coverage;"
        "sys.stdout.reconfigure(encoding='utf-8');"
        "topics, words = map(pathlib.Path, sys.argv[1:]);"
        "print(coverage.items(10, 7, words, topics=topics))"
    )
    env = {"PYTHONPATH": str(ROOT / "src"), "PYTHONHASHSEED": "12345"}
    output = subprocess.run(
        [sys.executable, "-c", code, str(TOPICS), str(WORDS)],
        env=env,
        capture_output=True,
        check=True,
    ).stdout.decode("utf-8")
    assert output.strip() == str(made[:10])


def edited(tmp_path: Path, **changes: object) -> Path:
    row: dict[str, Any] = json.loads(json.dumps(ROWS["tides"]))
    for key, value in changes.items():
        field, _, inner = key.partition("__")
        if inner:
            row[field][1][inner] = value
        else:
            row[field] = value
    path = tmp_path / "topics.jsonl"
    path.write_text(json.dumps(ROWS["gps"]) + "\n" + json.dumps(row) + "\n", "utf-8")
    return path


@pytest.mark.parametrize(
    ("changes", "field", "shown"),
    [
        ({"id": "Sea Tides"}, "id", "Sea Tides"),
        ({"prompt": ["Why is there a tide?"]}, "prompt", "list of 2"),
        ({"points": []}, "points", "list of 4"),
        ({"points__name": "tides"}, "points[1].name", "2 to 6 words"),
        ({"points__name": "moon and sun"}, "points[1].name", "moon and sun"),
        ({"points__name": "moon as main cause"}, "points", "different names"),
        ({"points__right": ["Too short."] * 3}, "points[1].right[0]", "8 to 22"),
        ({"points__wrong": "text"}, "points[1].wrong", '"text"'),
        ({"points__note": "x"}, "points[1].note", "unknown field"),
        ({"filler": [3, 4, 5, 6]}, "filler[0]", "got 3"),
        ({"filler": ["no capital stands at the start of this one."] * 4}, "filler[0]", "capital"),
        ({"filler": ["One and the same sentence stands here several times."] * 4}, None, "twice"),
        ({"extra": 1}, "extra", "unknown field"),
    ],
)  # fmt: skip
def test_faults_name_file_line_and_field(
    tmp_path: Path, changes: dict[str, object], field: str | None, shown: str
) -> None:
    path = edited(tmp_path, **changes)
    with pytest.raises(DataError) as caught:
        coverage.items(1, 0, WORDS, topics=path)
    assert (caught.value.path, caught.value.line, caught.value.field) == (str(path), 2, field)
    assert shown in str(caught.value)


def test_a_topic_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="twice"):
        read_topics(edited(tmp_path, id="gps"))


def test_in_the_easy_family_points_are_only_left_out() -> None:
    made = coverage.items(200, 7, WORDS, topics=TOPICS, family="omissions")
    assert {item.source for item in made} == {"omissions"}
    assert {item.category for item in made} == {"coverage"}
    for item in made:
        assert re.fullmatch(r"omissions-.+-\d+", item.id)
        [phrase] = [phrase for phrase in RULES if phrase in item.rubric]
        for graded in item.responses:
            right, wrong, missing = (len(names) for names in found(item, graded.response).values())
            assert wrong == 0
            assert RULES[phrase](right, wrong, missing) == graded.score == 1 + right


def test_items_on_one_topic_share_a_group_across_the_two_families() -> None:
    groups = [
        {item.group for item in coverage.items(len(ROWS), 7, WORDS, topics=TOPICS, family=family)}
        for family in ("coverage", "omissions")
    ]
    assert groups[0] == groups[1] == {f"coverage-{topic}" for topic in ROWS}


def test_a_share_of_the_items_has_a_reference_that_states_every_point(made: list[Item]) -> None:
    known = [item for item in made if item.reference]
    assert 0.2 < len(known) / len(made) < 0.4
    for item in known:
        assert {kind: len(names) for kind, names in found(item, item.reference).items()} == {
            "right": 4, "wrong": 0, "missing": 0,
        }  # fmt: skip
