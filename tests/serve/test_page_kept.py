"""What the browser keeps: the history and the scheme, also where storage is broken."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.browser import needs_browser
from serve.page_browser import Page

pytest_plugins = ["serve.page_fixtures"]
pytestmark = needs_browser

HISTORY = "autograder.history"

NO_STORAGE = """
for (const name of ['localStorage', 'sessionStorage']) {
  Object.defineProperty(window, name, {get() { throw new DOMException('no', 'SecurityError'); }});
}
"""

FULL_STORAGE = """
Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };
"""


def test_history_brings_back_texts_and_verdict(page: Page) -> None:
    page.grade("score 2", reference="")
    page.choose("compare")
    page.fill(response="score 5", other="score 1")
    page.find("go").click()
    page.wait(lambda: page.all(".sides"))
    page.reload()
    assert [line.split()[0] for line in page.past] == ["A", "2"]
    page.all("#entries .entry")[1].click()
    assert page.score == "2"
    assert page.value("response") == "score 2"
    assert page.text("#go-text") == "Grade"
    assert page.focused == "result"
    page.all("#entries .entry")[0].click()
    assert page.text(".winner-line").startswith("A is better")
    assert page.value("other") == "score 1"


def test_entries_are_deleted_one_by_one_or_all_and_can_come_back(page: Page) -> None:
    for response in ("score 1", "score 2", "score 3"):
        page.grade(response)
    page.all("#entries .icon")[1].click()
    assert [entry["values"]["response"] for entry in page.entries()] == ["score 3", "score 1"]
    page.find("undo").click()
    assert [line[0] for line in page.past] == ["3", "2", "1"]
    page.find("forget-all").click()
    assert page.stored("localStorage", HISTORY) is None
    assert page.past == []
    page.find("undo").click()
    assert len(page.entries()) == 3
    page.find("forget-all").click()
    page.find("dismiss").click()
    page.reload()
    assert page.past == []


def test_history_is_capped(page: Page) -> None:
    page.grade("score 2")
    (entry,) = page.entries()
    many = json.dumps([{**entry, "id": str(number)} for number in range(70)])
    page.run("localStorage.setItem(arguments[0], arguments[1])", HISTORY, many)
    page.reload()
    assert len(page.past) == 50
    page.grade("score 3")
    assert len(page.entries()) == 50
    assert page.past[0].startswith("3")


@pytest.mark.parametrize(
    "broken",
    [
        "{",
        "null",
        "7",
        '{"a": 1}',
        '[null, 1, "x", {"id": "1"}, {"id": "1", "at": 1, "values": {}}]',
    ],
)
def test_survives_what_stands_in_the_storage(page: Page, broken: str) -> None:
    page.run("localStorage.setItem(arguments[0], arguments[1])", HISTORY, broken)
    page.run("localStorage.setItem('autograder.theme', arguments[0])", broken)
    page.reload()
    assert page.past == []
    assert page.scheme() == "light"
    page.grade("score 2")
    assert len(page.entries()) == 1


@pytest.mark.parametrize("script", [NO_STORAGE, FULL_STORAGE])
def test_survives_a_storage_that_throws(page: Page, before_load: Any, script: str) -> None:
    before_load(script)
    page.reload()
    page.find("theme").click()
    assert page.scheme() == "dark"
    page.grade("score 2")
    page.grade("score 3")
    assert len(page.past) == 2
    assert "gone when the page is closed" in page.text("#history-hint")
    page.all("#entries .icon")[0].click()
    assert len(page.past) == 1


def test_a_chosen_scheme_is_remembered_until_it_is_the_systems(page: Page) -> None:
    page.open(scheme="dark")
    assert page.scheme() == "dark"
    assert page.find("theme").get_attribute("aria-pressed") == "true"
    page.find("theme").click()
    assert page.scheme() == "light"
    page.reload()
    assert page.scheme() == "light"
    page.find("theme").click()
    assert page.scheme() == "dark"
    assert page.stored("localStorage", "autograder.theme") is None
    page.view(1280, 900, "light")
    assert page.scheme() == "light"
