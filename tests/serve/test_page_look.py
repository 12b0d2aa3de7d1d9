"""How the page looks and is used: on phone and desk, by keyboard, behind a proxy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from autograder.schema import Request
from autograder.serve.app import create_app
from helpers.browser import needs_browser
from helpers.fake_judge import FakeJudge
from serve.page_browser import ENTER, ESCAPE, TAB, Page
from serve.page_looks import CONTRAST, SEEN_WIDE, SMALL_TARGETS
from serve.running import running

if TYPE_CHECKING:
    from selenium import webdriver

pytest_plugins = ["serve.page_fixtures"]
pytestmark = needs_browser

SHAPES = [(width, scheme) for width in (360, 800, 1280) for scheme in ("light", "dark")]


class Proxy:
    """Offers an application under `/judge/` and takes that off before it asks."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.state = app.state

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            _, found, rest = scope["path"].partition("/judge/")
            scope = {**scope, "path": f"/{rest}" if found else "/not-ours"}
        await self.app(scope, receive, send)


@pytest.mark.parametrize(("width", "scheme"), SHAPES)
def test_fits_and_can_be_read(page: Page, tmp_path: Path, width: int, scheme: str) -> None:
    page.open(width, 740 if width < 500 else 900, scheme)
    assert page.scheme() == scheme

    def check(name: str) -> None:
        assert page.run(SEEN_WIDE) == [0], name
        assert page.run(SMALL_TARGETS) == [], name
        ratio, where = page.run(CONTRAST)
        assert ratio >= 4.5, (name, where)
        page.shoot(tmp_path, f"{width}-{scheme}-{name}")

    check("empty")
    page.grade("score 2 long " + "unbroken" * 60)
    check("verdict")
    page.choose("compare")
    page.fill_some("score 5 long", other="score 2")
    page.find("go").click()
    page.wait(lambda: page.all(".sides"))
    check("compare")
    page.fill(rubric="too long for the model" + "endless" * 40)
    page.find("go").click()
    page.wait(lambda: page.text("#rubric-fault"))
    check("fault")
    page.all("#entries .icon")[0].click()
    check("undo")


def test_a_phone_shows_the_result_and_a_desk_stays_where_it_is(page: Page) -> None:
    top = "return document.getElementById('result').getBoundingClientRect().top"
    page.open(360, 740)
    page.grade()
    assert 0 <= page.run(top) < 100
    page.open(1280, 900)
    page.grade()
    assert page.run("return scrollY") == 0


def test_works_behind_the_path_of_a_proxy(
    page_driver: webdriver.Chrome, page_judge: FakeJudge, page: Page
) -> None:
    app: Any = Proxy(create_app(page_judge))
    with running(app, page_judge) as service:
        behind = Page(page_driver, f"http://127.0.0.1:{service.port}/judge/").open()
        behind.grade("score 3")
        assert behind.score == "3"
        assert f"{behind.url}static/app.js" in behind.requests()
        behind.driver.get("about:blank")


def test_keyboard_only(page: Page, page_judge: FakeJudge, page_driver: webdriver.Chrome) -> None:
    outline = "const s = getComputedStyle(arguments[0]); return s.outlineStyle + s.outlineWidth"
    wanted = ["theme", "radio", "prompt", "response", "preset", "rubric", "summary", "go"]
    wanted += ["reasoning", "tokens"]
    for name in wanted:
        page.press(TAB)
        element = page_driver.switch_to.active_element
        described = [element.get_attribute(key) for key in ("id", "type")]
        assert name in [*described, element.tag_name]
        if name == "radio":  # its words carry the outline
            element = page.run("return arguments[0].nextElementSibling", element)
        assert page.run(outline, element) == "solid3px", name
    page_judge.may_reason.clear()
    page.find("prompt").send_keys(f"Why?{TAB}score 2{TAB}{TAB}Facts")
    page.press(ENTER, with_control=True)
    page.wait(lambda: page.text(".reasoning") == "Names the tilt")
    page.press(ESCAPE)
    page.finished()
    assert page.text(".reasoning").endswith("(stopped here)")
    assert page_judge.asked == [Request("Why?", "score 2", "Facts")]
