from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from autograder.balance import score_counts
from autograder.config import Config
from autograder.dataset import families
from autograder.dataset.families import coverage
from autograder.dataset.generate import generate
from autograder.errors import ConfigError, DataError
from autograder.schema import (
    MAX_RESPONSES,
    Example,
    read_examples,
    read_items,
    write_examples,
)
from dataset.families_folder import WORDS

DATA = Path(__file__).parents[2] / "data"
FAMILIES = {
    "coverage": 4,
    "details": 1,
    "arithmetic": 1,
    "groundedness": 1,
    "constraints": 1,
    "table_lookup": 1,
    "refusal": 1,
    "injection": 1,
}


NATURAL = {f"natural/{path.stem}" for path in (DATA / "natural").glob("*.jsonl")}


def settings(recipe: str, seed: int = 17, **values: Any) -> Config:
    chosen = {"families": FAMILIES, "num_constructed": 110, "balance": 1} | values
    return Config().changed(seed=seed, dataset={"recipe": recipe, **chosen})


def test_the_starter_set_is_the_one_of_the_mission():
    examples = read_examples(DATA / "starter.jsonl")
    assert len(examples) == 53
    assert score_counts(examples) == {1: 11, 2: 10, 3: 10, 4: 10, 5: 12}
    assert {example.level for example in examples} == {1, 2, 3}
    assert {example.source for example in examples} == {"starter"}


def test_the_bank_is_broad():
    items = [item for path in sorted((DATA / "bank").glob("*.jsonl")) for item in read_items(path)]
    assert len(items) >= 300
    assert len({item.id for item in items}) == len(items)
    assert len({item.category for item in items}) >= 16
    levels = Counter(item.level for item in items)
    assert levels[1] >= 150
    assert levels[2] >= 45
    assert levels[3] >= 45
    languages = Counter(item.language for item in items)
    assert sum(count >= 5 for language, count in languages.items() if language != "en") >= 8


def test_there_are_many_families_beside_coverage():
    assert len(families.FAMILIES) >= 12
    known = [*families.FAMILIES, coverage.FAMILY, coverage.EASY_FAMILY]
    assert sorted(Config().dataset.families) == sorted(known)


@pytest.mark.parametrize(
    ("recipe", "sources"),
    [
        ("starter", {"starter"}),
        ("bank", {"starter", "bank", *NATURAL}),
        ("full", {"starter", "bank", *NATURAL, *FAMILIES}),
    ],
)
def test_a_recipe_is_exactly_balanced(recipe, sources):
    said: list[str] = []
    examples = generate(settings(recipe), DATA, said.append)
    assert {example.source for example in examples} == sources
    assert len(set(score_counts(examples).values())) == 1
    assert len({example.id for example in examples}) == len(examples)
    line, *_ = said
    told = re.fullmatch(
        r"dropped ([\d,]+) of ([\d,]+) examples of the recipe \w+ so that no score is more "
        r"than 1 times as frequent as the rarest \(dataset\.balance=null keeps them\): (.+)",
        line,
    )
    assert told is not None
    number, whole, each = told.groups()
    everything = generate(settings(recipe, balance=None), DATA)
    assert len(everything) == int(whole.replace(",", ""))
    assert len(everything) - len(examples) == int(number.replace(",", ""))
    for part in each.split(", "):
        source, count = part.rsplit(" ", 1)
        left = [sum(row.source == source for row in rows) for rows in (everything, examples)]
        assert left[0] - left[1] == int(count)


def test_a_score_may_be_three_times_as_frequent_by_default():
    assert Config().dataset.balance == 3
    counts = score_counts(generate(settings("bank", balance=3), DATA))
    assert max(counts.values()) == 3 * min(counts.values())


def test_the_starter_recipe_has_fifty():
    assert score_counts(generate(settings("starter"), DATA)) == dict.fromkeys(range(1, 6), 10)


def own(folder: Path, scores: Iterable[int]) -> Path:
    """A data folder: ours, and one file of the user's."""
    shutil.copytree(DATA, folder)
    return with_user(folder, scores)


def with_user(folder: Path, scores: Iterable[int], source: str = "user") -> Path:
    rows = [
        Example(f"own-{n}", f"own-{n}", f"Question {n}?", f"Answer {n}.", "Right?", score,
                "It is as it is.", "own", 1, source=source)
        for n, score in enumerate(scores)
    ]  # fmt: skip
    (folder / "user").mkdir()
    write_examples(folder / "user" / "reviews.jsonl", rows)
    (folder / "user" / "reviews.jsonl.rejected.jsonl").write_text('{"line": 7}\n')
    return folder


