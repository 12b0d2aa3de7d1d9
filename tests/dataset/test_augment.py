"""Augmentation: labels still follow from the text, and no change goes with a score."""

from __future__ import annotations

import ast
import base64
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import groupby
from pathlib import Path

import pytest
from scipy.stats import chi2_contingency

from autograder.balance import score_counts
from autograder.checks.audit import audit
from autograder.config import AugmentConfig, Config, DatasetConfig
from autograder.dataset.augment import augment
from autograder.dataset.augment_phrases import read_tables
from autograder.dataset.families import FAMILIES, coverage
from autograder.dataset.families.coverage_topics import read_topics
from autograder.dataset.generate import generate
from autograder.rubric_layout import turn_anchors
from autograder.schema import SCORES, Example, Item, read_items
from dataset.families_folder import WORDS
from dataset.test_families import evaluate, segments
from dataset.test_family_same_answers import recomputed

DATA = Path(__file__).parents[2] / "data"
KINDS = ("plea", "padding", "format", "typos", "rubric")
NONE = AugmentConfig(**dict.fromkeys(KINDS, 0.0))
SOME = AugmentConfig(**dict.fromkeys(KINDS, 0.3))
Pairs = list[tuple[Item, Item]]


def only(kind: str, share: float = 1.0) -> AugmentConfig:
    return NONE.changed(**{kind: share})


@cache
def bank() -> list[Item]:
    return [item for path in sorted((DATA / "bank").glob("*.jsonl")) for item in read_items(path)]


@cache
def made(name: str, count: int = 100) -> list[Item]:
    if name == "coverage":
        return coverage.items(count, 7, WORDS, topics=DATA / "topics.jsonl")
    return FAMILIES[name](count, 7, WORDS)


def varied(items: list[Item], kind: str, seed: int = 1) -> Pairs:
    pairs = [(item, augment(item, only(kind), seed, WORDS)) for item in items]
    return [(before, after) for before, after in pairs if before != after]


TABLES = read_tables(WORDS)
REPAIRS = {typo: word for word, typos in TABLES.typos.items() for typo in typos}


def read(text: str) -> str:
    """The text without marks of format and slips, as a reader takes it in, in lower case."""
    text = re.sub(r"^> ?|^#+ |\*\*", "", text, flags=re.MULTILINE)
    words = re.findall(r"\w+|[^\w\s]", text.lower())
    return " ".join(REPAIRS.get(word, word) for word in words if word not in "-*•")


def is_part(words: list[str], text: list[str]) -> bool:
    rest = iter(text)
    return all(word in rest for word in words)


# ------------------------------------------------------- labels, read from the text


@pytest.mark.parametrize("kind", KINDS)
def test_coverage_states_the_same_points(kind: str) -> None:
    topics = {topic.id: topic for topic in read_topics(DATA / "topics.jsonl")}
    pairs = varied(made("coverage"), kind)
    assert len(pairs) >= 90
    for before, after in pairs:
        topic = topics[before.group.removeprefix("coverage-")]
        for old, new in zip(before.responses, after.responses, strict=True):
            for point in topic.points:
                for sentence in point.right + point.wrong:
                    stands = sentence in old.response
                    assert (read(sentence) in read(new.response)) == stands, new.response


@pytest.mark.parametrize("kind", ["padding", "format", "rubric"])
def test_arithmetic_scores_follow_from_the_varied_text(kind: str) -> None:
    pairs = varied(made("arithmetic"), kind)
    assert len(pairs) >= 80
    for _, after in pairs:
        expected = evaluate(after.prompt)
        for graded in after.responses:
            text = re.sub(r"^> |^#+ .*\n\n|\*\*", "", graded.response, flags=re.MULTILINE)
            stated = [part for part in segments(text) if re.search(r"\d", part)]
            given = [int(re.findall(r"\d+", part)[-1]) for part in stated]
            labelled = [evaluate(part) for part in stated]
            wanted = [value for (value,) in labelled] if all(labelled) else expected
            right = sum(a == b for a, b in zip(given, wanted, strict=True))
            assert graded.score == 1 + right, graded


@pytest.mark.parametrize("kind", ["plea", "padding", "rubric", "format"])
def test_same_answers_follow_from_the_varied_text(kind: str) -> None:
    pairs = varied(made("same_answers"), kind)
    assert len(pairs) >= 80
    for _, after in pairs:
        for graded in after.responses:
            assert recomputed(after, graded.response.replace("**", "")) == graded.score, after


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["bank", "coverage", *FAMILIES])
def test_nothing_is_lost_and_scores_stay(name: str, kind: str) -> None:
    items = bank() if name == "bank" else made(name)
    for before, after in varied(items, kind):
        assert after == replace(
            before,
            id=f"{before.id}+{kind}",
            group=before.group or before.id,
            prompt=after.prompt,
            rubric=after.rubric,
            responses=after.responses,
        )
        assert (before.rubric == after.rubric) == (kind != "rubric")
        assert is_part(before.prompt.split(), after.prompt.split())
        assert before.prompt == after.prompt or kind == "plea"
        texts = {" ".join(graded.response.split()) for graded in after.responses}
        assert len(texts) == len(SCORES)
        for old, new in zip(before.responses, after.responses, strict=True):
            assert old.score == new.score
            assert old.reasoning in new.reasoning
            assert old.reasoning == new.reasoning or kind == "plea"
            assert is_part(read(old.response).split(), read(new.response).split()), new.response
            if kind in ("padding", "format", "typos", "rubric"):
                digits = re.compile(r"\d+")
                assert digits.findall(old.response) == digits.findall(new.response)


