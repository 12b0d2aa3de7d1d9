"""A GGUF export read back by transformers, and asked as llama.cpp's server is."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import gguf
import numpy as np
import pytest
import torch
from click.testing import CliRunner
from jinja2 import Environment
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

from autograder.cli.export import export
from autograder.errors import ModelError
from autograder.export import gguf_vocab
from autograder.export.gguf_model import check_architecture
from autograder.export.gguf_tensors import interleave, rope_factors
from autograder.export.gguf_vocab import read_vocabulary
from autograder.export.rendering import one_message
from export.conftest import ANSWERS, judged
from export.programs import run_example
from helpers.tiny_judge import publish_tiny_judge


def write(out, folder, *options):
    arguments = [out, "--format", "gguf", "--judge", folder, *options]
    result = CliRunner().invoke(export, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    (path,) = out.glob("*.gguf")
    return path


def read(path):
    model = AutoModelForCausalLM.from_pretrained(
        path.parent, gguf_file=path.name, dtype=torch.float32
    )
    return model.eval(), AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)


@pytest.fixture(scope="module")
def exported(judge_folder, tmp_path_factory):
    return write(tmp_path_factory.mktemp("gguf") / "out", judge_folder, "--dtype", "fp32")


@pytest.fixture(scope="module")
def llama_folder(tiny_base, tmp_path_factory):
    """A judge on a Llama, whose rotary embedding GGUF stores in another order."""
    base = tmp_path_factory.mktemp("tiny-llama")
    tokenizer = AutoTokenizer.from_pretrained(tiny_base)
    tokenizer.save_pretrained(base)
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        tie_word_embeddings=False,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
    )
    LlamaForCausalLM(config).save_pretrained(base)
    return publish_tiny_judge(base, tmp_path_factory.mktemp("llama-judge"))


def probabilities(path):
    """Plain transformers on the GGUF file, with the token ids that its own tokenizer gives."""
    model, tokenizer = read(path)
    judge = json.loads((path.parent / "judge.json").read_text(encoding="utf-8"))
    form, rows = judge["prompt"], []
    for answer in ANSWERS:
        tokens = [*form["opening_ids"]]
        for number, (heading, name) in enumerate(form["sections"]):
            if answer.get(name):
                tokens += form["separator_ids"] if number else []
                tokens += tokenizer(heading, add_special_tokens=False)["input_ids"]
                tokens += tokenizer.convert_tokens_to_ids(
                    [  # byte by byte: this tokenizer has no merges, so nothing else is possible
                        letter
                        for piece, _ in tokenizer.backend_tokenizer.pre_tokenizer.pre_tokenize_str(
                            answer[name]
                        )
                        for letter in piece
                    ]
                )
        tokens += form["closing_ids"] + form["lead_ids"]
        with torch.no_grad():
            logits = model(torch.tensor([tokens])).logits[0, -1, judge["digit_ids"]]
        rows.append((logits / judge["temperature"]).softmax(dim=0).tolist())
    return np.array(rows)


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [("fp32", 1e-5), ("fp16", 0.004), ("bf16", 0.03), ("q8_0", 0.06)]
)
def test_it_grades_like_the_judge(judge_folder, tmp_path, dtype, tolerance):
    path = write(tmp_path / "out", judge_folder, "--dtype", dtype)
    assert path.name == f"judge-{dtype}.gguf"
    distance = np.abs(probabilities(path) - judged(judge_folder)).max()
    assert distance < tolerance
    kinds = {tensor.tensor_type.name for tensor in gguf.GGUFReader(path).tensors}
    wanted = {"fp32": "F32", "fp16": "F16", "bf16": "BF16", "q8_0": "Q8_0"}[dtype]
    assert kinds == {"F32", wanted}


def test_a_llama_is_stored_in_the_order_that_is_read_back(llama_folder, tmp_path):
    path = write(tmp_path / "out", llama_folder, "--dtype", "fp32")
    model, _ = read(path)
    assert type(model).__name__ == "LlamaForCausalLM"
    np.testing.assert_allclose(probabilities(path), judged(llama_folder), atol=1e-5)


def test_a_quantised_judge_keeps_its_scores(quantised_folder, tmp_path):
    path = write(tmp_path / "out", quantised_folder, "--dtype", "fp32")
    np.testing.assert_allclose(probabilities(path), judged(quantised_folder), atol=1e-4)


def test_all_weights_and_tokens_are_there(exported, tiny_base):
    model, tokenizer = read(exported)
    base = AutoModelForCausalLM.from_pretrained(tiny_base).state_dict()
    assert model.state_dict().keys() == base.keys()
    assert model.config.tie_word_embeddings
    original = AutoTokenizer.from_pretrained(tiny_base)
    assert tokenizer.get_vocab() == original.get_vocab()
    for text in ("naïve 日本 1 2 <|im_start|>x<|im_end|> <tool_call>", "\n\t  end."):
        assert tokenizer(text)["input_ids"] == original(text)["input_ids"]
    assert (tokenizer.eos_token, tokenizer.pad_token) == ("<|im_end|>", "<|endoftext|>")


def test_its_metadata_is_the_judges(exported):
    fields = gguf.GGUFReader(exported).fields
    judge = json.loads((exported.parent / "judge.json").read_text(encoding="utf-8"))
    assert fields["general.architecture"].contents() == "qwen2"
    assert fields["tokenizer.ggml.pre"].contents() == "qwen2"
    assert fields["autograder.temperature"].contents() == pytest.approx(1.7)
    assert fields["autograder.digit_ids"].contents() == judge["digit_ids"]
    assert fields["autograder.system_prompt"].contents().startswith("You are an AI Judge")
    assert fields["autograder.judge_sha256"].contents() == judge["export"]["judge_sha256"]
    assert "tokenizer.ggml.merges" in fields  # empty, but llama.cpp asks for it
    assert fields["tokenizer.ggml.add_bos_token"].contents() is False


def test_the_chat_template_asks_as_the_judge_was_trained(exported):
    _, tokenizer = read(exported)
    form = json.loads((exported.parent / "judge.json").read_text(encoding="utf-8"))["prompt"]
    messages = [{"role": "system", "content": "ignored"}, {"role": "user", "content": "{{ U }}\n'"}]
    text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    assert text == form["opening"] + "{{ U }}\n'" + form["closing"] + form["lead"]
    plain = Environment().from_string(tokenizer.chat_template)
    assert plain.render(messages=messages, add_generation_prompt=True) == text


def test_one_message_of_the_cards_form_is_the_judges_own_prompt(exported, judge_folder):
    from autograder.judging.judge import Judge

    _, tokenizer = read(exported)
    form = json.loads((exported.parent / "judge.json").read_text(encoding="utf-8"))["prompt"]
    message = one_message(form, prompt="P", response="A", rubric="R", reference="K")
    turns = [{"role": "user", "content": message}]
    text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    encoded = Judge.load(judge_folder).encoder.encode("P", "A", "R", "K")
    assert tokenizer(text)["input_ids"] == [*encoded.prefix, *encoded.response]
    card = (exported.parent / "README.md").read_text(encoding="utf-8")
    assert "(the rubric)<|im_end|>\n<|im_start|>user\n### Prompt\n" in card


def test_the_modelfile_forces_the_answers_beginning(exported):
    text = (exported.parent / "Modelfile").read_text(encoding="utf-8")
    form = json.loads((exported.parent / "judge.json").read_text(encoding="utf-8"))["prompt"]
    assert text.startswith(f"FROM ./{exported.name}\n")
    frame = form["opening"] + "{{ .Prompt }}" + form["closing"] + "Score: "
    assert f'TEMPLATE """{frame}"""\n' in text
    assert "PARAMETER temperature 0\n" in text
    assert 'PARAMETER stop "<|im_end|>"\n' in text


# docs/modelfile.md of Ollama: parameters and how their values are read.
OLLAMA: dict[str, Callable[[str], object]] = {
    "num_ctx": int,
    "num_predict": int,
    "temperature": float,
    "repeat_penalty": float,
    "stop": json.loads,
}


def test_the_modelfile_keeps_ollamas_rules(exported):
    """Instructions, each with arguments; a text of several lines between three quotes."""
    text = (exported.parent / "Modelfile").read_text(encoding="utf-8")
    start, template, rest = text.split('"""')
    assert start.split() == ["FROM", f"./{exported.name}", "TEMPLATE"]
    assert (exported.parent / start.split()[1]).is_file()
    assert re.findall(r"\{\{.*?\}\}", template) == ["{{ .Prompt }}"]
    lines = [line.split(" ", 2) for line in rest.strip().splitlines()]
    assert {instruction for instruction, *_ in lines} == {"PARAMETER"}
    values = {name: OLLAMA[name](value) for _, name, value in lines}
    assert values.keys() == OLLAMA.keys()
    # Its default divides the logits of digits that the response ends with.
    assert values["repeat_penalty"] == 1
    judge = json.loads((exported.parent / "judge.json").read_text(encoding="utf-8"))
    assert values["num_ctx"] == judge["params"]["model"]["max_length"]


