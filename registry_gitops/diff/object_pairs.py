"""Compare the objects of two renderings: those that Flux applies, and those of the Helm release."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from registry_gitops.diff.diff_report import ChangeAction, ChangedObject, ObjectChange
from registry_gitops.diff.effect import Effect, worst_effect
from registry_gitops.diff.field_changes import find_differences
from registry_gitops.diff.normal_form import normalize
from registry_gitops.diff.object_effects import judge_creation, judge_deletion, judge_update
from registry_gitops.diff.plain_objects import PlainObject, key_of
from registry_gitops.diff.verdict import ObjectUpdate, Verdict


def compare_objects(
    before: Iterable[PlainObject], after: Iterable[PlainObject], *, by_flux: bool = False
) -> Iterator[ObjectChange]:
    """Yield what differs between two sets of objects, of which Flux (`by_flux`) or Helm deletes what is left out."""
    old, new = ({key_of(plain): plain for plain in objects} for objects in (before, after))
    for key, plain in new.items():
        if key not in old:
            yield describe_change(ChangeAction.CREATE, plain, judge_creation(plain))
        else:
            yield from compare_pair(old[key], plain)
    for key, plain in old.items():
        if key not in new:
            yield describe_change(ChangeAction.DELETE, plain, judge_deletion(plain, by_flux=by_flux))


def replace_objects(
    before: Iterable[PlainObject], after: Iterable[PlainObject], *, elsewhere: bool = False
) -> Iterator[ObjectChange]:
    """Yield what happens if Flux uninstalls a Helm release and installs another one, in the same cluster or not."""
    old, new = ({key_of(plain): plain for plain in objects} for objects in (before, after))
    for key, plain in new.items():
        if key in old:
            yield describe_change(ChangeAction.UPDATE, plain, _judge_replacement(old[key], elsewhere=elsewhere))
        else:
            yield describe_change(ChangeAction.CREATE, plain, judge_creation(plain))
    for key, plain in old.items():
        if key not in new:
            yield describe_change(ChangeAction.DELETE, plain, judge_deletion(plain, by_flux=False))


def _judge_replacement(plain: PlainObject, *, elsewhere: bool) -> Verdict:
    """Return what happens to an object that the old and the new release have."""
    verdict = judge_deletion(plain, by_flux=False)
    if elsewhere:
        effect = worst_effect((verdict.effect, Effect.RECREATES_OBJECT))
        return Verdict(effect, f"Flux installs the release in another cluster; in this one, {verdict.reason}")
    if verdict.effect is Effect.ORPHANS_DATA:
        return Verdict(Effect.NOTHING, "Helm keeps the claim with the images, and the new release takes it over")
    reason = "Flux uninstalls the old Helm release, and installs one of another name or place"
    return Verdict(worst_effect((verdict.effect, Effect.RECREATES_OBJECT)), reason)


def compare_pair(before: PlainObject, after: PlainObject) -> Iterator[ObjectChange]:
    """Yield the update of an object, if it differs."""
    one, other = normalize(before), normalize(after)
    differences = tuple(find_differences(one, other))
    if differences:
        fields = tuple(each.to_changed_field() for each in differences)
        verdict = judge_update(ObjectUpdate(one, other, differences))
        yield describe_change(ChangeAction.UPDATE, after, verdict).model_copy(update={"fields": fields})


def describe_change(action: ChangeAction, plain: PlainObject, verdict: Verdict) -> ObjectChange:
    """Return a change of an object, without fields."""
    key = key_of(plain)
    changed = ChangedObject(api_version=plain["apiVersion"], kind=key.kind, namespace=key.namespace, name=key.name)
    return ObjectChange(action=action, object=changed, effect=verdict.effect, reason=verdict.reason)
