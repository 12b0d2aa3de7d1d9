"""A small table and four questions, each answered by an SQL query; right results decide.

Every query runs on SQLite in memory. A right one must give the rows that the construction
computes without SQL, a wrong one others.
"""

from __future__ import annotations

import contextlib
import random
import re
import sqlite3
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from autograder.dataset.families import compose
from autograder.dataset.families.sql_database import Database, same, show
from autograder.dataset.families.sql_parts import Cell, Question, Slip, Table
from autograder.dataset.families.sql_questions import draw_questions
from autograder.dataset.families.sql_tables import FAMILY, Words, read
from autograder.errors import DataError
from autograder.schema import SCORES, GradedResponse, Item

_GROSS = 0.5  # of the misses
_LONGER = 0.75
_RUBRIC_WORDS = 70

_NOUNS = (("correct", "wrong"), ("right", "wrong"))


def _wrong(rng: random.Random, database: Database, question: Question) -> tuple[Slip, str]:
    """A wrong query with its result as text; one that happens to be right is passed over.

    Of two drawn the longer mostly comes first: a clause left out must not show in the length.
    """
    slips: list[Slip] = []
    for kind in (question.gross,) if rng.random() < _GROSS else (question.near, question.gross):
        drawn = rng.sample(kind, len(kind))
        if rng.random() < _LONGER:
            drawn[:2] = sorted(drawn[:2], key=lambda slip: -slip[0].count(" "))
        slips += drawn
    for slip in slips:
        found = database.rows(slip[0])
        if not same(found, question):
            return slip, show(found)
    raise AssertionError(f"no wrong query for {question.ask!r}")


def _finding(
    number: int, question: Question, right: bool, cause: str, result: str
) -> compose.Finding:
    wanted = show(question.wanted)
    if right:
        text = f"query {number} returns {wanted}"
        return compose.Finding(True, text, text)
    instead = "" if wanted.endswith(" rows") and result == wanted else f" instead of {wanted}"
    short = f"query {number} ({cause}) returns {result}"
    return compose.Finding(False, f"{short}{instead}", short)


def _table(words: Words, rng: random.Random) -> Table:
    topic, names = rng.choice(words.topics)
    size = rng.randint(4, 6)
    has_kind = rng.random() < 0.6
    order = rng.sample(topic.numbers, 2)
    columns: list[Sequence[Cell]] = [rng.sample(names, size)]
    if has_kind:
        kinds = rng.sample(topic.kinds, 2 if size == 4 else rng.randint(2, 3))
        cells = [*kinds, *(rng.choice(kinds) for _ in range(size - len(kinds)))]
        rng.shuffle(cells)
        columns.append(cells)
    used = order[: 1 if has_kind else 2]
    columns += [rng.sample(range(each.low, each.high + 1), size) for each in used]
    return Table(
        name=topic.id,
        one=topic.one,
        many=topic.many,
        key=topic.key,
        kind=topic.kind if has_kind else "",
        number=order[0].column,
        other="" if has_kind else order[1].column,
        rows=tuple(zip(*columns, strict=True)),
    )


def _shown(rng: random.Random, table: Table) -> str:
    rows = [table.columns, *(tuple(map(str, row)) for row in table.rows)]
    style = rng.choice(("pipes", "csv", "create", "tabs"))
    if style == "pipes":
        return "\n".join((f"{table.name}:", *(" | ".join(row) for row in rows)))
    if style == "tabs":
        return "\n".join((f"Table {table.name}", *("\t".join(row) for row in rows)))
    body = [",".join(row) for row in rows]
    if style == "csv":
        return "\n".join((f"{table.name} (CSV)", *body))
    return "\n".join((f"{table.name}({', '.join(table.columns)})", *body[1:]))


