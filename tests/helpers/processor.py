"""What this processor can do, for tests that need more than any processor has."""

from __future__ import annotations

import pytest
import torch

from autograder.model.int8 import has_int8

needs_int8 = pytest.mark.skipif(
    not has_int8(torch.device("cpu")),
    reason="--fast needs a processor with AVX-512 VNNI, AVX VNNI or AMX",
)
