"""Which answers a lever trains on and measures, what is changed in their texts, and in pieces."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import load_file, save
from tqdm import tqdm

from autograder.balance import place
from autograder.files import atomic_write
from autograder.judging.grader import MAX_RENDERINGS
from autograder.judging.renderings import RenderingEncoder, in_renderings, rubric_renderings
from autograder.model.batch import collate
from autograder.model.encode import Encoded, Encoder
from autograder.model.generation import greedy, split_cache
from autograder.prompt import sections
from autograder.schema import Example, read_examples
from autograder.training.data import ThinReasoning, outlines, pack
from lever_training import Lever, Piece, Upper, figures, measured

LONGEST = 260
"""Tokens of an answer with its prompt and rubric."""
NUM_TRAINED, NUM_MEASURED = 1000, 500
PIECE = 5
"""Answers in one forward pass; a step has several, two of them side by side."""
ANSWER_TOKENS, ANSWERED_TOGETHER = 40, 16


# --- what a lever changes in the texts


def layout_varied(_: Upper, examples: Sequence[Example], __: Path) -> list[Example]:
    """Each item's rubric in one of its layouts, of which one is the rubric as it is."""

    def drawn(example: Example) -> str:
        layouts = rubric_renderings(example.rubric, MAX_RENDERINGS)
        return layouts[int(len(layouts) * place("levers: layout", example.item))]

    return [replace(example, rubric=drawn(example)) for example in examples]


def references_in_half(_: Upper, examples: Sequence[Example], __: Path) -> list[Example]:
    """References left out in half of the items."""
    shown = [place("levers: reference", example.item) < 0.5 for example in examples]
    return [
        example if keep else replace(example, reference="")
        for example, keep in zip(examples, shown, strict=True)
    ]


def answered(upper: Upper, examples: Sequence[Example], folder: Path) -> list[Example]:
    """Below each prompt what the base itself answers."""
    prompts = [example.prompt for example in examples]
    answers = own_answers(upper, prompts, folder / "own-answers.json")
    texts = [f"{text}\n\nAn answer that may be wrong: {answers[text]}" for text in prompts]
    return [replace(example, prompt=text) for example, text in zip(examples, texts, strict=True)]


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


def own_answers(upper: Upper, prompts: Sequence[str], file: Path) -> dict[str, str]:
    """What the base answers to each prompt: its most probable tokens, at most `ANSWER_TOKENS`.

    Args:
        upper: with the adapter as it starts.
        prompts: each is asked once.
        file: keeps the answers, batch by batch.
    """
    from transformers import DynamicCache

    backbone = upper.backbone.eval()
    encoder, tokenizer = backbone.encoder, backbone.encoder.tokenizer
    known: dict[str, str] = json.loads(file.read_bytes()) if file.exists() else {}
    # A control token in a prompt stays one here: it can only spoil the answer to this prompt.
    turns = {
        prompt: tokenizer.apply_chat_template(
            [{"role": "user", "content": f"{prompt}\n\nAnswer in one sentence."}],
            tokenize=False,
            add_generation_prompt=True,
        )
        for prompt in sorted(set(prompts) - set(known), key=len)
    }
    ids = {
        prompt: tuple(tokenizer(text, add_special_tokens=False)["input_ids"])
        for prompt, text in turns.items()
    }
    left = list(ids)
    bar = tqdm(range(0, len(left), ANSWERED_TOGETHER), desc="own answers", file=sys.stderr)
    for start in bar:
        asked = left[start : start + ANSWERED_TOGETHER]
        # The last token is the first that `greedy` reads.
        rows = [
            Encoded(ids[text][:1], ids[text][1:-1], (), 0, (), opening_end=1, rubric_end=1)
            for text in asked
        ]
        batch = collate(rows, encoder.pad_id, share_prefix=False)
        cache = DynamicCache()
        with torch.no_grad():
            backbone.digit_logits(batch, cache)
        cache, lengths = split_cache(cache, batch)
        last = [ids[text][-1] for text in asked]
        said: list[list[int]] = [[] for _ in asked]
        for tokens in greedy(backbone, cache, lengths, last, ANSWER_TOKENS):
            for told, token in zip(said, tokens, strict=True):
                told.extend([] if token is None else [token])
        answers = tokenizer.batch_decode(said, skip_special_tokens=True)
        known |= {prompt: text.strip() for prompt, text in zip(asked, answers, strict=True)}
        atomic_write(file, json.dumps(known))
    return known


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


def read_pieces(
    upper: Upper, file: Path, lever: Lever, reasoning_share: float
) -> tuple[list[Piece], list[Piece], list[Example]]:
    """The pieces to train on, those to measure, and the measured answers.

    Args:
        upper: with the adapter as it starts.
        file: all answers; hidden states are kept beside it.
        lever: may change the texts. Which answers are taken does not depend on it.
        reasoning_share: of the answers, so many teach their reasoning too.
    """
    examples = read_examples(file)
    encoder = upper.backbone.encoder
    encoded = encoder.encode_all(examples)
    parts = dict(zip(("trained", "measured"), deal(examples, encoded), strict=True))
    if not all(parts.values()):
        sys.exit(f"{file}: too few answers of at most {LONGEST} tokens to train and to measure")
    pieces = {}
    if lever.template:
        encoded = [lever.template(encoder, row) for row in encoded]
    for which, places in parts.items():
        name = which
        if lever.template:
            name += f"-{lever.template.__name__}"
        if lever.texts and (which == "trained" or lever.texts_measured):
            name += f"-{lever.texts.__name__}"
            before = [examples[at] for at in places]
            changed = lever.texts(upper, before, file.parent)
            num = sum(one != other for one, other in zip(before, changed, strict=True))
            print(f"{name}: {num} of {len(before)} answers changed", file=sys.stderr)
            for at, example in zip(places, changed, strict=True):
                examples[at], encoded[at] = example, encoder.encode_example(example)
        thin = ThinReasoning(encoded, reasoning_share, 17)
        cache = file.with_name(f"{name}-{upper.first}.safetensors")
        pieces[which] = pieces_of(upper, [thin[at] for at in places], cache)
    return pieces["trained"], pieces["measured"], [examples[at] for at in parts["measured"]]


def in_layouts(
    upper: Upper,
    pieces: Sequence[Piece],
    examples: Sequence[Example],
    nums: Sequence[int],
    folder: Path,
) -> dict[int, dict[str, float]]:
    """Figures of the mean over so many layouts of the rubric, for each of `nums`.

    Args:
        upper: with the adapter to measure.
        pieces: made of `examples`.
        examples: the measured answers; one with fewer layouts is read in those that it has.
        nums: of layouts.
        folder: keeps the hidden states.
    """
    encoder = RenderingEncoder(upper.backbone.encoder, max(nums))
    layouts = in_renderings([encoder.encode_request(example) for example in examples])
    sums, counts = torch.zeros(len(examples), 5), torch.zeros(len(examples), 1)
    order = torch.cat([piece.places for piece in pieces])
    found = {}
    for num in range(1, max(nums) + 1):
        if num <= len(layouts):
            read, at = pieces, order
            if num > 1:  # the first is the rubric as it is
                places, rows = layouts[num - 1]
                cache = folder / f"measured-layout-{num}-{upper.first}.safetensors"
                read = pieces_of(upper, rows, cache)
                at = torch.tensor(places)[torch.cat([piece.places for piece in read])]
            sums[at] += measured(upper, read)
            counts[at] += 1
        if num in nums:
            found[num] = figures((sums / counts)[order], pieces)
    return found
