"""Rows that contradict each other, leak, or give the score away."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from autograder.balance import score_counts
from autograder.checks.faults import Texts, find_faults, texts_of
from autograder.checks.length import LengthFigures, measure
from autograder.config import AuditConfig
from autograder.errors import AuditError
from autograder.schema import SCORES, Example
from autograder.text import near_pairs

_MOST_NAMED = 10
_MOST_LISTED = 50
_MOST_IN_WARNING = 5
FIELDS = ("category", "level", "language", "source")
_CHI_SQUARED = 13.28  # 4 degrees of freedom: by chance in one of a hundred groups
_CONTROL = re.compile(
    r"<\|[\w.-]{1,40}\|>|<\uff5c[\w\u2581.-]{1,40}\uff5c>|\[/?INST\]|<</?SYS>>|</s>"
    r"|<(?:start|end)_of_turn>|<(?:bos|eos|pad|unk)>"
)
# Template and verdict stand in the model's input besides the row's own texts.
_TEMPLATE_CHARACTERS = 600
_ASCII_A_TOKEN = 3.5  # of any other character a token is reckoned


@dataclass(frozen=True)
class NearPair:
    """Two rows that are nearly the same: their ids, their scores, and what they share."""

    rows: tuple[str, str]
    scores: tuple[int, int]
    overlap: float


@dataclass(frozen=True)
class AuditReport:
    """What the audit found besides hard faults.

    Attributes:
        num_examples, num_items: what was looked at.
        scores: the number of examples of each score.
        counts: the same for each value of each field.
        length: for `all` examples, each source and each category.
        near_answers: responses to one prompt under one rubric, nearly alike, scores differ.
        near_duplicates: prompts with responses, nearly alike, in different items.
        shared_prompts: for each prompt that stands in several items, the items.
        control_tokens: rows that hold control tokens of chat templates.
        token_limit, token_method: against what, and how, rows were measured.
        over_limit: rows over the limit.
        warnings: each finding in a sentence.
    """

    num_examples: int
    num_items: int
    scores: dict[int, int]
    counts: dict[str, dict[str, dict[int, int]]]
    length: dict[str, dict[str, LengthFigures]]
    near_answers: list[NearPair]
    near_duplicates: list[NearPair]
    shared_prompts: list[list[str]]
    control_tokens: list[str]
    token_limit: int | None
    token_method: str
    over_limit: list[str]
    warnings: list[str]

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON file; of long lists the number and the first fifty."""
        return {
            name: {"number": len(value), "first": value[:_MOST_LISTED]}
            if isinstance(value, list) and name != "warnings"
            else value
            for name, value in asdict(self).items()
        }


def audit(
    examples: Sequence[Example],
    config: AuditConfig,
    *,
    token_limit: int | None = None,
    count_tokens: Callable[[Example], int] | None = None,
) -> AuditReport:
    """Look for faults in a data set.

    Args:
        examples: with unique ids.
        config: the thresholds.
        token_limit: how many tokens the model takes for a row; None leaves this out.
        count_tokens: the tokens of a row in the model's template; without it they are
            estimated as a third of the characters.

    Raises:
        AuditError: rows contradict each other, stand twice, leak between items, or have a
            reasoning that names another score. The message names them.
    """
    texts = texts_of(examples)
    faults = find_faults(examples, texts)
    if faults:
        raise AuditError(_message(faults))
    answers = _near_answers(examples, texts, config.near_duplicate_overlap)
    duplicates = _near_duplicates(examples, texts, config.near_duplicate_overlap)
    shared = _shared_prompts(examples, texts)
    control = [row.id for row in examples if _CONTROL.search(_whole(row))]
    count = count_tokens or _estimate
    over = [row.id for row in examples if token_limit is not None and count(row) > token_limit]
    groups = {name: group_by(examples, name) for name in FIELDS}
    length = {"all": {"all": measure(examples)}}
    for name in ("source", "category"):
        length[name] = {value: measure(rows) for value, rows in groups[name].items()}
    return AuditReport(
        num_examples=len(examples),
        num_items=len({row.item for row in examples}),
        scores=score_counts(examples),
        counts={
            name: {value: score_counts(rows) for value, rows in values.items()}
            for name, values in groups.items()
        },
        length=length,
        near_answers=answers,
        near_duplicates=duplicates,
        shared_prompts=shared,
        control_tokens=control,
        token_limit=token_limit,
        token_method="tokenizer" if count_tokens else "estimated from the characters",
        over_limit=over,
        warnings=[
            *_imbalances(examples, groups),
            *_length_warnings(length, config),
            *_warn(
                "nearly the same responses to one prompt have different scores",
                [f"{pair.rows[0]} and {pair.rows[1]}" for pair in answers],
            ),
            *_warn(
                "nearly the same rows in different items, which the split may part",
                [f"{pair.rows[0]} and {pair.rows[1]}" for pair in duplicates],
            ),
            *_warn(
                "one prompt in several items, which the split may part",
                [" and ".join(items[:3]) for items in shared],
            ),
            *_warn("control tokens of chat templates", control),
            *_warn(f"more than {token_limit} tokens", over),
        ],
    )


