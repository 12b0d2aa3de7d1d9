"""The base model in 4 bits with a LoRA adapter, and its tokenizer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import SafetensorError
from torch import Tensor, nn
from torch.nn import functional

from autograder.bases.fetch import pull
from autograder.bases.sizes import ARCHITECTURES, lora_targets
from autograder.config import LoraConfig, ModelConfig, QuantizationConfig
from autograder.errors import ModelError
from autograder.model import attention, quantized
from autograder.model.batch import Batch
from autograder.model.encode import Encoder
from autograder.model.last_layer import Places, shorten
from autograder.model.quiet import quiet

_DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": torch.float32}


def default_device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def choose_dtype(name: str, device: torch.device) -> torch.dtype:
    """The compute dtype: as named, or for `auto` bf16 where the device is fast at it.

    On a GPU without bf16 (T4) it is fp16, on a CPU without bf16 instructions fp32.
    """
    if name != "auto":
        return _DTYPES[name]
    if device.type == "cuda":
        major, _ = torch.cuda.get_device_capability(device)
        return torch.bfloat16 if major >= 8 else torch.float16
    fast = torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return torch.bfloat16 if fast else torch.float32


class Backbone(nn.Module):
    """A causal language model that gives logits where a `Batch` asks for them.

    Attributes:
        model: the PEFT model, or the plain base where no adapter was asked for.
        encoder: text to token ids, for this tokenizer.
        digit_ids: int64 (5,), a buffer that moves with the module.
        adapted: false while the adapter is switched off.
        is_short: whether its last layer is computed only where something is read, see
            `last_layer.shorten`.
    """

    digit_ids: Tensor
    adapted: bool = True

    def __init__(self, model: nn.Module, encoder: Encoder) -> None:
        super().__init__()
        self.model = model
        self.encoder = encoder
        self.register_buffer("digit_ids", torch.tensor(encoder.digit_ids), persistent=False)
        self.is_short = shorten(self.causal)

    @property
    def causal(self) -> Any:
        """The transformers model below the adapter."""
        model = cast(Any, self.model)
        return model.base_model.model if hasattr(model, "peft_config") else model

    @property
    def device(self) -> torch.device:
        return self.digit_ids.device

    @property
    def follows_tree(self) -> bool:
        """Whether attention costs what the trees of a batch hold, not the square of its rows."""
        return bool(self.causal.config._attn_implementation == attention.NAME)

    def forward(self, batch: Batch) -> Tensor:
        """Logits (T, vocabulary) where the batch predicts a token, in the compute dtype.

        Only these T hidden states go through the output head: with a vocabulary of 152k the
        head on every position would cost as much as the rest of a small model.
        """
        hidden = self._hidden(batch, (batch.rows, batch.columns))
        return cast(Tensor, self.causal.get_output_embeddings()(hidden))

    def digit_logits(self, batch: Batch, cache: Any = None) -> Tensor:
        """Logits float32 (N, 5) of the digits where the score stands.

        Not in the compute dtype: between 16 and 32, where logits lie, bf16 has steps of 1/8.

        Args:
            batch: what to read.
            cache: transformers' cache of the `batch.known` tokens before each row; the rows' own
                keys and values are added to it.
        """
        places = batch.rows[batch.is_score], batch.columns[batch.is_score]
        hidden = self._hidden(batch, places, cache).float()
        head = self.causal.get_output_embeddings()
        bias = None if head.bias is None else head.bias[self.digit_ids].float()
        return functional.linear(hidden, head.weight[self.digit_ids].float(), bias)

    def _hidden(self, batch: Batch, read: Places, cache: Any = None) -> Tensor:
        """Last hidden states (T, width) where T of them are read."""
        causal = self.causal
        dtype = causal.get_input_embeddings().weight.dtype
        options: dict[str, Any] = {}
        if self.follows_tree:
            # Any 4-d mask keeps transformers from making one of its own.
            some = torch.ones((1, 1, 1, 1), dtype=torch.bool, device=batch.input_ids.device)
            options |= {"tree": batch.tree, "attention_mask": some}
        else:
            allowed = batch.allowed
            mask = torch.zeros(allowed.shape, dtype=dtype, device=allowed.device)
            options["attention_mask"] = mask.masked_fill_(~allowed, torch.finfo(dtype).min)
        if self.is_short:
            options["read"] = read
        body = getattr(causal, causal.base_model_prefix)
        out = body(
            input_ids=batch.input_ids,
            position_ids=batch.position_ids,
            use_cache=cache is not None,
            past_key_values=cache,
            **options,
        )
        hidden = cast(Tensor, out.last_hidden_state)
        return hidden if self.is_short else hidden[read]

    @contextmanager
    def without_adapter(self) -> Iterator[None]:
        """Inside, the backbone answers as the untrained base model."""
        from peft.tuners.tuners_utils import BaseTunerLayer

        # By PEFT's own `disable_adapter` the weights of a frozen adapter would end up trainable.
        layers = [part for part in self.model.modules() if isinstance(part, BaseTunerLayer)]
        before = [layer._disable_adapters for layer in layers], self.adapted
        self.adapted = False
        for layer in layers:
            layer._disable_adapters = True
        try:
            yield
        finally:
            for layer, disabled in zip(layers, before[0], strict=True):
                layer._disable_adapters = disabled
            self.adapted = before[1]

    def trainable(self) -> dict[str, nn.Parameter]:
        return {name: value for name, value in self.named_parameters() if value.requires_grad}


def _quantization(config: QuantizationConfig, dtype: torch.dtype) -> Any:
    from transformers import BitsAndBytesConfig

    if config.bits == 16:
        return None
    if config.bits == 8:
        return BitsAndBytesConfig(load_in_8bit=True)
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type=config.type,
        bnb_4bit_use_double_quant=config.double,
        bnb_4bit_compute_dtype=dtype,
    )


def load_base(
    model: ModelConfig,
    quantization: QuantizationConfig,
    *,
    device: torch.device,
    dtype: torch.dtype,
) -> tuple[nn.Module, Encoder]:
    """Load the frozen base model, pulled first where it is not here yet.

    Raises:
        ModelError: the folder holds no model that transformers can load, or a file of the cache
            has been damaged.
    """
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    folder = pull(model.name)
    kind: str = model.attention
    if device.type == "cuda":
        # Its gradient is NaN for some lengths, such as 576 under a mask (H100, PyTorch 2.11), and
        # it plans anew for every length. A context around `forward` would miss recomputation.
        torch.backends.cuda.enable_cudnn_sdp(False)
    try:
        with quiet():
            if kind == "auto":
                # The CPU's fused attention is slower backward than plain matrix products.
                shape = AutoConfig.from_pretrained(folder, local_files_only=True)
                on_cpu = device.type == "cpu" and shape.model_type in ARCHITECTURES
                kind = "tree" if on_cpu else "sdpa"
            if kind == "tree":
                attention.register()
                kind = attention.NAME
            copy = quantized.copy_of(folder, quantization, dtype)
            known = copy is not None and quantized.is_there(copy)
            # A copy says itself how it was quantised, unless it is told anything, be it None.
            how = {} if known else {"quantization_config": _quantization(quantization, dtype)}
            base = AutoModelForCausalLM.from_pretrained(
                copy if known else folder,
                dtype=dtype,
                attn_implementation=kind,
                device_map={"": device},
                local_files_only=True,
                **how,
            )
            if copy and not known:
                quantized.keep(base, copy)
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, SafetensorError) as error:
        raise ModelError(f"{folder}: no causal language model: {_first_line(error)}") from error
    base.requires_grad_(False)
    for module in base.modules():
        # A CPU with AVX-512 bf16 would evaluate 4-bit layers by a product that has no gradient
        # and other digits, and keep to it in the training that follows.
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False
    return base, Encoder(tokenizer, model.max_length)


def add_adapter(base: nn.Module, config: LoraConfig, seed: int) -> nn.Module:
    """Put a fresh LoRA adapter on the base: float32, B zero, A by the seed.

    Raises:
        ModelError: a target is no linear layer of this model's blocks.
    """
    with quiet():  # bitsandbytes, which it imports, has something to say
        import peft

    targets = lora_targets(cast(Any, base).config.model_type, config.targets)
    allowed = _block_layers(base)
    if refused := [target for target in targets if target not in allowed]:
        raise ModelError(
            f"lora.targets: {', '.join(map(repr, refused))}: no linear layer of this model's "
            f"blocks; allowed: {', '.join(allowed)}"
        )
    settings = peft.LoraConfig(
        r=config.r,
        lora_alpha=cast(int, config.alpha),
        lora_dropout=config.dropout,
        target_modules=list(targets),
        layers_to_transform=_top_layers(base, config.top),
        task_type="CAUSAL_LM",
    )
    devices = [torch.device("cuda")] if torch.cuda.is_available() else []
    with torch.random.fork_rng(devices), quiet():
        torch.manual_seed(seed)
        model = peft.get_peft_model(base, settings)
    return _prepared(model)


def _top_layers(base: nn.Module, share: float) -> list[int] | None:
    """The numbers of the last layers that make up a share, at least one; None for all."""
    num_layers = int(cast(Any, base).config.num_hidden_layers)
    count = max(1, round(share * num_layers))
    return None if count == num_layers else list(range(num_layers - count, num_layers))


def read_adapter(base: nn.Module, folder: Path, trainable: bool = False) -> nn.Module:
    """Put a saved PEFT adapter on the base.

    Raises:
        ModelError: the folder holds no adapter, one for another architecture, or one that
            changes more than the linear layers of blocks.
    """
    allowed, output = _block_layers(base), _output_layer(base)
    try:
        with quiet():
            import peft

            model = peft.PeftModel.from_pretrained(base, str(folder), is_trainable=trainable)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise ModelError(
            f"{folder}: no adapter for this base model: {_first_line(error)}"
        ) from error
    if refused := _adapted_elsewhere(model, output):
        raise ModelError(
            f"{folder}: adapts {', '.join(refused)}, which grading reads as the base has it; "
            f"allowed: {', '.join(allowed)}; train it again with lora.targets among these"
        )
    return _prepared(model)


def read_weights(model: nn.Module, folder: Path) -> None:
    """Put a saved adapter's weights into an adapter of the same shape.

    Args:
        model: what `add_adapter` gave.
        folder: as PEFT writes it.

    Raises:
        ModelError: the folder holds no adapter, or one of another shape.
    """
    with quiet():
        import peft

    wanted = {name for name, value in model.named_parameters() if value.requires_grad}
    try:
        found = peft.set_peft_model_state_dict(model, peft.load_peft_weights(str(folder), "cpu"))
        if wrong := sorted(wanted.intersection(found.missing_keys) | {*found.unexpected_keys}):
            raise ValueError(f"{wrong[0]} is in one of the two alone")
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise ModelError(
            f"{folder}: no adapter of the shape that `lora` gives: {_first_line(error)}"
        ) from error


def _output_layer(base: nn.Module) -> nn.Module:
    return cast(nn.Module, cast(Any, base).get_output_embeddings())


def _in_block(module: nn.Module, output: nn.Module) -> bool:
    """Whether a module may be adapted: a linear one, except the output layer.

    Scoring multiplies five rows of the output layer's weight, by itself, so that an adapter on
    it would count in training alone.
    """
    from transformers.pytorch_utils import Conv1D  # GPT-2's linear layer

    return isinstance(module, (nn.Linear, Conv1D)) and module is not output


def _block_layers(base: nn.Module) -> list[str]:
    """The last parts of the names of the layers that may be adapted."""
    output = _output_layer(base)
    modules = base.named_modules()
    return sorted({name.rpartition(".")[2] for name, part in modules if _in_block(part, output)})


def _adapted_elsewhere(model: nn.Module, output: nn.Module) -> list[str]:
    """The names of the modules that an adapter changes although they may not be adapted."""
    from peft.tuners.lora.layer import LoraLayer
    from peft.tuners.tuners_utils import BaseTunerLayer
    from peft.utils.other import AuxiliaryTrainingWrapper

    return [
        name.removeprefix("base_model.model.")
        for name, part in model.named_modules()
        if isinstance(part, (BaseTunerLayer, AuxiliaryTrainingWrapper))
        and not (isinstance(part, LoraLayer) and _in_block(part.get_base_layer(), output))
    ]


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else repr(error)


def _prepared(model: nn.Module) -> nn.Module:
    from autograder.model.lora import fuse_lora

    fuse_lora(model)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()
    return model
