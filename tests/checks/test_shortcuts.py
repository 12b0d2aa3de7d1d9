"""Guesses from format and from prompts, against scikit-learn."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.stats import pearsonr
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import Ridge

from autograder.checks.chance import folds, too_right
from autograder.checks.guess import guess
from autograder.checks.shortcuts import by_format, by_prompt, format_features, word_features
from autograder.schema import Example

TASKS = ["sum", "poem", "letter", "proof", "recipe", "plan", "joke", "list"]


def rows(number: int, seed: int = 0) -> list[Example]:
    """Three rows an item; hard tasks (the first) get low scores, and notes of lists high ones."""
    rng = random.Random(seed)
    made = []
    for item in range(number):
        task, filler = rng.randrange(len(TASKS)), rng.choice(["now", "please", "well"])
        for at in range(3):
            score = min(5, max(1, 1 + round(task / 2 + rng.uniform(-2.5, 2.5))))
            response = "\n".join(["- one"] * rng.randint(0, score)) + "\nDone" + "." * (score > 2)
            prompt, rubric = f"A {TASKS[task]} {filler} {item}.", f"Is the {TASKS[task]} right?"
            identity = f"{item}/{at}"
            made.append(Example(identity, f"i{item}", prompt, response, rubric, score, "", "c", 1))
    return made


def halves(examples: Sequence[Example], purpose: str) -> Iterator[np.ndarray]:
    fold, count = folds(examples, purpose)
    for number in range(count):
        yield np.array(fold) == number


def by_scikit(
    examples: Sequence[Example], features: np.ndarray, purpose: str
) -> tuple[float, float]:
    scores = np.array([row.score for row in examples])
    targets = (scores[:, None] == np.arange(1, 6)).astype(float)
    values = np.empty_like(targets)
    for unknown in halves(examples, purpose):
        mean = targets[~unknown].mean(axis=0)
        model = Ridge(alpha=1.0, fit_intercept=False).fit(
            features[~unknown], targets[~unknown] - mean
        )
        values[unknown] = mean + model.predict(features[unknown])
    accuracy = (values.argmax(axis=1) + 1 == scores).mean()
    return accuracy, pearsonr(values @ np.arange(1, 6), scores).statistic


def test_format_is_guessed_as_by_scikit_learn() -> None:
    examples = rows(80)
    features = np.array([format_features(row.response) for row in examples])
    spread = features.std(axis=0)
    standard = (features - features.mean(axis=0)) / np.where(spread, spread, 1)
    accuracy, r = by_scikit(examples, standard, "format")
    figures = by_format(examples)
    assert figures.accuracy == pytest.approx(accuracy, abs=0.006)
    assert figures.correlation == pytest.approx(r, abs=1e-3)
    assert r > 0.5
    scores = [row.score for row in examples]
    assert figures.chance == pytest.approx(max(map(scores.count, scores)) / len(scores), abs=1e-4)


def test_prompts_are_guessed_as_by_scikit_learn() -> None:
    examples = rows(80, seed=1)
    features = word_features(examples).toarray()
    accuracy, r = by_scikit(examples, features, "prompt")
    figures = by_prompt(examples)
    assert figures.accuracy == pytest.approx(accuracy, abs=0.006)
    assert figures.correlation == pytest.approx(r, abs=1e-3)
    assert r > 0.5


def test_words_weigh_as_in_scikit_learn() -> None:
    examples = rows(40)
    found = word_features(examples).toarray()
    # Item numbers stand in one item; "a" and "is" in all, so that they weigh nothing.
    assert found.shape[1] == 2 * len(TASKS) + len({"a", "now", "please", "well"}) + 3
    counts = (found > 0).astype(float)
    # Its weight is 1 + log(rows / rows with it); rows are scaled to length 1 in both.
    often = counts.sum(axis=0)
    transformer = TfidfTransformer(smooth_idf=False, norm=None).fit(counts[:, often > 0])
    weights = counts[:, often > 0] * (transformer.idf_ - 1)
    expected = weights / np.linalg.norm(weights, axis=1, keepdims=True)
    assert np.allclose(found[:, often > 0], expected)


def test_signs_that_are_written_without_spaces_are_words_of_their_own() -> None:
    prompts = ["水を沸かすGPU", "水が凍るGPUは", "A GPU?", "So?"]
    examples = [
        Example(f"r{n}", f"i{n}", prompt, "r", "u", 1 + n, "", "c", 1)
        for n, prompt in enumerate(prompts)
    ]
    found = word_features(examples).toarray() > 0
    # Shared are the sign for water, the word beside such signs, and the rubric, in all rows.
    assert sorted(found.sum(axis=0)) == [0, 2, 3]
    assert found.tolist()[:2] == [found.tolist()[0]] * 2


def test_items_are_whole_in_their_fold() -> None:
    examples = rows(30)
    parts = list(halves(examples, "prompt"))
    assert len(parts) == 5
    assert np.array_equal(sum(part.astype(int) for part in parts), np.ones(len(examples)))
    for part in parts:
        inside = {row.item for row, held in zip(examples, part, strict=True) if held}
        assert not inside & {row.item for row, held in zip(examples, part, strict=True) if not held}


def test_nothing_is_guessed_without_rows_items_or_features() -> None:
    few = rows(16)
    assert (len(few), by_format(few).accuracy, by_prompt(few).correlation) == (48, None, None)
    one = [row for row in rows(1) for _ in range(40)]
    assert by_prompt(one).accuracy is None
    many = rows(40)
    figures = guess(many, csr_array((len(many), 0)), "nothing")
    assert figures.accuracy is not None
    assert figures.accuracy == pytest.approx(figures.chance, abs=0.05)


def test_a_format_is_what_layout_and_punctuation_are() -> None:
    assert format_features("no") == [0, 0, 0, 0, 0, np.log(2), 0, 0, 0, 0]
    text = "# Head\n\n- a\n* b\n1. c\n2) d\n**bold**\n```\nx = -1\n```\nWhy? Wow!! (Yes.)"
    two, three = np.log(3), np.log(3)
    assert format_features(text) == pytest.approx(
        [two, two, np.log(2), np.log(2), 1, np.log(11), 1, 0, 1, three]
    )


def test_the_limit_is_for_equally_frequent_scores() -> None:
    assert too_right(None, 0.2, 100, 0.35, sure=False) is None
    assert too_right(0.35, 0.2, 100, 0.35, sure=True) is None
    assert too_right(0.4, 0.2, 100, 0.35, sure=True) == "40% right (limit 35%)"
    assert too_right(0.4, 0.2, 20, 0.35, sure=True) is None
    assert too_right(0.6, 0.5, 1000, 0.35, sure=True) is None
    assert too_right(0.7, 0.5, 1000, 0.35, sure=True) == "70% right (limit 65%)"
