"""The access log, a line a request, and the few lines that the registry has to say of itself."""

from __future__ import annotations

import contextlib
import json
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TextIO
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Entry:
    """A request that has been answered."""

    time: float
    """When it began, in seconds since the epoch."""
    client: str
    user: str | None
    """None where nobody logged in, or not as they should."""
    method: str
    target: str
    """As it was sent: what may be a credential in it is masked when it is written."""
    status: int
    sent: int
    """Bytes of the body."""
    seconds: float
    """From the end of the request's head to the end of the response."""
    agent: str


AccessLog = Callable[[Entry], None]
"""Called once for each request, from many threads at once."""

_PARAMETERS: Final = frozenset(("n", "last", "digest", "digest-algorithm", "mount", "from", "tag", "artifactType"))
"""The parameters of the spec. What others hold is not shown: it could be a token."""
_USERINFO: Final = re.compile(r"//[^/?#\s]*@")


def text_log(stream: TextIO) -> AccessLog:
    """Lines like those of the Common Log Format, with the user agent and the seconds that the answer took."""

    def log(entry: Entry) -> None:
        moment = _strftime("%d/%b/%Y:%H:%M:%S +0000", int(entry.time))
        user = quote(entry.user, safe="@+") if entry.user else "-"
        # As JSON, so that no line break and no control character reaches a terminal.
        request = json.dumps(f"{entry.method} {_masked(entry.target)}")
        counts = f"{entry.status} {entry.sent}"
        agent = json.dumps(_USERINFO.sub("//***@", entry.agent))
        _write(stream, f"{entry.client} - {user} [{moment}] {request} {counts} {agent} {entry.seconds:.4f}\n")

    return log


def json_log(stream: TextIO) -> AccessLog:
    """Lines that are JSON objects, with the fields of `Entry`; `time` is as RFC 3339 has it."""

    def log(entry: Entry) -> None:
        fields = {
            "time": _rfc3339(entry.time),
            "client": entry.client,
            "user": entry.user,
            "method": entry.method,
            "target": _masked(entry.target),
            "status": entry.status,
            "sent": entry.sent,
            "seconds": round(entry.seconds, 6),
            "agent": _USERINFO.sub("//***@", entry.agent),
        }
        _write(stream, f"{json.dumps(fields)}\n")

    return log


def report(message: str) -> None:
    """Say on stderr what happened to the registry itself, in one line."""
    line = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in message)
    _write(sys.stderr, f"{_rfc3339(time.time())} {line}\n")


def _write(stream: TextIO, line: str) -> None:
    # A full disk below the log, or a reader that has left, is no reason to refuse a request.
    with contextlib.suppress(OSError, ValueError):
        stream.write(line)
        stream.flush()


def _masked(target: str) -> str:
    path, mark, query = _USERINFO.sub("//***@", target).partition("?")
    if not mark:
        return path
    return path + "?" + "&".join(_shown(parameter) for parameter in query.split("&"))


def _shown(parameter: str) -> str:
    name, equals, _ = parameter.partition("=")
    if name in _PARAMETERS:
        return parameter
    return f"{name}=***" if equals else "***"


def _rfc3339(seconds: float) -> str:
    return f"{_strftime('%Y-%m-%dT%H:%M:%S', int(seconds))}.{int(seconds % 1 * 1000):03d}Z"


@lru_cache(maxsize=4)
def _strftime(form: str, second: int) -> str:
    return time.strftime(form, time.gmtime(second))
