"""Questions about the tables of `sql`, with right and wrong queries."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from autograder.dataset.families import compose
from autograder.dataset.families.sql_parts import Question, Table, spoilt


def _count(rng: random.Random, table: Table) -> Question:
    t, v = table.name, table.number
    limit = sorted(number for _, number in table.pairs())[rng.randint(1, 2)]
    word, sign, slip, back = rng.choice(
        (("above", ">", ">=", "<"), ("of at least", ">=", ">", "<"), ("below", "<", "<=", ">"),
         ("of at most", "<=", "<", ">"))
    )  # fmt: skip
    holds = {">": int.__gt__, ">=": int.__ge__, "<": int.__lt__, "<=": int.__le__}[sign]
    count = sum(holds(number, limit) for _, number in table.pairs())
    base = f"SELECT COUNT(*) FROM {t}"
    return Question(
        f"How many {table.many} have {compose.article(v)} {word} {limit}?",
        ((count,),), False,
        (f"{base} WHERE {v} {sign} {limit}", f"SELECT COUNT({table.key}) FROM {t} WHERE {v} {sign} "
         f"{limit}"),
        ((f"{base} WHERE {v} {slip} {limit}", f"{slip} for {sign}"),
         (f"{base} WHERE {v} {back} {limit}", f"{back} for {sign}"), (base, "no WHERE")),
        ((f"SELECT {table.key} FROM {t} WHERE {v} {sign} {limit}", "no COUNT"),
         (f"SELECT SUM({v}) FROM {t}", "SUM for COUNT"),),
    )  # fmt: skip


def _extreme(rng: random.Random, table: Table) -> Question:
    t, v = table.name, table.number
    numbers = [number for _, number in table.pairs()]
    word, good, bad, end, wanted = rng.choice(
        (("highest", "MAX", "MIN", " DESC", max(numbers)),
         ("lowest", "MIN", "MAX", "", min(numbers)))
    )  # fmt: skip
    wrong = table.other or table.key
    return Question(
        f"What is the {word} {v}?", ((wanted,),), False,
        (f"SELECT {good}({v}) FROM {t}", f"SELECT {v} FROM {t} ORDER BY {v}{end} LIMIT 1"),
        ((f"SELECT {bad}({v}) FROM {t}", f"{bad} for {good}"),
         (f"SELECT {good}({wrong}) FROM {t}", f"{wrong} for {v}"),
         (f"SELECT {v} FROM {t} ORDER BY {v}{end}", "no LIMIT")),
        ((f"SELECT COUNT({v}) FROM {t}", f"COUNT for {good}"),
         (f"SELECT SUM({v}) FROM {t}", f"SUM for {good}"),),
    )  # fmt: skip


def _holder(rng: random.Random, table: Table) -> Question:
    t, n, v = table.name, table.key, table.number
    word, good, end, turned = rng.choice(
        (("highest", "MAX", " DESC", ""), ("lowest", "MIN", "", " DESC"))
    )
    ranked = sorted(table.pairs(), key=lambda pair: pair[1], reverse=word == "highest")
    base = f"SELECT {n} FROM {t} ORDER BY"
    wrong = table.other or table.kind
    return Question(
        f"Which {n} has the {word} {v}?", ((ranked[0][0],),), False,
        (f"{base} {v}{end} LIMIT 1",
         f"SELECT {n} FROM {t} WHERE {v} = (SELECT {good}({v}) FROM {t})"),
        ((f"{base} {v}{turned} LIMIT 1", "it sorts the wrong way"),
         (f"{base} {v}{end} LIMIT 2", "LIMIT 2 for LIMIT 1"),
         (f"{base} {wrong}{end} LIMIT 1", f"it sorts by {wrong}"),
         (f"SELECT {v} FROM {t} ORDER BY {v}{end} LIMIT 1", f"{v} for {n}")),
        ((f"SELECT COUNT({n}) FROM {t}", "it counts"),
         (f"SELECT {good}({v}) FROM {t} WHERE {v} < 0", "a condition that never holds")),
    )  # fmt: skip


def _total(rng: random.Random, table: Table) -> Question:
    t, v, k = table.name, table.number, table.kind
    numbers = [number for _, number in table.pairs()]
    if not k:
        return Question(
            f"What is the total {v}?", ((sum(numbers),),), False,
            (f"SELECT SUM({v}) FROM {t}", f"SELECT TOTAL({v}) FROM {t}"),
            ((f"SELECT AVG({v}) FROM {t}", "AVG for SUM"),
             (f"SELECT SUM({table.other}) FROM {t}", f"{table.other} for {v}"),
             (f"SELECT SUM({v}) FROM {t} WHERE {v} > {min(numbers)}", "a needless WHERE")),
            ((f"SELECT COUNT({v}) FROM {t}", "COUNT for SUM"),
             (f"SELECT {v} FROM {t}", "no SUM"),),
        )  # fmt: skip
    value, rest = rng.sample(sorted(set(map(str, table.column(k)))), 2)
    cells = zip(table.column(k), numbers, strict=True)
    wanted = sum(number for cell, number in cells if cell == value)
    base = f"SELECT SUM({v}) FROM {t}"
    return Question(
        f"What is the total {v} where the {k} is {value}?", ((wanted,),), False,
        (f"{base} WHERE {k} = '{value}'", f"{base} WHERE {k} IN ('{value}')"),
        ((base, "no WHERE"), (f"{base} WHERE {k} = '{rest}'", f"{rest} for {value}"),
         (f"{base} WHERE {k} <> '{value}'", "<> for ="),
         (f"SELECT AVG({v}) FROM {t} WHERE {k} = '{value}'", "AVG for SUM")),
        ((f"SELECT COUNT(*) FROM {t}", "COUNT for SUM"),
         (f"SELECT {k} FROM {t} WHERE {k} = '{value}'", "no SUM"),),
    )  # fmt: skip


def _listed(rng: random.Random, table: Table) -> Question:
    t, n, v = table.name, table.key, table.number
    ranked = sorted(number for _, number in table.pairs())
    more = rng.random() < 0.5
    limit = ranked[-3] if more else ranked[2]
    sign, slip, back = (">", ">=", "<") if more else ("<", "<=", ">")
    holds = int.__gt__ if more else int.__lt__
    wanted = [(key,) for key, number in table.pairs() if holds(number, limit)]
    base = f"SELECT {n} FROM {t}"
    return Question(
        f"List each {n} with {compose.article(v)} {'over' if more else 'under'} {limit}.",
        tuple(wanted), False,
        (f"{base} WHERE {v} {sign} {limit}",
         f"{base} WHERE NOT {v} {'<=' if more else '>='} {limit}"),
        ((f"{base} WHERE {v} {slip} {limit}", f"{slip} for {sign}"),
         (f"{base} WHERE {v} {back} {limit}", f"{back} for {sign}"),
         (f"{base} WHERE {v} {sign} {limit} LIMIT 1", "a needless LIMIT"),
         (f"SELECT {v} FROM {t} WHERE {v} {sign} {limit}", f"{v} for {n}")),
        ((base, "no WHERE"), (f"SELECT COUNT(*) FROM {t}", "it counts"),),
    )  # fmt: skip


def _sorted(rng: random.Random, table: Table) -> Question:
    t, n, v = table.name, table.key, table.number
    down = rng.random() < 0.5
    ranked = sorted(table.pairs(), key=lambda pair: pair[1], reverse=down)
    end, turned = (" DESC", "") if down else ("", " DESC")
    base = f"SELECT {n} FROM {t}"
    wrong = table.other or table.kind
    return Question(
        f"List every {n}, {'highest' if down else 'lowest'} {v} first.",
        tuple((key,) for key, _ in ranked), True,
        (f"{base} ORDER BY {v}{end}", f"{base} ORDER BY {v}{end or ' ASC'}"),
        ((f"{base} ORDER BY {v}{turned}", "it sorts the wrong way"),
         (f"{base} ORDER BY {n}{end}", f"it sorts by {n}"),
         (f"{base} ORDER BY {wrong}{end}", f"it sorts by {wrong}"),
         (f"SELECT {v} FROM {t} ORDER BY {v}{end}", f"{v} for {n}")),
        ((base, "no ORDER BY"), (f"{base} ORDER BY {v}{end} LIMIT 1", "a needless LIMIT")),
    )  # fmt: skip


def _lookup(rng: random.Random, table: Table) -> Question:
    t, n, v = table.name, table.key, table.number
    (who, value), (neighbour, _) = rng.sample(table.pairs(), 2)
    wrong = table.other or table.kind
    base = f"SELECT {v} FROM {t}"
    return Question(
        rng.choice((f"What is the {v} of {who}?", f"Which {v} does {who} have?")),
        ((value,),), False,
        (f"{base} WHERE {n} = '{who}'", f"{base} WHERE {n} LIKE '{who}'"),
        ((f"{base} WHERE {n} = '{neighbour}'", f"{neighbour} for {who}"),
         (f"SELECT {wrong} FROM {t} WHERE {n} = '{who}'", f"{wrong} for {v}"),
         (f"{base} WHERE {n} <> '{who}'", "<> for =")),
        ((base, "no WHERE"), (f"SELECT COUNT({v}) FROM {t}", "it counts"),),
    )  # fmt: skip


def _per_kind(rng: random.Random, table: Table) -> Question:
    t, k, v = table.name, table.kind, table.number
    kinds, numbers = list(map(str, table.column(k))), [number for _, number in table.pairs()]
    word, good, bad = rng.choice((("number of rows", "COUNT(*)", f"SUM({v})"),
                                  (f"total {v}", f"SUM({v})", "COUNT(*)"),
                                  (f"highest {v}", f"MAX({v})", f"MIN({v})")))  # fmt: skip
    values = {kind: [x for cell, x in zip(kinds, numbers, strict=True) if cell == kind]
              for kind in dict.fromkeys(kinds)}  # fmt: skip
    figures: dict[str, Callable[[list[int]], int]] = {"C": len, "S": sum, "M": max}
    figure = figures[good[0]]
    return Question(
        f"Give each {k} with its {word}.",
        tuple((kind, figure(found)) for kind, found in values.items()), False,
        (f"SELECT {k}, {good} FROM {t} GROUP BY {k}",
         f"SELECT {k}, {good} FROM {t} GROUP BY {k} ORDER BY {k}"),
        ((f"SELECT {k}, {good} FROM {t} GROUP BY {table.key}", f"it groups by {table.key}"),
         (f"SELECT {k}, {good} FROM {t}", "no GROUP BY"),
         (f"SELECT {k}, {bad} FROM {t} GROUP BY {k}", f"{bad} for {good}")),
        ((f"SELECT {k} FROM {t}", f"no {good}"), (f"SELECT {good} FROM {t}", "no GROUP BY")),
    )  # fmt: skip


def _distinct(rng: random.Random, table: Table) -> Question:
    t, k = table.name, table.kind
    kinds = sorted(set(map(str, table.column(k))))
    listed = rng.random() < 0.5
    if listed:
        return Question(
            f"Name each {k} that occurs, once only.", tuple((kind,) for kind in kinds), False,
            (f"SELECT DISTINCT {k} FROM {t}", f"SELECT {k} FROM {t} GROUP BY {k}"),
            ((f"SELECT {k} FROM {t}", "no DISTINCT"),
             (f"SELECT DISTINCT {table.key} FROM {t}", f"{table.key} for {k}"),
             (f"SELECT DISTINCT {k} FROM {t} LIMIT 1", "a needless LIMIT")),
            ((f"SELECT COUNT(*) FROM {t}", "it counts"),),
        )  # fmt: skip
    return Question(
        f"How many different values of {k} are there?", ((len(kinds),),), False,
        (f"SELECT COUNT(DISTINCT {k}) FROM {t}",
         f"SELECT COUNT(*) FROM (SELECT DISTINCT {k} FROM {t})"),
        ((f"SELECT COUNT({k}) FROM {t}", "no DISTINCT"),
         (f"SELECT COUNT(DISTINCT {table.key}) FROM {t}", f"{table.key} for {k}"),
         (f"SELECT DISTINCT {k} FROM {t}", "no COUNT")),
        ((f"SELECT SUM({table.number}) FROM {t}", "SUM for COUNT"),),
    )  # fmt: skip


Ask = Callable[[random.Random, Table], Question]
_ANY: tuple[Ask, ...] = (_count, _extreme, _holder, _total, _listed, _sorted, _lookup)
_WITH_KIND: tuple[Ask, ...] = (_per_kind, _distinct)


def draw_questions(rng: random.Random, table: Table) -> list[Question]:
    """Four questions of different kinds."""
    special = [ask for ask in _WITH_KIND if table.kind and rng.random() < 0.5]
    asks = [*special, *rng.sample(_ANY, 4 - len(special))]
    rng.shuffle(asks)
    drawn = [ask(rng, table) for ask in asks]
    return [replace(each, gross=(*each.gross, *spoilt(table, each.right[0]))) for each in drawn]
