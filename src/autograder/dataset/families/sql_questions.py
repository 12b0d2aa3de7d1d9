"""Questions about the tables of `sql`, with right and wrong queries.

A function draws what a kind of question is about and works its answer out without SQL; how the
question and its queries are written is data.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from autograder.dataset.families import compose
from autograder.dataset.families.sql_parts import Cell, Question, Slip, Table
from autograder.dataset.families.sql_tables import Query, Words

_Rows = tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Which question, the rows that answer it, and what its templates are filled with."""

    template: str
    wanted: _Rows
    values: dict[str, object] = field(default_factory=dict)
    ordered: bool = False


def _count(rng: random.Random, table: Table) -> _Drawn:
    limit = sorted(number for _, number in table.pairs())[rng.randint(1, 2)]
    word, sign, slip, back = rng.choice(
        (("above", ">", ">=", "<"), ("of at least", ">=", ">", "<"), ("below", "<", "<=", ">"),
         ("of at most", "<=", "<", ">"))
    )  # fmt: skip
    holds = {">": int.__gt__, ">=": int.__ge__, "<": int.__lt__, "<=": int.__le__}[sign]
    count = sum(holds(number, limit) for _, number in table.pairs())
    values = {"limit": limit, "word": word, "sign": sign, "slip": slip, "back": back}
    return _Drawn("count", ((count,),), values)


def _extreme(rng: random.Random, table: Table) -> _Drawn:
    numbers = [number for _, number in table.pairs()]
    word, good, bad, end, wanted = rng.choice(
        (("highest", "MAX", "MIN", " DESC", max(numbers)),
         ("lowest", "MIN", "MAX", "", min(numbers)))
    )  # fmt: skip
    values = {"word": word, "good": good, "bad": bad, "end": end}
    return _Drawn("extreme", ((wanted,),), {**values, "wrong": table.other or table.key})


def _holder(rng: random.Random, table: Table) -> _Drawn:
    word, good, end, turned = rng.choice(
        (("highest", "MAX", " DESC", ""), ("lowest", "MIN", "", " DESC"))
    )
    ranked = sorted(table.pairs(), key=lambda pair: pair[1], reverse=word == "highest")
    values = {"word": word, "good": good, "end": end, "turned": turned}
    return _Drawn("holder", ((ranked[0][0],),), {**values, "wrong": table.other or table.kind})


def _total(rng: random.Random, table: Table) -> _Drawn:
    numbers = [number for _, number in table.pairs()]
    if not table.kind:
        values = {"wrong": table.other, "least": min(numbers)}
        return _Drawn("total", ((sum(numbers),),), {**values})
    kinds = table.column(table.kind)
    value, rest = rng.sample(sorted(set(map(str, kinds))), 2)
    wanted = sum(n for cell, n in zip(kinds, numbers, strict=True) if cell == value)
    return _Drawn("total_of_kind", ((wanted,),), {"value": value, "rest": rest})


def _listed(rng: random.Random, table: Table) -> _Drawn:
    ranked = sorted(number for _, number in table.pairs())
    more = rng.random() < 0.5
    limit = ranked[-3] if more else ranked[2]
    sign, slip, back, opposite = (">", ">=", "<", "<=") if more else ("<", "<=", ">", ">=")
    holds = int.__gt__ if more else int.__lt__
    wanted = tuple((key,) for key, number in table.pairs() if holds(number, limit))
    values = {"sign": sign, "slip": slip, "back": back, "opposite": opposite, "limit": limit}
    return _Drawn("listed", wanted, {**values, "word": "over" if more else "under"})


def _sorted(rng: random.Random, table: Table) -> _Drawn:
    down = rng.random() < 0.5
    ranked = sorted(table.pairs(), key=lambda pair: pair[1], reverse=down)
    word, end, turned = ("highest", " DESC", "") if down else ("lowest", "", " DESC")
    values = {"word": word, "end": end, "end_in_full": end or " ASC", "turned": turned}
    wanted = tuple((key,) for key, _ in ranked)
    return _Drawn("sorted", wanted, {**values, "wrong": table.other or table.kind}, ordered=True)


def _lookup(rng: random.Random, table: Table) -> _Drawn:
    (who, value), (neighbour, _) = rng.sample(table.pairs(), 2)
    values = {"who": who, "neighbour": neighbour, "wrong": table.other or table.kind}
    return _Drawn("lookup", ((value,),), {**values})


def _per_kind(rng: random.Random, table: Table) -> _Drawn:
    v = table.number
    kinds = list(map(str, table.column(table.kind)))
    numbers = [number for _, number in table.pairs()]
    word, good, bad = rng.choice((("number of rows", "COUNT(*)", f"SUM({v})"),
                                  (f"total {v}", f"SUM({v})", "COUNT(*)"),
                                  (f"highest {v}", f"MAX({v})", f"MIN({v})")))  # fmt: skip
    groups = {kind: [x for cell, x in zip(kinds, numbers, strict=True) if cell == kind]
              for kind in dict.fromkeys(kinds)}  # fmt: skip
    figures: dict[str, Callable[[list[int]], int]] = {"C": len, "S": sum, "M": max}
    figure = figures[good[0]]
    wanted = tuple((kind, figure(found)) for kind, found in groups.items())
    return _Drawn("per_kind", wanted, {"word": word, "good": good, "bad": bad})


def _distinct(rng: random.Random, table: Table) -> _Drawn:
    kinds = sorted(set(map(str, table.column(table.kind))))
    if rng.random() < 0.5:
        return _Drawn("distinct", tuple((kind,) for kind in kinds))
    return _Drawn("count_distinct", ((len(kinds),),))


_Draw = Callable[[random.Random, Table], _Drawn]
_ANY: tuple[_Draw, ...] = (_count, _extreme, _holder, _total, _listed, _sorted, _lookup)
_WITH_KIND: tuple[_Draw, ...] = (_per_kind, _distinct)


def _spoilt(words: Words, names: dict[str, object], right: str) -> tuple[Slip, ...]:
    """Queries about as long as the right one that plainly do something else."""
    start, rest = right.split(f" FROM {names['table']}")
    empty = f"{names['key']} IS NULL"
    never = f"{rest} AND {empty}" if " WHERE " in rest else f" WHERE {empty}{rest}"
    return tuple(each.slip(names, start=start, rest=rest, never=never) for each in words.spoilt)


def _question(words: Words, rng: random.Random, table: Table, drawn: _Drawn) -> Question:
    names: dict[str, object] = {
        "table": table.name,
        "one": table.one,
        "many": table.many,
        "key": table.key,
        "kind": table.kind,
        "number": table.number,
        "a_number": compose.article(table.number),
    }
    values = {**names, **drawn.values}
    template = words.questions[drawn.template]
    ask = template.asks[0] if len(template.asks) == 1 else rng.choice(template.asks)

    def fill(queries: tuple[Query, ...]) -> tuple[Slip, ...]:
        return tuple(query.slip(values) for query in queries)

    right = tuple(query.format(**values) for query in template.right)
    gross = fill(template.gross)
    return Question(
        ask.format(**values),
        drawn.wanted,
        drawn.ordered,
        right,
        fill(template.near),
        (*gross, *_spoilt(words, names, right[0])),
    )


def draw_questions(words: Words, rng: random.Random, table: Table) -> list[Question]:
    """Four questions of different kinds."""
    special = [draw for draw in _WITH_KIND if table.kind and rng.random() < 0.5]
    draws = [*special, *rng.sample(_ANY, 4 - len(special))]
    rng.shuffle(draws)
    return [_question(words, rng, table, draw(rng, table)) for draw in draws]
