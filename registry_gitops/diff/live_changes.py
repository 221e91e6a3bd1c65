"""What happens to the objects of a deployment in a cluster, as its API server tells it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from registry_gitops.cluster import Kubectl
from registry_gitops.diff.deployment_changes import NO_HELM, NO_TEMPLATE, Changes, Notes, render_release
from registry_gitops.diff.diff_report import ChangeAction, ObjectChange
from registry_gitops.diff.dry_run import Trial, read_live, try_to_apply
from registry_gitops.diff.effect import Effect
from registry_gitops.diff.helm_template import Helm, HelmError
from registry_gitops.diff.kustomization_build import KustomizeError
from registry_gitops.diff.live_pruning import read_inventory
from registry_gitops.diff.object_effects import judge_creation, judge_deletion
from registry_gitops.diff.object_pairs import compare_pair, describe_change, replace_objects
from registry_gitops.diff.plain_objects import PlainObject, key_of, look_up
from registry_gitops.diff.rendering import HelmIdentity, Rendering, identity_of
from registry_gitops.diff.verdict import Verdict

_FLUX: Final = "kustomize-controller"
_HELM: Final = "helm-controller"
"""The field managers of Flux: a field that they have set, and that is missing now, is removed."""

_SHOWN: Final = 3
"""Fields that a note names."""

_SERVER_FIELDS: Final = (
    "managedFields",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "ownerReferences",
)
_FLUX_MARKS: Final = ("helm.toolkit.fluxcd.io/", "kustomize.toolkit.fluxcd.io/name", "meta.helm.sh/")
"""How labels and annotations begin that Flux adds to what it applies."""


def compare_with_cluster(rendering: Rendering, helm: Helm | None, kubectl: Kubectl) -> tuple[Changes, Notes]:
    """Return what happens to the objects of a cluster, and what is not known.

    Raises ClusterError if the cluster is unreachable.
    """
    places = list(rendering.flux_kustomizations.values())
    of_flux = (*places[0], *rendering.flux_objects) if len(places) == 1 else rendering.flux_objects
    changes, notes = _apply(kubectl, of_flux, "", _FLUX, may_have_variables=True)
    notes = (*rendering.notes, *notes)
    if len(places) > 1:
        notes = (*notes, "the Flux Kustomizations of several clusters are not compared with this one")
    identity = rendering.helm_identity
    if rendering.release is None or identity is None or rendering.helm_input is None or rendering.is_suspended:
        return changes, notes
    if identity.cluster:
        return changes, (*notes, "the release is in another cluster (release.kubeConfig): not compared")
    if helm is None:
        return changes, (*notes, NO_HELM)
    try:
        objects = render_release(helm, rendering)
    except (HelmError, KustomizeError) as error:
        return changes, (*notes, f"{NO_TEMPLATE}: {error}")
    more, more_notes = _upgrade(kubectl, rendering.release, objects, identity)
    is_upgraded = any(change.object.kind == "HelmRelease" for change in changes)
    if not is_upgraded and _leaves_drift(read_live(kubectl, [rendering.release], "default")[0]):
        return changes, (*notes, *more_notes, *map(_describe_drift, more))
    return (*changes, *more), (*notes, *more_notes)


def _upgrade(
    kubectl: Kubectl, release: PlainObject, objects: Sequence[PlainObject], identity: HelmIdentity
) -> tuple[Changes, Notes]:
    """Return what happens to the objects of the release: to those that the chart renders no longer, too."""
    (live,) = read_live(kubectl, [release], "default")
    applied = read_inventory(kubectl, live)
    if live and identity_of(live) != identity:
        return tuple(replace_objects(applied, objects)), ()
    may_have_variables = "${" in json.dumps(release)
    changes, notes = _apply(kubectl, objects, identity.target_namespace, _HELM, may_have_variables=may_have_variables)
    kept = {key_of(plain)._replace(namespace=_namespace(plain, identity)) for plain in objects}
    gone = (plain for plain in applied if key_of(plain) not in kept)
    deleted = (describe_change(ChangeAction.DELETE, plain, judge_deletion(plain, by_flux=False)) for plain in gone)
    return (*changes, *deleted), notes


def _leaves_drift(live: PlainObject | None) -> bool:
    """Return whether a release is as Flux wants it, and Flux does not look at its objects until the next upgrade."""
    conditions = look_up(live, "status", "conditions", default=())
    is_ready = any((each.get("type"), each.get("status")) == ("Ready", "True") for each in conditions)
    return is_ready and look_up(live, "spec", "driftDetection", "mode") != "enabled"


def _describe_drift(change: ObjectChange) -> str:
    fields = ", ".join(field.path for field in change.fields[:_SHOWN]) or change.action
    return (
        f"{change.object} differs in the cluster ({fields}): Flux leaves it until the next upgrade, "
        "because release.driftDetection is not enabled"
    )


def _apply(
    kubectl: Kubectl, objects: Sequence[PlainObject], namespace: str, manager: str, *, may_have_variables: bool
) -> tuple[Changes, Notes]:
    place = namespace or "default"
    # Scripts of the chart have variables of their own, in which Flux does not substitute.
    known = [plain for plain in objects if not (may_have_variables and "${" in json.dumps(plain))]
    found = read_live(kubectl, known, place)
    tried = try_to_apply(kubectl, known, place, manager)
    changes = list[ObjectChange]()
    notes = [f"{_name(plain)} has variables of Flux: not compared" for plain in objects if plain not in known]
    for wanted, live, trial in zip(known, found, tried, strict=True):
        if trial.is_unknown:
            notes.append(f"this user is not allowed to try {_name(wanted)}")
        else:
            changes += _compare(wanted, live, trial)
    return tuple(changes), tuple(notes)


def _name(plain: PlainObject) -> str:
    return f"{plain['kind']}/{plain['metadata']['name']}"


def _compare(wanted: PlainObject, live: PlainObject | None, trial: Trial) -> Iterator[ObjectChange]:
    if trial.refusal:
        action = ChangeAction.UPDATE if live else ChangeAction.CREATE
        yield describe_change(action, wanted, Verdict(Effect.REFUSED, trial.refusal))
    elif live is None:
        yield describe_change(ChangeAction.CREATE, wanted, judge_creation(wanted))
    elif trial.result:
        yield from compare_pair(_as_applied(live), _as_applied(trial.result))


def _as_applied(plain: PlainObject) -> dict[str, Any]:
    """Return an object without what the API server and Flux add to it."""
    metadata = {key: item for key, item in plain["metadata"].items() if key not in _SERVER_FIELDS}
    for section in ("labels", "annotations"):
        metadata[section] = _unmarked(metadata.get(section) or {})
    return {**{key: item for key, item in plain.items() if key != "status"}, "metadata": metadata}


def _unmarked(entries: Mapping[str, str]) -> dict[str, str]:
    return {key: text for key, text in entries.items() if not key.startswith(_FLUX_MARKS)}


def _namespace(plain: PlainObject, identity: HelmIdentity) -> str:
    return str(look_up(plain, "metadata", "namespace", default=identity.target_namespace))
