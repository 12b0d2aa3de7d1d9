"""A small table as text and four look-ups in it; the number of right answers decides."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.dataset.families import compose
from autograder.dataset.families.table_topics import FAMILY, Topic, Words, read
from autograder.schema import SCORES, GradedResponse, Item

Row = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Query:
    """One look-up: the question, ways to state its answer, right and tempting answers.

    `label` names the answer in the explanation, `brief` does so in few words.
    """

    ask: str
    said: tuple[str, ...]
    label: str
    brief: str
    answer: str
    tempting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One column as the queries see it, with the other column for mix-ups."""

    name: str
    topic: Topic
    rows: tuple[Row, ...]
    other: tuple[Row, ...]

    def neighbour(self, rng: random.Random, index: int) -> Row:
        step = rng.choice((-1, 1))
        place = index + step if 0 <= index + step < len(self.rows) else index - step
        return self.rows[place]


def _extreme(rng: random.Random, column: Column) -> Query:
    highest = rng.random() < 0.5
    word = "highest" if highest else "lowest"
    order = sorted(column.rows, key=lambda row: row[1], reverse=highest)
    swapped = sorted(column.other, key=lambda row: row[1], reverse=highest)
    tempting = [order[1][0], order[1][0], order[2][0], order[-1][0], swapped[0][0]]
    label = f"the {word} {column.name}"
    said = (
        f"{{v}} has {label}",
        f"{label} is that of {{v}}",
        f"{word} {column.name}: {{v}}",
        f"{label} belongs to {{v}}",
    )
    one = column.topic.one
    ask = f"{'Who' if column.topic.people and rng.random() < 0.5 else f'Which {one}'} has {label}?"
    named = f"the {one} with {label}"
    return Query(ask, said, named, label, order[0][0], tuple(tempting))


def _value(rng: random.Random, column: Column) -> Query:
    index = rng.randrange(len(column.rows))
    name, value = column.rows[index]
    said = (
        f"the {column.name} for {name} is {{v}}",
        f"{name} has {compose.article(column.name)} of {{v}}",
        f"{column.name} for {name}: {{v}}",
        f"for {name} the table lists {compose.article(column.name)} of {{v}}",
    )
    tempting = (
        column.neighbour(rng, index)[1],
        column.neighbour(rng, index)[1],
        column.other[index][1],
        compose.near(rng, value),
    )
    ask = rng.choice(
        (f"What is the {column.name} for {name}?", f"What {column.name} is listed for {name}?")
    )
    label, brief = f"the {column.name} for {name}", f"the {column.name} for {name}"
    return Query(ask, said, label, brief, str(value), tuple(map(str, tempting)))


def _pair(rng: random.Random, column: Column) -> Query:
    first, second = rng.sample(range(len(column.rows)), 2)
    (a, left), (b, right) = column.rows[first], column.rows[second]
    brief = f"{a} with {b}"
    missed = column.neighbour(rng, second)[1]
    if rng.random() < 0.6:
        value, slip = left + right, left + missed
        label = f"the {column.name} for {a} and {b} together"
        ask = f"What is {label}?"
        said = (f"{a} and {b} together have {{v}}", f"{a} plus {b} makes {{v}}")
    else:
        value, slip = abs(left - right), abs(left - missed)
        label = f"the gap in {column.name} between {a} and {b}"
        ask = rng.choice((f"What is {label}?", f"How big is {label}?"))
        said = (f"{a} and {b} differ by {{v}}", f"between {a} and {b} the gap is {{v}}")
    tempting = (slip or value + 1, compose.near(rng, value), compose.near(rng, value))
    more = (f"{label} is {{v}}", f"{label}: {{v}}")
    return Query(ask, said + more, label, brief, str(value), tuple(map(str, tempting)))


def _count(rng: random.Random, column: Column) -> Query:
    values = sorted(value for _, value in column.rows)
    cut = rng.randrange(1, len(values))
    limit = (values[cut - 1] + values[cut]) // 2
    count = sum(value > limit for value in values)
    many = column.topic.many
    label = f"the number of {many} with {compose.article(column.name)} above {limit}"
    said = (
        f"{label} is {{v}}",
        f"{many} above {limit}: {{v}}",
        f"those with {compose.article(column.name)} above {limit} number {{v}}",
        f"{label} comes to {{v}}",
    )
    ask = f"How many {many} have {compose.article(column.name)} above {limit}?"
    tempting = [number for number in (count - 1, count + 1, len(values) - count) if number > 0]
    brief = f"the count above {limit}"
    return Query(ask, said, label, brief, str(count), tuple(map(str, tempting)))


