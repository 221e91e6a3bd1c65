"""The head of a response, and the responses that the adapter gives by itself."""

from __future__ import annotations

import time
from email.utils import formatdate
from http import HTTPStatus
from typing import Final

from registry_gitops.registry.errors import Code, RegistryError
from registry_gitops.registry.faults import refused
from registry_gitops.registry.messages import FilePart, Response

CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"

BODYLESS: Final = frozenset((204, 304))
"""Statuses that have neither a body nor a Content-Length (RFC 9110, 8.6)."""

_STATUS_LINES: Final = {status.value: f"HTTP/1.1 {status.value} {status.phrase}" for status in HTTPStatus}
_CODES: Final = {429: Code.TOOMANYREQUESTS, 500: Code.UNKNOWN, 503: Code.UNAVAILABLE}

_date: tuple[int, str] = (0, "")


def length(part: bytes | FilePart) -> int:
    """Bytes of a part of a body."""
    return part.count if isinstance(part, FilePart) else len(part)


def head(response: Response, *, connection: str | None) -> bytes:
    """Status line and headers, with the empty line behind them. `connection` is what the Connection header is to say.

    Raises ValueError where a header is none: with a line break in it, it would be two.
    """
    lines = [_STATUS_LINES[response.status], _date_line()]
    for name, value in response.headers:
        lines.append(f"{name}: {value}")
    if response.status not in BODYLESS:
        size = sum(map(length, response.body)) if response.length is None else response.length
        lines.append(f"Content-Length: {size}")
    if connection is not None:
        lines.append(f"Connection: {connection}")
    text = "\r\n".join(lines)
    breaks = len(lines) - 1
    if text.count("\n") != breaks or text.count("\r") != breaks or "\0" in text:
        raise ValueError(f"a header of the response breaks its line: {response.headers}")
    return f"{text}\r\n\r\n".encode("latin-1")


def refusal(status: int, reason: str, *, retry_after: int | None = None) -> Response:
    """An error as the spec has it, for a request that the core never saw."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return refused(RegistryError(_CODES.get(status, Code.UNSUPPORTED), reason, status=status, headers=headers))


def busy() -> Response:
    """The refusal of a request that would be one too many."""
    return refusal(429, "too many requests are worked on", retry_after=1)


def has_files(response: Response) -> bool:
    """Whether it takes a thread that may wait to send it."""
    return FilePart in map(type, response.body)


def close(response: Response) -> None:
    """Close the files of its body."""
    for part in response.body:
        if isinstance(part, FilePart):
            part.file.close()


def _date_line() -> str:
    """The time; a second is as exact as it gets."""
    global _date
    second = int(time.time())
    if _date[0] != second:
        _date = (second, f"Date: {formatdate(second, usegmt=True)}")
    return _date[1]
