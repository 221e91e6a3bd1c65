"""Helm failed: the known sentences, with what they mean, and those that are not known; and what follows a failure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.refusals import Refusal, explain_refusal
from registry_gitops.cluster.status.causes.releases.changed_fields import explain_change
from registry_gitops.cluster.status.causes.releases.helm_objects import find_last_words
from registry_gitops.cluster.status.causes.releases.helm_phrases import explain_helm, explain_wait
from registry_gitops.cluster.status.causes.releases.helm_words import (
    describe_remediation,
    is_exhausted,
    last_failure,
    name_object,
)
from registry_gitops.cluster.status.causes.releases.missing_kinds import explain_missing_kind
from registry_gitops.cluster.status.causes.unknown import new_unknown_cause
from registry_gitops.cluster.status.causes.wording import reconcile_command, resume_command, suspend_command
from registry_gitops.cluster.status.live_objects import Condition, Object
from registry_gitops.cluster.status.snapshot import Snapshot

Explain = Callable[[str, Snapshot], Refusal | None]

_FAILURES: Final = {
    "InstallFailed": "Helm could not install the release",
    "UpgradeFailed": "Helm could not upgrade the release",
    "UninstallFailed": "Helm could not remove the release",
    "TestFailed": "the tests of the chart failed",
    "RollbackSucceeded": "the upgrade failed, and Helm rolled back to the previous revision",
    "RollbackFailed": "the upgrade failed, and the rollback failed too",
    "UninstallSucceeded": "the release failed, and Helm removed it",
    "DependencyNotReady": "the release waits for a release that it depends on",
    "StateError": "helm-controller cannot compare the release with the cluster",
    "ValuesError": "helm-controller cannot compose the values of the release",
    "RESTClientError": "helm-controller cannot use the kubeconfig of the release",
}
"""Reason of helm-controller -> message."""
_NO_FAILURES: Final = ("SourceNotReady", "HealthCheckCanceled")
"""Reasons with which helm-controller says that it waits, or begins again."""


_BEFORE_HELM: Final = ("ArtifactFailed", "AccessDenied", "DependencyNotReady", "InvalidCELExpression")
"""Reasons about what the release needs: the causes of sources and dependencies explain them."""
_WITHOUT_RUN: Final = (*_BEFORE_HELM, "StateError", "ValuesError", "RESTClientError")
"""Reasons why helm-controller did not let Helm apply anything, so that nothing was waited for."""


def find_failure(snapshot: Snapshot) -> Condition | None:
    """Return the condition about a failure of the release itself."""
    failed = last_failure(snapshot.release) if snapshot.release else None
    return failed if failed and failed.reason not in _NO_FAILURES else None


def run_refused(snapshot: Snapshot) -> Iterator[Cause]:
    """Helm could not run, or the API server refused an object, so that the Pods are those of an earlier run."""
    yield from _explain(snapshot, explain_change, explain_missing_kind, explain_helm, explain_refusal)


def run_not_ended(snapshot: Snapshot) -> Iterator[Cause]:
    """What Helm applied did not become ready, or a hook failed."""
    failed = find_failure(snapshot)
    if failed and failed.reason not in _WITHOUT_RUN and not list(run_refused(snapshot)):
        yield from _explain(snapshot, explain_wait)


def _explain(snapshot: Snapshot, *explain: Explain) -> Iterator[Cause]:
    """Yield what each clause of the message of a failure means: Helm joins those of several objects."""
    failed, release = find_failure(snapshot), snapshot.release
    clauses = failed.message.split(" && ") if failed and failed.reason not in _BEFORE_HELM else []
    seen = set()
    for clause in clauses:
        refusal = next(filter(None, (find(clause, snapshot) for find in explain)), None)
        if refusal and release and failed and refusal not in seen:
            seen.add(refusal)
            yield new_cause(
                refusal.id,
                name_object(clause, snapshot) or release,
                f"{refusal.message}{describe_remediation(release)}",
                refusal.remedy,
                evidence=_find_evidence(refusal, clause, snapshot),
                since=failed.since,
            )


_LONG_VALUE: Final = re.compile(r"(Invalid value: )(?:[\w.]*\{.*\}|\[.*\])(?=: )", re.IGNORECASE | re.DOTALL)
"""An object that the API server refuses: it can be so long that its reason, which comes after it, would be cut off."""


def _find_evidence(refusal: Refusal, clause: str, snapshot: Snapshot) -> str:
    event = find_last_words(snapshot) if refusal.id is CauseId.RELEASE_TIMEOUT else None
    words = _LONG_VALUE.sub(r"\1…", clause)
    return f"{event.object}: {event.message} ({words})" if event else words


def retries_exhausted(snapshot: Snapshot) -> Iterator[Cause]:
    """helm-controller does not retry any more."""
    release = snapshot.release
    if release is None:
        return
    ready, stalled = release.condition("Ready"), release.condition("Stalled")
    state = ready if is_exhausted(ready) else stalled
    if state is stalled and not stalled.is_true:
        return
    has_target = state.reason != "MissingRollbackTarget"
    failed = last_failure(release)
    yield new_cause(
        CauseId.RETRIES_EXHAUSTED,
        release,
        "Flux does not retry any more until the release changes"
        if has_target
        else "no earlier revision was deployed to roll back to: Flux does nothing until the release changes",
        f"fix the cause in Git, or retry: {_retry_remedy(release, has_target=has_target)}",
        evidence=f"{state.message}: {failed.message}" if failed and failed != state else state.message,
        since=state.since,
    )


def _retry_remedy(release: Object, *, has_target: bool) -> str:
    if is_exhausted(release.condition("Ready")):  # Flux before 2.2 has no --reset.
        return f"{suspend_command(release)}, and {resume_command(release)}"
    action = "upgrade" if release.text("status.lastAttemptedReleaseAction") == "upgrade" else "install"
    without_limit = f"; with `release.{action}.strategy.name: RetryOnFailure`, Flux retries without limit"
    return f"{reconcile_command(release, '--reset')}{without_limit if has_target else ''}"


def release_failed(snapshot: Snapshot) -> Iterator[Cause]:
    """Helm failed, for a reason that is not known."""
    failed, release = find_failure(snapshot), snapshot.release
    if release is None or failed is None:
        return
    message = _FAILURES.get(failed.reason, f"the release is not ready ({failed.reason})")
    yield new_unknown_cause(CauseId.RELEASE_FAILED, release, message, failed.message, snapshot, since=failed.since)


ROOT_CAUSES: Final[tuple[FindCause, ...]] = (run_refused,)
"""Those that leave the Pods as they were."""

CAUSES: Final[tuple[FindCause, ...]] = (
    run_not_ended,
    retries_exhausted,
    release_failed,
)
