"""What each lever of the recipe does to a short training: one table.

    python bench/levers.py                      all levers
    python bench/levers.py base ranking         some of them
    python bench/levers.py base --seed 2        once more, with another order, start and dropout

Short answers of the training split are dealt out by a hash of their items: some are trained on,
others measured. Validation and test splits are not read. Each training has a process of its own;
what the frozen layers below the adapter make of the texts is computed once, as it never changes.
Results are kept in `.scratch/levers`, so that the same command goes on after an interruption.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional as F
from tqdm import tqdm

from autograder import config as configuration
from autograder.balance import place
from autograder.config import Config
from autograder.model.backbone import Backbone
from autograder.model.batch import Batch, collate
from autograder.model.encode import Encoded
from autograder.model.lanes import start_lanes
from autograder.model.loss import judge_loss, score_probabilities
from autograder.model.scores import expected_score
from autograder.schema import Example, read_examples
from autograder.training.data import ThinReasoning, outlines, pack
from autograder.training.module import load_backbone
from autograder.training.optimizer import learning_rate, make_optimizer

LONGEST = 260
"""Tokens of an answer with its prompt and rubric."""
NUM_TRAINED, NUM_MEASURED = 1000, 500
PIECE = 5
"""Answers in one forward pass; a step has several, two of them side by side."""
EMA_DECAY = 0.97
SCALES = (0.5, 0.75, 1.25)
PARAMS, TRAIN = Path("params.yaml"), Path("build/splits/train.jsonl")


@dataclass(frozen=True)
class Lever:
    """What differs from the parameters in `params.yaml`.

    Attributes:
        changes: to the configuration, by group.
        pieces: forward passes in a step.
        epochs: passes over as much smaller a part of the answers, so that steps stay as many.
        soft: share of the label that goes to the scores beside it.
        ranking: weight of the pairs of answers to one prompt.
        faster_b: how many times as fast B learns as A.
        start: sets A, before the first step.
        top_first: share of the steps in which only the last quarter of the layers learns.
    """

    changes: dict[str, dict[str, Any]] = field(default_factory=dict)
    pieces: int = 2
    epochs: int = 1
    soft: float = 0.0
    ranking: float = 0.0
    faster_b: float = 1.0
    start: Callable[[Upper, Piece, Config], None] | None = None
    top_first: float = 0.0


@dataclass(frozen=True)
class Piece:
    """Answers that are read together, and what the frozen layers make of them.

    Attributes:
        batch: one row.
        hidden: (1, L, width), before the first layer with an adapter.
        items: of each example a number, equal for answers to one prompt.
    """

    batch: Batch
    hidden: Tensor
    items: Tensor


class Upper:
    """The layers of a backbone from the first with an adapter on."""

    def __init__(self, backbone: Backbone) -> None:
        self.backbone = backbone
        self.body = getattr(backbone.causal, backbone.causal.base_model_prefix)
        adapted = [
            at
            for at, layer in enumerate(self.body.layers)
            if any("lora_" in name for name, _ in layer.named_parameters())
        ]
        self.first = adapted[0]

    def _through(self, hidden: Tensor, batch: Batch, layers: Iterable[Any], **last: Any) -> Tensor:
        options = {
            "attention_mask": torch.ones((1, 1, 1, 1), dtype=torch.bool),
            "position_embeddings": self.body.rotary_emb(hidden, batch.position_ids),
            "position_ids": batch.position_ids,
            "tree": batch.tree,
        }
        layers = list(layers)
        for layer in layers[:-1]:
            hidden = layer(hidden, **options)
        return layers[-1](hidden, **options, **last)

    def lower(self, batch: Batch) -> Tensor:
        """Hidden states (1, L, width) before the first layer with an adapter."""
        with torch.inference_mode():
            start = self.body.embed_tokens(batch.input_ids)
            return self._through(start, batch, self.body.layers[: self.first])

    def __call__(self, piece: Piece) -> Tensor:
        """Logits (T, vocabulary) where the batch predicts a token."""
        read = piece.batch.rows, piece.batch.columns
        layers = self.body.layers[self.first :]
        hidden = self._through(piece.hidden.clone(), piece.batch, layers, read=read)
        return self.backbone.causal.get_output_embeddings()(self.body.norm(hidden))


# --- what A starts as


def _set_a(backbone: Backbone, wanted: Callable[[Any], Tensor]) -> None:
    from autograder.model.lora import FusedLayer, adapter_of

    for layer in backbone.modules():
        if isinstance(layer, FusedLayer):
            a, _ = adapter_of(layer)
            _, _, right = torch.svd_lowrank(wanted(layer), q=len(a))
            a.data = a.norm(dim=1).mean() * right.t().contiguous()


def singular(upper: Upper, _: Piece, __: Config) -> None:
    """A in the directions that the frozen weight enlarges most (after PiSSA, 2024)."""
    from autograder.model.lora import dense_weight

    _set_a(upper.backbone, lambda layer: dense_weight(layer.get_base_layer(), torch.float32))


def gradient(upper: Upper, piece: Piece, config: Config) -> None:
    """A in the directions of the weight's gradient over the first answers (LoRA-GA, 2024)."""
    from autograder.model.lora import FusedLayer

    found: dict[int, list[Tensor]] = {}

    def keep(layer: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        found[id(layer)] = [inputs[0].detach().flatten(0, -2)]
        output.register_hook(lambda grad: found[id(layer)].append(grad.flatten(0, -2)))

    layers = [layer for layer in upper.backbone.modules() if isinstance(layer, FusedLayer)]
    hooks = [layer.register_forward_hook(keep) for layer in layers]
    loss_of(upper, piece, config, Lever()).backward()
    for hook in hooks:
        hook.remove()
    upper.backbone.zero_grad()

    def weight_gradient(layer: Any) -> Tensor:
        x, grad = found[id(layer)]
        return (grad.t() @ x).float()

    _set_a(upper.backbone, weight_gradient)


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
    "dropout 0": Lever({"lora": {"dropout": 0.0}}),
    "A from the weights": Lever(start=singular),
    "A from the gradient": Lever(start=gradient),
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
}


