"""Changes of a snapshot that change no cause: other words' case, other orders, other names, other Pods."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from registry_gitops.cluster.status import Snapshot
from tests.cluster.deployments import with_each_changed

from .state import Change, add

_WORD: Final = re.compile(r"""(?<![\w./:"'`@\[{-])[A-Za-z]{2,}(?![\w./:"'`@=\]}-])""")
"""A word of a message that is no part of a name."""

_NAMES: Final = (
    " (at https://registry.example.com:4010/v2/401/403/manifests/404, 10.40.1.29:42900,"
    " image ghcr.io/unauthorized/denied-timeout:500@"
    "sha256:4010403040404290500050344010403040404290500050344010403040404290)"
)
"""Names in which servers write numbers and words that mean something elsewhere."""


def in_upper_case(snapshot: Snapshot) -> Snapshot:
    """Write each message in upper case, but for its names."""
    return _with_messages(snapshot, lambda text: _WORD.sub(lambda word: word[0].upper(), text))


def with_names_in_messages(snapshot: Snapshot) -> Snapshot:
    """Add names to each message."""
    return _with_messages(snapshot, lambda text: f"{text.rstrip()}{_NAMES}" if text else text)


def with_line_breaks(snapshot: Snapshot) -> Snapshot:
    """Break each message into lines at some of its spaces."""
    return _with_messages(snapshot, lambda text: re.sub(r"(\w{4,}) (?=\w)", r"\1\n  ", text))


def with_objects_reversed(snapshot: Snapshot) -> Snapshot:
    """Return the objects in the opposite order, events too."""
    return replace(snapshot, objects=snapshot.objects[::-1])


def with_conditions_reversed(snapshot: Snapshot) -> Snapshot:
    """Return the conditions of each object in the opposite order."""

    def change(data: dict[str, Any]) -> None:
        if conditions := data.get("status", {}).get("conditions"):
            conditions.reverse()

    return with_each_changed(snapshot, change)


def with_clauses_reversed(snapshot: Snapshot) -> Snapshot:
    """Return the reasons of the scheduler in the opposite order."""

    def reverse(text: str) -> str:
        head, colon, tail = text.partition(" nodes are available: ")
        reasons, dot, rest = tail.partition(". ")
        return (
            f"{head}{colon}{', '.join(reversed(reasons.rstrip('.').split(', ')))}{dot or '.'}{rest}" if tail else text
        )

    return _with_messages(snapshot, reverse)


def with_other_pods(snapshot: Snapshot) -> Snapshot:
    """Add a Pod of somebody else, in trouble, with its event."""
    about = {"name": "database-0", "namespace": snapshot.namespace, "uid": "another-uid"}
    when = snapshot.read_at.isoformat()
    waiting = {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image: toomanyrequests"}}
    container = {"name": "database", "ready": False, "restartCount": 3, "image": "database:1", "state": waiting}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {**about, "creationTimestamp": when},
        "spec": {"containers": [{"name": "database", "image": "database:1"}], "nodeName": "another-node"},
        "status": {"phase": "Pending", "containerStatuses": [container]},
    }
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "database-0.1", "namespace": snapshot.namespace},
        "type": "Warning",
        "reason": "FailedMount",
        "message": 'MountVolume.SetUp failed for volume "data": secret "database" not found',
        "count": 9,
        "firstTimestamp": when,
        "lastTimestamp": when,
        "involvedObject": {"kind": "Pod", **about},
    }
    return add(pod, event)(snapshot)


MUTATIONS: Final[tuple[Change, ...]] = (
    in_upper_case,
    with_names_in_messages,
    with_line_breaks,
    with_objects_reversed,
    with_conditions_reversed,
    with_clauses_reversed,
    with_other_pods,
)


def _with_messages(snapshot: Snapshot, change: Callable[[str], str]) -> Snapshot:
    """Change the message of each event, condition, and container."""

    def visit(value: Any) -> None:
        if isinstance(value, Mapping):
            # A condition that is true tells what was done: not a state of trouble.
            if isinstance(value.get("message"), str) and value.get("status") != "True":
                value["message"] = change(value["message"])  # type: ignore[index]
            for inner in value.values():
                visit(inner)
        elif isinstance(value, list):
            for inner in value:
                visit(inner)

    return with_each_changed(snapshot, visit)
