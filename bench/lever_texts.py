"""Which answers a lever trains on and measures, what is changed in their texts, and in pieces."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import load_file, save
from tqdm import tqdm

from autograder.balance import place
from autograder.config import Config
from autograder.files import atomic_write
from autograder.judging.grader import MAX_RENDERINGS
from autograder.judging.renderings import RenderingEncoder, in_renderings, rubric_renderings
from autograder.model.batch import collate
from autograder.model.encode import Encoded, Encoder
from autograder.prompt import sections
from autograder.schema import Example, read_examples
from autograder.training.pack import outlines, pack
from autograder.training.selection import ThinReasoning
from autograder.training.solved import Solved, answer_all, drawn
from lever_training import Lever, Piece, Upper, figures, measured

LONGEST = 260
"""Tokens of an answer with its prompt and rubric."""
NUM_TRAINED, NUM_MEASURED = 1000, 500
PIECE = 5
"""Answers in one forward pass; a step has several, two of them side by side."""
DRAWN = 17
"""Seed of what is drawn of the texts, for every lever and every seed of a training."""


# --- what a lever changes in the texts


def layout_varied(examples: Sequence[Example]) -> list[Example]:
    """Each item's rubric in one of its layouts, of which one is the rubric as it is."""

    def drawn(example: Example) -> str:
        layouts = rubric_renderings(example.rubric, MAX_RENDERINGS)
        return layouts[int(len(layouts) * place("levers: layout", example.item))]

    return [replace(example, rubric=drawn(example)) for example in examples]


def references_in_half(examples: Sequence[Example]) -> list[Example]:
    """References left out in half of the items."""
    shown = [place("levers: reference", example.item) < 0.5 for example in examples]
    return [
        example if keep else replace(example, reference="")
        for example, keep in zip(examples, shown, strict=True)
    ]


def as_turns_of_a_chat(encoder: Encoder, row: Encoded) -> Encoded:
    """The response as the assistant's turn, and a question of the user after it."""
    tokenizer = encoder.tokenizer
    options = {"tokenize": False, "add_generation_prompt": True}

    def turn(role: str, text: str) -> dict[str, str]:
        return {"role": role, "content": text}

    turns = [turn("user", "@"), turn("assistant", "@"), turn("user", "How good is this answer?")]
    _, before, after = tokenizer.apply_chat_template(turns, **options).split("@")
    ids = [
        tuple(tokenizer(text, add_special_tokens=False)["input_ids"]) for text in (before, after)
    ]
    heading = tuple(
        tokenizer(sections("", "", "")[-1].heading, add_special_tokens=False)["input_ids"]
    )
    old_before, old_after = encoder.separator + heading, encoder.closing + encoder.lead
    assert row.prefix[-len(old_before) :] == old_before
    assert row.response[-len(old_after) :] == old_after
    prefix = row.prefix[: -len(old_before)] + ids[0]
    response = row.response[: -len(old_after)] + ids[1] + encoder.lead
    return replace(row, prefix=prefix, response=response)


# --- pieces


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
    packed = list(pack(outlines(rows), PIECE))
    batches = [[rows[at] for at in places] for places in packed]
    laid_out = [collate(batch, encoder.pad_id, num_rows=1) for batch in batches]
    if not cache.exists():
        bar = tqdm(laid_out, desc=f"frozen layers, {cache.stem}", file=sys.stderr)
        hidden = {str(at): upper.lower(batch) for at, batch in enumerate(bar)}
        atomic_write(cache, save(hidden))
    known = load_file(cache)
    numbers: dict[tuple[int, ...], int] = {}
    return [
        Piece(
            batch,
            known[str(at)],
            torch.tensor([numbers.setdefault(row.prefix, len(numbers)) for row in examples]),
            torch.tensor(places),
        )
        for at, (batch, examples, places) in enumerate(zip(laid_out, batches, packed, strict=True))
    ]


def encoder_of(upper: Upper, config: Config) -> Encoder:
    """That of the backbone; with `train.solve`, one that asks for the base's own answers."""
    encoder = upper.backbone.encoder
    return Encoder(encoder.tokenizer, encoder.max_length, solves=bool(config.train.solve))


