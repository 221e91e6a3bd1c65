"""Names that Flux, Helm, and the chart give to the objects of a deployment, and what happens to its Namespace."""

from __future__ import annotations

import hashlib
from typing import Final

from registry_gitops.deployment import CHART_NAME, MAX_RELEASE_NAME, RegistryDeployment

PRUNE_ANNOTATION: Final = "kustomize.toolkit.fluxcd.io/prune"
"""The annotation by which Flux keeps an object that is removed from Git, with the value `disabled`."""


class ObjectNames:
    """Names of objects and namespaces. The HelmRelease and its source have those of the deployment itself."""

    def __init__(self, deployment: RegistryDeployment) -> None:
        options, values = deployment.release, deployment.values
        self.target_namespace: Final = options.target_namespace or deployment.namespace
        """Namespace of the release and its objects: the HelmRelease's `targetNamespace`, or its own."""
        self.storage_namespace: Final = options.storage_namespace or deployment.namespace
        """Namespace of Helm's record of the release, which `helm -n` needs: the HelmRelease's `storageNamespace`."""
        self.release: Final = _release_name(deployment)
        """Name of the Helm release: `releaseName`, or composed; shortened as helm-controller does it."""
        self.helm_chart: Final = f"{deployment.namespace}-{deployment.name}"
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
    """The Namespace of the deployment: who creates and deletes it, and which Pods it admits."""

    def __init__(self, deployment: RegistryDeployment) -> None:
        namespace, options = deployment.namespace, deployment.kustomization
        self.is_rendered: Final = not (namespace in ("default", "flux-system") or namespace.startswith("kube-"))
        """Whether namespace.yaml is rendered: the namespaces of Kubernetes and Flux are not ours to change."""
        # kustomize replaces the annotation that is rendered.
        annotation = (options.common_annotations or {}).get(PRUNE_ANNOTATION)
        prunes = options.prune_namespace if annotation is None else annotation != "disabled"
        self.is_pruned: Final = self.is_rendered and prunes
        """Whether Flux deletes it, with everything in it, when its file is removed: only if the config file asks."""
        self.has_prune_annotation: Final = annotation is not None
        """Whether `kustomization.commonAnnotations` overrides `kustomization.pruneNamespace`."""
        self.is_target: Final = deployment.release.target_namespace in (None, namespace)
        """Whether the registry runs in it, not in `release.targetNamespace`."""
        self.enforces_restricted: Final = self.is_rendered and self.is_target
        """Whether the Pods run at the Pod Security level `restricted`, which is rendered."""


def _release_name(deployment: RegistryDeployment) -> str:
    target = deployment.release.target_namespace
    name = deployment.release.release_name or (f"{target}-{deployment.name}" if target else deployment.name)
    if len(name) <= MAX_RELEASE_NAME:
        return name
    checksum = hashlib.sha256(name.encode()).hexdigest()
    return f"{name[: MAX_RELEASE_NAME - 13]}-{checksum[:12]}"


def _full_name(deployment: RegistryDeployment, release: str) -> str:
    chart = deployment.values.name_override or CHART_NAME
    composed = release if chart in release else f"{release}-{chart}"
    return (deployment.values.fullname_override or composed)[:63].removesuffix("-")
