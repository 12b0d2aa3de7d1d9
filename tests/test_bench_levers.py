"""`bench/levers.py` on the tiny model: its short way through the layers, and every lever."""

from __future__ import annotations

import dataclasses
import importlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import torch
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from autograder import config as configuration
from autograder.judging.judge import Judge
from autograder.judging.renderings import rubric_renderings
from autograder.model.batch import collate
from autograder.model.encode import Encoded
from autograder.model.loss import judge_loss
from autograder.model.scores import expected_score
from autograder.schema import write_examples
from autograder.training.module import load_backbone
from conftest import make_examples
from helpers.tiny_judge import talking


@pytest.fixture
def levers(monkeypatch, pytestconfig, tmp_path):
    """The program, and what it imports as `texts` and `training`; the answers are in tmp_path."""
    monkeypatch.syspath_prepend(pytestconfig.rootpath / "bench")
    module: Any = importlib.import_module("levers")
    module.texts = importlib.import_module("lever_texts")
    module.training = importlib.import_module("lever_training")
    for name, value in {"LONGEST": 10_000, "NUM_TRAINED": 25, "NUM_MEASURED": 10}.items():
        monkeypatch.setattr(module.texts, name, value)
    write_examples(tmp_path / "train.jsonl", make_examples(8, reference="The sum of the two."))
    return module


@pytest.fixture
def config(tiny_config, levers, monkeypatch):
    config = tiny_config.changed(lora={"top": 0.5, "dropout": 0.1})
    monkeypatch.setattr(levers.configuration, "load", lambda _: config)
    return config


@pytest.fixture
def upper(levers, config):
    return levers.Upper(load_backbone(config))


@pytest.fixture
def pieces(levers, upper, tmp_path):
    """Fifteen answers."""
    rows = upper.backbone.encoder.encode_all(make_examples(3))
    return levers.texts.pieces_of(upper, rows, tmp_path / "hidden.safetensors")


def normal_b(upper):
    """An adapter that changes something."""
    torch.manual_seed(5)
    for name, weight in upper.backbone.trainable().items():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.1)


