"""The data card against the rows themselves: counts by SQL, figures by numpy and scipy."""

from __future__ import annotations

import json
import re
import sqlite3
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import pearsonr

from autograder import config
from autograder.checks.audit import audit
from autograder.config import AuditConfig
from autograder.evaluation.results import Measured
from autograder.report import data_card
from autograder.report.data_card import DataSet, drawn
from autograder.report.page_data import Audit
from autograder.schema import LEVELS, Example, read_examples
from autograder.terminal import printable
from report.page import Page, plain, write

ROOT = Path(__file__).parents[2]
SPLITS = ("train", "validation", "test", "holdout")
Made = tuple[Path, Measured]


@pytest.fixture(scope="module")
def page(made: Made) -> Page:
    return write(made[0], "data-card.html")


@pytest.fixture(scope="module")
def rows(made: Made) -> Iterator[sqlite3.Connection]:
    """All rows in a table `rows`, with their split."""
    names = ("id", "item", "response", "score", "category", "level", "language", "source")
    with sqlite3.connect(":memory:") as base:
        base.execute(f"CREATE TABLE rows (split, {', '.join(names)})")
        for split in SPLITS:
            for line in (made[0] / f"build/splits/{split}.jsonl").read_bytes().splitlines():
                row = json.loads(line)
                cells = [split, *(row[name] for name in names)]
                base.execute(f"INSERT INTO rows VALUES ({', '.join('?' * len(cells))})", cells)
        yield base
    base.close()


def make(train: Sequence[Example], **params: Any) -> tuple[DataSet, Page]:
    """The card of a training split, with its true audit."""
    settings = config.load(ROOT / "params.yaml")
    splits = {"train": train, "validation": [], "test": []}
    report = Audit.model_validate_json(json.dumps(audit(train, AuditConfig()).to_json()))
    data = DataSet(settings.changed(**params), report, splits)
    return data, Page(data_card.render(data))


def example(number: int, score: int, **changes: Any) -> Example:
    words = f"word{number} " * (score + 1)
    made = Example(
        id=f"row-{number}/{score}",
        item=f"row-{number}",
        prompt=f"What is number {number}?",
        response=f"{words}{score}.",
        rubric="5 if right.",
        score=score,
        reasoning="It says what it says.",
        category="plain",
        level=1,
        source="bank",
    )
    return replace(made, **changes)


def test_examples_without_a_reasoning_are_counted_and_show_none() -> None:
    train = [example(n, n % 5 + 1, reasoning="" if n else "It is.") for n in range(5)]
    _, card = make(train)
    assert "1 of 5 examples have one; the others teach the score alone" in card.text
    assert card.text.count("Reasoning, for score") == 1
    _, card = make([example(n, n % 5 + 1) for n in range(5)])
    assert "every example has one" in card.text


def shown(text: str) -> str:
    return " ".join(printable(text, keep="\n\t").split())


# --- right


def test_splits_are_counted(page: Page, rows: sqlite3.Connection) -> None:
    table = page.rows("Splits")
    names = dict(zip(SPLITS, ("Training", "Validation", "Test", "Held-out kinds"), strict=True))
    for split, name in names.items():
        query = (
            "SELECT count(*), count(DISTINCT item), sum(score = 1), sum(score = 2), sum(score = 3),"
            " sum(score = 4), sum(score = 5) FROM rows WHERE split = ?"
        )
        count, items, *scores = rows.execute(query, [split]).fetchone()
        cells = table[name]
        assert [cells[0], cells[2]] == [str(count), str(items)]
        assert cells[3:] == list(map(str, scores))
    assert list(table) == [*names.values(), "All"]
    assert f"{table['Held-out kinds'][0]} of kinds that stand in none of these." in page.text
    assert table["All"][:2] == [
        str(rows.execute("SELECT count(*) FROM rows").fetchone()[0]),
        "100.0 %",
    ]
    assert sum(
        float(table[name][1].removesuffix(" %")) for name in names.values()
    ) == pytest.approx(100, abs=0.2)


@pytest.mark.parametrize("field", ["source", "level", "category", "language", "score"])
def test_values_are_counted(page: Page, rows: sqlite3.Connection, field: str) -> None:
    table = page.rows(f"Counts by {field}")
    sums = ", ".join(f"sum(split = '{split}')" for split in SPLITS)
    if field != "score":
        sums += "".join(f", sum(score = {score})" for score in range(1, 6))
    total = rows.execute("SELECT count(*) FROM rows").fetchone()[0]
    query = f"SELECT {field}, count(*), count(DISTINCT item), {sums} FROM rows GROUP BY {field}"
    found = rows.execute(query).fetchall()
    assert len(found) == len(table) > 1
    for value, count, items, *counts in found:
        name = f"{value} {LEVELS[value]}" if field == "level" else shown(str(value))
        cells = table[name]
        assert [cells[0], *cells[2:]] == [str(number) for number in (count, items, *counts)]
        assert float(cells[1].removesuffix(" %")) == pytest.approx(100 * count / total, abs=0.051)


