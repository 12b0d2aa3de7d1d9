from __future__ import annotations

import dataclasses
import math
from types import SimpleNamespace

import bitsandbytes
import lightning
import pytest
import torch
from transformers import (
    get_constant_schedule_with_warmup,
    get_cosine_schedule_with_warmup,
    get_linear_schedule_with_warmup,
)

from autograder.config import TrainConfig
from autograder.errors import ConfigError, ModelError, TrainingError
from autograder.model import base_model
from autograder.model.base_model import choose_dtype
from autograder.model.batch import collate
from autograder.training import module as modules
from autograder.training.data import JudgeDataModule
from autograder.training.module import JudgeModule, checkpointing, load_backbone
from autograder.training.optimizer import learning_rate, make_optimizer

pytestmark = [
    # Of Lightning on few cores, of its own use of PyTorch, and of bitsandbytes without CUDA.
    pytest.mark.filterwarnings(r"ignore::UserWarning:lightning\."),
    pytest.mark.filterwarnings("ignore:.*LeafSpec.*"),
    pytest.mark.filterwarnings("ignore:.*lr_scheduler.step.*"),
]


@pytest.fixture
def config(tiny_config):
    return tiny_config.changed(
        train={"epochs": 2, "batch_size": 3, "accumulate": 2, "optimizer": "adamw"}
    )


def fresh_module(config) -> JudgeModule:
    return JudgeModule(load_backbone(config), config)


def fit(config, examples, module=None, **options):
    module = module or fresh_module(config)
    encoder = module.backbone.encoder
    data = JudgeDataModule(
        encoder.encode_all(examples[:14]),
        encoder.encode_all(examples[14:20]),
        config=config.train,
        pad_id=encoder.pad_id,
        seed=config.seed,
    )
    trainer = lightning.Trainer(
        accelerator="cpu",
        max_epochs=config.train.epochs,
        accumulate_grad_batches=config.train.accumulate,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        use_distributed_sampler=False,
        **options,
    )
    trainer.fit(module, data)
    return trainer, module


def batches_of(module, config, examples):
    """What the module is trained with, a batch after the other."""
    encoder = module.backbone.encoder
    rows = encoder.encode_all(examples)
    data = JudgeDataModule(rows, config=config.train, pad_id=encoder.pad_id, seed=config.seed)
    return data.train_dataloader()


# --- the learning rate


@pytest.mark.parametrize("num_steps", [1, 7, 50, 333])
@pytest.mark.parametrize("warmup", [0.0, 0.1, 0.35])
@pytest.mark.parametrize(
    ("schedule", "theirs"),
    [
        ("cosine", get_cosine_schedule_with_warmup),
        ("linear", get_linear_schedule_with_warmup),
        ("constant", get_constant_schedule_with_warmup),
    ],
)
def test_the_schedule_is_transformers_own_but_for_a_first_step_that_counts(
    schedule, theirs, warmup, num_steps
):
    """Theirs starts the warm-up at a rate of 0, a step that changes nothing; ours at 1/n."""
    num_warmup = math.ceil(warmup * num_steps)
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    options = {} if schedule == "constant" else {"num_training_steps": num_steps}
    reference = theirs(optimizer, num_warmup_steps=num_warmup, **options).lr_lambdas[0]
    factor = learning_rate(schedule, warmup, num_steps)
    for step in range(num_steps):
        expected = (step + 1) / num_warmup if step < num_warmup else reference(step)
        assert factor(step) == pytest.approx(expected, abs=1e-12)
        if step < num_warmup:
            assert factor(step) == pytest.approx(reference(step) + 1 / num_warmup)
    assert factor(0) > 0
    assert 0 <= factor(num_steps + 3) <= 1


def test_the_trainer_follows_the_schedule(config, examples):
    _, module = fit(config, examples)
    # 14 rows in batches of 3: 5 batches, 3 steps an epoch, the last of one batch.
    factor = learning_rate("cosine", 0.1, 6)
    rows = module.history["train"]
    assert [row["lr"] for row in rows] == pytest.approx(
        [config.train.lr * factor(step) for step in range(6)]
    )


# --- optimizers


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("adamw", torch.optim.AdamW),
        ("adamw_8bit", bitsandbytes.optim.AdamW8bit),
        ("paged_adamw_8bit", bitsandbytes.optim.AdamW8bit),
    ],
)
def test_the_named_optimizer_is_made_on_a_cpu(name, kind, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    config = TrainConfig().changed(optimizer=name, lr=0.03, weight_decay=0.2)
    optimizer = make_optimizer(config, [torch.nn.Parameter(torch.ones(8))])
    assert isinstance(optimizer, kind)
    assert optimizer.param_groups[0]["lr"] == 0.03
    assert optimizer.param_groups[0]["weight_decay"] == 0.2


def test_on_a_gpu_the_state_is_paged(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    made = {}
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))])

    def paged(parameters, **options):
        made.update(options)
        return optimizer

    monkeypatch.setattr(bitsandbytes.optim, "PagedAdamW8bit", paged)
    config = TrainConfig().changed(optimizer="paged_adamw_8bit")
    assert make_optimizer(config, []) is optimizer
    assert made == {"lr": config.lr, "weight_decay": 0.0}


