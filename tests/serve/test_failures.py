"""Every status: what leads to it, and what it says."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from http.client import HTTPConnection

import httpx2
import pytest

from helpers.fake_judge import FakeJudge, verdict_of
from serve.running import BODY, PLAIN, REQUEST, Client, serving, until, wire

JSON = {"Content-Type": "application/json"}
POST = b"POST /evaluate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def post(client, content, path="/evaluate", headers=JSON):
    answer = client.post(path, content=content, headers=headers)
    return answer.status_code, answer.json()["error"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"{", "line 1 column 2"),
        (b'{"prompt": "\xff"}', "not UTF-8 at byte 12"),
        ('{"prompt": "a"}'.encode("utf-16"), "not UTF-8"),
        (b'\xef\xbb\xbf{"prompt": "a"}', "not JSON"),
        (b'{"prompt": "a", "prompt": "b"}', "the body: field 'prompt' is given twice"),
        (b'{"max_reasoning_tokens": NaN}', "NaN is no JSON value"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"max_reasoning_tokens": ' + b"9" * 5000 + b"}", "cannot be read|that can be read"),
        (json.dumps(PLAIN).encode() + b"x", "Extra data"),
    ],
)
def test_400_what_is_no_json(client, content, message):
    status, error = post(client, content)
    assert (status, error["code"]) == (400, "malformed_json")
    assert any(part in error["message"] for part in message.split("|"))
    assert client.judge.asked == []


@pytest.mark.parametrize("path", ["/nothing", "/health/", "/docs", "/redoc", "/%00", "/é"])
def test_404_no_such_path(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("GET", "/evaluate", "POST"), ("DELETE", "/compare", "POST"), ("POST", "/health", "GET")],
)
def test_405_another_method(client, method, path, allowed):
    answer = client.request(method, path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == allowed
    assert allowed in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_415_another_kind_of_body(client, headers):
    status, error = post(client, json.dumps(PLAIN).encode(), headers=headers)
    assert (status, error["code"]) == (415, "unsupported_media")


def test_json_in_utf_8_may_be_said_at_length(client):
    headers = {"Content-Type": 'Application/JSON; charset="UTF-8"'}
    assert client.post("/evaluate", content=json.dumps(PLAIN), headers=headers).is_success


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"rubric": None}, "rubric", "valid string; got null"),
        ({"rubric": 5}, "rubric", "valid string; got 5"),
        ({"rubric": " \n"}, "rubric", "is empty"),
        ({"response": ""}, "response", "is empty"),
        ({"prompt": "\ud800x"}, "prompt", "half a surrogate pair at position 0"),
        ({"reference": "x\udfff"}, "reference", "half a surrogate pair at position 1"),
        ({"reasoning": "no"}, "reasoning", 'valid boolean; got "no"'),
        ({"stream": 1}, "stream", "valid boolean; got 1"),
        ({"max_reasoning_tokens": 0}, "max_reasoning_tokens", "greater than or equal to 1; got 0"),
        ({"max_reasoning_tokens": 257}, "max_reasoning_tokens", "less than or equal to 256"),
        ({"max_reasoning_tokens": 8.5}, "max_reasoning_tokens", "valid integer"),
        ({"max_reasoning_tokens": True}, "max_reasoning_tokens", "valid integer"),
        ({"rubrics": "x"}, "rubrics", "unknown field"),
        ({"\ud800\n": "x"}, r"\ud800\n", "unknown field"),
        ({"rubric": "too long for the model"}, "rubric", "is too long"),
        ({"prompt": "x" * 100_001}, "prompt", "has 100001 characters; at most 100000"),
        ({"prompt": [[["x"] * 5] * 5] * 5}, "prompt", 'got [[["x", "x", "x", "x", "x"]'),
    ],
)
def test_422_a_field_is_wrong(client, changes, field, message):
    answer = client.post("/evaluate", content=json.dumps({**PLAIN, **changes}), headers=JSON)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (422, "invalid", field)
    assert message in error["message"]
    assert len(error["message"]) < 200
    assert client.judge.asked == []


@pytest.mark.parametrize("name", BODY)
def test_422_a_field_is_missing(client, name):
    body = {key: text for key, text in BODY.items() if key != name}
    status, error = post(client, json.dumps(body).encode())
    assert (status, error) == (422, {"code": "invalid", "message": "is missing", "field": name})


@pytest.mark.parametrize("body", ["[1]", '"x"', "null", "3"])
def test_422_no_object(client, body):
    status, error = post(client, body)
    assert (status, error["code"]) == (422, "invalid")
    assert "expected a JSON object" in error["message"] or "missing" in error["message"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rubric": "too long for the model"}, "requests.3.rubric"),
        ({"response": ""}, "requests.3.response"),
        ({"response": "x" * 100_001}, "requests.3.response"),
        ({"score": 5}, "requests.3.score"),
    ],
)
def test_422_one_of_a_batch_and_none_is_graded(client, change, field):
    rows = [dict(BODY) for _ in range(5)]
    rows[3] |= change
    status, error = post(client, json.dumps({"requests": rows}), "/evaluate/batch")
    assert (status, error["field"]) == (422, field)
    assert client.judge.asked == []


@pytest.mark.parametrize("num", [0, 257])
def test_422_a_batch_of_none_or_too_many(client, num):
    status, error = post(client, json.dumps({"requests": [BODY] * num}), "/evaluate/batch")
    assert (status, error["field"]) == (422, "requests")


def test_422_a_comparison_names_its_own_fields():
    with serving(FakeJudge(), max_text=30) as client:
        body = {"prompt": "p", "a": "fine", "b": "x" * 31, "rubric": "r"}
        assert post(client, json.dumps(body), "/compare")[1]["field"] == "b"
        body = {"prompt": "p", "a": "", "b": "x", "rubric": "r"}
        assert post(client, json.dumps(body), "/compare")[1]["field"] == "a"


def test_500_says_nothing_of_what_happened(client):
    status, error = client.failure(response="it cannot be encoded, said the secret")
    assert (status, error["code"]) == (500, "internal")
    assert "secret" not in error["message"]
    answer = client.evaluate(response="poison")
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] in answer.json()["error"]["message"]
    assert "Traceback" not in answer.text
    assert client.evaluate().status_code == 200


def test_503_while_the_judge_is_loaded():
    may_load, judge = threading.Event(), FakeJudge()

    def load():
        assert may_load.wait(60)
        return judge

    with serving(load) as client:
        assert client.get("/health").json() == {"state": "loading"}
        for answer in (client.get("/ready"), client.evaluate()):
            assert answer.status_code == 503
            assert answer.json()["error"]["code"] == "not_ready"
            assert int(answer.headers["retry-after"]) > 0
        may_load.set()
        until(lambda: client.get("/ready").status_code == 200)
        assert client.evaluate().json() == wire(verdict_of(REQUEST))


def test_503_if_the_judge_cannot_be_loaded():
    def load():
        raise OSError("no such folder")

    with serving(load) as client:
        until(lambda: client.service.state == "failed")
        answer = client.get("/ready")
        assert answer.status_code == 503
        assert "could not be loaded" in answer.json()["error"]["message"]
        assert client.get("/health").status_code == 200


def test_503_while_it_drains_and_what_was_accepted_is_finished():
    judge = FakeJudge()
    judge.may_score.clear()
    with serving(judge) as client, Client(base_url=client.base_url, timeout=60) as other:
        answers = []
        thread = threading.Thread(target=lambda: answers.append(other.evaluate()))
        thread.start()
        assert judge.at_work.wait(60)
        client.service.drain()
        for answer in (client.get("/ready"), client.evaluate()):
            assert answer.status_code == 503
            assert answer.json()["error"]["code"] == "draining"
        assert not client.service.is_idle
        judge.may_score.set()
        thread.join()
        assert answers[0].json() == wire(verdict_of(REQUEST))
        until(lambda: client.service.is_idle)


def test_504_after_the_time_and_it_leaves_the_queue():
    judge = FakeJudge()
    judge.may_score.clear()
    with serving(judge, timeout_s=0.2) as client:
        status, error = client.failure(response="first")
        assert (status, error["code"]) == (504, "timeout")
        # The first is at work and cannot be stopped; the second is still in the queue.
        assert client.failure(response="second")[0] == 504
        assert (
            client.service.counters.registry.get_sample_value(
                "autograder_queue_rows", {"lane": "scoring"}
            )
            == 0
        )
        judge.may_score.set()
        assert client.evaluate(response="third").status_code == 200
    assert [request.response for request in judge.asked] == ["first", "third"]


def test_408_a_body_that_does_not_come():
    with serving(FakeJudge(), timeout_s=0.2) as client:
        answer = answer_to(client, b"Content-Length: 50\r\n\r\n{")
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b'"body_timeout"' in answer
        assert client.evaluate().status_code == 200


def test_413_before_the_body_is_read_if_it_says_its_size():
    with serving(FakeJudge(), max_body=200) as client:
        asked = b"Expect: 100-continue\r\nConnection: close\r\nContent-Length: 201\r\n\r\n"
        answer = answer_to(client, asked)
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert client.evaluate(response="x" * 200).status_code == 413
        assert client.evaluate().status_code == 200


def test_413_in_the_middle_of_a_body_that_never_ends():
    with serving(FakeJudge(), max_body=10_000) as client:
        num_sent = 0

        def endless():
            nonlocal num_sent
            while num_sent < 2_000_000:
                num_sent += 1000
                yield b"x" * 1000

        with socket.create_connection(("127.0.0.1", client.port)) as connection:
            connection.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n")
            for _ in range(11):
                connection.sendall(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 413 ")
        # A client that does not listen meanwhile gets its answer too, and soon enough.
        answer = client.post("/evaluate", content=endless(), headers=JSON)
        assert answer.status_code == 413
        assert answer.json()["error"]["code"] == "too_large"
        assert client.evaluate().status_code == 200


def test_429_when_the_queue_is_full():
    judge = FakeJudge(batch_size=1)
    judge.may_score.clear()
    with serving(judge, queue=3) as client:
        answers: list[httpx2.Response] = []

        def ask(number):
            with Client(base_url=client.base_url, timeout=60) as other:
                answers.append(other.evaluate(response=f"answer {number}"))

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
        threads[0].start()
        assert judge.at_work.wait(60)
        for thread in threads[1:]:
            thread.start()
        lane = client.service._lanes["scoring"]
        until(lambda: lane.num_waiting == 3)
        answer = client.evaluate()
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "queue_full")
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        rows = {"requests": [BODY] * 2}
        assert client.post("/evaluate/batch", json=rows).status_code == 429
        # Reasoning has its own queue.
        assert client.post("/evaluate", json=BODY).status_code == 200
        judge.may_score.set()
        for thread in threads:
            thread.join()
        assert [answer.status_code for answer in answers] == [200] * 4
        assert client.evaluate().status_code == 200


def answer_to(client, rest):
    """All that comes back to a request whose headers and body end like this."""
    content = b""
    with socket.create_connection(("127.0.0.1", client.port)) as connection:
        connection.sendall(POST + rest)
        while piece := connection.recv(65536):
            content += piece
    return content


def test_a_connection_that_was_idle_for_as_long_as_clients_keep_theirs_still_answers(client):
    # httpx gives an idle connection up after 5 seconds: a service that closes it then, too, can
    # close it just as a request comes on it.
    with contextlib.closing(HTTPConnection("127.0.0.1", client.port)) as connection:
        connection.connect()
        connection.auto_open = 0  # it connects no second time by itself
        for wait_s in (0, 6):
            time.sleep(wait_s)
            connection.request("GET", "/health")
            with connection.getresponse() as answer:
                assert (answer.status, bool(answer.read())) == (200, True)
