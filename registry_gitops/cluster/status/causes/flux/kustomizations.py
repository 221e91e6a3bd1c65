"""The Kustomization that applies the release fails, or is gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase, find_phrase, join_words
from registry_gitops.cluster.status.causes.flux.delivery import MAX_SUSPECTS, list_owners, list_suspects
from registry_gitops.cluster.status.causes.flux.kustomization_phrases import KUSTOMIZATION_PHRASES, NO_ANSWER_PHRASES
from registry_gitops.cluster.status.causes.flux.timing import find_next_try, format_clock
from registry_gitops.cluster.status.causes.refusals import explain_refusal
from registry_gitops.cluster.status.causes.unknown import NOT_KNOWN
from registry_gitops.cluster.status.causes.wording import reconcile_command
from registry_gitops.cluster.status.display import cluster_message, short_revision
from registry_gitops.cluster.status.live_objects import Object, Reference
from registry_gitops.cluster.status.snapshot import Snapshot, kustomization_of, source_of
from registry_gitops.findings import Severity

_UNHEALTHY: Final = "HealthCheckFailed"
_NO_FAILURES: Final = (_UNHEALTHY, "HealthCheckCanceled", "DependencyNotReady", "AccessDenied")
"""Reasons that are about other objects, or that are none."""
_CLONE: Final = re.compile(r"/[^\s':]*/kustomization-\d+/?")
"""Where kustomize-controller has the files: long, and no place where a user finds them."""
_NO_PATH: Final = re.compile(r"path\s+not\s+found", re.IGNORECASE)
_STATUS_OF: Final = re.compile(r"([A-Z]\w+)/([\w.-]+)/([\w.:-]+)\s+status:\s+'(\w+)'", re.IGNORECASE)
"""An object in the message about a failed health check: Kind/namespace/name."""


def apply_failed(snapshot: Snapshot) -> Iterator[Cause]:
    """The Kustomization that applies the release fails."""
    failed = list(filter(_cannot_apply, list_suspects(snapshot)))
    for kustomization in failed[:MAX_SUSPECTS]:
        condition = kustomization.condition("Ready")
        id_, message, remedy = _explain(kustomization, snapshot)
        yield new_cause(
            id_,
            kustomization,
            message,
            remedy,
            evidence=_CLONE.sub("./", condition.message),
            since=condition.since,
        )


def _cannot_apply(kustomization: Object) -> bool:
    """Return whether a Kustomization fails itself: not its source, and not the health of the objects it applied."""
    condition = kustomization.condition("Ready")
    if not condition.is_false or condition.reason in _NO_FAILURES or kustomization.is_suspended:
        return False
    # The other messages with this reason are about the source.
    return condition.reason != "ArtifactFailed" or bool(_NO_PATH.search(condition.message))


def _explain(kustomization: Object, snapshot: Snapshot) -> tuple[CauseId, str, str]:
    """Return the id, the message, and the remedy for what kustomize-controller reports."""
    message = kustomization.condition("Ready").message
    revision = short_revision(_find_revision(kustomization, snapshot))
    what = f"Flux cannot apply {f'revision {revision}' if revision else 'the directory'}"
    phrase = find_phrase(message, KUSTOMIZATION_PHRASES)
    refusal = explain_refusal(message, snapshot) if phrase is None else None
    if refusal:
        # The state that was apply-failed before there was a cause for it.
        id_ = CauseId.APPLY_FAILED if refusal.id is CauseId.OBJECT_INVALID else refusal.id
        return id_, f"{what}: {refusal.message}", refusal.remedy
    phrase = phrase or find_phrase(message, NO_ANSWER_PHRASES)
    if phrase is None:
        name = f"{kustomization.name} -n {kustomization.namespace}"
        remedy = f"read all that the cluster reports about it: `kubectl describe kustomization {name}`"
        return CauseId.APPLY_FAILED, f"{what}{NOT_KNOWN}", remedy
    words = _find_words(phrase, message, kustomization)
    remedy = phrase.remedy.format_map(words) + _again(kustomization, phrase.remedy)
    return CauseId.APPLY_FAILED, f"{what}: {phrase.message.format_map(words)}", remedy


def _find_words(phrase: Phrase, message: str, kustomization: Object) -> dict[str, str]:
    """Return the words for the names in braces of a phrase."""
    match = re.search(phrase.pattern, join_words(message), re.IGNORECASE)
    names = {**_describe(kustomization), **(match.groupdict() if match else {})}
    names["group"] = (names.get("version") or "").partition("/")[0]
    return {key: cluster_message(value or "") for key, value in names.items()}


def _find_revision(kustomization: Object, snapshot: Snapshot) -> str:
    """Return the revision that failed. Before kustomize-controller has found the path, it notes none."""
    if kustomization.condition("Ready").reason != "ArtifactFailed":
        return kustomization.text("status.lastAttemptedRevision")
    source = snapshot.find(source_of(kustomization))
    return source.text("status.artifact.revision") if source else ""


def _again(kustomization: Object, remedy: str) -> str:
    """Return when kustomize-controller tries again, for a remedy that waits."""
    next_try = find_next_try(kustomization) if remedy.startswith("wait: ") else None
    return f", at {format_clock(next_try)}" if next_try else ""


def _describe(kustomization: Object) -> dict[str, str]:
    return {
        "kustomization": f"{kustomization.namespace}/{kustomization.name}",
        "name": kustomization.name,
        "namespace": kustomization.namespace,
        "path": kustomization.text("spec.path") or "./",
        "source": str(source_of(kustomization) or "its source"),
        "secret": kustomization.text("spec.decryption.secretRef.name") or "not set",
    }


def unhealthy(snapshot: Snapshot) -> Iterator[Cause]:
    """Another object that the Kustomization applied is not healthy; the release of its own has causes of its own."""
    kustomization = snapshot.kustomization
    condition = kustomization.condition("Ready") if kustomization else None
    if kustomization is None or condition is None or condition.reason != _UNHEALTHY or kustomization.is_suspended:
        return
    others = [
        f"{kind}/{namespace}/{name} ({state})"
        for kind, namespace, name, state in _STATUS_OF.findall(condition.message)
        if Reference(kind.lower(), namespace, name) != Reference("helmrelease", snapshot.namespace, snapshot.name)
    ]
    next_try = find_next_try(kustomization)
    when = f" at {format_clock(next_try)}" if next_try else " by itself"
    if others or not _STATUS_OF.search(condition.message):
        yield new_cause(
            CauseId.UNHEALTHY,
            kustomization,
            f"an object of the Kustomization is not healthy: {', '.join(others[:3]) or 'see below'}",
            f"fix that object; Flux checks it again{when}",
            evidence=condition.message,
            since=condition.since,
            severity=Severity.WARNING,
        )
    elif snapshot.release and snapshot.release.is_ready:
        yield new_cause(
            CauseId.IN_PROGRESS,
            kustomization,
            "the release is ready now, but was not when Flux checked the health of the revision",
            f"wait: Flux checks it again{when}, or: {reconcile_command(kustomization)}",
            evidence=condition.message,
            since=condition.since,
            severity=Severity.WARNING,
        )


def not_managed(snapshot: Snapshot) -> Iterator[Cause]:
    """The Kustomization that applied the release does not exist any more, or has the release no more."""
    release, kustomization = snapshot.release, snapshot.kustomization
    reference = kustomization_of(release) if release else None
    if release is None or reference is None or snapshot.is_kind_forbidden(reference.kind):
        return
    if kustomization is None:
        message = f"{reference}, which applied the release, does not exist: changes in Git do not reach the cluster"
        remedy = "create it again: `flux get kustomizations -A` lists those that exist"
    elif _has_lost(kustomization, snapshot):
        path = kustomization.text("spec.path") or "./"
        message = f"{reference} does not apply the release any more: its directory {path} does not have it in Git"
        remedy = (
            "commit helmrelease.yaml again, and list it in kustomization.yaml; or, to remove the registry, "
            f"`kubectl delete helmrelease {release.name} -n {release.namespace}`"
        )
    else:
        return
    yield new_cause(CauseId.NOT_MANAGED, reference, message, remedy, severity=Severity.WARNING)


def _has_lost(kustomization: Object, snapshot: Snapshot) -> bool:
    """Return whether a Kustomization applied its last revision without the release."""
    entries = kustomization.items("status.inventory.entries")
    return bool(entries) and kustomization.is_ready and kustomization not in list_owners(snapshot)


CAUSES: Final[tuple[FindCause, ...]] = (
    apply_failed,
    unhealthy,
    not_managed,
)
