"""`bench/train_step.py`: its arguments, its rows, our side and the report; no time is asserted."""

from __future__ import annotations

import importlib
import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from autograder.config import Config

BENCH = Path(__file__).parents[1] / "bench"


@pytest.fixture
def sides(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCH)
    return importlib.import_module("sides")


@pytest.fixture
def train_step(sides: ModuleType) -> ModuleType:
    return importlib.import_module("train_step")


def one_run(seconds: list[float], peak_gb: float = 2.0) -> dict[str, Any]:
    return {
        "seconds": seconds,
        "peak_gb": peak_gb,
        "peak_gpu_gb": 0.0,
        "first_loss": 12.0,
        "trainable": 1000,
        "adapter_dtype": "float32",
        "attention": "eager",
        "threads": 2,
        "device": "cpu",
    }


def test_defaults_are_the_real_comparison(train_step: ModuleType) -> None:
    setup, figures = train_step.parse_args([])
    assert setup.model == "qwen2.5-coder-0.5b-instruct"
    assert setup.steps >= 5
    assert setup.rounds >= 2
    assert setup.warmup >= 1
    assert figures is None


def test_quick_yields_to_what_is_given(train_step: ModuleType) -> None:
    setup, figures = train_step.parse_args(["--quick", "--steps", "3", "--json", "out.json"])
    assert (setup.model, setup.steps, setup.rounds) == ("smollm2-135m-instruct", 3, 1)
    assert figures == Path("out.json")


@pytest.mark.parametrize("wrong", (["--steps", "0"], ["--rounds", "x"], ["--fast"]))
def test_wrong_arguments_are_refused(train_step: ModuleType, wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        train_step.parse_args(wrong)
    assert refusal.value.code == 2


def test_without_trl_it_says_what_to_install(
    train_step: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"trl .* pip install -e '\.\[bench\]'"):
        train_step.main(["--quick"])


def test_both_sides_get_the_same_settings(sides: ModuleType) -> None:
    setup = sides.Setup("base", steps=1, rounds=1, warmup=1, seed=3)
    trl, ours = (sides.make_config(side, setup) for side in ("trl", "ours"))
    assert trl == ours
    assert (trl.train.batch_size, trl.train.accumulate, trl.train.share_prefix) == (2, 1, False)
    assert (trl.lora.r, trl.lora.alpha, trl.lora.dropout, len(trl.lora.targets)) == (
        16,
        64,
        0.05,
        7,
    )
    assert (trl.quantization.bits, trl.quantization.type, trl.quantization.double) == (
        4,
        "nf4",
        True,
    )
    assert trl.train.optimizer == "paged_adamw_8bit"


def test_rows_are_300_ordinary_tokens(sides: ModuleType, tiny_base: Path) -> None:
    from transformers import AutoTokenizer

    from autograder.model.encode import Encoder

    tokenizer = AutoTokenizer.from_pretrained(tiny_base)
    encoder = Encoder(tokenizer, 1024)
    rows = sides.make_rows(encoder, 10, per_prefix=1, seed=5)
    control = {*tokenizer.get_added_vocab().values(), *tokenizer.all_special_ids}
    for row in rows:
        ids = [*row.prefix, *row.response, *row.verdict]
        assert len(ids) == sides.ROW == 300
        assert len(row.verdict) == 60
        assert row.verdict[0] == encoder.digit_ids[row.score - 1]
        assert row.verdict[-1] == encoder.end_id
        assert not control & set(ids[:-1])
        assert len(set(ids)) > 100
    assert len({row.prefix for row in rows}) == 10
    assert len({row.prefix for row in sides.make_rows(encoder, 10, per_prefix=5, seed=5)}) == 2
    assert rows == sides.make_rows(encoder, 10, per_prefix=1, seed=5)


@pytest.mark.parametrize("side", ("ours", "shared"))
def test_our_side_runs(sides: ModuleType, tiny_config: Config, side: str) -> None:
    setup = sides.Setup(tiny_config.model.name, steps=2, rounds=1, warmup=1, seed=7)
    train = sides.make_config(side, setup).train
    config = tiny_config.changed(train=train.changed(optimizer="adamw"))
    result = sides.measure_ours(config, steps=2, warmup=1)
    assert len(result["seconds"]) == 2
    assert min(result["seconds"]) > 0
    assert result["peak_gb"] > 0
    assert 3 < result["first_loss"] < 9  # log 260 is 5.6
    assert result["trainable"] > 0
    json.dumps(result)


def test_rounds_alternate_and_are_pooled(train_step: ModuleType) -> None:
    setup = train_step.Setup("base", steps=2, rounds=2, warmup=1, seed=0)
    seconds = {"trl": 4.0, "ours": 2.0, "shared": 2.5}
    order = []

    def measured(side: str, setup: Any) -> dict[str, Any]:
        order.append(side)
        return one_run([seconds[side], seconds[side] + 1], peak_gb=float(len(order)))

    summary = train_step.summarise(train_step.run(setup, measured))
    assert order == ["trl", "ours", "shared"] * 2
    assert summary["trl"]["seconds"] == [4.0, 5.0, 4.0, 5.0]
    assert summary["trl"]["median_s"] == 4.5
    assert summary["ours"]["tokens_per_s"] == pytest.approx(600 / 2.5)
    assert summary["ours"]["peak_gb"] == 5.0
    found = train_step.ratios(summary)
    assert found["seconds_trl_over_ours"] == pytest.approx(4.5 / 2.5)
    assert found["examples_per_s_shared_over_ours"] == pytest.approx((5 / 3.0) / (2 / 2.5))


@pytest.mark.parametrize("load", (0.1, 2.0))
def test_the_report_says_whether_the_machine_was_idle(train_step: ModuleType, load: float) -> None:
    setup = train_step.Setup("base", steps=2, rounds=1, warmup=1, seed=0)
    summary = train_step.summarise(train_step.run(setup, lambda side, _: one_run([1.0, 2.0])))
    versions = dict.fromkeys(train_step.LIBRARIES, "1.0")
    machine = {
        "cpu": "a CPU",
        "cores": 2,
        "load_at_start": load,
        "python": "3",
        "versions": versions,
    }
    text = train_step.report(setup, machine, summary)
    assert ("NOT IDLE" in text) == (load > 1)
    assert "TRL / ours: 1.00 x the time" in text
    assert "What differs:" in text
