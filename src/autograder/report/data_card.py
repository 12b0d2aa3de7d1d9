"""The data card: what the data set is made of and what its audit found, as a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.balance import draw
from autograder.config import Config, DatasetConfig
from autograder.errors import DataError
from autograder.report import data_pictures, kinds
from autograder.report.figures import Notes, number, percent
from autograder.report.page_data import Audit, AuditCounts, Length
from autograder.report.pages import fill
from autograder.schema import LEVELS, SCORES, Example

NUM_SHOWN = 10
_SPLITS = {
    "train": "Training",
    "validation": "Validation",
    "test": "Test",
    "holdout": "Held-out kinds",
}
_WITH_USER = ("bank", "full")
_FIELDS = ("source", "level", "category", "language", "score")


@dataclass(frozen=True)
class DataSet:
    """Everything on the page.

    Attributes:
        config: the parameters that made it.
        audit: `reports/audit.json`.
        splits: the examples by the name of their split.
    """

    config: Config
    audit: Audit
    splits: Mapping[str, Sequence[Example]]

    @property
    def examples(self) -> list[Example]:
        return [example for examples in self.splits.values() for example in examples]


@dataclass(frozen=True)
class Table:
    """Figures as text; each row's name stands before its cells."""

    columns: list[str]
    rows: dict[str, list[str]]


def check_audit(data: DataSet, path: str) -> None:
    """Refuse an audit of other examples than those of the splits.

    Raises:
        DataError: a count differs.
    """
    for field in AuditCounts.model_fields:
        counts = Counter((str(getattr(row, field)), str(row.score)) for row in data.examples)
        audited = {
            (value, score): count
            for value, by_score in getattr(data.audit.counts, field).items()
            for score, count in by_score.items()
            if count
        }
        if audited != counts:
            raise DataError(
                f"counts other examples than build/splits holds, by {field} and score", path=path
            )


def render(data: DataSet) -> str:
    """The page as HTML; every text of the data is shown as text, whatever it holds."""
    notes = Notes()
    by_source = dict(sorted(_by(data.examples, lambda row: row.source).items()))
    scores = {source: Counter(row.score for row in rows) for source, rows in by_source.items()}
    lengths = {
        score: [len(row.response.split()) for row in rows]
        for score, rows in sorted(_by(data.examples, lambda row: row.score).items())
    }
    return fill(
        "data_card.html.jinja",
        "data-card.html",
        notes,
        data=data,
        facts=_facts(data.config) | {"Reasoning": _reasoned(data.examples)},
        splits=_splits(data.splits),
        counts={field: _counts(data.splits, field) for field in _FIELDS},
        pictures={
            "sources": data_pictures.sources(scores),
            "scores": data_pictures.scores_by_source(scores),
            "variance": data_pictures.variance_by_source(
                {
                    name: (each.between, each.by_chance)
                    for name, each in data.audit.variance.source.items()
                }
            ),
            "lengths": data_pictures.lengths(lengths),
        },
        kinds=Table([*kinds.COLUMNS], kinds.kinds(by_source, data.audit, notes)),
        guesses=Table([*kinds.GUESSES], kinds.guesses(data.audit, notes)),
        findings=_findings(data.audit, notes),
        length={title: _length(rows, notes) for title, rows in _length_groups(data.audit)},
        shown=drawn(data.splits["train"], data.config.seed),
        levels=LEVELS,
        percent=percent,
    )


def drawn(examples: Sequence[Example], seed: int) -> list[Example]:
    """Ten examples by the seed, as near to two of each score as there are; in order of score."""
    shuffled = sorted(examples, key=lambda row: draw(seed, "data card", row.id))
    turns: Counter[int] = Counter()
    turn = {}
    for row in shuffled:
        turn[row.id] = turns[row.score]
        turns[row.score] += 1
    chosen = sorted(shuffled, key=lambda row: turn[row.id])[:NUM_SHOWN]
    return sorted(chosen, key=lambda row: row.score)


# --- what the page says


def _by(examples: Sequence[Example], key: Callable[[Example], Any]) -> dict[Any, list[Example]]:
    groups: dict[Any, list[Example]] = {}
    for row in examples:
        groups.setdefault(key(row), []).append(row)
    return groups


def _facts(config: Config) -> dict[str, str]:
    dataset, split = config.dataset, config.split
    rest = 1 - split.validation - split.test
    facts = {"Recipe": f"{dataset.recipe}: {_recipe(dataset)}", "Seed": str(config.seed)}
    if dataset.recipe == "full":
        mix = [f"{name} {weight:g}" for name, weight in dataset.families.items() if weight]
        facts["Mix of program-made examples"] = ", ".join(mix) or "none"
    return facts | {
        "Balance": _balance(dataset, dataset.balance)
        if dataset.balance
        else "as it comes (dataset.balance: null)",
        "Split": f"{percent(rest)} training, {percent(split.validation)} validation, "
        f"{percent(split.test)} test; by a hash of the item's name",
        "Held-out kinds": ", ".join(split.holdout) or "none",
    }


