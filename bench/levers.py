"""What each lever of the recipe does to a short training: one table.

    python bench/levers.py                      all levers
    python bench/levers.py base ranking         some of them
    python bench/levers.py base --seed 2        once more, with another order, start and dropout
    python bench/levers.py --set lora.top=0.5 --set train.solve=0    beside another base
    python bench/levers.py base ranking --by-source    also which kinds of answer a lever helps

Short answers of the training split are dealt out by a hash of their items: some are trained on,
others measured. Validation and test splits are not read. Each training has a process of its own;
what the frozen layers below the adapter make of the texts is computed once, as it never changes.
Parameters and split are copied when the program starts, so both may change while it runs.
Results are kept in `.scratch/levers`, so that the same command goes on after an interruption.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from ruamel.yaml import YAML
from safetensors.torch import load_file, save
from torch import Tensor

from autograder import config as configuration
from autograder.errors import AutograderError, ConfigError
from autograder.files import atomic_write
from autograder.model.scores import expected_score
from autograder.schema import Example, read_examples
from autograder.training.module import load_backbone
from lever_texts import (
    as_turns_of_a_chat,
    in_layouts,
    layout_varied,
    read_pieces,
    references_in_half,
)
from lever_training import Lever, Upper, figures, gradient, measured, probe, singular, train

SCALES = (0.5, 0.75, 1.25)
PARAMS, TRAIN = Path("params.yaml"), Path("build/splits/train.jsonl")

LEVERS = {
    "base": Lever(),
    "rate x 0.5": Lever({"train": {"lr": 1e-4}}),
    "rate x 2": Lever({"train": {"lr": 4e-4}}),
    "constant rate": Lever({"train": {"schedule": "constant"}}),
    "scale 2": Lever({"lora": {"alpha": 32}}),
    "scale 8": Lever({"lora": {"alpha": 128}}),
    "rank 8": Lever({"lora": {"r": 8, "alpha": 32}}),
    "rank 32": Lever({"lora": {"r": 32, "alpha": 128}}),
    "attention alone": Lever({"lora": {"targets": ["q_proj", "k_proj", "v_proj", "o_proj"]}}),
    "feed-forward alone": Lever({"lora": {"targets": ["gate_proj", "up_proj", "down_proj"]}}),
    "all layers": Lever({"lora": {"top": 1.0}}),
    "half of the layers": Lever({"lora": {"top": 0.5}}),
    "a quarter of the layers": Lever({"lora": {"top": 0.25}}),
    "dropout 0": Lever({"lora": {"dropout": 0.0}}),
    "A from the weights": Lever(start=singular),
    "A from the gradient": Lever(start=gradient),
    "probe first": Lever(start=probe),
    "B 4 times as fast": Lever(faster_b=4.0),
    "top layers first": Lever(top_first=0.3),
    "batch 5": Lever(pieces=1),
    "batch 20": Lever(pieces=4),
    "two epochs of half": Lever(epochs=2),
    "regression 0": Lever({"loss": {"regression_weight": 0.0}}),
    "regression 1": Lever({"loss": {"regression_weight": 1.0}}),
    "soft targets": Lever(soft=0.2),
    "ranking": Lever(ranking=0.5),
    "no reasoning": Lever({"loss": {"reasoning_weight": 0.0}}),
    "reasoning x 5": Lever({"loss": {"reasoning_weight": 5.0}}),
    # What the base says of the new texts is kept, as in "Learning without Forgetting" (Li and
    # Hoiem, 2016).
    "keeps the base": Lever(keep=0.1),
    # The mean of A and the mean of B, as in "Model soups" (Wortsman et al., 2022): B A of the means
    # is near the mean of both B A only while the As are alike, so both begin with the same one.
    "two seeds merged": Lever(merged=2),
    "layout varied": Lever(texts=layout_varied),
    "references in half": Lever(texts=references_in_half),
    "response as a turn of the assistant": Lever(template=as_turns_of_a_chat),
    "mean of renderings": Lever(renderings=(2, 4)),
    "own answers": Lever({"train": {"solve": 0.7}}),
    "no own answers": Lever({"train": {"solve": 0.0}}),
}


Weights = Mapping[str, Tensor]
"""What is trained, by name."""


def weights_of(upper: Upper) -> Weights:
    return {name: value.detach().clone() for name, value in upper.trainable().items()}


def set_weights(upper: Upper, weights: Weights) -> None:
    for name, value in upper.trainable().items():
        value.data.copy_(weights[name])


def adapter_file(work: Path, seed: int) -> Path:
    """Where the adapter of the lever `base` is kept, for levers that need no other."""
    return work / f"base.{seed}.safetensors"


def run_one(name: str, seed: int, work: Path) -> dict[str, Any]:
    """Train with one lever and measure, in this process.

    Args:
        name: of the lever.
        seed: of the adapter's start, the order and dropout.
        work: holds the parameters and the answers, and keeps what can be used again.

    Returns:
        `found`, figures by title; `means`, by the same titles the expected scores of the measured
        answers by their ids; `losses` of the steps and `seconds_per_step`, where it trains.
    """
    lever = LEVERS[name]
    config = configuration.load(work / PARAMS.name).changed(**lever.changes, seed=seed)
    upper = Upper(load_backbone(config))
    trained, tested, examples = read_pieces(upper, work / TRAIN.name, lever, config)
    if lever.renderings:
        set_weights(upper, load_file(adapter_file(work, seed)))
        layouts = in_layouts(upper, tested, examples, lever.renderings, config, work)
        titles = {num: f"mean of {num} renderings" for num in layouts}
        return {"found": {titles[num]: row for num, row in layouts.items()}}
    found: dict[str, dict[str, float]] = {}
    means: dict[str, dict[str, float]] = {}
    ids = [examples[at].id for at in torch.cat([piece.places for piece in tested])]

    def measure(title: str) -> None:
        rows = measured(upper, tested)
        found[title] = figures(rows, tested)
        means[title] = dict(zip(ids, expected_score(rows).tolist(), strict=True))

    if lever.start:
        lever.start(upper, trained, config)
    if title := {"base": "untrained", "probe first": "probe alone"}.get(name):
        measure(title)
    start = weights_of(upper)
    ends, losses = [], []
    started = time.perf_counter()
    for order in range(seed, seed + lever.merged):
        set_weights(upper, start)
        of_steps, average = train(upper, trained, config, lever, order, f"{name}, seed {order}")
        ends.append(weights_of(upper))
        losses.append(of_steps)
    seconds = (time.perf_counter() - started) / sum(map(len, losses))
    if lever.merged > 1:
        for order, end in enumerate(ends, start=seed):
            set_weights(upper, end)
            measure(f"{name}: seed {order} alone")
    merged = {key: torch.stack([end[key] for end in ends]).mean(0) for key in start}
    set_weights(upper, merged)
    measure(name)
    if name == "base":
        atomic_write(adapter_file(work, seed), save(merged))
        for scale in SCALES:
            scaled = {key: scale * b if "lora_B" in key else b for key, b in merged.items()}
            set_weights(upper, scaled)
            measure(f"judged with {scale} of the adapter")
        set_weights(upper, dict(zip(start, average, strict=True)))
        measure("average of the last steps")
    of_steps = [sum(step) / len(step) for step in zip(*losses, strict=True)]
    return {"losses": of_steps, "seconds_per_step": seconds, "found": found, "means": means}


# --- the program


def copy_inputs(folder: Path, names: Sequence[str], settings: Sequence[str] = ()) -> Path:
    """Copy parameters and split to a folder of their own, and check them for some levers.

    Other parameters or data are other results, and other hidden states.

    Args:
        folder: holds a folder for each such pair.
        names: of the levers.
        settings: parameters to change in the copy, as `lora.top=0.5`.

    Returns:
        the folder, below the one given.

    Raises:
        AutograderError: one of them has a fault.
        OSError: one of them cannot be read.
    """
    contents = {path.name: path.read_bytes() for path in (PARAMS, TRAIN)}
    if settings:
        contents[PARAMS.name] = with_settings(contents[PARAMS.name], settings)
    known = hashlib.sha256(b"".join(contents.values())).hexdigest()
    work = folder / known[:16]
    for name, content in contents.items():
        atomic_write(work / name, content)
    config = configuration.load(work / PARAMS.name)
    for name in names:
        config.changed(**LEVERS[name].changes)
    read_examples(work / TRAIN.name)
    return work


def with_settings(params: bytes, settings: Sequence[str]) -> bytes:
    """The parameters with some changed; raises ConfigError for one that is not of that form."""
    yaml = YAML()
    values = yaml.load(params)
    for setting in settings:
        name, equals, value = setting.partition("=")
        group, _, key = name.partition(".")
        if not equals or not isinstance(values.get(group), dict) or key not in values[group]:
            raise ConfigError(f"--set {setting}", [f"is no GROUP.NAME=VALUE of {PARAMS}"])
        values[group][key] = yaml.load(value)
    text = io.BytesIO()
    yaml.dump(values, text)
    return text.getvalue()


def result_file(work: Path, name: str, seed: int) -> Path:
    return work / f"{name.replace(' ', '-')}.{seed}.json"


def ensure(name: str, seed: int, work: Path) -> None:
    """Run a lever in a process of its own, unless its result is there; exit if that fails."""
    if LEVERS[name].renderings and not adapter_file(work, seed).exists():
        result_file(work, "base", seed).unlink(missing_ok=True)
        ensure("base", seed, work)
    if result_file(work, name, seed).exists():
        return
    print(name, file=sys.stderr)
    command = [sys.executable, __file__, name, "--here", "--seed", str(seed), "--work", str(work)]
    if code := subprocess.run(command, check=False).returncode:
        sys.exit(f"{name}: ended with {code}, see above; the same command goes on from here")


def table(results: Mapping[str, dict[str, Any]]) -> str:
    """A row for each title in the results of the levers."""
    lines = [
        "| lever | entropy | exact | Pearson | pairs | last 20 losses | seconds a step |",
        "|---" * 7 + "|",
    ]
    for name, result in results.items():
        for title, row in result["found"].items():
            pairs = f"{row['pairs']:.2f} of {row['num_pairs']:.0f}"
            speed = "- | -"
            if title == name:
                last = result["losses"][-20:]
                speed = f"{sum(last) / len(last):.3f} | {result['seconds_per_step']:.1f}"
            cells = (f"{row[key]:.3f}" for key in ("entropy", "exact", "pearson"))
            lines.append(f"| {title} | {' | '.join(cells)} | {pairs} | {speed} |")
    return "\n".join(lines)


def table_by_source(results: Mapping[str, dict[str, Any]], examples: Sequence[Example]) -> str:
    """The mean error of the expected score and Pearson of each lever, for each kind of answer."""
    means = {name: result["means"][name] for name, result in results.items() if "means" in result}
    lines = [
        f"| MAE, Pearson | answers | {' | '.join(means)} |",
        "|---" * (len(means) + 2) + "|",
    ]
    of_source: dict[str, list[Example]] = {}
    for example in examples:
        if all(example.id in found for found in means.values()):
            of_source.setdefault(example.source, []).append(example)
    for source, rows in sorted(of_source.items(), key=lambda pair: -len(pair[1])):
        labels = torch.tensor([float(row.score) for row in rows])
        cells = []
        for found in means.values():
            given = torch.tensor([found[row.id] for row in rows])
            pearson = torch.corrcoef(torch.stack([given, labels]))[0, 1] if len(rows) > 1 else None
            shown = "-" if pearson is None or pearson.isnan() else f"{pearson:.2f}"
            cells.append(f"{(given - labels).abs().mean():.2f}, {shown}")
        lines.append(f"| {source} | {len(rows)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="What each lever does to a short training.")
    parser.add_argument("levers", nargs="*", help=f"of: {', '.join(LEVERS)}")
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--work", type=Path, default=Path(".scratch/levers"))
    parser.add_argument(
        *("--set", "-S"),
        action="append",
        default=[],
        metavar="GROUP.NAME=VALUE",
        help="a parameter that differs from params.yaml in the base and so in all levers",
    )
    parser.add_argument("--by-source", action="store_true", help="a second table, by source")
    # One lever, in this process, with the copies in `--work` itself.
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    names = args.levers or list(LEVERS)
    if unknown := sorted(set(names) - set(LEVERS)):
        parser.error(f"no lever: {', '.join(unknown)}")
    if args.here:
        if len(names) != 1:
            parser.error("--here: name one lever")
        (name,) = names
        result = run_one(name, args.seed, args.work)
        atomic_write(result_file(args.work, name, args.seed), json.dumps(result))
        return
    try:
        work = copy_inputs(args.work, names, args.set)
    except FileNotFoundError as error:
        parser.error(f"{error.filename}: is not there; run `dvc repro split` first")
    except (AutograderError, OSError) as error:
        parser.error(str(error))
    for name in names:
        ensure(name, args.seed, work)
    files = {name: result_file(work, name, args.seed) for name in names}
    results = {name: json.loads(file.read_bytes()) for name, file in files.items()}
    print(table(results))
    if args.by_source:
        print(f"\n{table_by_source(results, read_examples(work / TRAIN.name))}")


if __name__ == "__main__":
    main()