# --- data


def deal(examples: Sequence[Example], encoded: Sequence[Encoded]) -> tuple[list[int], list[int]]:
    """Which answers are trained on, and which measured: whole items, by a hash of their names."""
    short: dict[str, list[int]] = {}
    for at, (example, row) in enumerate(zip(examples, encoded, strict=True)):
        if len(row.prefix) + len(row.response) <= LONGEST:
            short.setdefault(example.item, []).append(at)
    measured: list[int] = []
    trained: list[int] = []
    for item in sorted(short, key=lambda item: place("levers", item)):
        wanted = measured if len(measured) < NUM_MEASURED else trained
        if len(trained) < NUM_TRAINED:
            wanted += short[item]
    return trained, measured


def pieces_of(upper: Upper, rows: Sequence[Encoded], cache: Path) -> list[Piece]:
    """The rows in pieces; their hidden states come from the cache, or are put there."""
    encoder = upper.backbone.encoder
    batches = [[rows[at] for at in places] for places in pack(outlines(rows), PIECE)]
    laid_out = [collate(batch, encoder.pad_id, num_rows=1) for batch in batches]
    if not cache.exists():
        bar = tqdm(laid_out, desc=f"frozen layers, {cache.stem}", file=sys.stderr)
        hidden = {str(at): upper.lower(batch) for at, batch in enumerate(bar)}
        save_file(hidden, cache)
    known = load_file(cache)
    numbers: dict[tuple[int, ...], int] = {}
    return [
        Piece(
            batch,
            known[str(at)],
            torch.tensor([numbers.setdefault(row.prefix, len(numbers)) for row in examples]),
        )
        for at, (batch, examples) in enumerate(zip(laid_out, batches, strict=True))
    ]


# --- training


def loss_of(upper: Upper, piece: Piece, config: Config, lever: Lever) -> Tensor:
    """The project's loss over a piece, and what the lever adds."""
    batch, digits = piece.batch, upper.backbone.digit_ids
    logits, weights = upper(piece), config.loss
    parts = judge_loss(
        logits,
        batch.labels,
        batch.is_score,
        batch.scores,
        digits,
        score_weight=weights.score_weight,
        reasoning_weight=weights.reasoning_weight,
        regression_weight=weights.regression_weight,
    )
    total, verdicts = parts.total, logits[batch.is_score].float()
    if lever.soft:
        known = F.one_hot(batch.scores - 1, 5).float()
        beside = torch.zeros_like(known)
        beside[:, 1:] += known[:, :-1]
        beside[:, :-1] += known[:, 1:]
        wanted = (1 - lever.soft) * known + lever.soft * beside / beside.sum(1, keepdim=True)
        entropy = -verdicts.log_softmax(1)[:, digits]
        total = total + ((wanted - known) * entropy).sum(1).mean()
    if lever.ranking:
        means = expected_score(score_probabilities(verdicts, digits))
        better = batch.scores[:, None] > batch.scores[None]
        better &= piece.items[:, None] == piece.items[None]
        if better.any():
            apart = means[:, None] - means[None]
            total = total + lever.ranking * F.softplus(-2 * apart[better]).mean()
    return total