def test_the_program_asks_a_llama_server(judge_folder, exported):
    with served(exported) as (address, asked):
        found = run_example(exported.parent, address)
    np.testing.assert_allclose([row["p"] for row in found], judged(judge_folder), atol=1e-4)
    assert {path for path, _ in asked} == {"/tokenize", "/completion"}
    ids = [body["prompt"] for path, body in asked if path == "/completion"]
    control = {256, 257, 258, 259}
    judge = json.loads((exported.parent / "judge.json").read_text(encoding="utf-8"))
    form = judge["prompt"]
    for row, answer in zip(ids, ANSWERS, strict=True):  # no control token but the frame's own
        between = form["separator_ids"] * (len(answer) - 1)
        frame = form["opening_ids"] + between + form["closing_ids"]
        assert sum(token in control for token in row) == sum(token in control for token in frame)


class served:  # noqa: N801 - used as a function
    """The two requests of llama.cpp's server that the program makes, on the exported file."""

    def __init__(self, path):
        model, tokenizer = read(path)
        asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                asked.append((self.path, body))
                if self.path == "/tokenize":
                    assert (body["add_special"], body["parse_special"]) == (False, False)
                    found = {"tokens": tokenizer(body["content"])["input_ids"]}
                else:
                    with torch.no_grad():
                        logits = model(torch.tensor([body["prompt"]])).logits[0, -1]
                    assert (body["samplers"], body["n_predict"]) == (["temperature"], 1)
                    assert body["post_sampling_probs"]
                    for token, bias in body["logit_bias"]:
                        logits[token] += bias
                    drawn = (logits / body["temperature"]).softmax(dim=0).topk(body["n_probs"])
                    pairs = zip(drawn.indices.tolist(), drawn.values.tolist(), strict=True)
                    rows = [{"id": token, "prob": value} for token, value in pairs]
                    found = {"completion_probabilities": [{"top_probs": rows}]}
                text = json.dumps(found).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.asked = asked
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return f"http://127.0.0.1:{self.server.server_address[1]}", self.asked

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


