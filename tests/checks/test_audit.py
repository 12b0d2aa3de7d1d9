from __future__ import annotations

import json
import random
import statistics
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.checks.audit import audit
from autograder.checks.length import measure
from autograder.config import AuditConfig
from autograder.errors import AuditError
from autograder.files import json_text
from autograder.schema import Example, GradedResponse, Item, read_any

DATA = Path(__file__).parents[2] / "data"
WORDS = [f"{a}{b}" for a in "bcdfghklmnprst" for b in ("ale", "ond", "ird", "une", "ost", "ema")]


def rows(items: int, seed: int = 1, long: bool = False) -> list[Example]:
    """Clean items: five responses of random words, their length drawn without the score."""
    rng = random.Random(seed)

    def say(low: int, high: int) -> str:
        return " ".join(rng.choices(WORDS, k=rng.randint(low, high)))

    made = []
    for n in range(items):
        prompt, rubric = say(8, 20), say(8, 20)
        for score in range(1, 6):
            size = (20 * score, 20 * score + 8) if long else (10, 60)
            made.append(
                Example(
                    f"i{n}/{score}", f"i{n}", prompt, say(*size), rubric, score, say(8, 12), "c", 1
                )
            )
    return made


def check(examples: list[Example], **options: Any):
    return audit(examples, AuditConfig(), **options)


def fault(examples: list[Example]) -> str:
    with pytest.raises(AuditError) as caught:
        check(examples)
    return str(caught.value)


def test_clean_rows_give_no_warning():
    report = check(rows(60), token_limit=1024)
    assert report.warnings == []
    assert (report.num_examples, report.num_items) == (300, 60)
    assert report.scores == dict.fromkeys(range(1, 6), 60)
    assert report.counts["source"] == {"user": dict.fromkeys(range(1, 6), 60)}
    assert json.loads(json_text(report.to_json()))["near_answers"] == {"number": 0, "first": []}


def test_one_answer_with_two_scores_is_named():
    examples = rows(10)
    loud = f"  {examples[8].response} !"
    examples.append(replace(examples[8], id="again", score=1, response=loud))
    message = fault(examples)
    assert message.startswith("1 hard fault in the data\n  i1/4 and again: the same prompt")
    assert "have scores 4 and 1; keep one of the rows" in message


@pytest.mark.parametrize("item", ["i1", "other"])
def test_two_scores_are_a_fault_in_one_item_and_in_two(item):
    examples = [replace(row, reference="A good answer.") for row in rows(10)]
    examples.append(replace(examples[8], id="again", item=item, source="other", score=1))
    message = fault(examples)
    assert message.startswith("1 hard fault ")
    assert "i1/4 and again: the same prompt, response and rubric have scores 4 and 1" in message


def test_another_reference_may_earn_another_score():
    examples = rows(10)
    examples.append(replace(examples[8], id="again", score=1, reference="Something else."))
    (pair,) = check(examples).near_answers
    assert pair.rows == ("i1/4", "again")


def test_answers_that_differ_by_capitals_alone_are_a_warning():
    examples = rows(10)
    shouted = examples[8].response.upper()
    examples.append(replace(examples[8], id="again", score=1, response=shouted))
    [pair] = check(examples).near_answers
    assert pair.rows == ("i1/4", "again")


def test_a_row_that_stands_twice_is_named():
    examples = rows(10)
    examples.append(replace(examples[3], id="again", item="other"))
    message = fault(examples)
    assert "i0/4 and again" in message
    assert "stand twice; remove one" in message
    assert message.startswith("1 hard fault ")


def test_an_answer_that_stands_in_two_items_is_named():
    examples = rows(10)
    examples.append(replace(examples[3], id="again", item="other", rubric="Another.", score=1))
    assert "i0/4 and again: the same prompt and response stand in two items" in fault(examples)
    examples[-1] = replace(examples[-1], item="i0")
    assert check(examples)


def test_a_reasoning_that_names_another_score_is_named():
    examples = rows(10)
    examples[7] = replace(examples[7], reasoning="It is short and deserves a 2.")
    assert "i1/3: its score is 3, its reasoning names 2; mend one" in fault(examples)


