"""Measures of the generated reasoning; it is never graded for the score."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.evaluation.overlap import invented_evidence, names_score, rouge_l
from autograder.evaluation.result_models import Reasoned, Reasoning
from autograder.schema import Example


def look_at(example: Example, score: int, reasoning: str, *, ended: bool) -> Reasoned:
    """Measure one generated reasoning."""
    return Reasoned(
        id=example.id,
        score=score,
        reasoning=reasoning,
        is_valid=ended and len(reasoning.split()) >= 3,
        named_score=names_score(reasoning),
        invented=invented_evidence(reasoning, [example.prompt, example.response, example.rubric]),
        rouge_l=rouge_l(reasoning, example.reasoning),
    )


def measure_reasoning(rows: Sequence[Reasoned], token_loss: float | None) -> Reasoning:
    """The sample's measures; null where nothing in the sample defines one.

    Args:
        rows: the sample.
        token_loss: mean cross-entropy of the reference reasonings' tokens, in nats.
    """
    named = [row for row in rows if row.named_score is not None]
    evident = [row.invented for row in rows if row.invented is not None]
    reasons = {
        "agrees_with_score": None if named else "no reasoning of the sample names a score",
        "invented_evidence": None if evident else "no number or quotation in the sample",
    }
    return Reasoning(
        num_examples=len(rows),
        valid=_mean([float(row.is_valid) for row in rows]),
        names_a_score=_mean([float(row.named_score is not None) for row in rows]),
        agrees_with_score=_mean([float(row.named_score == row.score) for row in named]),
        invented_evidence=_mean(evident),
        rouge_l=_mean([row.rouge_l for row in rows]),
        token_loss=token_loss,
        undefined={name: reason for name, reason in reasons.items() if reason},
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
