"""The log: one JSON line a request, nobody's text, nothing forged."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import socket

import pytest

from autograder.serve.log import JsonFormatter, logging_config
from helpers.fake_judge import FakeJudge
from serve.running import BODY, Client, serving, until

SECRET = "swordfish"


class Lines:
    """What the service has logged, parsed."""

    def __init__(self, stream: io.StringIO) -> None:
        self.stream = stream

    @property
    def text(self):
        return self.stream.getvalue()

    def requests(self, num):
        until(lambda: self.text.count('"event": "request"') >= num)
        lines = [json.loads(line) for line in self.text.splitlines()]
        return [line for line in lines if line["event"] == "request"]


def logged(with_texts):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter(with_texts))
    return stream, handler


@pytest.fixture
def lines():
    stream, handler = logged(False)
    loggers = [logging.getLogger(name) for name in ("autograder.serve", "uvicorn", "asyncio")]
    level = loggers[0].level
    loggers[0].setLevel("INFO")
    for logger in loggers:
        logger.addHandler(handler)
    yield Lines(stream)
    for logger in loggers:
        logger.removeHandler(handler)
    loggers[0].setLevel(level)


def test_a_request_is_a_line(lines, client):
    score = client.evaluate().json()["score"]
    client.post("/evaluate/batch", json={"requests": [BODY] * 2})
    answer = client.evaluate(prompt="")
    client.get("/nothing?token=abc")
    one, two, three, four = lines.requests(4)
    assert set(one) == {
        *("time", "level", "event", "id", "method", "route", "status", "ms"),
        *("bytes_in", "bytes_out", "scores"),
    }
    assert (one["route"], one["status"], one["scores"]) == ("/evaluate", 200, [score])
    assert one["ms"] >= 0
    assert one["bytes_in"] > 50
    assert one["bytes_out"] > 50
    assert two["scores"] == [score] * 2
    assert three["id"] == answer.headers["x-request-id"]
    assert (three["status"], three["failure"]) == (422, "invalid")
    assert "scores" not in three
    assert (four["route"], four["status"]) == ("other", 404)


def test_no_text_gets_into_the_log(lines, client):
    for body in (
        {**BODY, "response": SECRET},
        {**BODY, "response": f"poison {SECRET}"},
        {**BODY, "response": f"{SECRET} cannot be encoded"},
        {**BODY, "response": f"{SECRET} breaks off", "stream": True},
        {**BODY, "response": f"poison {SECRET}", "stream": True},
        {**BODY, "rubric": f"{SECRET} too long for the model"},
        {**BODY, SECRET: SECRET},
        {**BODY, "rubric": [SECRET]},
    ):
        client.post("/evaluate", json=body)
    client.post("/evaluate", content=f'{{"{SECRET}":'.encode())
    client.get(f"/{SECRET}?{SECRET}", headers={"X-Request-Id": f"{SECRET} x"})
    client.request(SECRET.upper(), "/evaluate")
    lines.requests(11)
    text = lines.text.replace(SECRET.upper(), "")  # the method, which is no text
    assert SECRET not in text
    assert '"exception": "RuntimeError"' in text
    assert "fake_judge.py" in text


def test_texts_are_logged_if_asked_for(lines):
    with serving(FakeJudge(), log_texts=True) as client:
        client.evaluate(response=SECRET)
    (line,) = lines.requests(1)
    assert line["texts"] == [{**BODY, "response": SECRET, "reference": ""}]


def test_a_line_cannot_be_forged(lines):
    forged = '"}\n{"event": "request", "status": 200}\r\n\x1b[2J\u2028\x85'
    with serving(FakeJudge(), log_texts=True) as client:
        client.evaluate(response=forged)
    (line,) = lines.requests(1)
    assert line["texts"][0]["response"] == forged
    assert lines.text.count("\n") == 1
    assert lines.text.isascii()
    assert "\x1b" not in lines.text


def test_an_exceptions_words_are_logged_only_with_texts():
    for with_texts in (False, True):
        stream, handler = logged(with_texts)
        try:
            raise ValueError(SECRET)
        except ValueError as error:
            record = logging.LogRecord(
                "asyncio", 40, "", 1, f"it failed\nfuture: {SECRET}", (), (ValueError, error, None)
            )
        handler.emit(record)
        values = json.loads(stream.getvalue())
        assert values["exception"] == "ValueError"
        assert values["frames"][-1].startswith("test_log.py:")
        assert (SECRET in stream.getvalue()) is with_texts


def test_a_client_that_goes_away_is_logged_as_such(lines):
    judge = FakeJudge()
    judge.may_score.clear()
    with serving(judge) as client:
        with Client(base_url=client.base_url) as other, pytest.raises(Exception, match="timed out"):
            other.post("/evaluate", json={**BODY, "reasoning": False}, timeout=0.3)
        (line,) = lines.requests(1)
        judge.may_score.set()
    assert (line["status"], line["failure"]) == (499, "client_gone")


@pytest.mark.parametrize(
    "rest", ["Content-Length: 50\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n5\r\n{"]
)
@pytest.mark.parametrize("path", ["/evaluate", "/evaluate/batch", "/compare"])
def test_a_client_that_goes_away_within_its_body_is_no_error(lines, client, path, rest):
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with socket.create_connection(("127.0.0.1", client.port)) as connection:
        connection.sendall(f"{head}{rest}".encode())
    (line,) = lines.requests(1)
    assert (line["level"], line["status"], line["failure"]) == ("info", 499, "client_gone")
    assert lines.text.count("\n") == 1
    labels = {"route": path, "status": "499"}
    count = client.service.counters.registry.get_sample_value("autograder_requests_total", labels)
    assert count == 1


def test_the_configuration_is_one_that_logging_takes():
    config = logging_config()
    assert set(config["loggers"]) == {"autograder.serve", "uvicorn", "asyncio"}
    logging.config.DictConfigurator(config)
