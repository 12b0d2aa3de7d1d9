"""Training gives freed memory back to the system."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

import lightning
import pytest

from autograder.training.callbacks import FreedMemory

BLOCK, NUM_BLOCKS = 64 * 1024, 2_000
# What glibc takes directly from the system goes back at once; these blocks are smaller.


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(sys.platform != "linux", reason="/proc and glibc")
def test_what_lies_below_a_block_in_use_goes_back(tmp_path) -> None:
    library = ctypes.CDLL(None)
    library.malloc.restype = ctypes.c_void_p
    library.free.argtypes = [ctypes.c_void_p]
    library.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
    blocks = [library.malloc(BLOCK) for _ in range(NUM_BLOCKS)]
    for block in blocks:
        library.memset(block, 1, BLOCK)
    last = blocks.pop()
    for block in blocks:
        library.free(block)
    kept = resident()

    freed = FreedMemory()
    trainer = lightning.Trainer(logger=False, default_root_dir=tmp_path)
    module = lightning.LightningModule()
    freed.on_train_batch_end(trainer, module, {}, None, 1)  # not after every batch
    assert resident() > kept - NUM_BLOCKS * BLOCK / 10
    freed.on_train_batch_end(trainer, module, {}, None, 10)
    assert resident() < kept - NUM_BLOCKS * BLOCK / 2
    library.free(last)
