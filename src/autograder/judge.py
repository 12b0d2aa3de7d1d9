"""The judge in use: load it, give it texts, get verdicts.

judge = Judge.load("build/judge")
verdict = judge.evaluate("What is 2+2?", "2+2=5", "Factual accuracy")
verdict.score, verdict.expected_score, verdict.reasoning
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from autograder import config as configuration
from autograder.errors import ModelError
from autograder.model.backbone import (
    Backbone,
    choose_dtype,
    default_device,
    load_base,
    read_adapter,
)
from autograder.model.batch import collate
from autograder.model.encode import Encoded
from autograder.model.loss import expected_score
from autograder.prompt import TEMPLATE_VERSION, read_reasoning
from autograder.schema import Verdict


def read_judge(folder: Path) -> dict[str, Any]:
    """The description of a published judge.

    Raises:
        ModelError: the folder holds none.
    """
    try:
        values = json.loads((folder / "judge.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{folder}: holds no judge ({error}); train one with `dvc repro`"
        ) from None
    wanted = {"base", "template_version", "digit_ids", "temperature", "params"}
    if not isinstance(values, dict) or wanted - values.keys():
        raise ModelError(f"{folder}: judge.json is not one of ours; train a judge with `dvc repro`")
    return values


class Request(NamedTuple):
    """One response to grade."""

    prompt: str
    response: str
    rubric: str
    reference: str = ""


class Judge:
    """A base model with a trained adapter that grades responses.

    Args:
        backbone: the model, in evaluation mode from here on.
        temperature: divides the digits' logits.
        batch_size: responses in one forward pass.
    """

    def __init__(self, backbone: Backbone, temperature: float = 1.0, batch_size: int = 5) -> None:
        self.backbone = backbone.eval()
        self.encoder = backbone.encoder
        self.temperature = temperature
        self.batch_size = batch_size

    @classmethod
    def load(cls, folder: Path | str = "build/judge", device: str = "auto") -> Judge:
        """Load a judge that `dvc repro` has trained.

        Raises:
            ModelError: the folder holds no judge, or one of another template.
            SourceError: its base model is not here and cannot be fetched.
        """
        folder = Path(folder)
        values = read_judge(folder)
        if values["template_version"] != TEMPLATE_VERSION:
            raise ModelError(
                f"{folder}: was trained with template {values['template_version']}, this version "
                f"renders template {TEMPLATE_VERSION}; train it anew"
            )
        config = configuration.parse_groups(
            values["params"], ("model", "quantization"), str(folder / "judge.json")
        )
        where = default_device() if device == "auto" else torch.device(device)
        dtype = choose_dtype(config.quantization.compute_dtype, where)
        base, encoder = load_base(config.model, config.quantization, device=where, dtype=dtype)
        if list(encoder.digit_ids) != values["digit_ids"]:
            raise ModelError(f"{folder}: was trained with another tokenizer than the base has")
        backbone = Backbone(read_adapter(base, folder), encoder).to(where)
        return cls(backbone, values["temperature"])

    def evaluate(
        self,
        prompt: str,
        response: str,
        rubric: str,
        reference: str = "",
        *,
        reasoning: bool = True,
    ) -> Verdict:
        """Grade one response, beside a reference answer if there is one.

        Raises:
            DataError: rubric and prompt are too long for the model.
        """
        request = Request(prompt, response, rubric, reference)
        (verdict,) = self.evaluate_many([request], reasoning=reasoning)
        return verdict

    def evaluate_many(
        self, requests: Iterable[Request | tuple[str, str, str]], *, reasoning: bool = False
    ) -> Iterator[Verdict]:
        """Grade responses lazily and in order, a batch at a time."""
        waiting = iter(requests)
        while chunk := list(islice(waiting, self.batch_size)):
            encoded = [self.encoder.encode(*request) for request in chunk]
            probabilities = self.probabilities(encoded)
            scores = (probabilities.argmax(dim=1) + 1).tolist()
            texts: Sequence[str | None] = [None] * len(chunk)
            if reasoning:
                texts = self.reason(encoded, scores)
            means = expected_score(probabilities).tolist()
            for example, score, mean, row, text in zip(
                encoded, scores, means, probabilities.tolist(), texts, strict=True
            ):
                yield Verdict(score, mean, tuple(row), row[score - 1], text, example.truncated)

    @torch.no_grad()
    def digit_logits(self, encoded: Sequence[Encoded]) -> Tensor:
        """Logits of the five digits where the score stands: float32 (N, 5) on the CPU."""
        backbone = self.backbone
        rows = []
        for start in range(0, len(encoded), self.batch_size):
            batch = collate(encoded[start : start + self.batch_size], self.encoder.pad_id)
            logits = backbone(batch.to(backbone.device))[batch.is_score]
            rows.append(logits[:, backbone.digit_ids].float().cpu())
        return torch.cat(rows) if rows else torch.empty(0, 5)

    def probabilities(self, encoded: Sequence[Encoded]) -> Tensor:
        """Calibrated score distributions: float32 (N, 5) on the CPU."""
        return (self.digit_logits(encoded) / self.temperature).softmax(dim=1)

    @torch.no_grad()
    def reason(
        self, encoded: Sequence[Encoded], scores: Sequence[int], max_new_tokens: int = 64
    ) -> list[str]:
        """Generate a reasoning for each given score, greedily.

        The score stands already; nothing in the generated text can change it.
        """
        return [
            read_reasoning(text)
            for start in range(0, len(encoded), self.batch_size)
            for text in self._generate(
                encoded[start : start + self.batch_size],
                scores[start : start + self.batch_size],
                max_new_tokens,
            )
        ]

    def _generate(
        self, encoded: Sequence[Encoded], scores: Sequence[int], max_new_tokens: int
    ) -> list[str]:
        encoder = self.encoder
        rows = [
            [*example.prefix, *example.response, encoder.digit_ids[score - 1]]
            for example, score in zip(encoded, scores, strict=True)
        ]
        longest = max(map(len, rows))
        ids = torch.tensor([[encoder.pad_id] * (longest - len(row)) + row for row in rows])
        mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows])
        causal: Any = self.backbone.causal
        generated = causal.generate(
            input_ids=ids.to(self.backbone.device),
            attention_mask=mask.to(self.backbone.device),
            max_new_tokens=max_new_tokens,
            do_sample=False,
            temperature=None,
            top_p=None,
            top_k=None,
            repetition_penalty=None,
            eos_token_id=encoder.end_id,
            pad_token_id=encoder.pad_id,
        )
        texts: list[str] = encoder.tokenizer.batch_decode(
            generated[:, longest:], skip_special_tokens=True
        )
        return texts