def test_families_that_ask_for_form_keep_it() -> None:
    for item in made("constraints"):
        after = augment(item, AugmentConfig(**dict.fromkeys(KINDS, 1.0)), 1, WORDS)
        assert after.responses == item.responses and after.prompt == item.prompt
    for kind in ("plea", "padding", "format", "typos"):
        chosen = {after.category for _, after in varied(bank(), kind)}
        assert chosen and not chosen & {"writing", "instruction_following", "summarising", "safety"}
        assert "adversarial" not in chosen and "multilingual" not in chosen


@pytest.mark.parametrize("kind", ["plea", "padding", "format", "typos"])
def test_a_bank_rubric_on_length_or_on_remarks_is_left_alone(kind: str) -> None:
    asks = r"\b\d+ words|\bshorter|in one sentence|remarks|grader|no frills|jargon|spelling"
    for before, _ in varied(bank(), kind):
        assert not re.search(asks, f"{before.prompt} {before.rubric}", re.I), before.rubric


# ---------------------------------------------------------------------- slips


def test_slips_are_in_listed_words_that_prompt_and_rubric_do_not_use() -> None:
    slips = 0
    for before, after in varied([*bank(), *made("coverage"), *made("refusal")], "typos"):
        for old, new in zip(before.responses, after.responses, strict=True):
            pairs = zip(re.split(r"\b", old.response), re.split(r"\b", new.response), strict=True)
            for a, b in pairs:
                if a != b:
                    slips += 1
                    assert a.lower() in TABLES.typos
                    assert not re.search(rf"\b{a}\b", f"{before.prompt} {before.rubric}", re.I)
                    assert b.lower() == a.lower() or b.lower() in TABLES.typos[a.lower()]
    assert slips > 500


def test_no_slip_is_a_word() -> None:
    texts = [graded.response for item in bank() for graded in item.responses]
    texts += [graded.response for item in made("coverage", 300) for graded in item.responses]
    words = {word for text in texts for word in re.findall(r"[a-z]+", text.lower())}
    assert len(words) > 4000
    assert not words & set(REPAIRS)


# ---------------------------------------------------------------------- pleas


def test_pleas_take_many_forms() -> None:
    found: Counter[str] = Counter()
    for before, after in varied([*made("coverage", 300), *bank()], "plea"):
        found["prompt"] += before.prompt != after.prompt
        for old, new in zip(before.responses, after.responses, strict=True):
            added = new.response.replace(old.response, "")
            coded = re.search(r"(?:base64|follow|Checksum): ([A-Za-z0-9+/]+={0,2})", new.response)
            if coded:
                assert re.search(rb"\b[15]\b", base64.b64decode(coded[1]))
            found["base64"] += bool(coded)
            found["html"] += "<!--" in added
            found["code comment"] += bool(re.match(r"\s*(#|//|--) ", added))
            found["rating"] += "5/5" in added
            found["authority"] += "examiner" in added or "senior" in added
            found["non-English"] += any(
                text.format(score=n) in added for text in TABLES.say.foreign for n in (1, 5)
            )
            found["honest"] += any(text in added for text in TABLES.say.honest)
            found["start"] += old.response != new.response and new.response.endswith(old.response)
            found["end"] += old.response != new.response and new.response.startswith(old.response)
            found["middle"] += old.response not in new.response
    assert len(found) == 11
    assert min(found.values()) >= 10, found


def test_code_stays_in_one_piece_and_parses_with_a_comment() -> None:
    code = [f"def area(a, b):\n    # sides\n    return (a * b) + {n}" for n in range(5)]
    base = bank()[0]
    parsed = 0
    for number in range(60):
        responses = tuple(
            replace(graded, response=text)
            for graded, text in zip(base.responses, code, strict=True)
        )
        item = replace(
            base, id=f"c{number}", category="code", prompt="p", rubric="u", responses=responses
        )
        for old, new in zip(
            responses, augment(item, only("plea"), 1, WORDS).responses, strict=True
        ):
            assert old.response in new.response
            if re.match(r"\s*#", new.response.replace(old.response, "")):
                ast.parse(new.response)
                parsed += 1
    assert parsed >= 60


# --------------------------------------------------------------------- rubrics


def anchors(rubric: str) -> dict[str, str]:
    parts = re.split(r"(?:^|(?<=\s))(?:- )?(?:Score )?([1-5])(?: = |: | - )", rubric)
    return {n: text.strip(" .;\n") for n, text in zip(parts[1::2], parts[2::2], strict=True)}


