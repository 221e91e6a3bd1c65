"""The Namespace of a deployment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Self

from registry_gitops.manifests.resource import ObjectMeta, Resource
from registry_gitops.masking import quote
from registry_gitops.model import RuleErrors, rule_error

_MAX_NAME: Final = 63

POD_SECURITY_RESTRICTED: Final[Mapping[str, str]] = {
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/audit": "restricted",
    "pod-security.kubernetes.io/warn": "restricted",
}
"""Labels that make Kubernetes refuse, log, and warn of Pods outside the `restricted` Pod Security Standard."""


class Namespace(Resource):
    """A Namespace. Upstream: core/v1 Namespace."""

    api_version: Literal["v1"] = "v1"
    kind: Literal["Namespace"] = "Namespace"

    @classmethod
    def restricted(
        cls, name: str, *, labels: Mapping[str, str] | None = None, annotations: Mapping[str, str] | None = None
    ) -> Self:
        """Return a Namespace that admits only Pods of the `restricted` Pod Security Standard.

        `labels` are added, and override those of the standard.
        """
        metadata = ObjectMeta(
            name=name,
            labels={**POD_SECURITY_RESTRICTED, **(labels or {})},
            annotations=dict(annotations) if annotations else None,
        )
        return cls(metadata=metadata)

    def _rule_errors(self) -> RuleErrors:
        name, namespace = self.metadata.name, self.metadata.namespace
        if "." in name or len(name) > _MAX_NAME:
            remedy = f"use at most {_MAX_NAME} lower-case letters, digits and '-', and no '.'"
            yield rule_error("text", f"{quote(name)} is not the name of a Namespace: {remedy}", "metadata", "name")
        if namespace is not None:
            yield rule_error(
                "cluster_scoped", "a Namespace lies in no namespace: remove this key", "metadata", "namespace"
            )
