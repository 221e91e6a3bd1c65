"""The move from objects that Flux, or somebody with kubectl, has applied."""

from __future__ import annotations

from typing import Final

from registry_gitops.deployment import PRUNE_ANNOTATION
from registry_gitops.importer.moves.git_changes import GitChanges, commit, revert
from registry_gitops.importer.moves.move_plan import MovePlan
from registry_gitops.importer.moves.new_release import NewRelease
from registry_gitops.importer.moves.old_registry import OldRegistry
from registry_gitops.importer.moves.stages import (
    check_cluster,
    create_suspended,
    get_release,
    look,
    protect,
    stop,
    stop_new,
    suspend_release,
    wait_until_applied,
)

_LABELS: Final = "kustomize.toolkit.fluxcd.io"
_IN_FLUX: Final = '-n "$FLUX_NAMESPACE" "$KUSTOMIZATION"'
_COMMANDS: Final = "s/GitRepository/git/; s/OCIRepository/oci/; s/Bucket/bucket/"
"""From the kind of a source to the command of flux for it, as a program of sed."""
_IF_FLUX: Final = '[ -z "$KUSTOMIZATION" ] ||'
"""What follows is for a registry that Flux has applied, and does nothing for one that kubectl has."""


def plan_workload_move(old: OldRegistry, changes: GitChanges, new: NewRelease) -> MovePlan:
    """Return the move. Each step needs the variables of the ones before it.

    All that takes long is done while the old registry still serves.
    """
    return MovePlan(
        [
            *check_cluster(old),
            *protect(old),
            "# Stop Flux from bringing the old registry back; without Flux, these lines do nothing:",
            *_find_kustomization(f"-n {old.namespace} {old.anchor}"),
            *_suspend(),
            *create_suspended(new),
            *commit(changes, new.directory),
            *_fetch("Let Flux fetch the commit first, or it applies the old manifests once more:"),
            f'[ -n "$KUSTOMIZATION" ] || {wait_until_applied(new)}',
            *stop(old),
            *_resume("Let Flux deploy the new registry:"),
            f"flux resume helmrelease {new.in_flux}",
            *look(new),
            *_unmark(old),
        ],
        [
            *suspend_release(new),
            *_find_kustomization(get_release(new)),
            *_suspend(),
            *protect(old),
            "# Take the commit back:",
            *revert(),
            *_fetch("Let Flux fetch that:"),
            "# Stop the new registry:",
            *stop_new(new),
            *_resume("Let Flux apply the old manifests; without Flux, apply them with `kubectl apply`:"),
            *_see_old(old),
            "# Delete what Helm knows of the new release, so that nobody uninstalls it with the Service:",
            f"kubectl delete -n {new.names.storage_namespace} secret --selector=owner=helm,name={new.names.release}",
        ],
    )


def _find_kustomization(held: str) -> list[str]:
    get = f"kubectl get {held} -o jsonpath="
    return [
        f"FLUX_NAMESPACE=\"$({get}'{{.metadata.labels.{_escape(_LABELS)}/namespace}}')\"",
        f"KUSTOMIZATION=\"$({get}'{{.metadata.labels.{_escape(_LABELS)}/name}}')\"",
        'echo "Flux applies it by: $FLUX_NAMESPACE/$KUSTOMIZATION"',
    ]


def _suspend() -> list[str]:
    return [f"{_IF_FLUX} flux suspend kustomization {_IN_FLUX}"]


def _fetch(why: str) -> list[str]:
    get = f"kubectl get kustomizations.{_LABELS} {_IN_FLUX} -o jsonpath="
    source = {"KIND": "kind", "SOURCE": "name", "SOURCE_NAMESPACE": "namespace"}
    return [
        f"# {why}",
        *(f"{_IF_FLUX} {name}=\"$({get}'{{.spec.sourceRef.{key}}}')\"" for name, key in source.items()),
        f'{_IF_FLUX} flux reconcile source "$(echo "$KIND" | sed \'{_COMMANDS}\')" '
        '-n "${SOURCE_NAMESPACE:-$FLUX_NAMESPACE}" "$SOURCE"',
        "# You should see `fetched revision`, with the newest commit.",
    ]


def _resume(why: str) -> list[str]:
    return [f"# {why}", f"{_IF_FLUX} flux resume kustomization {_IN_FLUX}"]


def _see_old(old: OldRegistry) -> list[str]:
    return ["# You should see the old registry:", f"kubectl get -n {old.namespace} {old.workload}"]


def _unmark(old: OldRegistry) -> list[str]:
    """Return how the objects that the release owns now forget who applied them before."""
    if not old.kept:
        return []
    objects = f"-n {old.namespace} {' '.join(old.kept)}"
    return [
        "# Take the marks off what the release owns now:",
        f"kubectl annotate {objects} {PRUNE_ANNOTATION}-",
        f"kubectl label {objects} {_LABELS}/name- {_LABELS}/namespace-",
    ]


def _escape(label: str) -> str:
    return label.replace(".", r"\.")
