from __future__ import annotations

import pytest

from autograder.terminal import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 日本\u00a0x", "plain é 日本\u00a0x"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("\r\u202eevil\u2028", r"\r\u202eevil\u2028"),
        ("half \ud800", r"half \ud800"),
    ],
)
def test_what_could_drive_the_terminal_is_escaped(text, shown):
    assert printable(text) == shown


def test_a_line_break_is_kept_only_on_request():
    assert printable("a\nb") == r"a\nb"
    assert printable("a\nb\t", keep="\n") == "a\nb\\t"
