"""What the families say is data: Python holds logic and a few frames, but no table of texts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

DATASET = Path(__file__).parents[2] / "src" / "autograder" / "dataset"
MODULES = [
    *sorted((DATASET / "families").glob("*.py")),
    DATASET / "augment.py",
    DATASET / "augment_phrases.py",
    DATASET / "rubric_frames.py",
]
MOST_TEXTS = 4
MOST_WORDS = 9  # the numbers from none to eight
Literal = ast.Tuple | ast.List | ast.Set | ast.Dict


def texts(node: ast.AST, depth: int = 0) -> Iterator[str]:
    """The strings in a literal, at any depth; f-strings only where they stand in it directly.

    Deeper ones are the parts of what a program weaves: a query, a line of code.
    """
    if isinstance(node, ast.JoinedStr):
        if depth == 1:
            yield "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node.value
    else:
        for child in ast.iter_child_nodes(node):
            yield from texts(child, depth + 1)


def tables(source: str) -> list[str]:
    """What a module says that belongs into a table."""
    found = []
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, Literal):
            held = list(texts(node))
            phrases = [text for text in held if " " in text]
            names = [text for text in held if re.fullmatch(r"[A-Za-z][\w'-]+", text)]
            if len(phrases) > MOST_TEXTS:
                found.append(f"line {node.lineno}: {len(phrases)} texts")
            elif len(names) > MOST_WORDS and isinstance(node, ast.Tuple | ast.List | ast.Set):
                found.append(f"line {node.lineno}: {len(names)} words")
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            code = ast.get_source_segment(source, statement) or ""
            if '"""' in code or "'''" in code:
                found.append(f"line {statement.lineno}: a block of text")
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_no_module_holds_a_table_of_texts(path: Path) -> None:
    assert tables(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "X = ('a b', 'a c', 'a d', 'a e', 'a f')",
        "X = {'a': ['a b', 'a c', 'a d'], 'b': ('a e', 'a f')}",
        "def f(rng, a):\n    return rng.choice([f'{a} b', f'{a} c', f'{a} d', f'{a} e', f'{a} f'])",
        "X = ('ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh', 'hi', 'ij', 'jk')",
        'X = """\na: b\n"""',
    ],
)
def test_a_table_is_found(source: str) -> None:
    assert len(tables(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "X = ('a b', 'a c', 'a d', 'a e', 'f', 'g')",
        'X = 1\n"""What X is."""',
        "def f(a):\n    return ((f'{a} b', f'{a} c', f'{a} d'), (f'{a} e', f'{a} f', f'{a} g'))",
        "def f(a):\n    '''Says f.'''\n    return f'{a} b'",
    ],
)
def test_a_few_frames_and_docstrings_are_none(source: str) -> None:
    assert tables(source) == []
