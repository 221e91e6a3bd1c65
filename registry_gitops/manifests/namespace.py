"""The Namespace that a deployment lives in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal, Self

from registry_gitops.manifests.resource import Fault, ObjectMeta, Resource, fault
from registry_gitops.masking import quote

_MAX_NAME: Final = 63

POD_SECURITY_RESTRICTED: Final[Mapping[str, str]] = {
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/audit": "restricted",
    "pod-security.kubernetes.io/warn": "restricted",
}
"""Labels by which Kubernetes refuses, logs and warns of Pods outside the `restricted` Pod Security Standard."""


class Namespace(Resource):
    """A Namespace. Upstream: core/v1 Namespace."""

    api_version: Literal["v1"] = "v1"
    """API group and version."""

    kind: Literal["Namespace"] = "Namespace"
    """Kind of the object."""

    @classmethod
    def restricted(
        cls, name: str, *, labels: Mapping[str, str] | None = None, annotations: Mapping[str, str] | None = None
    ) -> Self:
        """A Namespace that admits only Pods of the `restricted` Pod Security Standard; `labels` are added, or win."""
        metadata = ObjectMeta(
            name=name,
            labels={**POD_SECURITY_RESTRICTED, **(labels or {})},
            annotations=dict(annotations) if annotations else None,
        )
        return cls(metadata=metadata)

    def _faults(self) -> Iterator[Fault]:
        name, namespace = self.metadata.name, self.metadata.namespace
        if "." in name or len(name) > _MAX_NAME:
            remedy = f"use at most {_MAX_NAME} lower-case letters, digits and '-', and no '.'"
            yield fault("text", f"{quote(name)} is not the name of a Namespace: {remedy}", "metadata", "name")
        if namespace is not None:
            yield fault("cluster_scoped", "a Namespace lies in no namespace: remove this key", "metadata", "namespace")