def test_the_users_examples_are_taken_in_and_balanced(tmp_path):
    data = own(tmp_path / "data", [1, 2, 3, 4, 5, 5, 1])
    for recipe in ("bank", "full"):
        kept = generate(settings(recipe, balance=None), data)
        rest = [example for example in kept if example.source != "user"]
        assert len(kept) - len(rest) == 7
        assert rest == generate(settings(recipe, balance=None), DATA)
        assert len(set(score_counts(generate(settings(recipe), data)).values())) == 1
    alone = generate(settings("user"), data)
    assert score_counts(alone) == dict.fromkeys(range(1, 6), 1)
    assert {example.source for example in alone} == {"user"}
    assert len(generate(settings("user", balance=None), data)) == 7


def test_tables_beside_the_users_examples_are_told(tmp_path):
    data = own(tmp_path / "data", [1, 2])
    for name in ("b.csv", "c.JSONL", "README.md", "d.jsonl.rejected.jsonl"):
        (data / "user" / name).write_text("")
    said: list[str] = []
    assert len(generate(settings("user", balance=None), data, said.append)) == 2
    told = [line for line in said if "is not read" in line]
    assert [line.partition(" is not")[0].rpartition("/")[2] for line in told] == [
        "b.csv",
        "c.JSONL",
    ]
    assert all(line.endswith("`autograder data import` makes .jsonl of it") for line in told)


def test_whole_items_of_ours_are_replayed_beside_the_users(tmp_path):
    """They are a part of the balanced recipe `full`, and more of them take none away."""
    data = own(tmp_path / "data", [1, 2, 3, 4, 5, 5, 1])
    said: list[str] = []
    sets = [
        generate(settings("user", replay=count), data, said.append) for count in (60, 120, 10**6)
    ]
    ours = [{row.id: row for row in rows if row.source != "user"} for rows in sets]
    full = generate(settings("full"), data)
    assert ours[0].items() < ours[1].items() < ours[2].items()
    assert ours[2] == {row.id: row for row in full if row.source != "user"}
    assert 60 <= len(ours[0]) < 60 + MAX_RESPONSES
    per_item = Counter(row.item for row in full)
    assert all(n == per_item[item] for item, n in Counter(r.item for r in ours[0].values()).items())
    for rows in sets:
        assert score_counts([row for row in rows if row.source == "user"]) == dict.fromkeys(
            range(1, 6), 1
        )
    assert f"beside 5 examples of data/user/: {len(ours[0])} of ours" in said


def test_other_recipes_replay_nothing(tmp_path):
    assert generate(settings("bank", replay=60), DATA) == generate(settings("bank"), DATA)


def test_the_users_examples_must_be_there(tmp_path):
    with pytest.raises(DataError, match=r"data/user: holds no \.jsonl files; put there what"):
        generate(settings("user"), DATA)


def test_pass_or_fail_is_balanced_over_two_scores(tmp_path):
    data = own(tmp_path / "data", [1, 5, 5, 5, 1])
    assert Counter(row.score for row in generate(settings("user"), data)) == {1: 2, 5: 2}


def test_families_share_by_weight_in_whole_items():
    examples = generate(settings("full", num_constructed=275, balance=None), DATA)
    made = Counter(e.source for e in examples if e.source in FAMILIES)
    assert made == {"coverage": 100, **{name: 25 for name in FAMILIES if name != "coverage"}}


def test_a_family_without_weight_is_left_out():
    families = FAMILIES | {"coverage": 0}
    examples = generate(settings("full", families=families), DATA)
    assert "coverage" not in {example.source for example in examples}


def test_no_constructed_rows_is_the_bank():
    for most in (None, 100_000):
        everything = settings("full", num_constructed=0, num_bank=most, num_natural=most)
        assert generate(everything, DATA) == generate(settings("bank"), DATA)