def solved(upper: Upper, rows: Sequence[Encoded], share: float, folder: Path) -> Sequence[Encoded]:
    """The rows with the base's own answers to a share of their questions, if they have any.

    Args:
        upper: its adapter is off meanwhile.
        rows: encoded by that of `encoder_of`.
        share: of the questions.
        folder: keeps the answers.
    """
    questions = drawn(rows, share, DRAWN)
    answers = answer_all(upper.backbone, questions, folder / "own-answers.jsonl")
    return Solved(rows, upper.backbone.encoder, answers)


def read_pieces(
    upper: Upper, file: Path, lever: Lever, config: Config
) -> tuple[list[Piece], list[Piece], list[Example]]:
    """The pieces to train on, those to measure, and the measured answers.

    Args:
        upper: with the adapter as it starts.
        file: all answers; hidden states are kept beside it.
        lever: may change the texts. Which answers are taken does not depend on it.
        config: with the lever's changes; says whether there are own answers and how many
            reasonings. Of what is measured, all questions have an own answer, as in judging.
    """
    examples = read_examples(file)
    encoder = encoder_of(upper, config)
    encoded = encoder.encode_all(examples)
    parts = dict(zip(("trained", "measured"), deal(examples, encoded), strict=True))
    if not all(parts.values()):
        sys.exit(f"{file}: too few answers of at most {LONGEST} tokens to train and to measure")
    pieces = {}
    for which, places in parts.items():
        name = [which, str(upper.first)]
        rows = [encoded[at] for at in places]
        if lever.texts and which == "trained":
            name.append(lever.texts.__name__)
            before = [examples[at] for at in places]
            changed = lever.texts(before)
            num = sum(one != other for one, other in zip(before, changed, strict=True))
            print(f"{name[-1]}: {num} of {len(before)} answers changed", file=sys.stderr)
            rows = encoder.encode_all(changed)
        if config.train.solve:
            share = config.train.solve if which == "trained" else 1.0
            name.append(f"solve-{share:g}")
            rows = list(solved(upper, rows, share, file.parent))
        if lever.template:
            name.append(lever.template.__name__)
            rows = [lever.template(encoder, row) for row in rows]
        thin = ThinReasoning(rows, config.train.reasoning_share, DRAWN)
        cache = file.with_name(f"{'-'.join(name)}.safetensors")
        pieces[which] = pieces_of(upper, list(thin), cache)
    return pieces["trained"], pieces["measured"], [examples[at] for at in parts["measured"]]


def in_layouts(
    upper: Upper,
    pieces: Sequence[Piece],
    examples: Sequence[Example],
    nums: Sequence[int],
    config: Config,
    folder: Path,
) -> dict[int, dict[str, float]]:
    """Figures of the mean over so many layouts of the rubric, for each of `nums`.

    Args:
        upper: with the adapter to measure.
        pieces: made of `examples`.
        examples: the measured answers; one with fewer layouts is read in those that it has.
        nums: of layouts.
        config: says whether there are own answers.
        folder: keeps the hidden states.
    """
    encoder = RenderingEncoder(encoder_of(upper, config), max(nums))
    layouts = in_renderings([encoder.encode_request(example) for example in examples])
    sums, counts = torch.zeros(len(examples), 5), torch.zeros(len(examples), 1)
    order = torch.cat([piece.places for piece in pieces])
    found = {}
    for num in range(1, max(nums) + 1):
        if num <= len(layouts):
            read, at = pieces, order
            if num > 1:  # the first is the rubric as it is
                places, rows = layouts[num - 1]
                mark = "-solve-1" if config.train.solve else ""
                cache = folder / f"measured-{upper.first}{mark}-layout-{num}.safetensors"
                read = pieces_of(upper, solved(upper, rows, 1.0, folder), cache)
                at = torch.tensor(places)[torch.cat([piece.places for piece in read])]
            sums[at] += measured(upper, read)
            counts[at] += 1
        if num in nums:
            found[num] = figures((sums / counts)[order], pieces)
    return found
