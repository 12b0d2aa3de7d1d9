from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.evaluation.result_models import Figures
from autograder.evaluation.results import Measured
from autograder.report import figures
from autograder.schema import LEVELS
from autograder.terminal import printable
from report.page import Page, edit, write

WHOLE = "The whole test split"
DASH = "\N{EN DASH}"
Made = tuple[Path, Measured]


@pytest.fixture(scope="module")
def page(made: Made) -> Page:
    return write(made[0])


# --- safe


def test_hostile_texts_are_shown_as_text(page: Page, hostile: dict[str, str]) -> None:
    for text in hostile.values():
        assert " ".join(printable(text).split()) in page.text
    assert not set(page.source) & set("\0\a\x1b\u202e\u200b\ufeff")
    assert r"null \x00 bell \x07 escape \x1b[31m right-to-left \u202egnp.exe" in page.text


def test_a_hostile_base_name_stays_in_the_title(project: Path) -> None:
    name = "</title><script>alert(1)</script>\u202e\0"
    edit(project / "build/judge/judge.json", lambda judge: judge["base"].update(name=name))
    page = write(project)
    assert not page.of("script")
    assert r"Judge report: </title><script>alert(1)</script>\u202e\x00" in page.text


# --- right


def test_figures_are_those_of_the_metrics(page: Page, made: Made) -> None:
    measured = made[1]
    test = measured.systems.test
    rows, judge = page.rows("The judge beside its baselines"), test.judge
    for name in figures.TARGETS:
        assert figures.number(name, getattr(judge, name)) in page.text
        interval = figures.between(name, getattr(judge.interval, name))
        assert f"95 % interval: {interval}" in page.text
    assert rows["This judge"] == cells(judge)
    assert not any(name.startswith("The judge before") for name in rows)
    base_model = test.baselines.base_model
    assert base_model is not None
    assert base_model.mae is not None
    assert rows["Base model before training"][2] == figures.number("mae", base_model.mae)
    probe = test.baselines.linear_probe
    assert probe is not None
    assert rows["Linear probe: ridge regression on the base's hidden states"] == cells(probe)
    assert "fitted on 1,000 training answers" in page.text
    assert "after layer 15 of 24 (the mean from the response on)" in page.text
    for kind, groups in measured.groups.test:
        rows = page.rows(f"Figures by {kind}")
        assert len(rows) == len(groups)
        for name, row in groups.items():
            shown = rows[" ".join(printable(name).split())]
            assert shown[0] == str(row.num_examples)
            assert shown[3:5] == [
                figures.number("within_1", row.within_1),
                figures.number("mae", row.mae),
            ]
            if row.interval.exact is not None:
                assert shown[2] == figures.between("exact", row.interval.exact)
    lazy = measured.behaviour.lazy.rate
    assert lazy is not None
    assert f"{figures.percent(lazy)} of the answers got the score that it gives most" in page.text


def test_gains_are_those_of_the_figures(page: Page, made: Made) -> None:
    shown = re.findall(
        r'<tr><th scope="row">(.*?)</th><td>Mean absolute error</td><td class="number">(.*?)</td>',
        page.source,
    )
    gains = [gain.mae for _, gain in made[1].systems.test.gain.items()]
    assert len(shown) == len(gains) == 4
    assert [value for _, value in shown] == [
        figures.difference("mae", gain) for gain in gains if gain is not None
    ]


def test_pictures_show_the_distribution_and_the_reliability(page: Page, made: Made) -> None:
    shares = made[1].distribution
    for kind in ("label", "given", "probability"):
        first = figures.percent(getattr(shares, kind)["1"])
        assert f"{kind}: score 1 {first}" in page.source
    for one in shares.reliability:
        assert (
            f"right {figures.percent(round(one.accuracy, 6))} of {one.num_examples}" in page.source
        )


def cells(row: Figures) -> list[str]:
    return [figures.number(name, getattr(row, name)) for name in figures.NAMES]


def test_unseen_kinds_have_their_own_tables(page: Page, made: Made) -> None:
    rows = page.rows("The judge beside its baselines on unseen kinds")
    holdout = made[1].systems.holdout
    assert holdout is not None
    assert rows["This judge"] == cells(holdout.judge)
    assert list(page.rows("Unseen kinds by category")) == ["unseen_kind"]
    assert "unseen_kind" not in page.rows("Figures by category")


PARTS = "Parts of the held-out answers"


def test_parts_stand_side_by_side_with_the_base_model_where_it_is_known(
    project: Path, made: Made
) -> None:
    systems = made[1].systems
    holdout, base = systems.holdout, systems.test.baselines.base_model
    assert holdout is not None
    assert base is not None

    def fill(tree: dict[str, Any]) -> None:
        tree["natural"] = tree["holdout"]["judge"]
        tree["first_tests"] = tree["test"]["judge"] | {
            "num_pairs": 0, "pairs": None, "pairs_interval": None,
        }  # fmt: skip

    assert list(write(project).rows(PARTS)) == [
        "The whole test split",
        "The whole test split: base model",
        "Of it hand-written",
        "Kinds never trained on",
    ]
    edit(project / "reports/eval/systems.json", fill)
    page = write(project)
    rows = page.rows(PARTS)
    assert len(rows) == 6
    assert rows["The whole test split"] == part(systems.test.judge)
    assert rows["The whole test split: base model"] == part(base)
    assert rows["Of it natural, as people ask"] == part(holdout.judge)
    assert rows["Kinds never trained on"] == part(holdout.judge)
    first = rows["Of it first tests and answers that differ in one fact"]
    assert first[:4] == part(systems.test.judge)[:4]
    assert first[4].startswith(DASH)
    assert first[5] == "0"
    assert "no two answers to one request have different labels" in page.text


