"""The card: its metadata, its figures and whose they are, and that names stay text."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil

import pytest
from huggingface_hub import ModelCard, ModelCardData

from autograder.errors import DataError
from autograder.evaluation.result_models import Figures, Gain, Measures
from autograder.export.evidence import Evidence, find_evidence
from autograder.export.readme import card, escape, fenced, front_matter
from autograder.export.trained import open_trained

MEASURES = tuple(Measures.model_fields)


def figures(value, **changes):
    return {
        "num_examples": 10,
        "num_items": 2,
        "num_pairs": 20,
        "pairs": 0.7,
        "pairs_interval": [0.6, 0.8],
        **dict.fromkeys(MEASURES, value),
        "interval": {key: [value - 0.1, value + 0.1] for key in MEASURES},
        "undefined": {},
    } | changes


def compared(judge, majority, base_model=None):
    gain = dict.fromkeys(Gain.model_fields)
    return {
        "judge": judge,
        "baselines": {"majority": majority, "length_only": majority, "base_model": base_model},
        "gain": {"majority": gain, "length_only": gain},
    }


@pytest.fixture
def tree():
    """What `reports/eval/systems.json` holds."""
    return {
        "judge_sha256": None,
        "test": compared(figures(0.5), figures(0.2, pearson=None)),
        "hand_written": None,
        "natural": None,
        "first_tests": None,
        "holdout": compared(figures(0.4), figures(0.2), figures(0.3)),
    }


@pytest.fixture
def trained(judge_folder):
    return open_trained(judge_folder)


def write(path, values):
    path.write_text(json.dumps(values), encoding="utf-8")
    return path


def make(trained, evidence=None, use="use", notes="notes"):
    return card(trained, "merged", use, evidence, notes)


def metadata(text: str) -> ModelCardData:
    data = ModelCard(text, ignore_metadata_errors=False).data
    assert isinstance(data, ModelCardData)
    return data


def test_figures_that_name_this_judge_stand_in_the_card(trained, tree, tmp_path):
    path = write(tmp_path / "m.json", tree | {"judge_sha256": trained.fingerprint})
    evidence = find_evidence(trained, None, path)
    assert evidence is not None
    assert evidence.is_certain
    text = make(trained, evidence)
    assert "| exactly the label | 0.500 (0.400 to 0.600) | 0.200 (0.100 to 0.300) |" in text
    assert "| Pearson | 0.500 (0.400 to 0.600) | - |" in text
    assert "**held\\-out test split**: 10 answers to 2 items" in text
    assert "| | judge | majority | length only |\n" in text
    assert "| | judge | base model | majority | length only |\n" in text  # of the unseen kinds
    assert "| exactly the label | 0.400 (0.300 to 0.500) | 0.300 (0.200 to 0.400) |" in text
    assert "whoever exported this" not in text


def test_what_benchmark_writes_is_read_too(trained, tmp_path):
    values = {"file": "/home/me/a|b.jsonl", "systems": {"judge": figures(0.5)}}
    path = write(tmp_path / "b.json", values | {"judge_sha256": trained.fingerprint})
    text = make(trained, find_evidence(trained, path, tmp_path / "none"))
    assert r"**a\|b\.jsonl**: 10 answers" in text
    assert "/home" not in text


@pytest.mark.parametrize(
    ("mode", "title"),
    [
        ({"fast": False, "renderings": 1, "solve": True}, "b.jsonl"),
        (
            {"fast": True, "renderings": 2, "solve": False},
            "b.jsonl --fast --renderings 2 --no-solve",
        ),
    ],
)
def test_how_the_benchmark_graded_stands_beside_its_name(trained, tmp_path, mode, title):
    trained.values["params"]["train"]["solve"] = 0.7
    values = {"file": "b.jsonl", "systems": {"judge": figures(0.5)}} | mode
    path = write(tmp_path / "b.json", values | {"judge_sha256": trained.fingerprint})
    found = find_evidence(trained, path, tmp_path / "none")
    assert found is not None
    assert list(found.sets) == [title]
    trained.values["params"]["train"]["solve"] = 0.0
    found = find_evidence(trained, path, tmp_path / "none")
    assert found is not None
    assert list(found.sets) == [title.removesuffix(" --no-solve")]


def test_figures_of_pairs_stand_in_no_card(trained, tmp_path):
    path = write(tmp_path / "b.json", {"judge_sha256": trained.fingerprint, "pairs": {}})
    with pytest.raises(DataError, match=r"b\.json: holds figures of pairs; a card takes those of"):
        find_evidence(trained, path, tmp_path / "none")


def test_an_old_result_of_a_benchmark_says_what_makes_it_anew(trained, tmp_path):
    old = {name: value for name, value in figures(0.5).items() if name != "num_pairs"}
    path = write(tmp_path / "b.json", {"systems": {"judge": old}})
    again = r"systems\.judge\.num_pairs: missing; run `autograder benchmark --output` again"
    with pytest.raises(DataError, match=again):
        find_evidence(trained, path, tmp_path / "none")


def test_figures_of_another_judge_are_left_out_or_refused(trained, tree, tmp_path):
    path = write(tmp_path / "m.json", tree | {"judge_sha256": "f" * 64})
    assert find_evidence(trained, None, path) is None
    with pytest.raises(DataError, match="judge_sha256: is of another judge, 'ffffffffffff'"):
        find_evidence(trained, path, tmp_path / "none")
    assert find_evidence(trained, None, tmp_path / "none") is None
    assert "It came without figures" in make(trained)


def test_figures_that_name_no_judge_are_taken_from_who_gives_them_only(trained, tree, tmp_path):
    path = write(tmp_path / "m.json", tree)
    assert find_evidence(trained, None, path) is None
    evidence = find_evidence(trained, path, tmp_path / "none")
    assert evidence is not None
    assert not evidence.is_certain
    assert "whoever exported this says they are of this one" in make(trained, evidence)


def test_metrics_json_stands_for_the_figures_beside_it(trained, tree, tmp_path):
    (tmp_path / "eval").mkdir()
    headline = write(tmp_path / "metrics.json", {"judge": {"exact": 0.5}})
    with pytest.raises(DataError, match=r"eval/systems\.json: no such file; run `dvc repro evalu"):
        find_evidence(trained, headline, tmp_path / "none")
    for sha256, certain in ((trained.fingerprint, True), ("f" * 64, False)):
        write(tmp_path / "eval" / "systems.json", tree | {"judge_sha256": sha256})
        assert (find_evidence(trained, None, headline) is not None) is certain


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"judge": {"exact": 1}}, "judge_sha256: missing"),
        ({"systems": {"majority": figures(0.1)}}, "systems.judge: missing"),
        ({"systems": {"judge": figures(0.1, exact="high")}}, r"judge\.exact: expected a number"),
        (["systems"], "expected an object"),
    ],
)
def test_figures_of_another_shape_are_refused(trained, tmp_path, values, message):
    path = write(tmp_path / "m.json", values)
    with pytest.raises(DataError, match=message):
        find_evidence(trained, path, path)


def with_data(trained, **dataset):
    params = trained.values["params"] | {"dataset": dataset}
    return make(dataclasses.replace(trained, values=trained.values | {"params": params}))


def test_what_was_drawn_is_told_as_such(trained):
    sizes = {"num_natural": None, "num_bank": 900, "num_constructed": 1000}
    text = with_data(trained, recipe="full", balance=2.0, **sizes)
    assert (
        r"Drawn, before balancing: natural examples (all), ladders from 1 to 5 (about 900), "
        r"program-made examples (about 1000)."
    ) in text
    assert "and the project's own (`data/user/`), if there were any" in text
    text = with_data(trained, recipe="full", balance=None, **sizes | {"num_natural": 0})
    assert "Drawn: natural examples (none), ladders" in text
    assert "at most" not in text.partition("## Data")[2]
    bank = with_data(trained, recipe="bank", balance=2.0, **sizes)
    assert "(`data/user/`)" in bank
    assert "Drawn" not in bank


def test_of_an_older_judge_only_what_its_record_names_is_told(trained):
    text = with_data(trained, recipe="full", num_bank=900, num_constructed=2900)
    assert "Drawn: ladders from 1 to 5 (about 900), program-made examples (about 2900)." in text
    assert "natural" not in text.partition("## Data")[2]
    assert "Drawn" not in with_data(trained, recipe="full")


# --- names that are somebody's


def renamed(judge_folder, tmp_path, name):
    folder = tmp_path / "judge"
    shutil.copytree(judge_folder, folder)
    judge = json.loads((folder / "judge.json").read_text(encoding="utf-8"))
    judge["params"]["model"]["name"] = judge["base"]["name"] = name
    judge["base"]["pin"] = name
    judge["params"]["dataset"]["recipe"] = name
    write(folder / "judge.json", judge)
    return open_trained(folder)


@pytest.mark.parametrize(
    "name",
    [
        "x\n---\nlicense: mit\n---\n# [click](http://evil)",
        "<img src=x onerror=alert(1)>",
        "a|b\n\n| exactly the label | 1.000 |",
        "`code` *bold* _it_ @someone http://evil.example",
    ],
)
def test_a_hostile_name_stays_text(judge_folder, tmp_path, name):
    trained = renamed(judge_folder, tmp_path, name)
    text = make(trained)
    data = metadata(text)
    assert data.license == "other"
    assert data.base_model is None
    body = re.sub(r"\\[^\w\s]", "", ModelCard(text).text)  # without what is escaped
    for markup in ("[click](", "<img", "| exactly the label | 1.000 |", "*bold*", "://", "@some"):
        assert markup not in body


def test_a_hostile_hub_id_stays_a_string(judge_folder, tmp_path):
    trained = renamed(judge_folder, tmp_path, "org/no")
    assert metadata(make(trained)).base_model == "org/no"


def test_escaped_text_renders_as_itself():
    assert escape("a*b\n<c>") == r"a\*b\\n\<c\>"
    assert escape("plain words, 日本") == r"plain words\, 日本"
    assert fenced("a ``` b") == "````\na ``` b\n````"


def test_metadata_names_the_base_and_its_licence(judge_folder, tmp_path):
    trained = renamed(judge_folder, tmp_path, "qwen2.5-coder-0.5b-instruct")
    for kind, library in (("merged", "transformers"), ("adapter", "peft"), ("gguf", "gguf")):
        data = metadata(front_matter(trained, kind) + "\n# x")
        assert data.base_model == "Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF"
        assert data.license == "apache-2.0"
        assert data.library_name == library
        assert data.tags is not None
        assert kind in data.tags
    research = renamed(judge_folder, tmp_path / "b", "qwen2.5-3b-instruct")
    data = metadata(front_matter(research, "merged") + "\n# x")
    assert (data.license, data.license_name) == ("other", "Qwen Research License (research only)")


def test_every_section_is_there(trained):
    merged = dataclasses.replace(trained, values=trained.values | {"merge": {"method": "linear"}})
    text = make(
        merged,
        Evidence({"t": {"judge": Figures.model_validate_json(json.dumps(figures(0.5)))}}, True),
    )
    for title in ("Use", "How good it is", "Data", "Intended use", "Limits", "Licence"):
        assert f"\n## {title}\n" in text
    assert "This judge is merged of several" in text
    assert trained.fingerprint in text
