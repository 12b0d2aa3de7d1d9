"""A conversation as one prompt for the judge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def conversation_text(turns: Iterable[tuple[str, str]]) -> str:
    """The turns, as `(role, text)`, in one text.

    A single turn is its text alone. Several are told apart by their roles; these are words in a
    prompt and no control tokens, and so are words in a turn that look like them.

    Example:
        >>> conversation_text([("user", "Name a metal.")])
        'Name a metal.'
        >>> print(conversation_text([("system", "Be brief."), ("user", "Name a metal.")]))
        system: Be brief.
        <BLANKLINE>
        user: Name a metal.
    """
    parts = list(turns)
    if len(parts) == 1:
        return parts[0][1]
    return "\n\n".join(f"{role}: {text}" for role, text in parts)


def message_text(content: Any) -> str:
    """The text of a message's content: itself, or that of its parts.

    A part that is no text, such as an image, is named by its type: the judge cannot see it, and
    leaving it out would hide that something was there.
    """
    if isinstance(content, str):
        return content
    return "\n".join(map(_part, content or ()))


def _part(part: Any) -> str:
    if not isinstance(part, Mapping):
        return str(part)
    text = part.get("text")
    return text if isinstance(text, str) else f"[{part.get('type', 'part')}]"
