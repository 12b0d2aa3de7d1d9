"""The page's files: only local, no way for text to become markup, nothing refers to nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from serve.running import Client

PAGE = files("autograder.serve").joinpath("page")
SOURCES = {entry.name: entry.read_text(encoding="utf-8") for entry in PAGE.iterdir()}
SCRIPTS = {name: text for name, text in SOURCES.items() if name.endswith(".js")}
INDEX = SOURCES["index.html"]
NAMESPACE = "http://www.w3.org/2000/svg"

# What turns a string into markup or code, or sets what the page's policy forbids.
DANGEROUS = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|setHTML|createContextualFragment|DOMParser|srcdoc"
    r"|document\.write|\beval\b|\bFunction\s*\(|setTimeout\(\s*[\"'`]|javascript:|cssText"
    r"|setAttribute\(\s*[\"'](style|on)"
)


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def values(self, attribute: str) -> list[str]:
        return [value for _, attrs in self.found if (value := attrs.get(attribute)) is not None]


ELEMENTS = Elements(INDEX)
IDS = ELEMENTS.values("id")


def test_there_are_scripts() -> None:
    assert {"app.js", "theme.js", "wire.js"} <= SCRIPTS.keys()


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_make_no_markup_and_no_code(name: str) -> None:
    assert DANGEROUS.findall(SCRIPTS[name]) == []


@pytest.mark.parametrize("name", SOURCES)
def test_nothing_comes_from_elsewhere(name: str) -> None:
    text = SOURCES[name].replace(NAMESPACE, "")
    assert re.findall(r"\w+://|[\"'(]//|@import|url\(", text) == []


def test_the_page_has_no_inline_script_or_style() -> None:
    for tag, attributes in ELEMENTS.found:
        assert tag not in {"style", "base", "iframe", "object", "embed"}
        assert [key for key in attributes if key == "style" or key.startswith("on")] == []
        assert tag != "script" or attributes.get("src")


def test_all_addresses_are_relative_files_of_ours(client: Client) -> None:
    addresses = ELEMENTS.values("src") + ELEMENTS.values("href")
    files_of_ours = [address for address in addresses if not address.startswith("data:")]
    assert len(files_of_ours) == 3
    for text in SCRIPTS.values():
        imported = re.findall(r'from "([^"]+)"', text)
        assert all(re.fullmatch(r"\./\w+\.js", name) for name in imported)
        files_of_ours += [f"static/{name[2:]}" for name in imported]
    for address in files_of_ours:
        assert client.get(f"/{address}").status_code == 200, address


def test_requests_are_relative() -> None:
    asked = re.findall(r"(?:fetch|post)\(\"([^\"]*)\"", SOURCES["wire.js"])
    assert sorted(asked) == ["compare", "evaluate", "ready"]


def test_every_id_that_a_script_uses_is_there_once() -> None:
    assert len(IDS) == len(set(IDS))
    used = {name for text in SCRIPTS.values() for name in re.findall(r'find\("([\w-]+)"\)', text)}
    assert used - set(IDS) == set()


def test_every_label_and_description_points_at_something() -> None:
    pointers = ELEMENTS.values("for") + ELEMENTS.values("aria-labelledby")
    pointers += [name for text in ELEMENTS.values("aria-describedby") for name in text.split()]
    assert set(pointers) - set(IDS) == set()


def test_every_field_has_a_name() -> None:
    labels = ELEMENTS.values("for")
    for tag, attributes in ELEMENTS.found:
        if tag in {"textarea", "select"} or attributes.get("type") == "password":
            assert attributes["id"] in labels or attributes.get("aria-label")


def test_icons_without_words_have_a_name() -> None:
    buttons = [attributes for tag, attributes in ELEMENTS.found if tag == "button"]
    icons = [attributes for attributes in buttons if attributes.get("class") == "icon"]
    assert icons
    assert all(attributes.get("aria-label") for attributes in icons)