def test_ten_faults_are_named_and_the_others_counted():
    examples = [replace(row, reasoning=f"Score: {6 - row.score}/5") for row in rows(5)]
    message = fault(examples)
    assert message.startswith("20 hard faults")
    assert len(message.splitlines()) == 12
    assert message.endswith("and 10 more")


def test_answers_that_differ_in_a_number_are_not_the_same():
    base = " ".join(WORDS[:40])
    examples = rows(10)
    for place, number in ((0, "12"), (4, "13")):
        examples[place] = replace(examples[place], response=f"{base} {number}")
    report = check(examples)
    (pair,) = report.near_answers
    assert (pair.rows, pair.scores) == (("i0/1", "i0/5"), (1, 5))
    assert pair.overlap >= 0.9
    assert "different scores: i0/1 and i0/5" in report.warnings[0]


def test_nearly_the_same_rows_in_two_items_are_reported():
    examples = rows(10)
    twin = replace(examples[6], id="twin", item="other", prompt=f"Now {examples[6].prompt}")
    report = check([*examples, twin])
    (pair,) = report.near_duplicates
    assert pair.rows == ("i1/2", "twin")
    assert any("which the split may part: i1/2 and twin" in line for line in report.warnings)


def test_a_prompt_in_two_items_of_one_group_is_no_fault():
    graded = tuple(GradedResponse(n, f"Answer {n}") for n in range(1, 6))
    items = [
        Item(f"i{n}", "c", 1, "en", "Who?", rubric, graded, group="g")
        for n, rubric in enumerate(("Tone", "Facts"))
    ]
    assert check([row for item in items for row in item.examples()]).shared_prompts == []


def test_a_prompt_in_two_items_is_reported():
    examples = rows(10)
    prompt = examples[0].prompt.title() + "?"
    examples[5:10] = [replace(row, prompt=prompt) for row in examples[5:10]]
    assert check(examples).shared_prompts == [["i0", "i1"]]


def test_a_length_shortcut_is_found():
    report = check(rows(40, long=True))
    figures = report.length["all"]["all"]
    assert figures.correlation > 0.9
    assert figures.accuracy > 0.9
    assert any(line.startswith("all examples: length and score corr") for line in report.warnings)
    assert any(line.startswith("all examples: length alone grades") for line in report.warnings)


def test_a_length_shortcut_of_one_category_is_found():
    examples = rows(100) + [
        replace(row, id=f"s-{row.id}", item=f"s-{row.item}", category="short")
        for row in rows(12, seed=9, long=True)
    ]
    assert any(line.startswith("category 'short': length") for line in check(examples).warnings)


def test_a_bow_shaped_shortcut_has_no_correlation_but_is_found():
    examples = [
        replace(row, response=" ".join(WORDS[: 10 + 8 * abs(row.score - 3)]) + f" {row.item}")
        for row in rows(60)
    ]
    figures = measure(examples)
    assert figures.correlation is not None
    assert abs(figures.correlation) < 0.05
    assert figures.accuracy == pytest.approx(0.6, abs=0.05)


def test_the_correlation_is_pearson_s():
    examples = rows(30, seed=3)
    lengths = [len(row.response.split()) for row in examples]
    expected = statistics.correlation(lengths, [row.score for row in examples])
    assert measure(examples).correlation == pytest.approx(expected, abs=1e-4)


def test_length_without_spread_has_no_figures():
    alike = [replace(row, response="one two") for row in rows(1)]
    assert measure(alike).correlation is None
    assert measure(alike).accuracy is None


def test_the_limit_of_length_rises_with_the_most_frequent_score():
    examples = [row for row in rows(60) if row.score < 4 or row.item < "i2"]
    figures = measure(examples)
    counts = Counter(row.score for row in examples)
    assert figures.chance == pytest.approx(max(counts.values()) / len(examples), abs=1e-4)
    accuracy = figures.accuracy
    assert accuracy is not None
    balanced = accuracy - (figures.chance - 0.2)
    assert figures.faults(1.0, balanced + 0.01, sure=False) == []
    [fault] = figures.faults(1.0, balanced - 0.01, sure=False)
    assert fault == f"length alone grades {accuracy:.0%} right (limit {accuracy - 0.01:.0%})"


