"""The playground in a real browser, in front of the real service with a fake page_judge."""

from __future__ import annotations

import json

import pytest

from autograder.schema import Request
from helpers.browser import needs_browser
from helpers.fake_judge import MODEL, FakeJudge
from serve.page_browser import (
    ESCAPE,
    Page,
)
from serve.page_judge import REASONING, in_sevens

pytest_plugins = ["serve.page_fixtures"]
pytestmark = needs_browser

HOSTILE = "<img src=x onerror=\"document.title='pwned'\"></textarea><script>alert(1)</script>"


def test_grades_with_streamed_reasoning(page: Page, page_judge: FakeJudge) -> None:
    page_judge.may_reason.clear()
    page.send("A long one, score 2")
    page.wait(lambda: page.text(".reasoning") == "Names the tilt")
    assert page.score == "2"
    assert page.text("#progress-text") == "Writing the reasoning"
    assert page.find("stop").is_displayed()
    page_judge.may_reason.set()
    page.finished()
    assert page.text(".reasoning") == REASONING
    assert page.text(".facts") == "Expected score1.97Confidence55%"
    shown = [element.text for element in page.all(".share")]
    assert shown == ["27%", "55%", "13%", "5%", "<1%"]
    (picture,) = page.all("[role=img]")
    assert picture.get_attribute("aria-label") == (
        "Probability of each score. 1: 27%, 2: 55%, 3: 13%, 4: 5%, 5: <1%. Expected score 1.97."
    )
    heights = page.run("return [...document.querySelectorAll('.bar')].map(e => e.offsetHeight)")
    assert sorted(heights) == [heights[4], heights[3], heights[2], heights[0], heights[1]]
    assert page.text(".cut") == "Response and prompt were cut in the middle to fit the model."
    assert page.text(".model") == MODEL
    assert page.text("#said") == f"Reasoning: {REASONING}"
    assert page_judge.asked == [Request("Why?", "A long one, score 2", "Facts")]
    assert f"{page.url}evaluate" in page.requests()


def test_grades_without_reasoning_beside_a_reference(page: Page, page_judge: FakeJudge) -> None:
    page.find("reasoning").click()
    assert not page.find("tokens").is_displayed()
    page.all("#more summary")[0].click()
    page.grade("score 5", reference="Because of the tilt.")
    assert page.score == "5"
    assert page.all(".reasoning") == []
    assert page.text("#said").startswith("Score 5 out of 5.")
    assert page_judge.asked[0].reference == "Because of the tilt."


def test_stops_and_keeps_the_score(page: Page, page_judge: FakeJudge) -> None:
    page_judge.may_reason.clear()
    page.send("score 2")
    page.wait(lambda: page.text(".reasoning") == "Names the tilt")
    page.find("stop").click()
    page.finished()
    assert page.score == "2"
    assert page.text(".reasoning") == "Names the tilt (stopped here)"
    assert not page.find("stop").is_displayed()
    assert page.focused == "result"
    page_judge.may_reason.set()
    page.grade("score 3")
    assert page.text(".reasoning") == REASONING
    assert len(page.past) == 2


def test_stops_before_there_is_a_score(page: Page, page_judge: FakeJudge) -> None:
    page_judge.may_score.clear()
    page.send("slow")
    page.wait(page_judge.at_work.is_set)
    page.press(ESCAPE)
    page.wait(lambda: "Stopped before" in page.text("#shown"))
    page_judge.may_score.set()
    page.grade("score 1")
    assert page.score == "1"


def test_compares(page: Page) -> None:
    page.choose("compare")
    assert page.text("#go-text") == "Compare"
    assert not page.find("reasoning").is_displayed()
    page.fill_some("score 5", other="score 2")
    page.find("go").click()
    page.finished()
    assert page.text(".winner-line") == "A is better A's expected score is 2.34 higher."
    assert page.text("#said") == page.text(".winner-line")
    assert [side.text.split()[0] for side in page.all(".side")] == ["A", "B"]
    assert [b.text for b in page.all(".side .score b")] == ["5", "2"]
    assert len(page.all(".side [role=img]")) == 2
    assert [side.get_attribute("aria-label") for side in page.all(".winner")] == ["Response A"]
    page.fill(response="score 3", other="score 3")
    page.find("go").click()
    page.wait(lambda: page.text(".winner-line").startswith("A tie"))
    assert page.all(".winner") == []


