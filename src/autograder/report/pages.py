"""The frame of the static pages: no script, no network, no other file but a link to the next."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

import jinja2
from markupsafe import Markup

from autograder.report.figures import Notes
from autograder.terminal import printable

PAGES = {"report.html": "Judge report", "data-card.html": "Data card"}
"""The pages by their file name; they stand in one folder and link to each other."""


def fill(template: str, own_address: str, notes: Notes, **values: object) -> str:
    """A page as HTML; every text of the data is shown as text, whatever it holds.

    Args:
        template: a file of this package that extends `frame.html.jinja`.
        own_address: a key of `PAGES`; empty for a page that stands alone, without links to them.
        notes: the reasons that the page collects, for its footnotes.
        values: what else the template names.
    """
    css = _part("page.css")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return (
        _environment()
        .get_template(template)
        .render(
            css=Markup(css),
            style_hash=f"sha256-{digest}",
            pages=PAGES if own_address else {},
            own_address=own_address,
            notes=notes,
            **values,
        )
    )


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(_part),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Before escaping: control and direction characters become visible in every place.
        finalize=_visible,
    )


def _part(name: str) -> str:
    return files("autograder.report").joinpath(name).read_text(encoding="utf-8")


def _visible(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Markup):
        return printable(value, keep="\n\t")
    return value
