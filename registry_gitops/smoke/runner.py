"""A run: the checks, several at a time; at the end, the cleanup and the report."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from registry_gitops.report import Report
from registry_gitops.smoke.check import Check
from registry_gitops.smoke.check_pool import CheckPool
from registry_gitops.smoke.cleanup import clean_up
from registry_gitops.smoke.client import Client, NoResponseError
from registry_gitops.smoke.context import Options, Run
from registry_gitops.smoke.levels import Level
from registry_gitops.smoke.push_record import PushRecord
from registry_gitops.smoke.repository import Repository
from registry_gitops.smoke.restart import RestartImage
from registry_gitops.smoke.slowness import describe_slowness
from registry_gitops.version import __version__

TOOL: Final = "registry-gitops smoke"
WORKERS: Final = 8
"""Checks at a time: most of a run is waiting for the registry."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during a run, after the cleanup. `report` has the results until then."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


def checks_for_level(checks: Iterable[Check], level: Level) -> tuple[Check, ...]:
    """Return the checks that a level includes."""
    return tuple(check for check in checks if level.includes(check.level))


def _new_run_id() -> str:
    return secrets.token_hex(4)


def run_checks(
    client: Client,
    checks: Sequence[Check],
    *,
    options: Options | None = None,
    run_id: str = "",
    workers: int = WORKERS,
    on_start: Callable[[Check], None] = lambda check: None,
    on_progress: Callable[[str], None] = lambda step: None,
    stop: threading.Event | None = None,
) -> Report:
    """Run the checks, `workers` at a time, clean up, and return the report with the results in this order.

    Calls `on_start` before each check, one call at a time, and `on_progress` with each step of a check that takes long.
    No response of the registry raises. Ctrl-C raises Interrupted, after the cleanup. A thread that gets no Ctrl-C ends
    by `stop`: once another thread sets it, the run cleans up and returns the results until then.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    run = Run(client, run_id or _new_run_id(), options or Options(), stop or threading.Event())
    run.on_progress = on_progress
    pool = CheckPool(run, workers, on_start)
    try:
        pool.run(checks)
    finally:
        run.stop.set()
        try:
            clean_up(client, run.push_record)
        except KeyboardInterrupt:
            pool.is_interrupted = True
    ended = [pool.ended[check.id] for check in checks if check.id in pool.ended]
    report = Report(
        tool=TOOL,
        version=__version__,
        subject=client.mask.mask_text(client.url),
        user=_user(client),
        started=started,
        seconds=time.monotonic() - clock,
        checks=tuple(result for result, _ in ended),
        findings=tuple(finding for _, finding in ended if finding),
        leftovers=tuple(map(client.mask.mask_text, run.push_record.list_entries())),
        leftover_summary=run.push_record.summarize(),
        notes=tuple(_notes(client)),
    )
    if pool.is_interrupted:
        raise Interrupted(report)
    return report


def _notes(client: Client) -> Iterator[str]:
    waits = client.traffic.waits
    if waits:
        yield (
            f"The registry, or a proxy in front of it, limits the request rate: {waits} got 429 and were sent again. "
            "Pulls of many nodes meet the same limit: see nginx.ingress.kubernetes.io/limit-rps in "
            "`ingress.annotations`"
        )
    with suppress(NoResponseError):
        yield from describe_slowness(client)


def _user(client: Client) -> str:
    credentials = client.authenticator.credentials
    return client.mask.mask_text(credentials.public_user) if credentials else ""


def push_restart_image(client: Client, options: Options | None = None) -> RestartImage:
    """Push an image that a run after a restart of the registry checks and deletes: see `Options.restart`.

    Raises CheckFailed or NoResponseError, after the cleanup.
    """
    restart = RestartImage((options or Options()).repository, _new_run_id())
    push_record = PushRecord()
    try:
        Repository(client, push_record, restart.repository).push(restart.manifest, restart.tag)
    except BaseException:
        clean_up(client, push_record)
        raise
    return restart
