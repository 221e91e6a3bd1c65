"""Keys that people write at the top level of a config file, and what to write instead: of manifests, and of values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.manifests import HelmReleaseOptions, KustomizationChanges
from registry_gitops.model import Model
from registry_gitops.values import RegistryValues

_NO_OBJECT: Final = "the config file is no object of Kubernetes"


def _keys(model: type[Model]) -> Iterator[str]:
    yield from (field.alias or name for name, field in model.model_fields.items())


_OF_RELEASE: Final = {key: f"write release.{key}" for key in _keys(HelmReleaseOptions)}

MISPLACED_KEYS: Final = {
    **{key: f"write kustomization.{key}" for key in _keys(KustomizationChanges)},
    **_OF_RELEASE,
    **{key: f"write values.{key}" for key in _keys(RegistryValues)},
    "resources": "write values.resources for CPU and memory, kustomization.resources for files",
    "pruneNamespace": "write kustomization.pruneNamespace",
    "chart": "write source, which is where the chart comes from",
    "sourceRef": "write source",
    "chartRef": "write source",
    "repository": "write source.url",
    "url": "write source.url",
    "version": "write source.version for the chart (type helm) or source.ref (type oci), values.image.tag for the "
    "registry",
    "path": "write source.path",
    "apiVersion": f"{_NO_OBJECT}, leave it out",
    "kind": f"{_NO_OBJECT}, leave it out",
    "metadata.name": "write name at the top level",
    "metadata.namespace": "write namespace at the top level",
    "metadata.labels": "write values.commonLabels",
    "metadata.annotations": "write values.commonAnnotations",
    "metadata": f"{_NO_OBJECT}, write name and namespace",
    **{f"spec.{key}": text for key, text in _OF_RELEASE.items()},
    "spec.chart": "write source, which is where the chart comes from",
    "spec.chartRef": "write source, which is where the chart comes from",
    "spec.values": "write values at the top level",
    "spec": f"{_NO_OBJECT}, write source, release, and values",
    **{key: f"write flux.{key}" for key in ("clusters", "decryption", "postBuild", "prune", "retryInterval", "wait")},
}
"""Key, or section and key, and what to write."""
