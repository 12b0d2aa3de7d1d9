"""Many clients at once: batches are made, nothing is lost or swapped, one does not harm another."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections import Counter
from dataclasses import replace

import httpx2
import pytest

from autograder.schema import Request
from helpers.fake_judge import FakeJudge, pieces_of, verdict_of
from serve.running import BODY, PLAIN, REQUEST, Client, serving, until, wire

NUM_CLIENTS, NUM_REQUESTS = 64, 2400


def request_of(number):
    return Request(f"What is {number % 7}?", f"answer {number} \n{'é' * (number % 5)}", "Is it?")


def body_of(request):
    return {"prompt": request.prompt, "response": request.response, "rubric": request.rubric}


async def ask_all(url, ask):
    """Every client asks again as soon as it has an answer."""
    numbers = iter(range(NUM_REQUESTS))
    answers = {}
    limits = httpx2.Limits(max_connections=NUM_CLIENTS)
    async with httpx2.AsyncClient(base_url=url, timeout=60, limits=limits) as client:

        async def go_on():
            for number in numbers:
                answers[number] = await ask(client, number)

        await asyncio.gather(*(go_on() for _ in range(NUM_CLIENTS)))
    return answers


def test_thousands_of_requests_get_their_own_verdicts():
    judge = FakeJudge(batch_size=16)
    num_poisoned = 0

    async def ask(client, number):
        nonlocal num_poisoned
        request = request_of(number)
        body = {**body_of(request), "reasoning": False}
        if number % 10 == 9:
            body |= {"reasoning": True, "max_reasoning_tokens": 1 + number % 3}
            reasoning = "".join(pieces_of(request, 1 + number % 3))
            answer = await client.post("/evaluate", json=body)
            return answer.json() == wire(verdict_of(request, reasoning))
        if number % 10 == 8:
            rows = [request_of(10_000 * number + at) for at in (1, 2)]
            bodies = [body_of(row) for row in rows]
            answer = await client.post("/evaluate/batch", json={"requests": bodies})
            expected = [wire(verdict_of(row)) for row in rows]
            return answer.json() == {"verdicts": expected}
        if number % 100 == 50:
            num_poisoned += 1
            answer = await client.post("/evaluate", json={**body, "response": f"poison {number}"})
            return answer.status_code == 500
        answer = await client.post("/evaluate", json=body)
        return answer.json() == wire(verdict_of(request))

    with serving(judge, max_wait_s=0.002) as client:
        answers = asyncio.run(ask_all(client.base_url, ask))
        value = client.service.counters.registry.get_sample_value
        num_rows = NUM_REQUESTS + NUM_REQUESTS // 10 - num_poisoned
        assert value("autograder_rows_graded_total") == num_rows
        assert value("autograder_queue_rows", {"lane": "scoring"}) == 0
        num_batches = value("autograder_batch_rows_count", {"lane": "scoring"})
    assert sorted(answers) == list(range(NUM_REQUESTS))
    assert all(answers.values())
    # Each is graded once; those that met a poisoned one once more.
    graded = Counter(judge.asked)
    assert all(
        graded[request_of(n)] >= 1 for n in range(NUM_REQUESTS) if n % 10 < 8 and n % 100 != 50
    )
    assert max(len(batch) for batch in judge.batches) == 16
    assert num_batches is not None
    assert num_batches < NUM_REQUESTS / 4


def test_one_poisoned_request_fails_alone():
    judge = FakeJudge(batch_size=8)
    judge.may_score.clear()
    with serving(judge) as client:
        answers = {}

        def ask(response):
            with Client(base_url=client.base_url, timeout=60) as other:
                answers[response] = other.evaluate(response=response)

        responses = ["first", "poison", *(f"fine {number}" for number in range(6))]
        threads = [threading.Thread(target=ask, args=(response,)) for response in responses]
        threads[0].start()
        assert judge.at_work.wait(60)
        for thread in threads[1:]:
            thread.start()
        # `num_waiting` counts those that are still being checked, too.
        until(lambda: len(client.service._lanes["scoring"]._waiting) == 7)
        judge.may_score.set()
        for thread in threads:
            thread.join()
    assert answers.pop("poison").status_code == 500
    for response, answer in answers.items():
        assert answer.json() == wire(verdict_of(replace(REQUEST, response=response)))
    assert [len(batch) for batch in judge.batches] == [1, 7, *[1] * 7]


def test_scoring_goes_on_while_a_reasoning_is_written():
    judge = FakeJudge()
    judge.may_reason.clear()
    with serving(judge) as client, Client(base_url=client.base_url, timeout=60) as other:
        answers = []
        thread = threading.Thread(target=lambda: answers.append(other.post("/evaluate", json=BODY)))
        thread.start()
        assert judge.at_work.wait(60)
        assert client.evaluate().json() == wire(verdict_of(REQUEST))
        assert answers == []
        judge.may_reason.set()
        thread.join()
        assert answers[0].status_code == 200


@pytest.mark.parametrize("path", ["/evaluate", "/evaluate/batch", "/compare"])
def test_a_client_that_goes_away_leaves_the_queue(path):
    judge = FakeJudge(batch_size=1)
    judge.may_score.clear()
    bodies = {
        "/evaluate": {**PLAIN, "response": "gone"},
        "/evaluate/batch": {"requests": [{**BODY, "response": "gone"}] * 3},
        "/compare": {"prompt": "p", "a": "gone", "b": "gone", "rubric": "r"},
    }
    with serving(judge) as client, Client(base_url=client.base_url, timeout=60) as other:
        thread = threading.Thread(target=lambda: other.evaluate(response="first"))
        thread.start()
        assert judge.at_work.wait(60)
        lane = client.service._lanes["scoring"]
        with socket.create_connection(("127.0.0.1", client.port)) as connection:
            body = json.dumps(bodies[path]).encode()
            connection.sendall(
                f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            until(lambda: lane.num_waiting > 0)
        until(lambda: lane.num_waiting == 0)
        judge.may_score.set()
        thread.join()
        assert client.evaluate(response="last").status_code == 200
    assert [request.response for request in judge.asked] == ["first", "last"]