def test_the_upper_layers_give_the_loss_and_gradients_of_the_whole_model(
    levers, config, upper, pieces
):
    backbone = upper.backbone.eval()
    normal_b(upper)
    assert 0 < upper.first < len(upper.body.layers)
    piece = pieces[0]
    batch = piece.batch
    parts = judge_loss(
        backbone(batch),
        batch.labels,
        batch.is_score,
        batch.scores,
        backbone.digit_ids,
        score_weight=config.loss.score_weight,
        regression_weight=config.loss.regression_weight,
    )
    wanted = torch.autograd.grad(parts.total, list(backbone.trainable().values()))
    loss, found = levers.training.gradients(
        upper, piece, config, levers.Lever(), batch.num_examples, 1
    )
    assert loss == pytest.approx(parts.total.item(), rel=1e-5)
    for one, other in zip(found, wanted, strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_trained_and_measured_answers_are_of_other_items(levers, upper):
    examples = make_examples(8)
    encoded = upper.backbone.encoder.encode_all(examples)
    parts = levers.texts.deal(examples, encoded)
    items = [{examples[at].item for at in part} for part in parts]
    assert [len(part) for part in parts] == [25, 10]
    assert not items[0] & items[1]


def test_every_lever_changes_the_training(levers, config, tmp_path):
    # Other shapes of adapter; a quarter of two layers is one, as half of them is.
    weak = {"rank 8", "rank 32", "attention alone", "feed-forward alone", "a quarter of the layers"}
    of_base = {name for name, lever in levers.LEVERS.items() if lever.renderings}
    names = levers.LEVERS.keys() - weak - of_base
    found = {name: levers.run_one(name, 3, tmp_path) for name in sorted(names)}
    base = found.pop("base")
    assert {"untrained", "base", "average of the last steps"} < set(base["found"])
    assert base["losses"] == levers.run_one("base", 3, tmp_path)["losses"]
    for name, result in found.items():
        changed = result["losses"] != base["losses"]
        assert changed or result["found"][name] != base["found"]["base"], name
    means = base["means"]["base"]
    assert len(means) == base["found"]["base"]["num"]
    assert all(1 < mean < 5 for mean in means.values())
    assert of_base == {"mean of renderings"}
    rendered = levers.run_one("mean of renderings", 3, tmp_path)["found"]
    assert list(rendered) == ["mean of 2 renderings", "mean of 4 renderings"]
    for row in rendered.values():
        assert row["num"] == 10
        assert row["entropy"] != base["found"]["base"]["entropy"]
    assert levers.table({**found, "base": base, "mean of renderings": {"found": rendered}})


# --- the probe


def test_the_probe_adds_what_ridge_regression_says_of_each_score(levers, config, upper, pieces):
    levers.probe(upper, pieces, config)
    # The same states, from transformers' own pass over each answer by itself.
    rows = upper.backbone.encoder.encode_all(make_examples(3))
    states = []
    for row in rows:
        ids = torch.tensor([[*row.prefix, *row.response]])
        with torch.no_grad():
            states.append(upper.body(input_ids=ids).last_hidden_state[0, -1])
    seen = torch.stack(states)
    labels = [row.score for row in rows]
    alphas = [10 ** (half / 2) for half in range(13)]
    line = make_pipeline(StandardScaler(), RidgeCV(alphas, store_cv_results=True))
    line.fit(seen.double().numpy(), labels)
    wanted = torch.from_numpy(line.predict(seen.double().numpy()))
    ridge = line[-1]
    variance = ridge.cv_results_[:, alphas.index(ridge.alpha_)].mean()
    normal = -(torch.arange(1, 6) - wanted[:, None]).square() / (2 * variance)
    with torch.no_grad():
        added = upper.probe(seen)
    # The same but for a constant of each score and one of each answer.
    constants = (added - normal) - (added - normal).mean(dim=1, keepdim=True)
    assert torch.allclose(constants, constants[:1].expand(15, 5), atol=1e-2)
    assert added.std(dim=0).max() > 0.1
    assert torch.allclose(added.softmax(1).mean(0), torch.full((5,), 0.2), atol=1e-3)
    assert torch.allclose(added.sum(1), torch.zeros(15), atol=1e-4)


def test_the_probe_changes_only_where_a_score_is_read(levers, config, upper, pieces):
    piece = next(piece for piece in pieces if len(piece.batch.labels) > piece.batch.num_examples)
    is_score, digits = piece.batch.is_score, upper.backbone.digit_ids
    with torch.no_grad():
        before = upper(piece)
        levers.probe(upper, pieces, config)
        changed = upper(piece) != before
    assert changed[is_score][:, digits].any(dim=1).all()
    assert not changed[~is_score].any()
    assert changed.sum() <= len(digits) * is_score.sum()


def test_the_probe_is_trained_too(levers, config, upper, pieces):
    levers.probe(upper, pieces, config)
    before = levers.weights_of(upper)
    levers.train(upper, pieces, config, levers.Lever(), 3, "test")
    after = levers.weights_of(upper)
    assert {"probe.line.weight", "probe.line.bias"} < set(after)
    assert not any(torch.equal(before[name], after[name]) for name in after if "lora_A" not in name)


# --- what the base says is kept


def test_the_base_is_kept_in_the_responses_own_tokens(levers, upper, pieces, monkeypatch):
    examples = make_examples(3)
    some = levers.training.with_base(upper, pieces)
    monkeypatch.setattr(levers.training, "NUM_SPOKEN", 10_000)
    for piece, part in zip(levers.training.with_base(upper, pieces), some, strict=True):
        text = upper.backbone.encoder.tokenizer.decode(piece.batch.input_ids[0, piece.spoken])
        assert text == "".join(examples[at].response for at in piece.places)
        assert 16 <= len(part.spoken) <= 32
        assert set(part.spoken.tolist()) < set(piece.spoken.tolist())
        assert part.base.shape == (len(part.spoken), piece.hidden.shape[2])


def divergence_from_base(upper):
    """Mean divergence in nats of the adapted model from the base over a text's tokens."""
    backbone = upper.backbone.eval()
    ids = torch.tensor([backbone.encoder.encode_all(make_examples(1))[0].prefix])
    with torch.no_grad():
        found = backbone.causal(input_ids=ids).logits[0].log_softmax(1)
        with backbone.without_adapter():
            wanted = backbone.causal(input_ids=ids).logits[0].log_softmax(1)
    return (wanted.exp() * (wanted - found)).sum(1).mean().item()


def test_keeping_the_base_leaves_the_model_nearer_to_it(levers, config, upper, pieces):
    start, far = levers.weights_of(upper), []
    for name in ("base", "keeps the base"):
        levers.set_weights(upper, start)
        lever = dataclasses.replace(levers.LEVERS[name], pieces=1)
        levers.train(upper, pieces * 4, config, lever, 3, name)
        far.append(divergence_from_base(upper))
    assert 0 < far[1] < far[0]


# --- merging


def test_two_trainings_start_alike_and_are_averaged(levers, config, tmp_path, monkeypatch):
    begun, judged = [], []

    def train(upper, pieces, config, lever, seed, title):
        begun.append(levers.weights_of(upper))
        for value in upper.trainable().values():
            value.data += seed
        return [float(seed)] * 2, []

    def measured(upper, pieces):
        judged.append(levers.weights_of(upper))
        return torch.eye(5).repeat(2, 1)

    monkeypatch.setattr(levers, "train", train)
    monkeypatch.setattr(levers, "measured", measured)
    result = levers.run_one("two seeds merged", 3, tmp_path)
    assert result["losses"] == [3.5, 3.5]
    assert list(result["found"]) == [
        "two seeds merged: seed 3 alone",
        "two seeds merged: seed 4 alone",
        "two seeds merged",
    ]
    assert len(begun) == 2
    for name, start in begun[0].items():
        assert torch.equal(begun[1][name], start)
        for end, added in zip(judged, (3, 4, 3.5), strict=True):
            assert torch.allclose(end[name], start + added)


# --- texts


def test_an_item_has_one_of_its_rubrics_layouts(levers):
    rubric = "Right facts only. 5: all right. 3: one slip. 1: wrong."
    examples = [dataclasses.replace(example, rubric=rubric) for example in make_examples(40)]
    changed = levers.layout_varied(examples)
    by_item: dict[str, set[str]] = {}
    for example, before in zip(changed, examples, strict=True):
        by_item.setdefault(example.item, set()).add(example.rubric)
        assert dataclasses.replace(example, rubric=rubric) == before
    assert all(len(rubrics) == 1 for rubrics in by_item.values())
    assert set().union(*by_item.values()) == set(rubric_renderings(rubric, 4))


def test_half_of_the_items_lose_their_reference(levers):
    examples = make_examples(40, reference="A number.")
    changed = levers.references_in_half(examples)
    without = {example.item for example in changed if not example.reference}
    assert 10 <= len(without) <= 30
    for example, before in zip(changed, examples, strict=True):
        wanted = "" if example.item in without else "A number."
        assert example == dataclasses.replace(before, reference=wanted)


def test_changed_texts_have_hidden_states_of_their_own(levers, config, upper, tmp_path):
    file = tmp_path / "train.jsonl"

    def read(name):
        return levers.read_pieces(upper, file, levers.LEVERS[name], config)

    plain, measured, _ = read("base")
    half, same, _ = read("references in half")
    ids = [
        sorted(piece.batch.input_ids.tolist() for piece in part)
        for part in (plain, half, measured, same)
    ]
    assert ids[0] != ids[1]
    assert ids[2] == ids[3]
    for piece in half:
        assert torch.equal(piece.hidden, upper.lower(piece.batch))
    scores = [
        sorted(s for piece in part for s in piece.batch.scores.tolist()) for part in (plain, half)
    ]
    assert scores[0] == scores[1]


def test_own_answers_stand_where_a_judge_reads_them(levers, config, upper, tmp_path, monkeypatch):
    file, upper = tmp_path / "train.jsonl", levers.Upper(talking(upper.backbone))
    backbone = upper.backbone
    rows = [
        dataclasses.replace(row, reference="The sum.") if row.item.endswith(("1", "3")) else row
        for row in make_examples(12)
    ]
    write_examples(file, rows)
    judge = Judge(backbone, solve=True)
    wanted = {
        example.id: judge.solved([judge.encoder.encode_request(example)])[0].prefix
        for example in rows
    }
    plain = {row.id: backbone.encoder.encode_request(row).prefix for row in rows}
    read: list[list[Encoded]] = []
    monkeypatch.setattr(levers.texts, "pieces_of", lambda _, rows, __: read.append(rows))
    parts = levers.texts.deal(rows, backbone.encoder.encode_all(rows))

    def prefixes(share):
        """Of the trained and of the measured answers, by id."""
        read.clear()
        levers.read_pieces(upper, file, levers.Lever(), config.changed(train={"solve": share}))
        return [
            {rows[at].id: row.prefix for at, row in zip(places, part, strict=True)}
            for places, part in zip(parts, read, strict=True)
        ]

    for part in prefixes(0.0):
        assert part == {name: plain[name] for name in part}
    trained, measured = prefixes(0.5)
    assert measured == {name: wanted[name] for name in measured}
    assert any(measured[name] != plain[name] for name in measured)
    kinds = {(prefix == plain[name], prefix == wanted[name]) for name, prefix in trained.items()}
    # With a reference both are the same; of the others some are as they were, some have an answer.
    assert kinds == {(True, True), (True, False), (False, True)}


def test_the_mean_over_layouts_is_that_of_single_passes(levers, config, upper, tmp_path):
    normal_b(upper)
    backbone = upper.backbone.eval()
    rubrics = ("Right? 5: all right. 3: one slip. 1: wrong.", "Right?", "`5` is right, `1` is not.")
    examples = [
        dataclasses.replace(example, rubric=rubrics[int(example.item[-1])])
        for example in make_examples(3)
    ]
    rows = backbone.encoder.encode_all(examples)
    pieces = levers.texts.pieces_of(upper, rows, tmp_path / "measured.safetensors")
    found = levers.in_layouts(upper, pieces, examples, (1, 2, 4), config, tmp_path)
    for num in found:
        means = []
        for example in examples:
            layouts = rubric_renderings(example.rubric, num)
            texts = [dataclasses.replace(example.request, rubric=text) for text in layouts]
            read = [[backbone.encoder.encode_request(text)] for text in texts]
            with torch.no_grad():
                logits = [backbone.digit_logits(collate(row, 0)) for row in read]
            means.append(torch.cat(logits).softmax(1).mean(0))
        labels = torch.tensor([example.score for example in examples])
        distributions = torch.stack(means)
        entropy = -distributions[torch.arange(15), labels - 1].log().mean().item()
        assert found[num]["entropy"] == pytest.approx(entropy, abs=1e-4)
        pearson = torch.corrcoef(torch.stack([expected_score(distributions), labels.float()]))
        assert found[num]["pearson"] == pytest.approx(pearson[0, 1].item(), abs=1e-3)
    assert len({row["entropy"] for row in found.values()}) == 3


# --- the program


@pytest.fixture
def program(levers, monkeypatch, tmp_path, pytestconfig):
    """Runs the program on a split and parameters below `source`."""
    source = tmp_path / "source"
    write_examples(source / "train.jsonl", make_examples(8))
    shutil.copy(pytestconfig.rootpath / "params.yaml", source)
    monkeypatch.setattr(levers, "TRAIN", source / "train.jsonl")
    monkeypatch.setattr(levers, "PARAMS", source / "params.yaml")

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["levers.py", *map(str, arguments)])
        levers.main()

    return run


