"""Helm failed, or helm-controller has stopped its retries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.wording import reconcile_command
from registry_gitops.cluster.status.live_objects import Condition, Object
from registry_gitops.cluster.status.snapshot import Snapshot

_FAILURES: Final = {
    "InstallFailed": "Helm could not install the release",
    "UpgradeFailed": "Helm could not upgrade the release",
    "TestFailed": "the tests of the chart failed",
    "RollbackSucceeded": "the upgrade failed, and Helm rolled back to the previous revision",
    "RollbackFailed": "the upgrade failed, and the rollback failed too",
    "UninstallSucceeded": "the release failed, and Helm removed it",
    "DependencyNotReady": "the release waits for a release that it depends on",
}
"""Reason of helm-controller -> message."""


def last_failure(release: Object) -> Condition | None:
    """Return the condition about the last failure: Ready, or Released while helm-controller retries."""
    conditions = (release.condition("Ready"), release.condition("Released"))
    if conditions[0].is_true:
        return None
    return next((condition for condition in conditions if condition.is_false), None)


def retries_exhausted(snapshot: Snapshot) -> Iterator[Cause]:
    """helm-controller does not retry any more."""
    release = snapshot.release
    stalled = release.condition("Stalled") if release else Condition()
    if release and stalled.is_true:
        failed = last_failure(release)
        yield new_cause(
            CauseId.RETRIES_EXHAUSTED,
            release,
            "Flux does not retry any more until the release changes",
            f"fix the cause in Git, or retry: {reconcile_command(release, '--reset')}; "
            "with `release.install.strategy.name: RetryOnFailure`, Flux retries without limit",
            evidence=f"{stalled.message}: {failed.message}" if failed else stalled.message,
            since=stalled.since,
        )


def release_failed(snapshot: Snapshot) -> Iterator[Cause]:
    """Helm failed."""
    release = snapshot.release
    failed = last_failure(release) if release else None
    if release is None or failed is None or failed.reason == "SourceNotReady":
        return
    yield new_cause(
        CauseId.RELEASE_FAILED,
        release,
        _FAILURES.get(failed.reason, f"the release is not ready ({failed.reason})"),
        f"read its conditions and events: `kubectl describe helmrelease -n {release.namespace} {release.name}`",
        evidence=failed.message,
        since=failed.since,
    )


CAUSES: Final[tuple[FindCause, ...]] = (
    retries_exhausted,
    release_failed,
)
