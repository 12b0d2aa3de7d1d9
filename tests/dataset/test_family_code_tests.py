"""`code_tests`: the stated tests, read from the text and run again, give the scores."""

from __future__ import annotations

import ast
import json
import re
import statistics
import subprocess
import sys
from typing import Any

import pytest

from autograder.dataset import sandbox
from autograder.dataset.families import code_tests
from autograder.dataset.families.code_parts import Exercise
from autograder.errors import DataError
from autograder.schema import Item
from dataset.families_folder import WORDS

RUNNER = """
import contextlib, io, json, sys
results = []
for code, tests in json.load(sys.stdin):
    space, passed = {}, []
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            exec(code, space)
        except SyntaxError:
            pass
        for call, wanted in tests:
            try:
                passed.append(eval(call, space) == eval(wanted))
            except Exception:
                passed.append(False)
    results.append(passed)
json.dump(results, sys.stdout)
"""
TEST = re.compile(
    r"(\w+\([^()]*\)) (?:==|->|gives|returns) (.+?)(?=\)?$|; \w+\(|\. |\.$)", re.MULTILINE
)


def stated_tests(item: Item) -> list[tuple[str, str]]:
    """Call and wanted value, from the prompt or the rubric."""
    found = TEST.findall(item.prompt) or TEST.findall(item.rubric)
    for _, wanted in found:
        ast.literal_eval(wanted)
    return found


def code_of(response: str) -> str:
    """From the first `def` to the last indented line."""
    lines = response.split("\n")
    start = next(k for k, line in enumerate(lines) if line.startswith("def "))
    end = max(k for k, line in enumerate(lines) if line.startswith("    "))
    return "\n".join(lines[start : end + 1])


def run_plainly(jobs: list[tuple[str, list[tuple[str, str]]]]) -> list[list[bool]]:
    """Run without the sandbox; the code is the package's own."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RUNNER],
        input=json.dumps(jobs), capture_output=True, text=True, check=True,
    )  # fmt: skip
    results: list[list[bool]] = json.loads(done.stdout)
    return results


def test_scores_follow_from_running_the_code_of_the_text() -> None:
    items = code_tests.items(300, 7, WORDS)
    jobs, labels = [], []
    for item in items:
        tests = stated_tests(item)
        assert len(tests) == 4, (item.prompt, item.rubric)
        for graded in item.responses:
            jobs.append((code_of(graded.response), tests))
            labels.append((graded.score, item.prompt, graded))
    for passed, (score, prompt, graded) in zip(run_plainly(jobs), labels, strict=True):
        assert score == 1 + sum(passed), (prompt, graded)


def test_reasons_name_calls_with_what_they_really_give() -> None:
    claims: list[tuple[str, str, str]] = []
    for item in code_tests.items(200, 8, WORDS):
        for graded in item.responses:
            for call, value in re.findall(
                r"`(\w+\([^`]*\))` gives ([^`]+?)(?= instead of |, not |[,;]? and `|[,;:)] |\.? )",
                graded.reasoning,
            ):
                try:
                    ast.literal_eval(value)
                except (SyntaxError, ValueError):
                    continue
                claims.append((code_of(graded.response), call, value))
    assert len(claims) > 1000
    checked = run_plainly([(code, [(call, value)]) for code, call, value in claims])
    wrong = [claim for claim, passed in zip(claims, checked, strict=True) if passed != [True]]
    assert not wrong, wrong[:3]


def test_a_rubric_with_a_solution_gives_a_right_one() -> None:
    jobs = []
    for item in code_tests.items(300, 9, WORDS):
        match = re.search(r"(?:Right would be|Reference|Key): (.+?)\.(?: |$)", item.rubric + " ")
        if not match:
            continue
        parts = dict(part.split(" ", 1) for part in match[1].split("; "))
        heads = dict(re.findall(r"(\w+)\(([^()]*)\):", item.prompt))
        assert set(parts) == set(heads)
        code = "\n".join(f"def {n}({heads[n]}):\n    return {body}" for n, body in parts.items())
        jobs.append((code, stated_tests(item)))
    assert len(jobs) > 60
    assert all(passed == [True] * 4 for passed in run_plainly(jobs))


def test_all_templates_are_used_and_slips_and_stubs_are_mixed() -> None:
    items = code_tests.items(600, 3, WORDS)
    names = {call.split("(")[0] for item in items for call, _ in stated_tests(item)}
    assert len(names) > 60
    low = [graded.response for item in items for graded in item.responses[:2]]
    stubs = ("NotImplementedError", "still to be written", "as was asked for", "not depend on")
    share = statistics.mean(any(stub in text for stub in stubs) for text in low)
    assert 0.3 < share < 0.95


def test_one_process_runs_all_items(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    popen = subprocess.Popen

    def count(*args: object, **options: object) -> object:
        started.append(args)
        return popen(*args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", count)
    code_tests.items(100, 1, WORDS)
    assert len(started) == 1


def test_a_template_that_the_run_contradicts_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    right = code_tests._exercise

    def wrong(words: Any, rng: Any) -> Exercise:
        made = right(words, rng)
        first = made.parts[0]
        slipped = type(first)(first.ask, first.test, first.near, first.near, first.near)
        return Exercise(made.head, (slipped, *made.parts[1:]), made.compose, made.loose)

    monkeypatch.setattr(code_tests, "_exercise", wrong)
    with pytest.raises(DataError, match=r"code_tests-0\d+: .+ fails with the response of score"):
        code_tests.items(5, 1, WORDS)


def test_a_killed_program_is_an_error_and_no_label(monkeypatch: pytest.MonkeyPatch) -> None:
    killed = (sandbox.Outcome(False, error="Killed"),) * 4
    monkeypatch.setattr(sandbox, "run", lambda programs: [killed for _ in programs])
    with pytest.raises(DataError, match="against its construction"):
        code_tests.items(1, 1, WORDS)
