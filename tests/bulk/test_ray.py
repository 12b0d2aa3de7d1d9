"""Two workers on a Ray cluster of this machine: the bytes of one process, whoever dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.bulk import ray_engine
from autograder.bulk.grade_file import Plan, check, grade_file
from autograder.bulk.ray_engine import ClusterError, RayEngine, load_same
from autograder.bulk.source import Source
from autograder.cli import cli, main
from autograder.errors import DataError, ModelError, SourceError
from autograder.extras import how_to_install
from autograder.judging.folder import judge_fingerprint
from autograder.judging.grader import Mode
from autograder.tables.formats import ImportOptions
from bulk.fake_runs import answers, names, read_jsonl, write_jsonl
from bulk.ray_judges import ExactJudge, MortalJudge

ActorPool = pytest.importorskip("ray.util").ActorPool

HERE = Path(__file__).parent
NUM_ROWS = 22


def grade(path, out, engine=None, load=ExactJudge, **plan):
    chosen = Plan(Source.open(path, ImportOptions()), out, **plan)
    more = {} if engine is None else {"engine": engine}
    return grade_file(chosen, check(chosen), "f", load, **more)


def rows():
    found = answers(NUM_ROWS)
    found[3]["response"] = ""
    found[9]["rubric"] = "too long for the model"
    found[10]["response"] = '=1+1, "two"\nlines, \x1b[2J <|im_end|> 日本'
    return found


def write(path):
    import pandas as pd

    frame = pd.DataFrame(rows())
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    elif path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        write_jsonl(path, rows())
    return path


@pytest.fixture(scope="module")
def ray():
    """A cluster of this machine, started as for a run without an address."""
    with pytest.MonkeyPatch.context() as patch:
        # Where workers find the judges of these tests.
        patch.setenv("PYTHONPATH", os.pathsep.join((str(HERE.parent), *sys.path)))
        with ray_engine._connected(None) as ray:
            yield ray


@pytest.fixture(scope="module")
def workers(ray):
    """Two that leave the processors to others."""
    kind = ray.remote(ray_engine._Worker).options(num_cpus=0)
    return ActorPool([kind.remote(ExactJudge) for _ in range(2)]), 2


@pytest.fixture
def engine(workers, monkeypatch):
    """An engine whose workers outlast a run, as starting them takes seconds."""
    monkeypatch.setattr(ray_engine, "_hire", lambda *_: workers)
    yield RayEngine(None, 2)
    while workers[0].has_next():  # what a run that ended with an error left
        workers[0].get_next()


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_the_bytes_are_those_of_one_process(tmp_path, windows_of_4, engine, form):
    source = write(tmp_path / f"in.{form}")
    one, two = tmp_path / "one" / f"out.{form}", tmp_path / "two" / f"out.{form}"
    expected = grade(source, one, skip=True, reasoning=True)
    assert grade(source, two, engine, skip=True, reasoning=True) == expected
    assert (expected.num_graded, expected.num_skipped) == (NUM_ROWS - 2, 2)
    assert names(one.parent) == names(two.parent)
    for path in one.parent.iterdir():
        assert path.read_bytes() == (two.parent / path.name).read_bytes(), path.name


def test_a_bad_row_stops_with_the_same_words(tmp_path, windows_of_4, engine):
    found = rows()
    found[3]["response"] = "good"
    source = write_jsonl(tmp_path / "in.jsonl", found)
    said = []
    for place in (None, engine):
        with pytest.raises(DataError) as caught:
            grade(source, tmp_path / "out.jsonl", place, restart=True)
        said.append(str(caught.value))
        assert len(read_jsonl(tmp_path / ".out.jsonl.part")) == 1 + 8
    assert said[0] == said[1]


def deadly(tmp_path, num_deaths):
    """A file with a deadly row, and how to load the judge that dies of it so many times."""
    found = rows()
    found[13]["response"] = "deadly"
    (tmp_path / "pids").mkdir()
    load = partial(MortalJudge, tmp_path / "pids", num_deaths)
    return write_jsonl(tmp_path / "in.jsonl", found), load


def test_a_worker_that_dies_is_replaced(tmp_path, windows_of_4, ray):
    source, load = deadly(tmp_path, 1)
    assert grade(source, tmp_path / "two.jsonl", RayEngine(None, 2), load, skip=True).num_graded
    assert len(names(tmp_path / "pids")) == 1 + 3
    grade(source, tmp_path / "one.jsonl", skip=True)
    assert (tmp_path / "two.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()


def test_rows_that_no_worker_survives_end_the_run_which_goes_on(tmp_path, windows_of_4, ray):
    source, load = deadly(tmp_path, 3)
    with pytest.raises(ClusterError, match="die, 3 times over the same rows"):
        grade(source, tmp_path / "two.jsonl", RayEngine(None, 1), load, skip=True)
    assert len(read_jsonl(tmp_path / ".two.jsonl.part")) == 1 + 12
    grade(source, tmp_path / "two.jsonl", RayEngine(None, 1), load, skip=True)
    grade(source, tmp_path / "one.jsonl", skip=True)
    assert (tmp_path / "two.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()


def test_a_run_that_is_killed_ends_its_workers_and_goes_on(tmp_path, windows_of_4, engine, ray):
    source, out = write_jsonl(tmp_path / "in.jsonl", rows()), tmp_path / "two.jsonl"
    (tmp_path / "pids").mkdir()
    address = ray.get_runtime_context().gcs_address
    arguments = [source, out, address, tmp_path / "pids", "5"]
    done = subprocess.run(
        [sys.executable, HERE / "ray_driver.py", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert done.stderr == done.stdout == ""
    wait_for_the_end_of(tmp_path / "pids")
    assert names(tmp_path) == [".two.jsonl.part", "in.jsonl", "pids"]
    before = read_jsonl(tmp_path / ".two.jsonl.part")
    assert 5 < len(before) < NUM_ROWS
    grade(source, tmp_path / "one.jsonl", skip=True)
    grade(source, out, engine, skip=True)
    assert out.read_bytes() == (tmp_path / "one.jsonl").read_bytes()


def wait_for_the_end_of(folder):
    """Of the processes whose numbers are the names of files."""
    alive = [int(name) for name in names(folder) if name.isdigit()]
    assert alive
    while alive := [pid for pid in alive if is_alive(pid)]:
        time.sleep(0.1)  # the test's own limit ends it


def is_alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


# --- the command


@pytest.fixture
def file(tmp_path):
    found = [
        {
            "id": n,
            "prompt": f"Name metal {n % 3}.",
            "response": "iron " * (1 + n % 4),
            "rubric": "?",
        }
        for n in range(12)
    ]
    return write_jsonl(tmp_path / "in.jsonl", found)


def call(*arguments):
    return CliRunner().invoke(cli, ["grade", *map(str, arguments)], catch_exceptions=False)


def test_the_command_gives_the_same_with_a_real_judge(ray, judge_folder, file, tmp_path):
    options = ("--judge", judge_folder, "--batch-size", 3, "--limit", 10, "--columns", "id")
    assert call(file, tmp_path / "one.csv", *options).exit_code == 0
    result = call(file, tmp_path / "two.csv", *options, "--engine", "ray", "--workers", 2)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"10 rows graded, 0 of them cut to fit, 0 skipped: {tmp_path}/two.csv\n"
    assert (tmp_path / "two.csv").read_bytes() == (tmp_path / "one.csv").read_bytes()


def test_a_missing_package_is_named(judge_folder, file, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(SystemExit) as caught:
        main(
            [
                "grade",
                str(file),
                str(tmp_path / "o.csv"),
                "--judge",
                str(judge_folder),
                "--engine",
                "ray",
            ]
        )
    assert caught.value.code == 1
    assert capsys.readouterr().err == (
        f"error: --engine ray needs ray, which is not installed: {how_to_install('ray')}\n"
    )
    assert names(tmp_path) == ["in.jsonl"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--workers", "2"], "--ray-address and --workers need --engine ray"),
        (["--ray-address", "auto"], "--ray-address and --workers need --engine ray"),
        (["--engine", "ray", "--ray-address", "ray://head:10001"], "Ray's client is not supported"),
        (["--engine", "ray", "--ray-address", "head"], "'head' is neither auto nor HOST:PORT"),
        (["--engine", "ray", "--workers", "0"], "--workers"),
    ],
)
def test_wrong_usage_exits_with_2(file, tmp_path, options, says):
    result = call(file, tmp_path / "out.csv", *options)
    assert result.exit_code == 2
    assert says in result.output


def test_a_node_needs_the_very_judge(judge_folder, tmp_path):
    with pytest.raises(ModelError, match="none: holds no whole judge; every node needs a copy"):
        load_same(tmp_path / "none", "f", None)
    with pytest.raises(ModelError, match="holds another judge than where the run was started"):
        load_same(judge_folder, "f", None)
    judge = load_same(judge_folder, judge_fingerprint(judge_folder), 7, Mode(renderings=2))
    assert (judge.batch_size, judge.model[-12:]) == (7, "+renderings2")


def test_a_worker_without_the_judge_says_so(tmp_path, windows_of_4, ray):
    source = write_jsonl(tmp_path / "in.jsonl", rows())
    load = partial(load_same, tmp_path / "none", "f", None)
    with pytest.raises(ClusterError, match=r"worker on .*none: holds no whole judge"):
        grade(source, tmp_path / "out.jsonl", RayEngine(None, 1), load, skip=True)


def unreachable():
    raise SourceError("qwen: no source could be reached:", ["hub: turned off", "pull it\nerror: x"])


def test_a_worker_says_in_lines_what_it_has_in_lines(tmp_path, windows_of_4, ray):
    source = write_jsonl(tmp_path / "in.jsonl", rows())
    with pytest.raises(ClusterError) as caught:
        grade(source, tmp_path / "out.jsonl", RayEngine(None, 1), unreachable, skip=True)
    first, *more = str(caught.value).splitlines()
    assert first.endswith(": qwen: no source could be reached:")
    assert more == ["  hub: turned off", r"  pull it\nerror: x"]


@pytest.mark.parametrize(
    ("nodes", "num", "expected"),
    [
        ([{"CPU": 2}], 2, (2, 1, 0)),
        ([{"CPU": 8}, {"CPU": 4}], None, (2, 4, 0)),
        ([{"CPU": 8}, {"CPU": 4}, {}], 3, (3, 4, 0)),
        ([{"CPU": 5}, {"CPU": 3}], 2, (2, 3, 0)),
        ([{"CPU": 8, "GPU": 2}, {"CPU": 4}], None, (2, 0, 1)),
        ([{"GPU": 1}, {"GPU": 1}], 3, (3, 0, 0.5)),
    ],
)
def test_every_worker_has_room_on_one_node(nodes, num, expected):
    found = num_workers, cpus, gpus = ray_engine.share(nodes, num)
    assert found == expected
    name, part = ("GPU", gpus) if gpus else ("CPU", cpus)
    assert sum(int(node.get(name, 0) / part) for node in nodes) >= num_workers


def test_more_workers_than_processors_are_refused(tmp_path, ray):
    source = write_jsonl(tmp_path / "in.jsonl", rows())
    with pytest.raises(ClusterError, match="--workers 999: the Ray cluster has"):
        grade(source, tmp_path / "out.jsonl", RayEngine(None, 999), skip=True)


class Other:
    """What else runs on the cluster. Ray adds a parameter to each method of an actor's class."""


