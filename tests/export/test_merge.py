"""Combined adapters against arithmetic on their files, and the judges that are made of them."""

from __future__ import annotations

import dataclasses
import json
import shutil

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import load_file, save_file

from autograder.cli.merge import merge
from autograder.errors import DataError, ModelError, StorageError
from autograder.export.combine import Recipe, check_recipe
from autograder.export.trained import open_trained
from autograder.judging.calibration import fit_temperature
from autograder.judging.judge import Judge
from autograder.schema import write_examples
from conftest import make_examples
from export.conftest import change, judged

ADAPTER = "adapter_model.safetensors"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """No validation split of this project is taken by default."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def other_folder(judge_folder, tmp_path_factory):
    """Another adapter: rank 2 instead of 4, without o_proj, at another temperature."""
    folder = tmp_path_factory.mktemp("other") / "judge"
    shutil.copytree(judge_folder, folder)
    torch.manual_seed(11)
    tensors = {}
    for name, tensor in load_file(folder / ADAPTER).items():
        if "o_proj" not in name:
            noise = 0.3 * torch.randn_like(tensor)
            kept = (tensor + noise)[:2] if "lora_A" in name else noise[:, :2]
            tensors[name] = kept.contiguous()
    save_file(tensors, folder / ADAPTER)
    path = folder / "adapter_config.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    settings |= {"r": 2, "lora_alpha": 10.0}
    settings["target_modules"].remove("o_proj")
    path.write_text(json.dumps(settings), encoding="utf-8")
    judge = json.loads((folder / "judge.json").read_text(encoding="utf-8"))
    judge["params"]["lora"] |= {"r": 2, "alpha": 10.0}
    judge["params"]["lora"]["targets"].remove("o_proj")
    (folder / "judge.json").write_text(json.dumps(judge), encoding="utf-8")
    return change(folder, temperature=0.9)


def products(folder):
    """What an adapter adds to each matrix: scale B A, by the matrix's name."""
    settings = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    scale, tensors = settings["lora_alpha"] / settings["r"], load_file(folder / ADAPTER)
    return {
        name.replace(".lora_A.weight", ""): scale
        * (tensors[name.replace("lora_A", "lora_B")].double() @ tensor.double()).numpy()
        for name, tensor in tensors.items()
        if "lora_A" in name
    }


def call(*arguments):
    return CliRunner().invoke(merge, [str(a) for a in arguments], catch_exceptions=False)


def run(out, *arguments):
    result = call(out, *arguments)
    assert result.exit_code == 0, result.output
    return result


def nearest(matrix, rank):
    left, values, right = np.linalg.svd(matrix, full_matrices=False)
    return left[:, :rank] * values[:rank] @ right[:rank]


def ties(parts, weights, density):
    """TIES by its paper, section 3: trim, elect the sign, mean of those that agree."""
    trimmed = []
    for part in parts:
        kept = np.zeros(part.size)
        order = np.argsort(-np.abs(part.ravel()))[: int(density * part.size)]
        kept[order] = part.ravel()[order]
        trimmed.append(kept.reshape(part.shape))
    elected = np.where(sum(trimmed) >= 0, 1, -1)
    agree = [np.sign(part) == elected for part in trimmed]
    total = sum(w * part * yes for w, part, yes in zip(weights, trimmed, agree, strict=True))
    return total / np.maximum(sum(agree), 1)


@pytest.mark.parametrize("weights", ["0.5,0.5", "0.3,1.2", "1,-0.5"])
def test_linear_is_the_exact_weighted_sum_of_what_the_adapters_change(
    judge_folder, other_folder, tmp_path, weights
):
    run(tmp_path / "out", judge_folder, other_folder, "--weights", weights)
    first, second = map(float, weights.split(","))
    ours, one, two = map(products, (tmp_path / "out", judge_folder, other_folder))
    assert ours.keys() == one.keys()
    for name, found in ours.items():
        expected = first * one[name] + second * two.get(name, 0)
        np.testing.assert_allclose(found, expected, atol=1e-5)
    # Adding the factors, as PEFT's own `linear` does, is something else.
    name = next(name for name in two if "q_proj" in name)
    factors = {key: load_file(f / ADAPTER) for key, f in (("a", judge_folder), ("b", other_folder))}
    a, b = (factors["a"][f"{name}.lora_{side}.weight"][:2, :2] for side in "AB")
    assert not np.allclose((a @ b).numpy(), 0)


def test_three_judges(judge_folder, other_folder, tmp_path):
    run(tmp_path / "out", judge_folder, other_folder, judge_folder, "--weights", "1,1,-1")
    ours, two = products(tmp_path / "out"), products(other_folder)
    for name, found in ours.items():
        np.testing.assert_allclose(found, two.get(name, np.zeros_like(found)), atol=1e-4)


