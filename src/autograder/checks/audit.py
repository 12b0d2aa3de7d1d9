"""Rows that contradict each other, leak, or give the score away."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from autograder.balance import score_counts
from autograder.checks.audit_report import AuditReport
from autograder.checks.chance import too_right
from autograder.checks.faults import Texts, find_faults, texts_of
from autograder.checks.grouping import FIELDS, Groups, distinct, group_by, measured
from autograder.checks.guess import GuessFigures
from autograder.checks.length import measure
from autograder.checks.repeats import near_answers, near_duplicates, same_answers, shared_prompts
from autograder.checks.shortcuts import by_format, by_prompt
from autograder.checks.spread import frequent_rubrics, imbalances, rubric_figures, score_variance
from autograder.config import AuditConfig
from autograder.errors import AuditError
from autograder.schema import Example

T = TypeVar("T")
_MOST_NAMED = 10
_MOST_IN_WARNING = 5
# No parameter: the prompt may say something of the score, as what people grade does.
_MAX_PROMPT_ACCURACY = 0.45
_CONTROL = re.compile(
    r"<\|[\w.-]{1,40}\|>|<\uff5c[\w\u2581.-]{1,40}\uff5c>|\[/?INST\]|<</?SYS>>|</s>"
    r"|<(?:start|end)_of_turn>|<(?:bos|eos|pad|unk)>"
)
# Template and verdict stand in the model's input besides the row's own texts.
_TEMPLATE_CHARACTERS = 600
_ASCII_A_TOKEN = 3.5  # of any other character a token is reckoned


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
        raise AuditError(*_message(faults))
    answers = near_answers(examples, texts, config.near_duplicate_overlap)
    duplicates = near_duplicates(examples, texts, config.near_duplicate_overlap)
    shared = shared_prompts(examples, texts)
    control = [row.id for row in examples if _CONTROL.search(_whole(row))]
    count = count_tokens or _estimate
    over = [row.id for row in examples if token_limit is not None and count(row) > token_limit]
    groups = {name: group_by(examples, name) for name in FIELDS}
    by_source: Groups = {"all": {"all": examples}, "source": groups["source"]}
    by_kind: Groups = {**by_source, "category": groups["category"]}
    text_of = {row.id: text for row, text in zip(examples, texts, strict=True)}

    def texts_in(rows: Sequence[Example]) -> list[Texts]:
        return [text_of[row.id] for row in rows]

    length = measured(by_kind, measure)
    format_ = measured(by_source, by_format)
    prompt = measured(by_source, by_prompt)
    return AuditReport(
        num_examples=len(examples),
        num_items=len({row.item for row in examples}),
        scores=score_counts(examples),
        counts={
            name: {value: score_counts(rows) for value, rows in values.items()}
            for name, values in groups.items()
        },
        length=length,
        format=format_,
        prompt=prompt,
        variance=measured(by_source, lambda rows: score_variance(rows, texts_in(rows))),
        rubrics=measured(by_source, lambda rows: rubric_figures(texts_in(rows))),
        same_answers=same_answers(examples, texts),
        near_answers=answers,
        near_duplicates=duplicates,
        shared_prompts=shared,
        control_tokens=control,
        token_limit=token_limit,
        token_method="tokenizer" if count_tokens else "estimated from the characters",
        over_limit=over,
        warnings=[
            *imbalances(examples, groups),
            *_in_groups(
                by_kind,
                length,
                lambda each, sure: each.faults(
                    config.max_length_correlation, config.max_length_accuracy, sure=sure
                ),
            ),
            *_in_groups(
                by_source, format_, _too_right("format alone grades", config.max_length_accuracy)
            ),
            *_in_groups(
                by_source, prompt, _too_right("the prompt alone grades", _MAX_PROMPT_ACCURACY)
            ),
            *_warn("rubrics on more than 2 % of the rows", frequent_rubrics(examples, texts)),
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


def _message(faults: list[str]) -> tuple[str, list[str]]:
    noun = "hard fault" if len(faults) == 1 else "hard faults"
    lines, more = faults[:_MOST_NAMED], len(faults) - _MOST_NAMED
    return f"{len(faults)} {noun} in the data", [*lines, *[f"and {more} more"] * (more > 0)]


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


def _in_groups(
    groups: Groups,
    figures: Mapping[str, Mapping[str, T]],
    faults: Callable[[T, bool], Sequence[str]],
) -> list[str]:
    """The faults of each group, after its name; in all but the whole only what is hardly chance."""
    return [
        f"{'all examples' if name == 'all' else f'{name} {value!r}'}: {fault}"
        for name, value in distinct(groups)
        for fault in faults(figures[name][value], name != "all")
    ]


def _too_right(what: str, most: float) -> Callable[[GuessFigures, bool], list[str]]:
    def faults(each: GuessFigures, sure: bool) -> list[str]:
        words = too_right(each.accuracy, each.chance, each.num_examples, most, sure=sure)
        return [f"{what} {words}"] if words else []

    return faults
