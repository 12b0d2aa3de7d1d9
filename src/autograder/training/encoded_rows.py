"""Graded rows as `datasets.Dataset`s: read once, encoded once, memory-mapped ever after.

Both steps leave Arrow files in a cache folder, under names that are a function of everything
they depend on; the folder may be deleted at any time. Files that are not what was written there
are made anew.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import datasets
import tokenizers
from datasets import Dataset, Features, List, Value
from datasets.exceptions import DatasetGenerationError
from filelock import FileLock
from tqdm import tqdm

import autograder.model.encode as encode_module
import autograder.prompt as prompt_module
import autograder.training.pack as pack_module
from autograder.bases import digests
from autograder.bases.fetch import cache_root
from autograder.errors import AutograderError, ChecksumError
from autograder.files import storage_errors
from autograder.jsonl import read_rows, unique
from autograder.model.encode import Encoded, Encoder
from autograder.prompt import TEMPLATE_VERSION
from autograder.schema import Example, parse_example
from autograder.training.pack import Outline

_TEXT, _TOKENS = Value("string"), List(Value("int32"))
EXAMPLE = Features(
    dict.fromkeys(("id", "item", "prompt", "response", "rubric", "reasoning"), _TEXT)
    | dict.fromkeys(("category", "language", "source", "reference"), _TEXT)
    | {name: Value("int8") for name in ("score", "level")}
)
ENCODED = Features(
    dict.fromkeys(("prefix", "response", "verdict", "question"), _TOKENS)
    | {name: Value("int32") for name in ("opening_end", "rubric_end")}
    | {"score": Value("int8"), "truncated": List(_TEXT)}
    | {"key": Value("binary")}
    | dict.fromkeys(("num_prefix", "num_response", "num_verdict"), Value("int32"))
)
_OUTLINE = ("key", "num_prefix", "num_response", "num_verdict")

_log = logging.getLogger(__name__)

BAR_AFTER_S = 5
"""Encoding that takes longer shows its progress."""


class EncodedRows(Sequence[Encoded]):
    """Encoded rows in memory-mapped Arrow; a row becomes an `Encoded` when it is asked for."""

    def __init__(self, rows: Dataset) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: Any) -> Any:
        row = self.rows[index]
        for name in _OUTLINE:
            del row[name]
        for name in ("prefix", "response", "verdict", "question", "truncated"):
            row[name] = tuple(row[name])
        return Encoded(**row)

    @property
    def outlines(self) -> list[Outline]:
        """Of each row; the key is a digest of its prefix."""
        return [
            Outline(*values) for values in zip(*map(self.rows.__getitem__, _OUTLINE), strict=True)
        ]

    @property
    def num_truncated(self) -> int:
        return sum(map(bool, self.rows["truncated"]))


@dataclass(frozen=True)
class Rows:
    """Graded rows, and a digest of what they are.

    Attributes:
        dataset: with the columns of `EXAMPLE`.
        digest: of the rows' content, 32 hexadecimal digits.
    """

    dataset: Dataset
    digest: str

    @classmethod
    def of_file(cls, path: Path | str, cache: Path | None = None) -> Rows:
        """Read and check a JSON Lines file of examples, or find it in the cache.

        Args:
            path: as `schema.read_examples` takes it.
            cache: a folder for Arrow files; below `AUTOGRADER_HOME` where none is given.

        Raises:
            DataError: the first fault, with file, line and field.
            StorageError: the cache cannot be written.
        """
        path, cache = Path(path), cache or cache_root() / "rows"
        with storage_errors(cache):
            digest = _digest([_content(path), Path(__file__).read_bytes()])
            for folder in cache.glob("generator/*/*"):
                _drop_if_damaged(folder)
            try:
                with _without_bars():
                    rows = Dataset.from_generator(
                        _read,
                        features=EXAMPLE,
                        cache_dir=str(cache),
                        gen_kwargs={"path": path},
                        fingerprint=digest,
                    )
            except DatasetGenerationError as error:
                if isinstance(error.__cause__, AutograderError | OSError):
                    raise error.__cause__ from None
                raise
            for file in rows.cache_files:
                digests.check(Path(file["filename"]).parent, "")
        return cls(rows, digest)

    @classmethod
    def of_examples(cls, examples: Sequence[Example]) -> Rows:
        """Rows that are in memory already."""
        columns = {name: [getattr(example, name) for example in examples] for name in EXAMPLE}
        digest = _digest([repr(examples).encode()])
        return cls(Dataset.from_dict(columns, features=EXAMPLE), digest)

    def __len__(self) -> int:
        return len(self.dataset)

    def select(self, places: Sequence[int]) -> Rows:
        """The rows at these places, in this order."""
        digest = _digest([self.digest.encode(), repr(list(places)).encode()])
        return Rows(self.dataset.select(places), digest)

    def encode(self, encoder: Encoder, cache: Path | None = None) -> EncodedRows:
        """Encode the rows with their verdicts, or find them in the cache.

        Args:
            encoder: the base's.
            cache: a folder for Arrow files; below `AUTOGRADER_HOME` where none is given.

        Raises:
            DataError: rubric and prompt of a row leave no room for its response; names the row.
            StorageError: the cache cannot be written.
        """
        cache = cache or cache_root() / "rows"
        digest = _digest([self.digest.encode(), *_identity(encoder)])
        if not len(self):
            return EncodedRows(Dataset.from_dict({name: [] for name in ENCODED}, features=ENCODED))
        bar = tqdm(total=len(self), desc="encode", unit="row", delay=BAR_AFTER_S, file=sys.stderr)

        def encode(columns: dict[str, list[Any]]) -> dict[str, list[Any]]:
            examples = [Example(**row) for row in _transposed(columns)]
            encoded = encoder.encode_all(examples)
            bar.update(len(examples))
            found = {name: [getattr(row, name) for row in encoded] for name in _FIELDS}
            outlined = [Outline.of(row, _prefix_digest(row)) for row in encoded]
            columns_of = map(list, zip(*outlined, strict=True))
            return found | dict(zip(_OUTLINE, columns_of, strict=True))

        folder = cache / digest
        with storage_errors(cache), bar, _without_bars():
            cache.mkdir(parents=True, exist_ok=True)
            with FileLock(cache / f"{digest}.lock"):  # one process encodes, the others read
                _drop_if_damaged(folder)
                folder.mkdir(exist_ok=True)
                rows = self.dataset.map(
                    encode,
                    batched=True,
                    batch_size=100,
                    features=ENCODED,
                    remove_columns=self.dataset.column_names,
                    cache_file_name=str(folder / "rows.arrow"),
                    new_fingerprint=digest,
                    load_from_cache_file=True,
                )
                digests.check(folder, "")
        return EncodedRows(rows)


_FIELDS = [name for name in ENCODED if name not in _OUTLINE]


def _content(path: Path) -> bytes:
    if not path.is_file():
        return b""  # reading it says what is wrong
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _drop_if_damaged(folder: Path) -> None:
    """Remove a folder of Arrow files one of which is not what was written there."""
    if not (folder / digests.CHECKED).is_file():
        return  # not there, or another process writes it now
    try:
        digests.check(folder, "the rows are read anew")
    except ChecksumError as error:
        _log.warning("%s", error)
        shutil.rmtree(folder, ignore_errors=True)


def _read(path: Path) -> Iterator[dict[str, Any]]:
    for _, example in unique(read_rows(path, parse_example), path):
        yield asdict(example)


def _transposed(columns: dict[str, list[Any]]) -> Iterator[dict[str, Any]]:
    for values in zip(*columns.values(), strict=True):
        yield dict(zip(columns, values, strict=True))


def _identity(encoder: Encoder) -> Iterator[bytes]:
    """All that token ids depend on, but for the texts."""
    tokenizer = encoder.tokenizer
    fast = getattr(tokenizer, "backend_tokenizer", None)
    yield fast.to_str().encode() if fast else repr(sorted(tokenizer.get_vocab().items())).encode()
    frame = (encoder.opening, encoder.separator, encoder.closing, encoder.lead)
    yield repr((frame, encoder.asking, encoder.digit_ids, encoder.end_id)).encode()
    yield repr((encoder.max_length, TEMPLATE_VERSION, tokenizers.__version__)).encode()
    for module in (encode_module, prompt_module, pack_module):
        assert module.__file__
        yield Path(module.__file__).read_bytes()
    yield Path(__file__).read_bytes()


def _prefix_digest(encoded: Encoded) -> bytes:
    return hashlib.sha256(repr(encoded.prefix).encode()).digest()[:16]


def _digest(parts: Iterable[bytes]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()[:32]


@contextmanager
def _without_bars() -> Iterator[None]:
    """Inside, `datasets` draws no progress bars; encoding has one of ours, if it takes long."""
    shown = not datasets.are_progress_bars_disabled()
    datasets.disable_progress_bars()
    try:
        yield
    finally:
        if shown:
            datasets.enable_progress_bars()