def _reverse(rng: random.Random, column: Column) -> Query:
    index = rng.randrange(len(column.rows))
    name, value = column.rows[index]
    label = f"the {column.topic.one} with {compose.article(column.name)} of {value}"
    said = (
        f"{label} is {{v}}",
        f"{compose.article(column.name)} of {value} belongs to {{v}}",
        f"{column.name} {value}: {{v}}",
        f"{value} is listed for {{v}}",
    )
    tempting = (column.neighbour(rng, index)[0], column.neighbour(rng, index)[0])
    ask = f"Which {column.topic.one} has {compose.article(column.name)} of {value}?"
    return Query(ask, said, label, f"the row with {value}", name, tempting)


_QUERIES: tuple[Callable[[random.Random, Column], Query], ...] = (
    _extreme, _value, _pair, _count, _reverse
)  # fmt: skip


def _table(rng: random.Random, one: str, heads: list[str], rows: Sequence[tuple[str, ...]]) -> str:
    titles = [one, *heads]
    style = rng.choice(("pipes", "markdown", "csv", "named"))
    if style == "csv":
        return "\n".join(",".join(row) for row in (tuple(titles), *rows))
    if style == "named":
        lines = []
        for name, *values in rows:
            told = ", ".join(f"{head} {v}" for head, v in zip(heads, values, strict=True))
            lines.append(f"{name}: {told}")
        return "\n".join(lines)
    if style == "pipes":
        return "\n".join(" | ".join(row) for row in (tuple(titles), *rows))
    ruler = "|".join("---" for _ in titles)
    body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join((f"| {' | '.join(titles)} |", f"|{ruler}|", *body))


def _respond(
    rng: random.Random,
    style: random.Random,
    composer: compose.Composer,
    queries: list[Query],
    score: int,
) -> GradedResponse:
    kept = compose.draw_kept(rng, score)
    bare = style.random() < 0.3
    wording = style.randrange(4)
    rows, findings = [], []
    for query, right in zip(queries, kept, strict=True):
        tempting = [value for value in query.tempting if value != query.answer]
        given = query.answer if right else rng.choice(tempting)
        rows.append(given if bare else query.said[wording].format(v=given))
        long = rng.choice(
            (
                f"{query.label} is {query.answer}, not {given}",
                f"{query.label} is given as {given} instead of {query.answer}",
            )
        )
        short = f"{query.brief} is {query.answer}" + ("" if right else f", not {given}")
        findings.append(compose.Finding(right, long, short))
    text = composer.layout(style, rows, ordered=bare)
    return GradedResponse(score, text, composer.explain(rng, "answer", "right", findings))


def _make(words: Words, rng: random.Random, identity: str) -> Item:
    composer = words.composer
    topic, names = rng.choice(words.topics)
    size = rng.randint(4, 5)
    picked = rng.sample(names, size)
    heads = rng.sample(topic.columns, 2)
    values = [rng.sample(range(head.low, head.high), size) for head in heads]
    series = [tuple(zip(picked, column, strict=True)) for column in values]
    shown = [Column(heads[i].name, topic, series[i], series[1 - i]) for i in (0, 1)]
    chosen = rng.sample(_QUERIES, 4)
    queries = [query(rng, rng.choice(shown)) for query in chosen]
    cells = [(name, str(values[0][i]), str(values[1][i])) for i, name in enumerate(picked)]
    table = _table(rng, topic.one, [head.name for head in heads], cells)
    marks = rng.choice((("1.", "2.", "3.", "4."), ("-",) * 4, ("a)", "b)", "c)", "d)"), ("",) * 4))
    asked = [f"{mark} {query.ask}".strip() for mark, query in zip(marks, queries, strict=True)]
    questions = "\n".join((rng.choice(words.say.leads), *asked))
    head = f"{topic.title}\n{table}" if rng.random() < 0.6 else table
    extra = ""
    if rng.random() < 0.4:
        extra = f"Right answers: {'; '.join(query.answer for query in queries)}."
    scale = composer.rule(rng, "answer", rng.choice(("correct", "right")), "wrong")
    return Item(
        id=identity,
        category="extraction",
        level=1,
        language="en",
        prompt=f"{questions}\n\n{head}" if rng.random() < 0.3 else f"{head}\n\n{questions}",
        rubric=composer.rubric(rng, rng.choice(words.say.criteria), scale, extra),
        responses=tuple(
            _respond(rng, style, composer, queries, score)
            for score, style in zip(SCORES, compose.styles(rng), strict=True)
        ),
        source=FAMILY,
    )


def items(count: int, seed: int, words: Path) -> list[Item]:
    """Make `count` items; the first m are the same whatever `count` is."""
    return compose.build(FAMILY, partial(_make, read(words)), count, seed)
