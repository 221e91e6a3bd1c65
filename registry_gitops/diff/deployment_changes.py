"""What happens to one deployment: its rendered files before and after."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.diff.diff_report import ChangeAction, ObjectChange
from registry_gitops.diff.effect import Effect, worst_effect
from registry_gitops.diff.helm_template import HelmError, template_release
from registry_gitops.diff.object_pairs import compare_objects, replace_objects
from registry_gitops.diff.rendering import Rendering

Changes = tuple[ObjectChange, ...]
Notes = tuple[str, ...]

NO_HELM: Final = "helm is not on PATH, so the objects of the chart are not compared, only its values: install it"
NO_TEMPLATE: Final = "helm cannot render the chart, so its objects are not compared, only its values"


def compare_renderings(before: Rendering, after: Rendering, helm: str | None) -> tuple[Changes, Notes]:
    """Return what happens to the objects, and what could not be compared. `helm` is the path of Helm, if there is one.

    Without Helm, only the objects that Flux applies are compared, with the values of the release.
    """
    changes = tuple(compare_objects(before.flux_objects, after.flux_objects, by_flux=True))
    is_same = before.helm_input == after.helm_input and before.helm_identity == after.helm_identity
    if after.is_suspended or (is_same and not before.is_suspended):
        return changes, ()
    notes = tuple(_list_unknown(before, after))
    if helm is None:
        return tuple(map(_assume_restart, changes)), (*notes, NO_HELM)
    try:
        return (*changes, *_release_changes(before, after, helm)), notes
    except HelmError as error:
        return tuple(map(_assume_restart, changes)), (*notes, f"{NO_TEMPLATE}: {error}")


def _list_unknown(before: Rendering, after: Rendering) -> Iterator[str]:
    """Yield what the rendered files do not tell of the release."""
    if before.is_suspended:
        yield "the release was suspended, so the cluster can have other objects than the files: use --live"
    for kind, name in dict.fromkeys((*before.value_sources, *after.value_sources)):
        yield f"the values of {kind}/{name} are not known here"


def _release_changes(before: Rendering, after: Rendering, helm: str) -> Iterator[ObjectChange]:
    one, other = (template_release(helm, each.helm_input) if each.helm_input else () for each in (before, after))
    identities = {each.helm_identity for each in (before, after)} - {None}
    compare = compare_objects if len(identities) <= 1 else replace_objects
    yield from compare(one, other)


def _assume_restart(change: ObjectChange) -> ObjectChange:
    """Return a change of a HelmRelease with the effect that it most likely has."""
    if change.object.kind != "HelmRelease" or change.action is not ChangeAction.UPDATE:
        return change
    reason = "Flux upgrades the release, which can restart its Pods"
    return change.model_copy(update={"effect": worst_effect((change.effect, Effect.RESTARTS_PODS)), "reason": reason})
