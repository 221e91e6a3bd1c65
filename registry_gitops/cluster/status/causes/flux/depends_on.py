"""The release, or its Kustomization, waits for the objects in `spec.dependsOn`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.cluster_phrases import join_words
from registry_gitops.cluster.status.causes.flux.delivery import list_suspects
from registry_gitops.cluster.status.causes.flux.timing import find_deadline, format_clock
from registry_gitops.cluster.status.causes.wording import RENDER, reconcile_command, resume_command
from registry_gitops.cluster.status.live_objects import Object, Reference
from registry_gitops.cluster.status.snapshot import Snapshot, dependencies_of

NOT_READY: Final = "DependencyNotReady"
"""Reason of helm-controller and of kustomize-controller."""


@dataclass(frozen=True)
class _Blocker:
    """What an object waits for, in the end."""

    reference: Reference
    thing: Object | None
    path: tuple[Reference, ...]
    """The objects between them, each of which waits for the next."""
    message: str
    """What the controller reports about the one that waits for it."""
    is_circular: bool = False


def dependency_not_ready(snapshot: Snapshot) -> Iterator[Cause]:
    """Flux does not process the release, or its Kustomization, until an object that it depends on is ready."""
    suspects = list_suspects(snapshot) if snapshot.release is None else [snapshot.kustomization]
    for thing in (snapshot.release, *suspects):
        if thing is None or thing.is_suspended:
            continue
        if _has_invalid_expression(thing):
            yield _invalid_expression(thing)
            return
        if not _is_waiting(thing):
            continue
        blocker = _find_blocker(thing, snapshot)
        if blocker is None:
            continue
        state, remedy = _describe(blocker, _describe_key(thing))
        others = "".join(f" {reference}, which waits for" for reference in blocker.path)
        yield new_cause(
            CauseId.DEPENDENCY_NOT_READY,
            blocker.thing or blocker.reference,
            f"the {thing.kind} {thing.name} waits for{others} {blocker.reference}{state}",
            remedy,
            evidence=(blocker.thing.condition("Ready").message if blocker.thing else "") or blocker.message,
            since=thing.condition("Ready").since,
        )
        return


def _describe_key(thing: Object) -> str:
    """Return where to correct `dependsOn`: the release has it from the config file."""
    if thing.kind == "HelmRelease":
        return f"`release.dependsOn`; {RENDER}"
    return f"`spec.dependsOn` of Kustomization {thing.namespace}/{thing.name} in Git"


def _has_invalid_expression(thing: Object) -> bool:
    ready = thing.condition("Ready")
    return ready.reason == "InvalidCELExpression" and "evaluate dependency" in join_words(ready.message.lower())


def _invalid_expression(thing: Object) -> Cause:
    ready = thing.condition("Ready")
    return new_cause(
        CauseId.DEPENDENCY_NOT_READY,
        thing,
        f"a `readyExpr` in `dependsOn` of the {thing.kind} {thing.name} is no valid expression, and is never evaluated",
        f"correct that expression in {_describe_key(thing)}",
        evidence=ready.message,
        since=ready.since,
    )


def _is_waiting(thing: Object) -> bool:
    ready = thing.condition("Ready")
    return ready.is_false and ready.reason == NOT_READY


def _find_blocker(thing: Object, snapshot: Snapshot) -> _Blocker | None:
    """Follow `dependsOn` to the object that waits for no other one, or that was met before."""
    path = [thing.reference]
    while True:
        message = thing.condition("Ready").message
        reference = _find_reference(thing, message)
        if reference is None:
            return None
        other = snapshot.find(reference)
        is_circular = reference in path
        if other is None or is_circular or not _is_waiting(other) or other.is_suspended:
            return _Blocker(reference, other, tuple(path[1:]), message, is_circular)
        path.append(reference)
        thing = other


def _find_reference(thing: Object, message: str) -> Reference | None:
    """Return the dependency that a message names as NAMESPACE/NAME, or the only one."""
    references = list(dependencies_of(thing))
    named = [item for item in references if f"'{item.namespace}/{item.name}'" in message]
    return next(iter(named or references[:1]), None)


def _describe(blocker: _Blocker, key: str) -> tuple[str, str]:
    """Return the state of a blocker, as the end of a sentence that names it, and the remedy."""
    reference, thing = blocker.reference, blocker.thing
    if blocker.is_circular:
        return ": a circle, and none of them is processed", f"break the circle: remove an entry of {key}"
    if thing is None:
        missing = ", which does not exist" if "not found" in blocker.message.lower() else ", which was not found"
        return missing, f"create it, or correct the name and the namespace in {key}"
    if thing.is_being_deleted:
        return ", which is being deleted", f"create it again, or remove it from {key}"
    if thing.is_suspended and not thing.condition("Ready").is_true:
        return ", which is suspended, and not ready", resume_command(thing)
    if "readyexpr" in blocker.message.lower():
        return ", which does not fulfil the `readyExpr` of `dependsOn`", (
            f"compare that expression with the object: `{_get_command(thing)} -o yaml`"
        )
    if deadline := find_deadline(thing):
        return f", which is in progress, until {format_clock(deadline)} at the latest", "wait: Flux continues by itself"
    return _describe_state(thing, reference)


def _describe_state(thing: Object, reference: Reference) -> tuple[str, str]:
    ready = thing.condition("Ready")
    if not ready.is_true:
        reason = f" ({ready.reason})" if ready.reason else ""
        describe = _get_command(thing).replace(" get ", " describe ")
        return f", which is not ready{reason}", (
            f"fix {reference.kind} {reference.name} first: `{describe}` shows its conditions and events; then Flux "
            "continues by itself"
        )
    if thing.number("status.observedGeneration") != thing.generation:
        return ", which has a change that its controller has not processed", reconcile_command(thing)
    return ", which is ready by now, or applies the same revision soon", "wait: Flux checks it again within a minute"


def _get_command(thing: Object) -> str:
    return f"kubectl get {thing.kind.lower()} {thing.name} -n {thing.namespace}"


CAUSES: Final[tuple[FindCause, ...]] = (dependency_not_ready,)
