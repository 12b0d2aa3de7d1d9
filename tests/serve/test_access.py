"""The token, request ids, counters and a proxy's path."""

from __future__ import annotations

import re

import pytest

from autograder.errors import ConfigError
from autograder.serve.settings import Settings, read_token
from helpers.fake_judge import FakeJudge
from serve.running import BODY, PLAIN, serving

TOKEN = "correct-horse-battery"


@pytest.fixture
def guarded():
    with serving(FakeJudge(), token=TOKEN) as client:
        yield client


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN} x",
        f"Basic {TOKEN}",
        TOKEN,
        "Bearer \xff",
    ],
)
def test_401_without_the_token(guarded, header):
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    answer = guarded.post("/evaluate", json=PLAIN, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert TOKEN not in answer.text
    assert guarded.judge.asked == []


LOCAL = ["localhost", "LocalHost:8000", "localhost.", "127.0.0.1", "127.0.0.1:80", "[::1]:8000"]
FOREIGN = [
    "evil.example",
    "evil.example:8000",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evil.example:localhost",
    "192.168.1.7:8000",
    "0.0.0.0",
    "[::2]",
    "",
    "localhost@evil.example",
]


@pytest.mark.parametrize("host", LOCAL)
def test_without_a_token_this_machine_may_be_asked(client, host):
    answer = client.post("/evaluate", json=PLAIN, headers={"Host": host})
    assert answer.status_code == 200


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("path", ["/evaluate", "/", "/health", "/static/index.html", "/nothing"])
def test_a_page_whose_name_was_made_to_point_here_gets_nothing(client, host, path):
    method = "POST" if path == "/evaluate" else "GET"
    answer = client.request(method, path, json=PLAIN, headers={"Host": host})
    assert (answer.status_code, answer.json()["error"]["code"]) == (421, "misdirected")
    assert client.judge.asked == []


@pytest.mark.parametrize(
    ("own", "host", "status"),
    [
        ("judge.lan", "Judge.lan:8000", 200),
        ("judge.lan", "localhost", 200),
        ("judge.lan", "192.168.1.7", 421),
        ("192.168.1.7", "192.168.1.7:8000", 200),
        ("192.168.1.7", "judge.lan", 421),
        ("0.0.0.0", "192.168.1.7:8000", 200),
        ("::", "[fe80::1]", 200),
        ("0.0.0.0", "judge.lan", 421),
    ],
)
def test_without_a_token_its_own_host_is_accepted_too(own, host, status):
    with serving(FakeJudge(), host=own) as client:
        assert client.get("/health", headers={"Host": host}).status_code == status


@pytest.mark.parametrize("host", ["judge.example", ""])
def test_with_a_token_any_name_may_lead_here(guarded, host):
    headers = {"Authorization": f"Bearer {TOKEN}", "Host": host}
    assert guarded.post("/evaluate", json=PLAIN, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/metrics", "/openapi.json", "/nothing", "/static"])
def test_401_comes_before_anything_else(guarded, path):
    assert guarded.get(path).status_code == 401
    assert guarded.post("/evaluate", content=b"x" * 5_000_000).status_code == 401


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_the_token_opens_everything(guarded, scheme):
    headers = {"Authorization": f"{scheme} {TOKEN}"}
    assert guarded.post("/evaluate", json=PLAIN, headers=headers).status_code == 200
    assert guarded.get("/metrics", headers=headers).status_code == 200
    assert guarded.get("/openapi.json", headers=headers).status_code == 200


def test_the_page_and_the_probes_are_open(guarded):
    for path in ("/", "/static/index.html", "/health", "/ready"):
        assert guarded.get(path).status_code == 200


@pytest.mark.parametrize("given", ["abc", "a.B-9_", "x" * 64])
def test_a_well_formed_request_id_is_taken_over(client, given):
    assert client.get("/health", headers={"X-Request-Id": given}).headers["x-request-id"] == given


@pytest.mark.parametrize("given", [None, "", "x" * 65, "a b", 'a"b', "a\tb", "é", "../x", "-x"])
def test_any_other_request_id_is_replaced(client, given):
    headers = {} if given is None else {"X-Request-Id": given.encode()}
    ids = {client.get("/health", headers=headers).headers["x-request-id"] for _ in range(2)}
    assert len(ids) == 2
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)


def test_every_answer_has_a_request_id(client):
    for answer in (
        client.get("/"),
        client.get("/nothing"),
        client.get("/evaluate"),
        client.evaluate(),
        client.evaluate(prompt=""),
        client.evaluate(response="poison"),
        client.post("/evaluate", json={**BODY, "stream": True}),
    ):
        assert answer.headers["x-request-id"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_counters_count(client):
    scores = [client.evaluate(response=f"answer {n}").json()["score"] for n in range(6)]
    client.post("/evaluate", json={**BODY, "stream": True})
    client.post("/evaluate/batch", json={"requests": [BODY] * 3})
    client.get("/nothing")
    client.get("/nothing/else")
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    value = client.service.counters.registry.get_sample_value
    assert value("autograder_requests_total", {"route": "/evaluate", "status": "200"}) == 7
    assert value("autograder_requests_total", {"route": "other", "status": "404"}) == 2
    assert value("autograder_request_seconds_count", {"route": "/evaluate"}) == 7
    assert value("autograder_rows_graded_total") == 10
    assert value("autograder_batch_rows_sum", {"lane": "scoring"}) == 9
    assert value("autograder_batch_rows_sum", {"lane": "reasoning"}) == 1
    counted = sum(value("autograder_scores_total", {"score": str(k)}) for k in range(1, 6))
    assert counted == 10
    assert value("autograder_scores_total", {"score": str(scores[0])}) >= 1
    assert value("autograder_ready") == 1
    for name in ("autograder_requests_total", "autograder_queue_rows", "autograder_batch_rows"):
        assert name in answer.text


def test_two_services_in_a_process_count_for_themselves(client):
    with serving(FakeJudge()) as other:
        other.evaluate()
    assert client.service.counters.registry.get_sample_value("autograder_rows_graded_total") == 0


@pytest.mark.parametrize("prefix", ["", "/judge"])
def test_behind_a_proxy_that_takes_the_prefix_off_or_leaves_it(prefix):
    with serving(FakeJudge(), root_path="/judge", token=TOKEN) as client:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        assert client.get(f"{prefix}/health").status_code == 200
        assert client.get(f"{prefix}/").status_code == 200
        assert client.get(f"{prefix}/static/index.html").status_code == 200
        assert client.post(f"{prefix}/evaluate", json=PLAIN).status_code == 401
        answer = client.post(f"{prefix}/evaluate", json=PLAIN, headers=headers)
        assert answer.status_code == 200
        description = client.get(f"{prefix}/openapi.json", headers=headers).json()
        assert description["servers"] == [{"url": "/judge"}]


@pytest.mark.parametrize("path", ["/judge/static/../evaluate", "/static/../evaluate", "/healthx"])
def test_no_path_gets_around_the_token(path):
    with serving(FakeJudge(), root_path="/judge", token=TOKEN) as client:
        answer = client.post(path, json=PLAIN)
        assert answer.status_code in {401, 404}
        assert client.judge.asked == []


def test_the_page_refers_to_its_files_relatively(client):
    page = client.get("/").text
    found = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert found
    for reference in found:
        assert not reference.startswith("/")
        assert "://" not in reference or reference.startswith("data:")
        if not reference.startswith(("data:", "#")):
            assert client.get(f"/{reference}").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"batch_size": 0}, "batch_size"),
        ({"queue": 1}, "queue"),
        ({"max_body": 0}, "max_body"),
        ({"max_wait_s": -1}, "max_wait_s"),
        ({"max_wait_s": float("nan")}, "max_wait_s"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"timeout_s": float("inf")}, "timeout_s"),
        ({"root_path": "judge"}, "root_path"),
        ({"root_path": "/judge/"}, "root_path"),
        ({"root_path": "/ju dge"}, "root_path"),
        ({"token": "short"}, "token"),
        ({"token": "with a space in it, long"}, "token"),
        ({"token": "ключ-из-многих-букв"}, "token"),
    ],
)
def test_settings_out_of_range_are_named(wrong, field):
    with pytest.raises(ConfigError, match=f"  {field}: ") as caught:
        Settings(**wrong)
    if field == "token":
        assert wrong["token"] not in str(caught.value)


def test_all_wrong_settings_are_named_at_once():
    with pytest.raises(ConfigError) as caught:
        Settings(queue=0, timeout_s=-1)
    assert len(caught.value.faults) == 2


def test_an_empty_token_is_refused_wherever_it_comes_from(tmp_path):
    file = tmp_path / "token"
    file.write_text("\n", encoding="utf-8")
    for token in (read_token(file, None), read_token(None, "")):
        with pytest.raises(ConfigError, match="token: needs at least 16"):
            Settings(token=token)


def test_the_token_is_read_from_one_place(tmp_path):
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", encoding="utf-8")
    assert read_token(file, None) == TOKEN
    assert read_token(None, TOKEN) == TOKEN
    assert read_token(None, None) is None
    assert TOKEN not in repr(Settings(token=TOKEN))
    with pytest.raises(ConfigError, match="use one"):
        read_token(file, TOKEN)
    with pytest.raises(ConfigError, match="No such file"):
        read_token(tmp_path / "nothing", None)
    file.write_bytes(b"\xff" * 20)
    with pytest.raises(ConfigError, match="UTF-8"):
        read_token(file, None)