def test_a_cluster_that_others_use_is_told_of_and_waited_for(tmp_path, windows_of_4, ray, caplog):
    source = write_jsonl(tmp_path / "in.jsonl", rows())
    num_cpus = int(ray.cluster_resources()["CPU"])
    other = ray.remote(Other).options(num_cpus=num_cpus).remote()
    ray.get(other.__ray_ready__.remote())
    with ThreadPoolExecutor(1) as thread:
        run = thread.submit(grade, source, tmp_path / "two.jsonl", RayEngine(None, 1), skip=True)
        while not caplog.messages and not run.done():
            time.sleep(0.1)
        assert not run.done()
        ray.kill(other)
        assert run.result().num_graded == NUM_ROWS - 2
    assert f"the workers take {num_cpus} CPUs and the Ray cluster has 0 free" in caplog.text


@pytest.mark.slow
def test_control_and_c_ends_a_cluster_of_its_own_and_the_run_goes_on(judge_folder, file, tmp_path):
    found = read_jsonl(file) * 200
    write_jsonl(file, found)
    out = tmp_path / "out.jsonl"
    command = [sys.executable, "-m", "autograder", "grade", file, out, "--judge", judge_folder]
    command += ["--engine", "ray", "--workers", "2", "--batch-size", "2"]
    run = subprocess.Popen(
        list(map(str, command)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    part = tmp_path / ".out.jsonl.part"
    while not (part.exists() and len(part.read_bytes().splitlines()) > 10):
        assert run.poll() is None, run.communicate()
        time.sleep(0.05)
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does
    said = run.communicate(timeout=120)
    assert (run.returncode, said[0]) == (130, "")
    # Before it may stand what Ray itself logs while its cluster ends.
    assert said[1].splitlines()[-1].strip() == "interrupted; the same command goes on from here"
    assert "Traceback" not in said[1]
    assert not processes_of(run.pid)
    num_before = len(part.read_bytes().splitlines())
    done = subprocess.run(
        list(map(str, command)), check=False, capture_output=True, text=True, timeout=600
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert num_before < len(found)
    graded = [json.loads(line)["id"] for line in out.read_bytes().splitlines()]
    assert graded == [row["id"] for row in found]


@pytest.mark.parametrize("port", [1, 99999])
def test_a_cluster_that_is_not_there_is_named(port):
    says = f"--ray-address 127.0.0.1:{port}: no Ray cluster answers"
    with pytest.raises(ClusterError, match=says), ray_engine._connected(f"127.0.0.1:{port}"):
        pass


def processes_of(session):
    """Those of a session that are alive."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and is_alive(int(entry.name)):
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == session:
                found.append(entry.name)
    return found
