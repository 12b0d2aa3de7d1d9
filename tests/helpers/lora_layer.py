"""One linear layer with PEFT's adapter, 4-bit or not."""

from __future__ import annotations

import bitsandbytes
import peft
import torch
from peft.tuners.lora.bnb import Linear4bit
from peft.tuners.lora.layer import Linear
from torch import nn

from autograder.model.lora import fuse_lora

CPU = torch.device("cpu")
IN, OUT = 64, 96


class Body(nn.Module):
    def __init__(self, quantised: bool, bias: bool) -> None:
        super().__init__()
        self.is_loaded_in_4bit = quantised  # asked by PEFT
        torch.manual_seed(0)
        self.proj = nn.Linear(IN, OUT, bias=bias)
        if quantised:
            dense = self.proj
            self.proj = bitsandbytes.nn.Linear4bit(
                IN, OUT, bias=bias, compute_dtype=torch.float32, quant_type="nf4"
            )
            self.proj.load_state_dict(dense.state_dict())
            self.proj.to(CPU)

    def forward(self, x):
        return self.proj(x)


def adapted(quantised=False, bias=True, dropout=0.0, fused=True):
    """A linear layer with PEFT's adapter, B not zero."""
    config = peft.LoraConfig(r=8, lora_alpha=24, lora_dropout=dropout, target_modules=["proj"])
    model = peft.get_peft_model(Body(quantised, bias), config)
    layer = model.base_model.model.proj
    torch.manual_seed(1)
    nn.init.normal_(layer.lora_A["default"].weight, std=0.3)
    nn.init.normal_(layer.lora_B["default"].weight, std=0.3)
    assert type(layer) is (Linear4bit if quantised else Linear)
    if fused:
        assert fuse_lora(model) == 1
    return model.train(), layer
