"""The headline: what `reports/metrics.json` holds, small enough for `dvc metrics diff`."""

from __future__ import annotations

from typing import Any, Generic

from pydantic import SerializerFunctionWrapHandler, model_serializer

from autograder.evaluation.result_models import (
    Bounds,
    Count,
    Failures,
    Figure,
    Gain,
    Model,
    Speed,
    UsualBaselines,
    V,
)


class Main(Model, Generic[V]):
    exact: V
    mae: V
    pearson: V


class MainIntervals(Main[Bounds]):
    spearman: Bounds
    rps: Bounds


class JudgeHeadline(Main[Figure]):
    num_examples: Count
    pairs: Figure
    within_1: Figure
    mae_expected: Figure
    spearman: Figure
    kappa: Figure
    rps: Figure
    ece: Figure
    interval: MainIntervals


class BaselineHeadline(Main[Figure]):
    rps: Figure


class StartHeadline(Model):
    """The judge that training started from, and what was gained over it."""

    exact: Figure
    mae: Figure
    rps: Figure
    gain: Gain
    gain_user: Gain | None


class PartHeadline(Model):
    exact: Figure
    pearson: Figure
    pairs: Figure
    num_examples: Count


class ReasoningHeadline(Model):
    valid: Figure
    agrees_with_score: Figure
    invented_evidence: Figure
    rouge_l: Figure
    token_loss: Figure


class Metrics(Model):
    """`reports/metrics.json`: at most 64 numbers, and `start` only where there was one."""

    judge: JudgeHeadline
    baselines: UsualBaselines[BaselineHeadline]
    start: StartHeadline | None = None
    natural: PartHeadline | None
    first_tests: PartHeadline | None
    holdout: PartHeadline | None
    behaviour: Failures[Figure]
    reasoning: ReasoningHeadline
    speed: Speed

    @model_serializer(mode="wrap")
    def _leave_out_no_start(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        values: dict[str, Any] = write(self)
        return values if self.start else {k: v for k, v in values.items() if k != "start"}
