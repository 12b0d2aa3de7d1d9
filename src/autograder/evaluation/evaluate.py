"""Grade a held-out split and measure everything about it; fits nothing on it."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import torch
from torch import Tensor

from autograder.balance import place
from autograder.config import EvaluateConfig
from autograder.evaluation.baselines import length_only, majority
from autograder.evaluation.behaviour import behaviour
from autograder.evaluation.measure import distribution, measure, measure_gain, measure_groups
from autograder.evaluation.probe import Probe, draw, fit_probe
from autograder.evaluation.reasoning import look_at, measure_reasoning
from autograder.evaluation.result_models import (
    FIRST_TESTS,
    NATURAL,
    USER,
    Baselines,
    Beside,
    Bin,
    Comparison,
    Distribution,
    Figures,
    Gain,
    Grouped,
    Prediction,
    Reasoned,
    Speed,
    Started,
    Systems,
    is_hand_written,
)
from autograder.evaluation.results import Measured
from autograder.evaluation.started import Start
from autograder.files import finite
from autograder.judging.judge import Judge
from autograder.metrics.distribution import calibration_bins
from autograder.model.batch import collate
from autograder.model.encode import Encoded
from autograder.model.loss import judge_loss
from autograder.model.scores import integer_score
from autograder.pacing import bar
from autograder.schema import Example


@dataclass(frozen=True)
class Evaluation:
    """Everything that the evaluate stage writes.

    Attributes:
        measured: the figures.
        predictions: of the whole test split.
        reasonings: the generated sample.
    """

    measured: Measured
    predictions: list[Prediction]
    reasonings: list[Reasoned]


def evaluate(
    judge: Judge,
    train: Sequence[Example],
    validation: Sequence[Example],
    test: Sequence[Example],
    holdout: Sequence[Example],
    config: EvaluateConfig,
    seed: int,
    *,
    judge_sha256: str | None = None,
    start: Start | None = None,
) -> Evaluation:
    """Measure a judge on held-out answers, beside baselines that know `train`'s labels or nothing.

    Args:
        judge: its adapter is switched off for the baselines that read with the base.
        train: for baselines only.
        validation: to choose the layer of the linear probe.
        test: unseen items of kinds that were trained on.
        holdout: items of kinds that were not; may be empty.
        config: sample sizes and switches.
        seed: of the resamples and of the sample whose reasoning is generated.
        judge_sha256: the judge's fingerprint, which the figures then name.
        start: what the judge that training started from says of both.
    """
    # The judge may read what the base answers itself; the base and the probe never do.
    (encoded, unseen), (plain, plain_unseen) = (
        [[encoder.encode_request(example) for example in part] for part in (test, holdout)]
        for encoder in (judge.encoder, judge.backbone.encoder)
    )
    drawn = draw(train, config.probe_examples, seed)
    num_passes = 2 if config.base_model or drawn else 1
    total = num_passes * (len(test) + len(holdout)) + len(drawn) + (len(validation) if drawn else 0)
    with bar(total, "evaluate", "answer") as shown:
        started = time.perf_counter()
        probabilities = judge.probabilities(encoded, shown.update)
        seconds = time.perf_counter() - started
        on_unseen = judge.probabilities(unseen, shown.update)
        probe = fit_probe(judge, drawn, validation, shown.update)
        frozen, frozen_on_unseen = (
            _frozen(judge, part, config.base_model, probe, shown.update)
            for part in (plain, plain_unseen)
        )
    if start:
        frozen |= {"start": start.test}
        frozen_on_unseen |= {"start": start.holdout}
    num_tokens = sum(example.num_tokens for example in encoded)

    given = integer_score(probabilities).tolist()
    reasonings, token_loss, per_second = _reasonings(judge, test, encoded, given, config, seed)
    options: dict[str, int] = {"resamples": config.bootstrap, "seed": seed}
    print(f"95 % intervals, by {config.bootstrap} resamples", file=sys.stderr)

    def part(belongs: Callable[[str], bool]) -> Figures | None:
        at = [at for at, example in enumerate(test) if belongs(example.source)]
        return measure(probabilities[at], [test[row] for row in at], **options) if at else None

    def beside(examples: Sequence[Example], rows: Tensor, frozen: dict[str, Tensor]) -> Comparison:
        simple = {
            "majority": majority(train, examples),
            "length_only": length_only(train, examples),
        }
        return compare(rows, simple | frozen, examples, **options)

    measured = Measured(
        systems=Systems(
            judge_sha256=judge_sha256,
            test=beside(test, probabilities, frozen),
            hand_written=part(is_hand_written),
            natural=part(lambda source: source.startswith(NATURAL)),
            first_tests=part(lambda source: source in FIRST_TESTS),
            holdout=beside(holdout, on_unseen, frozen_on_unseen) if holdout else None,
            probe=probe.about if probe else None,
            start=_started(start, probabilities, test, **options) if start else None,
        ),
        groups=Grouped(
            test=measure_groups(probabilities, test, **options),
            holdout=measure_groups(on_unseen, holdout, **options) if holdout else None,
        ),
        distribution=Distribution(
            **distribution(probabilities, test), reliability=reliability(probabilities, test)
        ),
        behaviour=behaviour(test, given),
        reasoning=measure_reasoning(reasonings, token_loss),
        speed=Speed(
            seconds=seconds,
            examples_per_second=len(test) / seconds,
            tokens_per_second=num_tokens / seconds,
            reasoning_tokens_per_second=per_second,
        ),
    )
    return Evaluation(measured, predictions(probabilities, test), reasonings)


def measured_part(examples: Sequence[Example], most: int) -> list[Example]:
    """Whole items of at most `most` examples, one item at least; for a larger `most` these too."""
    sizes = Counter(row.item for row in examples)
    order = sorted(sizes, key=lambda item: place("evaluate", item))
    totals = accumulate(sizes[item] for item in order)
    taken = {item for item, total in zip(order, totals, strict=True) if total <= most}
    taken.update(order[:1])
    return [row for row in examples if row.item in taken]


def _frozen(
    judge: Judge,
    encoded: Sequence[Encoded],
    base_model: bool,
    probe: Probe | None,
    progress: Callable[[int], object],
) -> dict[str, Tensor]:
    """Distributions (N, 5) of the baselines that read with the frozen base, by name."""
    if not encoded:
        return {}
    rows = {}
    with judge.backbone.without_adapter():
        if probe:
            logits, states = judge.layer_states(encoded, [probe.about.layer], progress)
            rows["linear_probe"] = probe(states)
        elif base_model:
            logits = judge.digit_logits(encoded, progress)
    if base_model:
        rows["base_model"] = logits.softmax(dim=1)  # never calibrated, so neither is this
    return rows


def compare(
    probabilities: Tensor,
    baselines: Mapping[str, Tensor],
    examples: Sequence[Example],
    *,
    resamples: int,
    seed: int,
) -> Comparison:
    """The judge's figures on labelled examples, the baselines' and the gains over them.

    Args:
        probabilities: the judge's (N, 5).
        baselines: theirs, by their names in `Baselines`.
        examples: N labelled examples.
        resamples, seed: see `measure`.
    """
    return Comparison(
        judge=measure(probabilities, examples, resamples=resamples, seed=seed),
        baselines=Baselines[Figures](
            **{
                name: measure(rows, examples, resamples=resamples, seed=seed)
                for name, rows in baselines.items()
            }
        ),
        gain=Baselines[Gain](
            **{
                name: measure_gain(probabilities, rows, examples, resamples=resamples, seed=seed)
                for name, rows in baselines.items()
            }
        ),
    )


def _started(
    start: Start, probabilities: Tensor, test: Sequence[Example], **options: int
) -> Started:
    at = [at for at, example in enumerate(test) if example.source == USER]
    user = None
    if at:
        rows, ours, theirs = [test[row] for row in at], probabilities[at], start.test[at]
        user = Beside(
            judge=measure(ours, rows, **options),
            start=measure(theirs, rows, **options),
            gain=measure_gain(ours, theirs, rows, **options),
        )
    return Started(judge_sha256=start.judge_sha256, user=user)


def _reasonings(
    judge: Judge,
    test: Sequence[Example],
    encoded: Sequence[Encoded],
    given: Sequence[int],
    config: EvaluateConfig,
    seed: int,
) -> tuple[list[Reasoned], float | None, float | None]:
    """A seeded sample of generated reasonings, their reference's loss, and tokens a second."""
    written = [at for at, example in enumerate(test) if example.reasoning]
    size = min(config.num_reasonings, len(written))
    if not size:
        return [], None, None
    sample = sorted(random.Random(f"{seed}/reasoning").sample(written, size))
    started = time.perf_counter()
    with bar(size, "reasonings", "answer") as shown:
        texts = judge.reason(
            [encoded[at] for at in sample],
            [given[at] for at in sample],
            config.max_reasoning_tokens,
            shown.update,
        )
    seconds = time.perf_counter() - started
    lengths = [len(judge.encoder.untrusted(text)) for text in texts]
    rows = [
        # A text that fills all the room was cut off.
        look_at(test[at], given[at], text, ended=length < config.max_reasoning_tokens - 6)
        for at, text, length in zip(sample, texts, lengths, strict=True)
    ]
    token_loss = finite(_token_loss(judge, [test[at] for at in sample]))
    return rows, token_loss, sum(lengths) / seconds