def test_the_bank_is_thinned_by_whole_items_and_a_larger_choice_only_adds():
    chosen = []
    for count in (50, 200):
        sizes = {"num_constructed": 0, "num_bank": count, "num_natural": 0}
        examples = generate(settings("full", **sizes, balance=None), DATA)
        ids = [example.id for example in examples if example.source == "bank"]
        assert len(ids) == count
        assert set(Counter(identity.rpartition("/")[0] for identity in ids).values()) == {5}
        chosen.append(set(ids))
    assert chosen[0] < chosen[1]


def test_natural_items_are_thinned_whole_and_keep_their_kind():
    chosen = []
    for count in (100, 1000):
        sizes = {"num_constructed": 0, "num_bank": 0, "num_natural": count}
        examples = generate(settings("full", **sizes, balance=None), DATA)
        natural = [row for row in examples if row.source != "starter"]
        assert {row.source for row in natural} <= NATURAL
        assert count <= len(natural) < count + MAX_RESPONSES
        chosen.append({row.id for row in natural})
    assert chosen[0] < chosen[1]


def test_the_examples_of_an_item_stand_side_by_side_in_seeded_order():
    examples = generate(settings("full"), DATA)
    runs = [item for item, _ in groupby(example.item for example in examples)]
    assert len(runs) == len(set(runs))
    assert runs != sorted(runs)
    other = generate(settings("bank", seed=18), DATA)
    assert other != generate(settings("bank"), DATA)


CODE = """
import hashlib, json, sys
from dataclasses import asdict
from pathlib import Path
from autograder.config import load
from autograder.dataset.generate import generate
examples = generate(load("params.yaml"), Path("data"))
assert "torch" not in sys.modules
print(hashlib.sha256(json.dumps([asdict(e) for e in examples]).encode()).hexdigest())
"""