def test_a_ready_made_rubric_and_the_own_one(page: Page, page_judge: FakeJudge) -> None:
    options = page.run("return [...document.querySelectorAll('#preset option')].map(o => o.value)")
    assert len(options) == 13
    rubrics = set()
    page.fill(rubric="Mine")
    for name in options[1:]:
        page.preset(name)
        rubrics.add(page.value("rubric"))
        assert "5: " in page.value("rubric")
        assert "1: " in page.value("rubric")
    assert len(rubrics) == 12
    page.preset("Your own")
    assert page.value("rubric") == "Mine"
    page.preset("Brevity")
    page.fill(rubric=page.value("rubric") + " Count words.")
    assert page.value("preset") == ""
    page.fill(prompt="p", response="r")
    page.find("go").click()
    page.finished()
    assert page_judge.asked[0].rubric.endswith("Count words.")


def test_the_example_can_be_taken_back(page: Page) -> None:
    page.fill(prompt="Mine")
    page.all(".empty button")[0].click()
    assert page.value("prompt") == "Why do we have seasons on Earth?"
    assert page.value("rubric").startswith("5: names the tilt")
    page.find("undo").click()
    assert page.value("prompt") == "Mine"
    assert not page.find("toast").is_displayed()


def test_what_is_shown_is_marked_once_the_texts_differ(page: Page) -> None:
    page.grade()
    assert not page.find("stale").is_displayed()
    page.fill(response="score 5")
    assert page.find("stale").is_displayed()
    page.fill(response="score 4")
    assert not page.find("stale").is_displayed()


@pytest.mark.parametrize("has_clipboard", [True, False], ids=["https", "http"])
def test_copies_the_verdict(page: Page, has_clipboard: bool) -> None:
    if not has_clipboard:
        page.run("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.grade("score 2")
    page.all(".foot button")[0].click()
    page.wait(lambda: page.text(".foot button") == "Copied")
    page.fill(prompt="")
    page.press("v", with_control=True)
    page.wait(lambda: page.value("prompt"))
    verdict = json.loads(page.value("prompt"))
    assert (verdict["score"], verdict["reasoning"], verdict["model"]) == (2, REASONING, MODEL)
    assert sum(verdict["probabilities"]) == pytest.approx(1)


def test_hostile_texts_are_text(page: Page, page_judge: FakeJudge) -> None:
    reasoning = f"Because {HOSTILE} & &lt;b&gt;"
    page_judge.pieces = in_sevens(reasoning)
    before = len(page.all("script, img, iframe"))
    page.all("#more summary")[0].click()
    page.grade(f"score 2 {HOSTILE}", reference=HOSTILE)
    page.fill(prompt=HOSTILE, rubric=HOSTILE)
    page.find("go").click()
    page.wait(lambda: len(page.past) == 2)
    assert page.text(".reasoning") == reasoning
    page.choose("compare")
    page.fill(other=HOSTILE)
    page.find("go").click()
    page.wait(lambda: page.all(".sides"))
    page.fill(rubric=f"too long for the model {HOSTILE}")
    page.find("go").click()
    page.wait(lambda: HOSTILE in page.text("#rubric-fault"))
    page.reload()
    assert HOSTILE in page.text("#entries .entry-title")
    page.all("#entries .entry")[1].click()
    assert page.text(".reasoning") == reasoning
    assert page.value("prompt") == HOSTILE
    assert len(page.all("script, img, iframe")) == before
    assert page.driver.title == "Auto-Grader playground"
    with pytest.raises(Exception, match="no such alert"):
        _ = page.driver.switch_to.alert.text
