"""The page when things go wrong, or slowly, or in another order."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from helpers.browser import needs_browser
from helpers.fake_judge import FakeJudge
from serve.page_browser import ENTER, ESCAPE, Page
from serve.page_judge import REASONING
from serve.running import serving, until

pytest_plugins = ["serve.page_fixtures"]
pytestmark = needs_browser

TOKEN = "a-token-of-enough-characters"

# The browser may not give a request up in time: the page has to throw the answer away itself.
DEAF = """
const real = window.fetch;
window.late = 0;
window.fetch = async (url, options = {}) => {
  const answer = await real(url, {...options, signal: undefined});
  if (String(options.body).includes('slow')) {
    answer.clone().text().then(() => setTimeout(() => window.late += 1, 50));
  }
  return answer;
};
"""


@pytest.mark.parametrize("missing", ["prompt", "response", "other", "rubric"])
def test_an_empty_field_is_named_and_focused(
    page: Page, page_judge: FakeJudge, missing: str
) -> None:
    page.choose("compare")
    page.fill_some(**{"other": "score 2", missing: " "})
    page.find("go").click()
    assert page.focused == missing
    assert "is empty" in page.text(f"#{missing}-fault")
    assert page.find(missing).get_attribute("aria-invalid") == "true"
    assert page_judge.asked == []
    page.fill(**{missing: "text"})
    assert page.text(f"#{missing}-fault") == ""


def test_the_field_that_the_service_refuses_is_focused(page: Page) -> None:
    page.send(reference="")
    page.finished()
    page.fill(rubric="too long for the model")
    page.find("go").click()
    page.wait(lambda: page.focused == "rubric")
    assert page.text("#rubric-fault") == "Rubric: is too long: too long for the model"
    assert not page.find("progress").is_displayed()
    page.fill(rubric="Facts")
    page.run("arguments[0].value = '1000'", page.find("tokens"))
    page.find("go").click()
    page.wait(lambda: page.focused == "tokens")
    assert "less than or equal to 256" in page.text("#tokens-fault")


def test_a_full_queue_says_when_to_try_again(page: Page, page_judge: FakeJudge) -> None:
    page_judge.may_score.clear()
    with serving(page_judge, queue=2) as service, ThreadPoolExecutor(3) as pool:
        full = Page(page.driver, f"http://127.0.0.1:{service.port}/").open()
        pool.submit(service.evaluate, response="slow 1")
        until(page_judge.at_work.is_set)
        pool.submit(service.evaluate, response="slow 2")
        pool.submit(service.evaluate, response="slow 3")
        until(lambda: 'queue_rows{lane="scoring"} 2' in service.get("/metrics").text)
        full.find("reasoning").click()
        full.send()
        full.wait(lambda: full.text("#problem"))
        assert full.text("#problem p").startswith("Not graded. 2 of 2 places in the queue")
        page_judge.may_score.set()
        full.wait(lambda: full.text("#problem button") == "Try again")
        full.all("#problem button")[0].click()
        full.finished()
        assert full.score == "4"


def test_a_reasoning_that_breaks_off_leaves_the_score(page: Page) -> None:
    page.send("it breaks off, score 2")
    page.wait(lambda: page.text("#problem"))
    assert page.text("#problem p").startswith("The reasoning is not complete. an unexpected error")
    assert page.score == "2"


def test_offline_and_back(page: Page) -> None:
    def network(is_gone: bool) -> None:
        speed = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        command = "Network.emulateNetworkConditions"
        page.driver.execute_cdp_cmd(command, {"offline": is_gone, **speed})

    page.driver.execute_cdp_cmd("Network.enable", {})
    network(True)
    try:
        page.wait(lambda: page.text("#state") == "Not reachable")
        page.send()
        page.wait(lambda: "cannot be reached" in page.text("#problem"))
        assert page.value("response") == "score 4"
    finally:
        network(False)
    page.wait(lambda: page.text("#state") == "Ready")
    page.all("#problem button")[0].click()
    page.finished()
    assert page.text("#problem") == ""


def test_waits_for_the_judge_to_be_loaded(page: Page, page_judge: FakeJudge) -> None:
    may_load = threading.Event()

    def load() -> FakeJudge:
        assert may_load.wait(60)
        return page_judge

    with serving(load) as service:
        early = Page(page.driver, f"http://127.0.0.1:{service.port}/").open()
        early.wait(lambda: early.text("#state") == "Not ready yet")
        early.send()
        assert early.text("#progress-text") == "Waiting for the judge"
        early.press(ESCAPE)
        early.wait(lambda: "Stopped before" in early.text("#shown"))
        early.find("go").click()
        may_load.set()
        early.finished()
        assert early.text("#state") == "Ready"
        assert len(page_judge.asked) == 1


def test_asks_for_a_token_only_where_there_is_one(page: Page, page_judge: FakeJudge) -> None:
    assert not page.find("access").is_displayed()
    with serving(page_judge, token=TOKEN) as service:
        closed = Page(page.driver, f"http://127.0.0.1:{service.port}/").open()

        def has_fault(fault: str) -> bool:
            return fault in closed.text("#token-fault")

        closed.send()
        closed.wait(lambda: closed.focused == "token")
        for wrong, fault in (("ü" * 20, "ASCII"), (TOKEN[::-1], "did not accept")):
            closed.fill(token=wrong)
            closed.press(ENTER)
            closed.wait(partial(has_fault, fault))
        assert page_judge.asked == []
        closed.fill(token=TOKEN)
        closed.press(ENTER)
        closed.finished()
        assert not closed.find("access").is_displayed()
        assert closed.run("return JSON.stringify({...localStorage})").count(TOKEN) == 0
        closed.reload()
        closed.grade("score 2")
        assert closed.score == "2"


def test_a_late_answer_never_replaces_a_newer_one(
    page: Page, page_judge: FakeJudge, before_load: Any
) -> None:
    before_load(DEAF)
    page.reload()
    page_judge.may_score.clear()
    page.find("reasoning").click()
    page.send("slow, score 1")
    page.wait(page_judge.at_work.is_set)
    page.find("reasoning").click()
    page.send("score 5")
    page.finished()
    page_judge.may_score.set()
    page.wait(lambda: page.run("return window.late") == 1)
    assert page.score == "5"
    assert page.text(".reasoning") == REASONING
    assert [entry["values"]["response"] for entry in page.entries()] == ["score 5"]


def test_events_are_read_whatever_their_pieces(page: Page) -> None:
    got = page.driver.execute_async_script(
        """
        const done = arguments[1], bytes = new TextEncoder().encode(arguments[0]);
        import(new URL('static/wire.js', location.href)).then(async ({events}) => {
          const all = [];
          for (const step of [1, 2, 5, bytes.length]) {
            const starts = [...Array(Math.ceil(bytes.length / step)).keys()];
            const body = new ReadableStream({start(to) {
              starts.forEach(i => to.enqueue(bytes.slice(i * step, (i + 1) * step)));
              to.close();
            }});
            const got = [];
            for await (const {event, data} of events(body)) got.push([event, data]);
            all.push(got);
          }
          done(all);
        });
        """,
        ": ping\r\n\r\nevent: verdict\r\ndata: é€😀\r\n\r\n"
        "data:x\ndata:  y\n\nevent: z\n\ndata: cut off",
    )
    assert got == [[["verdict", "é€😀"], ["message", "x\n y"]]] * 4
