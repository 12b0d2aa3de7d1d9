from __future__ import annotations

import dataclasses
import random
from pathlib import Path

import pytest

from autograder.checks import leaks
from autograder.checks.leaks import Passage, answers, nearest, passage, prompts, prove_distinct
from autograder.checks.split import split
from autograder.config import load
from autograder.dataset.generate import generate
from autograder.errors import AuditError
from autograder.schema import Example

ROOT = Path(__file__).parents[2]


def text(seed: int, count: int, vocabulary: int = 400) -> str:
    rng = random.Random(seed)
    return " ".join(f"w{rng.randrange(vocabulary)}" for _ in range(count))


def example(name: str, prompt: str, response: str, item: str = "") -> Example:
    return Example(name, item or name, prompt, response, "u", 3, "w", "c", 1)


def containment(first: str, second: str) -> float:
    """From the definition, with no index."""
    a, b = (
        {" ".join(t.split()[k : k + 8]) for k in range(len(t.split()) - 7)} for t in (first, second)
    )
    return 1.0 if first == second else len(a & b) / max(8, min(len(a), len(b)))


def test_overlaps_are_those_of_the_definition():
    rng = random.Random(1)
    sources = [text(n, rng.randrange(3, 60)) for n in range(30)]
    others = [text(100 + n, rng.randrange(3, 60)) for n in range(30)]
    for n in range(0, 30, 2):  # a piece of one, in another
        words = sources[n].split()
        others[n] = " ".join([*words[rng.randrange(5) :], *others[n].split()[: rng.randrange(40)]])
    rows = [passage(f"a{n}", f"a{n}", t) for n, t in enumerate(sources)]
    found = {
        o.row: o for o in nearest(rows, [passage(f"b{n}", "", t) for n, t in enumerate(others)])
    }
    for n, source in enumerate(sources):
        shares = [containment(source, other) for other in others]
        best = max(shares)
        assert (f"a{n}" in found) == (best > 0)
        if best:
            assert found[f"a{n}"].share == pytest.approx(best)
            assert shares[int(found[f"a{n}"].other[1:])] == best
    assert len({round(o.share, 2) for o in found.values()}) > 5
    assert [o.share for o in found.values()] == sorted(o.share for o in found.values())[::-1]


def test_an_edited_copy_is_found_and_a_template_with_other_numbers_is_not():
    words = text(1, 100).split()
    words[50] = "changed"
    (found,) = nearest([passage("a", "a", " ".join(words))], [passage("b", "b", text(1, 100))])
    assert found.share == pytest.approx((93 - 8) / 93)
    template = "A shop sells {} apples at {} cents each and packs {} of them in a box for {} euros."
    first, second = template.format(3, 40, 6, 2), template.format(5, 60, 8, 4)
    assert not nearest([passage("a", "a", first)], [passage("b", "b", second)])


def test_short_texts_repeat_each_other_when_all_words_are_the_same():
    def share(first: str, second: str) -> list[float]:
        return [o.share for o in nearest([passage("a", "a", first)], [passage("b", "b", second)])]

    assert share("Why is the sky blue?", "why is the  sky blue") == [1.0]
    assert share("Why is the sky blue?", "Why is the sea blue?") == []
    assert share("What is 7-2?", "What is 7+2?") == []
    phrase = "I am sorry but I cannot help with"
    assert share(f"{phrase} that", f"{phrase} anything of this kind today") == [1 / 8]
    assert share("富士山の高さを教えて", "富士山の高さを教えて下さい") == [3 / 8]


def test_boilerplate_of_many_items_counts_for_nothing():
    policy = text(7, 60)

    def rows(count: int) -> list[Passage]:
        return [passage(f"{n}", f"{n}", policy, text(n + 50, 12, 10_000)) for n in range(count)]

    ten, eleven = rows(10), rows(11)
    assert nearest(ten[:1], ten[1:])[0].share > leaks.LEAST
    assert nearest(eleven[:1], eleven[1:]) == []
    # A hundred rows of few items are no boilerplate.
    one_item = [Passage(f"x{n}", "x", row.words) for n, row in enumerate(rows(100))]
    assert nearest(ten[:1], one_item)[0].share > leaks.LEAST


def test_prompts_are_compared_once_and_answers_with_their_prompt():
    rows = [example("a", "one two", "three"), example("b", "one two", "four")]
    assert [(p.id, p.words) for p in prompts(rows)] == [("a", ("one", "two"))]
    assert [p.words for p in answers(rows)] == [("one", "two", "three"), ("one", "two", "four")]


def test_a_near_duplicate_across_splits_is_an_error_that_names_both_rows():
    long = text(1, 40)
    train = [example("t1", "p", text(2, 40)), example("t2", "q", long, item="q-item")]
    splits = {
        "train": train,
        "validation": [example("v1", "q", f"{long} and more")],
        "test": [example("e1", "r", text(3, 40)), example("e2", "q", f"so {long} and more")],
    }
    with pytest.raises(AuditError) as raised:
        prove_distinct(splits)
    lines = str(raised.value).splitlines()
    assert lines[0].startswith("2 rows nearly repeat a row of another split")
    assert any("t2 in train and v1 in validation share 100%" in line for line in lines)
    assert any("e2 in test" in line for line in lines)
    assert all("give both one `item`" in line for line in lines[1:])
    assert "'q-item'" in str(raised.value)
    assert prove_distinct({"train": train, "test": splits["test"][:1]}) is None


def test_validation_and_test_are_kept_apart_too():
    row = example("v", "p", text(1, 40))
    twin = dataclasses.replace(row, id="e", item="e", response=row.response + " indeed")
    with pytest.raises(AuditError, match="v in validation and e in test share"):
        prove_distinct({"train": [], "validation": [row], "test": [twin]})


def test_a_long_list_is_cut_and_counted():
    rows = [example(f"t{n}", "p", text(n, 40)) for n in range(14)]
    twins = [
        dataclasses.replace(r, id=f"e{n}", item=f"e{n}", prompt="q") for n, r in enumerate(rows)
    ]
    with pytest.raises(AuditError, match=r"^14 rows[^$]*\n  and 4 more$") as raised:
        prove_distinct({"train": rows, "test": twins})
    assert len(str(raised.value).splitlines()) == 12


@pytest.mark.parametrize("seed", [17, 1])
def test_no_split_of_our_data_nearly_repeats_another(seed):
    """With a margin: the next item of a family must not be the first that stops a run."""
    settings = load(ROOT / "params.yaml").changed(seed=seed)
    examples = generate(settings, ROOT / "data")
    largest = prove_distinct(split(examples, settings.split))
    assert largest is not None
    assert 0 < largest.share < 0.4
    # The same check does see what it should: a row under another item's name.
    row = next(row for row in examples if len(row.response.split()) > 30)
    twin = dataclasses.replace(row, id="twin", item="twin", response=f"{row.response} Indeed.")
    with pytest.raises(AuditError, match="twin in test"):
        prove_distinct({"train": examples, "test": [twin]})
