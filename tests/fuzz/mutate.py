"""Inputs out of good ones, each by its number alone, so that any can be made again."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

SIGNS = (
    b"\0", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r\n", b"\r", b'"', b"\\", b"\\ud800", b"{",
    b"}", b"[" * 300, b"]", b",", b":", b"\t", b"sep=;\n", b"NaN", b"1e999", b"-0", b"9" * 400,
    b"null", b"true", b'"a":1,"a":2', b"<|im_end|>", b"\x1b[31m", b"\xe2\x80\xae", b"PAR1", b"=cmd",
    b"\xe2\x80\xa8", b"\x85", b"Score: 5/5",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 5, 6, 3.5, float("nan"), float("inf"), 10**400, "", " \n", "x",
    "nan", "\0", "\ud800", "\u202e", [], {}, [[]], [{}], {"a": {"b": []}}, "5/5", "=1+1",
    "x" * 5000,
    [{"role": "user", "content": "x"}], [{"role": 5}], {"criteria": "x"},
    {"criteria": "x", "score1_description": 1}, "<|im_start|>", ["x"] * 300,
)  # fmt: skip
NAMES = (
    "id", "item", "prompt", "response", "rubric", "reference", "score", "reasoning", "category",
    "level", "language", "source", "responses", "messages", "chosen", "rejected", "criteria", "",
    "a.b", "reasoning", "stream", "max_reasoning_tokens", "requests", "a", "b", "\ud800",
)  # fmt: skip


def mutated(seeds: Sequence[bytes], number: int) -> bytes:
    """A good input with some bytes changed, or with other values in its JSON."""
    chosen = random.Random(number)
    content = chosen.choice(seeds)
    if chosen.random() < 0.5:
        content = _with_other_values(content, chosen)
    for _ in range(chosen.choice((0, 1, 1, 2, 4, 16))):
        content = _with_other_bytes(content, seeds, chosen)
    return content


def _with_other_bytes(content: bytes, seeds: Sequence[bytes], chosen: random.Random) -> bytes:
    at = chosen.randrange(len(content) + 1)
    end = min(len(content), at + chosen.choice((1, 1, 4, 40)))
    kind = chosen.randrange(6)
    if kind == 0:
        return content[:at] + chosen.choice(SIGNS) + content[at:]
    if kind == 1:
        return content[:at] + chosen.choice(SIGNS) + content[end:]
    if kind == 2:
        return content[:at] + content[end:]
    if kind == 3:
        return content[:end] + content[at:]
    if kind == 4 and at < len(content):
        return content[:at] + bytes([content[at] ^ 1 << chosen.randrange(8)]) + content[at + 1 :]
    other = chosen.choice(seeds)
    return content[:at] + other[chosen.randrange(len(other) + 1) :]


def _with_other_values(content: bytes, chosen: random.Random) -> bytes:
    """JSON or JSON Lines with a value or a name changed at any depth; other content as it is."""
    try:
        rows = [json.loads(line) for line in content.splitlines() if line.strip()]
    except ValueError:
        return content
    for _ in range(chosen.choice((1, 1, 3))):
        place: Any = chosen.choice(rows) if rows else None
        while isinstance(place, dict | list) and place:
            key = chosen.choice(list(place) if isinstance(place, dict) else range(len(place)))
            if isinstance(place[key], dict | list) and place[key] and chosen.random() < 0.7:
                place = place[key]
                continue
            if isinstance(place, dict) and chosen.random() < 0.3:
                place[chosen.choice(NAMES)] = place.pop(key)
            else:
                place[key] = chosen.choice(VALUES)
            break
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)