def test_length_figures_are_those_of_the_rows(page: Page, rows: sqlite3.Connection) -> None:
    groups = {"source": page.rows("Length by source"), "category": page.rows("Length by category")}
    assert next(iter(groups["source"])) == "All examples"
    query = "SELECT source, category, response, score FROM rows"
    found = rows.execute(query).fetchall()
    for field, at in (("source", 0), ("category", 1)):
        for value in {row[at] for row in found}:
            members = [row for row in found if row[at] == value]
            check_length(groups[field][shown(value)], members)
    check_length(groups["source"]["All examples"], found)


def test_kinds_are_those_of_the_rows(page: Page, made: Made) -> None:
    files = [made[0] / f"build/splits/{name}.jsonl" for name in SPLITS]
    everything = [row for path in files for row in read_examples(path)]
    table = page.rows("Kinds")
    assert list(table) == ["All examples", "bank", "starter"]
    for name, cells in table.items():
        members = [row for row in everything if name in ("All examples", row.source)]
        scores = Counter(row.score for row in members)
        words = statistics.mean(len(row.response.split()) for row in members)
        assert cells[:2] == [f"{len(members):,}", str(len({row.item for row in members}))]
        assert 1 < int(cells[2]) <= len({row.rubric for row in members})
        assert float(cells[3].replace(",", "")) == pytest.approx(words, abs=0.51)
        assert cells[4:9] == [str(scores[score]) for score in range(1, 6)]
    # Each prompt of these has each score once, and chance (prompts - 1) / (rows - 1).
    assert [cells[9] for cells in table.values()] == ["0.0 %"] * 3
    prompts = len({row.prompt for row in everything})
    chance = float(table["All examples"][10].removesuffix(" %")) / 100
    assert chance == pytest.approx((prompts - 1) / (len(everything) - 1), abs=6e-4)


def test_guesses_are_those_of_the_audit(page: Page, made: Made) -> None:
    tree = json.loads((made[0] / "reports/audit.json").read_text(encoding="utf-8"))
    table = page.rows("Guesses by source")
    for name, cells in table.items():
        place = ("all", "all") if name == "All examples" else ("source", name)
        by_format, by_prompt = (tree[key][place[0]][place[1]] for key in ("format", "prompt"))
        expected = [by_format["chance"], by_format["accuracy"], by_prompt["accuracy"]]
        shown_ = [float(cell.removesuffix(" %")) / 100 for cell in cells[:3]]
        assert shown_ == pytest.approx(expected, abs=6e-4)
    assert set(table) == {"All examples", "bank", "starter"}
    _, page = make([example(n, s) for n in range(3) for s in range(1, 6)])
    assert "fewer than 50 examples or two items" in page.text


def check_length(cells: list[str], members: list[Any]) -> None:
    lengths, scores = [len(row[2].split()) for row in members], [row[3] for row in members]
    assert cells[0] == str(len(members))
    if len(set(lengths)) > 1:
        correlation = float(cells[1].replace("\N{MINUS SIGN}", "-"))
        assert correlation == pytest.approx(pearsonr(lengths, scores).statistic, abs=6e-4)
    else:
        assert cells[1].startswith("\N{EN DASH}")
    if len(members) < 10:
        assert cells[2].startswith("\N{EN DASH}")


def test_findings_and_warnings_are_those_of_the_audit(page: Page, made: Made) -> None:
    tree = json.loads((made[0] / "reports/audit.json").read_text(encoding="utf-8"))
    keys = ("near_answers", "near_duplicates", "shared_prompts", "control_tokens", "over_limit")
    findings = list(page.rows("Findings").values())
    assert findings[: len(keys)] == [[f"{tree[key]['number']:,}"] for key in keys]
    assert findings[len(keys) - 1] == ["10"]  # two items with 20,000 letters
    assert tree["warnings"]
    for warning in tree["warnings"]:
        assert shown(warning) in page.text
    assert "Examples of more than 1,024 tokens (estimated from the characters)" in page.text
    for group in ("source", "category"):
        table = page.rows(f"Length by {group}")
        for value, figures in tree["length"][group].items():
            if figures["accuracy"] is not None:
                accuracy = float(table[shown(value)][2].removesuffix(" %")) / 100
                assert accuracy == pytest.approx(figures["accuracy"], abs=6e-4)


