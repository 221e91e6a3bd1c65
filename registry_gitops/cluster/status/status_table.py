"""The text of a list of statuses: a table with one line for each registry, as kubectl prints it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.status.deployment_status import Status
from registry_gitops.cluster.status.display import format_age, short_revision
from registry_gitops.cluster.status.status_list import StatusList
from registry_gitops.cluster.status.status_text import GREEN, PLAIN, RED, YELLOW
from registry_gitops.report import escape_line

_HEADER: Final = ("NAMESPACE", "NAME", "READY", "FOR", "REVISION", "PODS", "IMAGE", "CAUSE")
_GAP: Final = "  "
_READY: Final = _HEADER.index("READY")


def format_status_table(statuses: StatusList, *, color: bool = False, width: int | None = None) -> str:
    """Return the table, and a line with the counts. The causes are cut at `width`; by default they are whole."""
    return "".join(f"{line}\n" for line in _lines(statuses, color, width))


def _lines(statuses: StatusList, color: bool, width: int | None) -> Iterator[str]:
    if not statuses.items:
        yield escape_line(statuses.summary)
        return
    rows = [_HEADER, *map(_cells, statuses.items)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    colors = ["", *(_color(status) for status in statuses.items)]
    for row, paint in zip(rows, colors, strict=True):
        padded = [*(f"{cell:<{size}}" for cell, size in zip(row, widths, strict=False)), row[-1]]
        room = None if width is None else width - sum(widths) - len(_GAP) * len(widths)
        padded[-1] = _cut(padded[-1], room)
        if color and paint:
            padded[_READY] = f"{paint}{padded[_READY]}{PLAIN}"
        yield _GAP.join(padded).rstrip()
    yield ""
    yield statuses.summary


def _cells(status: Status) -> tuple[str, ...]:
    """Return the texts of one registry, in the order of the header."""
    first = next(iter(status.findings), None)
    pods = status.replicas
    cells = (
        status.namespace,
        status.name,
        "True" if status.ready else "False",
        format_age(status.read_at - status.since) if status.since else "-",
        (short_revision(status.git.deployed) if status.git else "") or "-",
        f"{pods.available}/{pods.wanted}" if pods else "-",
        status.image.rpartition("/")[2] or "-",
        f"{first.id}: {first.message}" if first else "" if status.ready else status.summary,
    )
    return tuple(map(escape_line, cells))


def _color(status: Status) -> str:
    if not status.ready:
        return RED
    return YELLOW if status.findings else GREEN


def _cut(text: str, room: int | None) -> str:
    """Return a text in a number of characters; whole if not even its first word has room."""
    if room is None or len(text) <= room or room < len(text.partition(" ")[0]) + 4:
        return text
    return f"{text[: room - 3].rstrip()}..."
