"""Ways to break one behaviour of our registry: a core becomes another core."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from registry_gitops.registry.messages import Request, Response

Core = Callable[[Request], Response]
Change = Callable[[Core], Core]
Edit = Callable[[Response], Response]

ANY = ".*"
MANIFEST = r".*/manifests/.*"
BLOB = r".*/blobs/sha256:.*"
UPLOADS = r".*/blobs/uploads/"
SESSION = r".*/blobs/uploads/.+"
TAGS = r".*/tags/list"
REFERRERS = r".*/referrers/.*"
CATALOG = r"/v2/_catalog"


@dataclass(frozen=True)
class Mutant:
    """Our registry with one thing wrong."""

    name: str
    """What is wrong."""
    change: Change
    caught_by: frozenset[str]
    """The checks that must fail."""
    guarded: bool = False
    """Whether it wants a login, and speaks TLS."""
    full: bool = False
    """Whether level `full` is needed to see it."""


def mutant(name: str, change: Change, *caught_by: str, guarded: bool = False, full: bool = False) -> Mutant:
    """A row of the table."""
    return Mutant(name, change, frozenset(caught_by), guarded, full)


class Broken:
    """A broken core as the server takes it."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def __call__(self, request: Request) -> Response:
        return self._core(request)

    def answers_without_blocking(self, request: Request) -> bool:
        """Never: who breaks something may wait, too."""
        return False


class Sent:
    """A body that is there as a whole."""

    def __init__(self, content: bytes) -> None:
        self._left = memoryview(content)
        self.length = len(content)

    def readinto(self, buffer: memoryview) -> int:
        """See messages.Body."""
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


def received(request: Request) -> bytes:
    """The body of a request, read to its end."""
    content, piece = bytearray(), memoryview(bytearray(1 << 16))
    while count := request.body.readinto(piece):
        content += piece[:count]
    return bytes(content)


def whole(response: Response) -> bytes:
    """The body of a response. The storage in memory has no files to send parts of."""
    return b"".join(part for part in response.body if isinstance(part, bytes))


def query_of(request: Request) -> dict[str, str]:
    """The parameters of a request, as they were sent."""
    return dict(part.partition("=")[::2] for part in request.query.split("&") if part)


def matches(request: Request, method: str, path: str) -> bool:
    """Whether a request is one of these: method and path are patterns."""
    return bool(re.fullmatch(method, request.method) and re.fullmatch(path, request.path))


# -- what is done to a core


def instead(method: str, path: str, answer: Callable[[Core, Request], Response]) -> Change:
    """Requests of this kind are answered like that."""

    def change(right: Core) -> Core:
        return lambda request: answer(right, request) if matches(request, method, path) else right(request)

    return change


def answered(method: str, path: str, edit: Edit, *, status: int | None = None) -> Change:
    """The answers to such requests, of this status or of any, are edited."""

    def answer(right: Core, request: Request) -> Response:
        response = right(request)
        return edit(response) if status in (None, response.status) else response

    return instead(method, path, answer)


def asked(method: str, path: str, **fields: Any) -> Change:
    """Such requests are taken for others."""
    return instead(method, path, lambda right, request: right(replace(request, **fields)))


def refused(method: str, path: str, status: int, code: str = "UNSUPPORTED") -> Change:
    """Such requests are refused."""
    return instead(method, path, lambda right, request: error(status, code))


def both(*changes: Change) -> Change:
    """One after the other."""

    def change(right: Core) -> Core:
        for each in changes:
            right = each(right)
        return right

    return change


# -- what is done to a response


def error(status: int, code: str) -> Response:
    """A refusal as the spec has it."""
    body = json.dumps({"errors": [{"code": code, "message": "broken on purpose"}]}).encode()
    return Response(status, [("Content-Type", "application/json")], [body])


def without(name: str) -> Edit:
    """A header is missing."""

    def edit(response: Response) -> Response:
        response.headers = [(each, value) for each, value in response.headers if each.lower() != name.lower()]
        return response

    return edit


def header(name: str, value: str | Callable[[str], str]) -> Edit:
    """A header has another value; a function makes it from the right one."""

    def edit(response: Response) -> Response:
        before = dict(response.headers).get(name, "")
        without(name)(response)
        response.headers = [*response.headers, (name, value if isinstance(value, str) else value(before))]
        return response

    return edit


def status(code: int) -> Edit:
    """The answer is as it was, with another status."""
    return lambda response: replace(response, status=code)


def body(make: Callable[[bytes], bytes]) -> Edit:
    """The body is another one."""
    return lambda response: replace(response, body=[make(whole(response))], length=None)


def content(make: Callable[[Any], Any]) -> Edit:
    """The JSON of the body is another one."""
    return body(lambda text: json.dumps(make(json.loads(text))).encode())