# --- tokenizers and shapes


def trained(core, *, vocab_size=400, **options):
    text = [f"Score: {n % 5 + 1}/5 the answer is right, naïve and 日本 good" for n in range(50)]
    special = ["<unk>", "<s>", "</s>"]
    core.train_from_iterator(
        text, trainers.BpeTrainer(vocab_size=vocab_size, special_tokens=special, **options)
    )
    return core


@pytest.fixture(scope="module")
def sentencepiece():
    """A SentencePiece-like tokenizer: a marked space, and bytes for what it does not know."""
    core = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    core.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    core.decoder = decoders.Sequence(
        [
            decoders.Replace("▁", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1),
        ]
    )
    tokens = [f"<0x{byte:02X}>" for byte in range(256)]
    trained(core, initial_alphabet=[], show_progress=False, vocab_size=200)
    form = json.loads(core.to_str())
    vocab = {"<unk>": 0, "<s>": 1, "</s>": 2} | {token: 3 + n for n, token in enumerate(tokens)}
    for token in sorted(form["model"]["vocab"], key=form["model"]["vocab"].get):
        vocab.setdefault(token, len(vocab))
    form["model"]["vocab"] = vocab
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(form)),
        unk_token="<unk>",
        bos_token="<s>",
        eos_token="</s>",
    )


def test_a_sentencepiece_vocabulary_is_read_back_as_it_was(sentencepiece, tmp_path):
    vocabulary = read_vocabulary(sentencepiece, len(sentencepiece) + 2)
    assert vocabulary.model == "llama"
    assert vocabulary.space_prefix
    assert vocabulary.types[:4] == [gguf_vocab.UNKNOWN, gguf_vocab.CONTROL, gguf_vocab.CONTROL, 6]
    assert vocabulary.tokens[-1].startswith("[PAD")
    writer = gguf.GGUFWriter(tmp_path / "v.gguf", "llama")
    writer.add_tokenizer_model(vocabulary.model)
    writer.add_token_list(vocabulary.tokens)
    writer.add_token_types(vocabulary.types)
    writer.add_token_scores(vocabulary.scores)
    writer.add_add_space_prefix(vocabulary.space_prefix)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(False)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    found = AutoTokenizer.from_pretrained(tmp_path, gguf_file="v.gguf")
    for text in ("Score: 4/5", "the answer is naïve", "an ☃ unknown one"):
        expected = sentencepiece(text, add_special_tokens=False)["input_ids"]
        assert found(text, add_special_tokens=False)["input_ids"] == expected


