"""Uploads to a hub on this machine, and what is refused before anything leaves."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys

import pytest
from click.testing import CliRunner
from huggingface_hub import HfApi

from autograder.cli.push import push as command
from autograder.errors import ModelError, SourceError
from autograder.export.hub import check_repo, push
from autograder.export.parcel import pack
from autograder.judging import naming
from export.fake_hub import serving

TOKEN = "hf_" + "a1" * 17


@pytest.fixture
def folder(judge_folder, tmp_path):
    """A copy of a judge with another card, that may be spoilt."""
    copy = tmp_path / "judge"
    shutil.copytree(judge_folder, copy)
    card = (
        "---\nlicense: apache-2.0\nbase_model: org/base\nlibrary_name: peft\ntags: [a]\n---\n# x\n"
    )
    (copy / "README.md").write_text(card, encoding="utf-8")
    return copy


@pytest.fixture
def hub():
    with serving() as found:
        yield found


def send(folder, hub, **options):
    defaults = {"private": False, "revision": None, "message": "m"}
    api = HfApi(endpoint=hub.endpoint, token=TOKEN)
    return push(pack(folder), "owner/judge", **defaults | options, api=api)


def dry_run(folder):
    arguments = [str(folder), "owner/judge", "--dry-run"]
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


def test_a_judge_of_the_box_is_pushed_by_its_name(folder, monkeypatch):
    monkeypatch.setattr(naming, "_BOXES", (folder.parent,))
    result = dry_run("judge")
    assert result.exit_code == 0, result.output
    assert result.output.startswith(dry_run(folder).output[:64])


def test_every_file_arrives_as_it_is(folder, hub):
    assert send(folder, hub, message="One judge") == f"{hub.endpoint}/owner/judge/commit/c0ffee"
    local = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert hub.files == {"main": local}
    assert hub.messages == ["One judge"]
    assert [row["name"] for row in hub.created] == ["judge"]
    assert "visibility" not in hub.created[0]
    assert {token for _, _, token in hub.requests} == {f"Bearer {TOKEN}"}


def test_a_private_repository_and_another_branch(folder, hub):
    send(folder, hub, private=True, revision="v2")
    assert hub.created[0]["visibility"] == "private"
    assert set(hub.files) == {"v2"}
    assert hub.files["v2"].keys() == {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (
            401,
            "",
            r"the hub does not know you \(401\); log in with `hf auth login`, or set HF_TOKEN",
        ),
        (403, "", r"your token may not write here \(403\)"),
        (404, "RepoNotFound", r"no such owner, repository or branch, or it is hidden"),
        (418, "", r"the hub refuses \(418\)"),
    ],
)
def test_a_refusal_is_one_line_without_the_token(folder, hub, status, code, message):
    hub.refuse = status, code
    with pytest.raises(SourceError, match=message) as caught:
        send(folder, hub)
    assert "\n" not in str(caught.value)
    assert TOKEN not in str(caught.value)
    assert hub.files == {}


def test_a_hub_that_is_not_there(folder):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{free.getsockname()[1]}"
    api = HfApi(endpoint=endpoint, token=TOKEN)
    with pytest.raises(SourceError, match=r"cannot be reached: .*; check the network") as caught:
        push(pack(folder), "o/j", private=False, revision=None, message="m", api=api)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"HF_HUB_OFFLINE": "1"}, "offline mode is set (HF_HUB_OFFLINE); unset it"),
        ({}, "the hub does not know you (401)"),
    ],
)
def test_the_command_takes_the_hub_and_the_token_from_the_environment(
    folder, hub, tmp_path, changes, message
):
    hub.refuse = 401, ""
    environment = os.environ | {"HF_ENDPOINT": hub.endpoint, "HF_TOKEN": TOKEN}
    environment |= {"HF_HOME": str(tmp_path / "home"), "PYTHONPATH": os.pathsep.join(sys.path)}
    code = "from autograder.cli.push import push; from autograder.errors import AutograderError\n"
    code += "try: push(standalone_mode=False)\nexcept AutograderError as error: print(error)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), "owner/judge"],
        capture_output=True,
        text=True,
        check=False,
        env=environment | changes,
    )
    assert f"owner/judge: {message}" in done.stdout, done.stderr
    assert TOKEN not in done.stdout + done.stderr
    if not changes:
        tokens = {token for _, path, token in hub.requests if path == "/api/repos/create"}
        assert tokens == {f"Bearer {TOKEN}"}


def test_a_dry_run_lists_and_asks_no_network(folder, monkeypatch):
    def refuse(*_):
        pytest.fail("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    result = dry_run(folder)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    listed = {line.split()[2]: line.split()[0] for line in lines[:-1]}
    digests = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}
    assert listed == digests
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert lines[-1] == f"judge: 4 files, {size:,} bytes; nothing was sent to owner/judge"
    assert result.stderr.count("remark") == 1  # the tiny base lies in a folder
    assert "is a path of this machine; export the judge first" in result.stderr


def test_what_the_card_lacks_is_said(folder):
    (folder / "README.md").write_text("---\nlicense: Apache 2\nbase_model: /x/y\n---\n")
    result = dry_run(folder)
    for remark in (
        "license: 'Apache 2' is no id that the hub knows",
        "base_model: '/x/y' is no hub id of the form org/name",
        "library_name: is missing",
    ):
        assert f"remark: README.md: {remark}" in result.stderr
    (folder / "README.md").write_text("no metadata")
    assert "license: is missing" in dry_run(folder).stderr
    (folder / "README.md").write_text("---\na: [\n---\n")
    with pytest.raises(ModelError, match=r"README\.md: its metadata is not YAML"):
        dry_run(folder)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (".env", "A=1", "is hidden"),
        (".git/config", "x", "is hidden"),
        ("id_rsa", "x", "looks like a secret by its name"),
        ("deep/My-Credentials.json", "{}", "looks like a secret by its name"),
        ("server.pem", "x", "looks like a secret by its name"),
        ("notes.txt", f"my token is {TOKEN}.", "holds what looks like a key or token"),
        ("notes.md", "-----BEGIN RSA PRIVATE KEY-----\nx", "holds what looks like a key or token"),
        ("far.txt", "x" * (2**20 - 20) + " " + TOKEN, "holds what looks like a key or token"),
    ],
)
def test_what_looks_like_a_secret_is_refused(folder, name, content, message):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=message) as caught:
        dry_run(folder)
    assert TOKEN not in str(caught.value)


def test_ordinary_files_are_not_taken_for_secrets(folder):
    (folder / "tokenizer.json").write_text("{}")
    (folder / "special_tokens_map.json").write_text('{"task-force-of-the-day-of-the-long-name": 1}')
    (folder / "LICENSE").write_text("Apache")
    (folder / ".gitattributes").write_text("*.safetensors filter=lfs")
    assert "judge: 8 files" in dry_run(folder).stdout


def test_links_are_refused(folder, tmp_path):
    (tmp_path / "elsewhere").write_text("x")
    (folder / "notes.txt").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ModelError, match=r"'notes\.txt' is a link"):
        pack(folder)


def test_a_folder_that_is_no_whole_judge_is_refused(folder, tmp_path):
    with pytest.raises(ModelError, match="holds no judge"):
        pack(tmp_path)
    (folder / "adapter_model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"no whole judge, it lacks adapter_model\.safetensors"):
        pack(folder)
    values = json.loads((folder / "judge.json").read_text(encoding="utf-8"))
    (folder / "judge.json").write_text(json.dumps(values | {"export": {"format": "gguf"}}))
    with pytest.raises(ModelError, match=r"no whole gguf, it lacks \*\.gguf"):
        pack(folder)
    (folder / "judge.json").write_text(json.dumps(values | {"export": {"format": "zip"}}))
    with pytest.raises(ModelError, match=r"export\.format: 'zip' is not known"):
        pack(folder)


@pytest.mark.parametrize("repo", ["judge", "a/b/c", "../x", "own er/x", "a/" + "x" * 120, "a/b..c"])
def test_names_that_are_no_repository_are_refused(repo):
    with pytest.raises(ModelError, match="REPO_ID"):
        check_repo(repo, None)


def test_names_that_are_no_branch_are_refused():
    check_repo("owner/judge", "feature/x")
    for revision in ("", "a b", "x:y"):
        with pytest.raises(ModelError, match="--revision"):
            check_repo("owner/judge", revision)
