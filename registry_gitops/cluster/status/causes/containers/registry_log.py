"""The registry's log: which of its lines tells why it fails, without time stamps and fields that say nothing "
"about it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final

from registry_gitops.cluster.status.causes.cluster_phrases import Phrase, find_phrase
from registry_gitops.cluster.status.causes.containers.registry_phrases import SUBJECTS

_NO_LOG: Final = "unable to retrieve container logs"
"""The kubelet's text instead of a log that it has deleted."""
_FATAL: Final = re.compile(
    r"panic: |fatal error: |configuration error: |failed to (?:garbage collect|construct)|unable to configure logging"
)
_PLAIN_ERROR: Final = re.compile(r"error|fatal|panic|invalid|denied|failed|cannot|not found", re.IGNORECASE)
_REQUEST: Final = re.compile(r'^\S+ - \S* ?\[[^]]+\] "', re.MULTILINE)
"""A line about a request: it has names and user agents of clients."""
_FIELD: Final = re.compile(r'(?<!\S)([\w.]+)=("(?:[^"\\]|\\.)*"|\S+)')
_DETAILS: Final = ("err.detail", "error")
_HEALTH_CHECK: Final = "storage driver health check"
_SERVING: Final = ("listening on", _HEALTH_CHECK, "response completed", "error from cache", "stopping server")
"""Messages of a registry that has started."""


@dataclass(frozen=True)
class LogLine:
    """What a line of the log says: its message, and the details of an error."""

    level: str
    """fatal, error, or another level of the registry; "" for a line of another program."""
    text: str


@dataclass(frozen=True)
class LogError:
    """The line that tells, and what is known about such a line."""

    text: str
    phrase: Phrase | None


def explain_end(log: str) -> LogError:
    """Return why the registry ended. Before it listens, its first error counts; later, only the one that ended it."""
    lines = list(_parse(log))
    fatal = [line for line in lines if line.level == "fatal"]
    has_served = any(line.text.startswith(_SERVING) for line in lines) or _REQUEST.search(log) is not None
    known = fatal if has_served else [line for line in lines if line.level in ("fatal", "error", "")]
    found = next(_explain(known), None)
    return found or LogError(fatal[-1].text if fatal else find_error_line(log), None)


def explain_failure(log: str) -> LogError | None:
    """Return why the registry answers requests with errors: its last health check, or else its last known error."""
    errors = [line for line in reversed(list(_parse(log))) if line.level in ("fatal", "error")]
    checks = [line for line in errors if line.text.startswith(_HEALTH_CHECK)]
    if checks:
        return LogError(checks[0].text, explain_line(checks[0].text))
    return next(_explain(errors), None)


def find_error_line(log: str) -> str:
    """Return the last line of a log about an error, before any help on usage; or the last line."""
    lines = [line.text for line in _parse(log)]
    return next((line for line in reversed(lines) if _PLAIN_ERROR.search(line)), lines[-1] if lines else "")


def _explain(lines: list[LogLine]) -> Iterator[LogError]:
    for line in lines:
        if phrase := explain_line(line.text):
            yield LogError(line.text, phrase)


def explain_line(text: str) -> Phrase | None:
    """Return what is known about a line: the same words mean another thing about Redis than about a bucket."""
    phrases = next(phrases for subject, phrases in SUBJECTS if re.search(subject, text, re.IGNORECASE))
    return find_phrase(text, phrases)


def _parse(log: str) -> Iterator[LogLine]:
    """Yield the lines, without requests, help on usage, and the traces of panics."""
    lines = iter(log.splitlines())
    for line in lines:
        if not line.strip() or line.startswith(_NO_LOG) or _REQUEST.match(line):
            continue
        if line.startswith("Usage:"):
            return
        if _FATAL.match(line):
            # More lines of the message are indented; an empty one, the usage, or the trace follows.
            rest = takewhile(lambda text: text[:1].isspace() and text.strip(), lines)
            yield LogLine("fatal", " ".join((line.strip(), *map(str.strip, rest))))
            return
        yield _parse_line(line.strip())


def _parse_line(line: str) -> LogLine:
    fields = _parse_json(line) if line.startswith("{") else _parse_text(line)
    message = str(fields.get("msg") or fields.get("message") or "")
    if not message:
        return LogLine("", line)
    details = (str(fields[key]) for key in _DETAILS if fields.get(key))
    return LogLine(str(fields.get("level", "")), ": ".join((message, *details)))


def _parse_json(line: str) -> Mapping[str, Any]:
    try:
        fields = json.loads(line)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def _parse_text(line: str) -> Mapping[str, Any]:
    if " level=" not in line:
        return {}
    return {name: _unquote(value) for name, value in _FIELD.findall(line)}


def _unquote(value: str) -> str:
    if not value.startswith('"'):
        return value
    return re.sub(r"\\(.)", lambda found: {"n": " ", "t": " "}.get(found[1], found[1]), value[1:-1])
