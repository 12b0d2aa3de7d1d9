"""Answers graded a second: the score alone, fast, with a reasoning, and read from generated text.

    python bench/scoring.py                         the judge in build/judge, test answers
    python bench/scoring.py --judge DIR --data FILE --json FILE

The peer does what judges usually do with the same weights on the same machine: transformers, PEFT
and bitsandbytes load base and adapter, their `generate` writes the verdict, reasoning included,
after the same first word that the judge is given, and the score is looked for in the text: once
until the model ends, once for a reasoning of a given length, as other judges write longer ones.
Each side grades the same answers in batches of the same size; the slow ones grade fewer of them.
Fast is the judge in 8 bits, where the processor has products of 8 bits.

The other peer is llama.cpp's server on the judge's GGUF export, if there is a server: one token is
read with its probabilities, as the export's own program does.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch

from autograder import config as configuration
from autograder.bases.fetch import pull
from autograder.export.trained import open_trained
from autograder.export.writing import Dtype, Plan, export
from autograder.judging.folder import read_judge
from autograder.judging.judge import Judge
from autograder.model.int8 import has_int8
from autograder.model.quiet import quiet
from autograder.prompt import LEAD
from autograder.schema import Example, Request, Verdict, read_examples
from autograder.terminal import printable
from llama_server import digit_probabilities, find_server, serving

_SCORE = re.compile(r"Score:\s*([1-5])\s*/\s*5")
LLAMA_DTYPES: tuple[Dtype, ...] = ("bf16", "q8_0")
"""Of the GGUF files: as exact as the judge, and in 8 bits."""


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Answers graded a second, each way.")
    parser.add_argument("--judge", type=Path, default=Path("build/judge"))
    # Its older name.
    parser.add_argument(
        "--model", dest="judge", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS
    )
    parser.add_argument("--data", type=Path, default=Path("build/splits/test.jsonl"))
    parser.add_argument("--scored", type=int, default=400, help="answers to score")
    parser.add_argument("--generated", type=int, default=40, help="answers to generate for")
    parser.add_argument("--batch-size", type=int, default=5)
    parser.add_argument("--max-new-tokens", type=int, default=96)
    parser.add_argument("--long", type=int, default=64, help="tokens of the peer's longer text")
    parser.add_argument("--rounds", type=int, default=4, help="turns of each side")
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


def spread(total: int, num: int, size: int) -> list[int]:
    """`num` of `total` places, in blocks of `size` at equal distances.

    So the few answers of the slow sides are about as long as the many of the quick ones.
    """
    blocks = num // size
    starts = (block * total // blocks // size * size for block in range(blocks))
    return [start + at for start in starts for at in range(size)]


class Written(NamedTuple):
    """What the peer wrote for one answer: the score found in it, if any, and its tokens."""

    score: int | None
    num_tokens: int


@torch.no_grad()
def read_from_text(
    peer: Any,
    judge: Judge,
    requests: Sequence[Request],
    max_new_tokens: int,
    min_new_tokens: int = 0,
) -> list[Written]:
    """The peer: generate the whole verdict, then look for the score in it."""
    encoder = judge.encoder
    found = []
    for start in range(0, len(requests), judge.batch_size):
        rows = []
        for request in requests[start : start + judge.batch_size]:
            encoded = encoder.encode_request(request)
            rows.append([*encoded.prefix, *encoded.response])
        longest = max(map(len, rows))
        ids = torch.tensor([[encoder.pad_id] * (longest - len(row)) + row for row in rows])
        mask = torch.tensor([[0] * (longest - len(row)) + [1] * len(row) for row in rows])
        out = peer.generate(
            input_ids=ids.to(judge.backbone.device),
            attention_mask=mask.to(judge.backbone.device),
            max_new_tokens=max_new_tokens,
            min_new_tokens=min_new_tokens,
            do_sample=False,
            temperature=None,
            top_p=None,
            top_k=None,
            repetition_penalty=None,
            eos_token_id=encoder.end_id,
            pad_token_id=encoder.pad_id,
        )
        new = out[:, longest:]
        texts = encoder.tokenizer.batch_decode(new, skip_special_tokens=True)
        lengths = (new != encoder.pad_id).sum(dim=1).tolist()
        for text, length in zip(texts, lengths, strict=True):
            match = _SCORE.search(LEAD + text)
            found.append(Written(int(match[1]) if match else None, length))
    return found


@contextlib.contextmanager
def llama_servers(judge: Path, context: int) -> Iterator[dict[str, str]]:
    """The addresses of llama.cpp's server on the judge's exports, by dtype; none without it.

    One slot each: what the requests share is then kept in its cache and read once.

    Args:
        judge: its folder.
        context: tokens of the longest prompt.
    """
    with contextlib.ExitStack() as stack:
        addresses = {}
        if program := find_server():
            place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            for dtype in LLAMA_DTYPES:
                out = place / dtype
                export(open_trained(judge), out, Plan("gguf", dtype), None, lambda *_: None)
                (model,) = out.glob("*.gguf")
                options = ("--parallel", "1", "--ctx-size", str(context))
                addresses[dtype] = stack.enter_context(serving(program, model, *options))
        else:
            print("no llama-server, so llama.cpp is left out: make test-llama builds one")
        yield addresses


class Scored(NamedTuple):
    """A score, and the mean of the distribution that it comes from."""

    score: int
    expected_score: float


def ask_llama(address: str, judge: Judge, requests: Sequence[Request]) -> list[Scored]:
    """The peer in llama.cpp: a batch's requests are sent at once."""

    def grade(request: Request) -> Scored:
        encoded = judge.encoder.encode_request(request)
        ids = [*encoded.prefix, *encoded.response]
        row = digit_probabilities(address, ids, judge.encoder.digit_ids, judge.temperature)
        mean = sum(number * share for number, share in enumerate(row, start=1))
        return Scored(max(range(5), key=row.__getitem__) + 1, mean)

    with ThreadPoolExecutor(judge.batch_size) as pool:
        return list(pool.map(grade, requests))


