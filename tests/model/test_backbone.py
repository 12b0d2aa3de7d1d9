"""The base model on a GPU."""

from __future__ import annotations

import pytest
import torch

from autograder.model.base_model import load_base


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_cudnn_computes_no_attention(tiny_config):
    torch.backends.cuda.enable_cudnn_sdp(True)
    device = torch.device("cuda")
    load_base(tiny_config.model, tiny_config.quantization, device=device, dtype=torch.bfloat16)
    assert not torch.backends.cuda.cudnn_sdp_enabled()
