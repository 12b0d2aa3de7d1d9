"""`make full` asks for what docs/full.md has the figures of."""

from __future__ import annotations

import re
import shlex
import subprocess

import pytest
from ruamel.yaml import YAML


def params(path):
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def command(root, *arguments):
    done = subprocess.run(
        ["make", "--dry-run", "full", *arguments], cwd=root, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    # Below another make it also says where it is.
    (line,) = (line for line in done.stdout.splitlines() if " exp run " in line)
    return shlex.split(line)


@pytest.mark.parametrize(
    ("size", "arguments"),
    [("0.5b", ()), ("1.5b", ("BASE=qwen2.5-coder-1.5b-instruct", "LR=1.5e-4"))],
)
def test_its_settings_are_those_that_were_measured(request, size, arguments):
    root = request.config.rootpath
    page = (root / "docs" / "full.md").read_text(encoding="utf-8")
    line = re.escape(" ".join(("make full", *arguments)))
    assert re.search(rf"^{line}\s", page, flags=re.MULTILINE)

    found = params(root / "params.yaml")
    words = command(root, *arguments)
    for flag, setting in zip(words[3::2], words[4::2], strict=True):
        assert flag == "-S"
        key, value = setting.split("=")
        *path, name = key.split(".")
        group = found
        for part in path:
            group = group[part]
        assert name in group, key
        group[name] = YAML(typ="safe").load(value)
    measured = params(root / "docs" / "full" / f"{size}-params.yaml")
    families = found["dataset"]["families"]
    for name in families.keys() - measured["dataset"]["families"].keys():
        assert f"`{name}`" in page  # came after the figures, which the page has to say
        del families[name]
    # When it was measured, the settings of `run` were in `train`, and `bases` did not exist.
    found["train"] |= found.pop("run")
    del found["bases"]
    # Came after the figures too.
    assert found["train"].pop("skip") == 0
    assert found["train"].pop("fresh") == []
    assert found["dataset"].pop("num_natural") == 0
    assert "num_natural" in page
    assert found["dataset"].pop("balance") == 1
    assert found["lora"].pop("top") == 1
    assert found["evaluate"].pop("max_examples") == 100_000
    assert found["evaluate"].pop("probe_examples") > 0
    assert found["quantization"].pop("products") == "auto"
    assert found["dataset"].pop("replay") == 0
    assert found["train"].pop("start") is None
    assert found["train"].pop("solve") == 0
    # How it is computed, and how often it is saved.
    found["model"]["attention"] = measured["model"]["attention"]
    found["train"]["checkpoint_every"] = measured["train"]["checkpoint_every"]
    assert found == measured
