"""The text of a status: a headline, the causes with their remedies, the facts, and recent events."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.status.causes import Cause
from registry_gitops.cluster.status.deployment_status import Status
from registry_gitops.cluster.status.display import display_name, format_age, short_revision
from registry_gitops.findings import Severity

_GREEN, _YELLOW, _RED, _END = "\x1b[32m", "\x1b[33m", "\x1b[1;31m", "\x1b[0m"
_COLORS: Final = {Severity.ERROR: _RED, Severity.WARNING: _YELLOW}
_EVENT_LINES: Final = 3
"""Maximum lines of an event: some messages fill a page."""
_LABEL: Final = 10
"""Width of the column of labels, with the space after it."""


def format_status(status: Status, *, color: bool = False, width: int = 100) -> str:
    """Return a status in lines of at most `width` characters, except for the first line, and for longer words."""
    return "".join(f"{_printable(line, color)}\n" for line in _lines(status, color, width))


def _lines(status: Status, color: bool, width: int) -> Iterator[str]:
    # One line of any length: users search for it with grep, and copy it.
    line = headline(status)
    yield f"{_GREEN if status.ready else _RED}{line}{_END}" if color else line
    for cause in status.findings:
        yield ""
        yield from _cause(cause, status, color, width)
    facts = list(list_facts(status))
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
        yield from _row(f"{format_age(status.read_at - event.last)} ago", text, width, lines=_EVENT_LINES)
    if status.forbidden_kinds:
        kinds = ", ".join(status.forbidden_kinds)
        yield ""
        yield from _row(
            "forbidden", f"this user is not allowed to read {kinds}: information from them is missing", width
        )


def headline(status: Status) -> str:
    """Return the state in one line, such as NAMESPACE/NAME: not ready for 3m: the image ... cannot be pulled."""
    subject = f"{status.namespace}/{status.name}"
    time = f" for {format_age(status.read_at - status.since)}" if status.since else ""
    if not status.ready:
        return f"{subject}: not ready{time}: {status.summary}"
    state, comma, rest = status.summary.partition(", but ")
    return f"{subject}: {state}{time}{comma}{rest}"


def _cause(cause: Cause, status: Status, color: bool, width: int) -> Iterator[str]:
    since = f", {format_age(status.read_at - cause.since)}" if cause.since else ""
    head = list(_row(cause.severity, f"{cause.message} ({cause.id}{since})", width))
    if color:
        head[0] = head[0].replace(cause.severity, f"{_COLORS[cause.severity]}{cause.severity}{_END}", 1)
    yield from head
    name = display_name(cause.location.object, status.namespace)
    if cause.evidence or name not in cause.message:
        yield from _row("", ": ".join((name, *cause.evidence)), width)
    if cause.remedy:
        yield from _row("remedy", cause.remedy, width)


def list_facts(status: Status) -> Iterator[tuple[str, str]]:
    """Yield the label and the text of each fact about the deployment."""
    if git := status.git:
        deployed, fetched = short_revision(git.deployed) or "nothing", short_revision(git.fetched) or "unknown"
        revisions = f"{deployed}, as in Git" if deployed == fetched else f"{deployed}; in Git: {fetched}"
        yield "git", f"{revisions} ({git.kustomization})"
    if release := status.release:
        when = f", {format_age(status.read_at - release.deployed)} ago" if release.deployed else ""
        yield "release", f"{release.name} revision {release.revision}, {release.status}{when}"
    if status.chart:
        yield "chart", f"{status.chart.name} {status.chart.version} from {status.chart.source}"
    if status.image:
        yield "image", status.image
    if pods := status.replicas:
        updated = f", {pods.updated} of the newest revision" if pods.updated != pods.wanted else ""
        restarts = f", {pods.restarts} restart{'s' if pods.restarts > 1 else ''}" if pods.restarts else ""
        yield "replicas", f"{pods.available} of {pods.wanted} available{updated}{restarts}"
    for volume in status.volumes:
        parts = (volume.phase, volume.size, " ".join(volume.access_modes), volume.storage_class)
        yield "volume", f"{volume.claim}: {', '.join(filter(None, parts))}"
    if status.addresses:
        yield "address", "  ".join(status.addresses)


def _row(label: str, text: str, width: int, lines: int | None = None) -> list[str]:
    # Commands stay on one line, for copying: their spaces are hidden from the wrapping.
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


def _printable(line: str, color: bool) -> str:
    """Return a line without control characters, which a terminal would obey, except for our own colors."""
    kept = "\x1b" if color else ""
    return "".join(char if char.isprintable() or char == kept else " " for char in line)