def test_unequal_scores_are_reported():
    examples = [row for row in rows(40) if row.score != 3 or row.item < "i2"]
    (warning, *_) = check(examples).warnings
    assert warning == (
        "a score is more than three times as frequent as another "
        "(1: 40, 2: 40, 3: 12, 4: 40, 5: 40)"
    )


@pytest.mark.parametrize("scores", [(1, 5), (2, 3, 5), (1, 2, 3, 4, 5)])
def test_only_scores_that_occur_are_compared(scores):
    even = [row for row in rows(60) if row.score in scores]
    assert check(even).warnings == []
    odd = [row for row in even if row.score != 5 or row.item < "i2"]
    assert [line for line in check(odd).warnings if "frequent" in line] == [
        "a score is more than three times as frequent as another ("
        + ", ".join(f"{score}: {sum(row.score == score for row in odd)}" for score in scores)
        + ")"
    ]


def test_a_set_with_one_score_has_nothing_to_teach():
    fives = [row for row in rows(60) if row.score == 5]
    assert check(fives).warnings == ["every score is 5: there is nothing to tell apart"]


def skewed() -> list[Example]:
    """More than 70 % have a 5, and these are longer."""
    return [
        replace(row, id=f"{row.id}-{n}", score=5 if n < 7 else row.score,
                response=f"{row.response} {'very ' * 40}" if n < 7 else row.response)
        for n in range(10)
        for row in rows(8, seed=n)
        for row in [replace(row, item=f"{row.item}-{n}")]
    ]  # fmt: skip


def findings(warnings: list[str]) -> list[str]:
    """The warnings without the group that they are of."""
    return [line.partition(": ")[2] or line for line in warnings]


def test_what_is_found_in_all_examples_is_not_told_again_of_a_group_that_is_all_of_them():
    warnings = check(skewed()).warnings
    assert len(warnings) >= 2
    assert len(set(findings(warnings))) == len(warnings)
    assert not any(line.startswith(("source", "category", "level", "lang")) for line in warnings)


def test_what_is_found_in_a_category_is_not_told_again_of_a_source_that_is_the_same():
    some = [replace(row, id=f"s-{row.id}", item=f"s-{row.item}", category="some", source="some")
            for row in skewed()]  # fmt: skip
    examples = [*some, *(row for row in rows(60, seed=99))]
    warnings = [line for line in check(examples).warnings if "'some'" in line]
    assert len(warnings) >= 2
    assert len(set(findings(warnings))) == len(warnings)
    assert any(line.startswith("category 'some' gives the score away") for line in warnings)
    assert any(line.startswith("source 'some': length and score") for line in warnings)


@pytest.mark.parametrize(("fives", "warned"), [(30, False), (31, True)])
def test_a_language_is_reported_if_most_of_its_rows_have_one_score(fives, warned):
    scores = [5] * fives + [1 + at % 4 for at in range(50 - fives)]
    examples = rows(60)
    spots = {score: iter([row.id for row in examples if row.score == score]) for score in range(6)}
    turkish = {next(spots[score]) for score in scores}
    examples = [replace(r, language="tr") if r.id in turkish else r for r in examples]
    warnings = check(examples).warnings
    assert warnings == ["language 'tr' gives the score away: 31 of 50 have 5"] * warned


def test_sources_that_lean_to_a_score_are_no_fault_of_a_balanced_set():
    examples = rows(60)
    sources = {1: "low", 2: "low", 3: "mid", 4: "high", 5: "high"}
    examples = [replace(r, source=sources[r.score] if r.score != 3 else "low") for r in examples]
    assert not any(line.startswith("source") for line in check(examples).warnings)


def test_a_format_shortcut_is_found_and_named_by_its_source():
    def bulleted(row):
        return replace(row, response=f"- {row.response}", source="lists")

    examples = rows(100) + [
        replace(bulleted(row) if row.score == 5 else row, id=f"b-{row.id}", item=f"b-{row.item}")
        for row in rows(60, seed=9)
    ]
    examples = [replace(r, source="lists" if r.item[0] == "b" else "plain") for r in examples]
    report = check(examples)
    assert report.format["source"]["plain"].accuracy < 0.3
    assert report.format["source"]["lists"].accuracy > 0.35
    (warning,) = report.warnings
    assert warning.startswith("source 'lists': format alone grades")
    assert warning.endswith("right (limit 35%)")


