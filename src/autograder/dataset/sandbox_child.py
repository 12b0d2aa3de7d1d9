"""What runs inside the sandbox; `sandbox` starts it as a script, on the standard library alone.

Reads JSON from standard input: the limits, and the programs with their calls. Writes one line
of JSON a program as soon as it is done, so that a program that kills the process costs only its
own result.
"""

from __future__ import annotations

import builtins
import json
import os
import resource
import signal
import sys
from types import CodeType
from typing import Any

READY = b"ready\n"
_SHOWN = 80  # characters of a result

_FUNCTIONS = (
    "abs", "all", "any", "bin", "bool", "bytes", "chr", "complex", "dict", "divmod",
    "enumerate", "filter", "float", "format", "frozenset", "hex", "int", "isinstance", "iter",
    "len", "list", "map", "max", "min", "next", "oct", "ord", "pow", "print", "range", "repr",
    "reversed", "round", "set", "slice", "sorted", "str", "sum", "tuple", "zip",
)  # fmt: skip
_BUILTINS = {name: getattr(builtins, name) for name in _FUNCTIONS} | {
    name: value
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
}
# Attributes that lead from a value to its frame, and from there to this module.
_INNER = frozenset((
    "f_back", "f_builtins", "f_code", "f_globals", "f_locals", "gi_code", "gi_frame",
    "cr_code", "cr_frame", "ag_code", "ag_frame", "tb_frame", "tb_next",
))  # fmt: skip
_HARMLESS = frozenset(("compile", "exec", "object.__getattr__", "builtins.id"))


def _deny(event: str, _: object) -> None:
    """Audit hook: files, processes, sockets, imports and the rest are refused."""
    if event not in _HARMLESS:
        raise PermissionError(event)


def _lock_down(memory_bytes: int, cpu_s: int) -> None:
    """Give up what a program could misuse; there is no way back for this process."""
    limits = {
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_CPU: cpu_s,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_NOFILE: 0,
    }
    for limit, value in limits.items():
        try:
            resource.setrlimit(limit, (value, value))
        except ValueError:
            if sys.platform == "linux":
                raise  # elsewhere a limit may be unknown or have a floor
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    sys.addaudithook(_deny)


def _reaches_inside(code: CodeType) -> bool:
    """Whether code names what leads out of its own values, e.g. `x.__class__` or `g.gi_frame`."""
    names = list(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if _reaches_inside(constant):
                return True
        elif isinstance(constant, tuple):  # attributes in a class pattern of `match`
            names += [part for part in constant if isinstance(part, str)]
    return any(name.startswith("__") or name in _INNER for name in names)


def _is_plain(value: object) -> bool:
    """Whether a value is data all through, so that comparing it runs no foreign code."""
    if type(value) is list or type(value) is tuple:
        return all(_is_plain(part) for part in value)
    if type(value) is dict:
        return all(_is_plain(part) for pair in value.items() for part in pair)
    return value is None or type(value) in (bool, int, float, str)


def _call(space: dict[str, Any], name: str, args: list[Any], wanted: object) -> list[object]:
    """`[passed, value as text, name of the error]`."""
    if name not in space:
        return [False, "", "Missing"]
    try:
        value = space[name](*args)
        if not _is_plain(value):
            return [False, f"a {type(value).__name__} object", ""]
        shown = repr(value)
        return [value == wanted, shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "...", ""]
    except BaseException as error:
        return [False, "", type(error).__name__]


def _run(source: str, calls: list[list[Any]]) -> list[list[object]]:
    try:
        code = compile(source, "program", "exec", dont_inherit=True)
        if _reaches_inside(code):
            return [[False, "", "Refused"]] * len(calls)
        space: dict[str, Any] = {"__builtins__": dict(_BUILTINS)}
        exec(code, space)
    except BaseException as error:
        return [[False, "", type(error).__name__]] * len(calls)
    return [_call(space, *call) for call in calls]


def main() -> None:
    """Run all programs; SIGPROF, which nothing here catches, ends one that takes too long."""
    job = json.loads(sys.stdin.buffer.read())
    results = os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    _lock_down(job["memory_bytes"], job["cpu_s"])
    os.write(results, READY)
    for source, calls in job["programs"]:
        signal.setitimer(signal.ITIMER_PROF, job["limit_s"])
        outcome = _run(source, calls)
        signal.setitimer(signal.ITIMER_PROF, 0)
        os.write(results, json.dumps(outcome).encode() + b"\n")


if __name__ == "__main__":
    main()