def test_the_split_may_change_between_two_levers(
    levers, config, program, monkeypatch, tmp_path, capsys
):
    commands = []

    def in_this_process(command, **_):
        commands.append(command)
        program(*command[2:])
        write_examples(levers.TRAIN, make_examples(2))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(levers.subprocess, "run", in_this_process)
    whole = make_examples(8)
    program("base", "ranking", "--work", tmp_path / "work")
    table = capsys.readouterr().out.splitlines()
    assert [line.split(" | ")[0] for line in table].count("| ranking") == 1
    (work,) = (tmp_path / "work").iterdir()
    found = json.loads((work / "ranking.17.json").read_text(encoding="utf-8"))
    write_examples(tmp_path / "train.jsonl", whole)
    assert found["losses"] == levers.run_one("ranking", 17, tmp_path)["losses"]
    # Neither runs again.
    write_examples(levers.TRAIN, whole)
    program("ranking", "base", "--work", tmp_path / "work")
    assert [command[2] for command in commands] == ["base", "ranking"]


def test_a_base_may_have_other_parameters(levers, program, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(levers, "ensure", lambda *_: pytest.fail("it trains"))
    for setting in ("lora.topp=0.5", "lora=0.5", "lora.top", "top=0.5"):
        with pytest.raises(SystemExit) as exited:
            program("base", "--work", tmp_path / "work", "--set", setting)
        assert exited.value.code == 2
        assert setting in capsys.readouterr().err
    settings = ("lora.top=0.25", "train.solve=0")
    work = levers.copy_inputs(tmp_path / "work", ["base"], settings)
    config = configuration.load(work / "params.yaml")
    plain = configuration.load(levers.PARAMS)
    assert config == plain.changed(lora={"top": 0.25}, train={"solve": 0.0})
    assert levers.copy_inputs(tmp_path / "work", ["base"]) != work


def test_a_second_table_has_a_row_for_each_source(levers):
    examples = [
        dataclasses.replace(row, source=source)
        for source, rows in (("few", make_examples(1)), ("many", make_examples(3)))
        for row in rows
    ]
    examples = [dataclasses.replace(row, id=f"{at}") for at, row in enumerate(examples)]
    exact = {row.id: float(row.score) for row in examples}
    turned = {row.id: 6.0 - row.score for row in examples}
    found = {"exact": exact, "turned": turned}
    results = {name: {"means": {name: part}} for name, part in found.items()}
    results["mean of renderings"] = {"found": {}}
    lines = levers.table_by_source(results, [*examples, *make_examples(1)]).splitlines()
    assert lines[0] == "| MAE, Pearson | answers | exact | turned |"
    assert lines[2:] == [
        "| many | 15 | 0.00, 1.00 | 2.40, -1.00 |",
        "| few | 5 | 0.00, 1.00 | 2.40, -1.00 |",
    ]


def test_what_needs_the_adapter_of_base_trains_it_first(
    levers, config, program, monkeypatch, tmp_path
):
    order = []

    def in_this_process(command, **_):
        order.append(command[2])
        program(*command[2:])
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(levers.subprocess, "run", in_this_process)
    program("mean of renderings", "--work", tmp_path / "work")
    assert order == ["base", "mean of renderings"]
    (adapter,) = (tmp_path / "work").glob("*/base.17.safetensors")
    adapter.unlink()  # results of a version that did not keep it
    next((tmp_path / "work").glob("*/mean-of-renderings.17.json")).unlink()
    program("mean of renderings", "--work", tmp_path / "work")
    assert order == ["base", "mean of renderings"] * 2


@pytest.mark.parametrize("fault", ["no split", "a faulty row", "a faulty parameter"])
def test_a_fault_is_named_before_the_first_training(
    levers, program, monkeypatch, tmp_path, capsys, fault
):
    if fault == "no split":
        levers.TRAIN.unlink()
        named = str(levers.TRAIN)
    elif fault == "a faulty row":
        with levers.TRAIN.open("a", encoding="utf-8") as file:
            file.write('{"id": "x"}\n')
        named = "train.jsonl:41"
    else:
        text = levers.PARAMS.read_text(encoding="utf-8")
        levers.PARAMS.write_text(text.replace("  r: 16", "  r: abc"), encoding="utf-8")
        named = "lora.r"
    monkeypatch.setattr(levers.subprocess, "run", lambda *_, **__: pytest.fail("it trains"))
    with pytest.raises(SystemExit) as exited:
        program("base", "--work", tmp_path / "work")
    assert exited.value.code == 2
    assert named in capsys.readouterr().err


def test_a_lever_that_ends_with_an_error_ends_the_program(
    levers, config, program, monkeypatch, tmp_path
):
    begun = []

    def fail(command, **_):
        begun.append(command[2])
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(levers.subprocess, "run", fail)
    with pytest.raises(SystemExit) as exited:
        program("ranking", "base", "--work", tmp_path / "work")
    assert "ranking" in str(exited.value.code)
    assert begun == ["ranking"]


def test_a_process_trains_one_lever_and_shows_which(levers, config, program, tmp_path, capsys):
    with pytest.raises(SystemExit):
        program("base", "ranking", "--here", "--work", tmp_path)
    capsys.readouterr()
    program("ranking", "--here", "--work", tmp_path, "--seed", 3)
    assert "ranking, seed 3" in capsys.readouterr().err
    assert {path.name for path in Path(tmp_path).glob("*.json")} == {"ranking.3.json"}