def test_a_prompt_that_tells_the_score_is_reported():
    examples = [
        replace(row, item=row.id, prompt=f"{row.prompt} {WORDS[row.score]}s {row.id}")
        for row in rows(60)
    ]
    (warning,) = [line for line in check(examples).warnings if line.startswith("all examples")]
    assert warning.startswith("all examples: the prompt alone grades")
    assert warning.endswith("right (limit 45%)")


def test_a_rubric_of_many_rows_is_reported_in_a_large_set():
    examples = rows(100)
    examples[:15] = [replace(row, rubric="Is it polite?") for row in examples[:15]]
    assert (
        "rubrics on more than 2 % of the rows: 'Is it polite?' on 3.0%" in check(examples).warnings
    )
    assert check(examples[:495]).warnings == []


def test_a_report_is_shown_in_lines():
    examples = [replace(row, source="some" if row.item < "i3" else "others") for row in rows(60)]
    report = check(examples)
    _, head, everything, others, some, rubrics, same = report.lines()
    assert len({len(line) for line in (head, everything, others, some)}) == 1
    figures = (report.length, report.format, report.prompt)
    right = [f"{each['all']['all'].accuracy:.0%}" for each in figures]
    assert everything.split() == ["all", "300", "0%", "(20%)", "20%", *right]
    assert [others.split()[0], some.split()[0]] == ["others", "some"]
    assert rubrics.startswith("rubrics: 60; the most frequent on 1.7% of the examples, ")
    assert same == "same answer, other rubric: 0 pairs, - of them with different scores"


@pytest.mark.parametrize("token", ["<|im_start|>", "<|im_end|>", "[INST]", "</s>", "<end_of_turn>"])
def test_control_tokens_are_reported(token):
    examples = rows(10)
    examples[3] = replace(examples[3], response=f"{token} {examples[3].response}")
    assert check(examples).control_tokens == ["i0/4"]


def test_long_rows_are_reported_by_estimate_or_by_tokenizer():
    examples = rows(10)
    examples[3] = replace(examples[3], response=" ".join(f"w{n}" for n in range(900)))
    report = check(examples, token_limit=1024)
    assert report.over_limit == ["i0/4"]
    assert report.token_method == "estimated from the characters"
    report = check(examples, token_limit=1024, count_tokens=lambda row: 2000 - row.score)
    assert len(report.over_limit) == len(examples)
    assert report.token_method == "tokenizer"


def test_a_letter_of_another_script_is_reckoned_a_token():
    examples = rows(10)
    examples[3] = replace(examples[3], response="漢" * 1000)
    examples[4] = replace(examples[4], response="kan " * 600)
    assert check(examples, token_limit=1024).over_limit == ["i0/4"]


def test_the_hand_written_data_has_no_hard_fault():
    examples = read_any(DATA / "starter.jsonl")
    for path in sorted((DATA / "bank").glob("*.jsonl")):
        examples += read_any(path)
    report = check(examples, token_limit=1024)
    assert report.near_answers == []
    assert report.near_duplicates == []
    assert report.shared_prompts == []
    # Attacks that imitate a chat template are what some adversarial items are about.
    assert {row.partition("-")[0] for row in report.control_tokens} == {"adversarial"}


def test_ten_thousand_rows_take_seconds():
    examples = rows(2000)
    start = time.process_time()
    check(examples)
    assert time.process_time() - start < 20


def test_ten_thousand_answers_to_one_prompt_take_seconds():
    prompt = " ".join(WORDS)
    examples = [
        Example(f"r{n}", f"r{n}", prompt, f"Answer number {n} of many", "u", 1 + n % 5, "w", "c", 1)
        for n in range(10_000)
    ]
    start = time.process_time()
    assert len(check(examples).near_duplicates) == 9_999
    assert time.process_time() - start < 30
