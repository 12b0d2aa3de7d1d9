"""What `evaluate` measures, on a tiny untrained judge."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
import torch
from sklearn.metrics import accuracy_score, mean_absolute_error

from autograder.config import Config, EvaluateConfig
from autograder.evaluation.evaluate import evaluate, measured_part
from autograder.evaluation.measure import measure
from autograder.evaluation.results import to_json
from autograder.evaluation.started import Start, grade_start
from autograder.judging.folder import judge_fingerprint
from autograder.judging.judge import Judge
from autograder.schema import Example
from helpers.tiny_judge import tiny_backbone

CONFIG = EvaluateConfig(bootstrap=20, num_reasonings=0, probe_examples=0)


@pytest.fixture(scope="module")
def judge(tiny_base) -> Judge:
    config = Config().changed(
        model={"name": str(tiny_base), "max_length": 2048}, quantization={"bits": 16}
    )
    return Judge(tiny_backbone(config, std=0.1))


def test_unseen_kinds_are_measured_like_the_test_split(judge: Judge, examples: list[Example]):
    train, test, unseen = examples[:10], examples[10:20], examples[20:]
    both = evaluate(judge, train, [], test, unseen, CONFIG, seed=3).measured
    alone = evaluate(judge, train, [], unseen, [], CONFIG, seed=3).measured
    assert alone.systems.holdout is None
    assert alone.groups.holdout is None
    assert both.systems.holdout == alone.systems.test
    assert both.groups.holdout == alone.groups.test
    none_held_out = evaluate(judge, train, [], test, [], CONFIG, seed=3).measured
    assert both.systems.test == none_held_out.systems.test
    assert both.systems.test.judge != both.systems.holdout.judge


def test_whole_items_are_drawn_and_more_with_a_larger_number(examples):
    rows = examples * 3
    rows = [
        dataclasses.replace(row, id=f"{row.id}-{at}", item=f"{row.item}-{at // len(examples)}")
        for at, row in enumerate(rows)
    ]
    sizes = Counter(row.item for row in rows)
    before: set[str] = set()
    for most in (1, 12, 17, 40, 1000):
        ids = {row.id for row in measured_part(rows, most)}
        items = {row.item for row in rows if row.id in ids}
        assert len(ids) == sum(sizes[item] for item in items)
        assert len(ids) <= most or len(items) == 1
        assert before <= ids
        before = ids
    assert len(before) == len(rows)


@pytest.mark.parametrize(
    ("part", "sources"),
    [
        ("hand_written", ("bank", "starter", "natural/first-tests", "natural/contexts")),
        ("natural", ("natural/first-tests", "natural/contexts")),
        ("first_tests", ("natural/first-tests",)),
    ],
)
def test_parts_are_measured_alone(judge: Judge, examples: list[Example], part, sources):
    among = ("bank", "arithmetic", "natural/first-tests", "starter", "natural/contexts")
    test = [
        dataclasses.replace(example, source=among[at % len(among)])
        for at, example in enumerate(examples[10:])
    ]
    train = examples[:10]
    found = evaluate(judge, train, [], test, [], CONFIG, seed=3)
    chosen = [at for at, example in enumerate(test) if example.source in sources]
    probabilities = torch.tensor([found.predictions[at].probabilities for at in chosen])
    alone = measure(probabilities, [test[at] for at in chosen], resamples=20, seed=3)
    assert getattr(found.measured.systems, part) == alone
    made = [dataclasses.replace(example, source="arithmetic") for example in test]
    assert (
        getattr(evaluate(judge, train, [], made, [], CONFIG, seed=3).measured.systems, part) is None
    )


def test_the_linear_probe_is_a_baseline(judge: Judge, examples: list[Example], capsys):
    config = CONFIG.changed(probe_examples=8)
    parts = examples[:15], examples[15:20], examples[20:25], examples[25:]
    found = evaluate(judge, *parts, config, seed=3).measured.systems
    assert found.probe is not None
    assert (found.probe.num_examples, found.probe.layer, found.probe.num_layers) == (10, 1, 2)
    assert found.holdout is not None
    assert list(dict(found.test.baselines.items())) == [
        "majority", "length_only", "base_model", "linear_probe"
    ]  # fmt: skip
    # Drawn items, validation, and test and holdout twice.
    assert re.search(r"evaluate: 100%.* 35/35 ", capsys.readouterr().err)
    off = evaluate(judge, *parts, CONFIG, seed=3).measured.systems
    assert off.probe is None
    for one, other in ((found.test, off.test), (found.holdout, off.holdout)):
        assert other is not None
        assert other.baselines.linear_probe is None
        assert other.baselines.base_model == one.baselines.base_model
    none_held_out = evaluate(judge, *parts[:3], [], config, seed=3).measured.systems
    assert none_held_out.test == found.test
    assert none_held_out.holdout is None
    alone = evaluate(judge, *parts, config.changed(base_model=False), seed=3).measured.systems
    assert alone.test.baselines.base_model is None
    assert alone.test.baselines.linear_probe == found.test.baselines.linear_probe


def test_the_judge_before_is_a_baseline_on_all_and_on_the_users_rows(
    judge: Judge, examples: list[Example]
):
    test = [
        dataclasses.replace(example, source="user" if at % 3 else "bank")
        for at, example in enumerate(examples[10:25])
    ]
    torch.manual_seed(0)
    start = Start("1" * 64, torch.rand(15, 5).softmax(dim=1), torch.rand(5, 5).softmax(dim=1))
    found = evaluate(judge, examples[:10], [], test, examples[25:], CONFIG, seed=3, start=start)
    systems, given = found.measured.systems, [row.given for row in found.predictions]
    before = (start.test.argmax(dim=1) + 1).tolist()
    users = [at for at, example in enumerate(test) if example.source == "user"]
    assert systems.start is not None
    assert systems.start.judge_sha256 == "1" * 64
    assert systems.start.user is not None
    assert systems.holdout is not None
    assert systems.holdout.gain.start is not None
    parts = [(systems.test.gain.start, list(range(15))), (systems.start.user.gain, users)]
    for gain, rows in parts:
        assert gain is not None
        labels = [test[at].score for at in rows]
        ours, theirs = ([scores[at] for at in rows] for scores in (given, before))
        assert gain.mae == pytest.approx(
            mean_absolute_error(labels, ours) - mean_absolute_error(labels, theirs)
        )
        assert gain.exact == pytest.approx(
            accuracy_score(labels, ours) - accuracy_score(labels, theirs)
        )
        assert gain.mae_interval is not None
    headline = found.measured.headline()
    assert headline.start is not None
    assert headline.start.gain == systems.test.gain.start
    assert headline.start.gain_user == systems.start.user.gain
    assert '"start"' in to_json(headline)


def test_without_a_start_nothing_is_said_of_one(judge: Judge, examples: list[Example]):
    found = evaluate(judge, examples[:10], [], examples[10:20], [], CONFIG, seed=3).measured
    assert found.systems.start is None
    assert found.systems.test.gain.start is None
    assert '"start"' not in to_json(found.headline())


def test_a_start_is_graded_as_the_judge_that_it_is(
    judge_folder: Path, examples: list[Example], tmp_path: Path
):
    folder = shutil.copytree(judge_folder, tmp_path / "start")
    about = {"start": "mine", "judge_sha256": judge_fingerprint(judge_folder)}
    (folder / "start.json").write_text(json.dumps(about))
    start = grade_start(folder, examples[:6], [], batch_size=3)
    assert start is not None
    assert start.judge_sha256 == about["judge_sha256"]
    assert start.holdout.shape == (0, 5)
    verdicts = Judge.load(judge_folder).evaluate_many([example.request for example in examples[:6]])
    expected = torch.tensor([verdict.expected_score for verdict in verdicts])
    torch.testing.assert_close(start.test @ torch.arange(1.0, 6.0), expected, rtol=1e-4, atol=1e-4)
    (folder / "start.json").write_text('{"start": null, "judge_sha256": null}')
    assert grade_start(folder, examples[:6], [], batch_size=3) is None


@pytest.mark.parametrize("base_model", [True, False])
def test_it_says_how_far_it_is(judge: Judge, examples: list[Example], capsys, base_model: bool):
    config = CONFIG.changed(base_model=base_model, num_reasonings=3, max_reasoning_tokens=4)
    evaluate(judge, examples[:10], [], examples[10:20], examples[20:], config, seed=3)
    said = capsys.readouterr().err
    num_read = 40 if base_model else 20
    assert re.search(rf"evaluate: 100%.* {num_read}/{num_read} \[.*answer", said)
    assert re.search(r"reasonings: 100%.* 3/3 ", said)


def test_the_reference_answer_reaches_the_judge(judge: Judge, examples: list[Example]):
    known = [dataclasses.replace(example, reference="Five apples.") for example in examples]
    plain, helped = (
        torch.tensor([row.probabilities for row in found.predictions])
        for found in (
            evaluate(judge, examples[:5], [], rows[5:], [], CONFIG, seed=3)
            for rows in (examples, known)
        )
    )
    assert not torch.allclose(plain, helped, atol=1e-4)
