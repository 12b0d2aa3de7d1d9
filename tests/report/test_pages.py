"""What holds of every static page: nothing active in it, and a structure to read it by."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from autograder.report.pages import PAGES
from report.page import Page, write

ROOT = Path(__file__).parents[2]
ALLOWED = re.compile(
    "html|head|title|meta|link|style|body|header|main|section|nav|footer|h[1-4]|p|a|b|br|ul|ol|li|"
    "dl|dt|dd|div|span|sup|bdi|code|pre|table|thead|tbody|tr|th|td|details|summary|figure|"
    "figcaption|svg|desc|defs|pattern|path|text|line|rect|circle|polyline|polygon"
)


@pytest.fixture(scope="module", params=PAGES)
def page(made: tuple[Path, dict[str, Any]], request: pytest.FixtureRequest) -> Page:
    return write(made[0], request.param)


def test_page_holds_nothing_active_and_nothing_from_elsewhere(page: Page) -> None:
    assert all(ALLOWED.fullmatch(tag) for tag, _ in page.tags)
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert name not in {"src", "srcset", "style", "action", "xlink:href"}, (tag, name)
            if name == "href":
                assert value is not None
                assert value.startswith("#") or value == "data:," or value in PAGES
    style = "".join(data for place, data in page.texts if place == "style")
    assert re.findall(r"url\((.*?)\)", style) == ['"#hatch"']
    assert "@import" not in style


def test_page_forbids_itself_everything_but_its_own_style(page: Page) -> None:
    (policy,) = [m["content"] or "" for m in page.of("meta") if "http-equiv" in m]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert page.source.index("Content-Security-Policy") < page.source.index("<style>")


def test_accessible_structure(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert [at for at, level in enumerate(levels) if level == 1] == [0]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(th.get("scope") in {"row", "col"} for th in page.of("th"))
    identities = [a["id"] for _, a in page.tags if "id" in a]
    assert len(identities) == len(set(identities))
    for svg in page.of("svg"):
        assert svg["role"] == "img"
        assert set((svg["aria-labelledby"] or "").split()) <= set(identities)
    links = [a["href"] or "" for a in page.of("a")]
    assert {link.removeprefix("#") for link in links} - set(PAGES) <= set(identities)
    assert page.of("html") == [{"lang": "en"}]


def test_pages_link_to_each_other_and_tell_which_is_open(page: Page) -> None:
    links = [a for a in page.of("a") if a["href"] in PAGES]
    assert [a["href"] for a in links] == list(PAGES)
    (here,) = [a["href"] or "" for a in links if a.get("aria-current") == "page"]
    assert f"<h1>{PAGES[here]}</h1>" in page.source


def test_undefined_figures_have_a_reason(page: Page) -> None:
    assert "None" not in page.text.replace("None: ", "").replace("None.", "")
    for word in ("nan", "NaN", "inf "):
        assert word not in page.text


def test_a_changed_template_makes_the_pages_anew() -> None:
    stages = YAML(typ="safe").load(ROOT / "dvc.yaml")["stages"]
    named = {name for name in stages["report"]["deps"] if name.endswith((".jinja", ".css"))}
    folder = ROOT / "src/autograder/evaluation"
    parts = [*folder.glob("*.jinja"), *folder.glob("*.css")]
    assert named == {path.relative_to(ROOT).as_posix() for path in parts}
