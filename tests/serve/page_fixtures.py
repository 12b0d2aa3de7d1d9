"""Fixtures of the page's tests: one browser for all, one service a module, one page a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from helpers.browser import browsing
from helpers.fake_judge import FakeJudge
from serve.page_browser import Page
from serve.page_judge import REASONING, in_sevens, make_page_judge
from serve.running import Client, serving

if TYPE_CHECKING:
    from selenium import webdriver


@pytest.fixture(scope="session")
def page_driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with browsing(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


@pytest.fixture(scope="module")
def page_service() -> Iterator[Client]:
    with serving(make_page_judge()) as client:
        yield client


@pytest.fixture
def page_judge(page_service: Client) -> Iterator[FakeJudge]:
    """The judge behind the page, as it was made."""
    judge: FakeJudge = page_service.judge
    judge.reset()
    judge.pieces = in_sevens(REASONING)
    yield judge
    judge.reset()  # nothing waits any longer


@pytest.fixture
def page(
    page_driver: webdriver.Chrome, page_service: Client, page_judge: FakeJudge
) -> Iterator[Page]:
    """The page, freshly opened.

    Whatever a test does, the console has to stay silent, which is also where a breach of the
    policy would stand, and nobody else may be asked for anything.
    """
    page = Page(page_driver, f"http://127.0.0.1:{page_service.port}/").open()
    yield page
    complaints, asked = page.complaints(), page.requests()
    page_driver.get("about:blank")  # ends what is still under way
    assert complaints == []
    assert {url for url in asked if not url.startswith(("http://127.0.0.1:", "data:"))} == set()


@pytest.fixture
def before_load(page: Page) -> Iterator[Callable[[str], None]]:
    """Runs a script before those of the page, at every load."""
    added = []

    def add(script: str) -> None:
        command = "Page.addScriptToEvaluateOnNewDocument"
        added.append(page.driver.execute_cdp_cmd(command, {"source": script})["identifier"])

    yield add
    for identifier in added:
        command = "Page.removeScriptToEvaluateOnNewDocument"
        page.driver.execute_cdp_cmd(command, {"identifier": identifier})
