"""Verdicts as lines of text and as JSON that nobody's text can use to drive the terminal."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

import click

from autograder.schema import Comparison, Verdict
from autograder.terminal import printable

_WIDTH = 30
_COLOURS = {1: "red", 2: "red", 3: "yellow", 4: "green", 5: "green"}


class Screen:
    """Writes verdicts for people.

    Colours are used on a terminal that has them and where NO_COLOR is not set, blocks where the
    stream's encoding has them.

    Args:
        stream: where the text goes.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.encoding = getattr(stream, "encoding", None) or "ascii"
        self.has_colours = (
            stream.isatty()
            and not os.environ.get("NO_COLOR")
            and os.environ.get("TERM", "") != "dumb"
        )
        has_blocks = _can_show("█■□", self.encoding)
        self._bar, self._full, self._empty = "█■□" if has_blocks else "##-"

    def line(self, text: str = "", **style: Any) -> None:
        self._write(f"{self._styled(text, **style)}\n")

    def heading(self, text: str) -> None:
        self.line(self.shown(text), bold=True)

    def verdict(self, verdict: Verdict) -> None:
        """The score, its distribution, and how sure it is; not the reasoning."""
        score = verdict.score
        squares = self._styled(self._squares(score), fg=_COLOURS[score])
        self.line(f"{self._styled(f'Score: {score}/5', bold=True)}  {squares}")
        for k, probability in enumerate(verdict.probabilities, start=1):
            bar = f"{self._bar * round(_WIDTH * probability):{_WIDTH}}"
            style = {"fg": _COLOURS[k]} if k == score else {"dim": True}
            self.line(f"  {k} {self._styled(bar, **style)} {probability:.3f}")
        self.line(self._how_sure(verdict))
        self._cut(verdict)

    def reasoning(self, pieces: Iterable[str]) -> None:
        """The reasoning, piece by piece as it comes."""
        self._write("Reasoning: ")
        try:
            for piece in pieces:
                # Indented, so that no line of it can pass for one of ours.
                self._write(self.shown(piece, keep="\n").replace("\n", "\n  "))
        finally:
            self._write("\n")

    def table(self, verdicts: Mapping[str, Verdict]) -> None:
        """A line for each verdict, and its reasoning if it has one below."""
        names = {name: self.shown(name) for name in verdicts}
        width = max(map(len, names.values()))
        for name, verdict in verdicts.items():
            squares = self._styled(self._squares(verdict.score), fg=_COLOURS[verdict.score])
            label = self._styled(f"{names[name]:{width}}", bold=True)
            self.line(f"{label}  {verdict.score}/5  {squares}  {self._how_sure(verdict)}")
            if verdict.reasoning is not None:
                text = self.shown(verdict.reasoning, keep="\n")
                self.line(textwrap.indent(text, "  ", lambda _: True))
            self._cut(verdict, name=names[name])

    def comparison(self, comparison: Comparison, tie: float) -> None:
        """Both verdicts and which is better."""
        self.table({"a": comparison.a, "b": comparison.b})
        by = abs(comparison.margin)
        if comparison.winner == "tie":
            self.line(f"tie: the expected scores differ by {by:.2f} (--tie {tie:g})", bold=True)
        else:
            self.line(f"{comparison.winner} is better by {by:.2f}", bold=True)

    def shown(self, text: str, *, keep: str = "") -> str:
        """Untrusted text as the stream can show it, without what drives a terminal."""
        safe = printable(text, keep=keep)
        return safe.encode(self.encoding, "backslashreplace").decode(self.encoding)

    def _how_sure(self, verdict: Verdict) -> str:
        return f"expected {verdict.expected_score:.2f}, confidence {verdict.confidence:.2f}"

    def _squares(self, score: int) -> str:
        return self._full * score + self._empty * (5 - score)

    def _cut(self, verdict: Verdict, name: str = "") -> None:
        if verdict.truncated:
            what = f"{self.shown(name)}: " if name else ""
            click.echo(f"{what}cut to fit the model: {', '.join(verdict.truncated)}", err=True)

    def _styled(self, text: str, **style: Any) -> str:
        return click.style(text, **style) if self.has_colours and style else text

    def _write(self, text: str) -> None:
        self.stream.write(text)
        self.stream.flush()


def json_line(values: Mapping[str, Any], encoding: str) -> str:
    """One line of JSON, readable, with every character escaped that could drive a terminal."""
    text = json.dumps(values, ensure_ascii=False, allow_nan=False)
    if text.isprintable() and _can_show(text, encoding):
        return text
    return "".join(
        c if printable(c) == c and _can_show(c, encoding) else json.dumps(c)[1:-1] for c in text
    )


def _can_show(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
