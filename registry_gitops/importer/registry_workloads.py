"""The workloads of the input that run a registry, and the objects around each of them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from registry_gitops.documents import Manifest, Path
from registry_gitops.importer.container_files import FileSource, MountedFiles
from registry_gitops.importer.mappings import list_mappings
from registry_gitops.rules import parse_image

TEMPLATE: Final[Path] = ("spec", "template")

_TEMPLATES: Final[Mapping[str, Path]] = {
    "Deployment.apps": TEMPLATE,
    "Deployment.extensions": TEMPLATE,
    "StatefulSet.apps": TEMPLATE,
    "DaemonSet.apps": TEMPLATE,
    "ReplicaSet.apps": TEMPLATE,
    "ReplicationController": TEMPLATE,
    "Pod": (),
}
"""Kinds that can run a registry -> where their Pod stands."""

_IMAGE_NAMES: Final = ("registry", "distribution", "docker-registry")
"""Last parts of the names of images that are registries, or mirrors of them."""

_CONFIG_FILES: Final = ("/etc/docker/registry/config.yml", "/etc/distribution/config.yml")
"""Where the images of registry v2 and v3 have their config.yml."""


@dataclass(eq=False)
class RegistryWorkload:
    """A workload with a container that runs a registry."""

    manifest: Manifest
    namespace: str
    """Namespace that the objects are in, "" if the input does not tell."""
    index: int
    """Index of the registry among the containers."""
    others: Sequence[Manifest]
    """The other objects of the input in this namespace."""
    neighbors: Sequence[Manifest] = ()
    """Objects of this namespace in files next to the input, for what is named."""
    selectors: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    """Id of a manifest -> the labels that kustomize adds to its selectors and Pods."""

    @property
    def template(self) -> Path:
        """Path of the Pod: the template of a workload, () for a Pod."""
        return _TEMPLATES[self.manifest.group_kind]

    @property
    def pod(self) -> Path:
        """Path of the Pod's specification."""
        return (*self.template, "spec")

    @property
    def container(self) -> Path:
        """Path of the registry's container."""
        return (*self.pod, "containers", self.index)

    @property
    def image(self) -> str:
        """Reference of the image."""
        return str(self.manifest.get(*self.container, "image"))

    @property
    def major(self) -> int | None:
        """Major version of the registry, if the tag tells it."""
        return parse_image(self.image).major

    @property
    def pod_labels(self) -> dict[str, Any]:
        """Labels of the Pods."""
        added = self.selectors.get(id(self.manifest), {})
        return {**self.manifest.mapping(*self.template, "metadata", "labels"), **added}

    def is_selected(self, service: Manifest) -> bool:
        """Return whether a Service leads to the Pods."""
        return self.has_labels({**service.mapping("spec", "selector"), **self.selectors.get(id(service), {})})

    def has_labels(self, labels: Mapping[str, Any]) -> bool:
        """Return whether the Pods have these labels; False for none."""
        return bool(labels) and labels.items() <= self.pod_labels.items()

    @property
    def collects(self) -> bool:
        """Whether it collects garbage, and serves nothing."""
        return any("garbage-collect" in word for word in self.words)

    @property
    def words(self) -> list[str]:
        """The command of the container with its arguments."""
        return [str(word) for key in ("command", "args") for word in self.manifest.list(*self.container, key)]

    @cached_property
    def files(self) -> MountedFiles:
        """The files that are mounted in the container."""
        volumes = self.manifest.list(*self.pod, "volumes")
        return MountedFiles(volumes, self.manifest.list(*self.container, "volumeMounts"))

    @cached_property
    def config(self) -> FileSource | None:
        """Where the config.yml comes from; None if it is that of the image, or not in sight."""
        named = [word for word in self.words if word.endswith((".yml", ".yaml")) and " " not in word]
        variables = list_mappings(self.manifest.list(*self.container, "env"))
        named += [str(each.get("value")) for each in variables if each.get("name") == "REGISTRY_CONFIGURATION_PATH"]
        found = (self.files(file) for file in (named or _CONFIG_FILES))
        return next(filter(None, found), None)

    def named(self, kind: str, name: object) -> Manifest | None:
        """Return the object of a kind and name in the namespace, or None."""
        objects = (*self.others, *self.neighbors)
        return next((each for each in objects if (each.group_kind, each.name) == (kind, name)), None)

    def of_kind(self, *kinds: str) -> Iterator[Manifest]:
        """Yield the objects of some kinds in the namespace."""
        return (each for each in self.others if each.group_kind in kinds)

    def read_text(self, source: FileSource) -> str | None:
        """Return the text that a file of the container has, or None if the input does not have it."""
        manifest = self.named(source.kind, source.name)
        return content_of(manifest, source.key) if manifest else None


def content_of(manifest: Manifest, key: str) -> str | None:
    """Return the text under a key of a ConfigMap or Secret, or None."""
    plain = manifest.mapping("stringData").get(key) or manifest.mapping("data").get(key)
    if not isinstance(plain, str) or manifest.kind != "Secret" or key in manifest.mapping("stringData"):
        return plain if isinstance(plain, str) else None
    try:
        return base64.b64decode(plain, validate=False).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def find_workloads(
    manifests: Sequence[Manifest],
    namespaces: Mapping[int, str],
    neighbors: Sequence[Manifest] = (),
    selectors: Mapping[int, Mapping[str, str]] | None = None,
) -> list[RegistryWorkload]:
    """Return the workloads among `manifests` that serve a registry.

    `namespaces` has the namespace of each manifest by its id, and `selectors` the labels that kustomize adds to its
    selectors. `neighbors` are objects next to the input.
    """
    found = []
    for manifest in manifests:
        containers = manifest.list(*_TEMPLATES[manifest.group_kind], "spec", "containers") if _runs(manifest) else []
        index = next((index for index, each in enumerate(containers) if _is_registry(each)), None)
        if index is not None:
            namespace = namespaces.get(id(manifest), manifest.namespace)
            others, near = (
                [each for each in some if each is not manifest and _is_near(each, namespace, namespaces)]
                for some in (manifests, neighbors)
            )
            workload = RegistryWorkload(manifest, namespace, index, others, near, selectors or {})
            workload.namespace = namespace or _namespace_of_service(workload, namespaces)
            found.append(workload)
    return [workload for workload in found if not workload.collects]


def _namespace_of_service(workload: RegistryWorkload, namespaces: Mapping[int, str]) -> str:
    """Return the namespace that the Services of a registry agree on, as Flux or kubectl gives it to the workload."""
    services = [each for each in workload.of_kind("Service") if workload.is_selected(each)]
    found = {namespaces.get(id(each), each.namespace) for each in services} - {""}
    return found.pop() if len(found) == 1 else ""


def _runs(manifest: Manifest) -> bool:
    return manifest.group_kind in _TEMPLATES and not manifest.list("metadata", "ownerReferences")


def _is_registry(container: object) -> bool:
    image = container.get("image") if isinstance(container, dict) else None
    return isinstance(image, str) and parse_image(image).repository.rpartition("/")[2] in _IMAGE_NAMES


def _is_near(manifest: Manifest, namespace: str, namespaces: Mapping[int, str]) -> bool:
    own = namespaces.get(id(manifest), manifest.namespace)
    return not own or not namespace or own == namespace
