"""Degrees: which parts have the quality is read back from the text alone."""

from __future__ import annotations

import itertools
import re
import statistics
from collections import Counter
from typing import get_args

import pytest

from autograder.dataset.families import degrees
from autograder.dataset.families.degrees_tables import Aspect, Label, Quality, Topic, read_tables
from autograder.schema import SCORES, Item
from dataset.families_folder import WORDS

TABLES = read_tables(WORDS)
TOPICS, QUALITIES = TABLES.topics, TABLES.qualities
DRIFTS, DRIFT_ENDS = TABLES.say.drifts, TABLES.say.drift_ends
LABELS: tuple[Label, ...] = get_args(Label)
MANY = degrees.items(2000, 1, WORDS)
SOME = MANY[:600]


def words(text: str) -> int:
    return len(text.split())


def said(aspect: Aspect) -> list[str]:
    return [aspect.said(label) for label in LABELS]


def topic_of(item: Item) -> Topic:
    (topic,) = (topic for topic in TOPICS if any(ask in item.prompt for ask in topic.asks))
    return topic


def quality_of(item: Item) -> Quality:
    (quality,) = (q for q in QUALITIES if any(s.criterion in item.rubric for s in q.scales))
    return quality


def count(text: str, sentences: tuple[str, ...]) -> int:
    """How many of the sentences stand in the text, also after a lead-in."""
    return sum(sentence.lower() in text.lower() for sentence in sentences)


def parts(topic: Topic, quality: Quality, text: str) -> tuple[int, int]:
    """How many of the parts have the quality, and how many lack it."""
    if quality.has:
        return count(text, quality.has), count(text, quality.lacks)
    if quality.id == "relevance":
        cores = sum(count(text, aspect.cores) for aspect in topic.aspects)
        return cores, count(text, topic.drifts) + count(text, DRIFTS)
    has, lacks, _ = degrees.PAIRS[quality.id]
    found = [
        [count(text, (aspect.said(label),)) for label in (has, lacks)] for aspect in topic.aspects
    ]
    assert all(sum(pair) == 1 for pair in found)  # each aspect is either the one or the other
    return sum(pair[0] for pair in found), sum(pair[1] for pair in found)


# ---------------------------------------------------------------------- the labels


def test_scores_follow_from_the_text() -> None:
    for item in SOME:
        topic, quality = topic_of(item), quality_of(item)
        for graded in item.responses:
            good, bad = parts(topic, quality, graded.response)
            assert good + bad == 4
            assert graded.score == 1 + good, (item.id, graded)
        if item.reference:
            assert parts(topic, quality, item.reference) == (4, 0)


def test_nothing_else_in_a_response_shows_the_quality_or_its_lack() -> None:
    clauses = [(q, clause) for q in QUALITIES for clause in (*q.has, *q.lacks)]
    for item in SOME[:150]:
        topic, quality = topic_of(item), quality_of(item)
        for graded in item.responses:
            text = graded.response
            for other, clause in clauses:
                assert other == quality or clause not in text
            used = {
                label for a in topic.aspects for label in LABELS if count(text, (a.said(label),))
            }
            of_quality = set(degrees.PAIRS.get(quality.id, ()))
            assert used <= of_quality | {"reason", "concrete"}
            if quality.id != "relevance":
                assert [count(text, aspect.cores) for aspect in topic.aspects] == [1] * 4


def test_reasonings_name_the_parts_and_quote_the_text() -> None:
    for item in SOME:
        topic = topic_of(item)
        for graded in item.responses:
            reasoning = graded.reasoning
            assert words(reasoning) <= 36
            assert not re.search(r"\bscore|\d|[{}]|  |'\.\.\.'", reasoning), reasoning
            for said in re.findall(r"'(?:\.\.\.)?(.+?)\.\.\.'", reasoning):
                assert said in graded.response, (item.id, reasoning)
            assert "'" in reasoning or any(a.name in reasoning for a in topic.aspects)


def test_each_part_is_named_on_its_side() -> None:
    for item in SOME:
        topic, quality = topic_of(item), quality_of(item)
        if quality.id not in degrees.PAIRS:
            continue
        has, _, _ = degrees.PAIRS[quality.id]
        for graded in item.responses:
            lapse = re.match(r"One lapse, on (.+?): ", graded.reasoning)
            if lapse:
                (aspect,) = (a for a in topic.aspects if a.name == lapse[1])
                assert not count(graded.response, (aspect.said(has),))


# ------------------------------------------------------------- what must not predict it


def test_items_are_deterministic_and_a_longer_run_only_adds() -> None:
    assert degrees.items(40, 3, WORDS)[:25] == degrees.items(25, 3, WORDS)
    assert degrees.items(5, 3, WORDS) != degrees.items(5, 4, WORDS)


