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
"""Parameters of the specification. The values of all others are hidden: they may be tokens."""
# An @ in front of a digest separates no credentials from a host.
_USERINFO: Final = re.compile(r"//\S*@(?!sha[0-9]+:[0-9a-f]{6})")


def text_log(stream: TextIO) -> AccessLog:
    """Lines like those of the Common Log Format, with the user agent and the seconds that the answer took."""

    def log(entry: Entry) -> None:
        moment = _strftime("%d/%b/%Y:%H:%M:%S +0000", int(entry.time))
        user = quote(entry.user, safe="@+") if entry.user else "-"
        # As JSON, so that no line break and no control character reaches a terminal.
        request = json.dumps(f"{entry.method} {mask(entry.target)}")
        counts = f"{entry.status} {entry.sent}"
        agent = json.dumps(mask(entry.agent))
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
            "target": mask(entry.target),
            "status": entry.status,
            "sent": entry.sent,
            "seconds": round(entry.seconds, 6),
            "agent": mask(entry.agent),
        }
        _write(stream, f"{json.dumps(fields)}\n")

    return log


def report(message: str) -> None:
    """Say on stderr what happened to the registry itself, in one line."""
    line = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in mask(message))
    _write(sys.stderr, f"{_rfc3339(time.time())} {line}\n")


def _write(stream: TextIO, line: str) -> None:
    # A full disk below the log, or a reader that has left, is no reason to refuse a request.
    with contextlib.suppress(OSError, ValueError):
        stream.write(line)
        stream.flush()


def mask(text: str) -> str:
    """Return `text` with `***` for the credentials of URLs and for the parameters that the specification does not have.

    tests/support/credentials.py lists what is hidden, and what the package's own function hides as well.
    """
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
def _strftime(form: str, second: int) -> str:
    return time.strftime(form, time.gmtime(second))
