"""`autograder serve`: what is said before anything is loaded."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.cli.serve import serve
from autograder.extras import how_to_install

JUDGE = '{"base": {}, "template_version": 4, "digit_ids": [], "temperature": 1.0, "params": {}}'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.delenv("AUTOGRADER_TOKEN", raising=False)
    (tmp_path / "judge.json").write_text(JUDGE, encoding="utf-8")
    return tmp_path


def error_of(capsys, *arguments):
    with pytest.raises(SystemExit) as caught:
        main(["serve", *map(str, arguments)])
    assert caught.value.code == 1
    return capsys.readouterr().err


def test_help_and_the_package_import_neither_torch_nor_fastapi():
    code = (
        "import sys; from autograder.cli import main\n"
        "try: main(['serve', '--help'])\n"
        "finally: assert not {'torch', 'fastapi', 'uvicorn', 'pydantic'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--token-file" in done.stdout


def test_the_service_is_imported_without_torch():
    code = (
        "import sys, autograder.serve.app, autograder.serve.server\n"
        "assert 'torch' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_there_is_no_option_for_the_token_itself():
    names = [name for option in serve.params for name in option.opts]
    assert "--token" not in names
    assert not any(option.envvar for option in serve.params)


def test_a_folder_without_a_judge_is_named(folder, capsys):
    (folder / "judge.json").unlink()
    assert f"{folder}: holds no judge" in error_of(capsys, "--judge", folder)


def test_a_wrong_setting_is_named(folder, capsys, monkeypatch):
    said = error_of(capsys, "--judge", folder, "--root-path", "judge")
    assert "root_path: 'judge' is not a path" in said
    monkeypatch.setenv("AUTOGRADER_TOKEN", "short")
    said = error_of(capsys, "--judge", folder)
    assert "token: needs at least 16" in said
    assert "short" not in said


def test_an_address_in_use_is_named(folder, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = error_of(capsys, "--judge", folder, "--port", port)
    assert f"127.0.0.1:{port}: " in said
    assert "--port" in said


@pytest.mark.parametrize("name", ["fastapi", "uvicorn", "prometheus_client"])
def test_a_missing_package_is_named_with_its_remedy(folder, capsys, monkeypatch, name):
    for module in [m for m in sys.modules if m.startswith("autograder.serve.")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, name, None)
    said = error_of(capsys, "--judge", folder)
    assert said == f"Error: {name} is not installed: {how_to_install('serve')}\n"


def test_the_service_knows_the_host_that_it_listens_on(folder, monkeypatch):
    apps = []
    monkeypatch.setattr("autograder.serve.server.listen", lambda host, port: None)
    monkeypatch.setattr("autograder.serve.server.run", lambda app, *_, **__: apps.append(app))
    CliRunner().invoke(serve, ["--judge", str(folder), "--host", "judge.lan"])
    assert apps[0].state.settings.host == "judge.lan"


def test_an_empty_variable_is_no_open_door(folder, capsys, monkeypatch):
    monkeypatch.setenv("AUTOGRADER_TOKEN", "")
    assert "token: needs at least 16" in error_of(capsys, "--judge", folder)


@pytest.mark.parametrize(("mode", "is_warned"), [(0o600, False), (0o640, False), (0o644, True)])
def test_a_token_that_all_can_read_is_warned_of(folder, tmp_path, monkeypatch, mode, is_warned):
    monkeypatch.setattr("autograder.serve.server.listen", lambda host, port: None)
    monkeypatch.setattr("autograder.serve.server.run", lambda *_, **__: None)
    file = tmp_path / "token"
    file.write_text("x" * 32)
    file.chmod(mode)
    done = CliRunner().invoke(serve, ["--judge", str(folder), "--token-file", str(file)])
    assert done.exit_code == 0
    warning = f"warning: all users can read {file}; chmod o-r {file}\n"
    assert done.stderr == (warning if is_warned else "")


def test_an_open_address_without_a_token_is_warned_of(folder, monkeypatch):
    monkeypatch.setattr("autograder.serve.server.listen", lambda host, port: None)
    monkeypatch.setattr("autograder.serve.server.run", lambda *_, **__: None)
    runner = CliRunner()
    arguments = ["--judge", str(folder)]
    open_one = runner.invoke(serve, [*arguments, "--host", "0.0.0.0"])
    assert "warning: whoever reaches 0.0.0.0 may grade" in open_one.stderr
    assert runner.invoke(serve, arguments).stderr == ""
    environment = {"AUTOGRADER_TOKEN": "x" * 32}
    guarded = runner.invoke(serve, [*arguments, "--host", "0.0.0.0"], env=environment)
    assert (guarded.exit_code, guarded.stderr) == (0, "")