@pytest.mark.parametrize("density", [0.3, 1.0])
def test_ties_is_ties_on_the_products_and_then_the_nearest_of_its_rank(
    judge_folder, other_folder, tmp_path, density
):
    result = run(
        tmp_path / "out", judge_folder, other_folder, "--method", "ties", "--density", density
    )
    ours, one, two = map(products, (tmp_path / "out", judge_folder, other_folder))
    kept = wanted = 0.0
    for name, found in ours.items():
        parts = [part[name] for part in (one, two) if name in part]
        full = ties(parts, [1.0] * len(parts), density)
        expected = nearest(full, 6)  # ranks 4 and 2
        np.testing.assert_allclose(found, expected, atol=2e-4)
        kept += (expected**2).sum()
        wanted += (full**2).sum()
    judge = json.loads((tmp_path / "out" / "judge.json").read_text(encoding="utf-8"))
    assert judge["merge"]["kept_share"] == pytest.approx(kept / wanted, abs=1e-4)
    assert f"it holds {kept / wanted:.1%} of the wanted change" in result.stdout


@pytest.mark.parametrize("method", ["dare_linear", "dare_ties"])
def test_dare_is_the_seeds(judge_folder, other_folder, tmp_path, method):
    arguments = (judge_folder, other_folder, "--method", method, "--density", 0.5)
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run(tmp_path / name, *arguments, "--seed", seed)
    bytes_of = {name: (tmp_path / name / ADAPTER).read_bytes() for name in "abc"}
    assert bytes_of["a"] == bytes_of["b"]
    assert bytes_of["a"] != bytes_of["c"]


def test_dare_that_keeps_everything_is_the_weighted_sum(judge_folder, other_folder, tmp_path):
    options = ("--method", "dare_linear", "--density", 1, "--weights", "0.7,0.4")
    run(tmp_path / "out", judge_folder, other_folder, *options)
    ours, one, two = map(products, (tmp_path / "out", judge_folder, other_folder))
    for name, found in ours.items():
        expected = 0.7 * one[name] + 0.4 * two.get(name, 0)
        np.testing.assert_allclose(found, expected, atol=1e-4)


def test_a_rank_is_the_results(judge_folder, other_folder, tmp_path):
    options = ("--method", "ties", "--density", 0.5, "--rank", 3)
    run(tmp_path / "out", judge_folder, other_folder, *options)
    judge = json.loads((tmp_path / "out" / "judge.json").read_text(encoding="utf-8"))
    assert judge["params"]["lora"]["r"] == 3
    assert max(np.linalg.matrix_rank(p, tol=1e-5) for p in products(tmp_path / "out").values()) == 3
    Judge.load(tmp_path / "out")
    with pytest.raises(ModelError, match="--rank 7: is more than all judges together have, 6"):
        call(tmp_path / "x", judge_folder, other_folder, *options[:-1], 7)


@pytest.mark.parametrize(("shares", "solves"), [((0.7, 0.5), True), ((0.7, 0.0), False)])
def test_it_reads_the_bases_own_answers_if_all_were_taught_to(
    judge_folder, other_folder, tmp_path, shares, solves
):
    folders = []
    for at, (folder, share) in enumerate(zip((judge_folder, other_folder), shares, strict=True)):
        folders.append(tmp_path / str(at))
        shutil.copytree(folder, folders[at])
        params = json.loads((folder / "judge.json").read_text(encoding="utf-8"))["params"]
        params["train"]["solve"] = share
        change(folders[at], params=params)
    run(tmp_path / "one", *folders)
    run(tmp_path / "other", *reversed(folders))
    for name in ("one", "other"):
        assert Judge.load(tmp_path / name).encoder.solves == solves


def test_a_judge_combined_with_itself_is_itself(judge_folder, tmp_path):
    run(tmp_path / "out", judge_folder, judge_folder)
    np.testing.assert_allclose(judged(tmp_path / "out"), judged(judge_folder), atol=1e-5)
    assert not list(tmp_path.glob(".*"))
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"README.md", "adapter_config.json", ADAPTER, "judge.json", "SHA256SUMS"}


# --- the temperature


def test_without_validation_the_temperature_is_a_mean_and_says_so(
    judge_folder, other_folder, tmp_path
):
    result = run(tmp_path / "out", judge_folder, other_folder, "--weights", "3,-1")
    judge = json.loads((tmp_path / "out" / "judge.json").read_text(encoding="utf-8"))
    assert judge["temperature"] == pytest.approx((3 * 1.7 + 0.9) / 4)
    assert "temperature 1.5000, from the weighted mean of the judges' own" in result.stdout
    assert "It has not been measured" in (tmp_path / "out" / "README.md").read_text("utf-8")


