"""The objects in the sentences of Helm: those of somebody else, and those that did not become ready."""

from __future__ import annotations

import re
from typing import Final

from registry_gitops.cluster.status.causes.cluster_phrases import join_words
from registry_gitops.cluster.status.causes.releases.helm_words import (
    describe_remediation,
    release_name,
    then_retry,
)
from registry_gitops.cluster.status.causes.wording import RENDER
from registry_gitops.cluster.status.live_objects import Object, Reference
from registry_gitops.cluster.status.snapshot import WORKLOADS, Event, Snapshot, target_namespace

_IN_NAMESPACE: Final = re.compile(r'(\w+) "([\w.-]+)" in namespace "([\w.-]*)"', re.IGNORECASE)
_OWNER: Final = re.compile(
    r'"meta\.helm\.sh/release-name" must equal "[^"]*": current value is "([^"]*)"', re.IGNORECASE
)


def describe_owner(message: str, release: Object) -> dict[str, str]:
    """Return which object exists already, whose it is, and how Helm can adopt it."""
    match = _IN_NAMESPACE.search(join_words(message))
    kind, name, namespace = match.groups() if match else ("object", "", "")
    other = _OWNER.search(join_words(message))
    thing = f"{kind.lower()} {name}{f' -n {namespace}' if namespace else ''}"
    owner = f"{release_name(release)} meta.helm.sh/release-namespace={target_namespace(release)}"
    adopt = (
        f"if the release shall have it, let Helm adopt it: `kubectl label {thing} --overwrite "
        f"app.kubernetes.io/managed-by=Helm` and `kubectl annotate {thing} --overwrite "
        f"meta.helm.sh/release-name={owner}`{then_retry(release)}"
    )
    if other:
        adopt = f"choose another name (`name`, or `values.fullnameOverride`); {RENDER}. Or, {adopt}"
    return {
        "object": f"the {kind} {name}",
        "owner": f"belongs to the release {other[1]}" if other else "does not belong to a release of Helm",
        "adopt": adopt,
    }


_WAITED: Final = re.compile(r"\b([A-Za-z]+)/([\w.-]+)/([\w.-]+) (?:status\b|not ready\b|termination\b)", re.IGNORECASE)


def describe_wait(message: str, snapshot: Snapshot) -> dict[str, str]:
    """Return what Helm waited for, how long, and how to find out why it did not become ready."""
    waited = [Reference(*found) for found in _WAITED.findall(message)]
    names = " and ".join(f"{item.kind} {item.name}" for item in waited)
    return {
        "waited": names or "the objects of the release",
        "timeout": _find_timeout(snapshot.release or Object({})),
        "wait_remedy": _find_wait_remedy(waited, snapshot),
        "hook_log": _find_hook_log(message, snapshot),
    }


def _find_hook_log(message: str, snapshot: Snapshot) -> str:
    """Return the command that prints the log of the Job or Pod that a message names; or the one that lists them."""
    match = re.search(r"\b(job|pod) (?!is\b)([a-z0-9][\w.-]*) failed\b", message, re.IGNORECASE)
    if match is None:
        return f"`kubectl get jobs,pods -n {snapshot.target_namespace}` lists them"
    name = f"job/{match[2]}" if match[1].lower() == "job" else match[2]
    return f"`kubectl logs -n {snapshot.target_namespace} {name}`"


def _find_timeout(release: Object) -> str:
    action = release.text("status.lastAttemptedReleaseAction") or "install"
    return release.text(f"spec.{action}.timeout") or release.text("spec.timeout") or "5m"


def _find_wait_remedy(waited: list[Reference], snapshot: Snapshot) -> str:
    release, workload = snapshot.release or Object({}), snapshot.workload
    others = [item for item in waited if item.kind not in WORKLOADS]
    if others:
        commands = ", ".join(
            f"`kubectl describe {item.kind.lower()} {item.name} -n {item.namespace}`" for item in others
        )
        return f"find out why: {commands}"
    if describe_remediation(release):
        events = "--field-selector involvedObject.kind=Pod,type=Warning"
        return (
            f"its Pods are gone: correct what their events tell, `kubectl get events -n {snapshot.target_namespace} "
            f"{events}`; {RENDER}"
        )
    if workload and not snapshot.is_remote and not snapshot.is_rolling_out and not snapshot.unready_pods:
        return (
            f"its Pods are ready now, so that the next run can succeed{then_retry(release)}. "
            "For more time, raise `release.timeout`"
        )
    namespace, name = snapshot.target_namespace, release_name(release)
    return (
        f"find out why: `kubectl describe pods -n {namespace} -l app.kubernetes.io/instance={name}`; "
        "for more time, raise `release.timeout`"
    )


_OF_PODS: Final = (
    *("Failed", "BackOff", "Unhealthy", "FailedScheduling", "FailedMount", "FailedAttachVolume"),
    *("FailedCreatePodSandBox", "Evicted"),
)


def find_last_words(snapshot: Snapshot) -> Event | None:
    """Return the most detailed warning about the newest Pod that exists no more, such as one that was rolled back."""
    if snapshot.workload is None:
        return None
    prefix = f"Pod/{snapshot.workload.name}-"
    names = {f"Pod/{pod.name}" for pod in snapshot.all_pods}
    warnings = [
        event
        for event in snapshot.events
        if event.is_warning
        and event.object.startswith(prefix)
        and event.reason in _OF_PODS
        and event.object not in names
    ]
    newest = [event for event in warnings if event.object == warnings[0].object]
    return max(newest, key=lambda event: len(event.message), default=None)
