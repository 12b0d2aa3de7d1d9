"""The program that travels with an export and grades without our package."""

from __future__ import annotations

from typing import Any

from autograder.export.versions import Versions

_HEAD = '''"""Grade JSON Lines from standard input, {usage}

A line is {{"prompt": ..., "response": ..., "rubric": ...}}, and if there is one "reference".
"""
'''

_TEXTS = """
def untrusted(text):  # cut in every name in `control`, it imitates no part of the template
    cuts = [0, *(found.start() + 1 for found in re.finditer(CONTROL, text)), len(text)]
    return [token for start, end in zip(cuts, cuts[1:]) for token in ids(text[start:end])]


def tokens_of(**fields):
    tokens = [*form["opening_ids"]]
    before = []
    for heading, name in form["sections"]:
        if fields.get(name) or name != "reference":
            tokens += before + ids(heading) + untrusted(fields[name])
            before = form["separator_ids"]
    tokens += form["closing_ids"] + form["lead_ids"]
    assert len(tokens) <= form["max_tokens"], f"{len(tokens)} tokens: shorten the response"
    return tokens
"""

_TAIL = """
    score = max(range(5), key=p.__getitem__) + 1
    return {"score": score, "expected_score": sum((n + 1) * p[n] for n in range(5)), "p": p}


for line in sys.stdin:
    print(json.dumps(grade(**json.loads(line))))
"""

_TRANSFORMERS = """
import json, re, sys
from importlib.metadata import version
from pathlib import Path


def number(text):
    return [int(part) for part in re.findall("[0-9]+", text)[:2]]


for name, first, end in [{packages}]:
    if not number(first) <= number(version(name)) < number(end):
        sys.exit(f"{name} {version(name)}: pip install '{name}>={first},<{end}'")

import torch
{imports}

FOLDER = Path(__file__).parent
judge = json.loads((FOLDER / "judge.json").read_text(encoding="utf-8"))
form = judge["prompt"]
CONTROL = "(?=" + "|".join(map(re.escape, form["control"])) + ")"
tokenizer = AutoTokenizer.from_pretrained(FOLDER)
{load}


def ids(text):
    return tokenizer(text, add_special_tokens=False)["input_ids"]


{texts}

@torch.no_grad()
def grade(**fields):
    logits = model(torch.tensor([tokens_of(**fields)])).logits[0, -1, judge["digit_ids"]]
    p = (logits.float() / judge["temperature"]).softmax(dim=0).tolist()
{tail}"""

_LLAMA_SERVER = """
import json, re, sys, urllib.request
from pathlib import Path

SERVER = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"
judge = json.loads((Path(__file__).parent / "judge.json").read_text(encoding="utf-8"))
form = judge["prompt"]
CONTROL = "(?=" + "|".join(map(re.escape, form["control"])) + ")"


def ask(path, **values):
    header = {"Content-Type": "application/json"}
    request = urllib.request.Request(SERVER + path, json.dumps(values).encode(), header)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def ids(text):
    return ask("/tokenize", content=text, add_special=False, parse_special=False)["tokens"]


{texts}

def grade(**fields):
    # Raised far above all other tokens, the digits' probabilities are the softmax over the five.
    raised = [[digit, 100] for digit in judge["digit_ids"]]
    asked = {"n_predict": 1, "n_probs": 5, "post_sampling_probs": True, "logit_bias": raised}
    asked |= {"samplers": ["temperature"], "temperature": judge["temperature"]}
    found = ask("/completion", prompt=tokens_of(**fields), **asked)["completion_probabilities"]
    top = {token["id"]: token["prob"] for token in found[0]["top_probs"]}
    p = [top.get(digit, 0.0) for digit in judge["digit_ids"]]
{tail}"""

_IMPORTS = "from transformers import AutoModelForCausalLM, AutoTokenizer"
_MERGED = 'model = AutoModelForCausalLM.from_pretrained(FOLDER, dtype="auto").eval()'


def merged_example(versions: Versions) -> str:
    """A program that grades with plain transformers.

    Args:
        versions: that it accepts.
    """
    usage = "with transformers: python grade.py < answers.jsonl"
    return _transformers(usage, _IMPORTS, _MERGED, versions)


def adapter_example(quantization: dict[str, Any], versions: Versions) -> str:
    """A program that grades with plain transformers and PEFT on a base that is named to it.

    Args:
        quantization: the group of the judge's parameters.
        versions: that it accepts.
    """
    imports = "from peft import PeftModel\n" + _IMPORTS
    dtype = {"bf16": "bfloat16", "fp16": "float16", "fp32": "float32"}.get(
        quantization["compute_dtype"], "bfloat16"
    )
    load = f'options = {{"dtype": torch.{dtype}}}\n'
    if quantization["bits"] != 16:
        imports = imports.replace("AutoTokenizer", "AutoTokenizer, BitsAndBytesConfig")
        settings = (
            "load_in_8bit=True"
            if quantization["bits"] == 8
            else f'load_in_4bit=True, bnb_4bit_quant_type="{quantization["type"]}",\n'
            f"    bnb_4bit_use_double_quant={bool(quantization['double'])}, "
            f"bnb_4bit_compute_dtype=torch.{dtype},"
        )
        load += f'options["quantization_config"] = BitsAndBytesConfig(\n    {settings}\n)\n'
    load += (
        "base = AutoModelForCausalLM.from_pretrained(sys.argv[1], **options)\n"
        "model = PeftModel.from_pretrained(base, FOLDER).eval()"
    )
    usage = "with transformers and peft: python grade.py BASE < answers.jsonl"
    return _transformers(usage, imports, load, versions)


def llama_server_example() -> str:
    """A program that grades by asking llama.cpp's server; it needs Python alone."""
    return _program("with llama-server running: python grade.py < answers.jsonl", _LLAMA_SERVER)


def _transformers(usage: str, imports: str, load: str, versions: Versions) -> str:
    packages = ", ".join(
        f'("{name}", "{first}", "{end}")' for name, (first, end) in versions.items()
    )
    return _program(usage, _TRANSFORMERS, imports=imports, load=load, packages=packages)


def _program(usage: str, body: str, **parts: str) -> str:
    parts |= {"texts": _TEXTS.strip("\n") + "\n", "tail": _TAIL.strip("\n") + "\n"}
    for name, text in parts.items():
        body = body.replace(f"{{{name}}}", text)
    return _HEAD.format(usage=usage) + body
