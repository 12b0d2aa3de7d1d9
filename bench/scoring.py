"""Answers graded a second: the score alone, with a reasoning, and read from generated text.

    python bench/scoring.py                         the judge in build/judge, test answers
    python bench/scoring.py --model DIR --data FILE --json FILE

The peer does what judges usually do with the same weights on the same machine: transformers, PEFT
and bitsandbytes load base and adapter, their `generate` writes the verdict, reasoning included,
after the same first word that the judge is given, and the score is looked for in the text. Each
side grades the same answers in batches of the same size; the slow ones grade fewer of them.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch

from autograder import config as configuration
from autograder.judge import Judge, Request
from autograder.model.encode import texts_of
from autograder.model.fetch import pull
from autograder.model.quiet import quiet
from autograder.prompt import LEAD
from autograder.published import read_judge
from autograder.schema import Example, read_examples
from autograder.terminal import printable

_SCORE = re.compile(r"Score:\s*([1-5])\s*/\s*5")


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Answers graded a second, three ways.")
    parser.add_argument("--model", type=Path, default=Path("build/judge"))
    parser.add_argument("--data", type=Path, default=Path("build/splits/test.jsonl"))
    parser.add_argument("--scored", type=int, default=200, help="answers to score")
    parser.add_argument("--generated", type=int, default=20, help="answers to generate for")
    parser.add_argument("--batch-size", type=int, default=5)
    parser.add_argument("--max-new-tokens", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=3, help="of scoring; the median counts")
    parser.add_argument("--seed", type=int, default=17, help="draws the answers")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    return parser.parse_args(argv)


def draw(path: Path, num: int, seed: int) -> list[Example]:
    """Answers of a seeded choice of items, an item's answers side by side."""
    items: dict[str, list[Example]] = {}
    for example in read_examples(path):
        items.setdefault(example.item, []).append(example)
    names = sorted(items)
    random.Random(seed).shuffle(names)
    drawn = [example for name in names for example in items[name]]
    if len(drawn) < num:
        raise SystemExit(f"{path}: holds {len(drawn)} answers, {num} are asked for")
    return drawn[:num]


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def load_peer(folder: Path, like: Judge) -> Any:
    """The judge's base and adapter as their own libraries load them."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    params = read_judge(folder)["params"]
    settings = configuration.parse_groups(params, ("model", "quantization"), str(folder))
    dtype = like.backbone.causal.dtype
    quantization = BitsAndBytesConfig(
        load_in_4bit=settings.quantization.bits == 4,
        load_in_8bit=settings.quantization.bits == 8,
        bnb_4bit_quant_type=settings.quantization.type,
        bnb_4bit_use_double_quant=settings.quantization.double,
        bnb_4bit_compute_dtype=dtype,
    )
    with quiet():
        base = AutoModelForCausalLM.from_pretrained(
            pull(settings.model.name),
            dtype=dtype,
            device_map={"": like.backbone.device},
            quantization_config=quantization if settings.quantization.bits < 16 else None,
        )
        return PeftModel.from_pretrained(base, str(folder)).eval()


@torch.no_grad()
def read_from_text(
    peer: Any, judge: Judge, requests: Sequence[Request], max_new_tokens: int
) -> list[int | None]:
    """The peer: generate the whole verdict, then look for the score in it."""
    encoder = judge.encoder
    found: list[int | None] = []
    for start in range(0, len(requests), judge.batch_size):
        rows = []
        for request in requests[start : start + judge.batch_size]:
            encoded = encoder.encode(*request)
            rows.append([*encoded.prefix, *encoded.response])
        longest = max(map(len, rows))
        ids = torch.tensor([[encoder.pad_id] * (longest - len(row)) + row for row in rows])
        mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows])
        out = peer.generate(
            input_ids=ids.to(judge.backbone.device),
            attention_mask=mask.to(judge.backbone.device),
            max_new_tokens=max_new_tokens,
            do_sample=False,
            temperature=None,
            top_p=None,
            top_k=None,
            repetition_penalty=None,
            eos_token_id=encoder.end_id,
            pad_token_id=encoder.pad_id,
        )
        for text in encoder.tokenizer.batch_decode(out[:, longest:], skip_special_tokens=True):
            match = _SCORE.search(LEAD + text)
            found.append(int(match[1]) if match else None)
    return found


def measure(
    judge: Judge, peer: Any, examples: Sequence[Example], args: argparse.Namespace
) -> dict[str, Any]:
    """Answers a second of each side, and how often their scores agree."""
    requests = [Request(*texts_of(example)) for example in examples]
    few = requests[: args.generated]
    list(judge.evaluate_many(requests[:5]))  # the first pass allocates
    times = []
    for _ in range(args.rounds):
        fresh = Judge(judge.backbone, judge.temperature, judge.batch_size)  # knows no prefix yet
        taken, verdicts = seconds(partial(list, fresh.evaluate_many(requests)))
        times.append(taken)
    scored = len(requests) / statistics.median(times)
    reasoned_s, reasoned = seconds(
        lambda: list(
            judge.evaluate_many(few, reasoning=True, max_reasoning_tokens=args.max_new_tokens)
        )
    )
    read_s, read = seconds(lambda: read_from_text(peer, judge, few, args.max_new_tokens))
    same = sum(one == verdict.score for one, verdict in zip(read, verdicts, strict=False))
    return {
        "model": judge.model,
        "threads": torch.get_num_threads(),
        "batch_size": judge.batch_size,
        "scored": {"answers": len(requests), "per_s": scored},
        "reasoned": {"answers": len(few), "per_s": len(few) / reasoned_s},
        "read_from_text": {
            "answers": len(few),
            "per_s": len(few) / read_s,
            "unreadable": sum(one is None for one in read),
            "same_score": same,
        },
        "ratio_to_text": scored / (len(few) / read_s),
        "ratio_to_reasoned": scored / (len(few) / reasoned_s),
        "ratio_reasoned_to_text": read_s / reasoned_s,
        "same_score_with_reasoning": sum(
            one.score == other.score for one, other in zip(reasoned, verdicts, strict=False)
        ),
    }


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    examples = draw(args.data, max(args.scored, args.generated), args.seed)
    judge = Judge.load(args.model, batch_size=args.batch_size)
    found = measure(judge, load_peer(args.model, like=judge), examples, args)
    text = found["read_from_text"]
    print(f"{printable(found['model'])}, {found['threads']} threads, batches of {judge.batch_size}")
    print(f"score alone                 {found['scored']['per_s']:8.3f} answers/s")
    print(f"score, then reasoning       {found['reasoned']['per_s']:8.3f} answers/s")
    print(f"text, score read from it    {text['per_s']:8.3f} answers/s")
    print(
        f"score alone is {found['ratio_to_text']:.1f} times as fast as reading it from text, "
        f"{found['ratio_to_reasoned']:.1f} times as fast as with a reasoning"
    )
    print(f"score, then reasoning: {found['ratio_reasoned_to_text']:.1f} times as fast as text")
    print(
        f"text: {text['unreadable']} of {text['answers']} without a score, "
        f"{text['same_score']} with the same one"
    )
    if args.json:
        args.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
