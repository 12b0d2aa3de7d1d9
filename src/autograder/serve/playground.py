"""The playground: a page, its scripts and its style, from the package's own data."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from importlib.resources import files

from fastapi import APIRouter, HTTPException, Request, Response

_PAGE = "index.html"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    media_type: str
    tag: str


def _read() -> dict[str, _File]:
    """Every file of the page by its name. Only these are served: no path ever becomes a file."""
    found = {}
    for entry in files("autograder.serve").joinpath("page").iterdir():
        if entry.is_file():
            content = entry.read_bytes()
            ending = f".{entry.name.rpartition('.')[2]}"
            kind = _TYPES.get(ending) or mimetypes.guess_type(entry.name)[0]
            tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
            found[entry.name] = _File(content, kind or "application/octet-stream", tag)
    return found


def make_router() -> APIRouter:
    """`/` and `/static/NAME`."""
    router = APIRouter(include_in_schema=False)
    known = _read()

    def serve(name: str, request: Request) -> Response:
        file = known.get(name)
        if file is None:
            raise HTTPException(404)
        # No-cache: the browser keeps it but asks, so that an update is seen at once.
        headers = {"ETag": file.tag, "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == file.tag:
            return Response(status_code=304, headers=headers)
        return Response(file.content, headers=headers, media_type=file.media_type)

    @router.get("/")
    async def page(request: Request) -> Response:
        return serve(_PAGE, request)

    @router.get("/static/{name}")
    async def static(name: str, request: Request) -> Response:
        return serve(name, request)

    return router