def test_every_process_makes_the_same_bytes():
    made = [
        subprocess.run(
            [sys.executable, "-c", CODE],
            cwd=DATA.parent,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4242")
    ]
    assert len(set(made)) == 1


def test_an_unknown_family_is_named_with_the_known_ones():
    with pytest.raises(ConfigError) as caught:
        generate(settings("full", families={"covrage": 1, "arithmetic": 1}), DATA)
    (fault,) = caught.value.faults
    assert fault.startswith("dataset.families.covrage: unknown family; known: arithmetic, ")
    assert "coverage" in fault


@pytest.mark.parametrize(
    ("families", "says"),
    [
        ({}, "no weight is above 0"),
        ({"coverage": 0}, "no weight is above 0"),
    ],
)
def test_weights_that_share_nothing_out(families, says):
    with pytest.raises(ConfigError, match=says):
        generate(settings("full", families=families), DATA)


@pytest.fixture
def folder(tmp_path):
    """A small data folder: two balanced items in the bank, five rows in the starter set."""
    row = {"prompt": "p", "rubric": "u", "reasoning": "w"}
    starter = [row | {"id": f"s{n}", "response": f"r{n}", "score": n} for n in range(1, 6)]
    responses = [{"score": n, "response": f"b{n}", "reasoning": "w"} for n in range(1, 6)]
    item = {"category": "c", "level": 1, "prompt": "q", "rubric": "u", "responses": responses}
    (tmp_path / "bank").mkdir()
    (tmp_path / "natural").mkdir()
    lines = {
        "starter.jsonl": starter,
        "bank/a.jsonl": [item | {"id": "a"}],
        "bank/b.jsonl": [item | {"id": "b"}],
        "natural/n.jsonl": [item | {"id": "n"}],
    }
    for name, entries in lines.items():
        (tmp_path / name).write_text("\n".join(map(json.dumps, entries)), encoding="utf-8")
    return tmp_path


def replaced(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_a_small_folder(folder):
    assert len(generate(settings("bank"), folder)) == 20


@pytest.mark.parametrize("source", ["user", "bank", "mine"])
@pytest.mark.parametrize("scores", [[4, 5] * 30 + [5], [1] * 3 + [5]])
def test_ours_and_the_users_examples_are_balanced_apart(folder, scores, source):
    alone = generate(settings("bank"), folder)
    said: list[str] = []
    both = generate(settings("bank"), with_user(folder, scores, source), said.append)
    ours = [row for row in both if row.category != "own"]
    assert ours == alone
    counts = Counter(row.score for row in both if row.category == "own")
    assert counts == dict.fromkeys(set(scores), min(Counter(scores).values()))
    assert said[0].startswith(
        f"dropped {len(scores) - counts.total()} of {len(scores)} examples of data/user/ so that "
        "no score is more than 1 times as frequent as the rarest (dataset.balance=null keeps "
        "them): "
    )


@pytest.mark.parametrize(
    ("scores", "lost"),
    [([5] * 50 + [4] * 50 + [3], 98), ([1] * 30 + [5] * 9, 21), ([1] * 30 + [5] * 10, 20)],
)
def test_a_set_that_loses_more_than_half_is_told_loudly(folder, scores, lost):
    said: list[str] = []
    kept = generate(settings("user"), with_user(folder, scores), said.append)
    assert len(scores) - len(kept) == lost
    loud = [line for line in said if line.startswith("WARNING: ")]
    assert len(loud) == (lost > len(scores) / 2)
    for line in loud:
        rarest = min(scores, key=scores.count)
        assert f"data/user/, as score {rarest} has only {scores.count(rarest)};" in line
        assert line.endswith("dataset.balance=null")
    said.clear()
    assert len(generate(settings("user", balance=None), folder, said.append)) == len(scores)
    assert said == []


def test_a_folder_of_which_nothing_is_drawn_need_not_be_there(folder):
    few: dict[str, Any] = {"num_constructed": 0, "balance": None}
    # The rows of this starter set name no source.
    for name, sources in (("natural", {"user", "bank"}), ("bank", {"user"})):
        shutil.rmtree(folder / name)
        few[f"num_{name}"] = 0
        assert {row.source for row in generate(settings("full", **few), folder)} == sources
    few["num_bank"] = 1
    with pytest.raises(DataError, match=r"bank: holds no \.jsonl files"):
        generate(settings("full", **few), folder)


def test_a_new_item_leaves_the_order_of_the_others(folder):
    before = generate(settings("bank"), folder)
    text = (folder / "bank/a.jsonl").read_text(encoding="utf-8")
    (folder / "bank/c.jsonl").write_text(text.replace('"id": "a"', '"id": "c"'), encoding="utf-8")
    after = generate(settings("bank"), folder)
    assert [example for example in after if example.item != "c"] == before


def test_an_id_used_in_two_files_is_named(folder):
    replaced(folder / "bank/b.jsonl", '"id": "b"', '"id": "a"')
    with pytest.raises(DataError, match=r"b\.jsonl: id: 'a/1' is used here and in .*a\.jsonl"):
        generate(settings("bank"), folder)


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("starter.jsonl", '"score": 4', '"score": 6', r"starter\.jsonl:4: score: .*got 6"),
        ("starter.jsonl", '"s4",', '"s4"', r"starter\.jsonl:4: not a JSON object"),
        ("bank/b.jsonl", '"b2"', '"b1"', r"b\.jsonl:1: responses: one response stands there twice"),
        ("bank/b.jsonl", '"rubric"', '"rubrik"', r"b\.jsonl:1: rubric: missing"),
    ],
)
def test_a_faulty_row_is_named_with_its_file(folder, name, old, new, says):
    replaced(folder / name, old, new)
    with pytest.raises(DataError, match=says):
        generate(settings("bank"), folder)


def test_an_empty_bank_is_named(folder):
    for path in (folder / "bank").iterdir():
        path.unlink()
    with pytest.raises(DataError, match=r"bank: holds no \.jsonl files"):
        generate(settings("bank"), folder)
    assert generate(settings("starter"), folder)


def test_more_than_a_family_can_make_is_a_fault_of_the_configuration(folder, monkeypatch):
    from autograder.dataset.families import FAMILIES as MAKERS

    def refuse(count: int, seed: int, words: Path) -> list:
        raise ValueError("arithmetic cannot make 9 distinct items; ask for 3 at most")

    monkeypatch.setitem(MAKERS, "arithmetic", refuse)
    with pytest.raises(ConfigError, match=r"num_constructed: 110 is too many: arithmetic cannot"):
        generate(settings("full", families={"arithmetic": 1}), folder)


def test_families_without_their_words_name_the_file(folder):
    with pytest.raises(DataError, match=r"families/details/\w+\.jsonl: no such file"):
        generate(settings("full", families={"details": 1}), folder)


def test_a_fault_in_the_topics_keeps_its_place(folder):
    shutil.copytree(WORDS, folder / "families")
    (folder / "topics.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"topics\.jsonl:1: id: missing"):
        generate(settings("full", families={"coverage": 1}), folder)