@torch.no_grad()
def _token_loss(judge: Judge, examples: Sequence[Example]) -> float:
    backbone, total = judge.backbone, 0.0
    encoded = judge.solved(judge.encoder.encode_all(examples))
    for one in encoded:
        batch = collate([one], judge.encoder.pad_id).to(backbone.device)
        parts = judge_loss(
            backbone(batch), batch.labels, batch.is_score, batch.scores, backbone.digit_ids
        )
        total += parts.reasoning.item()
    return total / len(encoded)


# --- rows


def predictions(probabilities: Tensor, examples: Sequence[Example]) -> list[Prediction]:
    """What the judge gave each example."""
    given = integer_score(probabilities).tolist()
    return [
        Prediction(id=example.id, score=example.score, given=score, probabilities=tuple(row))
        for example, score, row in zip(examples, given, probabilities.tolist(), strict=True)
    ]


def reliability(probabilities: Tensor, examples: Sequence[Example]) -> tuple[Bin, ...]:
    """Mean confidence and accuracy of each confidence bin that holds rows."""
    labels = torch.tensor([example.score for example in examples])
    rows, confidence, hits = calibration_bins(probabilities, labels)
    return tuple(
        Bin(confidence=total / count, accuracy=hit / count, num_examples=int(count))
        for count, total, hit in zip(rows.tolist(), confidence.tolist(), hits.tolist(), strict=True)
        if count
    )
