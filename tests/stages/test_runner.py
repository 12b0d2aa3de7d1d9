from __future__ import annotations

import errno
import os
import subprocess
import sys

import pytest

from autograder.errors import ConfigError, DataError
from autograder.stages import run


def end(capsys, fault: BaseException) -> tuple[object, str]:
    def main() -> None:
        raise fault

    with pytest.raises(SystemExit) as caught:
        run(main)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    return caught.value.code, captured.err


def test_without_a_fault_nothing_is_said(capsys):
    run(lambda: None)
    assert capsys.readouterr() == ("", "")


def test_a_user_s_error_is_one_line_and_exits_with_1(capsys):
    fault = DataError("got \x1b[2J6", path="a.jsonl", line=3, field="score")
    assert end(capsys, fault) == (1, "error: a.jsonl:3: score: got \\x1b[2J6\n")


def test_all_faults_of_a_configuration_are_shown(capsys):
    code, text = end(capsys, ConfigError("params.yaml", ["lora.r: bad", "seed: bad"]))
    assert code == 1
    assert text == "error: params.yaml: 2 faults\n  lora.r: bad\n  seed: bad\n"


def test_an_interrupt_exits_with_130(capsys):
    assert end(capsys, KeyboardInterrupt()) == (130, "interrupted\n")


def test_a_full_disk_says_what_to_do(capsys):
    code, text = end(capsys, OSError(errno.ENOSPC, "No space left on device", "build/x"))
    assert code == 1
    assert text == (
        "error: build/x: cannot be written: No space left on device; "
        "free space or choose another place\n"
    )


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.EACCES, "let this user read and write there"),
        (errno.EPERM, "let this user read and write there"),
        (errno.ENAMETOOLONG, "choose a shorter one"),
        (errno.ENOTDIR, "move away the file"),
        (errno.EISDIR, "move away the folder"),
        (errno.ELOOP, "remove the link"),
    ],
)
def test_what_a_user_can_mend_is_one_line(capsys, number, says):
    code, text = end(capsys, OSError(number, os.strerror(number), "a\nerror: b" + "x" * 5000))
    assert code == 1
    assert text.startswith("error: a\\nerror: bxxx")
    assert f": {os.strerror(number)}; {says}" in text
    assert text.count("\n") == 1
    assert len(text) < 400


def test_the_name_of_a_file_or_a_field_forges_no_line(capsys):
    fault = DataError("is odd", path="a\nerror: b.jsonl", line=3, field="x\ny")
    assert end(capsys, fault) == (1, "error: a\\nerror: b.jsonl:3: x\\ny: is odd\n")


def test_a_fault_of_ours_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        run(lambda: print(1 // 0))
    with pytest.raises(OSError, match="odd"):
        run(lambda: (_ for _ in ()).throw(OSError(errno.EIO, "odd")))


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_what_a_terminal_lacks_is_shown_as_an_escape(request, encoding):
    done = subprocess.run(
        [sys.executable, "-c", "from autograder.stages import run; run(lambda: print('Лима'))"],
        env=os.environ
        | {"PYTHONIOENCODING": encoding, "PYTHONPATH": str(request.config.rootpath / "src")},
        capture_output=True,
        check=True,
    )
    assert done.stdout == b"\\u041b\\u0438\\u043c\\u0430\n"
