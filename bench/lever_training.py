"""A short training with one lever, over cached states of the frozen layers, and its figures."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import tqdm

from autograder.config import Config
from autograder.model.backbone import Backbone
from autograder.model.batch import Batch
from autograder.model.encode import Encoded, Encoder
from autograder.model.lanes import start_lanes
from autograder.model.loss import judge_loss, score_probabilities
from autograder.model.scores import expected_score
from autograder.schema import SCORES, Example
from autograder.training.optimizer import learning_rate, make_optimizer

EMA_DECAY = 0.97
NUM_SPOKEN = 32
"""Places of a piece at which the base is kept; each costs as much as a token of a reasoning."""


@dataclass(frozen=True)
class Lever:
    """What differs from the parameters in `params.yaml`.

    Attributes:
        changes: to the configuration, by group.
        pieces: forward passes in a step.
        epochs: passes over as much smaller a part of the answers, so that steps stay as many.
        soft: share of the label that goes to the scores beside it.
        ranking: weight of the pairs of answers to one prompt.
        keep: weight of the divergence from what the base would say in the responses.
        faster_b: how many times as fast B learns as A.
        start: what is set before the first step.
        top_first: share of the steps in which only the last quarter of the layers learns.
        merged: trainings from one start whose weights are averaged.
        texts: changes the answers that are trained on.
        template: changes the token ids of all answers.
        renderings: in how many layouts of the rubric the adapter of `base` is judged; with any,
            nothing is trained.
    """

    changes: dict[str, dict[str, Any]] = field(default_factory=dict)
    pieces: int = 2
    epochs: int = 1
    soft: float = 0.0
    ranking: float = 0.0
    keep: float = 0.0
    faster_b: float = 1.0
    start: Callable[[Upper, Sequence[Piece], Config], None] | None = None
    top_first: float = 0.0
    merged: int = 1
    texts: Callable[[Sequence[Example]], list[Example]] | None = None
    template: Callable[[Encoder, Encoded], Encoded] | None = None
    renderings: tuple[int, ...] = ()


@dataclass(frozen=True)
class Piece:
    """Answers that are read together, and what the frozen layers make of them.

    Attributes:
        batch: one row.
        hidden: (1, L, width), before the first layer with an adapter.
        items: of each example a number, equal for answers to one prompt.
        places: int64, of each example where it stands among all that the pieces were made of.
        spoken: int64 (P,), columns of the responses' own tokens at which the base is kept.
        base: (P, width), the base's last states there; both only for a lever that keeps it.
    """

    batch: Batch
    hidden: Tensor
    items: Tensor
    places: Tensor
    spoken: Tensor | None = None
    base: Tensor | None = None


class Upper:
    """The layers of a backbone from the first with an adapter on.

    Attributes:
        probe: of last states (N, width), (N, 5) that is added to the digits' logits where a score
            is read; None adds nothing.
    """

    def __init__(self, backbone: Backbone) -> None:
        self.backbone = backbone
        self.body = getattr(backbone.causal, backbone.causal.base_model_prefix)
        adapted = [
            at
            for at, layer in enumerate(self.body.layers)
            if any("lora_" in name for name, _ in layer.named_parameters())
        ]
        self.first = adapted[0]
        self.probe: nn.Module | None = None

    def trainable(self) -> dict[str, nn.Parameter]:
        """The adapter, and the probe if there is one."""
        probe = self.probe.named_parameters(prefix="probe") if self.probe else ()
        return self.backbone.trainable() | dict(probe)

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
            if self.first == 0:
                return start
            return self._through(start, batch, self.body.layers[: self.first])

    def states(self, piece: Piece, columns: Tensor) -> Tensor:
        """Last states (T, width), normed, at int64 (T,) columns."""
        layers = self.body.layers[self.first :]
        read = torch.zeros_like(columns), columns
        return self.body.norm(self._through(piece.hidden.clone(), piece.batch, layers, read=read))

    def words(self, states: Tensor) -> Tensor:
        """Logits (T, vocabulary) of last states (T, width)."""
        return self.backbone.causal.get_output_embeddings()(states)

    def verdicts(self, batch: Batch, states: Tensor) -> Tensor:
        """Logits (T, vocabulary) of the states (T, width) from which a verdict is predicted."""
        logits = self.words(states)
        if self.probe is None:
            return logits
        digits = batch.is_score.nonzero(), self.backbone.digit_ids[None]
        added = self.probe(states[batch.is_score].float())
        return logits.float().index_put(digits, added, accumulate=True)

    def __call__(self, piece: Piece) -> Tensor:
        """Logits (T, vocabulary) where the batch predicts a token."""
        return self.verdicts(piece.batch, self.states(piece, piece.batch.columns))


# --- what is set before the first step


def _set_a(backbone: Backbone, wanted: Callable[[Any], Tensor]) -> None:
    from autograder.model.lora import FusedLayer, adapter_of

    for layer in backbone.modules():
        if isinstance(layer, FusedLayer):
            a, _ = adapter_of(layer)
            _, _, right = torch.svd_lowrank(wanted(layer), q=len(a))
            a.data = a.norm(dim=1).mean() * right.t().contiguous()


def singular(upper: Upper, _: Sequence[Piece], __: Config) -> None:
    """A in the directions that the frozen weight enlarges most (after PiSSA, 2024)."""
    from autograder.model.lora import dense_weight

    _set_a(upper.backbone, lambda layer: dense_weight(layer.get_base_layer(), torch.float32))


def gradient(upper: Upper, pieces: Sequence[Piece], config: Config) -> None:
    """A in the directions of the weight's gradient over the first answers (LoRA-GA, 2024)."""
    from autograder.model.lora import FusedLayer

    found: dict[int, list[Tensor]] = {}

    def keep(layer: Any, inputs: tuple[Tensor], output: Tensor) -> None:
        found[id(layer)] = [inputs[0].detach().flatten(0, -2)]
        output.register_hook(lambda grad: found[id(layer)].append(grad.flatten(0, -2)))

    layers = [layer for layer in upper.backbone.modules() if isinstance(layer, FusedLayer)]
    hooks = [layer.register_forward_hook(keep) for layer in layers]
    loss_of(upper, pieces[0], config, Lever()).backward()
    for hook in hooks:
        hook.remove()
    upper.backbone.zero_grad()

    def weight_gradient(layer: Any) -> Tensor:
        x, grad = found[id(layer)]
        return (grad.t() @ x).float()

    _set_a(upper.backbone, weight_gradient)


