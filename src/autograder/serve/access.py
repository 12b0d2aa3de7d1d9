"""Around every request: its id, host and token, headers for safety, a line of log, the counters."""

from __future__ import annotations

import hmac
import ipaddress
import logging
import re
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from autograder.serve.counters import Counters
from autograder.serve.failures import Failure, internal
from autograder.serve.settings import Settings

log = logging.getLogger("autograder.serve")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_OPEN = {"/", "/health", "/ready"}
_OPEN_FOLDER = "/static/"
_KEY = "autograder.record"
_PORT = re.compile(r":\d*$")
SAFETY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}


@dataclass
class Record:
    """What is known of a request, for its line in the log."""

    id: str
    start: float = field(default_factory=time.perf_counter)
    status: int = 0
    num_bytes: int = 0
    num_bytes_out: int = 0
    scores: list[int] = field(default_factory=list)
    failure: str | None = None
    texts: object = None


def record_of(scope: Scope) -> Record:
    """The request's record, to be filled on the way."""
    record: Record = scope[_KEY]
    return record


class Access:
    """ASGI middleware, the outermost of ours."""

    def __init__(self, app: ASGIApp, settings: Settings, counters: Counters) -> None:
        self.app = app
        self.settings = settings
        self.counters = counters
        token = settings.token
        self._expected = None if token is None else token.encode("ascii")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # Not the server's to set: it would have every proxy take the prefix off.
        scope["root_path"] = self.settings.root_path
        given = Headers(scope=scope).get("x-request-id", "")
        record = scope[_KEY] = Record(given if _ID.fullmatch(given) else uuid.uuid4().hex)

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                record.status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = record.id
                for name, value in SAFETY.items():
                    headers[name] = value
            elif message["type"] == "http.response.body":
                record.num_bytes_out += len(message.get("body", b""))
            await send(message)

        try:
            failure = self._refusal(scope)
            if failure is None:
                await self.app(scope, receive, send_on)
            else:
                record.failure = failure.code
                await failure.response()(scope, receive, send_on)
        except Exception as error:
            log.exception("unexpected error", extra={"fields": {"id": record.id}}, exc_info=error)
            if record.status:
                raise  # too late for an answer: the server cuts the connection
            failure = internal(record.id)
            record.failure = failure.code
            await failure.response()(scope, receive, send_on)
        finally:
            self._finish(scope, record)

    def _refusal(self, scope: Scope) -> Failure | None:
        if self._expected is None:
            # A page elsewhere may give its own name this machine's address, but it cannot
            # change the name that the browser then sends.
            hosts = Headers(scope=scope).getlist("host")
            return None if all(map(self._is_ours, hosts)) else _misdirected()
        return None if self._is_allowed(scope) else _unauthorized()

    def _is_ours(self, header: str) -> bool:
        name = _PORT.sub("", header).strip("[]").rstrip(".").lower()
        address = _address(name)
        if address is None:
            return name in {"localhost", self.settings.host.lower()}
        own = _address(self.settings.host)
        is_any = own is not None and own.is_unspecified
        return address.is_loopback or address == own or is_any

    def _is_allowed(self, scope: Scope) -> bool:
        path = route_path(scope)
        if self._expected is None or path in _OPEN or path.startswith(_OPEN_FOLDER):
            return True
        header = Headers(scope=scope).get("authorization", "").encode("latin-1")
        scheme, _, token = header.partition(b" ")
        # Both are always run, and the comparison takes as long for any token.
        same = hmac.compare_digest(token.strip(), self._expected)
        return scheme.lower() == b"bearer" and same

    def _finish(self, scope: Scope, record: Record) -> None:
        route = getattr(scope.get("route"), "path", None) or "other"
        seconds = time.perf_counter() - record.start
        record.status = record.status or 499  # cancelled before there was an answer
        self.counters.request(route, record.status, seconds)
        values: dict[str, Any] = {
            "id": record.id,
            "method": scope["method"],
            "route": route,
            "status": record.status,
            "ms": round(1000 * seconds, 1),
            "bytes_in": record.num_bytes,
            "bytes_out": record.num_bytes_out,
        }
        if record.scores:
            values["scores"] = record.scores
        if record.failure is not None:
            values["failure"] = record.failure
        if self.settings.log_texts and record.texts is not None:
            values["texts"] = record.texts
        log.info("request", extra={"fields": values})


def route_path(scope: Scope) -> str:
    """The path without the prefix of a proxy, which may or may not have taken it off."""
    path: str = scope["path"]
    prefix: str = scope.get("root_path", "")
    rest = path.removeprefix(prefix)
    return rest if prefix and path != rest and rest[:1] in {"", "/"} else path


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _misdirected() -> Failure:
    return Failure(
        421,
        "misdirected",
        "without a token the service answers to its own address only; set a token, or --host to "
        "the name that clients use",
    )


def _unauthorized() -> Failure:
    return Failure(
        401,
        "unauthorized",
        "send the service's token in the header Authorization: Bearer TOKEN",
        headers={"WWW-Authenticate": 'Bearer realm="autograder"'},
    )
