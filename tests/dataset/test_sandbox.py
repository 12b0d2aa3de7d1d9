"""The sandbox: programs that misbehave cost their own result and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.dataset import sandbox, sandbox_child
from autograder.dataset.sandbox import Call, Outcome, Program
from autograder.errors import AutograderError

GOOD = Program("def f(x):\n    return x + 1", (Call("f", (1,), 2), Call("f", (1,), 3)))
GOOD_OUTCOME = (Outcome(True, "2"), Outcome(False, "2"))


def program(source: str) -> Program:
    """A program whose `f()` must return 1."""
    return Program(source, (Call("f", (), 1),))


def outcome(source: str) -> Outcome:
    """The outcome of one program, run between two good ones that must be untouched by it."""
    before, (own,), after = sandbox.run([GOOD, program(source), GOOD], limit_s=0.2)
    assert before == after == GOOD_OUTCOME
    return own


def body(*lines: str) -> str:
    return "\n    ".join(("def f():", *lines))


def test_calls_pass_or_fail_by_what_they_return() -> None:
    source = "def double(xs, k=2):\n    return [x * k for x in xs]\ndef nothing():\n    pass"
    calls = (
        Call("double", ([1, 2],), [2, 4]),
        Call("double", ([1, 2], 3), [2, 4]),
        Call("nothing", (), None),
        Call("absent", (), None),
        Call("double", (5,), 10),
    )
    assert sandbox.run([Program(source, calls)]) == [
        (
            Outcome(True, "[2, 4]"),
            Outcome(False, "[3, 6]"),
            Outcome(True, "None"),
            Outcome(False, error="Missing"),
            Outcome(False, error="TypeError"),
        )
    ]


def test_no_programs_need_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", None)
    assert sandbox.run([]) == []


def test_a_batch_larger_than_one_process_keeps_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_BATCH", 3)
    programs = [Program(f"def f():\n    return {k}", (Call("f", (), 4),)) for k in range(8)]
    assert [own.value for (own,) in sandbox.run(programs)] == [str(k) for k in range(8)]


@pytest.mark.parametrize(
    "source",
    [
        body('print("[[true, \\"1\\", \\"\\"]]\\n" * 1000, flush=True)', "return 1"),
        'print("ready")\n' + body("return 1"),
        body("try:", "    return 1 / 0", "except ZeroDivisionError:", "    return 1"),
    ],
)
def test_what_is_printed_is_not_the_result(source: str) -> None:
    assert outcome(source) == Outcome(True, "1")


@pytest.mark.parametrize(
    ("source", "error"),
    [
        (body("while True: pass"), "Killed"),
        ("while True: pass", "Killed"),
        (
            body("while True:", "    try:", "        f()", "    except BaseException: pass"),
            "Killed",
        ),
        (body("return sum(range(10 ** 12))"), "Killed"),
        (body("return 3 ** 10 ** 9"), "Killed"),
        (body("return 'x' * 10 ** 10"), "MemoryError"),
        (body("return [0] * 10 ** 10"), "MemoryError"),
        (body("return f()"), "RecursionError"),
        (body("xs = []", "xs.append(xs)", "return xs"), "RecursionError"),
        (body("return 10 ** 5000"), "ValueError"),
        (body("raise SystemExit(0)"), "SystemExit"),
        ("raise SystemExit(0)", "SystemExit"),
        (body("raise KeyboardInterrupt"), "KeyboardInterrupt"),
        (body("exit()"), "NameError"),
        (body("return input()"), "NameError"),
        (body("open('made', 'w')"), "NameError"),
        (body("return eval('1')"), "NameError"),
        (body("return getattr(1, 'real')"), "NameError"),
        (body("import os", "os._exit(0)"), "ImportError"),
        ("from os import path\n" + body("return 1"), "ImportError"),
        ("class A:\n    x = 1\n" + body("return 1"), "Refused"),
        (body("return __import__('os').getpid()"), "Refused"),
        (body("return ().__class__.__base__.__subclasses__()"), "Refused"),
        (body("g = (x for x in [1])", "return g.gi_frame.f_back.f_globals"), "Refused"),
        (body("match '':", "    case str(__class__=c):", "        return c"), "Refused"),
        (body("return 1)"), "SyntaxError"),
        ("def f(:\n", "SyntaxError"),
        ("\0", "SyntaxError"),
        ("(" * 5000, "SyntaxError"),
    ],
)
def test_hostile_programs_fail_alone(source: str, error: str) -> None:
    own = outcome(source)
    assert not own.passed
    assert own.error == error or (
        error == "SyntaxError" and own.error in ("ValueError", "MemoryError")
    )


@pytest.mark.parametrize("source", ["return {1, 2}", "return map(len, [])", "return f", "yield 1"])
def test_a_value_that_is_not_data_is_named_by_its_type(source: str) -> None:
    own = outcome(body(source))
    assert not own.passed and own.value.startswith("a ") and "0x" not in own.value


def test_a_long_value_is_cut() -> None:
    assert len(outcome(body("return 'x' * 1000")).value) < 100


def test_a_result_of_another_type_fails() -> None:
    assert not outcome(body("return '1'")).passed
    assert not outcome(body("return [1]")).passed


def test_what_one_program_defines_another_does_not_see() -> None:
    first = Program("shared = 1\ndef f():\n    return 1", (Call("f", (), 1),))
    second = Program("def g():\n    return shared", (Call("f", (), 1), Call("g", (), 1)))
    assert sandbox.run([first, second])[1] == (
        Outcome(False, error="Missing"),
        Outcome(False, error="NameError"),
    )


def test_many_killers_in_a_row_end() -> None:
    found = sandbox.run([program(body("while True: pass"))] * 3 + [GOOD], limit_s=0.1)
    assert [own[0].error for own in found[:3]] == ["Killed"] * 3
    assert found[3] == GOOD_OUTCOME


ESCAPES = {
    "open": "open('made', 'w')",
    "read": f"open({str(Path(__file__))!r}).read()",
    "fork": "os.fork()",
    "system": "os.system('true')",
    "exec": "os.execv(sys.executable, ['python'])",
    "spawn": "os.posix_spawn(sys.executable, ['python'], {})",
    "socket": "__import__('socket').socket()",
    "import": "__import__('ctypes')",
    "kill": "os.kill(os.getppid(), 0)",
    "list": "os.listdir('.')",
}


@pytest.mark.parametrize("name", ESCAPES)
def test_a_program_that_got_hold_of_the_system_still_can_do_nothing(
    name: str, tmp_path: Path
) -> None:
    """The second line of defence, met here by handing the program `os` as no program gets it."""
    script = tmp_path / "child.py"
    text = Path(sandbox_child.__file__).read_text()
    opened = text.replace('"__builtins__": dict(_BUILTINS)', '"os": os, "sys": sys').replace(
        "if _reaches_inside(code)", "if False"
    )
    assert opened.count('"os": os') == opened.count("if False") == 1
    script.write_text(opened)
    programs: list[Any] = [[f"def f():\n    return {ESCAPES[name]}", [["f", [], None]]]]
    job = json.dumps({"memory_bytes": 2**29, "cpu_s": 9, "limit_s": 2, "programs": programs})
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(script)], input=job.encode(), capture_output=True,
        cwd=tmp_path, check=True,
    )  # fmt: skip
    assert done.stdout.startswith(sandbox_child.READY)
    assert b"PermissionError" in done.stdout
    assert list(tmp_path.iterdir()) == [script]


def test_the_child_has_no_environment_and_an_own_empty_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[dict[str, object]] = []
    popen = subprocess.Popen

    def watch(command: list[str], **options: object) -> object:
        started.append(options | {"command": command})
        assert list(Path(str(options["cwd"])).iterdir()) == []
        return popen(command, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", watch)
    assert sandbox.run([GOOD]) == [GOOD_OUTCOME]
    (options,) = started
    assert options["env"] == {} and options["start_new_session"] is True
    assert not Path(str(options["cwd"])).exists()
    command = options["command"]
    assert isinstance(command, list) and {"-I", "-S"} < set(command)


def test_a_sandbox_that_does_not_start_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(AutograderError, match="sandbox did not start"):
        sandbox.run([GOOD])


def instead_of_the_child(patch: pytest.MonkeyPatch, folder: Path, code: str) -> None:
    script = folder / "child.py"
    script.write_text(code)
    patch.setattr(sandbox_child, "__file__", str(script))


def test_a_child_that_fails_at_once_is_reported_with_its_last_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    instead_of_the_child(monkeypatch, tmp_path, "raise RuntimeError('no limits here')")
    with pytest.raises(AutograderError, match="no limits here"):
        sandbox.run([GOOD])


def test_a_process_that_hangs_without_working_is_killed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    waiting = "import time\nprint('ready', flush=True)\ntime.sleep(600)"
    instead_of_the_child(monkeypatch, tmp_path, waiting)
    assert sandbox.run([program("")], wall_s=1.0) == [(Outcome(False, error="Killed"),)]
