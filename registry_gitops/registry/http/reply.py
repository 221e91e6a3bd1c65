"""The head of a response, and the error responses of the HTTP layer itself."""

from __future__ import annotations

import time
from collections.abc import Sequence
from email.utils import formatdate
from http import HTTPStatus
from typing import Final, TypeGuard

from registry_gitops.registry.error_responses import Code, RegistryError, spec_error
from registry_gitops.registry.messages import FilePart, Response

CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"

BODYLESS: Final = frozenset((204, 304))
"""Status codes that have neither a body nor a Content-Length (RFC 9110, 8.6)."""

_STATUS_LINES: Final = {status.value: f"HTTP/1.1 {status.value} {status.phrase}" for status in HTTPStatus}
_CODES: Final = {429: Code.TOOMANYREQUESTS, 500: Code.UNKNOWN, 503: Code.UNAVAILABLE}

_date: tuple[int, str] = (0, "")


def part_size(part: bytes | FilePart) -> int:
    """Return the bytes of one part of a body."""
    return part.count if isinstance(part, FilePart) else len(part)


def format_head(response: Response, size: int, *, connection: str | None) -> bytes:
    """Return status line, headers, and the empty line. Raises ValueError if a header contains a line break."""
    lines = [_STATUS_LINES[response.status], _date_line()]
    for name, value in response.headers:
        lines.append(f"{name}: {value}")
    if response.status not in BODYLESS:
        lines.append(f"Content-Length: {size if response.length is None else response.length}")
    if connection is not None:
        lines.append(f"Connection: {connection}")
    text = "\r\n".join(lines)
    breaks = len(lines) - 1
    if text.count("\n") != breaks or text.count("\r") != breaks or "\0" in text:
        raise ValueError(f"a header of the response breaks its line: {response.headers}")
    return f"{text}\r\n\r\n".encode("latin-1")


def error_response(status: int, reason: str, *, retry_after: int | None = None) -> Response:
    """Return an error in the spec's format, for a request that the core does not get."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return spec_error(RegistryError(_CODES.get(status, Code.UNSUPPORTED), reason, status=status, headers=headers))


def too_many_requests() -> Response:
    """Return the response to a request above the limit of concurrent requests."""
    return error_response(429, "too many requests are worked on", retry_after=1)


def is_in_memory(parts: Sequence[bytes | FilePart]) -> TypeGuard[Sequence[bytes]]:
    """Whether no part of a body is a file. A thread that sends a file may have to wait for the disk."""
    return FilePart not in map(type, parts)


def close_files(response: Response) -> None:
    """Close the files of the body."""
    for part in response.body:
        if isinstance(part, FilePart):
            part.file.close()


def _date_line() -> str:
    global _date
    second = int(time.time())
    if _date[0] != second:
        _date = (second, f"Date: {formatdate(second, usegmt=True)}")
    return _date[1]
