"""Runs JudgeMetric in deepeval, with every connection refused; prints what came out as JSON.

Started by test_deepeval.py with a judge's folder, in an empty folder of its own.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from functools import partial
from typing import Any

connections: list[str] = []


def refuse(*arguments: Any, **_: Any) -> None:
    connections.append(repr(arguments[-1]))
    raise OSError("no network in this test")


# Ignored by mypy's leave: the point is to put something else in their place.
socket.socket.connect = refuse  # type: ignore[method-assign]  # nothing may go out
socket.socket.connect_ex = refuse  # type: ignore[method-assign,assignment]
socket.getaddrinfo = refuse  # type: ignore[assignment]

from deepeval import assert_test, evaluate  # noqa: E402
from deepeval.errors import MissingTestCaseParamsError  # noqa: E402
from deepeval.evaluate.configs import AsyncConfig, ErrorConfig  # noqa: E402
from deepeval.metrics import BaseMetric  # noqa: E402
from deepeval.test_case import LLMTestCase  # noqa: E402

from autograder.errors import AutograderError  # noqa: E402
from autograder.integrations.deepeval import JudgeMetric  # noqa: E402

folder = sys.argv[1]
RUBRIC = "Is it right?"
CASES = [
    LLMTestCase(input="How many legs has a spider?", actual_output="Eight legs."),
    LLMTestCase(
        input="Name a metal.", actual_output="Iron, or so they say.", expected_output="Tin"
    ),
    LLMTestCase(input="Say nothing.", actual_output=" "),
]


def state(metric: JudgeMetric) -> dict[str, Any]:
    names = ("score", "reason", "success", "threshold", "error", "evaluation_model")
    return {name: getattr(metric, name) for name in (*names, "score_breakdown")} | {
        "name": metric.__name__,
        "is_successful": metric.is_successful(),
    }


def error_of(call: Any) -> list[str]:
    try:
        call()
    except (AssertionError, AutograderError, MissingTestCaseParamsError) as error:
        return [type(error).__name__, str(error)]
    return []


def measured(case: LLMTestCase, **options: Any) -> dict[str, Any]:
    metric = JudgeMetric("Legs", RUBRIC, model=folder, **options)
    returned = metric.measure(case)
    assert returned == metric.score
    return state(metric)


found: dict[str, Any] = {"is_metric": issubclass(JudgeMetric, BaseMetric)}
found["measured"] = [measured(case) for case in CASES]
found["strict"] = [measured(case, strict_mode=True) for case in CASES]
found["quick"] = measured(CASES[1], include_reason=False, reference_from_expected_output=False)
found["unbounded"] = measured(CASES[0], threshold=None)

metric = JudgeMetric("Legs", RUBRIC, model=folder)
asyncio.run(metric.a_measure(CASES[0]))
found["async"] = state(metric)

missing = LLMTestCase(input="Name a metal.", actual_output=None)
found["missing"] = error_of(lambda: metric.measure(missing))
long = JudgeMetric("Long", "long " * 3000, model=folder)
found["long"] = [*error_of(lambda: long.measure(CASES[0])), long.error, long.is_successful()]
found["recovered"] = error_of(lambda: metric.measure(CASES[0])) or state(metric)
found["wrong"] = error_of(lambda: JudgeMetric("x", " ", threshold=3, model=folder))

lenient, severe = (JudgeMetric("Legs", RUBRIC, t, model=folder) for t in (0.0, 1.0))
for name, metric in (("assert passes", lenient), ("assert fails", severe)):
    found[name] = [
        error_of(partial(assert_test, CASES[0], [metric], run_async=way)) for way in (True, False)
    ]

for way in (True, False):
    result = evaluate(
        CASES[:2],
        [
            JudgeMetric("Legs", RUBRIC, 0.5, folder),
            JudgeMetric("Strict", RUBRIC, model=folder, strict_mode=True),
            long,
        ],
        async_config=AsyncConfig(run_async=way),
        error_config=ErrorConfig(ignore_errors=True),
    )
    rows = sorted(result.test_results, key=lambda row: row.input)
    names = ("name", "score", "success", "threshold", "reason", "strict_mode", "error")
    found[f"evaluate {way}"] = [
        [{name: getattr(data, name) for name in names} for data in row.metrics_data] for row in rows
    ]

found["connections"] = connections
print("\nFOUND " + json.dumps(found))
