"""Grade a held-out split and measure everything about it; fits nothing on it."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from autograder.config import EvaluateConfig
from autograder.evaluation.baselines import length_only, majority
from autograder.evaluation.behaviour import behaviour
from autograder.evaluation.measure import distribution, measure, measure_gain, measure_groups
from autograder.evaluation.reasoning import Reasoned, look_at, measure_reasoning
from autograder.judging.judge import Judge
from autograder.metrics.distribution import calibration_bins
from autograder.model.batch import collate
from autograder.model.encode import Encoded
from autograder.model.loss import judge_loss
from autograder.model.scores import integer_score
from autograder.schema import SCORES, Example


@dataclass(frozen=True)
class Evaluation:
    """Everything that the evaluate stage writes.

    Attributes:
        metrics: the tree of `reports/metrics.json`.
        probabilities: float32 (N, 5), one row an example.
        reasonings: the generated sample.
    """

    metrics: dict[str, Any]
    probabilities: Tensor
    reasonings: list[Reasoned]


def evaluate(
    judge: Judge,
    train: Sequence[Example],
    test: Sequence[Example],
    holdout: Sequence[Example],
    config: EvaluateConfig,
    seed: int,
) -> Evaluation:
    """Measure a judge on held-out answers, beside baselines that know `train`'s labels or nothing.

    Args:
        judge: its adapter is switched off for the base-model baseline.
        train: for the majority and the length baseline only.
        test: unseen items of kinds that were trained on.
        holdout: items of kinds that were not; may be empty.
        config: sample sizes and switches.
        seed: of the resamples and of the sample whose reasoning is generated.
    """
    encoded = [judge.encoder.encode_request(example) for example in test]
    started = time.perf_counter()
    probabilities = judge.probabilities(encoded)
    seconds = time.perf_counter() - started
    num_tokens = sum(example.num_tokens for example in encoded)

    given = integer_score(probabilities).tolist()
    reasonings, token_loss, per_second = _reasonings(judge, test, encoded, given, config, seed)
    metrics = {
        **_compare(judge, train, test, encoded, probabilities, config, seed),
        "holdout": _unseen(judge, train, holdout, config, seed),
        "behaviour": behaviour(test, given),
        "reasoning": measure_reasoning(reasonings, token_loss),
        "distribution": distribution(probabilities, test),
        "speed": {
            "seconds": seconds,
            "examples_per_second": len(test) / seconds,
            "tokens_per_second": num_tokens / seconds,
            "reasoning_tokens_per_second": per_second,
        },
    }
    return Evaluation(metrics, probabilities, reasonings)


def _compare(
    judge: Judge,
    train: Sequence[Example],
    examples: Sequence[Example],
    encoded: Sequence[Encoded],
    probabilities: Tensor,
    config: EvaluateConfig,
    seed: int,
) -> dict[str, Any]:
    """The judge's figures on labelled examples, the baselines', the gains, and each group's."""
    baselines = {"majority": majority(train, examples), "length_only": length_only(train, examples)}
    if config.base_model:
        with judge.backbone.without_adapter():
            # The base was never calibrated, so neither is this.
            baselines["base_model"] = judge.digit_logits(encoded).softmax(dim=1)
    options = {"resamples": config.bootstrap, "seed": seed}
    return {
        "judge": measure(probabilities, examples, **options),
        "baselines": {name: measure(rows, examples, **options) for name, rows in baselines.items()},
        "gain": {
            name: measure_gain(probabilities, rows, examples, **options)
            for name, rows in baselines.items()
        },
        "groups": measure_groups(probabilities, examples, **options),
    }


def _unseen(
    judge: Judge,
    train: Sequence[Example],
    holdout: Sequence[Example],
    config: EvaluateConfig,
    seed: int,
) -> dict[str, Any] | None:
    if not holdout:
        return None
    encoded = [judge.encoder.encode_request(example) for example in holdout]
    probabilities = judge.probabilities(encoded)
    return _compare(judge, train, holdout, encoded, probabilities, config, seed)


def _reasonings(
    judge: Judge,
    test: Sequence[Example],
    encoded: Sequence[Encoded],
    given: Sequence[int],
    config: EvaluateConfig,
    seed: int,
) -> tuple[list[Reasoned], float | None, float | None]:
    """A seeded sample of generated reasonings, their reference's loss, and tokens a second."""
    size = min(config.num_reasonings, len(test))
    if not size:
        return [], None, None
    sample = sorted(random.Random(f"{seed}/reasoning").sample(range(len(test)), size))
    started = time.perf_counter()
    texts = judge.reason(
        [encoded[at] for at in sample], [given[at] for at in sample], config.max_reasoning_tokens
    )
    seconds = time.perf_counter() - started
    lengths = [len(judge.encoder.untrusted(text)) for text in texts]
    rows = [
        # A text that fills all the room was cut off in its midst.
        look_at(test[at], given[at], text, ended=length < config.max_reasoning_tokens - 6)
        for at, text, length in zip(sample, texts, lengths, strict=True)
    ]
    return rows, _token_loss(judge, [test[at] for at in sample]), sum(lengths) / seconds


@torch.no_grad()
def _token_loss(judge: Judge, examples: Sequence[Example]) -> float:
    backbone, total = judge.backbone, 0.0
    encoded = judge.encoder.encode_all(examples)
    for one in encoded:
        batch = collate([one], judge.encoder.pad_id).to(backbone.device)
        parts = judge_loss(
            backbone(batch), batch.labels, batch.is_score, batch.scores, backbone.digit_ids
        )
        total += parts.reasoning.item()
    return total / len(encoded)


# --- tables for plots


def confusion_rows(examples: Sequence[Example], probabilities: Tensor) -> list[dict[str, Any]]:
    """One row an example, as `dvc plots` counts them."""
    given = integer_score(probabilities).tolist()
    return [
        {"actual": example.score, "predicted": score}
        for example, score in zip(examples, given, strict=True)
    ]


def reliability_rows(examples: Sequence[Example], probabilities: Tensor) -> list[dict[str, Any]]:
    """Mean confidence and accuracy of each confidence bin that holds rows."""
    labels = torch.tensor([example.score for example in examples])
    rows, confidence, hits = calibration_bins(probabilities, labels)
    return [
        {"confidence": total / count, "accuracy": hit / count, "num_examples": int(count)}
        for count, total, hit in zip(rows.tolist(), confidence.tolist(), hits.tolist(), strict=True)
        if count
    ]


def score_rows(shares: dict[str, dict[str, float]]) -> list[dict[str, Any]]:
    """The score distribution, one row for each score and kind."""
    return [
        {"score": score, "kind": kind, "share": shares[kind][str(score)]}
        for kind in shares
        for score in SCORES
    ]
