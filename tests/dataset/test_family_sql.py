"""`sql`: tables and questions read back from the text, queries run again."""

from __future__ import annotations

import re
import sqlite3
import statistics
from collections import Counter, defaultdict
from typing import Any

import pytest

from autograder.dataset.families import sql
from autograder.dataset.families.sql_database import Database
from autograder.dataset.families.sql_parts import Table
from autograder.dataset.families.sql_tables import read
from autograder.errors import DataError
from autograder.schema import Item
from dataset.families_folder import WORDS

Row = tuple[object, ...]
MARK = re.compile(r"^(?:\d[.)] |- )")
COMPARE = {
    "above": int.__gt__, "of at least": int.__ge__, "below": int.__lt__, "of at most": int.__le__,
    "over": int.__gt__, "under": int.__lt__,
}  # fmt: skip


def read_prompt(item: Item) -> tuple[str, list[str], list[Row], list[str]]:
    """Name, columns and rows of the table, and the questions."""
    blocks = [block.split("\n") for block in item.prompt.split("\n\n")]
    (asking,) = [block for block in blocks if block[-1][-1] in "?."]
    (shown,) = [block for block in blocks if block is not asking]
    head, *lines = shown
    if match := re.fullmatch(r"(\w+)\((.+)\)", head):
        name, columns = match[1], match[2].split(", ")
    else:
        name = re.findall(r"\w+", head.replace("Table ", ""))[0]
        columns = re.split(r" \| |,|\t", lines.pop(0))
    rows: list[Row] = [
        tuple(int(cell) if cell.isdigit() else cell for cell in re.split(r" \| |,|\t", line))
        for line in lines
    ]
    questions = [MARK.sub("", line) for line in asking[1:]]
    return name, columns, rows, questions


def answer(question: str, columns: list[str], rows: list[Row]) -> tuple[list[Row], bool]:
    """The rows that answer a question, and whether their order counts."""
    table = {name: [row[place] for row in rows] for place, name in enumerate(columns)}
    key = columns[0]

    def numbers(column: str) -> list[int]:
        return [int(str(cell)) for cell in table[column]]

    def match(pattern: str) -> re.Match[str] | None:
        return re.fullmatch(pattern, question)

    if m := match(r"How many \w+ have an? (\w+) (above|below|of at least|of at most) (\d+)\?"):
        return [(sum(COMPARE[m[2]](x, int(m[3])) for x in numbers(m[1])),)], False
    if m := match(r"What is the (highest|lowest) (\w+)\?"):
        return [((max if m[1] == "highest" else min)(numbers(m[2])),)], False
    if m := match(r"Which (\w+) has the (highest|lowest) (\w+)\?"):
        best = (max if m[2] == "highest" else min)(numbers(m[3]))
        return [(table[m[1]][numbers(m[3]).index(best)],)], False
    if m := match(r"What is the total (\w+)\?"):
        return [(sum(numbers(m[1])),)], False
    if m := match(r"What is the total (\w+) where the (\w+) is (\w+)\?"):
        cells = zip(numbers(m[1]), table[m[2]], strict=True)
        return [(sum(x for x, cell in cells if cell == m[3]),)], False
    if m := match(r"List each (\w+) with an? (\w+) (over|under) (\d+)\."):
        cells = zip(numbers(m[2]), table[m[1]], strict=True)
        return [(cell,) for x, cell in cells if COMPARE[m[3]](x, int(m[4]))], False
    if m := match(r"List every (\w+), (highest|lowest) (\w+) first\."):
        order = sorted(zip(numbers(m[3]), table[m[1]], strict=True), reverse=m[2] == "highest")
        return [(cell,) for _, cell in order], True
    if m := match(r"What is the (\w+) of (\w+)\?") or match(r"Which (\w+) does (\w+) have\?"):
        return [(table[m[1]][table[key].index(m[2])],)], False
    if m := match(r"Give each (\w+) with its (number of rows|total \w+|highest \w+)\."):
        if m[2] == "number of rows":
            return list(Counter(table[m[1]]).items()), False
        word, column = m[2].split()
        groups: dict[object, list[int]] = defaultdict(list)
        for kind, x in zip(table[m[1]], numbers(column), strict=True):
            groups[kind].append(x)
        figure = sum if word == "total" else max
        return [(kind, figure(found)) for kind, found in groups.items()], False
    if m := match(r"Name each (\w+) that occurs, once only\."):
        return [(cell,) for cell in set(table[m[1]])], False
    m = match(r"How many different values of (\w+) are there\?")
    assert m, question
    return [(len(set(table[m[1]])),)], False


def queries_of(response: str) -> list[str]:
    found = re.findall(r"^(?:\d[.)] )?(select .+?);(?: -- \d)?$", response, re.I | re.M)
    assert len(found) == 4, response
    return [str(query) for query in found]


def run(query: str, name: str, columns: list[str], rows: list[Row]) -> list[Row] | None:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute(f"create table {name} ({', '.join(columns)})")
        connection.executemany(f"insert into {name} values ({','.join('?' * len(columns))})", rows)
        return list(connection.execute(query))
    except sqlite3.OperationalError:
        return None
    finally:
        connection.close()


