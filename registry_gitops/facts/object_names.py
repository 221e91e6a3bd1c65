"""Names that Flux, Helm, and the chart give to the objects of a deployment, and what happens to its Namespace."""

from __future__ import annotations

import hashlib
from typing import Final

from registry_gitops.deployment import (
    CHART_NAME,
    MAX_RELEASE_NAME,
    PRUNE_ANNOTATION,
    RegistryDeployment,
    is_system_namespace,
)
from registry_gitops.substitution import may_refer

_ENFORCE: Final = "pod-security.kubernetes.io/enforce"


class ObjectNames:
    """Names of objects and namespaces. The HelmRelease and its source have those of the deployment itself."""

    def __init__(self, deployment: RegistryDeployment) -> None:
        options, values = deployment.release, deployment.values
        self.namespace: Final = deployment.namespace_options.name
        """Namespace of the HelmRelease and its source."""
        self.target_namespace: Final = deployment.target_namespace
        """Namespace of the release and its objects: the HelmRelease's `targetNamespace`, or its own."""
        self.storage_namespace: Final = options.storage_namespace or self.namespace
        """Namespace of Helm's record of the release, which `helm -n` needs: the HelmRelease's `storageNamespace`."""
        self.release: Final = compose_release_name(deployment.name, options.release_name, options.target_namespace)
        """Name of the Helm release: `releaseName`, or composed; shortened as helm-controller does it."""
        self.helm_chart: Final = f"{self.namespace}-{deployment.name}"
        """HelmChart that helm-controller creates next to a GitRepository or a HelmRepository."""
        self.full_name: Final = _full_name(deployment, self.release)
        """Name of the Deployment, the Service, and most others: the chart's `docker-registry.fullname`."""
        # The chart cuts this to 63 characters too, but no override is that long.
        self.app_label: Final = values.name_override or CHART_NAME
        """Value of the Pods' label `app.kubernetes.io/name`: the chart's `docker-registry.name`."""
        account = values.service_account
        self.service_account: Final = account.name or (self.full_name if account.create else "default")
        """ServiceAccount of the Pods: the chart's `docker-registry.serviceAccountName`."""
        self.htpasswd_secret: Final = f"{self.full_name}-htpasswd"
        """Secret that the chart creates for `auth.htpasswd.username` and `password`."""
        self.users_secret: Final = f"{self.full_name}-users"
        """Name to suggest for a Secret with users. The chart's own would be deleted by Helm with those credentials."""


class NamespaceFacts:
    """The Namespace of the registry: who creates and deletes it, and which Pods it admits."""

    def __init__(self, deployment: RegistryDeployment) -> None:
        options, target = deployment.namespace_options, deployment.target_namespace
        self.name: Final = deployment.namespace_to_render
        """Name of the Namespace that is rendered, or would be: that of the registry, or else of the HelmRelease."""
        self.is_rendered: Final = deployment.renders_namespace
        """Whether namespace.yaml is rendered."""
        self.is_inherited: Final = options.inherit
        """Whether the rendered objects have no `metadata.namespace`, because others set it."""
        is_here = self.name == target and deployment.release.kube_config is None
        self.has_registry: Final = self.is_rendered and is_here
        """Whether namespace.yaml is that of the registry: a release in another cluster has its Namespace there."""
        # kustomize replaces the annotation that is rendered.
        annotation = (deployment.kustomization.common_annotations or {}).get(PRUNE_ANNOTATION)
        self.is_pruned: Final = self.is_rendered and (options.prune if annotation is None else annotation != "disabled")
        """Whether Flux deletes it, with everything in it, when its file is removed: only if the config file asks."""
        self.has_prune_annotation: Final = annotation is not None
        """Whether `kustomization.commonAnnotations` overrides `namespace.prune`."""
        self.is_home: Final = target == options.name
        """Whether the registry runs in the namespace of the HelmRelease, not in another `release.targetNamespace`."""
        self.is_pruned_with_registry: Final = self.is_pruned and self.has_registry
        """Whether the registry and its claim are deleted with the Namespace."""
        level = options.pod_security
        if level is None:
            level = "" if is_system_namespace(self.name) else "restricted"
        self.level: Final = level
        """Pod Security level in the labels of the rendered Namespace, "" for none."""
        enforced = (options.labels or {}).get(_ENFORCE, level)
        self.pod_security: Final = enforced if self.has_registry else ""
        """Pod Security level that namespace.yaml demands of the Pods of the registry, "" for none."""
        self.limits_pods: Final = self.pod_security in ("restricted", "baseline")
        """Whether that level forbids anything."""


def compose_release_name(name: str, release_name: str | None, target_namespace: str | None) -> str:
    """Return the name of the Helm release of a HelmRelease `name`, with these two fields, as helm-controller does."""
    name = release_name or (f"{target_namespace}-{name}" if target_namespace else name)
    if len(name) <= MAX_RELEASE_NAME or may_refer(name):
        return name
    checksum = hashlib.sha256(name.encode()).hexdigest()
    return f"{name[: MAX_RELEASE_NAME - 13]}-{checksum[:12]}"


def _full_name(deployment: RegistryDeployment, release: str) -> str:
    chart = deployment.values.name_override or CHART_NAME
    composed = release if chart in release else f"{release}-{chart}"
    return (deployment.values.fullname_override or composed)[:63].rstrip("-")