def test_only_the_adapter_is_optimised(config, examples):
    before = fresh_module(config).cpu()  # where a trainer leaves its module
    trainer, module = fit(config, examples)
    optimised = {id(p) for group in trainer.optimizers[0].param_groups for p in group["params"]}
    old = dict(before.backbone.named_parameters())
    for name, weight in module.backbone.named_parameters():
        assert (id(weight) in optimised) == ("lora_" in name)
        assert torch.equal(weight, old[name]) == ("lora_" not in name), name


# --- checkpoints


@pytest.mark.parametrize("bits", [16, 4])
def test_a_checkpoint_holds_the_adapter_alone_and_opens_alone(config, examples, tmp_path, bits):
    config = config.changed(quantization={"bits": bits})
    trainer, module = fit(config, examples)
    path = tmp_path / "some.ckpt"
    trainer.save_checkpoint(path)
    checkpoint = torch.load(path, weights_only=False)
    names = set(checkpoint["state_dict"])
    assert names == module.trainable_names()
    assert all("lora_" in name for name in names)
    assert checkpoint["hyper_parameters"]["params"]["model"]["name"] == config.model.name

    opened = JudgeModule.load_from_checkpoint(path).cpu()
    assert opened.config == config
    assert opened.history == module.history
    encoder = opened.backbone.encoder
    batch = collate(encoder.encode_all(examples[20:23]), encoder.pad_id)
    with torch.no_grad():
        expected = module.backbone.eval()(batch)
        assert torch.equal(opened.backbone.eval()(batch), expected)
        fresh = fresh_module(config).cpu()
        assert not torch.allclose(fresh.backbone.eval()(batch), expected, atol=1e-3)


def test_a_checkpoint_of_another_configuration_is_refused(config, examples, tmp_path):
    config = config.changed(lora={"targets": ["q_proj"]})
    trainer, _ = fit(config, examples)
    path = tmp_path / "some.ckpt"
    trainer.save_checkpoint(path)
    checkpoint = torch.load(path, weights_only=False)
    other = fresh_module(config.changed(lora={"targets": ["q_proj", "v_proj"]}))
    with pytest.raises(TrainingError, match=r"lacks 2 adapter weights, backbone.*v_proj"):
        other.on_load_checkpoint(checkpoint)


# --- what is watched


def test_the_history_is_the_mean_over_what_made_a_step(config, examples):
    _, module = fit(config.changed(lora={"dropout": 0.0}), examples)
    train, validation = module.history["train"], module.history["validation"]
    assert [(row["step"], row["epoch"]) for row in train] == [
        (1, 1), (2, 1), (3, 1), (4, 2), (5, 2), (6, 2)
    ]  # fmt: skip
    assert [(row["step"], row["epoch"]) for row in validation] == [(3, 1), (6, 2)]

    # Before the first step the adapter adds nothing, so the base alone gives the first row.
    fresh = fresh_module(config).cpu()
    first, second, *_ = batches_of(fresh, config, examples[:14])
    with torch.no_grad(), fresh.backbone.without_adapter():
        parts = [fresh.loss(batch)[0] for batch in (first, second)]
    for name, column in [
        ("total", "loss"),
        ("score", "score_loss"),
        ("reasoning", "reasoning_loss"),
        ("regression", "regression"),
    ]:
        expected = sum(getattr(part, name).item() for part in parts) / 2
        assert train[0][column] == pytest.approx(expected, rel=1e-5)


def test_validation_is_weighted_by_examples(config, examples):
    """Batches of 4 and 2: the mean over examples, not over batches."""
    _, module = fit(config.changed(train={"batch_size": 4, "epochs": 1}), examples)
    row = module.history["validation"][-1]
    encoder = module.backbone.encoder
    encoded = encoder.encode_all(examples[14:20])
    module.backbone.eval()
    with torch.no_grad():
        losses = [
            module.loss(collate([example], encoder.pad_id))[0].score.item() for example in encoded
        ]
    assert row["score_loss"] == pytest.approx(sum(losses) / 6, rel=1e-5)
    assert {"loss", "exact", "within_1", "mae", "pearson", "spearman", "kappa", "rps"} <= set(row)


def test_the_last_steps_loss_uses_only_its_own_batches(config, examples):
    """14 rows make 5 batches; the third step has one of them, and its row is that one's."""
    _, module = fit(config.changed(train={"epochs": 1, "lr": 1e-9}), examples)
    rows = module.history["train"]
    *_, last = batches_of(module, config, examples[:14])
    with torch.no_grad(), module.backbone.without_adapter():
        assert rows[2]["loss"] == pytest.approx(module.loss(last)[0].total.item(), rel=1e-4)