def byte_level(pre):
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    return PreTrainedTokenizerFast(
        tokenizer_object=trained(core, initial_alphabet=alphabet, show_progress=False)
    )


LEVEL = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
HEAD = r"(?i:'s|'t)|"


@pytest.mark.parametrize(
    ("pre", "name"),
    [
        (pre_tokenizers.ByteLevel(add_prefix_space=False), "gpt-2"),
        (pre_tokenizers.Sequence([pre_tokenizers.Digits(True), LEVEL]), "smollm"),
        (HEAD + gguf_vocab._QWEN2 + r"|\s+", "qwen2"),
        (HEAD + gguf_vocab._LLAMA3 + r"|\s+", "llama-bpe"),
    ],
)
def test_byte_level_vocabularies_are_told_apart(pre, name):
    from tokenizers import Regex

    if isinstance(pre, str):
        pre = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pre), "isolated"), LEVEL])
    tokenizer = byte_level(pre)
    vocabulary = read_vocabulary(tokenizer, len(tokenizer))
    assert (vocabulary.model, vocabulary.pre) == ("gpt2", name)
    assert vocabulary.merges
    assert all(len(merge.split(" ")) == 2 for merge in vocabulary.merges)
    assert vocabulary.tokens == sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().get)


def test_tokenizers_that_are_not_known_are_refused(tiny_base):
    words = byte_level(pre_tokenizers.Whitespace())
    with pytest.raises(ModelError, match=r"splits text by a rule that is not known here"):
        read_vocabulary(words, len(words))
    core = Tokenizer(models.WordLevel({"a": 0, "<unk>": 1}, unk_token="<unk>"))
    with pytest.raises(ModelError, match="the tokenizer is of type WordLevel"):
        read_vocabulary(PreTrainedTokenizerFast(tokenizer_object=core), 2)
    tiny = AutoTokenizer.from_pretrained(tiny_base)
    with pytest.raises(ModelError, match="has no row among the 10 embeddings"):
        read_vocabulary(tiny, 10)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"model_type": "phi"}, "architecture 'phi'"),
        ({"use_sliding_window": True}, "sliding-window attention"),
        ({"rope_parameters": {"rope_type": "yarn"}}, "rotary scaling 'yarn'"),
    ],
)
def test_what_gguf_would_hold_otherwise_is_refused(changes, fault):
    plain = {"model_type": "qwen2", "rope_parameters": {"rope_type": "default"}}
    check_architecture(SimpleNamespace(**plain))
    with pytest.raises(ModelError, match=f"{fault} is not written as GGUF here"):
        check_architecture(SimpleNamespace(**plain | changes))


def test_rotary_rows_go_from_halves_to_pairs():
    rows = torch.arange(2 * 8.0).view(16, 1)  # two heads of eight dimensions
    order = interleave(rows, 2).flatten().tolist()
    assert order[:8] == [0, 4, 1, 5, 2, 6, 3, 7]
    assert order[8:] == [8, 12, 9, 13, 10, 14, 11, 15]
    assert torch.equal(interleave(rows[:, 0], 2), interleave(rows, 2)[:, 0])


def test_llama_3_scaling_is_kept_as_factors_of_the_frequencies():
    scaling = {
        "rope_type": "llama3",
        "rope_theta": 500000.0,
        "factor": 32.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192,
    }
    config = LlamaConfig(
        hidden_size=2048, num_attention_heads=32, head_dim=64, rope_parameters=scaling
    )
    factors = rope_factors(config)
    assert factors is not None
    assert factors.shape == (32,)
    assert factors[0].item() == pytest.approx(1.0, abs=1e-5)  # the fastest is left alone
    assert factors[-1].item() == pytest.approx(32.0, rel=1e-5)  # the slowest is stretched in full
    assert (factors.diff() >= -1e-4).all()
    assert rope_factors(LlamaConfig()) is None
