"""The figures of an evaluation, as models that check what they hold.

A figure is a number, or null where the data do not define it. Importing this takes no torch.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from autograder.schema import SCORES

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
