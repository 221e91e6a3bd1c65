"""Changes that the API server does not allow: of fields that are fixed once the object exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.status.causes.cause import CauseId
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase, find_phrase
from registry_gitops.cluster.status.causes.refusals import Refusal, join_keys
from registry_gitops.cluster.status.causes.releases.helm_words import find_object, name_object, then_retry
from registry_gitops.cluster.status.causes.wording import RENDER
from registry_gitops.cluster.status.live_objects import Object
from registry_gitops.cluster.status.snapshot import Snapshot

_OTHER_CLAIM: Final = "create another claim, copy the images to it, and set `values.persistence.existingClaim` to it"
_CREATE_AGAIN: Final = "`kubectl delete {resource} {name} -n {namespace}`{retry}"

CHANGE_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"failed to replace object: .*(?:immutable|may not change|can ?not be changed"
        r"|updates to statefulset|must be specified for an update)",
        "`release.upgrade.force` replaces the {kind} {name}, and the API server does not allow that",
        f"remove `release.upgrade.force`: Helm then changes only what differs; {RENDER}",
    ),
    Phrase(
        r"field can ?not be less than (?:previous value|status\.capacity)",
        "the claim {name} cannot become smaller",
        f"set {{old_size}}; {RENDER}. For a smaller volume, {_OTHER_CLAIM}",
    ),
    Phrase(
        r"only dynamically provisioned pvc can be resized",
        "the claim {name} cannot grow: its StorageClass {storage_class} does not allow it",
        f"set {{old_size}}; {RENDER}. For a larger volume, {_OTHER_CLAIM}; or, if the provisioner can resize volumes, "
        "let the administrator allow it: "
        "`kubectl patch storageclass {storage_class} -p '{{\"allowVolumeExpansion\": true}}'`{retry}",
    ),
    Phrase(
        r"only bound persistent volume claims can be expanded",
        "the claim {name} cannot grow before it has a volume",
        f"it is empty: let Flux create it again, {_CREATE_AGAIN}",
    ),
    Phrase(
        r"is immutable after creation except resources\.requests",
        "{claim_fields} of the claim {name} cannot change",
        f"{{unused}}set {{old_fields}}; {RENDER}. For a volume of another kind, {_OTHER_CLAIM}",
    ),
    Phrase(
        r"spec\.strategy\.rollingUpdate: Forbidden: may not be specified when strategy",
        "the {kind} {name} cannot change to the strategy Recreate: somebody else has set its `rollingUpdate`",
        "remove that: `kubectl patch {resource} {name} -n {namespace} --type=json "
        '-p \'[{{"op": "replace", "path": "/spec/strategy", "value": {{"type": "Recreate"}}}}]\'`{retry}',
    ),
    Phrase(
        r"updates to statefulset spec for fields other than",
        "a field of the StatefulSet {name} cannot change, such as its volume claim templates",
        "undo the change of the values; or let Flux create the StatefulSet again, while its Pods and claims stay: "
        "`kubectl delete {resource} {name} -n {namespace} --cascade=orphan`{retry}",
    ),
    Phrase(
        r"spec\.(?:clusterIP|ipFamil|loadBalancerClass).*(?:may not change once set|field is immutable"
        r"|can ?not be (?:changed|unset))",
        "the Service {name} cannot change {service_keys}",
        f"set {{service_keys}} as before; {RENDER}. Or let Flux create the Service again, with another address: "
        f"{_CREATE_AGAIN}",
    ),
    Phrase(
        r"cannot change roleRef",
        "the role of the {kind} {name} cannot change",
        f"let Flux create it again: {_CREATE_AGAIN}",
    ),
    Phrase(
        r"spec\.selector: Invalid value: .*field is immutable",
        "the selector of the {kind} {name} cannot change: another chart, or another `values.nameOverride`, has set it",
        f"undo that change; or let Flux create the {{kind}} again, while the volume stays: {_CREATE_AGAIN}",
    ),
    Phrase(
        r"field is immutable\b|\bpod updates may not change fields other than\b",
        "a field of the {kind} {name} cannot change",
        f"undo the change of the values; or let Flux create the {{kind}} again: {_CREATE_AGAIN}",
    ),
)
"""What cannot change, in the words of the API server."""


def explain_change(message: str, snapshot: Snapshot) -> Refusal | None:
    """Return what a message means that refuses to change a fixed field, or None if it is about something else."""
    phrase = find_phrase(message, CHANGE_PHRASES)
    reference = name_object(message, snapshot)
    if phrase is None or reference is None or snapshot.release is None:
        return None
    thing = find_object(message, snapshot) or Object({})
    names = {
        "kind": reference.kind,
        "name": reference.name,
        "namespace": reference.namespace,
        "resource": reference.kind.lower(),
        "retry": then_retry(snapshot.release),
        "old_size": _describe_old("size", thing.text("spec.resources.requests.storage")),
        "storage_class": thing.text("spec.storageClassName") or "NAME",
        "unused": _describe_unused(thing, snapshot.release),
        "claim_fields": join_keys(_list_claim_keys(message)) or "a field",
        "old_fields": " and ".join(_describe_old_fields(message, thing)) or "`values.persistence` as before",
        "service_keys": join_keys(_list_service_keys(message)),
    }
    return Refusal(CauseId.CHANGE_REFUSED, phrase.message.format_map(names), phrase.remedy.format_map(names))


def _describe_unused(claim: Object, release: Object) -> str:
    """Return how to replace a claim that has no volume and so no images, or ""."""
    if claim.text("status.phase") != "Pending":
        return ""
    command = f"`kubectl delete pvc {claim.name} -n {claim.namespace}`"
    return f"it has no volume yet: let Flux create it again, {command}{then_retry(release)}. Or "


def _describe_old(key: str, value: str) -> str:
    """Return a key of the volume with the value that the claim has, or without one, if the claim was not read."""
    return (
        f"`values.persistence.{key}: {value}` again, as the claim has it"
        if value
        else f"`values.persistence.{key}` as before"
    )


_CLAIM_FIELDS: Final = {
    r'[-+]\s*"?StorageClassName\b': "storageClass",
    r'[-+]\s*(?:"?AccessModes\b|"?Read(?:Write|Only)(?:Once|Many)\b|"?ReadWriteOncePod\b)': "accessModes",
}
"""Line of the difference that the API server prints -> the key of `values.persistence`."""


def _list_claim_keys(message: str) -> Iterator[str]:
    for line, key in _CLAIM_FIELDS.items():
        if re.search(line, message, re.IGNORECASE):
            yield f"values.persistence.{key}"


def _describe_old_fields(message: str, claim: Object) -> Iterator[str]:
    modes = claim.get("spec.accessModes")
    old = {
        "storageClass": claim.text("spec.storageClassName"),
        "accessModes": f"[{', '.join(modes)}]" if isinstance(modes, list) else "",
    }
    for key in _list_claim_keys(message):
        name = key.rpartition(".")[2]
        yield _describe_old(name, old[name])


_SERVICE_FIELDS: Final = {
    r"spec\.clusterIP": "values.service.clusterIP",
    r"spec\.ipFamil": "values.service.ipFamilies",
    r"spec\.loadBalancerClass": "values.service.loadBalancerClass",
}


def _list_service_keys(message: str) -> Iterator[str]:
    yield from (key for field, key in _SERVICE_FIELDS.items() if re.search(field, message, re.IGNORECASE))
