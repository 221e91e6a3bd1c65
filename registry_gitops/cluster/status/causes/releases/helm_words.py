"""What is known of a failed run of Helm: its condition, the object that it is about, and the commands that follow."""

from __future__ import annotations

import re
from typing import Final

from registry_gitops.cluster.status.causes.cluster_phrases import join_words
from registry_gitops.cluster.status.causes.wording import reconcile_command
from registry_gitops.cluster.status.live_objects import Condition, Object, Reference
from registry_gitops.cluster.status.snapshot import Snapshot

_EXHAUSTED: Final = re.compile(r"\s*(?:install|upgrade)\s+retries\s+exhausted\b", re.IGNORECASE)
"""Message of Ready after the last try, before Flux 2.2."""
_REMEDIATIONS: Final = ("RollbackSucceeded", "RollbackFailed", "UninstallSucceeded", "UninstallFailed")


def last_failure(release: Object) -> Condition | None:
    """Return the condition about the last failure, or None if there is none since the last change of the release.

    That is Ready; what failed before helm-controller remedied it; or, while it tries again, the last try.
    """
    ready = release.condition("Ready")
    if ready.is_true:
        return None
    tried = next((state for state in map(release.condition, ("Released", "TestSuccess")) if state.is_false), None)
    if ready.is_false:
        return tried if tried and (ready.reason in _REMEDIATIONS or is_exhausted(ready)) else ready
    is_current = tried is not None and (release.is_suspended or tried.generation in (0, release.generation))
    return tried if is_current else None


def is_exhausted(ready: Condition) -> bool:
    """Return whether helm-controller reports in Ready that it does not retry, as it did before it had Stalled."""
    return bool(_EXHAUSTED.match(ready.message))


def describe_remediation(release: Object) -> str:
    """Return what helm-controller did after the failure, as the end of a sentence, or ""."""
    return {
        "RollbackSucceeded": "; Helm rolled back to the previous revision",
        "RollbackFailed": "; the rollback failed, too",
        "UninstallSucceeded": "; Helm removed the release",
    }.get(release.condition("Ready").reason, "")


def release_name(release: Object) -> str:
    """Return the name of the Helm release, by which Helm stores its records."""
    history = release.items("status.history")
    target = release.text("spec.targetNamespace")
    default = f"{target}-{release.name}" if target else release.name
    return str(history[0].get("name", "")) if history else release.text("spec.releaseName") or default


def storage_namespace(release: Object) -> str:
    """Return the namespace of the Secrets in which Helm records the revisions."""
    return release.text("status.storageNamespace") or release.text("spec.storageNamespace") or release.namespace


def then_retry(release: Object) -> str:
    """Return how the next run of Helm begins, as the end of a sentence."""
    if release.condition("Stalled").is_true:
        return f"; then {reconcile_command(release, '--reset')}"
    return f"; Flux then tries again, at once with {reconcile_command(release)}"


_OBJECTS: Final = (
    re.compile(r"for object (?P<namespace>[\w.-]*)/(?P<name>[\w.-]+) \S+, kind=(?P<kind>\w+)", re.IGNORECASE),
    re.compile(r'cannot patch "(?P<name>[\w.-]+)" with kind (?P<kind>\w+)', re.IGNORECASE),
    re.compile(
        r'(?P<kind>\w+)(?:\.[\w.]+)? "(?P<name>[\w.-]+)" (?:is (?:invalid|forbidden)|in namespace)\b', re.IGNORECASE
    ),
)
"""How Helm and the API server name an object: of Helm 4, of Helm 3, and of the API server."""


def find_object(message: str, snapshot: Snapshot) -> Object | None:
    """Return the object that a message is about, if it was read."""
    for pattern in _OBJECTS:
        if match := pattern.search(join_words(message)):
            kind = match["kind"].lower()
            return next(
                (
                    thing
                    for thing in snapshot.objects
                    if thing.name == match["name"]
                    and kind.removesuffix("s") == thing.kind.lower()
                    and thing.namespace == snapshot.target_namespace
                ),
                None,
            )
    return None


def name_object(message: str, snapshot: Snapshot) -> Reference | None:
    """Return the identity of the object that a message is about, whether it was read or not."""
    if thing := find_object(message, snapshot):
        return thing.reference
    match = next(filter(None, (pattern.search(join_words(message)) for pattern in _OBJECTS)), None)
    return Reference(match["kind"], snapshot.target_namespace, match["name"]) if match else None
