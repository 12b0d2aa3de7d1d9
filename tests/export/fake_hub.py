"""A hub on this machine: the few requests of an upload, over real HTTP."""

from __future__ import annotations

import base64
import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FakeHub:
    """What was asked of it and what it was given.

    Attributes:
        requests: method, path and token of each request.
        created: bodies of the requests that create a repository.
        files: by branch, then by name, what was uploaded.
        messages: of the commits.
        refuse: a status for every request from here on, and the error's code.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, str | None]] = []
        self.created: list[dict] = []
        self.files: dict[str, dict[str, bytes]] = {}
        self.messages: list[str] = []
        self.refuse: tuple[int, str] | None = None
        self.endpoint = ""

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict]:
        parts = path.strip("/").split("/")
        if path == "/api/repos/create":
            self.created.append(json.loads(body))
            return 200, {"url": f"{self.endpoint}/owner/judge"}
        if path == "/api/validate-yaml":
            return 200, {"errors": [], "warnings": []}
        kind, branch = parts[4], parts[5]
        if kind == "branch":
            self.files.setdefault(branch, {})
            return 200, {}
        if kind == "preupload":
            rows = json.loads(body)["files"]
            modes = [
                {"path": row["path"], "uploadMode": "regular", "shouldIgnore": False}
                for row in rows
            ]
            return 200, {"files": modes}
        if kind == "commit":
            for line in body.splitlines():
                row = json.loads(line)
                if row["key"] == "header":
                    self.messages.append(row["value"]["summary"])
                else:
                    content = base64.b64decode(row["value"]["content"])
                    self.files.setdefault(branch, {})[row["value"]["path"]] = content
            return 200, {
                "commitUrl": f"{self.endpoint}/owner/judge/commit/c0ffee",
                "commitOid": "c0",
            }
        return 404, {"error": "no such page"}


@contextlib.contextmanager
def serving() -> Iterator[FakeHub]:
    hub = FakeHub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            hub.requests.append((self.command, self.path, self.headers.get("Authorization")))
            status, found = (
                (hub.refuse[0], {"error": "refused"})
                if hub.refuse
                else hub.answer(self.command, self.path, body)
            )
            text = json.dumps(found).encode()
            self.send_response(status)
            if hub.refuse:
                self.send_header("X-Error-Code", hub.refuse[1])
                self.send_header("X-Error-Message", "no, hf_secretsecretsecretsecretsecretsecret")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST  # noqa: N815 - http.server's name for it

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