def _reasoned(examples: Sequence[Example]) -> str:
    count = sum(bool(row.reasoning) for row in examples)
    if count == len(examples):
        return "every example has one"
    return f"{count:,} of {len(examples):,} examples have one; the others teach the score alone"


def _balance(dataset: DatasetConfig, ratio: float) -> str:
    even = f"examples were dropped until no score was more than {ratio:g} times as frequent as the "
    even += "rarest"
    both = dataset.recipe in _WITH_USER or (dataset.recipe == "user" and dataset.replay)
    return even + (", among those of data/user/ and among all others" if both else "")


def _recipe(dataset: DatasetConfig) -> str:
    if dataset.recipe == "starter":
        return "the hand-written starter set alone"
    if dataset.recipe == "user":
        if dataset.replay:
            return f"the examples in data/user/ and about {dataset.replay:,} of the recipe full"
        return "the examples in data/user/ alone"
    user = "and those of data/user/, if there are any"
    if dataset.recipe == "bank":
        return f"the starter set, the natural items and the bank, all hand-written, {user}"
    drawn = "; numbers as drawn, before balancing" if dataset.balance else ""
    return (
        f"the starter set, {_number(dataset.num_natural)} natural examples, "
        f"{_number(dataset.num_bank)} of the bank, {dataset.num_constructed:,} program-made ones "
        f"{user}{drawn}"
    )


def _number(count: int | None) -> str:
    """Of whole items drawn: a few more than asked for may come."""
    if count is None:
        return "all"
    return f"about {count:,}" if count else "no"


def _splits(splits: Mapping[str, Sequence[Example]]) -> Table:
    total = sum(map(len, splits.values()))
    rows = {
        _SPLITS[name]: _sizes(examples, total) + _score_cells(examples)
        for name, examples in splits.items()
    }
    everything = [row for examples in splits.values() for row in examples]
    rows["All"] = _sizes(everything, total) + _score_cells(everything)
    return Table(["Examples", "Share", "Items", *_score_columns()], rows)


def _sizes(examples: Sequence[Example], total: int) -> list[str]:
    items = len({row.item for row in examples})
    return [f"{len(examples):,}", percent(len(examples) / total), f"{items:,}"]


def _score_columns() -> list[str]:
    return [f"Score {score}" for score in SCORES]


def _score_cells(examples: Sequence[Example]) -> list[str]:
    counts = Counter(row.score for row in examples)
    return [f"{counts[score]:,}" for score in SCORES]


def _counts(splits: Mapping[str, Sequence[Example]], field: str) -> Table:
    """One row a value of the field: of each split and, unless it is the field, of each score."""
    everything = [row for examples in splits.values() for row in examples]
    groups = _by(everything, lambda row: getattr(row, field))
    where = {name: Counter(getattr(row, field) for row in rows) for name, rows in splits.items()}
    rows = {}
    for value, members in sorted(groups.items()):
        name = f"{value} {LEVELS[value]}" if field == "level" else str(value)
        rows[name] = [
            *_sizes(members, len(everything)),
            *(f"{counts[value]:,}" for counts in where.values()),
            *(_score_cells(members) if field != "score" else []),
        ]
    columns = ["Examples", "Share", "Items", *(_SPLITS[name] for name in splits)]
    return Table(columns + (_score_columns() if field != "score" else []), rows)


def _findings(audit: Audit, notes: Notes) -> dict[str, list[str]]:
    limit = audit.token_limit
    names = {
        "near_answers": "Nearly the same responses to one prompt, with different scores (pairs)",
        "near_duplicates": "Nearly the same prompt and response in different items (pairs)",
        "shared_prompts": "Prompts that stand in several items",
        "control_tokens": "Examples with control tokens of chat templates",
        "over_limit": "Examples that are too long for the model"
        if limit is None
        else f"Examples of more than {limit:,} tokens ({audit.token_method})",
    }
    found = {name: [f"{getattr(audit, key).number:,}"] for key, name in names.items()}
    if limit is None:
        found[names["over_limit"]] = [notes.undefined("the audit was given no limit of tokens")]
    rubrics, same = audit.rubrics.all.all, audit.same_answers
    return found | {
        "Share of the examples under the most frequent rubric": [percent(rubrics.largest_share)],
        "Rubrics on ten examples or more": [f"{rubrics.with_ten_rows:,}"],
        "The same answer under another rubric (pairs)": [f"{same.num_pairs:,}"],
        "Share of these pairs with different scores": [
            notes.share(same.different, "no answer stands under two rubrics")
        ],
    }


def _length_groups(audit: Audit) -> list[tuple[str, dict[str, Length]]]:
    length = audit.length
    return [
        ("source", {"All examples": length.all.all} | length.source),
        ("category", length.category),
    ]


def _length(rows: dict[str, Length], notes: Notes) -> dict[str, list[str]]:
    few = "fewer than ten examples or two items"
    constant = "every response is equally long, or every score the same"
    return {
        name: [
            f"{row.num_examples:,}",
            notes.undefined(constant)
            if row.correlation is None
            else number("correlation", row.correlation),
            notes.share(row.accuracy, few),
        ]
        for name, row in rows.items()
    }
