"""A written page taken apart: elements, texts, rows of tables."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from autograder.stages import report as stage

VOID = {"meta", "link", "br"}


class Page(HTMLParser):
    """Elements, attributes and texts of a page; fails where tags don't match."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.source = source
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    @property
    def text(self) -> str:
        """What can be read, with single spaces."""
        return " ".join("".join(t for place, t in self.texts if place != "style").split())

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def rows(self, table: str) -> dict[str, list[str]]:
        """The cells of a table's rows by the row's header."""
        (source,) = re.findall(f'aria-label="{table}"(.*?)</table>', self.source, re.DOTALL)
        rows = re.findall(r'<tr[^>]*><th scope="row">(.*?)</th>(.*?)</tr>', source, re.DOTALL)
        return {plain(name): [plain(c) for c in cells.split("</td>")[:-1]] for name, cells in rows}


def plain(source: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", source)).split())


def write(project: Path, name: str = "report.html") -> Page:
    """Run the stage in a project and read one of its pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        stage.main()
    return Page((project / "reports" / name).read_text(encoding="utf-8"))


def edit(path: Path, change: Callable[[Any], None]) -> None:
    values = json.loads(path.read_text(encoding="utf-8"))
    change(values)
    path.write_text(json.dumps(values), encoding="utf-8")
