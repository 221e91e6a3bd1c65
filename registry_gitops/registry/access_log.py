"""The access log, one line per request, and the messages of the registry itself on stderr."""

from __future__ import annotations

import contextlib
import json
import re
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Final, TextIO
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class AccessLogEntry:
    """A completed request."""

    time: float
    """When it started, in seconds since the epoch."""
    client: str
    user: str | None
    """None if the client is anonymous or its credentials are wrong."""
    method: str
    target: str
    """As it was sent. Credentials in it are masked when it is written."""
    status: int
    sent: int
    """Bytes of the body."""
    seconds: float
    """From the end of the request's head to the end of the response."""
    agent: str


AccessLogger = Callable[[AccessLogEntry], None]
"""Called once for each request, from many threads at once."""

_PARAMETERS: Final = frozenset(("n", "last", "digest", "digest-algorithm", "mount", "from", "tag", "artifactType"))
"""Parameters of the specification. The values of all others are masked: they can be tokens."""
# An @ before a digest does not end credentials.
_USERINFO: Final = re.compile(r"//\S*@(?!sha[0-9]+:[0-9a-f]{6})")


def text_log(stream: TextIO) -> AccessLogger:
    """Log lines in the Common Log Format, plus the user agent and the seconds that the response took."""

    def log(entry: AccessLogEntry) -> None:
        moment = _strftime("%d/%b/%Y:%H:%M:%S +0000", int(entry.time))
        user = quote(entry.user, safe="@+") if entry.user else "-"
        # As JSON: no line break or control character reaches a terminal.
        request = json.dumps(f"{entry.method} {mask_urls(entry.target)}")
        counts = f"{entry.status} {entry.sent}"
        agent = json.dumps(mask_urls(entry.agent))
        _write(stream, f"{entry.client} - {user} [{moment}] {request} {counts} {agent} {entry.seconds:.4f}\n")

    return log


def json_log(stream: TextIO) -> AccessLogger:
    """Log JSON objects, one per line, with the fields of `AccessLogEntry`; `time` is in RFC 3339 format."""

    def log(entry: AccessLogEntry) -> None:
        fields = asdict(entry) | {
            "time": _rfc3339(entry.time),
            "target": mask_urls(entry.target),
            "seconds": round(entry.seconds, 6),
            "agent": mask_urls(entry.agent),
        }
        _write(stream, f"{json.dumps(fields)}\n")

    return log


def log_message(message: str) -> None:
    """Write a message about the registry itself to stderr, in one line."""
    line = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in mask_urls(message)
    )
    _write(sys.stderr, f"{_rfc3339(time.time())} {line}\n")


def log_exception() -> None:
    """Report the unexpected exception that is being handled. Raises nothing."""
    with contextlib.suppress(Exception):
        log_message(f"a mistake in the registry: {traceback.format_exc()}")


def _write(stream: TextIO, line: str) -> None:
    # A log on a full disk, or with a closed reader, must not fail a request.
    with contextlib.suppress(OSError, ValueError):
        stream.write(line)
        stream.flush()


def mask_urls(text: str) -> str:
    """Return `text` without credentials in URLs and unknown parameters. See tests/support/credentials.py."""
    if "@" not in text and "?" not in text and "&" not in text and "#" not in text:
        return text
    return re.sub(r"\S+", lambda word: _without_query(_USERINFO.sub("//***@", word[0])), text)


def _without_query(word: str) -> str:
    start = re.search(r"[?&#]", word)
    if not start:
        return word
    has_bare = start[0] == "?" and "/" in word[: start.start()]
    parts = re.split(r"(&|;(?=[^;&=]+=))", word[start.end() :])
    shown = (part if part in "&;" else _parameter(part, has_bare=has_bare) for part in parts)
    return word[: start.end()] + "".join(shown)


def _parameter(text: str, *, has_bare: bool) -> str:
    name, equals, value = text.partition("=")
    if not equals or not value.strip("="):
        return "***" if has_bare and text else text
    return text if name in _PARAMETERS and not re.search("[?&#=]", value) else f"{name}=***"


def _rfc3339(seconds: float) -> str:
    return f"{_strftime('%Y-%m-%dT%H:%M:%S', int(seconds))}.{int(seconds % 1 * 1000):03d}Z"


@lru_cache(maxsize=4)
def _strftime(pattern: str, second: int) -> str:
    return time.strftime(pattern, time.gmtime(second))
