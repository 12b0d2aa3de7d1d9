"""The judge as a metric of deepeval, in the manner of its G-Eval.

assert_test(test_case, [JudgeMetric("Accuracy", rubric="Factual accuracy", threshold=0.7)])
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograder.errors import ConfigError, DataError
from autograder.integrations import load_once, needs
from autograder.judging.grader import Grader
from autograder.schema import Request, Verdict

with needs("deepeval", "see docs/integrations.md for an environment that holds both"):
    from deepeval.metrics import BaseMetric
    from deepeval.metrics.utils import check_llm_test_case_params
    from deepeval.test_case import LLMTestCase, SingleTurnParams


class JudgeMetric(BaseMetric):  # type: ignore[misc]  # deepeval is untyped here
    """Grades `actual_output` as the answer to `input`, by a rubric.

    `score` is (expected score - 1) / 4: 0.0 for a sure 1, 1.0 for a sure 5; in strict mode 1.0
    where the most probable score is 5, else 0.0. An empty `actual_output` gets 0.0 without being
    graded. `success` is a score of at least `threshold`. `score_breakdown` has the verdict.

    Args:
        name: in deepeval's reports.
        rubric: what a good answer is.
        threshold: 0 to 1; in strict mode it is 1. None measures without passing or failing.
        model: a judge, or one by its name as in `Judge.load`, which is then loaded now, once for
            a process.
        reference_from_expected_output: show `expected_output`, where a test case has one, to
            the judge as an answer that deserves a 5.
        include_reason: generate the reasoning, which takes many times as long as the score.
        strict_mode: pass nothing but a 5.
        async_mode: deepeval may measure several test cases at once.

    Raises:
        ConfigError: an argument makes no sense.
        ModelError: there is no such judge.
    """

    score: float | None
    reason: str | None
    error: str | None
    score_breakdown: dict[str, float] | None

    # deepeval copies a metric for each test case by passing the attributes that are named like
    # parameters to the constructor again: each parameter has to be kept under its own name.
    def __init__(
        self,
        name: str,
        rubric: str,
        threshold: float | None = 0.5,
        model: Grader | Path | str | None = None,
        reference_from_expected_output: bool = True,
        include_reason: bool = True,
        strict_mode: bool = False,
        async_mode: bool = True,
    ) -> None:
        _check(rubric, threshold)
        self.name = name
        self.rubric = rubric
        self.threshold = 1.0 if strict_mode else threshold
        self.model = model
        self.reference_from_expected_output = reference_from_expected_output
        self.include_reason = include_reason
        self.strict_mode = strict_mode
        self.async_mode = async_mode
        self._judge = load_once(model) if isinstance(model, str | Path | None) else model
        self.evaluation_model = self._judge.model

    def measure(self, test_case: LLMTestCase, *args: Any, **kwargs: Any) -> float:
        """Grade a test case; deepeval's own switches make no difference."""
        request = self._request(test_case)
        if not request.response.strip():
            return self._take(None)
        try:
            return self._take(self._judge.evaluate(*request.texts, reasoning=self.include_reason))
        except DataError as error:
            self.error = str(error)
            raise

    async def a_measure(self, test_case: LLMTestCase, *args: Any, **kwargs: Any) -> float:
        """`measure`, while other work goes on."""
        request = self._request(test_case)
        if not request.response.strip():
            return self._take(None)
        try:
            return self._take(
                await self._judge.aevaluate(*request.texts, reasoning=self.include_reason)
            )
        except DataError as error:
            self.error = str(error)
            raise

    @property
    def __name__(self) -> str:
        return f"{self.name} [Judge]"

    def _request(self, test_case: LLMTestCase) -> Request:
        self.error = None
        wanted = [SingleTurnParams.INPUT, SingleTurnParams.ACTUAL_OUTPUT]
        check_llm_test_case_params(test_case, wanted, None, None, self, None)
        if test_case.multimodal:
            self.error = f"{self.__name__} reads text only; the test case has images"
            raise DataError(self.error)
        expected = test_case.expected_output if self.reference_from_expected_output else None
        return Request(test_case.input, test_case.actual_output, self.rubric, expected or "")

    def _take(self, verdict: Verdict | None) -> float:
        if verdict is None:
            score = 0.0
            self.reason, self.score_breakdown = "no answer", None
        else:
            expected, is_best = verdict.expected_score, verdict.score == 5
            score = float(is_best) if self.strict_mode else (expected - 1) / 4
            self.reason = verdict.reasoning
            shares = {f"p{k}": p for k, p in enumerate(verdict.probabilities, start=1)}
            self.score_breakdown = {
                "score": verdict.score,
                "expected_score": expected,
                "confidence": verdict.confidence,
                **shares,
            }
        self.score = score
        self.success = self.is_successful()
        return score


def _check(rubric: object, threshold: object) -> None:
    faults = []
    if not isinstance(rubric, str) or not rubric.strip():
        faults.append(f"rubric: expected a text that is not empty, got {rubric!r:.60}")
    if threshold is not None and not (isinstance(threshold, int | float) and 0 <= threshold <= 1):
        faults.append(f"threshold: expected a number from 0 to 1, got {threshold!r:.60}")
    if faults:
        raise ConfigError("JudgeMetric", faults)
