"""The Namespace of a deployment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Self

from registry_gitops.manifests.resource import ObjectMeta, Resource
from registry_gitops.masking import quote
from registry_gitops.model import RuleErrors, rule_error

_MAX_NAME: Final = 63

POD_SECURITY: Final = "pod-security.kubernetes.io/"
"""What the labels of Pod Security begin with; `enforce` refuses Pods, `audit` logs them, and `warn` warns of them."""

PodSecurityLevel = Literal["restricted", "baseline", "privileged", ""]
"""A level of the Pod Security Standards; "" for no labels."""


class Namespace(Resource):
    """A Namespace. Upstream: core/v1 Namespace."""

    api_version: Literal["v1"] = "v1"
    kind: Literal["Namespace"] = "Namespace"

    @classmethod
    def with_pod_security(
        cls,
        name: str,
        level: str,
        *,
        labels: Mapping[str, str] | None = None,
        annotations: Mapping[str, str] | None = None,
    ) -> Self:
        """Return a Namespace that admits only Pods of this level of the Pod Security Standards; "" renders no level.

        `labels` are added, and override those of the level.
        """
        own = {f"{POD_SECURITY}{mode}": level for mode in ("enforce", "audit", "warn")} if level else {}
        metadata = ObjectMeta(
            name=name,
            labels={**own, **(labels or {})} or None,
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
