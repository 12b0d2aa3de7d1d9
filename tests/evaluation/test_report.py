from __future__ import annotations

import dataclasses
import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from autograder.config import Config, LoraConfig
from autograder.errors import DataError
from autograder.evaluation import figures
from autograder.evaluation.drawing import thinned, ticks
from autograder.evaluation.report import changes
from autograder.schema import LEVELS
from autograder.stages import report as stage
from autograder.terminal import printable

ROOT = Path(__file__).parents[2]
DASH = "\N{EN DASH}"
VOID = {"meta", "link", "br"}
ALLOWED = re.compile(
    "html|head|title|meta|link|style|body|header|main|section|nav|footer|h[1-4]|p|a|b|br|ul|ol|li|"
    "dl|dt|dd|div|span|sup|bdi|code|pre|table|thead|tbody|tr|th|td|details|summary|figure|"
    "figcaption|svg|desc|defs|pattern|path|text|line|rect|circle|polyline|polygon"
)
Made = tuple[Path, dict[str, Any]]


class Page(HTMLParser):
    """Elements, attributes and texts of a page; fails where tags don't match."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.source = source
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    @property
    def text(self) -> str:
        """What can be read, with single spaces."""
        return " ".join("".join(t for place, t in self.texts if place != "style").split())

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def rows(self, table: str) -> dict[str, list[str]]:
        """The cells of a table's rows by the row's header."""
        (source,) = re.findall(f'aria-label="{table}"(.*?)</table>', self.source, re.DOTALL)
        rows = re.findall(r'<tr[^>]*><th scope="row">(.*?)</th>(.*?)</tr>', source, re.DOTALL)
        return {plain(name): [plain(c) for c in cells.split("</td>")[:-1]] for name, cells in rows}


def plain(source: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", source)).split())


def write(project: Path) -> Page:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        stage.main()
    return Page((project / "reports/report.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def page(made: Made) -> Page:
    return write(made[0])


def edit(path: Path, change: Callable[[Any], None]) -> None:
    values = json.loads(path.read_text(encoding="utf-8"))
    change(values)
    path.write_text(json.dumps(values), encoding="utf-8")


# --- safe


def test_page_holds_nothing_active_and_nothing_from_elsewhere(page: Page) -> None:
    assert all(ALLOWED.fullmatch(tag) for tag, _ in page.tags)
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert name not in {"src", "srcset", "style", "action", "xlink:href"}, (tag, name)
            if name == "href":
                assert value is not None
                assert value.startswith("#") or value == "data:,"
    style = "".join(data for place, data in page.texts if place == "style")
    assert re.findall(r"url\((.*?)\)", style) == ['"#hatch"']
    assert "@import" not in style


def test_page_forbids_itself_everything_but_its_own_style(page: Page) -> None:
    (policy,) = [m["content"] or "" for m in page.of("meta") if "http-equiv" in m]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert page.source.index("Content-Security-Policy") < page.source.index("<style>")


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
    metrics = made[1]
    rows, judge = page.rows("The judge beside its baselines"), metrics["judge"]
    for name in figures.TARGETS:
        assert figures.number(name, judge[name]) in page.text
        assert f"95 % interval: {figures.between(name, judge['interval'][name])}" in page.text
    assert rows["This judge"] == [figures.number(name, judge[name]) for name in figures.NAMES]
    base = metrics["baselines"]["base_model"]
    assert rows["Base model before training"] != rows["This judge"]
    assert figures.number("mae", base["mae"]) in page.text
    for kind, groups in metrics["groups"].items():
        rows = page.rows(f"Figures by {kind}")
        assert len(rows) == len(groups)
        for name, row in groups.items():
            cells = rows[" ".join(printable(name).split())]
            assert cells[0] == str(row["num_examples"])
            assert cells[3:5] == [
                figures.number(measure, row[measure]) for measure in ("within_1", "mae")
            ]
            if row["interval"]["exact"] is not None:
                assert cells[2] == figures.between("exact", row["interval"]["exact"])
    lazy = figures.percent(metrics["behaviour"]["lazy"]["rate"])
    assert f"{lazy} of the answers got the score that it gives most" in page.text


def test_undefined_figures_are_a_dash_with_the_reason(page: Page) -> None:
    majority = page.rows("The judge beside its baselines")[
        "Majority: always the most frequent score"
    ]
    assert majority[3].startswith(DASH)
    assert majority[4].startswith(DASH)
    assert "constant scores, or fewer than two rows" in page.text
    assert page.rows("Figures by language")["tr"][2].startswith(DASH)
    assert "fewer than two items, or constant in every resample" in page.text
    for word in ("nan", "NaN", "None", "inf "):
        assert word not in page.text.replace("None: ", "").replace("None.", "")


def test_confusion_matrix_counts_every_answer(page: Page, made: Made) -> None:
    counts = re.findall(r'class="count">([\d,]+)<', page.source)
    assert len(counts) == 25
    assert sum(map(int, counts)) == made[1]["judge"]["num_examples"]
    diagonal = sum(map(int, counts[::6]))
    assert diagonal / sum(map(int, counts)) == pytest.approx(made[1]["judge"]["exact"], abs=1e-6)


def test_worst_mistakes_are_the_farthest_and_surest(page: Page, made: Made) -> None:
    found = re.findall(r"<b>label (\d), given (\d)</b>.*?confidence ([\d.]+) %", page.source)
    assert len(found) == 10
    order = [(-abs(int(label) - int(given)), -float(sure)) for label, given, sure in found]
    assert order == sorted(order)
    assert order[0][0] == -4


def test_levels_stand_in_order_and_parameters_are_named(project: Path) -> None:
    params = project / "params.yaml"
    text = params.read_text(encoding="utf-8")
    params.write_text(text.replace("  r: 16", "  r: 4"), encoding="utf-8")
    page = write(project)
    assert list(page.rows("Figures by level")) == list(LEVELS.values())
    assert page.rows("Changed parameters")["lora.r"] == ["4", "16"]
    assert "sha256:1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32" in page.text


def test_a_poor_judge_without_base_model_or_reasoning(
    build: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    metrics = build(skill=0.3, hostile=False, base_model=False, sample=0)
    page = write(tmp_path)
    assert metrics["judge"]["exact"] < 0.7
    assert "It misses the target of 70 %." in page.text
    assert "✗ misses the target of 0.8" in page.text
    assert "not measured: evaluate.base_model is false" in page.text
    assert "None: no reasoning was generated (evaluate.num_reasonings is 0)." in page.text
    assert f"{DASH} not measured" in page.text


def test_a_perfect_judge(build: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    build(skill=60.0, hostile=False)
    page = write(tmp_path)
    assert "reaches the target of 70 % and 90 %, which is excellent" in page.text
    assert "None: every held-out answer got its label." in page.text


def test_undefined_headline_and_empty_curves(project: Path) -> None:
    def change(metrics: dict[str, Any]) -> None:
        judge = metrics["judge"]
        for name in ("pearson", "spearman"):
            judge[name] = judge["interval"][name] = None
            judge["undefined"] |= {name: "constant", f"interval.{name}": "constant, too"}
        for row in metrics["behaviour"].values():
            row |= {"rate": None} if row is not metrics["behaviour"]["lazy"] else {}
        metrics["gain"]["length_only"] |= {"exact": None, "exact_interval": [None, None]}

    edit(project / "reports/metrics.json", change)
    for name in ("train", "validation"):
        (project / f"reports/train/{name}.csv").write_text("", encoding="utf-8")
    page = write(project)
    assert "No training curve was recorded." in page.text
    assert "no held-out example could show this" in page.text
    assert "Not shown to be better".lower() in page.text
    assert "constant, too" in page.text


# --- readable


def test_accessible_structure(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(th.get("scope") in {"row", "col"} for th in page.of("th"))
    identities = [a["id"] for _, a in page.tags if "id" in a]
    assert len(identities) == len(set(identities))
    for svg in page.of("svg"):
        assert svg["role"] == "img"
        assert set((svg["aria-labelledby"] or "").split()) <= set(identities)
    links = [a["href"] or "" for a in page.of("a")]
    assert {link.removeprefix("#") for link in links} <= set(identities)
    assert page.of("html") == [{"lang": "en"}]


def test_same_inputs_make_the_same_page(made: Made, page: Page) -> None:
    assert write(made[0]).source == page.source


def test_stage_needs_no_torch_and_names_its_output(project: Path) -> None:
    code = (
        "import sys; from autograder.stages.report import main; main(); "
        "assert not {'torch', 'numpy', 'transformers'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == "reports/report.html: open it in a browser\n"
    assert done.stdout == ""


# --- faults


@pytest.mark.parametrize(
    ("name", "maker"),
    [
        ("reports/metrics.json", "evaluate"),
        ("reports/audit.json", "audit"),
        ("reports/eval/confusion.csv", "evaluate"),
        ("reports/eval/reliability.csv", "evaluate"),
        ("reports/eval/scores.csv", "evaluate"),
        ("reports/eval/predictions.jsonl", "evaluate"),
        ("reports/eval/reasonings.jsonl", "evaluate"),
        ("reports/train/train.csv", "train"),
        ("reports/train/validation.csv", "train"),
        ("build/splits/test.jsonl", "split"),
        ("build/judge/judge.json", "train"),
    ],
)
@pytest.mark.parametrize("content", [None, "{", "a,b\n1\n", "\xff", "[" * 20_000])
def test_missing_or_malformed_input(
    project: Path, name: str, maker: str, content: str | None
) -> None:
    path = project / name
    path.unlink() if content is None else path.write_bytes(content.encode("latin-1"))
    with pytest.raises(DataError, match=rf"^{re.escape(name)}.*run `dvc repro {maker}`$") as caught:
        write(project)
    assert caught.value.path in {name, f"{name}:1"}
    assert not (project / "reports/report.html").exists()


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("judge.exact", "0.9", r"judge\.exact: expected a number or null, got \"0\.9\""),
        (
            "judge.interval.mae",
            [1],
            r"judge\.interval\.mae: expected two numbers or null, got \[1\]",
        ),
        ("baselines.base_model.mae", {}, r"baselines\.base_model\.mae: expected a number"),
        ("groups.language.de", 3, r"groups\.language\.de: expected keys and values, got 3"),
        ("behaviour.lazy.num_failed", True, r"behaviour\.lazy\.num_failed: expected a count"),
        ("judge.pearson", float("nan"), r"judge\.pearson: expected a number or null, got NaN"),
        ("gain", None, r"gain: expected keys and values, got null"),
    ],
)
def test_wrong_metrics_are_named(project: Path, place: str, value: Any, message: str) -> None:
    def change(metrics: Any) -> None:
        *path, last = place.split(".")
        for key in path:
            metrics = metrics[key]
        metrics[last] = value

    edit(project / "reports/metrics.json", change)
    with pytest.raises(DataError, match=message):
        write(project)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("eval/predictions.jsonl", '"score": 1', '"score": 2', "of another test split"),
        ("eval/reasonings.jsonl", '"id": "script/1"', '"id": "x"', "'x' is not in build/splits"),
        ("eval/confusion.csv", "1,5", "1,6", "expected a score 1 to 5, got 6"),
        ("eval/scores.csv", "1,label", "2,label", "for each score 1 to 5"),
        ("train/train.csv", "score_loss", "other", "score_loss: missing"),
        ("train/train.csv", "0.0002", "nan", "expected a number"),
    ],
)
def test_wrong_tables_are_named(project: Path, name: str, old: str, new: str, message: str) -> None:
    path = project / "reports" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=message):
        write(project)


# --- parts


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("exact", 0.7, "70.0 %"),
        ("exact", 0.6996, "69.9 %"),
        ("exact", 0.8999, "89.9 %"),
        ("exact", 0.7004, "70.0 %"),
        ("pearson", 0.7996, "0.799"),
        ("spearman", -0.25, "\N{MINUS SIGN}0.250"),
        ("mae", 0.5004, "0.501"),
        ("mae", 0.4996, "0.500"),
        ("mae", 1.0, "1.000"),
        ("within_1", 0.99996, "100.0 %"),
    ],
)
def test_no_figure_is_rounded_over_its_target(name: str, value: float, shown: str) -> None:
    assert figures.number(name, value) == shown


@pytest.mark.parametrize(
    ("name", "value", "bounds", "words"),
    [
        ("exact", 0.6999, None, "misses the target of 70 %"),
        ("exact", 0.65, [0.6, 0.7], "misses the target of 70 %; the interval also holds values"),
        ("exact", 0.75, [0.72, 0.8], "reaches the target of 70 %, misses 90 % (excellent)"),
        ("mae", 0.5, [0.4, 0.6], "reaches the target of 0.5; the interval also holds values that"),
        ("mae", 0.51, [0.505, 0.6], "misses the target of 0.5"),
        ("mae", 0.51, [0.45, 0.6], "misses the target of 0.5; the interval also holds values"),
    ],
)
def test_targets_in_words(name: str, value: float, bounds: list[float] | None, words: str) -> None:
    said = figures.target_words(figures.TARGETS[name], value, bounds)
    assert said.startswith(words)
    assert (";" in said) == (";" in words)


@pytest.mark.parametrize(
    ("name", "bounds", "words"),
    [
        ("exact", [0.01, 0.2], "better"),
        ("exact", [-0.2, -0.01], "worse"),
        ("exact", [0.0, 0.2], "not shown to be better"),
        ("mae", [-0.2, -0.01], "better"),
        ("rps", [0.01, 0.2], "worse"),
        ("rps", [None, None], "not shown to be better"),
    ],
)
def test_gains_in_words(name: str, bounds: list[float | None], words: str) -> None:
    assert figures.gain_words(name, bounds) == words


def test_differences_and_notes() -> None:
    assert figures.difference("exact", 0.1234) == "+12.3 points"
    assert figures.difference("mae", -0.0001) == "0.000"
    assert figures.difference_between("exact", [-0.1, 0.1]) == "\N{MINUS SIGN}10.0 to +10.0 points"
    notes = figures.Notes()
    assert "&lt;b&gt;" in notes.undefined("<b>")
    assert notes.undefined("other") != notes.undefined("<b>")
    assert notes.reasons == ["<b>", "other"]


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1), (0, 0.3), (-1, 1), (0, 137), (0, 1e6), (0.2, 0.21)]
)
def test_ticks_are_few_and_inside(low: float, high: float) -> None:
    found = ticks(low, high)
    assert 2 <= len(found) <= 7
    assert all(low - 1e-9 <= value <= high * (1 + 1e-9) for value in found)


def test_long_curves_are_thinned() -> None:
    points = [(float(x), 1.0) for x in range(100_001)]
    few = thinned(points)
    assert len(few) <= 200
    assert {y for _, y in few} == {1.0}
    assert thinned(points[:5]) == points[:5]
    assert thinned([]) == []


def test_changed_parameters() -> None:
    assert changes(Config()) == []
    config = dataclasses.replace(Config(), seed=3, lora=LoraConfig(alpha=8, targets=("q_proj",)))
    names = {name: value for name, value, _ in changes(config)}
    assert names == {"seed": "3", "lora.alpha": "8", "lora.targets": "q_proj"}
