"""The HelmRelease: values that Helm refuses, retries that helm-controller has stopped, and work in progress."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, new_cause
from registry_gitops.cluster.status.causes.wording import RENDER, reconcile_command, resume_command
from registry_gitops.cluster.status.live_objects import Condition, Object
from registry_gitops.cluster.status.snapshot import Snapshot
from registry_gitops.findings import Severity

_REFUSED: Final = ("values don't meet the specifications", "execution error at", "cannot unmarshal")
_VALUES_FROM: Final = "chart values reference"
_OBSERVE_TIME: Final = timedelta(seconds=30)
"""A new object that its controller has not processed within this time is a cause."""
_CONTROLLERS: Final = {"HelmRelease": "helm-controller", "Kustomization": "kustomize-controller"}
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


def values_refused(snapshot: Snapshot) -> Iterator[Cause]:
    """The chart refuses the values, or a Secret with values does not exist."""
    release = snapshot.release
    failed = last_failure(release) if release else None
    if release is None or failed is None:
        return
    if _VALUES_FROM in failed.message:
        yield new_cause(
            CauseId.SECRET_MISSING,
            release,
            "a Secret or ConfigMap that `valuesFrom` names does not exist, or lacks the key",
            f"create it in namespace {release.namespace}, or correct `release.valuesFrom`; {RENDER}",
            evidence=failed.message,
            since=failed.since,
        )
    elif any(words in failed.message for words in _REFUSED):
        yield new_cause(
            CauseId.VALUES_REFUSED,
            release,
            "the chart refuses these values",
            _correct_values(parse_refused_keys(failed.message), release),
            evidence=failed.message,
            since=failed.since,
        )


def _correct_values(keys: list[str], release: Object) -> str:
    """Return where to correct keys: in the config file, or in the objects of `valuesFrom`."""
    what = " and ".join(f"`{key}`" for key in keys) or "the values"
    is_inline = any(release.get(f"spec.{key}") is not None for key in keys)
    others = [f"{entry.get('kind')}/{entry.get('name')}" for entry in release.items("spec.valuesFrom")]
    if is_inline or not others:
        return f"correct {what} in registry.yaml, not in helmrelease.yaml: `render` reports line and fix"
    return f"correct {what} in {' or '.join(others)}, which `release.valuesFrom` names"


def parse_refused_keys(message: str) -> list[str]:
    """Return the keys in Helm's message: at '/a/b': ... is values.a.b, and an unknown key 'x' at '/a' is values.a.x."""
    keys = []
    for path, rest in re.findall(r"^- at '([^']*)': (.*)$", message, re.MULTILINE):
        unknown = re.findall(r"'([^']+)'", rest) if "additional propert" in rest else [""]
        keys += [".".join(["values", *(part for part in (*path.split("/"), key) if part)]) for key in unknown]
    return keys


def workload_gone(snapshot: Snapshot) -> Iterator[Cause]:
    """The release is ready, but an object that it created does not exist any more."""
    release = snapshot.release
    if release is None or not release.is_ready:
        return
    for missing in snapshot.missing_objects:
        if release.is_suspended:
            remedy = f"{resume_command(release)}, then {reconcile_command(release, '--force')}"
        elif release.text("spec.driftDetection.mode") == "enabled":
            interval = release.text("spec.interval")
            remedy = f"Flux creates it again within {interval}; at once: {reconcile_command(release)}"
        else:
            remedy = (
                f"{reconcile_command(release, '--force')}; with `release.driftDetection.mode: enabled`, Flux creates "
                "it again by itself"
            )
        yield new_cause(
            CauseId.WORKLOAD_GONE,
            missing,
            f"Flux reports the release as ready, but its {missing.kind} {missing.name} was deleted",
            remedy,
        )


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


def not_observed(snapshot: Snapshot) -> Iterator[Cause]:
    """The controller of an object of Flux has not processed its last change."""
    for thing in snapshot.flux_objects:
        if not thing.is_observed and not _is_static(thing) and not _is_new(thing, snapshot):
            controller = _CONTROLLERS.get(thing.kind, "source-controller")
            yield new_cause(
                CauseId.NOT_OBSERVED,
                thing,
                f"{controller} has not processed the last change of the {thing.kind}",
                f"check that it runs: `kubectl get deployments -A -l app={controller}`; if it does, wait",
                evidence=f"generation {thing.generation}, observed {thing.number('status.observedGeneration')}",
            )
            return


def _is_static(source: Object) -> bool:
    """Return whether no controller processes it: a HelmRepository of type oci only has settings."""
    return source.kind == "HelmRepository" and source.text("spec.type") == "oci"


def _is_new(thing: Object, snapshot: Snapshot) -> bool:
    return thing.created is not None and snapshot.read_at - thing.created < _OBSERVE_TIME


def in_progress(snapshot: Snapshot) -> Iterator[Cause]:
    """The first release, an upgrade, or a rollout of Pods is in progress."""
    release, workload = snapshot.release, snapshot.workload
    if release is None:
        return
    ready = release.condition("Ready")
    if not release.is_ready and not release.is_suspended:
        message = release.condition("Reconciling").message if ready.status != "False" else ready.message
        yield new_cause(
            CauseId.IN_PROGRESS,
            release,
            "Flux is working on the release",
            "wait for it: `registry-gitops status --wait 5m`",
            evidence=message or "helm-controller has not processed it yet",
            since=ready.since,
        )
    elif workload and snapshot.is_rolling_out:
        wanted = workload.number("spec.replicas", 1)
        available, updated = (workload.number(f"status.{count}Replicas") for count in ("available", "updated"))
        yield new_cause(
            CauseId.IN_PROGRESS,
            workload,
            "the Pods are being replaced or started",
            "wait for them: `registry-gitops status --wait 5m`",
            evidence=f"{available} of {wanted} available, {updated} of the newest revision",
        )
    elif kustomization := snapshot.unapplied_kustomization:
        yield new_cause(
            CauseId.IN_PROGRESS,
            kustomization,
            "Flux has not applied the newest revision yet",
            f"wait, or: {reconcile_command(kustomization)}",
            severity=Severity.WARNING,
        )
