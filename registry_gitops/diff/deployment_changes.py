"""What happens to one deployment: its rendered files before and after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from registry_gitops.diff.diff_report import ChangeAction, ObjectChange
from registry_gitops.diff.effect import Effect, worst_effect
from registry_gitops.diff.helm_template import Helm, HelmError
from registry_gitops.diff.kustomization_build import KustomizeError, post_render
from registry_gitops.diff.object_effects import judge_deletion
from registry_gitops.diff.object_pairs import compare_objects, replace_objects
from registry_gitops.diff.plain_objects import PlainObject
from registry_gitops.diff.rendering import Rendering
from registry_gitops.diff.unread_charts import describe_charts
from registry_gitops.diff.value_effects import Comparison, judge_values
from registry_gitops.diff.verdict import Verdict

Changes = tuple[ObjectChange, ...]
Notes = tuple[str, ...]

NO_HELM: Final = "helm is not on PATH, so the objects of the chart are not compared, only its values: install it"
NO_TEMPLATE: Final = "helm cannot render the chart, so its objects are not compared, only its values"


def compare_renderings(
    before: Rendering, after: Rendering, helm: Helm | None, applied: Rendering | None = None
) -> tuple[Changes, Notes]:
    """Return what happens to the objects, and what could not be compared. `helm` is None if there is none.

    Without Helm, only the objects that Flux applies are compared, with the values of the release. `applied` has the
    release as Flux applied it last, if that is not the one of `before`, which is suspended.
    """
    changes = tuple(_flux_changes(before, after))
    unbuilt = tuple(dict.fromkeys((*before.notes, *after.notes)))
    if not (_upgrades(before, after) or any(map(_uninstalls, changes))):
        return changes, unbuilt
    old = applied or before
    notes = (*unbuilt, *_list_unknown(old, after))
    if helm is None:
        return _judge_by_values(old, after, changes, (*notes, NO_HELM))
    try:
        one, other = (render_release(helm, each) for each in (old, after))
    except (HelmError, KustomizeError) as error:
        return _judge_by_values(old, after, changes, (*notes, f"{NO_TEMPLATE}: {error}"))
    changes = tuple(_with_lost_data(change, one) if _uninstalls(change) else change for change in changes)
    if not _upgrades(before, after):
        return changes, notes
    return (*changes, *_comparison(old, after)(one, other)), notes


def _comparison(before: Rendering, after: Rendering) -> Comparison:
    """Return what compares the objects of the Helm release, which another one can replace."""
    identities = {each.helm_identity for each in (before, after)} - {None}
    if len(identities) <= 1:
        return compare_objects
    clusters = {identity.cluster for identity in identities if identity}
    return partial(replace_objects, elsewhere=len(clusters) > 1)


def _upgrades(before: Rendering, after: Rendering) -> bool:
    """Return whether Flux does anything to the Helm release."""
    is_same = before.helm_input == after.helm_input and before.helm_identity == after.helm_identity
    is_same = is_same and before.collected.unknown == after.collected.unknown
    return not after.is_suspended and (before.is_suspended or not is_same)


def render_release(helm: Helm, rendering: Rendering) -> tuple[PlainObject, ...]:
    """Return the objects of the Helm release, if there is one. Raises HelmError and KustomizeError."""
    if rendering.helm_input is None:
        return ()
    return post_render(helm.template(rendering.helm_input), rendering.helm_input.post_renderers)


def _flux_changes(before: Rendering, after: Rendering) -> Iterator[ObjectChange]:
    yield from compare_objects(before.flux_objects, after.flux_objects, by_flux=True)
    for place in dict.fromkeys((*before.flux_kustomizations, *after.flux_kustomizations)):
        one, other = (each.flux_kustomizations.get(place, ()) for each in (before, after))
        yield from compare_objects(one, other, by_flux=True)


def _uninstalls(change: ObjectChange) -> bool:
    return change.object.kind == "Kustomization" and change.effect is Effect.STOPS_PODS


def _with_lost_data(change: ObjectChange, objects: Iterable[PlainObject]) -> ObjectChange:
    """Return the deletion of a Flux Kustomization with what becomes of the images, if the release has `objects`."""
    verdicts = (judge_deletion(plain, by_flux=False) for plain in objects)
    lost = next((verdict for verdict in verdicts if verdict.effect in (Effect.ORPHANS_DATA, Effect.DELETES_DATA)), None)
    if lost is None:
        return change
    return change.model_copy(update={"effect": lost.effect, "reason": f"{change.reason}: {lost.reason}"})


def _list_unknown(before: Rendering, after: Rendering) -> Iterator[str]:
    """Yield what the rendered files do not tell of the release."""
    yield from describe_charts(before, after)
    if any(each.helm_input and each.helm_input.has_variables for each in (before, after)):
        yield "variables of Flux are compared as they are written"
    for source in dict.fromkeys((*before.collected.unknown, *after.collected.unknown)):
        yield f"the values of {source} are not known here"


def _judge_by_values(before: Rendering, after: Rendering, changes: Changes, notes: Notes) -> tuple[Changes, Notes]:
    """Return the changes, that of the HelmRelease with what its values do, and the values that need Helm to tell."""
    one, other = before.helm_input, after.helm_input
    if one is None:
        return changes, notes
    verdict, unsure = judge_values(one, other, _comparison(before, after))
    if unsure:
        notes = (*notes, f"needs Helm to tell what these values do: {', '.join(unsure)}")
    return tuple(_with_verdict(change, verdict) for change in changes), notes


def _with_verdict(change: ObjectChange, verdict: Verdict) -> ObjectChange:
    if change.object.kind != "HelmRelease" or change.action is ChangeAction.CREATE:
        return change
    is_update = change.action is ChangeAction.UPDATE
    reason = f"{'Flux upgrades the release' if is_update else change.reason}: {verdict.reason}"
    effect = verdict.effect if is_update else worst_effect((change.effect, verdict.effect))
    return change.model_copy(update={"effect": effect, "reason": reason})