def answers(found: list[Row] | None, wanted: list[Row], ordered: bool) -> bool:
    if found is None:
        return False
    return found == wanted if ordered else Counter(found) == Counter(wanted)


def text_of(rows: list[Row]) -> str:
    return ", ".join(" ".join(map(str, row)) for row in rows)


def test_scores_follow_from_running_the_queries_on_the_table_of_the_text() -> None:
    for item in sql.items(300, 7, WORDS):
        name, columns, rows, questions = read_prompt(item)
        assert len(questions) == 4 and 4 <= len(rows) <= 6 and len(columns) == 3
        wanted = [answer(question, columns, rows) for question in questions]
        for graded in item.responses:
            right = [
                answers(run(query, name, columns, rows), *each)
                for query, each in zip(queries_of(graded.response), wanted, strict=True)
            ]
            assert graded.score == 1 + sum(right), (item.prompt, graded)


def test_reasons_tell_what_a_query_really_returns() -> None:
    checked = 0
    for item in sql.items(200, 8, WORDS):
        name, columns, rows, _ = read_prompt(item)
        for graded in item.responses:
            found = [run(query, name, columns, rows) for query in queries_of(graded.response)]
            told = re.findall(
                r"[Qq]uery (\d)( \([^;]*?\))? returns "
                r"(.+?)(?= instead of | among them|;|\.$|\)|: all four|"
                r"(?:,| and) query |: | and all|\. )",
                graded.reasoning,
            )
            for number, cause, value in told:
                result = found[int(number) - 1]
                if value == "an error":
                    assert result is None, graded
                elif value == "nothing":
                    assert result == [], graded
                elif re.fullmatch(r"\d rows", value):
                    assert result is not None and len(result) == int(value[0]), graded
                else:
                    assert result is not None
                    listed = ", ".join(
                        " ".join(f"{c:g}" if isinstance(c, float) else str(c) for c in row)
                        for row in result
                    )
                    if cause:  # else as wanted, in any order where none is asked for
                        assert listed == value, graded
                    assert Counter(listed.split(", ")) == Counter(value.split(", ")), graded
                checked += 1
    assert checked > 1500


def test_what_the_rubric_gives_away_is_right() -> None:
    results = queries = 0
    for item in sql.items(300, 9, WORDS):
        name, columns, rows, questions = read_prompt(item)
        wanted = [answer(question, columns, rows) for question in questions]
        if match := re.search(
            r"(?:Right results|Wanted|They should return): (.+?)\.(?:\s|$)", item.rubric
        ):
            for told, (right, ordered) in zip(match[1].split("; "), wanted, strict=True):
                if ordered:
                    assert told == text_of(right)
                else:
                    assert Counter(told.split(", ")) == Counter(map(text_of, ([r] for r in right)))
            results += 1
        elif match := re.search(
            r"(?:Right queries|Reference|For example): (.+?)\.(?:\s|$)", item.rubric
        ):
            for query, each in zip(match[1].split("; "), wanted, strict=True):
                assert answers(run(query, name, columns, rows), *each), (query, item.prompt)
            queries += 1
    assert results > 90 and queries > 40 and results + queries < 250


def test_misses_are_varied() -> None:
    causes = Counter(
        cause
        for item in sql.items(400, 2, WORDS)
        for graded in item.responses
        for cause in re.findall(r"query \d \(([^)]+)\)", graded.reasoning, re.I)
    )
    for cause in (">= for >", "MIN for MAX", "no WHERE", "no GROUP BY", "it sorts the wrong way",
                  "COUNT for SUM", "there is no column amount", "no DISTINCT"):  # fmt: skip
        assert causes[cause] >= 5, (cause, causes)
    assert max(causes.values()) < 0.15 * sum(causes.values())


def test_the_length_of_a_query_does_not_tell_whether_it_is_right() -> None:
    examples = [example for item in sql.items(1500, 4, WORDS) for example in item.examples()]
    lengths = [len(example.response.split()) for example in examples]
    assert abs(statistics.correlation(lengths, [example.score for example in examples])) < 0.07


def test_a_query_can_change_nothing() -> None:
    name = read(WORDS).topics[0][0].id
    item = next(
        item for item in sql.items(200, 1, WORDS) if f"FROM {name}" in item.responses[4].response
    )
    _, columns, rows, _ = read_prompt(item)
    cells: Any = tuple(rows)
    table = Table(name, "x", "xs", columns[0], columns[1], columns[2], "", cells)
    with sqlite3.connect(":memory:") as connection:
        database = Database(connection, table)
        for query in (f"DELETE FROM {name}", f"DROP TABLE {name}", "CREATE TABLE more (x)"):
            assert database.rows(query) is None
        assert database.rows(f"SELECT * FROM {name}") == tuple(rows)
    connection.close()


def test_a_right_query_that_sqlite_contradicts_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Database, "rows", lambda self, query: ((1, 2, 3, 4),))
    with pytest.raises(DataError, match=r"sql-0000: 'SELECT .+ is wanted"):
        sql.items(1, 1, WORDS)
