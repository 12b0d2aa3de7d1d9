"""The judge as a reward of TRL's GRPOTrainer and RLOOTrainer. Needs no package of its own.

trainer = GRPOTrainer(..., reward_funcs=judge_reward("build/judge", "Factual accuracy"))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from autograder.errors import ConfigError, DataError
from autograder.integrations import load_once
from autograder.judging.grader import Grader
from autograder.schema import Request
from autograder.tables.messages import conversation_text, message_text

Chat = Sequence[Mapping[str, Any]]
"""Messages with `role` and `content`."""


class Reward(Protocol):
    """What TRL calls: with lists of equal length, one entry a completion."""

    __name__: str

    def __call__(
        self, prompts: Sequence[str | Chat], completions: Sequence[str | Chat], **columns: Any
    ) -> list[float | None]: ...


def judge_reward(
    judge: Grader | Path | str,
    rubric: str | None = None,
    *,
    rubric_column: str | None = None,
    reference_column: str | None = None,
    name: str = "judge_reward",
) -> Reward:
    """A reward function: (expected score - 1) / 4, so 0.0 for a sure 1 and 1.0 for a sure 5.

    Prompts and completions are texts or messages. An empty completion gets 0.0 without being
    graded. Where a rubric of the data set is too long for the judge the reward is None, by which
    TRL leaves the completion out.

    Args:
        judge: a judge, or one by its name as in `Judge.load`, which is then loaded now.
        rubric: what a good completion is, for all prompts; or:
        rubric_column: the column of the data set that holds each prompt's rubric.
        reference_column: the column that holds an answer that deserves a 5; one that is empty
            or None is none.
        name: under which TRL logs the reward.

    Raises:
        ConfigError: not exactly one of `rubric` and `rubric_column` is given.
        DataError: `rubric` is too long for the judge.
        ModelError: there is no such judge.

    The function itself raises:
        DataError: the data set lacks a column, or a rubric in it is empty or no text.
    """
    if (rubric is None) == (rubric_column is None) or (rubric is not None and not rubric.strip()):
        fault = "rubric: give either a text that is not empty or rubric_column"
        raise ConfigError("judge_reward", [fault])
    grader = load_once(judge) if isinstance(judge, str | Path) else judge
    if rubric is not None:
        grader.encoder.encode_request(
            Request("?", "?", rubric)
        )  # raises here rather than in the first step

    def reward(
        prompts: Sequence[str | Chat], completions: Sequence[str | Chat], **columns: Any
    ) -> list[float | None]:
        rubrics = [rubric] * len(prompts) if rubric else _column(columns, rubric_column)
        references: Sequence[Any] = [None] * len(prompts)
        if reference_column is not None:
            references = _column(columns, reference_column, optional=True)
        rewards: list[float | None] = [None] * len(prompts)
        waiting: dict[int, Request] = {}
        texts = zip(prompts, completions, rubrics, references, strict=True)
        for at, (prompt, completion, text, reference) in enumerate(texts):
            request = Request(_prompt(prompt), _completion(completion), text, reference or "")
            if not request.response.strip():
                rewards[at] = 0.0
            elif _fits(grader, request):
                waiting[at] = request
        verdicts = grader.evaluate_many(waiting.values())
        for at, verdict in zip(waiting, verdicts, strict=True):
            rewards[at] = (verdict.expected_score - 1) / 4
        return rewards

    reward.__name__ = name
    return reward


def _column(columns: Mapping[str, Any], name: str | None, *, optional: bool = False) -> Any:
    assert name is not None
    if name not in columns:
        # TRL's own arguments are no columns, but telling them apart would break with its next.
        known = ", ".join(sorted(columns))
        raise DataError(f"the data set has no such column; passed on are: {known}", field=name)
    for row, text in enumerate(columns[name]):
        if optional and text is None:
            continue
        if not isinstance(text, str) or not (optional or text.strip()):
            raise DataError(f"expected a text, got {text!r:.60}", field=f"{name}[{row}]")
    return columns[name]


def _fits(judge: Grader, request: Request) -> bool:
    # Found out beforehand: one rubric of many that is too long must not end a training run.
    try:
        judge.encoder.encode_request(request)
    except DataError:
        return False
    return True


def _prompt(prompt: str | Chat) -> str:
    if isinstance(prompt, str):
        return prompt
    return conversation_text((str(m["role"]), message_text(m.get("content"))) for m in prompt)


def _completion(completion: str | Chat) -> str:
    """The text of the last message, which after calls of tools is the answer."""
    if isinstance(completion, str):
        return completion
    return message_text(completion[-1].get("content")) if completion else ""
