"""A linear probe: what ridge regression reads in the hidden states of the frozen base.

A judge that does not beat it has learned no more than a line through what the base knew already
("Understanding intermediate layers using linear classifier probes", Alain and Bengio, 2016).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor

from autograder.evaluation.result_models import Probed
from autograder.judging.judge import Judge
from autograder.judging.layer_states import decoder_layers
from autograder.schema import SCORES, Example

_EVERY = 4
_ALPHAS = np.logspace(0, 6, 13)
_POOLED = ("last token", "mean")
"""What `Judge.layer_states` gives for each depth."""


@dataclass(frozen=True)
class Probe:
    """A fitted probe.

    Attributes:
        about: how it was chosen.
        line: standardises (N, width) and predicts (N,).
    """

    about: Probed
    line: Pipeline

    def __call__(self, states: Tensor) -> Tensor:
        """Distributions float64 (N, 5) of states (N, 2, width) at the depth of the probe."""
        return spread(self.line.predict(_table(states, _POOLED.index(self.about.pooled))))


def draw(examples: Sequence[Example], num: int, seed: int) -> list[Example]:
    """Whole items, drawn at random, until there are `num` examples: a few more may come."""
    items: dict[str, list[Example]] = {}
    for example in examples:
        items.setdefault(example.item, []).append(example)
    order = sorted(items, key=lambda item: random.Random(f"{seed}/probe/{item}").random())
    before = accumulate((len(items[item]) for item in order), initial=0)
    return [
        example
        for item, count in zip(order, before, strict=False)
        if count < num
        for example in items[item]
    ]


def fit_probe(
    judge: Judge,
    train: Sequence[Example],
    validation: Sequence[Example],
    progress: Callable[[int], object],
) -> Probe | None:
    """Fit a probe for every fourth layer, and take the one that does best on validation.

    Each is a ridge regression on standardised states, with the strength that has the least
    leave-one-out error on `train`.

    Args:
        judge: its adapter is switched off.
        train, validation: labelled examples.
        progress: called with the number of answers after each batch.

    Returns:
        The probe; None with fewer than two examples in `train`, none in `validation`, or a base
        whose layers are not found or only one.
    """
    num_layers = len(decoder_layers(judge.backbone))
    # Counted from the last but one: the last layer computes only what is read.
    depths = list(range(num_layers - 1, 0, -_EVERY))[::-1]
    if len(train) < 2 or not validation or not depths:
        return None
    encode = judge.backbone.encoder.encode_request
    with judge.backbone.without_adapter():
        fitted_on, chosen_on = (
            judge.layer_states(list(map(encode, part)), depths, progress)[1]
            for part in (train, validation)
        )
    labels, wanted = ([row.score for row in part] for part in (train, validation))
    best, least = None, np.inf
    for at in range(fitted_on.shape[1]):
        line = make_pipeline(StandardScaler(), RidgeCV(alphas=_ALPHAS))
        line.fit(_table(fitted_on, at), labels)
        found = line.predict(_table(chosen_on, at)).clip(SCORES[0], SCORES[-1])
        error = float(np.square(found - wanted).mean())
        if error < least:
            about = Probed(
                num_examples=len(train),
                layer=depths[at // len(_POOLED)],
                num_layers=num_layers,
                pooled=_POOLED[at % len(_POOLED)],
                alpha=float(line[-1].alpha_),
            )
            best, least = Probe(about, line), error
    return best


def spread(scores: NDArray[np.float64]) -> Tensor:
    """Scores between whole ones as distributions: float64 (N, 5).

    A score is clipped to 1 to 5 and shared out to its two neighbours, so that it is the expected
    score and the most probable one is the score rounded.

    Example:
        >>> spread(np.array([2.25, 7.0])).tolist()
        [[0.0, 0.75, 0.25, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 1.0]]
    """
    clipped = torch.from_numpy(scores).clamp(SCORES[0], SCORES[-1])
    distance = (clipped[:, None] - torch.tensor(SCORES, dtype=torch.float64)).abs()
    return (1 - distance).clamp(min=0)


def _table(states: Tensor, at: int) -> NDArray[np.float64]:
    return states[:, at].double().numpy()
