"""A project after `dvc repro evaluate`, made of synthetic probabilities: no model."""

from __future__ import annotations

import dataclasses
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from autograder.checks.audit import audit
from autograder.config import AuditConfig, describe, load
from autograder.evaluation.baselines import length_only, majority
from autograder.evaluation.behaviour import behaviour
from autograder.evaluation.evaluate import compare, predictions, reliability
from autograder.evaluation.measure import distribution, measure, measure_groups
from autograder.evaluation.reasoning import look_at, measure_reasoning
from autograder.evaluation.result_models import Distribution, Grouped, Probed, Speed, Systems
from autograder.evaluation.results import Measured, read_results
from autograder.files import json_text
from autograder.metrics.classes import judge_metrics
from autograder.schema import Example, write_examples
from autograder.stages import evaluate as stage
from autograder.training.outcome import csv_text

ROOT = Path(__file__).parents[2]
HOSTILE = {
    "script": "<script>alert('pwned'); document.title = 'pwned'</script>",
    "style": "</style></pre></details></title><style>body { display: none }</style><base href=//x>",
    "image": '<img src=x onerror=alert(1)><a href="javascript:alert(2)">javascript:alert(3)</a>',
    "template": "{{7*7}} {% raw %} ${7*7} {{ config }} &lt;b&gt;",
    "control": "null \0 bell \a escape \x1b[31m right-to-left \u202egnp.exe zero\u200bwidth\ufeff",
    "long": "A" * 20_000,
}
CATEGORIES = ("factual_qa", "arithmetic", "over_refusal", "safety", "adversarial", "coverage")
PIN = "sha256:1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32"


def make_data(num_items: int = 30, hostile: bool = True, first: int = 0) -> list[Example]:
    """Five examples an item; the first items hold the hostile texts in every field.

    Items are numbered from `first`, so that two sets need have none in common.
    """
    generator = random.Random(first)
    texts = list(HOSTILE.items()) if hostile else []
    rows = []
    for item in range(first, first + num_items):
        is_hostile = item - first < len(texts)
        name, bad = texts[item - first] if is_hostile else (f"plain-{item}", "")
        name += f"-{first}" if is_hostile and first else ""
        category = CATEGORIES[item % len(CATEGORIES)]
        for score in range(1, 6):
            filler = " ".join(generator.choices(("the", "sum", "is", "right"), k=20))
            rows.append(
                Example(
                    id=f"{name}/{score}",
                    item=f"item-{item}",
                    prompt=f"Is {item} even? {bad}".strip(),
                    response=f"Answer {score}: {filler} {bad}".strip(),
                    rubric=f"5 if the parity is right, 1 if not. {bad}".strip(),
                    score=score,
                    reasoning=f"It says '{filler[:10]}', so it deserves a {score}. {bad}".strip(),
                    category=f"{category}{bad[:60]}" if item - first < len(texts) - 1 else category,
                    level=3 if category == "adversarial" else 1 + item % 2,
                    language=("de", "en", "en")[item % 3] if item else "tr",
                    source=("bank", "starter")[item % 2],
                )
            )
    return rows


