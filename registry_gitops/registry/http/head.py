"""The parser of request heads: bytes in, a `Head` or a `BadRequest` out. Spec: RFC 9112, 2-6; RFC 9110, 5."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from registry_gitops.registry.messages import ClientGone

MAX_HEAD: Final = 32 * 1024
"""Bytes of a whole head. The longest headers that clients send are tokens in Authorization: 8 to 16 KiB."""

MAX_TARGET: Final = 8 * 1024
"""Bytes of a request target; RFC 9112, 3 recommends at least 8,000."""

MAX_HEADERS: Final = 100
"""Header lines."""

END: Final = b"\r\n\r\n"

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_REQUEST_LINE = re.compile(rf"({_TOKEN}) ([\x21-\x7e]+) HTTP/1\.([0-9])")
# A value has no control character except the tab. The colon follows the name at once.
_HEADERS = re.compile(rf"(?:{_TOKEN}:[\t\x20-\x7e\x80-\xff]*\r\n)*")
_NOT_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"[A-Za-z0-9\-._~%!$&'()*+,;=:\[\]]*")
_ABSOLUTE = re.compile(r"https?://[^/?#]*(.*)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NUMBER = re.compile(r"[0-9]{1,18}")

_ONCE = frozenset(
    ("host", "content-length", "transfer-encoding", "content-type", "content-range", "range", "authorization", "expect")
)
"""Headers that must not be repeated, because two would be ambiguous; others are joined by commas."""


class BadRequest(ClientGone):
    """The received bytes are not a request that we accept: the response has `status`, and closes the connection."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Fields:
    """The header lines of a request, and their meaning for the connection and the body."""

    values: Mapping[str, str]
    """Name in lower case -> value; repeated lines are joined by commas."""
    length: int
    """Bytes of the body; 0 if there is none."""
    chunked: bool
    expects_continue: bool
    keeps_alive: bool | None
    """What the Connection header asks for; None if it does not say."""


class Head(NamedTuple):
    """A request line and its fields."""

    method: str
    target: str
    path: str
    """Percent-decoded, without the query."""
    query: str
    """As sent, without the `?`."""
    http11: bool
    """Whether it is HTTP/1.1 or a later 1.x; False for 1.0."""
    keeps_alive: bool
    fields: Fields


def parse_line(line: str, fields: Fields) -> Head:
    """Parse a request line, and return it with its fields. Raises BadRequest."""
    match = _REQUEST_LINE.fullmatch(line)
    if match is None:
        raise BadRequest(400, "the request line is not: method, target, HTTP/1.1")
    method, target, minor = match.groups()
    http11 = minor != "0"
    if http11:
        if "host" not in fields.values:
            raise BadRequest(400, "HTTP/1.1 requires a Host header")
        keeps_alive = fields.keeps_alive is not False
    else:
        if fields.chunked:
            raise BadRequest(400, "HTTP/1.0 has no Transfer-Encoding")
        keeps_alive = fields.keeps_alive is True
    path, _, query = _origin_form(target).partition("?")
    return Head(method, target, _decode(path) if "%" in path else path, query, http11, keeps_alive, fields)


def parse_fields(block: bytes) -> Fields:
    """Parse header lines, each with its CRLF. Raises BadRequest."""
    text = block.decode("latin-1")
    if _HEADERS.fullmatch(text) is None:
        raise BadRequest(400, "a header line is not: name, colon, value")
    lines = text.split("\r\n")
    lines.pop()
    if len(lines) > MAX_HEADERS:
        raise BadRequest(431, f"more than {MAX_HEADERS} header lines")
    values: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        name, value = name.lower(), value.strip(" \t")
        if name in values:
            if name in _ONCE:
                raise BadRequest(400, f"more than one {name} header")
            value = f"{values[name]}, {value}"
        values[name] = value
    if _HOST.fullmatch(values.get("host", "")) is None:
        raise BadRequest(400, "the Host header is not: host, or host:port")
    return Fields(values, *_parse_framing(values), _parse_connection(values))


def _parse_framing(values: Mapping[str, str]) -> tuple[int, bool, bool]:
    coding, length = values.get("transfer-encoding"), values.get("content-length")
    if coding is not None:
        if length is not None:
            raise BadRequest(400, "both Content-Length and Transfer-Encoding")
        if coding.lower() != "chunked":
            raise BadRequest(400, "the only Transfer-Encoding that is known here is: chunked")
    if length is not None and _NUMBER.fullmatch(length) is None:
        raise BadRequest(400, "Content-Length is not a number of bytes")
    expects = values.get("expect")
    if expects is not None and expects.lower() != "100-continue":
        raise BadRequest(417, "the only Expect that is known here is: 100-continue")
    return int(length or 0), coding is not None, expects is not None


def _parse_connection(values: Mapping[str, str]) -> bool | None:
    connection = values.get("connection")
    if connection is None:
        return None
    options = {option.strip(" \t") for option in connection.lower().split(",")}
    if "close" in options:
        return False
    return True if "keep-alive" in options else None


def _origin_form(target: str) -> str:
    """Return the target as a path: a proxy can send the whole URL (RFC 9112, 3.2.2)."""
    if "#" in target:
        raise BadRequest(400, "the request target has a fragment")
    if target.startswith("/"):
        return target
    match = _ABSOLUTE.fullmatch(target)
    if match is None:
        raise BadRequest(400, "the request target is no path")
    return match[1] if match[1].startswith("/") else f"/{match[1]}"


def _decode(path: str) -> str:
    if _NOT_PERCENT.search(path):
        raise BadRequest(400, "a % in the request target is not followed by two hexadecimal digits")
    try:
        decoded = unquote_to_bytes(path).decode()
    except UnicodeDecodeError:
        raise BadRequest(400, "the request target is not UTF-8") from None
    if _CONTROL.search(decoded):
        raise BadRequest(400, "the request target has a control character")
    return decoded
