"""The judge as a scorer of inspect_ai, which the extra `inspect` installs.

Task(dataset=..., solver=generate(), scorer=judge_scorer("Factual accuracy"))
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from autograder.errors import ConfigError, DataError
from autograder.extras import how_to_install
from autograder.integrations import load_once, needs
from autograder.judging.folder import read_judge
from autograder.judging.grader import Grader
from autograder.judging.naming import find_judge
from autograder.schema import Request, Verdict
from autograder.tables.messages import conversation_text

with needs("inspect_ai", how_to_install("inspect")):
    from inspect_ai.scorer import Score, Scorer, Target, mean, scorer, stderr
    from inspect_ai.solver import TaskState


@scorer(metrics=[mean(), stderr()])  # type: ignore[untyped-decorator]  # inspect_ai may be missing
def judge_scorer(
    rubric: str,
    model: str | None = None,
    *,
    pass_at: float | None = None,
    value: Literal["expected_score", "score"] = "expected_score",
    reference_from_target: bool = False,
    reasoning: bool = True,
) -> Scorer:
    """Grade each sample's output by a rubric.

    The score's `value` is the expected score, 1.0 to 5.0, or with `value="score"` the most
    probable one, or with `pass_at` 1.0 where that is reached and 0.0 where not, so that the mean
    is the pass rate. An empty output gets the lowest value without being graded. A sample that
    cannot be graded, because texts are too long, is left unscored. `metadata` has the whole
    verdict, `explanation` its reasoning.

    Args:
        rubric: what a good output is.
        model: a judge by its name, as in `Judge.load`; loaded at the first sample, once for a
            process.
        pass_at: a score, 1 to 5, that `value` has to reach.
        value: which of the verdict's two scores counts.
        reference_from_target: show the sample's target to the judge as an answer that
            deserves a 5.
        reasoning: generate it, which takes many times as long as the score.

    Raises:
        ConfigError: an argument makes no sense.
        ModelError: there is no such judge.
    """
    _check(rubric, pass_at, value)
    folder = find_judge(model)
    read_judge(folder)

    async def score(state: TaskState, target: Target) -> Score:
        answer = state.output.completion
        if not answer.strip():
            lowest = 1.0 if pass_at is None else 0.0
            return Score(value=lowest, answer=answer, explanation="no answer", reason="no_response")
        judge = await _in_thread(load_once, folder)
        reference = target.text if reference_from_target else ""
        request = Request(_prompt(state), answer, rubric, reference)
        try:
            verdict = await _grade(judge, request, reasoning)
        except DataError as error:
            return Score.unscored(reason="grader_failed", answer=answer, explanation=str(error))
        number = float(getattr(verdict, value))
        return Score(
            value=number if pass_at is None else float(number >= pass_at),
            answer=answer,
            explanation=verdict.reasoning,
            metadata=_metadata(verdict),
        )

    return score


async def _grade(judge: Grader, request: Request, reasoning: bool) -> Verdict:
    from sniffio import current_async_library

    if current_async_library() == "asyncio":
        verdict: Verdict = await judge.aevaluate(*request.texts, reasoning=reasoning)
    else:  # INSPECT_ASYNC_BACKEND=trio
        verdict = await _in_thread(partial(judge.evaluate, *request.texts, reasoning=reasoning))
    return verdict


async def _in_thread(work: Callable[..., Any], *values: Any) -> Any:
    from anyio import to_thread  # inspect_ai brings it

    return await to_thread.run_sync(work, *values)


def _prompt(state: TaskState) -> str:
    if isinstance(state.input, str):
        return state.input
    return conversation_text((message.role, message.text) for message in state.input)


def _metadata(verdict: Verdict) -> dict[str, Any]:
    return {
        "score": verdict.score,
        "expected_score": verdict.expected_score,
        "confidence": verdict.confidence,
        "probabilities": list(verdict.probabilities),
        "truncated": list(verdict.truncated),
        "judge": verdict.model,
    }


def _check(rubric: object, pass_at: object, value: object) -> None:
    faults = []
    if not isinstance(rubric, str) or not rubric.strip():
        faults.append(f"rubric: expected a text that is not empty, got {rubric!r:.60}")
    if pass_at is not None and not (isinstance(pass_at, int | float) and 1 <= pass_at <= 5):
        faults.append(f"pass_at: expected a score from 1 to 5, got {pass_at!r:.60}")
    if value not in {"expected_score", "score"}:
        faults.append(f"value: expected expected_score or score, got {value!r:.60}")
    if faults:
        raise ConfigError("judge_scorer", faults)
