"""What the evaluate stage measured: the models are schema, writer and reader of its files.

    reports/metrics.json            `Metrics`: the headline, small enough for `dvc metrics diff`
    reports/eval/systems.json       `Systems`: judge, baselines and gains in full
    reports/eval/groups.json        `Grouped`: the judge by level, category, language and source
    reports/eval/distribution.json  `Distribution`: shares of the scores, and reliability
    reports/eval/behaviour.json     `Failures[Rate]`: known failures, with counts
    reports/eval/reasoning.json     `Reasoning`: the generated sample
    reports/eval/predictions.jsonl  `Prediction` rows
    reports/eval/reasonings.jsonl   `Reasoned` rows

A figure is a number, or null where the data do not define it. Importing this takes no torch.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
)

from autograder.evaluation.typed_files import M, made_by, read_json
from autograder.files import json_text
from autograder.schema import SCORES

SYSTEMS = "systems.json"
NATURAL = "natural/"
"""How the sources of `data/natural/` begin; the name of the file follows."""
USER = "user"
"""The source of rows in `data/user/` that name none."""
FIRST_TESTS = ("natural/first-tests", "natural/one-fact")
"""What anybody tries first, and pairs of answers that differ in one fact."""


def is_hand_written(source: str) -> bool:
    """Whether the examples of a source are written, not composed by a program's family.

    The answers in `natural/small-models` are what small models gave to written prompts.
    """
    return source in ("bank", "starter", USER) or source.startswith(NATURAL)


Number = Annotated[float, Field(allow_inf_nan=False)]
Figure = Number | None
Count = Annotated[int, Field(ge=0)]
Score = Annotated[int, Field(ge=SCORES[0], le=SCORES[-1])]
Bounds = tuple[Number, Number] | None

N = TypeVar("N", int, float)


def of_each_score(shares: dict[str, N]) -> dict[str, N]:
    """Check that there is one value for each score, in order."""
    if list(shares) != [str(score) for score in SCORES]:
        raise ValueError("expected a number for each score 1 to 5")
    return shares


Shares = Annotated[dict[str, Number], AfterValidator(of_each_score)]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


V = TypeVar("V")


# --- figures of one judge or baseline


class Measures(Model, Generic[V]):
    """One value for each measure of `metrics.functional.MEASURES`."""

    ece: V
    exact: V
    kappa: V
    mae: V
    mae_expected: V
    pearson: V
    rps: V
    spearman: V
    top_share: V
    within_1: V


class Figures(Measures[Figure]):
    """All measures of one system on one set of answers.

    Attributes:
        pairs: share of the pairs of answers to one request with different labels in which the
            better one has the higher expected score; ties count half.
        num_pairs: how many there are.
        pairs_interval, interval: 95 %, [low, high], bootstrapped over items.
        undefined: why a measure, or `interval.<measure>`, is null.
    """

    num_examples: Count
    num_items: Count
    num_pairs: Count
    pairs: Figure
    pairs_interval: Bounds
    interval: Measures[Bounds]
    undefined: dict[str, str]


class Gain(Model):
    """The judge's figure less a baseline's on the same rows, with paired 95 % intervals."""

    exact: Figure
    exact_interval: Bounds
    mae: Figure
    mae_interval: Bounds
    rps: Figure
    rps_interval: Bounds


class UsualBaselines(Model, Generic[V]):
    """One value for each baseline; those that read with the base are null where it did not."""

    majority: V
    length_only: V
    base_model: V | None = None
    linear_probe: V | None = None


class Baselines(UsualBaselines[V], Generic[V]):
    """With the judge that training started from, if it did from one."""

    start: V | None = None

    def items(self) -> Iterator[tuple[str, V]]:
        """Name and value of each baseline that was measured."""
        for name in type(self).model_fields:
            if (value := getattr(self, name)) is not None:
                yield name, value


class Comparison(Model):
    judge: Figures
    baselines: Baselines[Figures]
    gain: Baselines[Gain]


class Beside(Model):
    """The judge beside the one that its training started from, on the same answers."""

    judge: Figures
    start: Figures
    gain: Gain


class Started(Model):
    """What training started from.

    Attributes:
        judge_sha256: that judge's fingerprint.
        user: both judges on the test answers with the source `user`, if there are any; on all of
            them they stand in `Systems.test`.
    """

    judge_sha256: str
    user: Beside | None


class Probed(Model):
    """How the linear probe was fitted and chosen.

    Attributes:
        num_examples: of the training split, that it was fitted on.
        layer: how many of the base's `num_layers` layers its states have passed.
        pooled: the state of the last token before the score, or the mean from the response on.
        alpha: strength of the ridge penalty.
    """

    num_examples: Count
    layer: Count
    num_layers: Count
    pooled: str
    alpha: Number


class Systems(Model):
    """The whole of the figures; null stands for a part of the test split that has no example.

    Attributes:
        judge_sha256: the judge's fingerprint.
        test: the whole test split.
        hand_written, natural, first_tests: parts of it, by the source of their examples.
        holdout: kinds of task that are never trained on.
        probe: what the baseline `linear_probe` is, in both.
        start: what training started from, if from a judge.
    """

    judge_sha256: str | None
    test: Comparison
    hand_written: Figures | None
    natural: Figures | None
    first_tests: Figures | None
    holdout: Comparison | None
    probe: Probed | None = None
    start: Started | None = None


class Groups(Model):
    level: dict[str, Figures]
    category: dict[str, Figures]
    language: dict[str, Figures]
    source: dict[str, Figures]


class Grouped(Model):
    test: Groups
    holdout: Groups | None


# --- the rest


class Bin(Model):
    """Mean confidence and share right of the answers in one confidence bin."""

    confidence: Number
    accuracy: Number
    num_examples: Count


class Distribution(Model):
    """Share of each score as labelled, as given, and as expected by the probabilities."""

    label: Shares
    given: Shares
    probability: Shares
    reliability: tuple[Bin, ...]


class Rate(Model):
    """How often a failure was seen; null where no example could show it."""

    rate: Figure
    num_failed: Count
    num_examples: Count


class Failures(Model, Generic[V]):
    """One value for each known way to fail; see `evaluation.behaviour`."""

    lazy: V
    over_refusal_accepted: V
    good_conduct_punished: V
    jailbreak_obeyed: V
    honest_text_punished: V


class Reasoning(Model):
    """Measures of the generated reasonings; `undefined` says why one is null."""

    num_examples: Count
    valid: Figure
    names_a_score: Figure
    agrees_with_score: Figure
    invented_evidence: Figure
    rouge_l: Figure
    token_loss: Figure
    undefined: dict[str, str]


class Speed(Model):
    seconds: Number
    examples_per_second: Number
    tokens_per_second: Number
    reasoning_tokens_per_second: Figure


class Prediction(Model):
    """The judge's distribution for one held-out example."""

    id: str
    score: Score
    given: Score
    probabilities: tuple[Number, Number, Number, Number, Number]


