"""The pages in a real browser: hostile texts stay texts, and they fit a phone."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium")
from selenium import webdriver
from selenium.webdriver.common.by import By

from autograder.report import data_card
from autograder.schema import read_examples
from autograder.stages import report as stage
from autograder.terminal import printable
from helpers.browser import browsing, needs_browser

TITLES = {
    "report.html": "Judge report: qwen2.5-coder-0.5b-instruct",
    "data-card.html": "Data card: recipe full, seed 17",
}
VIEWS = [(width, scheme) for width in (360, 1280) for scheme in ("light", "dark")]

pytestmark = needs_browser

CONTRAST = """
const parse = c => c.match(/[\\d.]+/g).map(Number);
const light = c => c.slice(0, 3).map(v => v / 255)
  .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
const behind = e => {
  for (; e; e = e.parentElement) {
    const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c;
  }
  return [255, 255, 255];
};
let worst = [99, ""];
for (const e of document.querySelectorAll("p,a,h1,h2,h3,h4,td,th,dt,dd,span,b,code,pre,svg text")) {
  if (!e.textContent.trim() || !e.checkVisibility()) continue;
  const style = getComputedStyle(e);
  const [a, b] = [light(parse(e.matches("svg *") ? style.fill : style.color)), light(behind(e))];
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  if (ratio < worst[0]) worst = [ratio, e.tagName + "." + (e.getAttribute("class") || "")];
}
return worst;
"""


@pytest.fixture(scope="module")
def browser(
    made: tuple[Path, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[webdriver.Chrome]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made[0])
        stage.main()
    with browsing(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


def view(driver: webdriver.Chrome, page: Path, width: int, scheme: str, media: str = "") -> None:
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": features})
    driver.get(page.as_uri())


@pytest.fixture(params=TITLES)
def page(made: tuple[Path, dict[str, Any]], request: pytest.FixtureRequest) -> Path:
    return made[0] / "reports" / str(request.param)


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_page_fits_and_runs_nothing(
    browser: webdriver.Chrome, page: Path, tmp_path: Path, width: int, scheme: str
) -> None:
    view(browser, page, width, scheme)
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.title == TITLES[page.name]
    wide = browser.execute_script(
        "const w = document.documentElement.clientWidth;"
        "const inside = e => e.closest('.scroll, .text, svg, .visually-hidden');"
        "return [document.documentElement.scrollWidth - w].concat("
        "[...document.querySelectorAll('body *')].filter(e => !inside(e)"
        " && e.getBoundingClientRect().right > w + 1).map(e => e.outerHTML.slice(0, 80)))"
    )
    assert wide == [0]
    ratio, where = browser.execute_script(CONTRAST)
    assert ratio >= 4.5, where
    assert browser.get_log("browser") == []
    background = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, background[4:-1].split(","))) < 384) == (scheme == "dark")
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {})
    # Kept where somebody wants to look at them.
    folder = Path(os.environ.get("AUTOGRADER_SCREENSHOTS", tmp_path))
    (folder / f"{page.stem}-{width}-{scheme}.png").write_bytes(base64.b64decode(shot["data"]))


def test_hostile_texts_are_text(
    browser: webdriver.Chrome, page: Path, hostile: dict[str, str]
) -> None:
    view(browser, page, 1280, "light")
    train = read_examples(page.parents[1] / "build/splits/train.jsonl")
    drawn = "".join(row.prompt for row in data_card.drawn(train, seed=17))
    shown = [e.get_property("textContent") for e in browser.find_elements(By.CLASS_NAME, "text")]
    # The card shows ten drawn examples, not all.
    texts = [text for text in hostile.values() if page.name == "report.html" or text in drawn]
    assert texts
    for text in texts:
        assert any(printable(text) in str(content) for content in shown)
    assert browser.find_elements(By.CSS_SELECTOR, "script, img, iframe, base, object, form") == []
    assert len(browser.find_elements(By.TAG_NAME, "style")) == 1
    with pytest.raises(Exception, match="no such alert"):
        _ = browser.switch_to.alert.text
    assert browser.title == TITLES[page.name]


def test_nothing_is_requested_but_the_page(browser: webdriver.Chrome, page: Path) -> None:
    browser.get_log("performance")
    view(browser, page, 1280, "light")
    messages = [json.loads(row["message"])["message"] for row in browser.get_log("performance")]
    asked = {
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    }
    assert asked - {"data:,"} == {page.as_uri()}


def test_the_policy_holds_where_escaping_would_fail(
    browser: webdriver.Chrome, page: Path, tmp_path: Path
) -> None:
    source = page.read_text(encoding="utf-8")
    bad = "<script>document.title = 'pwned'</script><img src='https://example.invalid/x.png'>"
    bad += "<p id='styled' style='color: rgb(1, 2, 3)'>x</p><style>body { display: none }</style>"
    broken = tmp_path / "broken.html"
    broken.write_text(source.replace("<main>", f"<main>{bad}"), encoding="utf-8")
    view(browser, broken, 1280, "light")
    assert browser.title == TITLES[page.name]
    assert browser.find_element(By.ID, "styled").value_of_css_property("color") != "rgb(1, 2, 3)"
    assert browser.find_element(By.TAG_NAME, "body").is_displayed()
    refused = [row["message"] for row in browser.get_log("browser")]
    assert len(refused) >= 4
    assert all("Content Security Policy" in message for message in refused)


def test_pages_lead_to_each_other(browser: webdriver.Chrome, page: Path) -> None:
    view(browser, page, 360, "light")
    (other,) = set(TITLES) - {page.name}
    browser.find_element(By.CSS_SELECTOR, f"nav a[href='{other}']").click()
    assert browser.title == TITLES[other]


def test_print_shows_closed_details_on_white(browser: webdriver.Chrome, page: Path) -> None:
    view(browser, page, 800, "dark", media="print")
    heights = browser.execute_script(
        "return [...document.querySelectorAll('details .text')].map(e => e.offsetHeight)"
    )
    assert heights
    assert all(heights)
    background = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert sum(map(int, background[4:-1].split(","))) > 700
    pdf = browser.execute_cdp_cmd("Page.printToPDF", {})["data"]
    assert base64.b64decode(pdf).startswith(b"%PDF")