def part(row: Figures) -> list[str]:
    def cell(value: float | None, bounds: Any, scale: int, places: int, sign: str) -> str:
        assert value is not None
        low, high = (f"{round(bound, 6) * scale:.{places}f}" for bound in bounds)
        told = f"{round(value, 6) * scale:.{places}f}{sign} ({low} to {high}{sign})"
        return told.replace("-", "\N{MINUS SIGN}")

    return [
        str(row.num_examples),
        cell(row.exact, row.interval.exact, 100, 1, " %"),
        cell(row.mae, row.interval.mae, 1, 3, ""),
        cell(row.pearson, row.interval.pearson, 1, 3, ""),
        cell(row.pairs, row.pairs_interval, 100, 1, " %"),
        str(row.num_pairs),
    ]


def test_undefined_figures_are_a_dash_with_the_reason(page: Page) -> None:
    majority = page.rows("The judge beside its baselines")[
        "Majority: always the most frequent score"
    ]
    assert majority[3][0] == majority[4][0] == DASH
    assert "constant scores, or fewer than two rows" in page.text
    assert page.rows("Figures by language")["tr"][2].startswith(DASH)
    assert "fewer than two items, or constant in every resample" in page.text
    for word in ("nan", "NaN", "None", "inf "):
        assert word not in page.text.replace("None: ", "").replace("None.", "")


def test_confusion_matrix_counts_every_answer(page: Page, made: Made) -> None:
    counts = re.findall(r'class="count">([\d,]+)<', page.source)
    assert len(counts) == 25
    assert sum(map(int, counts)) == made[1].systems.test.judge.num_examples
    diagonal = sum(map(int, counts[::6]))
    assert diagonal / sum(map(int, counts)) == pytest.approx(
        made[1].systems.test.judge.exact, abs=1e-6
    )


def test_worst_mistakes_are_the_farthest_and_surest(page: Page, made: Made) -> None:
    found = re.findall(r"<b>label (\d), given (\d)</b>.*?confidence ([\d.]+) %", page.source)
    assert len(found) == 10
    order = [(-abs(int(label) - int(given)), -float(sure)) for label, given, sure in found]
    assert order == sorted(order)
    assert order[0][0] == -4


def test_levels_stand_in_order_and_parameters_are_named(project: Path) -> None:
    path = project / "build/judge/judge.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"r": 16', '"r": 4'), encoding="utf-8")
    page = write(project)
    assert list(page.rows("Figures by level")) == list(LEVELS.values())
    assert page.rows("Changed parameters")["lora.r"] == ["4", "16"]
    assert "sha256:1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32" in page.text


def test_a_continued_judge_stands_beside_the_one_before(project: Path) -> None:
    def start(systems: dict[str, Any]) -> None:
        test = systems["test"]
        before, gain = test["baselines"]["linear_probe"], test["gain"]["linear_probe"]
        test["baselines"]["start"], test["gain"]["start"] = before, gain
        user = {"judge": test["judge"], "start": before, "gain": gain | {"exact": 0.25}}
        systems["start"] = {"judge_sha256": "1" * 64, "user": user}

    edit(project / "reports/eval/systems.json", start)
    page = write(project)
    rows = page.rows("The judge beside its baselines")
    probe, before = (
        cells for name, cells in rows.items() if name.startswith(("Linear", "The judge before"))
    )
    assert probe == before
    parts = page.rows("Parts of the held-out answers")
    whole, user = (f"{name}: the judge before" for name in (WHOLE, "Test split, source user"))
    assert parts[whole] == parts[user]
    assert "The judge before, on the source user" in page.text
    assert "+25.0 points" in page.text


def test_a_poor_judge_without_base_model_or_reasoning(
    build: Callable[..., Measured], tmp_path: Path
) -> None:
    measured = build(skill=0.3, hostile=False, base_model=False, sample=0, holdout=False)
    page = write(tmp_path)
    assert "Kinds of task never trained on" not in page.text
    exact = measured.systems.test.judge.exact
    assert exact is not None
    assert exact < 0.7
    assert "It misses the target of 70 %." in page.text
    assert "✗ misses the target of 0.8" in page.text
    assert "not measured: evaluate.base_model is false" in page.text
    assert "not measured: evaluate.probe_examples is 0" in page.text
    assert "training answers, from the frozen base" not in page.text
    assert "None: no reasoning was generated (evaluate.num_reasonings is 0, or no" in page.text
    assert f"{DASH} not measured" in page.text


def test_a_perfect_judge(build: Callable[..., Measured], tmp_path: Path) -> None:
    build(skill=60.0, hostile=False)
    page = write(tmp_path)
    assert "reaches the target of 70 % and 90 %, which is excellent" in page.text
    assert "None: every held-out answer got its label." in page.text


def test_undefined_headline_and_empty_curves(project: Path) -> None:
    def undefine(systems: dict[str, Any]) -> None:
        judge = systems["test"]["judge"]
        for name in ("pearson", "spearman"):
            judge[name] = judge["interval"][name] = None
            judge["undefined"] |= {name: "constant", f"interval.{name}": "constant, too"}
        systems["test"]["gain"]["length_only"] |= {"exact": None, "exact_interval": None}

    def unseen(behaviour: dict[str, Any]) -> None:
        for name, row in behaviour.items():
            row |= {"rate": None} if name != "lazy" else {}

    edit(project / "reports/eval/systems.json", undefine)
    edit(project / "reports/eval/behaviour.json", unseen)
    for name in ("train", "validation"):
        (project / f"reports/train/{name}.csv").write_text("", encoding="utf-8")
    page = write(project)
    assert "No training curve was recorded." in page.text
    assert "no held-out example could show this" in page.text
    assert "not shown to be better than a judge that knows only" in page.text
    assert "constant, too" in page.text