def test_recipe_seed_and_limits_are_the_parameters() -> None:
    data, page = make([example(n, s) for n in range(3) for s in range(1, 6)], seed=4711)
    assert "Seed 4711" in plain(page.source.replace("<dd>", " "))
    dataset = data.config.dataset
    for words in (
        f"the starter set, all natural examples, about {dataset.num_bank:,} of the bank, "
        f"{dataset.num_constructed:,} program-made ones and those of data/user/, if there are any; "
        "numbers as drawn, before balancing",
        "no score was more than 3 times as frequent as the rarest, among those of data/user/ and "
        "among all",
    ):
        assert words in page.text
    for name, weight in dataset.families.items():
        assert (f"{name} {weight:g}" in page.text) == (weight > 0)
    shares = data.config.split
    train = 1 - shares.validation - shares.test
    told = f"{train:.1%} training, {shares.validation:.1%} validation, {shares.test:.1%} test"
    assert told.replace("%", " %") in page.text
    assert "recipe full, seed 4711" in page.text
    assert "0 held out for the report." in page.text
    assert "the audit was given no limit of tokens" in page.text
    hostile = "<b>kind</b>\u202e"
    _, page = make(
        data.examples,
        dataset={"recipe": "starter"},
        split={"holdout": (hostile,)},
    )
    assert printable(hostile) in page.text
    assert "starter: the hand-written starter set alone" in page.text
    assert "program-made ones" not in page.text
    assert "until no score was more than 3 times as frequent as the rarest Split" in page.text
    changes = {"num_natural": 0, "num_bank": 1200, "balance": None}
    _, page = make(data.examples, dataset=changes)
    assert "the starter set, no natural examples, about 1,200 of the bank, " in page.text
    assert "before balancing" not in page.text
    _, page = make(data.examples, dataset={"recipe": "bank"})
    assert "all hand-written, and those of data/user/, if there are any" in page.text


def test_pictures_tell_the_counts(page: Page, rows: sqlite3.Connection) -> None:
    told = [plain(part) for part in re.findall("<desc.*?</desc>", page.source)]
    total = rows.execute("SELECT count(*) FROM rows").fetchone()[0]
    query = "SELECT source, score, count(*) FROM rows GROUP BY source, score"
    found = rows.execute(query).fetchall()
    for source in {source for source, _, _ in found}:
        counts = [count for name, _, count in found if name == source]
        assert (
            f"{source}: {sum(counts) / total:.1%}, {sum(counts)} ex".replace("%", " %") in told[0]
        )
        words = ", ".join(f"{count} of score {score}" for score, count in enumerate(counts, 1))
        assert f"{source}: {words}" in told[1]
    assert "bank: 0.0 %, by chance" in told[2]
    (median,) = re.findall(r"score 3: median (\S+) words", told[3])
    lengths = [
        len(row[0].split()) for row in rows.execute("SELECT response FROM rows WHERE score = 3")
    ]
    assert float(median) == statistics.median(lengths)


# --- the examples


def test_ten_examples_of_the_training_split_stand_there_in_full(page: Page, made: Made) -> None:
    splits = {name: read_examples(made[0] / f"build/splits/{name}.jsonl") for name in SPLITS}
    summaries = [plain(part) for part in re.findall("<summary>.*?</summary>", page.source)]
    identities = [summary.rpartition(" · ")[2] for summary in summaries]
    train = {shown(row.id): row for row in splits["train"]}
    assert len(set(identities)) == len(identities) == 10
    assert Counter(train[name].score for name in identities) == dict.fromkeys(range(1, 6), 2)
    texts = [" ".join(data.split()) for place, data in page.texts if place == "pre"]
    for name, summary in zip(identities, summaries, strict=True):
        row = train[name]
        assert summary.startswith(f"score {row.score} ")
        for text in (row.rubric, row.prompt, row.response, row.reasoning):
            assert shown(text) in texts
    assert len(texts) == 40
    for name in ("validation", "test", "holdout"):
        assert not {shown(row.prompt) for row in splits[name]} & set(texts)


def test_the_seed_draws_and_the_order_of_rows_does_not() -> None:
    rows = [example(n, s) for n in range(40) for s in range(1, 6)]
    first = drawn(rows, 17)
    assert drawn(rows[::-1], 17) == first
    assert [row.score for row in first] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert drawn(rows, 18) != first
    # Another row moves no row but the one whose place it takes.
    assert len(set(first) & set(drawn([*rows, example(99, 3)], 17))) >= 9


def test_draws_what_there_is() -> None:
    few = [example(0, 5), example(1, 5), example(2, 1)]
    assert sorted(row.id for row in drawn(few, 17)) == sorted(row.id for row in few)
    uneven = [example(n, 5) for n in range(20)] + [example(50, 1)]
    assert [row.score for row in drawn(uneven, 17)] == [1] + [5] * 9


def test_a_reference_answer_is_shown_where_there_is_one() -> None:
    rows = [example(n, s) for n in range(2) for s in range(1, 6)]
    assert "Reference answer" not in make(rows)[1].text
    _, page = make([replace(rows[0], reference="It is <i>four</i>."), *rows[1:]])
    assert "Reference answer It is <i>four</i>." in page.text


# --- safe


def test_hostile_texts_are_shown_as_text(hostile: dict[str, str]) -> None:
    rows = [
        example(number, 1 + number % 5, **dict.fromkeys(("rubric", "response", "reasoning"), bad))
        for number, bad in enumerate(hostile.values())
    ]
    fields = ("id", "item", "category", "language", "source", "reference")
    everywhere = " ".join(hostile.values())
    rows.append(example(9, 3, **dict.fromkeys(fields, everywhere)))
    _, page = make(rows)
    for text in (*hostile.values(), everywhere):
        assert shown(text) in page.text
    assert not set(page.source) & set("\0\a\x1b\u202e\u200b\ufeff")
    assert not {"script", "img", "base", "iframe"} & {tag for tag, _ in page.tags}
    assert len(page.of("style")) == 1