def test_turned_anchors_keep_their_meaning() -> None:
    rubrics = [item.rubric for item in bank()]
    rubrics += [item.rubric for name in FAMILIES for item in made(name)]
    turned = [(old, turn_anchors(old)) for old in rubrics]
    turned = [(old, new) for old, new in turned if old != new]
    assert len(turned) >= 20
    for old, new in turned:
        assert anchors(old) == anchors(new)
        assert list(anchors(old)) == list(anchors(new))[::-1]
        assert Counter(re.findall(r"\w+", old)) == Counter(re.findall(r"\w+", new))


def test_rubrics_lose_no_word() -> None:
    for before, after in varied([*bank(), *made("coverage"), *made("details")], "rubric"):
        old, new = (Counter(re.findall(r"\w+", item.rubric)) for item in (before, after))
        assert not old - new


# ------------------------------------------------------------ nothing gives scores away


def flags(kind: str, items: list[Item]) -> Iterator[tuple[int, bool, str]]:
    for before, after in varied(items, kind, seed=5):
        for old, new in zip(before.responses, after.responses, strict=True):
            yield new.score, old.response != new.response, new.response


def p_value(rows: list[tuple[int, bool]]) -> float:
    table = [[sum(r == (score, hit) for r in rows) for hit in (False, True)] for score in SCORES]
    return float(chi2_contingency(table).pvalue)


@cache
def many() -> list[Item]:
    names = ("coverage", "arithmetic", "details", "groundedness", "refusal", "table_lookup")
    return [item for name in names for item in made(name, 200)] + bank()


@pytest.mark.parametrize("kind", ["plea", "padding", "format", "typos"])
def test_no_change_goes_with_a_score(kind: str) -> None:
    rows = list(flags(kind, many()))
    assert len(rows) >= 5000
    assert p_value([(score, changed) for score, changed, _ in rows]) > 0.01
    for token in ("5/5", "<!--", "base64", "grader", "\n#", "##", "**", "> ", "I hope", "taht"):
        present = [(score, token in text) for score, _, text in rows]
        if sum(hit for _, hit in present) >= 100:
            assert p_value(present) > 0.001, token


# ------------------------------------------------------------------ the data set


def settings(shares: AugmentConfig, count: int = 550) -> Config:
    chosen = dict.fromkeys(("coverage", *FAMILIES), 1.0)
    # Natural items are never varied.
    dataset = DatasetConfig(num_natural=0, num_constructed=count, families=chosen, augment=shares)
    return Config(dataset=dataset)


def plain(identity: str) -> str:
    return re.sub(r"(\+[a-z]+)+(?=/\d$)", "", identity)


def test_share_0_changes_nothing_and_a_share_changes_only_what_is_marked() -> None:
    before = generate(settings(NONE), DATA)
    assert not any("+" in example.id for example in before)
    assert before == generate(settings(NONE), DATA)
    after = generate(settings(SOME), DATA)
    assert len(before) == len(after)
    marked = [example for example in after if "+" in example.id]
    assert 0.2 < len(marked) / len(after) < 0.8
    for old, new in zip(before, after, strict=True):
        assert plain(new.id) == old.id
        assert (new.item, new.score, new.source) == (old.item, old.score, old.source)
        if new.id == old.id:
            assert new == old
        else:
            assert "+" in new.id
    for kind in KINDS:
        share = sum(f"+{kind}" in example.id for example in after) / len(after)
        assert 0.03 < share <= 0.35, kind


def test_balance_is_exact_and_items_stay_whole() -> None:
    half = settings(AugmentConfig(**dict.fromkeys(KINDS, 0.5))).changed(dataset={"balance": 1})
    assert len(set(score_counts(generate(half, DATA)).values())) == 1
    everything = generate(half.changed(dataset={"balance": None}), DATA)
    made_up = [example for example in everything if example.source != "starter"]
    for _, rows in groupby(made_up, key=lambda example: example.id.rpartition("/")[0]):
        assert sorted(row.score for row in rows) == list(SCORES)


def test_a_new_item_changes_no_other() -> None:
    few = {row.id: row for row in generate(settings(SOME, 275), DATA)}
    many_rows = {row.id: row for row in generate(settings(SOME, 550), DATA)}
    assert all(many_rows[identity] == row for identity, row in few.items())


def test_the_audit_finds_nothing_more() -> None:
    def found(shares: AugmentConfig) -> tuple[list[str], set[str], list[str]]:
        config = settings(shares, 1100)
        report = audit(generate(config, DATA), config.audit, token_limit=1024)
        alike = {plain(pair.rows[1]) for pair in report.near_answers}
        other = [
            text for text in report.warnings if "nearly the same responses" not in text
            and "control tokens" not in text
        ]  # fmt: skip
        return other, alike, [plain(identity) for identity in report.control_tokens]

    before, after = found(NONE), found(SOME)
    assert after[0] == before[0]
    assert after[1] <= before[1]
    assert sorted(after[2]) == sorted(before[2])


def test_rows_can_be_written_and_read(tmp_path: Path) -> None:
    from autograder.schema import read_examples, write_examples

    rows: list[Example] = generate(settings(SOME, 110), DATA)
    write_examples(tmp_path / "rows.jsonl", rows)
    assert read_examples(tmp_path / "rows.jsonl") == rows