def gradients(
    upper: Upper, piece: Piece, config: Config, lever: Lever, num: int, seed: int
) -> tuple[float, Sequence[Tensor]]:
    """A piece's part in the loss of a step with `num` answers, and its gradients."""
    from autograder.model.lora import dropout_source

    token = dropout_source.set(torch.Generator().manual_seed(seed))
    loss = loss_of(upper, piece, config, lever) * (piece.batch.num_examples / num)
    dropout_source.reset(token)
    return loss.item(), torch.autograd.grad(loss, list(upper.backbone.trainable().values()))


def train(
    upper: Upper, pieces: Sequence[Piece], config: Config, lever: Lever, seed: int
) -> tuple[list[float], list[Tensor]]:
    """Train; the adapter of `upper` changes.

    Returns:
        the loss of each step, and the moving average of the adapter's weights.
    """
    named = upper.backbone.trainable()
    parameters = list(named.values())
    order = list(pieces)
    random.Random(f"{seed}/pieces").shuffle(order)
    order = order[: len(order) // lever.epochs] * lever.epochs
    steps = [order[at : at + lever.pieces] for at in range(0, len(order), lever.pieces)]
    optimizer = make_optimizer(config.train, parameters)
    if lever.faster_b != 1:
        of_b = [value for name, value in named.items() if "lora_B" in name]
        rest = [value for name, value in named.items() if "lora_B" not in name]
        optimizer.param_groups[0]["params"] = rest
        optimizer.add_param_group({"params": of_b, "lr": lever.faster_b * config.train.lr})
    factor = learning_rate(config.train.schedule, config.train.warmup, len(steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
    num_layers = len(upper.body.layers)
    late = [f".layers.{at}." for at in range((upper.first + num_layers) // 2, num_layers)]
    early = [value for name, value in named.items() if not any(part in name for part in late)]
    losses, average = [], [value.detach().clone() for value in parameters]
    upper.backbone.train()
    with start_lanes(2) as lanes, tqdm(steps, desc="train", file=sys.stderr) as bar:
        for number, step in enumerate(bar):
            num = sum(piece.batch.num_examples for piece in step)
            drawn = 10**6 * seed + 10 * number
            begun = [
                lanes.submit(gradients, upper, piece, config, lever, num, drawn + at)
                for at, piece in enumerate(step)
            ]
            found = [future.result() for future in begun]
            for at, parameter in enumerate(parameters):
                parameter.grad = torch.stack([part[at] for _, part in found]).sum(0)
            if number < lever.top_first * len(steps):
                for parameter in early:
                    parameter.grad = None
            torch.nn.utils.clip_grad_norm_(parameters, config.train.clip)
            optimizer.step()
            schedule.step()
            losses.append(sum(loss for loss, _ in found))
            bar.set_postfix_str(f"loss {sum(losses[-10:]) / len(losses[-10:]):.3f}")
            kept = min(EMA_DECAY, (1 + number) / (10 + number))
            for mean, parameter in zip(average, parameters, strict=True):
                mean.lerp_(parameter.detach(), 1 - kept)
    return losses, average


# --- measuring


def measured(upper: Upper, pieces: Sequence[Piece]) -> Tensor:
    """Distributions float32 (N, 5) over the scores, in the order of the pieces."""
    upper.backbone.eval()

    def read(piece: Piece) -> Tensor:
        with torch.inference_mode():
            logits = upper(piece)[piece.batch.is_score]
        return score_probabilities(logits, upper.backbone.digit_ids)

    with start_lanes(2) as lanes:
        return torch.cat(list(lanes.map(read, pieces)))


def figures(rows: Tensor, pieces: Sequence[Piece]) -> dict[str, float]:
    """The score's cross-entropy in nats, Pearson, and the share of pairs in the right order."""
    labels = torch.cat([piece.batch.scores for piece in pieces])
    items = torch.cat([piece.items for piece in pieces])
    means = expected_score(rows)
    apart = (labels[:, None] > labels[None]) & (items[:, None] == items[None])
    right = (means[:, None] - means[None])[apart]
    return {
        "entropy": F.nll_loss(rows.clamp_min(1e-9).log(), labels - 1).item(),
        "exact": (rows.argmax(1) + 1 == labels).float().mean().item(),
        "pearson": torch.corrcoef(torch.stack([means, labels.float()]))[0, 1].item(),
        "pairs": ((right > 0).float() + 0.5 * (right == 0)).mean().item(),
        "num": float(len(labels)),
        "num_pairs": float(len(right)),
    }


def run_one(name: str, seed: int, work: Path) -> dict[str, Any]:
    """Train with one lever and measure, in this process."""
    lever = LEVERS[name]
    config = configuration.load(PARAMS).changed(**lever.changes, seed=seed)
    backbone = load_backbone(config)
    upper = Upper(backbone)
    examples = read_examples(TRAIN)
    encoded = backbone.encoder.encode_all(examples)
    thin = ThinReasoning(encoded, config.train.reasoning_share, 17)
    trained, tested = (
        pieces_of(upper, [thin[at] for at in part], work / f"{which}-{upper.first}.safetensors")
        for which, part in zip(("trained", "measured"), deal(examples, encoded), strict=True)
    )
    found = {"untrained": figures(measured(upper, tested), tested)} if name == "base" else {}
    if lever.start:
        lever.start(upper, trained[0], config)
    started = time.perf_counter()
    losses, average = train(upper, trained, config, lever, seed)
    seconds = (time.perf_counter() - started) / len(losses)
    found[name] = figures(measured(upper, tested), tested)
    weights = list(backbone.trainable().items())
    if name == "base":
        for scale in SCALES:
            of_b = [value for key, value in weights if "lora_B" in key]
            torch._foreach_mul_([value.data for value in of_b], scale)
            found[f"judged with {scale} of the adapter"] = figures(measured(upper, tested), tested)
            torch._foreach_div_([value.data for value in of_b], scale)
        for (_, value), mean in zip(weights, average, strict=True):
            value.data.copy_(mean)
        found["average of the last steps"] = figures(measured(upper, tested), tested)
    return {"losses": losses, "seconds_per_step": seconds, "found": found}


def main() -> None:
    parser = argparse.ArgumentParser(description="What each lever does to a short training.")
    parser.add_argument("levers", nargs="*", help=f"of: {', '.join(LEVERS)}")
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--work", type=Path, default=Path(".scratch/levers"))
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    names = args.levers or list(LEVERS)
    if unknown := sorted(set(names) - set(LEVERS)):
        parser.error(f"no lever: {', '.join(unknown)}")
    if not TRAIN.exists():
        parser.error(f"{TRAIN}: is not there; run `dvc repro split` first")
    # Other parameters or data are other results, and other hidden states.
    known = hashlib.sha256(PARAMS.read_bytes() + TRAIN.read_bytes()).hexdigest()
    work = args.work if args.here else args.work / known[:16]
    work.mkdir(parents=True, exist_ok=True)
    rows: dict[str, dict[str, float]] = {}
    for name in names:
        file = work / f"{name.replace(' ', '-')}.{args.seed}.json"
        if args.here:
            file.write_text(json.dumps(run_one(name, args.seed, work)), encoding="utf-8")
            return
        if not file.exists():
            print(name, file=sys.stderr)
            command = [sys.executable, __file__, name, "--here"]
            subprocess.run([*command, "--seed", str(args.seed), "--work", str(work)], check=True)
        result = json.loads(file.read_text(encoding="utf-8"))
        last = result["losses"][-20:]
        for title, row in result["found"].items():
            own = {"loss": sum(last) / len(last), "step": result["seconds_per_step"]}
            rows[title] = row | (own if title == name else {})
    print("| lever | entropy | exact | Pearson | pairs | last 20 losses | seconds a step |")
    print("|---" * 7 + "|")
    for title, row in rows.items():
        pairs = f"{row['pairs']:.2f} of {row['num_pairs']:.0f}"
        speed = f"{row['loss']:.3f} | {row['step']:.1f}" if "loss" in row else "- | -"
        cells = (f"{row[key]:.3f}" for key in ("entropy", "exact", "pearson"))
        print(f"| {title} | {' | '.join(cells)} | {pairs} | {speed} |")


if __name__ == "__main__":
    main()
