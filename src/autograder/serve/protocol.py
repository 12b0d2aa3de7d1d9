"""What is no HTTP is answered as everything else: as JSON, with the headers for safety."""

from __future__ import annotations

import uuid

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from autograder.serve.access import SAFETY
from autograder.serve.failures import Failure

_BEFORE_AN_ANSWER = {h11.IDLE, h11.SEND_RESPONSE}


class Protocol(H11Protocol):
    """uvicorn's, which sends plain text before the application has seen anything."""

    def send_400_response(self, msg: str) -> None:
        if self.conn.our_state in _BEFORE_AN_ANSWER:
            response = Failure(400, "bad_request", msg).response()
            headers = {**SAFETY, "X-Request-Id": uuid.uuid4().hex, "Connection": "close"}
            response.headers.update(headers)
            for event in (
                h11.Response(status_code=400, headers=response.raw_headers, reason=b"Bad Request"),
                h11.Data(data=bytes(response.body)),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
