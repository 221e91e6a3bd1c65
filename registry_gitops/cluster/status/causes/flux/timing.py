"""Until when a controller of Flux works, and when it tries again, as its conditions tell."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from registry_gitops.amounts import parse_duration
from registry_gitops.cluster.status.live_objects import Object

_TIMEOUT: Final = re.compile(r"timeout of ([\w.]*\w)")
_RETRY: Final = re.compile(r"retrying after ([\w.]*\w)")
_WITH_RETRY: Final = "ProgressingWithRetry"
"""Reason of the condition Reconciling after a failure."""


def find_deadline(thing: Object) -> datetime | None:
    """Return when the timeout of what its controller is doing ends. None if the controller does nothing with it."""
    state, ready = thing.condition("Reconciling"), thing.condition("Ready")
    if not state.is_true or state.reason == _WITH_RETRY:
        return None
    # After a failure, helm-controller leaves the condition as it is until its next try.
    if ready.is_false and ready.since and state.since and ready.since >= state.since:
        return None
    return _add(state.since, _find_text(_TIMEOUT, state.message))


def find_next_try(thing: Object) -> datetime | None:
    """Return when its controller tries again after a failure. None if the conditions do not tell."""
    state = thing.condition("Reconciling")
    if not state.is_true or state.reason != _WITH_RETRY or state.since is None:
        return None
    if thing.kind == "HelmRelease":
        return _add(state.since, _find_text(_RETRY, state.message))
    return _add(state.since, thing.text("spec.retryInterval") or thing.text("spec.interval"))


def _find_text(pattern: re.Pattern[str], message: str) -> str:
    match = pattern.search(message)
    return match[1] if match else ""


def _add(since: datetime | None, duration: str) -> datetime | None:
    try:
        return since + timedelta(seconds=float(parse_duration(duration))) if since else None
    except (ValueError, OverflowError):
        return None


def format_clock(moment: datetime) -> str:
    """Return a time of the day, such as 12:34:56 UTC: the deadlines of Flux are minutes away."""
    return f"{moment.astimezone(UTC):%H:%M:%S} UTC"
