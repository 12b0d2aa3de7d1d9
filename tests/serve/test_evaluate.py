"""What the routes answer when all is well."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from pydantic import BaseModel

from autograder.schema import TIE, Request
from autograder.serve import wire as wire_models
from helpers.fake_judge import MODEL, pieces_of, verdict_of
from serve.running import BODY, PLAIN, REQUEST, wire


def test_a_verdict_is_the_judges(client):
    answer = client.evaluate()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == wire(verdict_of(REQUEST))
    assert answer.json()["model"] == MODEL


def test_a_reasoning_comes_unless_it_is_declined(client):
    answer = client.post("/evaluate", json=BODY).json()
    assert answer == wire(verdict_of(REQUEST, "".join(pieces_of(REQUEST, 64))))
    answer = client.post("/evaluate", json={**BODY, "max_reasoning_tokens": 3}).json()
    assert answer["reasoning"] == "".join(pieces_of(REQUEST, 3))
    assert client.evaluate().json()["reasoning"] is None


@pytest.mark.parametrize("reference", [None, "", " ", "nan", "N/A"])
def test_no_reference_is_none(client, reference):
    assert client.evaluate(reference=reference).json() == wire(verdict_of(REQUEST))


def test_a_text_that_says_nothing_is_refused(client):
    answer = client.evaluate(response="nan")
    assert answer.status_code == 422
    assert answer.json()["error"]["field"] == "response"
    assert "is what programs write for an empty cell" in answer.json()["error"]["message"]


def test_chats_are_prompt_and_response(client):
    chat = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "2 + 2?"}]
    answer = [*chat, {"role": "assistant", "content": "4"}]
    asked = replace(REQUEST, prompt="system: Be brief.\n\nuser: 2 + 2?", response="4")
    assert client.evaluate(prompt=chat, response=answer).json() == wire(verdict_of(asked))
    for whole in (answer, "4"):  # the prompt's chat holds the answer too
        shown = client.evaluate(prompt=answer, response=whole).json()
        assert shown == wire(verdict_of(asked))
    before = client.evaluate(prompt=answer, response="Four.").json()
    assert before == wire(
        verdict_of(replace(asked, prompt=f"{asked.prompt}\n\nassistant: 4", response="Four."))
    )
    refused = client.evaluate(response=chat)
    assert refused.status_code == 422
    assert "has no turn of an assistant" in refused.json()["error"]["message"]


def test_a_text_that_holds_messages_is_that_text(client):
    chat = [{"role": "user", "content": "2 + 2?"}, {"role": "assistant", "content": "4"}]
    text = json.dumps(chat)
    for prompt, shown in ((text, text), (chat, "user: 2 + 2?\n\nassistant: 4")):
        answer = client.evaluate(prompt=prompt, response=text).json()
        assert answer == wire(verdict_of(replace(REQUEST, prompt=shown, response=text)))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ([{"type": "text", "text": {"value": "Paris", "annotations": []}}], "Paris"),
        ([{"type": "refusal", "refusal": "I cannot help."}], "I cannot help."),
    ],
)
def test_parts_of_messages_are_read(client, content, text):
    answer = client.evaluate(response=[{"role": "assistant", "content": content}])
    assert answer.json() == wire(verdict_of(replace(REQUEST, response=text)))


@pytest.mark.parametrize("field", ["prompt", "response"])
def test_a_role_that_is_not_known_is_refused(client, field):
    for role in ("Nurse", "\ud800", "x" * 1000, ""):
        answer = sent(client, {**PLAIN, field: [{"role": role, "content": "Hi"}]})
        assert answer.status_code == 422
        assert answer.json()["error"]["field"] == field
    assert client.judge.asked == []


def sent(client, body):
    content = body if isinstance(body, str) else json.dumps(body)
    return client.post("/evaluate", content=content, headers={"Content-Type": "application/json"})


def test_an_answer_without_a_text_is_refused(client):
    image = [{"role": "assistant", "content": [{"type": "image_url"}]}]
    refused = client.evaluate(response=image)
    assert refused.status_code == 422
    assert refused.json()["error"]["field"] == "response"


@pytest.mark.parametrize("field", ["prompt", "response"])
@pytest.mark.parametrize("start", ['[{"type":"tool_result","content":', '[{"type":', "["])
def test_messages_that_are_nested_deeply_are_no_fault_of_the_service(client, field, start):
    end = "}]" if "{" in start else "]"
    for depth in (8, 100, 240, 300, 330, 440, 480, 900):
        chat = f'[{{"role":"assistant","content":{start * depth}["x"]{end * depth}}}]'
        answer = sent(client, json.dumps({**PLAIN, field: "HERE"}).replace('"HERE"', chat))
        assert answer.status_code in {200, 400, 422}, depth
        if answer.status_code == 400:
            assert answer.json()["error"]["code"] == "malformed_json"


def test_a_reference_reaches_the_judge(client):
    answer = client.evaluate(reference="Four.").json()
    assert answer == wire(verdict_of(replace(REQUEST, reference="Four.")))


def test_a_batch_comes_in_order(client):
    rows = [{**BODY, "response": f"answer {number}"} for number in range(50)]
    rows[7]["reference"] = "Four."
    answer = client.post("/evaluate/batch", json={"requests": rows})
    assert answer.status_code == 200
    requests = [Request(**row) for row in rows]
    assert answer.json() == {"verdicts": [wire(verdict_of(row)) for row in requests]}
    answer = client.post("/evaluate/batch", json={"requests": rows[:2], "reasoning": True})
    reasonings = [verdict["reasoning"] for verdict in answer.json()["verdicts"]]
    assert reasonings == ["".join(pieces_of(row, 64)) for row in requests[:2]]


def test_a_comparison_is_of_the_expected_scores(client):
    body = {name: BODY[name] for name in ("prompt", "rubric")}
    winners = set()
    for number in range(20):
        one, other = f"answer {number}", f"answer {number + 1}"
        answer = client.post("/compare", json={**body, "a": one, "b": other}).json()
        a, b = (verdict_of(replace(REQUEST, response=r)) for r in (one, other))
        margin = a.expected_score - b.expected_score
        winner = "tie" if abs(margin) < TIE else "a" if margin > 0 else "b"
        assert answer == {"winner": winner, "margin": margin, "a": wire(a), "b": wire(b)}
        winners.add(winner)
    assert winners == {"a", "b", "tie"}
    answer = client.post("/compare", json={**body, "a": "x", "b": "x", "reasoning": True}).json()
    assert answer["winner"] == "tie"
    assert answer["a"]["reasoning"] == answer["b"]["reasoning"] != ""


def test_what_was_cut_is_said(client):
    assert client.evaluate(response="a long one").json()["truncated"] == ["response", "prompt"]


def test_the_description_holds_every_route_status_and_example(client):
    description = client.get("/openapi.json").json()
    paths = description["paths"]
    assert set(paths) == {
        "/evaluate",
        "/evaluate/batch",
        "/compare",
        "/health",
        "/ready",
        "/metrics",
    }
    failures = {"400", "401", "408", "413", "415", "421", "422", "429", "500", "503", "504"}
    for path in ("/evaluate", "/evaluate/batch", "/compare"):
        assert set(paths[path]["post"]["responses"]) == {"200", *failures}
    schemas = description["components"]["schemas"]
    assert "HTTPValidationError" not in schemas
    for name, schema in schemas.items():
        model = getattr(wire_models, name)
        assert issubclass(model, BaseModel)
        for example in schema.get("examples", []):
            model.model_validate(example)
    assert schemas["EvaluateBody"]["examples"]
    assert schemas["VerdictBody"]["examples"]


def test_examples_are_accepted(client):
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    for name, path in (
        ("EvaluateBody", "/evaluate"),
        ("BatchBody", "/evaluate/batch"),
        ("CompareBody", "/compare"),
    ):
        for example in schemas[name]["examples"]:
            assert client.post(path, json=example).status_code == 200


def test_the_page_and_its_files_come_with_strict_headers(client):
    page = client.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    again = client.get("/", headers={"If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/static/index.html").content == page.content


@pytest.mark.parametrize(
    "path", ["/static/", "/static/nothing.js", "/static/../app.py", "/static/..%2fapp.py"]
)
def test_nothing_else_is_served_from_the_package(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