def test_dropout_is_drawn_by_seed_and_place(config, examples):
    config = config.changed(lora={"dropout": 0.5})

    def losses(config, state):
        torch.manual_seed(state)
        return [row["loss"] for row in fit(config, examples)[1].history["train"]]

    assert losses(config, 1) == losses(config, 2)
    without = losses(config.changed(lora={"dropout": 0.0}), 1)
    assert losses(config, 1)[0] == pytest.approx(without[0])  # B is still zero
    assert losses(config, 1)[1:] != without[1:]


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_not_finite_ends_the_training(config, examples, value, monkeypatch):
    module = fresh_module(config)
    forward = JudgeModule.loss
    calls = []

    def poisoned(self, batch):
        parts, logits = forward(self, batch)
        calls.append(1)
        if len(calls) == 3:
            parts = dataclasses.replace(parts, total=parts.total * value)
        return parts, logits

    monkeypatch.setattr(JudgeModule, "loss", poisoned)
    message = rf"the loss is {value} in epoch 1, batch 3; lower train.lr \(now 0.002\)"
    with pytest.raises(TrainingError, match=message):
        fit(config, examples, module)


# --- settings


def test_a_fault_in_the_saved_parameters_is_told_before_anything_is_loaded(tmp_path, monkeypatch):
    monkeypatch.setattr(modules, "load_backbone", lambda *_: pytest.fail("loaded"))
    torch.save({"hyper_parameters": {"params": {"seed": "x"}}}, tmp_path / "some.ckpt")
    with pytest.raises(ConfigError, match=r"some\.ckpt"):
        JudgeModule.load_from_checkpoint(tmp_path / "some.ckpt")
    torch.save({"state_dict": {}}, tmp_path / "other.ckpt")
    with pytest.raises(TrainingError, match=r"other\.ckpt: no checkpoint of a judge's training"):
        JudgeModule.load_from_checkpoint(tmp_path / "other.ckpt")


@pytest.mark.parametrize("target", ["wrong", "mlp", "layers", "act_fn"])
def test_a_target_that_is_no_linear_layer_is_told_with_those_that_are(config, target):
    config = config.changed(lora={"targets": ["q_proj", target]})
    with pytest.raises(ModelError, match=rf"'{target}': no linear layer .*: down_proj, .*v_proj$"):
        load_backbone(config)


def test_a_folder_without_a_model_is_told(config, tmp_path):
    with pytest.raises(ModelError, match=str(tmp_path)):
        load_backbone(config.changed(model={"name": str(tmp_path)}))


def test_the_named_dtype_is_taken():
    for name, dtype in [("bf16", torch.bfloat16), ("fp16", torch.float16), ("fp32", torch.float32)]:
        for device in ("cpu", "cuda"):
            assert choose_dtype(name, torch.device(device)) == dtype


@pytest.mark.parametrize(
    ("capability", "dtype"),
    [((7, 5), torch.float16), ((8, 0), torch.bfloat16), ((9, 0), torch.bfloat16)],
)
def test_auto_takes_bf16_on_a_gpu_that_has_it(capability, dtype, monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    assert choose_dtype("auto", torch.device("cuda")) == dtype


@pytest.mark.parametrize(("fast", "dtype"), [(True, torch.bfloat16), (False, torch.float32)])
def test_auto_takes_bf16_on_a_cpu_that_is_fast_at_it(fast, dtype, monkeypatch):
    stub = SimpleNamespace(
        ops=SimpleNamespace(mkldnn=SimpleNamespace(_is_mkldnn_bf16_supported=lambda: fast)),
        bfloat16=torch.bfloat16,
        float32=torch.float32,
    )
    monkeypatch.setattr(base_model, "torch", stub)
    assert choose_dtype("auto", torch.device("cpu")) == dtype


@pytest.mark.parametrize(("gigabytes", "expected"), [(16, True), (24, False), (80, False)])
def test_auto_checkpoints_on_a_small_gpu_only(tiny_config, gigabytes, expected, monkeypatch):
    properties = SimpleNamespace(total_memory=int(gigabytes * 1e9))
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: properties)
    assert checkpointing(tiny_config, torch.device("cuda")) is expected
    assert checkpointing(tiny_config, torch.device("cpu")) is False
    for choice, chosen in (("on", True), ("off", False)):
        config = tiny_config.changed(train={"gradient_checkpointing": choice})
        assert checkpointing(config, torch.device("cuda")) is chosen


def test_checkpointing_trains_to_the_same_adapter(config, examples):
    plain = fit(config, examples)[1].backbone.trainable()
    config = config.changed(train={"gradient_checkpointing": "on"})
    module = fresh_module(config)
    assert module.backbone.causal.is_activation_checkpointing
    for name, weight in fit(config, examples, module)[1].backbone.trainable().items():
        assert torch.allclose(weight, plain[name], atol=1e-5), name
