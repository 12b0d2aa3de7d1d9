from __future__ import annotations

import contextlib
import inspect
import json
import shutil
import socket
from pathlib import Path

import datasets
import pytest
import torch
from transformers import AutoTokenizer

from autograder.errors import DataError, StorageError
from autograder.model import encode as encode_module
from autograder.model.encode import Encoder
from autograder.schema import write_examples
from autograder.training import encoded_rows as rows_module
from autograder.training.data import JudgeLoader
from autograder.training.encoded_rows import EXAMPLE, EncodedRows, Rows
from autograder.training.selection import ThinReasoning
from conftest import build_tiny_qwen2


@pytest.fixture(scope="module")
def encoder(tiny_base) -> Encoder:
    return Encoder(AutoTokenizer.from_pretrained(tiny_base), 700)


@pytest.fixture
def path(examples, tmp_path) -> Path:
    examples[3] = type(examples[3])(**{**_plain(examples[3]), "response": "long " * 400})
    examples[4] = type(examples[4])(**{**_plain(examples[4]), "reference": "Nine.", "level": 3})
    write_examples(tmp_path / "train.jsonl", examples)
    return tmp_path / "train.jsonl"


def _plain(example) -> dict:
    return {name: getattr(example, name) for name in EXAMPLE}


@contextlib.contextmanager
def encoding_nothing(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(Encoder, "encode", lambda *_, **__: pytest.fail("encoded again"))
        yield


def files(cache: Path) -> list[str]:
    return sorted(path.parent.name for path in cache.glob("*/rows.arrow"))


# --- the same rows


def test_rows_are_the_files_and_encoded_as_one_by_one(path, examples, encoder, tmp_path):
    rows = Rows.of_file(path, tmp_path / "cache")
    assert isinstance(rows.dataset, datasets.Dataset)
    assert rows.dataset.features == EXAMPLE
    assert list(rows.dataset) == [_plain(example) for example in examples]
    encoded = rows.encode(encoder, tmp_path / "cache")
    assert list(encoded) == encoder.encode_all(examples)
    assert len(encoded) == len(examples)
    assert encoded.num_truncated == 1
    assert encoded[3].truncated == ("response",)
    assert list(Rows.of_examples(examples).encode(encoder, tmp_path / "other")) == list(encoded)


def test_a_selection_encodes_its_own_rows(path, examples, encoder, tmp_path):
    rows = Rows.of_file(path, tmp_path / "cache").select([7, 2, 3])
    encoded = rows.encode(encoder, tmp_path / "cache")
    assert list(encoded) == encoder.encode_all([examples[at] for at in (7, 2, 3)])


def test_no_rows_are_no_encoded_rows(encoder, tmp_path):
    assert list(Rows.of_examples([]).encode(encoder, tmp_path)) == []


def test_equal_prefixes_have_equal_keys(path, encoder, tmp_path):
    encoded = Rows.of_file(path, tmp_path / "cache").encode(encoder, tmp_path / "cache")
    keys = [row.key for row in encoded.outlines]
    for at, key in enumerate(keys):
        for other, known in enumerate(keys):
            assert (key == known) == (encoded[at].prefix == encoded[other].prefix)


@pytest.mark.parametrize("thin", [False, True])
def test_a_loader_makes_the_batches_it_made_of_a_list(path, encoder, tmp_path, thin):
    encoded = Rows.of_file(path, tmp_path / "cache").encode(encoder, tmp_path / "cache")
    listed = list(encoded)
    sets = [ThinReasoning(part, 0.4, 1) if thin else part for part in (encoded, listed)]
    if thin:
        assert list(sets[0]) == list(sets[1])
        sets[1] = list(sets[1])
    one, other = (JudgeLoader(part, 4, encoder.pad_id, seed=5) for part in sets)
    assert one.batches == other.batches
    for batch, expected in zip(one, other, strict=True):
        for name in ("input_ids", "labels", "scores", "allowed"):
            assert torch.equal(getattr(batch, name), getattr(expected, name))


def test_a_loader_asks_for_a_row_when_its_batch_is_made(path, encoder, tmp_path, monkeypatch):
    encoded = Rows.of_file(path, tmp_path / "cache").encode(encoder, tmp_path / "cache")
    asked = []
    get = EncodedRows.__getitem__

    def watched(self, at):
        asked.append(at)
        return get(self, at)

    monkeypatch.setattr(EncodedRows, "__getitem__", watched)
    batches = iter(JudgeLoader(encoded, 5, encoder.pad_id, seed=5))
    assert asked == []
    next(batches)
    assert len(asked) == 5


# --- the cache


def test_rows_lie_in_arrow_files_and_not_in_memory(path, encoder, tmp_path):
    cache = tmp_path / "cache"
    rows = Rows.of_file(path, cache)
    encoded = rows.encode(encoder, cache)
    for dataset in (rows.dataset, encoded.rows):
        (file,) = dataset.cache_files
        assert Path(file["filename"]).is_relative_to(cache)
        assert type(dataset.data).__name__ == "MemoryMappedTable"


def test_a_second_start_reads_and_encodes_nothing(path, encoder, tmp_path, monkeypatch):
    cache = tmp_path / "cache"
    first = list(Rows.of_file(path, cache).encode(encoder, cache))
    moved = path.rename(tmp_path / "moved.jsonl")  # the content counts, not the name
    again = Encoder(encoder.tokenizer, encoder.max_length)
    with encoding_nothing(monkeypatch):
        monkeypatch.setattr(rows_module, "_read", lambda path: pytest.fail("read again"))
        assert list(Rows.of_file(moved, cache).encode(again, cache)) == first
    assert len(files(cache)) == 1


def test_whatever_token_ids_depend_on_makes_them_anew(
    path, examples, encoder, tiny_base, tmp_path, monkeypatch
):
    cache = tmp_path / "cache"

    def start(encoder=encoder) -> int:
        list(Rows.of_file(path, cache).encode(encoder, cache))
        return len(files(cache))

    assert start() == start() == 1
    assert start(Encoder(encoder.tokenizer, 701)) == 2
    tokenizer = AutoTokenizer.from_pretrained(tiny_base)
    tokenizer.add_tokens(["basket"])
    assert start(Encoder(tokenizer, 700)) == 3
    build_tiny_qwen2(tmp_path / "twin", seed=1)  # another model with the same tokenizer
    assert start(Encoder(AutoTokenizer.from_pretrained(tmp_path / "twin"), 700)) == 3
    with monkeypatch.context() as patch:
        patch.setattr(rows_module, "TEMPLATE_VERSION", "another")
        assert start() == 4
    code = tmp_path / "encode.py"
    code.write_bytes(Path(inspect.getfile(encode_module)).read_bytes() + b"# changed\n")
    with monkeypatch.context() as patch:
        patch.setattr(encode_module, "__file__", str(code))
        assert start() == 5
    write_examples(path, examples[:-1])
    assert start() == 6
    assert start() == 6


def test_a_torn_cache_file_is_never_used(path, encoder, tmp_path, monkeypatch):
    """Killed while encoding: the next start encodes anew."""
    cache = tmp_path / "cache"
    rows = Rows.of_file(path, cache)
    calls = []
    encode = Encoder.encode

    def dying(self, *args, **options):
        calls.append(1)
        if len(calls) == 20:
            raise KeyboardInterrupt
        return encode(self, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Encoder, "encode", dying)
        with pytest.raises(KeyboardInterrupt):
            rows.encode(encoder, cache)
    assert files(cache) == []
    assert len(rows.encode(encoder, cache)) == 30


@pytest.mark.parametrize("pattern", ["generator/**/*.arrow", "*/rows.arrow"])
def test_a_damaged_cache_file_is_made_anew(path, encoder, tmp_path, caplog, pattern):
    cache = tmp_path / "cache"
    first = list(Rows.of_file(path, cache).encode(encoder, cache))
    (file,) = cache.glob(pattern)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    if "generator" in pattern:  # or what was encoded before would hide it
        shutil.rmtree(cache / files(cache)[0])
    assert list(Rows.of_file(path, cache).encode(encoder, cache)) == first
    assert f"{file}: has been changed or damaged" in caplog.text


def test_by_default_the_cache_is_below_home(path, encoder, tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOGRADER_HOME", str(tmp_path / "home"))
    Rows.of_file(path).encode(encoder)
    assert len(files(tmp_path / "home" / "rows")) == 1


# --- quiet


def test_nothing_is_asked_of_a_network(path, encoder, tmp_path, monkeypatch):
    def refuse(*args, **options):
        pytest.fail(f"went out: {args}")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert len(Rows.of_file(path, tmp_path / "cache").encode(encoder, tmp_path / "cache")) == 30


def test_it_says_nothing_unless_it_takes_long(path, encoder, tmp_path, capfd):
    Rows.of_file(path, tmp_path / "cache").encode(encoder, tmp_path / "cache")
    assert capfd.readouterr() == ("", "")
    assert not datasets.are_progress_bars_disabled()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows_module, "BAR_AFTER_S", 0)
        Rows.of_file(path, tmp_path / "cache").encode(encoder, tmp_path / "slow")
    assert "encode: 100%" in capfd.readouterr().err


# --- faults


def test_a_fault_in_the_file_names_line_and_field(path, tmp_path):
    lines = path.read_text().splitlines()
    row = json.loads(lines[1]) | {"score": 6}
    path.write_text("\n".join([lines[0], json.dumps(row), *lines[2:]]))
    for _ in range(2):  # a failure leaves nothing that looks like rows
        with pytest.raises(DataError, match=r"train\.jsonl:2: score: .* 1 to 5, got 6"):
            Rows.of_file(path, tmp_path / "cache")
    path.write_text(lines[0] + "\n" + lines[0])
    with pytest.raises(DataError, match=r"train\.jsonl:2: id: .*used twice, first in line 1"):
        Rows.of_file(path, tmp_path / "cache")
    with pytest.raises(DataError, match=r"none\.jsonl: no such file"):
        Rows.of_file(tmp_path / "none.jsonl", tmp_path / "cache")


def test_a_row_that_does_not_fit_is_named(path, encoder, tmp_path):
    rows = Rows.of_file(path, tmp_path / "cache")
    with pytest.raises(DataError, match=r"example item-0/1: rubric: .*too long"):
        rows.encode(Encoder(encoder.tokenizer, 300), tmp_path / "cache")


def test_a_cache_that_is_a_file_is_told(path, tmp_path):
    (tmp_path / "cache").write_text("")
    with pytest.raises(StorageError, match="cache: cannot be written"):
        Rows.of_file(path, tmp_path / "cache")