def test_items_keep_the_limits() -> None:
    for item in SOME:
        assert tuple(graded.score for graded in item.responses) == SCORES
        assert len({" ".join(graded.response.split()) for graded in item.responses}) == 5
        assert words(item.prompt) <= 60 and words(item.rubric) <= 110
        for text in (item.reference, *(graded.response for graded in item.responses)):
            assert not text or 120 <= words(text) <= degrees.MOST_WORDS
            assert not re.search(r"[{}]|  ", text)
        assert item.reference not in [graded.response for graded in item.responses]
    assert 0.35 < sum(bool(item.reference) for item in SOME) / len(SOME) < 0.45


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_length_says_nothing_about_the_score(seed: int) -> None:
    pairs = [
        (words(graded.response), graded.score)
        for item in degrees.items(200, seed, WORDS)
        for graded in item.responses
    ]
    assert abs(statistics.correlation(*zip(*pairs, strict=True))) < 0.1


def test_length_says_nothing_within_a_quality() -> None:
    pairs: dict[str, list[tuple[int, int]]] = {}
    for item in MANY:
        rows = [(words(graded.response), graded.score) for graded in item.responses]
        pairs.setdefault(quality_of(item).id, []).extend(rows)
    for rows in pairs.values():
        assert abs(statistics.correlation(*zip(*rows, strict=True))) < 0.12


def test_opening_words_say_nothing_about_the_score() -> None:
    by_opener: dict[str, list[int]] = {}
    for item in MANY:
        for graded in item.responses:
            by_opener.setdefault(" ".join(graded.response.split()[:3]), []).append(graded.score)
    common = [scores for scores in by_opener.values() if len(scores) >= 60]
    assert len(common) > 10
    assert all(abs(statistics.mean(scores) - 3) < 0.75 for scores in common)


def test_items_are_distinct() -> None:
    assert len({item.prompt for item in MANY}) == len({item.id for item in MANY}) == 2000
    whole = {(i.prompt, i.rubric, *(graded.response for graded in i.responses)) for i in MANY}
    assert len(whole) == 2000


def test_every_quality_and_topic_occurs_and_groups_are_topics() -> None:
    assert {quality_of(item).id for item in SOME} == {quality.id for quality in QUALITIES}
    assert Counter(item.group for item in SOME).keys() == {f"degrees-{t.id}" for t in TOPICS}
    for item in SOME:
        assert item.group == f"degrees-{topic_of(item).id}"
        assert quality_of(item).id not in topic_of(item).without


# ------------------------------------------------------------------------ the sentences


def test_no_sentence_stands_within_another() -> None:
    texts = [text for q in QUALITIES for text in (*q.has, *q.lacks)] + [*DRIFTS, *DRIFT_ENDS]
    for topic in TOPICS:
        texts += [*topic.asks, *topic.drifts]
        for aspect in topic.aspects:
            texts += [*aspect.cores, *said(aspect)]
    assert len(texts) == len(set(texts)) > 1200
    joined = "\n".join(texts)
    for text in texts:
        assert joined.count(text) == 1, text
        assert text[-1] in ".?!'" and text == " ".join(text.split()) and "{" not in text


def test_topics_are_complete() -> None:
    assert len(TOPICS) >= 30 and len({topic.id for topic in TOPICS}) == len(TOPICS)
    for topic in TOPICS:
        assert len(topic.aspects) == 4 and len(topic.asks) >= 2 and len(topic.drifts) == 2
        assert set(topic.without) <= {quality.id for quality in QUALITIES}
        names = [aspect.name for aspect in topic.aspects]
        assert len(set(names)) == 4
        for aspect in topic.aspects:
            assert len(aspect.cores) == 2 and all(4 <= words(core) <= 16 for core in aspect.cores)
            assert all(11 <= words(text) <= 23 for text in said(aspect))


def test_general_sentences_hold_no_reasons_and_no_numbers() -> None:
    for topic in TOPICS:
        for aspect in topic.aspects:
            for text in (*aspect.cores, aspect.concrete, aspect.vague):
                assert not re.search(r"\bbecause\b|\bso that\b|, since\b|, as it\b", text)
            assert not re.search(r"\d", aspect.vague + aspect.reason)


def test_rubrics_describe_five_degrees_and_never_count() -> None:
    scales = [scale for quality in QUALITIES for scale in quality.scales]
    assert len({scale.criterion for scale in scales}) == len(scales)
    for quality in QUALITIES:
        assert len(quality.scales) >= 3 and len(quality.has) == len(quality.lacks)
    for scale in scales:
        assert len(set(scale.anchors)) == 5
        for anchor in scale.anchors:
            assert not re.search(r"\b(three|four|two) (parts|points|aspects)|\d", anchor)
    clauses = list(itertools.chain.from_iterable((q.has, q.lacks) for q in QUALITIES if q.has))
    assert all(len(side) >= 12 for side in clauses)