def score(judge: Judge, requests: Sequence[Request], **options: Any) -> list[Verdict]:
    """Grade with a judge that knows no prefix yet."""
    fresh = Judge(judge.backbone, judge.temperature, judge.batch_size)
    return list(fresh.evaluate_many(requests, **options))


@dataclass
class Side:
    """One way to grade, and what it has done so far."""

    grade: Callable[[Sequence[Request]], list[Any]]
    requests: Sequence[Request]
    results: list[Any] = field(default_factory=list)
    seconds: float = 0.0

    def go(self, part: int, parts: int) -> None:
        """Grade a part of the requests."""
        start, end = (len(self.requests) * at // parts for at in (part, part + 1))
        started = time.perf_counter()
        self.results += self.grade(self.requests[start:end])
        self.seconds += time.perf_counter() - started

    def report(self) -> dict[str, Any]:
        return {"answers": len(self.results), "per_s": len(self.results) / self.seconds}


def measure(
    judge: Judge,
    fast: Judge | None,
    peer: Any,
    servers: Mapping[str, str],
    examples: Sequence[Example],
    args: argparse.Namespace,
) -> dict[str, Any]:
    """Answers a second of each side, and how often their scores agree.

    The sides take turns, a part of their answers each time, so that a machine that slows down
    slows all of them.
    """
    many = [example.request for example in examples]
    places = spread(len(many), args.generated, judge.batch_size)
    few = [many[at] for at in places]
    reason = {"reasoning": True, "max_reasoning_tokens": args.max_new_tokens}
    read = partial(read_from_text, peer, judge)
    sides = {
        "scored": Side(partial(score, judge), many),
        "reasoned": Side(partial(score, judge, **reason), few),
        "read_from_text": Side(partial(read, max_new_tokens=args.max_new_tokens), few),
        "read_from_long_text": Side(
            partial(read, max_new_tokens=args.long, min_new_tokens=args.long), few
        ),
    }
    if fast is not None:
        sides["fast"] = Side(partial(score, fast), many)
    for dtype, address in servers.items():
        sides[f"llama_{dtype}"] = Side(partial(ask_llama, address, judge), many)
    for side in sides.values():
        side.grade(many[: judge.batch_size])  # the first pass allocates
    for part in range(args.rounds):
        for side in sides.values():
            side.go(part, args.rounds)
    found: dict[str, Any] = {
        "model": judge.model,
        "threads": torch.get_num_threads(),
        "batch_size": judge.batch_size,
    }
    found |= {name: side.report() for name, side in sides.items()}
    verdicts = sides["scored"].results
    for name in ("read_from_text", "read_from_long_text"):
        written = sides[name].results
        found[name] |= {
            "tokens_per_answer": statistics.mean(one.num_tokens for one in written),
            "unreadable": sum(one.score is None for one in written),
            "same_score": sum(
                one.score == verdicts[at].score for one, at in zip(written, places, strict=True)
            ),
        }
    for name in sides.keys() - {"scored", "reasoned", "read_from_text", "read_from_long_text"}:
        pairs = list(zip(sides[name].results, verdicts, strict=True))
        found[name] |= {
            "same_score": sum(one.score == other.score for one, other in pairs),
            "shift": statistics.mean(
                abs(one.expected_score - other.expected_score) for one, other in pairs
            ),
        }
    return found


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    for name in ("scored", "generated", "batch_size", "rounds", "long"):
        if getattr(args, name) < 1:
            raise SystemExit(f"--{name.replace('_', '-')}: must be 1 or more")
    turn = args.batch_size * args.rounds  # so that every turn is of whole batches
    if args.generated % turn or args.generated > args.scored:
        raise SystemExit(
            f"--generated: {args.generated} must be a multiple of --batch-size x --rounds, {turn}, "
            f"and at most --scored {args.scored}"
        )
    examples = draw(args.data, args.scored, args.seed)
    judge = Judge.load(args.judge, batch_size=args.batch_size, solve=False)
    fast = None
    if has_int8(judge.backbone.device):
        fast = Judge.load(args.judge, batch_size=args.batch_size, fast=True, solve=False)
    peer = load_peer(args.judge, like=judge)
    with llama_servers(args.judge, judge.encoder.max_length) as servers:
        found = measure(judge, fast, peer, servers, examples, args)
    text = found["read_from_text"]
    print(f"{printable(found['model'])}, {found['threads']} threads, batches of {judge.batch_size}")
    print(f"{'':30}answers/s  times text   long text")
    for key, name in (
        ("fast", "score alone, fast"),
        ("scored", "score alone"),
        ("reasoned", "score, then reasoning"),
        *((f"llama_{dtype}", f"llama.cpp's server, {dtype}") for dtype in LLAMA_DTYPES),
        ("read_from_text", "text, score read from it"),
        ("read_from_long_text", "long text, score read from it"),
    ):
        if key in found:
            per_s = found[key]["per_s"]
            ratios = (per_s / found[f"read_from_{kind}"]["per_s"] for kind in ("text", "long_text"))
            print(f"{name:30}{per_s:9.3f}" + "".join(f"  {ratio:10.1f}" for ratio in ratios))
    for name in ("fast", *(f"llama_{dtype}" for dtype in LLAMA_DTYPES)):
        if other := found.get(name):
            print(
                f"{name}: {other['same_score']} of {other['answers']} with the same score, "
                f"expected scores {other['shift']:.3f} apart on average"
            )
    print(
        f"text: {text['tokens_per_answer']:.0f} tokens an answer, long text: "
        f"{found['read_from_long_text']['tokens_per_answer']:.0f}"
    )
    print(
        f"text: {text['unreadable']} of {text['answers']} without a score, "
        f"{text['same_score']} with the same one"
    )
    if args.json:
        args.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
