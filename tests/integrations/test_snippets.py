"""Each snippet of docs/integrations.md runs as it stands there."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys

import pytest

# inspect_ai's mock of a model counts tokens with a vocabulary from the network.
COUNTER = """
import tiktoken
class Counter:
    def encode(self, text, **_):
        return text.split()
tiktoken.get_encoding = lambda name: Counter()
"""
NEEDS = {"inspect_ai": "inspect_ai", "deepeval": "deepeval", "TRL": "torch"}


def snippets(page):
    parts = re.split(r"^## ", page, flags=re.MULTILINE)[1:]
    return {
        part.partition("\n")[0]: re.findall(r"```python\n(.*?)```", part, flags=re.DOTALL)
        for part in parts
    }


@pytest.fixture(scope="module")
def page(request):
    return (request.config.rootpath / "docs" / "integrations.md").read_text(encoding="utf-8")


def test_there_is_one_for_each_tool(page):
    assert {tool: len(found) for tool, found in snippets(page).items()} == dict.fromkeys(NEEDS, 1)


@pytest.mark.parametrize("tool", NEEDS)
def test_it_runs(page, judge_folder, tmp_path, request, tool):
    if importlib.util.find_spec(NEEDS[tool]) is None:
        pytest.skip(f"{NEEDS[tool]} is not installed")
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "judge").symlink_to(judge_folder)
    (code,) = snippets(page)[tool]
    if tool == "inspect_ai":
        code = COUNTER + code
    offline = {"DEEPEVAL_TELEMETRY_OPT_OUT": "1", "DEEPEVAL_DISABLE_DOTENV": "1"}
    source = {"PYTHONPATH": str(request.config.rootpath / "src")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, **offline, **source},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
