"""Secrets, ConfigMaps, and keys in them that the Pod needs and that do not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.cluster_phrases import join_words
from registry_gitops.cluster.status.causes.wording import RENDER, reconcile_command, values_key_for
from registry_gitops.cluster.status.live_objects import Container, Object, Reference, list_containers
from registry_gitops.cluster.status.snapshot import Snapshot, list_inventory

_MISSING: Final = re.compile(
    r"""(?P<kind>secret|configmap)\ ["'](?P<name>[^"']+)["']\ not\ found
    | couldn't\ find\ key\ (?P<key>\S+)\ in\ (?P<kind_of_key>secret|configmap)\ (?P<place>[^\s,;]+)
    | references\ non-existent\ (?P<kind_of_file>secret|config)\ key:\ (?P<file>[^\s,;]+)""",
    re.VERBOSE | re.IGNORECASE,
)
_SECRET_KEY: Final = re.compile(r"values\.(?:storage\.|cache\.)?(http|s3|gcs|azure|redis|proxy)\.existingSecret\b")
"""The values that name a Secret which `registry-gitops secret` prints, with its kind."""
_VOLUME: Final = re.compile(r'for volume "([^"]+)"', re.IGNORECASE)


@dataclass(frozen=True)
class _Missing:
    """A Secret or ConfigMap that does not exist, or lacks a key."""

    kind: str
    name: str
    """"" if the kubelet does not tell it."""
    key: str = ""
    """The key that it lacks; "" if it does not exist."""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" if self.name else f"a {self.kind}"


def secret_missing(snapshot: Snapshot) -> Iterator[Cause]:
    """A Secret or ConfigMap, or a key in it, that the Pod mounts or has in its environment does not exist."""
    for pod in snapshot.unready_pods:
        for message in _list_messages(pod, snapshot):
            missing = _parse(message, pod, snapshot)
            if missing:
                yield _object_missing(pod, message, missing, snapshot)
                return


def lacks_reference(container: Container) -> bool:
    """Return whether a container waits for a Secret, a ConfigMap, or a key in one."""
    return (
        container.waiting == "CreateContainerConfigError" and _MISSING.search(join_words(container.message)) is not None
    )


def _list_messages(pod: Object, snapshot: Snapshot) -> Iterator[str]:
    """Yield the kubelet's messages about the environment; and about mounts, until a container has started."""
    containers = tuple(list_containers(pod))
    yield from (item.message for item in containers if item.waiting == "CreateContainerConfigError")
    if not any(item.started or item.ended or item.is_ready for item in containers):
        yield from (event.message for event in snapshot.events_of(pod) if event.reason == "FailedMount")


def _parse(message: str, pod: Object, snapshot: Snapshot) -> _Missing | None:
    """Return what a message names as missing."""
    text = join_words(message)
    found = _MISSING.search(text)
    if found is None:
        return None
    kind = (found["kind"] or found["kind_of_key"] or found["kind_of_file"]).lower()
    kind = "ConfigMap" if kind.startswith("config") else "Secret"
    if found["name"]:
        return _Missing(kind, found["name"].rpartition("/")[2])
    if found["key"]:
        return _Missing(kind, found["place"].rpartition("/")[2], found["key"])
    volume = _VOLUME.search(text)
    return _Missing(kind, _mounted_object(volume[1], pod, snapshot) if volume else "", found["file"])


def _mounted_object(volume: str, pod: Object, snapshot: Snapshot) -> str:
    """Return the name of the Secret or ConfigMap in a volume of the Pod; "" if it has several, or is not known."""
    workload = snapshot.workload
    template = workload.items("spec.template.spec.volumes") if workload else ()
    for item in map(Object, (*pod.items("spec.volumes"), *template)):
        if item.text("name") == volume:
            return item.text("secret.secretName") or item.text("configMap.name")
    return ""


def _exists(missing: _Missing, snapshot: Snapshot) -> bool:
    """Return whether the object exists now; Secrets are never read."""
    thing = snapshot.find(Reference(missing.kind, snapshot.target_namespace, missing.name))
    return thing is not None and (not missing.key or missing.key in {**thing.map("data"), **thing.map("binaryData")})


def _object_missing(pod: Object, message: str, missing: _Missing, snapshot: Snapshot) -> Cause:
    what = f"lacks the key {missing.key}" if missing.key else "does not exist"
    remedy = _remedy(pod, message, missing, snapshot)
    if _exists(missing, snapshot):
        what = "was missing when the kubelet last looked, and exists now"
        remedy = "wait: the kubelet looks again within two minutes"
    return new_cause(
        CauseId.SECRET_MISSING,
        pod,
        f"{'the ' if missing.name else ''}{missing} {what}",
        remedy,
        evidence=message,
        since=pod.created,
    )


def _remedy(pod: Object, message: str, missing: _Missing, snapshot: Snapshot) -> str:
    release, name = snapshot.release, missing.name
    rendered = Reference(missing.kind, pod.namespace, name) in set(list_inventory(release))
    if release and rendered and not missing.key:
        return f"{reconcile_command(release, '--force')}: it belongs to the release, and was deleted"
    # Of a list of objects, the whole list: an index is no key of registry.yaml that a reader finds.
    key = re.sub(r"\.\d+\.[\w.]+", "", values_key_for(release, name)) or "the value that names it"
    if missing.key:
        return f"add the key to it in namespace {pod.namespace}, or correct {key}; {RENDER}"
    place = f"--namespace {pod.namespace} --name {name} | kubectl apply -f -"
    if 'volume "htpasswd"' in message:
        return f"create it: `registry-gitops htpasswd USER {place}`, or correct {key}"
    if found := _SECRET_KEY.search(key):
        return f"create it: `registry-gitops secret {found[1]} {place}`, or correct {key}"
    return f"create it in namespace {pod.namespace}, or correct {key}; {RENDER}"


CAUSES: Final[tuple[FindCause, ...]] = (secret_missing,)
