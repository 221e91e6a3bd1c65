"""Where a container of the Pods comes from: the values that describe it, or a webhook that added it to the Pod."""

from __future__ import annotations

import re
from typing import Final

from registry_gitops.cluster.status.causes.cluster_phrases import Phrase
from registry_gitops.cluster.status.causes.wording import RENDER
from registry_gitops.cluster.status.live_objects import Object
from registry_gitops.cluster.status.snapshot import COLLECTOR, KEEPER, Snapshot
from registry_gitops.masking import quote

REGISTRY: Final = "registry"
"""Name of the chart's container that runs the registry."""
_RESOURCES: Final = {
    REGISTRY: "values.resources",
    COLLECTOR: "values.garbageCollection.resources",
    "metrics": "values.metrics.resources",
}
_IMAGES: Final = {
    REGISTRY: "values.image",
    COLLECTOR: "values.image",
    "metrics": "values.image",
    KEEPER: "values.garbageCollection.kubectlImage",
}
_USERS: Final = ("sidecars", "initContainers")
"""Keys of the values with whole containers."""


def image_key(name: str) -> str:
    """Return the key of the values that names the image of one of the chart's containers; "" for other containers."""
    return _IMAGES.get(name, "")


def resources_key(name: str) -> str:
    """Return the key of the values with the resources of one of the chart's containers; "" for other containers."""
    return _RESOURCES.get(name, "")


def user_key(name: str, snapshot: Snapshot) -> str:
    """Return the key of the values that contains a whole container, such as values.sidecars; "" if none does."""
    for key in _USERS:
        containers = snapshot.release.items(f"spec.values.{key}") if snapshot.release else ()
        if any(container.get("name") == name for container in containers):
            return f"values.{key}"
    return ""


def is_added(name: str, snapshot: Snapshot) -> bool:
    """Return whether the workload does not have the container, so that a webhook has added it to the Pod."""
    if name in _IMAGES or user_key(name, snapshot):
        return False
    template = Object(snapshot.workload.map("spec.template.spec")) if snapshot.workload else Object({})
    listed = [item.get("name") for key in ("containers", "initContainers") for item in template.items(key)]
    return bool(listed) and name not in listed


def describe_place(name: str, snapshot: Snapshot) -> str:
    """Return where a container that is not the chart's own is defined, for a remedy."""
    if is_added(name, snapshot):
        return f"not in Git: a webhook of the cluster, such as that of a service mesh, adds the container {name}"
    return f"in `{user_key(name, snapshot) or 'values.sidecars'}`, for the container {name}"


def adapt_remedy(phrase: Phrase, container: str, snapshot: Snapshot) -> str:
    """Return the remedy of a phrase for a container, with what the values are now."""
    if "`values." not in phrase.remedy:
        return phrase.remedy
    if not image_key(container):
        return f"correct the container, which is {describe_place(container, snapshot)}"
    remedy = phrase.remedy.replace("values.resources", resources_key(container) or "values.resources")
    if workload := snapshot.workload:
        place = f"-n {workload.namespace} {workload.kind.lower()}/{workload.name}"
        remedy = remedy.replace("-n NAMESPACE deployment/NAME", place)
    remedy = _KEY.sub(lambda found: _with_value(found[1], snapshot.release), remedy)
    return remedy if _NO_COMMIT.search(remedy) else f"{remedy}; {RENDER}"


_NO_COMMIT: Final = re.compile(r"(?:`kubectl rollout restart [^`]+`| by itself)$")
"""End of a remedy that changes a Secret in the cluster, and nothing in Git."""
_KEY: Final = re.compile(r"`values\.([\w.]+)`")


def _with_value(key: str, release: Object | None) -> str:
    """Return a key of the values in backquotes, with its value; that of `configuration`, which overrides it, if set."""
    below = f"configuration.{key.removeprefix('cache.').lower()}"
    for path in (below, key):
        value = release.get(f"spec.values.{path}") if release else None
        shown = value if isinstance(value, list) else [value]
        if value and all(isinstance(item, str | int) for item in shown):
            return f"`values.{path}` (now {', '.join(map(quote, shown))})"
        if value:
            return f"`values.{path}`"
    return f"`values.{key}`"
