"""A status for people: the state in one line, then why and what to do, the facts, and the last events that matter."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from registry_gitops.cluster.status.causes.delivery import short
from registry_gitops.cluster.status.model import Cause, Status
from registry_gitops.findings import Severity

_GREEN, _YELLOW, _RED, _DIM, _END = "\x1b[32m", "\x1b[33m", "\x1b[1;31m", "\x1b[2m", "\x1b[0m"
_COLOURS: Final = {Severity.ERROR: _RED, Severity.WARNING: _YELLOW}
_EVENT_LINES: Final = 3
"""Most lines of an event: the one who noticed it goes on for a page sometimes."""
_LABEL: Final = 10
"""Width of the column of labels, with the space after it."""


def write(status: Status, *, colour: bool = False, width: int = 100) -> str:
    """The status in lines of at most `width` characters, but for the first, and for words that are longer."""
    return "".join(f"{_plain(line, colour)}\n" for line in _lines(status, colour, width))


def _lines(status: Status, colour: bool, width: int) -> Iterator[str]:
    # One line, however long: people look for it with grep, and copy it.
    line = headline(status)
    yield f"{_GREEN if status.ready else _RED}{line}{_END}" if colour else line
    for cause in status.causes:
        yield ""
        yield from _cause(cause, status.read, colour, width)
    facts = list(_facts(status))
    if facts:
        yield ""
    for label, text in facts:
        yield from _row(label, text, width)
    if status.events:
        yield ""
        yield "Events, the newest first:"
    for event in status.events:
        times = f", {event.count} times" if event.count > 1 else ""
        text = f"{event.object} {event.reason}{times}: {event.message}"
        yield from _row(f"{age(status.read - event.last)} ago", text, width, lines=_EVENT_LINES)
    if status.unseen:
        yield ""
        yield from _row("unseen", f"this user may not see {', '.join(status.unseen)}: what they tell is missing", width)


def headline(status: Status) -> str:
    """The state in one line: NAMESPACE/NAME: not ready for 3m: the image ... cannot be pulled."""
    subject = f"{status.namespace}/{status.name}"
    time = age(status.read - status.since) if status.since else ""
    if not status.ready:
        return f"{subject}: not ready{f' for {time}' if time else ''}: {status.summary}"
    state, comma, rest = status.summary.partition(", but ")
    return f"{subject}: {state}{f' for {time}' if time else ''}{comma}{rest}"


def _cause(cause: Cause, now: datetime, colour: bool, width: int) -> Iterator[str]:
    since = f", {age(now - cause.since)}" if cause.since else ""
    head = list(_row(cause.severity, f"{cause.message} ({cause.id}{since})", width))
    if colour:
        head[0] = head[0].replace(cause.severity, f"{_COLOURS[cause.severity]}{cause.severity}{_END}", 1)
    yield from head
    if cause.detail or cause.object not in cause.message:
        yield from _row("", f"{cause.object}{f': {cause.detail}' if cause.detail else ''}", width)
    if cause.remedy:
        yield from _row("remedy", cause.remedy, width)


def _facts(status: Status) -> Iterator[tuple[str, str]]:
    if status.git:
        git = status.git
        deployed, fetched = short(git.deployed) or "nothing", short(git.fetched) or "unknown"
        what = f"{deployed}, as in Git" if deployed == fetched else f"{deployed}; in Git: {fetched}"
        yield "git", f"{what} ({git.kustomization})"
    if status.release:
        release = status.release
        when = f", {age(status.read - release.deployed)} ago" if release.deployed else ""
        yield "release", f"{release.name} revision {release.revision}, {release.status}{when}"
    if status.chart:
        yield "chart", f"{status.chart.name} {status.chart.version} from {status.chart.source}"
    if status.image:
        yield "image", status.image
    if status.replicas:
        pods = status.replicas
        old = f", {pods.updated} of the newest revision" if pods.updated != pods.wanted else ""
        again = f", {pods.restarts} restart{'s' if pods.restarts > 1 else ''}" if pods.restarts else ""
        yield "replicas", f"{pods.available} of {pods.wanted} available{old}{again}"
    for volume in status.volumes:
        parts = (volume.phase, volume.size, " ".join(volume.access_modes), volume.storage_class)
        yield "volume", f"{volume.claim}: {', '.join(filter(None, parts))}"
    if status.addresses:
        yield "address", "  ".join(status.addresses)


def _row(label: str, text: str, width: int, lines: int | None = None) -> list[str]:
    # Commands stay on one line, to be copied: their spaces are none for as long as lines are broken.
    whole = re.sub(r"`[^`]+`", lambda command: command[0].replace(" ", "\0"), text)
    wrapped = textwrap.wrap(
        whole,
        width,
        initial_indent=f"{label:<{_LABEL - 1}} ",
        subsequent_indent=" " * _LABEL,
        break_long_words=False,
        break_on_hyphens=False,
        max_lines=lines,
        placeholder=" ...",
    )
    return [line.replace("\0", " ") for line in wrapped]


def age(time: timedelta) -> str:
    """How long ago, in the unit that one would say: 12s, 3m, 2h, 5d. A clock that is behind makes it 0s."""
    seconds = max(0, int(time.total_seconds()))
    for unit, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * length or (unit == "m" and seconds >= length):
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def _plain(line: str, colour: bool) -> str:
    """Without what a terminal would obey, but for our own colours."""
    kept = "\x1b" if colour else ""
    return "".join(char if char.isprintable() or char == kept else " " for char in line)
