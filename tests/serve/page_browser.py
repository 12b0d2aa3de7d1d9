"""A real browser on the playground page: what a user does with it, and what they see."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium")  # whoever imports this is skipped without it
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.ui import WebDriverWait

from helpers.browser import WAIT_S

TAB, ENTER, ESCAPE, CONTROL = Keys.TAB, Keys.ENTER, Keys.ESCAPE, Keys.CONTROL


class Page:
    """The page in one browser.

    Args:
        driver: of `start_browser`.
        url: the service's address, with its closing slash.
    """

    def __init__(self, driver: webdriver.Chrome, url: str) -> None:
        self.driver = driver
        self.url = url

    def open(self, width: int = 1280, height: int = 900, scheme: str = "light") -> Page:
        """Load the page, as in a new tab of a browser that has stored nothing."""
        self.driver.get("about:blank")
        origin = "/".join(self.url.split("/")[:3])
        storage = {"origin": origin, "storageTypes": "all"}
        self.driver.execute_cdp_cmd("Storage.clearDataForOrigin", storage)
        self.view(width, height, scheme)
        self.driver.get(self.url)
        self.driver.execute_script("sessionStorage.clear()")
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.reload()
        return self

    def view(self, width: int, height: int, scheme: str) -> None:
        phone = width < 500
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": phone})
        features = [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def reload(self) -> None:
        self.driver.get(self.url)
        self.wait(lambda: len(self.find("preset").find_elements(By.TAG_NAME, "option")) > 1)

    def find(self, name: str) -> WebElement:
        return self.driver.find_element(By.ID, name)

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        """What an element holds, seen or not, with single spaces; empty where there is none."""
        found = self.all(selector)
        return " ".join(str(found[0].get_property("textContent")).split()) if found else ""

    def value(self, name: str) -> str:
        return str(self.find(name).get_property("value"))

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def wait(self, condition: Callable[[], Any]) -> None:
        WebDriverWait(self.driver, WAIT_S, 0.05).until(lambda _: condition())

    def fill(self, **texts: str) -> None:
        """Paste texts into fields: one `input` event a field, as the clipboard does."""
        for name, text in texts.items():
            self.run(
                "arguments[0].focus(); arguments[0].select();"
                "document.execCommand('insertText', false, arguments[1])",
                self.find(name),
                text,
            )
            assert self.value(name) == text

    def fill_some(self, response: str = "score 4", **texts: str) -> None:
        self.fill(**{"prompt": "Why?", "response": response, "rubric": "Facts", **texts})

    def choose(self, mode: str) -> None:
        self.all(f"input[value={mode}]")[0].click()

    def preset(self, name: str) -> None:
        Select(self.find("preset")).select_by_visible_text(name)

    def press(self, *keys: str, with_control: bool = False) -> None:
        chain = ActionChains(self.driver)
        if with_control:
            chain.key_down(CONTROL)
        chain.send_keys(*keys)
        if with_control:
            chain.key_up(CONTROL)
        chain.perform()

    def send(self, response: str = "score 4", **texts: str) -> None:
        """Fill in some texts and press the button."""
        self.fill_some(response, **texts)
        self.find("go").click()

    def grade(self, response: str = "score 4", **texts: str) -> None:
        """Grade one response and wait until all of its answer is here."""
        self.send(response, **texts)
        self.finished()

    def scheme(self) -> str:
        """Whether the page is `dark` or `light` to look at."""
        color = self.run("return getComputedStyle(document.body).backgroundColor")
        return "dark" if sum(map(int, re.findall(r"\d+", color)[:3])) < 384 else "light"

    def stored(self, kind: str, key: str) -> Any:
        return self.run("return window[arguments[0]].getItem(arguments[1])", kind, key)

    def finished(self) -> None:
        self.wait(lambda: not self.find("progress").is_displayed() and self.all("#shown .foot"))

    @property
    def focused(self) -> str:
        return str(self.run("return document.activeElement.id"))

    @property
    def score(self) -> str:
        return self.text("#shown .score b")

    @property
    def past(self) -> list[str]:
        """What can be read of each entry in the history."""
        script = "return [...document.querySelectorAll('#entries .entry')].map(e => e.innerText)"
        return [" ".join(text.split()) for text in self.run(script)]

    def entries(self) -> list[dict[str, Any]]:
        """The history as it is stored."""
        found = json.loads(self.stored("localStorage", "autograder.history") or "[]")
        return list(found)

    def requests(self) -> set[str]:
        """Every address asked for since the last time this was read."""
        rows = [json.loads(row["message"])["message"] for row in self.driver.get_log("performance")]
        return {
            row["params"]["request"]["url"]
            for row in rows
            if row["method"] == "Network.requestWillBeSent"
        }

    def complaints(self) -> list[str]:
        """What the console says, but for the requests that failed as a test wanted it."""
        status = re.compile(r"responded with a status of (401|422|429|503)|_DISCONNECTED")
        messages = [str(row["message"]) for row in self.driver.get_log("browser")]
        return [message for message in messages if not status.search(message)]

    def shoot(self, folder: Path, name: str) -> None:
        """Keep a picture of the whole page where somebody wants to look at it."""
        options = {"captureBeyondViewport": True}
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", options)
        folder = Path(os.environ.get("AUTOGRADER_SCREENSHOTS", folder))
        (folder / f"{name}.png").write_bytes(base64.b64decode(shot["data"]))
