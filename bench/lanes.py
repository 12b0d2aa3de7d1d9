"""Forward and backward pass of a training step, in one pass and in lanes, in turns.

    python bench/lanes.py                  four batches of build/splits, two rounds
    python bench/lanes.py --batches 8      more of them

Needs what `dvc repro split` writes. Model and settings are those of `params.yaml`. Other programs
hurt one pass more than lanes, as its threads wait for each other: keep the machine idle.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from itertools import islice
from pathlib import Path

import torch

from autograder import config as configuration
from autograder.model.lanes import Lanes
from autograder.model.loss import judge_loss
from autograder.training.data import JudgeLoader, ThinReasoning, take_share
from autograder.training.encoded_rows import Rows
from autograder.training.module import load_backbone


def main() -> None:
    parser = argparse.ArgumentParser(description="A training step in one pass and in lanes.")
    parser.add_argument("--batches", type=int, default=4, help="how many, drawn (default: 4)")
    parser.add_argument("--rounds", type=int, default=2, help="turns of each (default: 2)")
    parser.add_argument("--data", type=Path, default=Path("build/splits/train.jsonl"))
    args = parser.parse_args()
    config = configuration.load("params.yaml")
    backbone = load_backbone(config)
    rows = Rows.of_file(args.data)
    used = rows.select(take_share(rows.dataset["item"], config.train.share, config.seed))
    examples = ThinReasoning(
        used.encode(backbone.encoder), config.train.reasoning_share, config.seed
    )
    loader = JudgeLoader(
        examples, config.train.batch_size, backbone.encoder.pad_id, seed=config.seed
    )
    batches = list(islice(loader, args.batches))
    sides = {"one pass": backbone, "lanes": Lanes(backbone)}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for number in range(args.rounds + 1):
        for batch in batches[: None if number else 1]:  # the first is a warm-up
            for name, forward in sides.items():
                wall, cpu = time.perf_counter(), time.process_time()
                parts = judge_loss(
                    forward(batch), batch.labels, batch.is_score, batch.scores, backbone.digit_ids
                )
                parts.total.backward()
                wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
                backbone.zero_grad()
                if number:
                    found[name].append((wall, cpu))
                    shape = "x".join(map(str, batch.input_ids.shape))
                    print(f"{shape:8} {name:9} {wall:6.2f} s, {cpu:6.2f} s of CPU", flush=True)
    medians = {
        name: [statistics.median(times) for times in zip(*pairs, strict=True)]
        for name, pairs in found.items()
    }
    for name, (wall, cpu) in medians.items():
        print(f"{name}: median {wall:.2f} s, {cpu:.2f} s of CPU")
    ratios = [one / lanes for one, lanes in zip(*medians.values(), strict=True)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"ratio {ratios[0]:.2f}, of CPU {ratios[1]:.2f}; {torch.get_num_threads()} threads")
    print(f"peak memory {peak:.1f} GB")


if __name__ == "__main__":
    main()
