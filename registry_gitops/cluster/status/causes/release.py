"""The HelmRelease itself: what Helm refuses, what helm-controller has given up, and what is still under way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from registry_gitops.cluster.status.causes.wording import RENDER, named, reconcile, resume, said
from registry_gitops.cluster.status.model import Cause, CauseId
from registry_gitops.cluster.status.objects import Condition, Object
from registry_gitops.cluster.status.snapshot import Snapshot
from registry_gitops.findings import Severity

_REFUSED: Final = ("values don't meet the specifications", "execution error at", "cannot unmarshal")
_VALUES_FROM: Final = "chart values reference"
_PATIENCE: Final = timedelta(seconds=30)
"""How long a controller may take to look at a new object before that is worth a word."""
_CONTROLLERS: Final = {"HelmRelease": "helm-controller", "Kustomization": "kustomize-controller"}
_FAILURES: Final = {
    "InstallFailed": "Helm could not install the release",
    "UpgradeFailed": "Helm could not upgrade the release",
    "TestFailed": "the tests of the chart failed",
    "RollbackSucceeded": "the upgrade failed, and Helm went back to the revision before it",
    "RollbackFailed": "the upgrade failed, and so did the way back",
    "UninstallSucceeded": "the release failed, and Helm removed it",
    "DependencyNotReady": "it waits for a release that it depends on",
}
"""Reasons of helm-controller, in words."""


def failure(release: Object) -> Condition | None:
    """Why the last try failed: while the next one runs, `Ready` no longer tells."""
    conditions = (release.condition("Ready"), release.condition("Released"))
    if conditions[0].true:
        return None
    return next((each for each in conditions if each.false), None)


def values_refused(snapshot: Snapshot) -> Iterator[Cause]:
    """The chart does not take the values, or a Secret with some of them is missing."""
    release = snapshot.release
    failed = failure(release) if release else None
    if release is None or failed is None:
        return
    if _VALUES_FROM in failed.message:
        yield Cause(
            id=CauseId.SECRET_MISSING,
            object=named(release, snapshot),
            message="a Secret or ConfigMap that `valuesFrom` names is not there, or lacks the key",
            detail=said(failed.message),
            remedy=f"create it in namespace {release.namespace}, or correct `release.valuesFrom`; {RENDER}",
            since=failed.since,
        )
    elif any(words in failed.message for words in _REFUSED):
        keys = refused_keys(failed.message)
        what = " and ".join(f"`{key}`" for key in keys) or "the values"
        yield Cause(
            id=CauseId.VALUES_REFUSED,
            object=named(release, snapshot),
            message="the chart does not take these values",
            detail=said(failed.message),
            remedy=_place_of(keys, release, what),
            since=failed.since,
        )


def _place_of(keys: list[str], release: Object, what: str) -> str:
    """Where to correct keys: in the description, or in the objects that values are taken from besides."""
    inline = any(release.at(f"spec.{key}") is not None for key in keys)
    others = [f"{each.get('kind')}/{each.get('name')}" for each in release.items("spec.valuesFrom")]
    if inline or not others:
        return f"correct {what} in registry.yaml, not in helmrelease.yaml: `render` names line and remedy"
    return f"correct {what} in {' or '.join(others)}, which `release.valuesFrom` names"


def refused_keys(message: str) -> list[str]:
    """The keys that Helm names: at '/a/b': ... is values.a.b, and an unknown key 'x' at '/a' is values.a.x."""
    keys = []
    for path, rest in re.findall(r"^- at '([^']*)': (.*)$", message, re.MULTILINE):
        unknown = re.findall(r"'([^']+)'", rest) if "additional propert" in rest else [""]
        keys += [".".join(["values", *(part for part in (*path.split("/"), key) if part)]) for key in unknown]
    return keys


def workload_gone(snapshot: Snapshot) -> Iterator[Cause]:
    """The release is ready, and something that it made is not there any more."""
    release = snapshot.release
    if release is None or not release.ready:
        return
    for lost in snapshot.missing:
        interval, mode = release.text("spec.interval"), release.text("spec.driftDetection.mode")
        if release.suspended:
            remedy = f"{resume(release)}, then {reconcile(release, '--force')}"
        elif mode == "enabled":
            remedy = f"Flux makes it again within {interval}; at once: {reconcile(release)}"
        else:
            remedy = f"{reconcile(release, '--force')}; `release.driftDetection.mode: enabled` makes Flux do it"
        yield Cause(
            id=CauseId.WORKLOAD_GONE,
            object=f"{lost.kind}/{lost.name}",
            message=f"Flux calls the release ready, but its {lost.kind} {lost.name} has been deleted",
            remedy=remedy,
        )


def retries_exhausted(snapshot: Snapshot) -> Iterator[Cause]:
    """helm-controller has given up."""
    release = snapshot.release
    stalled = release.condition("Stalled") if release else Condition()
    if release and stalled.true:
        failed = failure(release)
        yield Cause(
            id=CauseId.RETRIES_EXHAUSTED,
            object=named(release, snapshot),
            message="Flux has given up: it tries again when the release changes",
            detail=said(f"{stalled.message}: {failed.message}" if failed else stalled.message),
            remedy=(
                f"fix the cause in Git, or let it try again: {reconcile(release, '--reset')}; "
                "`release.install.strategy.name: RetryOnFailure` never gives up"
            ),
            since=stalled.since,
        )


def release_failed(snapshot: Snapshot) -> Iterator[Cause]:
    """Helm has failed."""
    release = snapshot.release
    failed = failure(release) if release else None
    if release is None or failed is None or failed.reason == "SourceNotReady":
        return
    yield Cause(
        id=CauseId.RELEASE_FAILED,
        object=named(release, snapshot),
        message=_FAILURES.get(failed.reason, f"the release is not ready ({failed.reason})"),
        detail=said(failed.message),
        remedy=f"look at it: `kubectl describe helmrelease -n {release.namespace} {release.name}`",
        since=failed.since,
    )


def not_observed(snapshot: Snapshot) -> Iterator[Cause]:
    """Yield the first object of Flux whose controller has not looked at it since it was changed."""
    for each in snapshot.flux_objects:
        if not each.observed and not _is_static(each) and not _is_new(each, snapshot):
            controller = _CONTROLLERS.get(each.kind, "source-controller")
            yield Cause(
                id=CauseId.NOT_OBSERVED,
                object=named(each, snapshot),
                message=f"{controller} has not looked at {each} since it was changed",
                detail=f"generation {each.generation}, observed {each.number('status.observedGeneration')}",
                remedy=f"does it run? `kubectl get deployments -A -l app={controller}`; where it does, wait",
            )
            return


def _is_static(source: Object) -> bool:
    """Whether no controller looks at it: a HelmRepository that is a registry only holds settings."""
    return source.kind == "HelmRepository" and source.text("spec.type") == "oci"


def _is_new(thing: Object, snapshot: Snapshot) -> bool:
    return thing.created is not None and snapshot.now - thing.created < _PATIENCE


def in_progress(snapshot: Snapshot) -> Iterator[Cause]:
    """Yield what is under way: the first release, an upgrade, or a rollout of Pods."""
    release, workload = snapshot.release, snapshot.workload
    if release is None:
        return
    ready = release.condition("Ready")
    if not release.ready and not release.suspended:
        words = release.condition("Reconciling").message if ready.status != "False" else ready.message
        yield Cause(
            id=CauseId.IN_PROGRESS,
            object=named(release, snapshot),
            message="Flux is at work on the release",
            detail=said(words or "helm-controller has not looked at it yet"),
            remedy="wait for it: `registry-gitops status --wait 5m`",
            since=ready.since,
        )
    elif workload and snapshot.rolling:
        yield Cause(
            id=CauseId.IN_PROGRESS,
            object=named(workload, snapshot),
            message="the Pods are being replaced or started",
            detail=(
                f"{workload.number('status.availableReplicas')} of {workload.number('spec.replicas', 1)} available, "
                f"{workload.number('status.updatedReplicas')} of the newest revision"
            ),
            remedy="wait for them: `registry-gitops status --wait 5m`",
        )
    elif snapshot.pending:
        yield Cause(
            id=CauseId.IN_PROGRESS,
            severity=Severity.WARNING,
            object=named(snapshot.pending, snapshot),
            message="Flux has fetched a newer revision, and not applied it yet",
            remedy=f"wait, or: {reconcile(snapshot.pending)}",
        )