def _layout(composer: compose.Composer, style: random.Random, queries: Sequence[str]) -> str:
    opener, closer = style.choice(composer.openers), style.choice(composer.closers)
    shape = style.choice(("numbered", "lines", "fence", "comments"))
    rows = [f"{query};" for query in queries]
    if shape == "numbered":
        mark = style.choice((".", ")"))
        rows = [f"{k}{mark} {row}" for k, row in enumerate(rows, 1)]
    elif shape == "comments":
        rows = [f"{row} -- {k}" for k, row in enumerate(rows, 1)]
    elif shape == "fence":
        rows = ["```sql", *rows, "```"]
    return "\n".join(part for part in (opener, *rows, closer) if part)


def _respond(
    composer: compose.Composer,
    rng: random.Random,
    style: random.Random,
    database: Database,
    questions: Sequence[Question],
    score: int,
) -> GradedResponse:
    kept = compose.draw_kept(rng, score)
    form, small = style.randrange(2), style.random() < 0.2
    queries, findings = [], []
    for number, (question, right) in enumerate(zip(questions, kept, strict=True), 1):
        if right:
            query, cause, result = question.right[form], "", ""
        else:
            (query, cause), result = _wrong(rng, database, question)
        if small:
            query = re.sub(r"\b[A-Z]{2,}\b", lambda match: match[0].lower(), query)
        queries.append(query)
        findings.append(_finding(number, question, right, cause, result))
    reason = composer.explain(rng, "query", "right", findings).replace("querys", "queries")
    return GradedResponse(score, _layout(composer, style, queries), reason)


def _key(rng: random.Random, questions: Sequence[Question]) -> str:
    """What the rubric gives away: the right results, right queries, or nothing."""
    kind = rng.random()
    if kind < 0.3:
        return ""
    results = [show(question.wanted, _RUBRIC_WORDS) for question in questions]
    if kind < 0.75:
        lead = rng.choice(("Right results: ", "Wanted: ", "They should return: "))
        return lead + "; ".join(results) + "."
    lead = rng.choice(("Right queries: ", "Reference: ", "For example: "))
    return lead + "; ".join(question.right[0] for question in questions) + "."


def _check(database: Database, questions: Sequence[Question], identity: str) -> None:
    for question in questions:
        for query in question.right:
            found = database.rows(query)
            if not same(found, question):
                message = (
                    f"{query!r} returns {found}, but {question.wanted} is wanted; mend the question"
                )
                raise DataError(message, path=f"family {FAMILY}", field=identity)


def _make(words: Words, rng: random.Random, identity: str) -> Item:
    say, composer = words.say, words.composer
    table = _table(words, rng)
    questions = draw_questions(words, rng, table)
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        database = Database(connection, table)
        _check(database, questions, identity)
        responses = tuple(
            _respond(composer, rng, style, database, questions, score)
            for score, style in zip(SCORES, compose.styles(rng), strict=True)
        )
    mark = rng.choice(("{}. ", "{}) ", "- ", ""))
    asked = [mark.format(k) + question.ask for k, question in enumerate(questions, 1)]
    lead = rng.choice(say.leads).format(t=table.name)
    parts = ["\n".join((lead, *asked)), _shown(rng, table)]
    good, bad = rng.choice(_NOUNS)
    scale = composer.rule(rng, "query", good, bad).replace("querys", "queries")
    criterion, key = rng.choice(say.criteria), _key(rng, questions)
    text = composer.rubric(rng, criterion, scale, key, remark=len(key.split()) < 20)
    if len(text.split()) > _RUBRIC_WORDS:
        text = f"{key} {scale}"
    return Item(
        id=identity,
        category="code",
        level=1,
        language="en",
        prompt="\n\n".join(parts if rng.random() < 0.5 else parts[::-1]),
        rubric=text,
        responses=responses,
        source=FAMILY,
    )


def items(count: int, seed: int, words: Path) -> list[Item]:
    """Make `count` items; the first m are the same whatever `count` is.

    Raises:
        DataError: SQLite and the construction disagree about the rows of a right query.
    """
    return compose.build(FAMILY, partial(_make, read(words)), count, seed)
