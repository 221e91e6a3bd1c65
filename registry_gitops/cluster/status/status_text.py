"""The text of a status: a headline, the causes with their remedies, the facts, and recent events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from registry_gitops.cluster.status.deployment_status import Status
from registry_gitops.cluster.status.display import format_age, short_revision
from registry_gitops.cluster.status.last_collection import LastCollection
from registry_gitops.report import escape_line, fold, format_finding

GREEN, YELLOW, RED, PLAIN = "\x1b[32m", "\x1b[33m", "\x1b[1;31m", "\x1b[0m"
_EVENT_LINES: Final = 3
"""Maximum lines of an event: some messages fill a page."""
_LABEL: Final = 10
"""Width of the column of labels, with the space after it."""


def format_status(status: Status, *, color: bool = False, width: int = 100) -> str:
    """Return a status in lines of at most `width` characters, except for the first line, and for longer words."""
    return "".join(f"{line}\n" for line in _lines(status, color, width))


def _lines(status: Status, color: bool, width: int) -> Iterator[str]:
    # One line of any length: users search for it with grep, and copy it.
    line = escape_line(headline(status))
    yield f"{GREEN if status.ready else RED}{line}{PLAIN}" if color else line
    for cause in status.findings:
        yield ""
        since = f", for {format_age(status.read_at - cause.since)}" if cause.since else ""
        severity = f"{RED if cause.is_error else YELLOW}{cause.severity}{PLAIN}" if color else cause.severity
        yield f"{severity}  {cause.id}{since}"
        yield from format_finding(cause, width, fold_evidence=True)
    facts = list(list_facts(status))
    if facts:
        yield ""
    for label, text in facts:
        yield from _row(label, text, width)
    if status.events:
        yield ""
        yield "Events, newest first:"
    for event in status.events:
        times = f", {event.count} times" if event.count > 1 else ""
        text = f"{event.object} {event.reason}{times}: {event.message}"
        yield from _row(f"{format_age(status.read_at - event.last)} ago", text, width, max_lines=_EVENT_LINES)
    if status.forbidden_kinds:
        text = f"this user is not allowed to read {', '.join(status.forbidden_kinds)}: information from them is missing"
        yield ""
        yield from _row("forbidden", text, width)


def headline(status: Status) -> str:
    """Return the state in one line, such as NAMESPACE/NAME: not ready for 3m: the image ... cannot be pulled."""
    subject = f"{status.namespace}/{status.name}"
    time = f" for {format_age(status.read_at - status.since)}" if status.since else ""
    if not status.ready:
        return f"{subject}: not ready{time}: {status.summary}"
    state, comma, rest = status.summary.partition(", but ")
    return f"{subject}: {state}{time}{comma}{rest}"


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
    if status.garbage_collection:
        yield "garbage", _describe_collection(status.garbage_collection, status.read_at)
    if status.addresses:
        yield "address", "  ".join(status.addresses)


def _describe_collection(collection: LastCollection, now: datetime) -> str:
    schedule = f'schedule "{collection.schedule}" (UTC)'
    if collection.state == "none":
        return f"not collected yet, {schedule}"
    if collection.state == "running":
        return "is being collected: the registry is read-only"
    when = f" {format_age(now - collection.ended)} ago" if collection.ended else ""
    if collection.state == "failed":
        return f"collection failed{when}, {schedule}"
    count = collection.deleted_blobs
    deleted = "" if count is None else f": {count} blob{'' if count == 1 else 's'} deleted"
    return f"collected{when}{deleted}, {schedule}"


def _row(label: str, text: str, width: int, max_lines: int | None = None) -> list[str]:
    first_indent = f"{label:<{_LABEL - 1}} "
    return fold(text, width, indent=" " * _LABEL, first_indent=first_indent, max_lines=max_lines)
