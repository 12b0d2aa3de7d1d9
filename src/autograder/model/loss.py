"""The training loss: weighted cross-entropy on the verdict, and a regression-aware term."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

from autograder.model.batch import IGNORE_INDEX
from autograder.model.scores import expected_score


@dataclass(frozen=True)
class LossParts:
    """The loss and what it is made of, each a scalar tensor.

    Attributes:
        total: what is minimised.
        score: mean cross-entropy of the score tokens, in nats.
        reasoning: mean cross-entropy of the reasoning tokens, in nats; NaN where there are none.
        regression: mean squared error of the expected score.
    """

    total: Tensor
    score: Tensor
    reasoning: Tensor
    regression: Tensor


def score_probabilities(logits: Tensor, digit_ids: Tensor, temperature: float = 1.0) -> Tensor:
    """Distribution over the five scores.

    Args:
        logits: (N, vocabulary) where the score token is predicted, any float dtype.
        digit_ids: int64 (5,), token ids of the digits 1 to 5.
        temperature: divides the logits; above 1 flattens.

    Returns:
        float32 (N, 5).
    """
    return (logits[:, digit_ids].float() / temperature).softmax(dim=-1)


def judge_loss(
    logits: Tensor,
    labels: Tensor,
    is_score: Tensor,
    scores: Tensor,
    digit_ids: Tensor,
    *,
    score_weight: float = 1.0,
    reasoning_weight: float = 1.0,
    regression_weight: float = 0.0,
) -> LossParts:
    """Loss over T verdict tokens of N examples.

        sum_t w_t CE_t / sum_t w_t  +  lambda / N sum_i (sum_k k p_i(k) - y_i)^2

    With weights of one and lambda 0 this is transformers' own causal language-model loss over
    the same labels. The second term is the regression-aware fine-tuning of Lukasik et al.
    (RAFT, 2024) as used for judges by Chiang et al. (TRACT, 2025); p is the softmax over the
    five digit tokens alone.

    Args:
        logits: (T, vocabulary), any float dtype.
        labels: int64 (T,); `IGNORE_INDEX` carries no loss.
        is_score: bool (T,), true once for every example, in the order of `scores`.
        scores: int64 (N,), 1 to 5.
        digit_ids: int64 (5,).
        score_weight, reasoning_weight: w_t of a score token and of any other verdict token.
        regression_weight: lambda.
    """
    entropy = F.cross_entropy(logits.float(), labels, ignore_index=IGNORE_INDEX, reduction="none")
    counted = labels != IGNORE_INDEX
    is_reasoning = counted & ~is_score
    weights = score_weight * (is_score & counted) + reasoning_weight * is_reasoning
    token_loss = (weights * entropy).sum() / weights.sum().clamp_min(1e-9)
    probabilities = score_probabilities(logits[is_score], digit_ids)
    regression = (expected_score(probabilities) - scores).square().mean()
    return LossParts(
        total=token_loss + regression_weight * regression,
        score=entropy[is_score].mean().detach(),
        reasoning=(entropy * is_reasoning).sum().detach() / is_reasoning.sum(),
        regression=regression.detach(),
    )
