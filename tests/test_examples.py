"""The examples run as their README says, and what they compute is right."""

from __future__ import annotations

import csv
import itertools
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from statistics import NormalDist, fmean, stdev

import pytest
from scipy import stats

from autograder.judging.judge import Judge
from autograder.schema import read_items

RUBRIC = "Factual accuracy"


@pytest.fixture(scope="module")
def root(request):
    return request.config.rootpath


@pytest.fixture(scope="module")
def judge(judge_folder):
    return Judge.load(judge_folder)


def run(root, name, *arguments, cwd=None):
    """Run an example in a process of its own."""
    return subprocess.run(
        [sys.executable, root / "examples" / name, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path, *rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def commands(page):
    """The commands of the page's `sh` blocks, without comments."""
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def run_here(root, judge_folder, here, words):
    """Run a command where the examples are, and a judge in `build/judge`."""
    (here / "build").mkdir(exist_ok=True)
    for link, target in (("examples", root / "examples"), ("build/judge", judge_folder)):
        if not (here / link).exists():
            (here / link).symlink_to(target)
    start = {"python": [], "autograder": ["-m", "autograder"]}[words[0]]
    done = subprocess.run(
        [sys.executable, *start, *words[1:]],
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    # The gate may well be closed: what the tiny judge says is random.
    wanted = {0, 1} if "examples/gate.py" in words else {0}
    assert done.returncode in wanted, f"{words}\n{done.stderr}"
    assert done.stderr.count("error") == 0, f"{words}\n{done.stderr}"
    return done.stdout


def test_every_command_of_their_readme_runs(root, judge_folder, tmp_path):
    scripts = set()
    for words in commands(root / "examples" / "README.md"):
        run_here(root, judge_folder, tmp_path, words)
        scripts |= {Path(word).name for word in words if word.endswith(".py")}
    assert scripts == {path.name for path in (root / "examples").glob("*.py")}
    assert len(rows_of(tmp_path / "graded.csv")) == 14
    assert len((tmp_path / "graded.jsonl").read_text(encoding="utf-8").splitlines()) == 14


def test_every_command_of_the_main_readme_that_uses_a_judge_runs(root, judge_folder, tmp_path):
    shown = (root / "README.md").read_text(encoding="utf-8").replace("\\\n", " ")
    typed = [shlex.split(line) for line in re.findall(r"^\$ (autograder .*)$", shown, re.MULTILINE)]
    ours = [words for words in commands(root / "README.md") if words[0] == "autograder"] + typed
    assert {words[1] for words in ours} == {"judge", "grade", "benchmark", "serve"}
    for words in ours:
        if words[1] != "serve":  # it would not end; tests/serve starts it
            run_here(root, judge_folder, tmp_path, words)
    assert (tmp_path / "graded.parquet").is_file()


def test_make_try_grades_its_answers_with_reasonings(root, judge_folder, tmp_path):
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^try:.*\n\t@\$\(BIN\)/(.*) \$\(if \$\(JUDGE\)", makefile, re.MULTILINE)
    assert recipe
    said = run_here(root, judge_folder, tmp_path, shlex.split(recipe[1]))
    rows = (root / "examples" / "try.jsonl").read_text(encoding="utf-8").splitlines()
    titles = [f"examples/try.jsonl:{n}: {json.loads(row)['id']}" for n, row in enumerate(rows, 1)]
    assert [line for line in said.splitlines() if line.startswith("examples/")] == titles
    assert said.count("Score: ") == said.count("Reasoning: ") == len(rows)


def test_a_csv_is_graded_row_by_row(root, judge_folder, judge, tmp_path):
    source = write(
        tmp_path / "in.csv",
        {"prompt": "Name a metal.", "response": "=Iron", "rubric": "", "reference": "", "n": "1"},
        {"prompt": "Who?", "response": "Me\x1b", "rubric": "Tone", "reference": "You", "n": "2"},
    )
    out = tmp_path / "out.csv"
    done = run(root, "grade_csv.py", source, out, "--judge", judge_folder)
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    graded = rows_of(out)
    expected = [
        judge.evaluate("Name a metal.", "=Iron", RUBRIC, reasoning=False),
        judge.evaluate("Who?", "Me\x1b", "Tone", "You", reasoning=False),
    ]
    for row, given, verdict in zip(graded, rows_of(source), expected, strict=True):
        assert {name: row[name] for name in given} == given
        assert int(row["score"]) == verdict.score
        assert float(row["expected"]) == pytest.approx(verdict.expected_score, abs=2e-3)
        assert float(row["confidence"]) == pytest.approx(verdict.confidence, abs=2e-3)


def test_a_criterion_is_shown_beside_the_judge(root, judge_folder, judge):
    (item,) = read_items(root / "examples" / "criterion.jsonl")
    done = run(
        root, "try_criterion.py", root / "examples" / "criterion.jsonl", "--judge", judge_folder
    )
    assert done.returncode == 0, done.stderr
    errors = []
    for graded, line in zip(item.responses, done.stdout.splitlines()[1:], strict=False):
        verdict = judge.evaluate(item.prompt, graded.response, item.rubric, reasoning=False)
        errors.append(abs(verdict.expected_score - graded.score))
        assert line.startswith(f"  yours {graded.score}, judge's {verdict.expected_score:.2f}: ")
    assert f"mean absolute error of 5 responses: {fmean(errors):.2f}" in done.stdout


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Twelve answers to eleven prompts."""
    rows = [
        {"prompt": f"What is {n} and {n}?", "response": f"It is {2 * n}" + "!" * n}
        for n in range(11)
    ]
    rows.append({"prompt": "What is 3 and 3?", "response": "No idea."})
    return write(tmp_path_factory.mktemp("gate") / "answers.csv", *rows)


def test_the_gate_opens_at_the_lower_bound_of_the_mean(root, judge_folder, judge, answers):
    scores: dict[str, list[float]] = {}
    for row in rows_of(answers):
        verdict = judge.evaluate(row["prompt"], row["response"], RUBRIC, reasoning=False)
        scores.setdefault(row["prompt"], []).append(verdict.expected_score)
    means = [fmean(values) for values in scores.values()]
    bound = fmean(means) - stats.t.ppf(0.9, 10) * stdev(means) / 11**0.5
    assert bound < fmean(means) - 0.01
    options = ["--judge", judge_folder, "--confidence", "0.9"]
    for threshold, code, says in (
        (bound - 0.01, 0, "passed"),
        (bound + 0.01, 1, "FAILED"),
    ):
        done = run(root, "gate.py", answers, *options, "--threshold", threshold)
        assert done.returncode == code, done.stderr
        lines = done.stdout.splitlines()
        assert lines[0] == f"mean {fmean(means):.3f} over 11 prompts, judge {judge.model}"
        assert float(lines[1].split()[2]) == pytest.approx(bound, abs=2e-3)
        assert lines[2].endswith(f": {says}")


def test_the_gate_says_when_it_cannot_tell(root, judge_folder, answers, tmp_path):
    gate = ["--threshold", "3", "--judge", judge_folder]
    few = run(root, "gate.py", answers, *gate, "--min-prompts", "12")
    assert (few.returncode, few.stderr) == (2, "cannot tell: 11 prompts are too few\n")
    empty = write(tmp_path / "empty.csv", {"prompt": "p", "response": " "})
    done = run(root, "gate.py", empty, *gate)
    assert done.returncode == 2
    assert done.stderr == f"error: {empty}, row 1: response: is empty or missing\n"
    done = run(root, "gate.py", answers, "--threshold", "3", "--judge", tmp_path)
    assert done.returncode == 2
    assert "holds no judge" in done.stderr
    assert run(root, "gate.py", answers, "--threshold", "0.8").returncode == 2


def test_two_versions_are_compared_pair_by_pair(root, judge_folder, judge, tmp_path):
    rows = [
        {
            "prompt": f"What is {n} and {n}?",
            "a": f"{2 * n}" + "." * n,
            "b": "I think " * (n % 3 + 1),
        }
        for n in range(10)
    ]
    source = write(tmp_path / "pairs.csv", *rows)
    done = run(
        root, "compare_models.py", source, "--json", "--tie", "0.02", "--judge", judge_folder
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    differences = [judge.compare(row["prompt"], row["a"], row["b"], RUBRIC).margin for row in rows]
    mean, low, high = found["difference"]
    assert mean == pytest.approx(fmean(differences), abs=1e-3)
    assert low < mean < high
    # The bootstrap's spread is that of the mean of what is resampled.
    spread = stdev(differences) * 0.9**0.5 / 10**0.5
    assert (high - low) / (2 * NormalDist().inv_cdf(0.975)) == pytest.approx(spread, rel=0.15)
    assert found["wilcoxon_p"] == pytest.approx(exact_wilcoxon(differences), abs=1e-9)
    wins, losses = (sum(sign * d >= 0.02 for d in differences) for sign in (1, -1))
    assert wins + losses > 0
    assert (found["wins"], found["losses"]) == (wins, losses)
    assert found["ties"] == 10 - wins - losses
    assert found["win_rate"] == pytest.approx(wilson(wins, wins + losses))


def test_equal_versions_show_no_difference(root, judge_folder, tmp_path):
    source = write(tmp_path / "same.csv", *({"prompt": p, "a": "x", "b": "x"} for p in "pqr"))
    done = run(root, "compare_models.py", source, "--judge", judge_folder)
    assert done.returncode == 0, done.stderr
    assert "a - b: +0.00 (95% interval +0.00 to +0.00)" in done.stdout
    assert "p = 1.0000" in done.stdout
    assert "a is better 0 times, b 0, ties 3" in done.stdout
    assert "a wins" not in done.stdout


@pytest.mark.parametrize("name", ["grade_csv.py", "compare_models.py"])
def test_files_that_cannot_be_used_are_told_in_a_line(root, judge_folder, tmp_path, name):
    bad = write(tmp_path / "bad.csv", {"prompt": "p\x1b", "a": "x"})
    (tmp_path / "latin.csv").write_bytes(b"prompt,a\n\xff,\xff\n")
    rest = ["out.csv"] if name == "grade_csv.py" else []
    for source in (bad, tmp_path / "none.csv", tmp_path / "latin.csv"):
        done = run(root, name, source, *rest, "--judge", judge_folder, cwd=tmp_path)
        assert done.returncode == 1
        assert done.stdout == ""
        assert done.stderr.startswith("error: ")
        assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out.csv").exists()


def exact_wilcoxon(differences):
    """Two-sided p by all 2^N assignments of signs."""
    order = sorted(range(len(differences)), key=lambda at: abs(differences[at]))
    ranks = {at: rank for rank, at in enumerate(order, start=1)}
    seen = sum(rank for at, rank in ranks.items() if differences[at] > 0)
    sums = [
        sum(itertools.compress(ranks.values(), signs))
        for signs in itertools.product((0, 1), repeat=len(ranks))
    ]
    tail = min(sum(s <= seen for s in sums), sum(s >= seen for s in sums)) / len(sums)
    return min(1.0, 2 * tail)


def wilson(wins, num):
    """The share and its 95 % interval (Wilson, 1927)."""
    z, share = NormalDist().inv_cdf(0.975), wins / num
    centre = (share + z**2 / (2 * num)) / (1 + z**2 / num)
    half = z / (1 + z**2 / num) * (share * (1 - share) / num + z**2 / (4 * num**2)) ** 0.5
    return [share, centre - half, centre + half]