def _message(faults: list[str]) -> str:
    noun = "hard fault" if len(faults) == 1 else "hard faults"
    lines = "".join(f"\n  {fault}" for fault in faults[:_MOST_NAMED])
    more = len(faults) - _MOST_NAMED
    return f"{len(faults)} {noun} in the data{lines}" + (f"\n  and {more} more" * (more > 0))


def _warn(finding: str, places: list[str]) -> list[str]:
    if not places:
        return []
    more = len(places) - _MOST_IN_WARNING
    tail = f" and {more} more" if more > 0 else ""
    return [f"{finding}: {', '.join(places[:_MOST_IN_WARNING])}{tail}"]


def _whole(row: Example) -> str:
    texts = (row.prompt, row.response, row.rubric, row.reasoning, row.reference)
    return "\n".join(text for text in texts if text)


def _estimate(row: Example) -> int:
    text = _whole(row)
    other = sum(not character.isascii() for character in text)
    return int((len(text) - other + _TEMPLATE_CHARACTERS) / _ASCII_A_TOKEN) + other


def group_by(examples: Sequence[Example], name: str) -> dict[str, list[Example]]:
    """The examples of each value of a field, values in order."""
    groups: dict[str, list[Example]] = {}
    for row in examples:
        groups.setdefault(str(getattr(row, name)), []).append(row)
    return dict(sorted(groups.items()))


def _near_answers(
    examples: Sequence[Example], texts: Sequence[Texts], least: float
) -> list[NearPair]:
    together: dict[tuple[str, str], list[int]] = {}
    for number, text in enumerate(texts):
        together.setdefault((text.prompt, text.rubric), []).append(number)
    found = []
    for numbers in together.values():
        rows = [examples[number] for number in numbers]
        answers = [texts[number].response for number in numbers]
        pairs = near_pairs(answers, [row.score for row in rows], least)
        found += [_pair(rows[earlier], rows[later], share) for later, earlier, share in pairs]
    return found


def _near_duplicates(
    examples: Sequence[Example], texts: Sequence[Texts], least: float
) -> list[NearPair]:
    whole = [f"{text.prompt} {text.response}" for text in texts]
    pairs = near_pairs(whole, [row.item for row in examples], least)
    return [_pair(examples[earlier], examples[later], share) for later, earlier, share in pairs]


def _pair(first: Example, second: Example, overlap: float) -> NearPair:
    return NearPair((first.id, second.id), (first.score, second.score), round(overlap, 4))


def _shared_prompts(examples: Sequence[Example], texts: Sequence[Texts]) -> list[list[str]]:
    items: dict[str, dict[str, None]] = {}
    for row, text in zip(examples, texts, strict=True):
        items.setdefault(text.prompt, {})[row.item] = None
    return [list(names) for names in items.values() if len(names) > 1]


def _imbalances(
    examples: Sequence[Example], groups: dict[str, dict[str, list[Example]]]
) -> list[str]:
    found = []
    counts = score_counts(examples)
    if len(set(counts.values())) > 1:
        shown = ", ".join(f"{score}: {count}" for score, count in counts.items())
        found.append(f"the scores are not equally frequent ({shown})")
    for name in FIELDS:
        for value, rows in groups[name].items():
            fair = len(rows) / len(SCORES)
            squares = sum((count - fair) ** 2 for count in score_counts(rows).values())
            if squares / fair > _CHI_SQUARED:
                score, most = Counter(row.score for row in rows).most_common(1)[0]
                found.append(
                    f"{name} {value!r} gives the score away: {most} of {len(rows)} have {score}"
                )
    return found


def _length_warnings(length: dict[str, dict[str, LengthFigures]], config: AuditConfig) -> list[str]:
    limits = (config.max_length_correlation, config.max_length_accuracy)
    return [
        f"{'all examples' if name == 'all' else f'{name} {value!r}'}: {fault}"
        for name, figures in length.items()
        for value, each in figures.items()
        for fault in each.faults(*limits, sure=name != "all")
    ]
