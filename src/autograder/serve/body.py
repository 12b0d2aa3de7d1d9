"""Reading a request's body: within a size and a time, as JSON and nothing else.

What a body costs is linear in its size: whatever comes in numbers (fields, responses) is counted
before it is checked, because a check that fails leaves an error for each.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from email.message import Message
from typing import Any, NoReturn

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect

from autograder.jsonl import RepeatedKeyError, unique_keys
from autograder.serve.access import record_of
from autograder.serve.failures import Failure, client_gone, invalid
from autograder.serve.service import Service
from autograder.serve.settings import Settings

_MAX_CONTENT_TYPE = 200
"""Characters; the time that Python takes to read the header is quadratic."""
_MAX_FIELDS = 64
"""Of one JSON object; no request has a tenth of them."""


class JsonRequest(Request):
    """A request whose body is bounded and strict JSON in UTF-8."""

    async def body(self) -> bytes:
        """The body, read once.

        Raises:
            Failure: 415, 413 as soon as the limit is passed, 408, 499.
        """
        if not hasattr(self, "_whole"):
            settings: Settings = self.app.state.settings
            self._check_headers(settings)
            try:
                async with asyncio.timeout(settings.timeout_s):
                    self._whole = await self._read(settings.max_body)
            except ClientDisconnect:
                raise client_gone() from None
            except TimeoutError:
                raise Failure(
                    408,
                    "body_timeout",
                    f"the body did not come within {settings.timeout_s:g} s",
                    headers={"Connection": "close"},
                ) from None
            record_of(self.scope).num_bytes = len(self._whole)
        return self._whole

    def _check_headers(self, settings: Settings) -> None:
        if not _is_json(self.headers.get("content-type", "")):
            raise Failure(
                415, "unsupported_media", "send JSON in UTF-8, with Content-Type: application/json"
            )
        if self.headers.get("content-encoding", "identity").lower() != "identity":
            raise Failure(415, "unsupported_media", "send the body without Content-Encoding")
        declared = self.headers.get("content-length", "0")
        if declared.isdecimal() and int(declared) > settings.max_body:
            _too_large(settings.max_body)

    async def _read(self, limit: int) -> bytes:
        body = bytearray()
        async for chunk in self.stream():
            body += chunk
            if len(body) > limit:
                _too_large(limit)
        return bytes(body)

    async def json(self) -> Any:
        """The value in the body.

        Raises:
            Failure: 400, it is not JSON; 422, it has too many responses.
        """
        service: Service = self.app.state.service
        value = await service.read(_parse, await self.body())
        rows = value.get("requests") if isinstance(value, dict) else None
        limit = min(service.settings.max_requests, service.settings.queue)
        if isinstance(rows, list) and len(rows) > limit:
            raise invalid("requests", f"{len(rows)} are too many; send at most {limit}")
        return value


class JsonRoute(APIRoute):
    """A route that reads its body as `JsonRequest` does."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            bounded = JsonRequest(request.scope, request.receive)
            if not await bounded.body():
                _malformed("the body is empty; send a JSON object")
            return await handler(bounded)

        return handle


def _is_json(content_type: str) -> bool:
    if len(content_type) > _MAX_CONTENT_TYPE:
        return False
    header = Message()
    header["content-type"] = content_type
    charset = str(header.get_param("charset", "utf-8")).lower()
    return header.get_content_type() == "application/json" and charset in {"utf-8", "utf8"}


def _parse(body: bytes) -> Any:
    try:
        return json.loads(
            body.decode("utf-8"), object_pairs_hook=_fields, parse_constant=_no_constant
        )
    except UnicodeDecodeError as error:
        _malformed(f"the body is not UTF-8 at byte {error.start}")
    except RecursionError:
        _malformed("the body is nested too deeply")
    except json.JSONDecodeError as error:
        _malformed(f"the body is not JSON: {error}")
    except RepeatedKeyError as error:
        _malformed(f"the body: {error}")
    except ValueError as error:
        # Too many fields, NaN, or a number of thousands of digits.
        _malformed(f"the body is not JSON that can be read: {error}")


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > _MAX_FIELDS:
        raise ValueError(f"an object has {len(pairs)} fields; at most {_MAX_FIELDS} are allowed")
    return unique_keys(pairs)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


def _malformed(message: str) -> NoReturn:
    raise Failure(400, "malformed_json", message) from None


def _too_large(limit: int) -> NoReturn:
    raise Failure(413, "too_large", f"the body has more than {limit} bytes (--max-body)")
