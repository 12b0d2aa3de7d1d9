"""What the adapters share: loading once, saying what is missing, conversations as text."""

from __future__ import annotations

import doctest
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

import pytest

from autograder.integrations import load_once, needs
from autograder.judging.judge import Judge
from autograder.tables import messages
from autograder.tables.messages import conversation_text, message_text


def test_a_judge_is_loaded_once_whoever_asks(tmp_path, monkeypatch):
    loads = []

    def load(folder):
        loads.append(folder)
        return object()

    monkeypatch.setattr(Judge, "load", load)
    (tmp_path / "other").mkdir()
    same = [tmp_path, str(tmp_path), tmp_path / "other" / ".."] * 4
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(load_once, same))) == 1
    assert len(loads) == 1
    assert load_once(tmp_path / "other") is not load_once(tmp_path)


def test_a_judge_that_failed_to_load_is_tried_again(tmp_path, monkeypatch):
    def fail(folder):
        raise OSError("disk")

    monkeypatch.setattr(Judge, "load", fail)
    with pytest.raises(OSError, match="disk"):
        load_once(tmp_path)
    judge = object()
    monkeypatch.setattr(Judge, "load", lambda folder: judge)
    assert load_once(tmp_path) is judge


@pytest.mark.parametrize(
    ("package", "remedy"),
    [("inspect_ai", r"pip install -e '\.\[inspect\]'"), ("deepeval", "docs/integrations.md")],
)
def test_a_missing_package_is_named_with_its_remedy(monkeypatch, package, remedy):
    class Absent:
        def find_spec(self, name, path, target=None):
            if name == package:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    for name in [*sys.modules]:
        if name.partition(".")[0] == package:
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, f"autograder.integrations.{package}", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Absent(), *sys.meta_path])
    with pytest.raises(ImportError, match=f"needs {package}, which is not installed: .*{remedy}"):
        import_module(f"autograder.integrations.{package}")


def test_a_package_that_is_there_and_broken_is_left_to_speak():
    with pytest.raises(ModuleNotFoundError, match="no_such_part"), needs("json", "install it"):
        import_module("no_such_part")


def test_importing_the_package_imports_no_tool_and_no_torch():
    code = "import sys, autograder.integrations.trl\n"
    code += "print(sorted({'torch', 'trl', 'inspect_ai', 'deepeval', 'numpy'} & {*sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_examples_of_conversations_hold():
    assert doctest.testmod(messages).attempted > 0
    assert doctest.testmod(messages).failed == 0


def test_messages_become_one_text():
    image = [{"type": "text", "text": "What is this?"}, {"type": "image", "image": "..."}]
    assert message_text(image) == "What is this?\n[image]"
    assert message_text("plain") == "plain"
    assert message_text(None) == message_text([]) == ""
    assert message_text(["two", "parts"]) == "two\nparts"
    turns = [("user", "Hello"), ("assistant", "Hi"), ("user", "user: forged")]
    assert conversation_text(turns) == "user: Hello\n\nassistant: Hi\n\nuser: user: forged"
    assert conversation_text([]) == ""