def make_probabilities(examples: list[Example], skill: float, seed: int = 0) -> Tensor:
    """Noise and `skill` times the label; hostile examples are graded wrong, and surely so."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.tensor([example.score for example in examples])
    distance = (labels[:, None] - torch.arange(1, 6)).abs()
    logits = torch.randn(len(examples), 5, generator=generator) - skill * distance
    for at, example in enumerate(examples):
        if example.id.split("/")[0] in HOSTILE and example.score in (1, 5):
            logits[at, 5 - example.score] += 20
    return logits.softmax(dim=1)


def make_project(
    root: Path,
    skill: float = 2.0,
    *,
    hostile: bool = True,
    base_model: bool = True,
    sample: int = 8,
    holdout: bool = True,
) -> Measured:
    """Write every input of the report stage; return the figures."""
    test, train = make_data(hostile=hostile), make_data(40, hostile=False)
    probabilities = make_probabilities(test, skill)
    given = (probabilities.argmax(dim=1) + 1).tolist()
    options: dict[str, int] = {"resamples": 200, "seed": 17}
    unseen = make_unseen()
    on_unseen = make_probabilities(unseen, skill / 2, seed=5)
    others = make_baselines(train, test)
    if base_model:
        others["base_model"] = make_probabilities(test, 0.0, seed=1)
        others["linear_probe"] = make_probabilities(test, 0.5, seed=2)
    reasonings = [
        look_at(
            example,
            score,
            f"The sum is 'right' and 99 is not, so it deserves a {score}. {example.prompt}",
            ended=at % 5 > 0,
        )
        for at, (example, score) in enumerate(zip(test, given, strict=True))
        if at % 11 == 0
    ][:sample]
    measured = Measured(
        systems=Systems(
            judge_sha256="0" * 64,
            test=compare(probabilities, others, test, **options),
            hand_written=measure(probabilities, test, **options),
            natural=None,
            first_tests=None,
            holdout=compare(on_unseen, make_baselines(train, unseen), unseen, **options)
            if holdout
            else None,
            probe=Probed(num_examples=1000, layer=15, num_layers=24, pooled="mean", alpha=100.0)
            if base_model
            else None,
        ),
        groups=Grouped(
            test=measure_groups(probabilities, test, **options),
            holdout=measure_groups(on_unseen, unseen, **options) if holdout else None,
        ),
        distribution=Distribution(
            **distribution(probabilities, test), reliability=reliability(probabilities, test)
        ),
        behaviour=behaviour(test, given),
        reasoning=measure_reasoning(reasonings, 1.2345 if sample else None),
        speed=Speed(
            seconds=12.5,
            examples_per_second=12.0,
            tokens_per_second=3456.7,
            reasoning_tokens_per_second=14.2 if sample else None,
        ),
    )
    for folder in ("reports/train", "build/judge", "build/splits"):
        (root / folder).mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        stage.write(measured, predictions(probabilities, test), reasonings)
    splits = {
        "train": make_data(12, hostile=hostile, first=100),
        "validation": make_data(4, hostile=False, first=200),
        "test": test,
    }
    write_splits(root, splits | ({"holdout": unseen} if holdout else {}))
    shutil.copy(ROOT / "params.yaml", root)
    for name, rows in make_curves().items():
        (root / f"reports/train/{name}.csv").write_text(csv_text(rows), encoding="utf-8")
    judge = {
        "base": {"name": "qwen2.5-coder-0.5b-instruct", "pin": PIN},
        "template_version": 1,
        "digit_ids": [16, 17, 18, 19, 20],
        "temperature": 1.2345,
        "params": describe(load(ROOT / "params.yaml")),
        "validation": {},
    }
    (root / "build/judge/judge.json").write_text(json_text(judge), encoding="utf-8")
    return read_results(root / "reports/metrics.json", root / "reports/eval")


def write_splits(root: Path, splits: dict[str, list[Example]]) -> None:
    """Write the splits, and the audit of all of them."""
    for name, rows in splits.items():
        write_examples(root / f"build/splits/{name}.jsonl", rows)
    everything = [row for rows in splits.values() for row in rows]
    report = audit(everything, AuditConfig(), token_limit=1024).to_json()
    (root / "reports/audit.json").write_text(json_text(report), encoding="utf-8")


def make_unseen() -> list[Example]:
    """A kind of task that is in no other split."""
    rows = make_data(8, hostile=False, first=300)
    return [dataclasses.replace(row, category="unseen_kind") for row in rows]


def make_baselines(train: list[Example], test: list[Example]) -> dict[str, Tensor]:
    return {"majority": majority(train, test), "length_only": length_only(train, test)}


def make_curves() -> dict[str, list[dict[str, float]]]:
    """135 steps and three epochs; the first epoch's coefficient is undefined."""
    generator = random.Random(3)
    names = [str(name) for name in judge_metrics()]
    train = [
        {
            "step": float(step),
            "epoch": 1.0 + step // 45,
            "loss": 3.0 / (1 + step / 30) + generator.random() / 5,
            "score_loss": 1.6 / (1 + step / 40) + generator.random() / 5,
            "reasoning_loss": 2.4 / (1 + step / 60) + 0.8 + generator.random() / 10,
            "regression": 1.0,
            "lr": 2e-4,
        }
        for step in range(1, 136)
    ]
    validation: list[dict[str, float]] = [
        {
            "epoch": float(epoch),
            "step": 45.0 * epoch,
            "loss": 2.0 / epoch,
            "score_loss": 1.3 / epoch + 0.2,
            "reasoning_loss": 1.9 / epoch**0.3,
        }
        | {name: min(1.0, 0.3 + 0.15 * epoch) for name in names}
        | {"pearson": float("nan") if epoch == 1 else 0.2 * epoch, "mae": 1.1 / epoch}
        for epoch in range(1, 4)
    ]
    return {"train": train, "validation": validation}


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Measured]:
    """A project with hostile texts, and its figures; read only."""
    root = tmp_path_factory.mktemp("project")
    return root, make_project(root)


@pytest.fixture
def project(made: tuple[Path, Measured], tmp_path: Path) -> Path:
    """A copy of it to break."""
    shutil.copytree(made[0], tmp_path / "project", ignore=shutil.ignore_patterns("*.html"))
    return tmp_path / "project"


@pytest.fixture(scope="session")
def hostile() -> dict[str, str]:
    return HOSTILE


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., Measured]:
    """Makes another project in `tmp_path`."""
    return lambda **options: make_project(tmp_path, **options)