@pytest.mark.parametrize("given", [True, False])
def test_the_temperature_is_fitted_on_the_validation_split(
    judge_folder, other_folder, tmp_path, given
):
    examples = make_examples(4)
    path = tmp_path / "v.jsonl" if given else tmp_path / "build" / "splits" / "validation.jsonl"
    write_examples(path, examples)
    options = ("--validation", path) if given else ()
    result = run(tmp_path / "out", judge_folder, other_folder, *options)
    judge = Judge.load(tmp_path / "out")
    encoded = [judge.encoder.encode_request(example) for example in examples]
    scores = torch.tensor([example.score for example in examples])
    fitted = fit_temperature(judge.digit_logits(encoded), scores)
    assert judge.temperature == pytest.approx(fitted, rel=1e-4)
    assert "from 20 validation examples" in result.stdout
    values = json.loads((tmp_path / "out" / "judge.json").read_text(encoding="utf-8"))
    verdicts = judge.evaluate_many((e.prompt, e.response, e.rubric) for e in examples)
    hits = [v.score == e.score for v, e in zip(verdicts, examples, strict=True)]
    assert values["validation"]["exact"] == pytest.approx(np.mean(hits))


# --- side by side


def test_judges_and_result_are_measured_side_by_side(judge_folder, other_folder, tmp_path):
    examples = make_examples(3)
    write_examples(tmp_path / "t.jsonl", examples)
    options = ("--evaluate", tmp_path / "t.jsonl")
    result = run(tmp_path / "out", judge_folder, other_folder, *options)
    lines = result.stdout.split("\n\n")[1].splitlines()
    assert lines[0].split() == ["exact", "mae", "pearson"]
    for line, folder in zip(lines[1:], (judge_folder, other_folder, tmp_path / "out"), strict=True):
        verdicts = Judge.load(folder).evaluate_many(
            (e.prompt, e.response, e.rubric) for e in examples
        )
        scores = np.array([verdict.score for verdict in verdicts])
        labels = np.array([example.score for example in examples])
        name, exact = line.split()[:2]
        assert name == str(folder)
        assert float(exact) == pytest.approx((scores == labels).mean(), abs=5e-4)
        assert f"  {np.abs(scores - labels).mean():.3f} (" in line


def test_files_are_read_before_anything_is_combined(judge_folder, tmp_path):
    for option in ("--evaluate", "--validation"):
        with pytest.raises(DataError, match="no such file"):
            call(tmp_path / "out", judge_folder, judge_folder, option, tmp_path / "none.jsonl")
    assert not (tmp_path / "out").exists()


# --- what does not go together


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"base": {"name": "x", "pin": "sha256:1"}}, "base: .* is not that of"),
        ({"digit_ids": [1, 2, 3, 4, 5]}, "digit_ids: .* only judges of the same base"),
        ({"quantization": {"bits": 4}}, "quantization: 4 bits, nf4, double=True is not that of"),
        ({"template_version": 2}, "was trained with template 2"),
    ],
)
def test_judges_that_differ_are_named(judge_folder, tmp_path, changes, message):
    other = tmp_path / "other"
    shutil.copytree(judge_folder, other)
    change(other, **changes)
    with pytest.raises(ModelError, match=rf"other: {message}"):
        call(tmp_path / "out", judge_folder, other)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--weights", "1"), "1 of them for 2 judges"),
        (("--weights", "a,b"), "are no numbers"),
        (("--weights", "1,0"), "each must be a number other than 0"),
        (("--weights", "1,nan"), "each must be a number other than 0"),
        (("--density", "0.5"), "linear is exact and takes neither"),
        (("--method", "ties", "--density", "0"), "0"),
        (("--method", "slerp"), "slerp"),
    ],
)
def test_wrong_usage_exits_with_2(judge_folder, tmp_path, options, message):
    result = call(tmp_path / "out", judge_folder, judge_folder, *options)
    assert result.exit_code == 2
    assert message in result.output


def test_one_judge_is_not_enough_and_no_judge_is_written_over(judge_folder, tmp_path):
    assert call(tmp_path / "out", judge_folder).exit_code == 2
    with pytest.raises(StorageError, match="is, holds or lies in the judge"):
        call(judge_folder, judge_folder, judge_folder, "--force")


def test_the_result_says_which_layers_it_adapts(judge_folder, other_folder, tmp_path):
    assert call(tmp_path / "out", other_folder, judge_folder).exit_code == 0
    made = json.loads((tmp_path / "out" / "judge.json").read_text(encoding="utf-8"))
    settings = json.loads((tmp_path / "out" / "adapter_config.json").read_text(encoding="utf-8"))
    assert set(settings["target_modules"]) == set(made["params"]["lora"]["targets"])


def test_ranks_that_sum_to_more_than_an_adapter_may_have_are_refused(judge_folder):
    judge = open_trained(judge_folder)
    large = judge.config.changed(lora={"r": 600})
    judges = [dataclasses.replace(judge, config=large)] * 2
    with pytest.raises(ModelError, match="sum to 1200, an adapter has at most 1024; combine fewer"):
        check_recipe(judges, Recipe("linear", (0.5, 0.5)))
    check_recipe(judges, Recipe("ties", (1.0, 1.0)))
