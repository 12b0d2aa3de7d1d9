"""What a client is told when a request fails: one shape, one table of statuses.

    {"error": {"code": "too_large", "message": "...", "field": "..."}}

400 malformed_json, bad_request                 401 unauthorized        404 not_found
405 method_not_allowed  408 body_timeout        413 too_large           415 unsupported_media
421 misdirected         422 invalid             429 queue_full          499 client_gone
500 internal            503 not_ready, draining                         504 timeout
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from itertools import islice
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from autograder.jsonl import show
from autograder.terminal import printable

_CODES = {404: "not_found", 405: "method_not_allowed"}
_LENGTH = 400
"""Characters of a message: nobody needs a whole text back."""
_SHOWN = 60
_DEPTH = 8


class Failure(HTTPException):
    """An answer that is no verdict.

    An `HTTPException`, because FastAPI passes nothing else on from the reading of a body.

    Args:
        status: the HTTP status.
        code: for programs; never changes for one kind of failure.
        message: for people.
        field: the field in the request's body, dotted for nested ones.
        headers: of the answer.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, message, dict(headers or {}))
        self.code = code
        self.field = field

    def body(self) -> dict[str, dict[str, str]]:
        """What stands under `data` of an `error` event, and in an answer's body."""
        message = printable(self.detail[: _LENGTH + 1])
        if len(message) > _LENGTH:
            message = f"{message[: _LENGTH - 3]}..."
        error = {"code": self.code, "message": message}
        if self.field is not None:
            error["field"] = printable(self.field[:100])[:100]
        return {"error": error}

    def response(self) -> JSONResponse:
        return JSONResponse(self.body(), self.status_code, self.headers)


def invalid(field: str | None, message: str) -> Failure:
    return Failure(422, "invalid", message, field=field)


def client_gone() -> Failure:
    return Failure(499, "client_gone", "the client went away")


def internal(request_id: str) -> Failure:
    """Says nothing about what happened: that is in the log, under the id."""
    message = f"an unexpected error; the log of the service has it under {request_id}"
    return Failure(500, "internal", message)


def of_http(error: HTTPException) -> Failure:
    """Starlette's own: no such path, no such method."""
    if isinstance(error, Failure):
        return error
    status, headers = error.status_code, error.headers or {}
    messages = {
        404: "nothing is at this path; /openapi.json lists what there is",
        405: f"this path takes {headers.get('Allow', 'another method')}",
    }
    code = _CODES.get(status, "bad_request")
    message = messages.get(status, HTTPStatus(status).phrase)
    return Failure(status, code, message, headers=headers)


def of_validation(error: RequestValidationError) -> Failure:
    """The first fault in a body, with its field and what stood there."""
    fault = error.errors()[0]
    place = [str(part) for part in fault["loc"] if part != "body"]
    field = ".".join(place) or None
    kind = fault["type"]
    if kind == "missing":
        return invalid(field, "is missing" if field else "expected a JSON object")
    if kind == "extra_forbidden":
        return invalid(field, "unknown field; see /openapi.json")
    if kind == "string_unicode":  # a name that is no text
        return invalid(str(fault["input"]), "unknown field; see /openapi.json")
    if kind == "text":  # said in our own words
        return invalid(field, str(fault["msg"]))
    message = str(fault["msg"])
    if kind == "model_attributes_type":
        message = "expected a JSON object with named fields"
    return invalid(field, f"{message}; got {_shown(fault.get('input'))}")


def _shown(value: object) -> str:
    return show(_begin(value))


def _begin(value: Any, depth: int = _DEPTH) -> Any:
    """As much of a value as a message shows, for what a client sends may be huge."""
    if isinstance(value, str):
        return value[:_SHOWN]
    if isinstance(value, list):
        return [_begin(item, depth - 1) for item in value[:_SHOWN]] if depth else ["..."]
    if isinstance(value, dict):
        few = islice(value.items(), _SHOWN if depth else 0)
        return {key[:_SHOWN]: _begin(item, depth - 1) for key, item in few}
    return value