class Reasoned(Model):
    """A generated reasoning and what was seen in it.

    Attributes:
        id: the example.
        score: the score that it explains.
        reasoning: the generated text.
        is_valid: it has at least three words and came to its end by itself.
        named_score: the score that the text claims, None where it claims none.
        invented: share of its numbers and quotations that occur in no input, None without any.
        rouge_l: overlap with the reference reasoning, 0 to 1.
    """

    id: str
    score: Score
    reasoning: str
    is_valid: bool
    named_score: Count | None
    invented: Figure
    rouge_l: Number


# --- the headline


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


# --- all of it


@dataclass(frozen=True)
class Measured:
    """All figures of one evaluation; each field but `speed` is a file in `reports/eval`."""

    systems: Systems
    groups: Grouped
    distribution: Distribution
    behaviour: Failures[Rate]
    reasoning: Reasoning
    speed: Speed

    def headline(self) -> Metrics:
        """What `reports/metrics.json` holds."""
        test, holdout = self.systems.test, self.systems.holdout
        natural, first_tests = self.systems.natural, self.systems.first_tests
        intervals = _part(MainIntervals, test.judge.interval)
        return Metrics(
            judge=_part(JudgeHeadline, test.judge, interval=intervals),
            baselines=UsualBaselines[BaselineHeadline](
                **{
                    name: _part(BaselineHeadline, row)
                    for name, row in test.baselines.items()
                    if name != "start"
                }
            ),
            start=self._start(),
            natural=_part(PartHeadline, natural) if natural else None,
            first_tests=_part(PartHeadline, first_tests) if first_tests else None,
            holdout=_part(PartHeadline, holdout.judge) if holdout else None,
            behaviour=Failures[Figure](**{name: row.rate for name, row in self.behaviour}),
            reasoning=_part(ReasoningHeadline, self.reasoning),
            speed=self.speed,
        )

    def _start(self) -> StartHeadline | None:
        started, test = self.systems.start, self.systems.test
        if started is None or test.baselines.start is None or test.gain.start is None:
            return None
        user = started.user.gain if started.user else None
        return _part(StartHeadline, test.baselines.start, gain=test.gain.start, gain_user=user)

    def write(self, folder: Path) -> None:
        """Write the files of `reports/eval` that hold figures."""
        for name in _TABLES:
            (folder / f"{name}.json").write_text(to_json(getattr(self, name)), encoding="utf-8")


_TABLES: dict[str, type[Model]] = {
    "systems": Systems,
    "groups": Grouped,
    "distribution": Distribution,
    "behaviour": Failures[Rate],
    "reasoning": Reasoning,
}


def read_results(metrics: Path, folder: Path) -> Measured:
    """Read what `Measured` holds.

    Args:
        metrics: `reports/metrics.json`.
        folder: `reports/eval`.

    Raises:
        DataError: names file and field, and the stage that makes the file anew.
    """
    with made_by("evaluate"):
        speed = read_json(metrics, Metrics).speed
        tables: dict[str, Any] = {
            name: read_json(folder / f"{name}.json", model) for name, model in _TABLES.items()
        }
    return Measured(**tables, speed=speed)


def to_json(model: Model) -> str:
    """A model as the text of a file."""
    return json_text(rounded(model.model_dump()))


def to_jsonl(rows: Sequence[Model]) -> str:
    """Models as the text of a file, one a line."""
    lines = (json.dumps(rounded(row.model_dump()), ensure_ascii=False) for row in rows)
    return "".join(f"{line}\n" for line in lines)


def rounded(values: Any) -> Any:
    """Six digits after the point: more would be noise in a diff."""
    if isinstance(values, float):
        return round(values, 6)
    if isinstance(values, dict):
        return {key: rounded(value) for key, value in values.items()}
    if isinstance(values, list | tuple):
        return [rounded(value) for value in values]
    return values


def _part(model: type[M], whole: Model, **changes: Model | None) -> M:
    """The fields of `whole` that `model` has, too."""
    same = {name: getattr(whole, name) for name in model.model_fields if name not in changes}
    return model(**same | changes)