class Probe(nn.Module):
    """A line through last states: (N, width) to what it adds to the digits' logits, (N, 5).

    Args:
        mean, scale: (width,), of the states; scaled by both, a state is about one long, so that
            one step of the optimiser moves no logit far.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, mean: Tensor, scale: Tensor) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("scale", scale)
        self.line = nn.Linear(len(mean), len(SCORES))

    def forward(self, states: Tensor) -> Tensor:
        return self.line((states - self.mean) / self.scale)


def probe(upper: Upper, pieces: Sequence[Piece], _: Config) -> None:
    """First a head for the features as they are, then both learn.

    After "Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution" (Kumar
    et al., 2022): while the head is still random, its errors spoil features that were good. A ridge
    regression reads the score s in the last state from which the base would write the digit. Its
    strength is the one with the least leave-one-out error, and v is that error's mean square. To
    the logit of score k is added what a normal distribution with that mean and variance says,
    -(k - s)^2 / 2v, without the part that is the same for all k, and a constant for each k with
    which the scores get, on average, as much probability as they are frequent. This is linear in
    the state, and is trained like the adapter from there on. (Answers left out one by one have
    others to the same prompt among those that are left, so v is somewhat low.)
    """
    from sklearn.linear_model import RidgeCV

    upper.backbone.eval()
    with torch.no_grad():
        parts = [upper.states(piece, piece.batch.columns[piece.batch.is_score]) for piece in pieces]
    states = torch.cat(parts).float()
    labels = torch.cat([piece.batch.scores for piece in pieces]).double()
    spread = states.std(dim=0, correction=0).clamp_min(1e-6)
    upper.probe = Probe(states.mean(dim=0), spread * states.shape[1] ** 0.5)
    seen = ((states - upper.probe.mean) / upper.probe.scale).double().numpy()
    # Standardised states are sqrt(width) as long, so these are 1 to 10^6 for them.
    ridge = RidgeCV(alphas=[10 ** (half / 2) / states.shape[1] for half in range(13)])
    ridge.fit(seen, labels.numpy())
    variance = -float(ridge.best_score_)
    apart = torch.tensor(SCORES).double() - 3
    line, bias = torch.from_numpy(ridge.coef_), float(ridge.intercept_) - 3
    upper.probe.line.weight.data = (apart[:, None] * line / variance).float()
    constant = (apart * bias - apart.square() / 2) / variance
    slopes = torch.from_numpy(seen) @ (apart[:, None] * line / variance).t()
    frequent = torch.bincount(labels.long() - 1, minlength=len(SCORES)).clamp_min(1) / len(labels)
    for _round in range(100):
        constant += (frequent / (slopes + constant).softmax(1).mean(0)).log()
    upper.probe.line.bias.data = (constant - constant.mean()).float()


# --- the loss


def with_base(upper: Upper, pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with what the base makes of the responses in them.

    The adapter has to be as it starts: with B zero, it changes nothing yet.
    """
    encoder = upper.backbone.encoder
    upper.backbone.eval()
    found = []
    for piece in pieces:
        batch = piece.batch
        # What follows a response is ours: the end of its turn and the forced lead.
        stops = batch.columns[batch.is_score] + 1 - len(encoder.closing) - len(encoder.lead)
        places = zip(batch.branch, stops.tolist(), strict=True)
        columns = torch.cat([torch.arange(start, stop) for (_, start, _), stop in places])
        spoken = columns[:: max(1, -(-len(columns) // NUM_SPOKEN))]
        with torch.no_grad():
            found.append(replace(piece, spoken=spoken, base=upper.states(piece, spoken)))
    return found


def divergence(wanted: Tensor, found: Tensor) -> Tensor:
    """Mean Kullback-Leibler divergence in nats of two sets of logits (P, vocabulary)."""
    wanted, found = wanted.float().log_softmax(1), found.float().log_softmax(1)
    total = F.kl_div(found, wanted, log_target=True, reduction="sum")
    return total / max(1, len(wanted))


def loss_of(upper: Upper, piece: Piece, config: Config, lever: Lever) -> Tensor:
    """The project's loss over a piece, and what the lever adds."""
    batch, digits, weights = piece.batch, upper.backbone.digit_ids, config.loss
    columns = [batch.columns]
    if lever.keep:
        assert piece.spoken is not None
        columns.append(piece.spoken)
    states, *spoken = upper.states(piece, torch.cat(columns)).split(list(map(len, columns)))
    logits = upper.verdicts(batch, states)
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
    for said in spoken:
        assert piece.base is not None
        total = total + lever.keep * divergence(upper.words(piece.base), upper.words(said))
    return total


# --- training


def gradients(
    upper: Upper, piece: Piece, config: Config, lever: Lever, num: int, seed: int
) -> tuple[float, Sequence[Tensor]]:
    """A piece's part in the loss of a step with `num` answers, and its gradients."""
    from autograder.model.lora import dropout_source

    token = dropout_source.set(torch.Generator().manual_seed(seed))
    loss = loss_of(upper, piece, config, lever) * (piece.batch.num_examples / num)
    dropout_source.reset(token)
    return loss.item(), torch.autograd.grad(loss, list(upper.trainable().values()))


def train(
    upper: Upper, pieces: Sequence[Piece], config: Config, lever: Lever, seed: int, title: str
) -> tuple[list[float], list[Tensor]]:
    """Train; the adapter of `upper` changes.

    Args:
        upper: with the adapter as it starts.
        pieces: to learn from.
        config: with the lever's changes.
        lever: what else differs.
        seed: draws the order and dropout.
        title: stands before the progress.

    Returns:
        the loss of each step, and the moving average of the trained weights.
    """
    if lever.keep:
        pieces = with_base(upper, pieces)
    named = upper.trainable()
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
    with start_lanes(2) as lanes, tqdm(steps, desc=title, file=sys.stderr) as bar:
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
