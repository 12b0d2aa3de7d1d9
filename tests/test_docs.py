"""What the documents say is what the program does."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from autograder.checks.faults import find_faults, texts_of
from autograder.cli import cli
from autograder.schema import Item, read_examples, read_items


def test_the_command_reference_is_current(request: pytest.FixtureRequest) -> None:
    script = request.config.rootpath / "docs" / "make_commands.py"
    done = subprocess.run([sys.executable, script, "--check"], check=False)
    assert done.returncode == 0, "docs/commands.md is old; run `make docs`"


def test_the_picture_of_results_shows_each_released_judge(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    root = request.config.rootpath
    for folder in ("docs", "judges"):
        (tmp_path / folder).mkdir()
    script = shutil.copy(root / "docs" / "make_picture.py", tmp_path / "docs")
    shutil.copytree(root / "reports", tmp_path / "reports")
    for at, name in enumerate(("small", "large")):
        metrics = json.loads((root / "reports" / "metrics.json").read_text(encoding="utf-8"))
        metrics["judge"]["pearson"] = 0.125 + at / 4
        (tmp_path / "judges" / name).mkdir()
        (tmp_path / "judges" / name / "metrics.json").write_text(json.dumps(metrics))
    subprocess.run([sys.executable, script], check=True)
    drawn = ElementTree.parse(tmp_path / "docs" / "results.svg").getroot()
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    told = "".join(drawn.itertext())
    assert "small, held-out answers: 0.12;" in told
    assert "large, held-out answers: 0.38;" in told
    assert "length alone, held-out answers: " in told


def test_every_make_target_in_the_readme_exists(request: pytest.FixtureRequest) -> None:
    root = request.config.rootpath
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    readme = (root / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"`?make ([a-z][a-z-]+)`?", readme):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


def test_every_relative_link_leads_somewhere(request: pytest.FixtureRequest) -> None:
    root = request.config.rootpath
    pages = [root / "README.md", *sorted((root / "docs").glob("*.md"))]
    for page in pages:
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


@pytest.fixture
def five_minutes(request: pytest.FixtureRequest) -> str:
    page = (request.config.rootpath / "docs" / "your-data.md").read_text(encoding="utf-8")
    return page.partition("## Add an item in five minutes\n")[2].partition("\n## ")[0]


@pytest.fixture
def shown_items(five_minutes: str, tmp_path: Path) -> list[Item]:
    """The items of the section, also written to where it says."""
    (block,) = re.findall(r"```json\n(.*?)```", five_minutes, flags=re.DOTALL)
    path = tmp_path / "data" / "natural" / "mine.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text("".join(f"{line.strip()}\n" for line in block.splitlines()), encoding="utf-8")
    return read_items(path)


def test_the_items_of_five_minutes_are_as_many_shapes_as_it_says(shown_items: list[Item]) -> None:
    scores = [[graded.score for graded in item.responses] for item in shown_items]
    assert scores == [[3], [5, 1], [5, 5, 4], [1, 5], [5, 1], [5, 1]]
    reasons = [bool(graded.reasoning) for item in shown_items for graded in item.responses]
    assert sum(reasons) == 1
    one, other = (item for item in shown_items if item.group)
    assert one.prompt == other.prompt
    assert one.rubric != other.rubric
    assert [graded.response for graded in one.responses] == [r.response for r in other.responses]
    assert [item.language for item in shown_items if item.reference] == ["de"]
    examples = [example for item in shown_items for example in item.examples()]
    assert find_faults(examples, texts_of(examples)) == []
    assert [e.id for e in examples if e.item == "mine-oven"] == ["mine-oven/1", "mine-oven/2"]


def test_the_checks_of_five_minutes_run_as_printed(
    five_minutes: str,
    shown_items: list[Item],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(r"```sh\n(.*?)```", five_minutes, flags=re.DOTALL)
    typed = [shlex.split(line, comments=True) for line in block.strip().splitlines()]
    ours = [words[1:] for words in typed if words[0] == "autograder" and "build" not in words[-1]]
    assert [words[1] for words in ours] == ["audit", "show"]
    for words in ours:
        result = CliRunner().invoke(cli, words)
        assert result.exit_code == 0, result.output
    assert "12 examples, 5 items" in result.output


def test_labels_without_reasons_import_as_the_page_shows(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (request.config.rootpath / "docs" / "your-data.md").read_text(encoding="utf-8")
    shown = re.search(
        r"\$ cat labels\.csv\n(.*?)\n\n\$ autograder (.*?)\n(.*?)```", page, flags=re.DOTALL
    )
    assert shown
    labels, command, output = shown.groups()
    monkeypatch.chdir(tmp_path)
    Path("labels.csv").write_text(labels, encoding="utf-8")
    assert CliRunner().invoke(cli, shlex.split(command)).output == output


def test_exports_of_labelling_tools_import_by_the_recipes_of_the_page(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (request.config.rootpath / "docs" / "your-data.md").read_text(encoding="utf-8")
    recipes = page.partition("**Exports of labelling tools.**")[2].split("```")[1]
    commands = recipes.removeprefix("sh\n").replace("\\\n", " ").splitlines()
    texts = {"prompt": "Name a noble gas.", "response": "Argon."}
    choice = {"type": "choices", "value": {"choices": ["good"]}}
    task = {"id": 7, "data": texts, "annotations": [{"result": [choice]}]}
    record = {"id": "r", "fields": texts, "responses": {"quality": [{"value": 5, "user_id": "u"}]}}
    monkeypatch.chdir(tmp_path)
    Path("label-studio.json").write_text(json.dumps([task], indent=2), encoding="utf-8")
    Path("argilla.json").write_text(json.dumps([record]), encoding="utf-8")
    assert len(commands) == 2
    for command in commands:
        result = CliRunner().invoke(cli, shlex.split(command)[1:])
        assert result.exit_code == 0, result.output
        (example,) = read_examples("out.jsonl")
        assert (example.prompt, example.response, example.score) == (*texts.values(), 5)


def test_the_readme_and_the_pipeline_stay_short(request: pytest.FixtureRequest) -> None:
    root = request.config.rootpath
    assert len((root / "README.md").read_text(encoding="utf-8").split()) <= 800
    assert len((root / "dvc.yaml").read_text(encoding="utf-8").splitlines()) <= 115
