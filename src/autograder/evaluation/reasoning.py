"""Measures of the generated reasoning; it is never graded for the score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from autograder.evaluation.overlap import invented_evidence, names_score, rouge_l
from autograder.schema import Example


@dataclass(frozen=True, slots=True)
class Reasoned:
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
    score: int
    reasoning: str
    is_valid: bool
    named_score: int | None
    invented: float | None
    rouge_l: float


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


def measure_reasoning(rows: Sequence[Reasoned], token_loss: float | None) -> dict[str, Any]:
    """The sample's measures; null where nothing in the sample defines one.

    Args:
        rows: the sample.
        token_loss: mean cross-entropy of the reference reasonings' tokens, in nats.
    """
    named = [row for row in rows if row.named_score is not None]
    evident = [row.invented for row in rows if row.invented is not None]
    return {
        "num_examples": len(rows),
        "valid": _mean([float(row.is_valid) for row in rows]),
        "names_a_score": _mean([float(row.named_score is not None) for row in rows]),
        "agrees_with_score": _mean([float(row.named_score == row.score) for row in named]),
        "invented_evidence": _mean(evident),
        "rouge_l": _mean([row.rouge_l for row in rows]),
        "token_loss": token_loss,
        "undefined": {
            name: reason
            for name, reason, known in (
                ("agrees_with_score", "no reasoning of the sample names a score", named),
                ("invented_evidence", "no number or quotation in the sample", evident),
            )
            if not known
        },
    }


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def to_row(reasoned: Reasoned) -> dict[str, Any]:
    return asdict(reasoned)
