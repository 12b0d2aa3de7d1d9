"""A table in SQLite's memory, and what queries on it return."""

from __future__ import annotations

import sqlite3

from autograder.dataset.families.sql_parts import Cell, Question, Table

Rows = tuple[tuple[Cell, ...], ...]

SHOWN_WORDS = 7  # of a result in an explanation


class Database:
    """A table in memory that can only be read."""

    def __init__(self, connection: sqlite3.Connection, table: Table) -> None:
        columns = ", ".join(
            f"{name} {'TEXT' if name in (table.key, table.kind) else 'INTEGER'}"
            for name in table.columns
        )
        connection.execute(f"CREATE TABLE {table.name} ({columns})")
        holes = ", ".join("?" for _ in table.columns)
        connection.executemany(f"INSERT INTO {table.name} VALUES ({holes})", table.rows)
        connection.execute("PRAGMA query_only = ON")
        self._connection = connection

    def rows(self, query: str) -> Rows | None:
        """What a query returns; None if it cannot run."""
        try:
            return tuple(self._connection.execute(query))
        except sqlite3.Error:
            return None


def same(found: Rows | None, question: Question) -> bool:
    if found is None:
        return False
    if question.ordered:
        return found == question.wanted
    return sorted(found, key=repr) == sorted(question.wanted, key=repr)


def show(rows: Rows | None, most_words: int = SHOWN_WORDS) -> str:
    if rows is None:
        return "an error"
    text = ", ".join(" ".join(f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in row)
                     for row in rows)  # fmt: skip
    if not text:
        return "nothing"
    return text if len(text.split()) <= most_words else f"{len(rows)} rows"
