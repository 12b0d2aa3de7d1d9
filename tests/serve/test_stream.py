"""Server-sent events: their order, their end, and a client that goes away."""

from __future__ import annotations

import json

import pytest

from helpers.fake_judge import FakeJudge, pieces_of, verdict_of
from serve.running import BODY, REQUEST, serving, until, wire


def events_of(answer):
    """Parsed as the standard says: blocks of lines, each line `name: value`."""
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    found = []
    for block in answer.text.removesuffix("\n\n").split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n"))
        assert list(lines) == ["event", "data"]
        found.append((lines["event"], json.loads(lines["data"])))
    return found


def stream(client, **changes):
    return client.post("/evaluate", json={**BODY, "stream": True, **changes})


def test_the_verdict_comes_first_and_whole_at_the_end(client):
    answer = stream(client, max_reasoning_tokens=5)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"
    first, *pieces, last = events_of(answer)
    assert first == ("verdict", wire(verdict_of(REQUEST)))
    assert pieces == [("reasoning", {"text": piece}) for piece in pieces_of(REQUEST, 5)]
    joined = "".join(piece["text"] for _, piece in pieces)
    assert last == ("done", wire(verdict_of(REQUEST, joined)))
    plain = client.post("/evaluate", json={**BODY, "max_reasoning_tokens": 5})
    assert last[1] == plain.json()


def test_without_reasoning_there_is_the_verdict_alone(client):
    verdict = wire(verdict_of(REQUEST))
    assert events_of(stream(client, reasoning=False)) == [("verdict", verdict), ("done", verdict)]


def test_what_fails_before_the_verdict_has_its_own_status(client):
    for changes, status in (
        ({"rubric": "too long for the model"}, 422),
        ({"prompt": ""}, 422),
        ({"response": "poison"}, 500),
    ):
        answer = stream(client, **changes)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/json"
        assert "error" in answer.json()


def test_what_fails_midway_is_the_last_event(client):
    *_, last = events_of(stream(client, response="it breaks off with the secret"))
    assert last[0] == "error"
    assert last[1]["error"]["code"] == "internal"
    assert "secret" not in json.dumps(last)
    assert client.evaluate().status_code == 200


def test_the_time_runs_out_midway():
    judge = FakeJudge()
    with serving(judge, timeout_s=0.5) as client:
        judge.may_reason.clear()
        first, *_, last = events_of(stream(client))
        assert first[0] == "verdict"
        assert (last[0], last[1]["error"]["code"]) == ("error", "timeout")
        judge.may_reason.set()
        assert judge.has_closed.wait(60)
    assert judge.num_pieces == 1


def test_a_client_that_goes_away_stops_the_generation():
    judge = FakeJudge()
    judge.may_reason.clear()
    with serving(judge) as client:
        body = {**BODY, "stream": True, "max_reasoning_tokens": 200}
        with client.stream("POST", "/evaluate", json=body) as answer:
            assert next(answer.iter_lines()) == "event: verdict"
            assert judge.at_work.wait(60)
        until(lambda: client.service._lanes["reasoning"]._running[0].is_dropped)
        judge.may_reason.set()
        assert judge.has_closed.wait(60)
        assert judge.num_pieces <= 1
        assert stream(client, max_reasoning_tokens=2).status_code == 200
        value = client.service.counters.registry.get_sample_value
        assert value("autograder_rows_graded_total") == 1


def test_the_service_that_has_no_time_left_says_so_in_the_stream():
    judge = FakeJudge()
    judge.may_reason.clear()
    with serving(judge) as client:
        body = {**BODY, "stream": True}
        with client.stream("POST", "/evaluate", json=body) as answer:
            lines = answer.iter_lines()
            assert next(lines) == "event: verdict"
            assert judge.at_work.wait(60)
            loop = client.service._tasks[0].get_loop()
            loop.call_soon_threadsafe(client.service.abort)
            rest = list(lines)
        assert "event: error" in rest
        assert '"code": "draining"' in "".join(rest)
        judge.may_reason.set()


@pytest.mark.parametrize("text", ["\n\nevent: done\ndata: {}\n\n", "\r\r", "\u2028\x00\x85é"])
def test_no_text_can_forge_an_event(client, text):
    first, *pieces, last = events_of(stream(client, response=text + "x", max_reasoning_tokens=2))
    assert (first[0], last[0]) == ("verdict", "done")
    assert [name for name, _ in pieces] == ["reasoning"] * 2
    assert last[1]["reasoning"].startswith((text + "x")[:5])
