"""Versions of APIs that Kubernetes does not serve any more, and kinds that an API does not have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Problem
from registry_gitops.findings import Severity
from registry_gitops.rules.manifests.admission.fields import FieldRule

_RBAC: Final = "Role RoleBinding ClusterRole ClusterRoleBinding"

_REMOVED: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "extensions/v1beta1": (
        ("Deployment DaemonSet ReplicaSet", "1.16", "apps/v1"),
        ("NetworkPolicy", "1.16", "networking.k8s.io/v1"),
        ("PodSecurityPolicy", "1.16", ""),
        ("Ingress", "1.22", "networking.k8s.io/v1"),
    ),
    "apps/v1beta1": (("Deployment StatefulSet ControllerRevision", "1.16", "apps/v1"),),
    "apps/v1beta2": (("Deployment StatefulSet DaemonSet ReplicaSet ControllerRevision", "1.16", "apps/v1"),),
    "networking.k8s.io/v1beta1": (("Ingress IngressClass", "1.22", "networking.k8s.io/v1"),),
    "rbac.authorization.k8s.io/v1alpha1": ((_RBAC, "1.22", "rbac.authorization.k8s.io/v1"),),
    "rbac.authorization.k8s.io/v1beta1": ((_RBAC, "1.22", "rbac.authorization.k8s.io/v1"),),
    "admissionregistration.k8s.io/v1beta1": (
        (
            "MutatingWebhookConfiguration ValidatingWebhookConfiguration",
            "1.22",
            "admissionregistration.k8s.io/v1",
        ),
    ),
    "apiextensions.k8s.io/v1beta1": (("CustomResourceDefinition", "1.22", "apiextensions.k8s.io/v1"),),
    "apiregistration.k8s.io/v1beta1": (("APIService", "1.22", "apiregistration.k8s.io/v1"),),
    "certificates.k8s.io/v1beta1": (("CertificateSigningRequest", "1.22", "certificates.k8s.io/v1"),),
    "coordination.k8s.io/v1beta1": (("Lease", "1.22", "coordination.k8s.io/v1"),),
    "scheduling.k8s.io/v1alpha1": (("PriorityClass", "1.17", "scheduling.k8s.io/v1"),),
    "scheduling.k8s.io/v1beta1": (("PriorityClass", "1.22", "scheduling.k8s.io/v1"),),
    "storage.k8s.io/v1beta1": (
        ("CSIDriver CSINode StorageClass VolumeAttachment", "1.22", "storage.k8s.io/v1"),
        ("CSIStorageCapacity", "1.27", "storage.k8s.io/v1"),
    ),
    "batch/v2alpha1": (("CronJob", "1.21", "batch/v1"),),
    "batch/v1beta1": (("CronJob", "1.25", "batch/v1"),),
    "discovery.k8s.io/v1beta1": (("EndpointSlice", "1.25", "discovery.k8s.io/v1"),),
    "events.k8s.io/v1beta1": (("Event", "1.25", "events.k8s.io/v1"),),
    "autoscaling/v2beta1": (("HorizontalPodAutoscaler", "1.25", "autoscaling/v2"),),
    "autoscaling/v2beta2": (("HorizontalPodAutoscaler", "1.26", "autoscaling/v2"),),
    "policy/v1beta1": (("PodDisruptionBudget", "1.25", "policy/v1"), ("PodSecurityPolicy", "1.25", "")),
    "node.k8s.io/v1alpha1": (("RuntimeClass", "1.22", "node.k8s.io/v1"),),
    "node.k8s.io/v1beta1": (("RuntimeClass", "1.25", "node.k8s.io/v1"),),
    "settings.k8s.io/v1alpha1": (("PodPreset", "1.20", ""),),
    **{
        f"flowcontrol.apiserver.k8s.io/{version}": (
            ("FlowSchema PriorityLevelConfiguration", minor, "flowcontrol.apiserver.k8s.io/v1"),
        )
        for version, minor in (("v1alpha1", "1.24"), ("v1beta1", "1.26"), ("v1beta2", "1.29"), ("v1beta3", "1.32"))
    },
}
"""Version of an API -> its kinds, the version of Kubernetes that stopped serving them, and their API today."""

_FLUX: Final[dict[str, str]] = {
    "helm.toolkit.fluxcd.io/v2": "HelmRelease",
    "image.toolkit.fluxcd.io/v1": "ImagePolicy ImageRepository ImageUpdateAutomation",
    "kustomize.toolkit.fluxcd.io/v1": "Kustomization",
    "notification.toolkit.fluxcd.io/v1": "Receiver",
    "notification.toolkit.fluxcd.io/v1beta3": "Alert Provider",
    "source.toolkit.fluxcd.io/v1": "Bucket ExternalArtifact GitRepository HelmChart HelmRepository OCIRepository",
}
"""Version of an API of Flux 2.9 -> its kinds. Versions that Flux removed are a rule of their own."""

_SERVED: Final[dict[str, str]] = {
    **_FLUX,
    "v1": "Binding ConfigMap Endpoints Event LimitRange List Namespace Node PersistentVolume PersistentVolumeClaim Pod"
    " PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount",
    "admissionregistration.k8s.io/v1": "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding"
    " MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding"
    " ValidatingWebhookConfiguration",
    "apiextensions.k8s.io/v1": "CustomResourceDefinition",
    "apiregistration.k8s.io/v1": "APIService",
    "apps/v1": "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
    "autoscaling/v1": "HorizontalPodAutoscaler Scale",
    "autoscaling/v2": "HorizontalPodAutoscaler",
    "batch/v1": "CronJob Job",
    "certificates.k8s.io/v1": "CertificateSigningRequest",
    "coordination.k8s.io/v1": "Lease",
    "discovery.k8s.io/v1": "EndpointSlice",
    "networking.k8s.io/v1": "IPAddress Ingress IngressClass NetworkPolicy ServiceCIDR",
    "node.k8s.io/v1": "RuntimeClass",
    "policy/v1": "Eviction PodDisruptionBudget",
    "rbac.authorization.k8s.io/v1": _RBAC,
    "scheduling.k8s.io/v1": "PriorityClass",
    "storage.k8s.io/v1": "CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment VolumeAttributesClass",
}
"""Version of an API -> its kinds, in Kubernetes 1.34 to 1.36, and in Flux."""

_REMOVED_KINDS: Final = {
    (version, kind): (minor, today)
    for version, rows in _REMOVED.items()
    for kinds, minor, today in rows
    for kind in kinds.split()
}
_KINDS: Final = {version: frozenset(kinds.split()) for version, kinds in _SERVED.items()}
_VERSIONS: Final = {kind: version for version, kinds in _SERVED.items() for kind in kinds.split()}


def check_version(manifest: Manifest) -> Iterator[tuple[str, Problem]]:
    """Yield that Kubernetes does not serve the version, or not this kind in it."""
    kinds = _KINDS.get(manifest.api_version)
    if kinds is not None:
        if manifest.kind not in kinds:
            yield from (("unknown-kind", problem) for problem in _unknown_kind(manifest.api_version, manifest.kind))
        return
    removed = _REMOVED_KINDS.get((manifest.api_version, manifest.kind))
    if removed is not None:
        minor, today = removed
        message = f"Kubernetes {minor} and newer do not serve {manifest.kind} in {manifest.api_version}"
        remedy = f"write apiVersion: {today}, with the fields of that version" if today else "delete the object"
        yield "removed-api", Problem(("apiVersion",), message, remedy)
    elif manifest.kind in _VERSIONS and _is_no_api(manifest):
        yield from (("unknown-kind", problem) for problem in _unknown_kind(manifest.api_version, manifest.kind))


def _is_no_api(manifest: Manifest) -> bool:
    """Whether nobody serves the version of a known kind: groups of others have a point, and betas come and go."""
    group, _, version = manifest.api_version.rpartition("/")
    is_own_group = _VERSIONS[manifest.kind].rpartition("/")[0] == group
    return "." not in manifest.api_version or (is_own_group and version.removeprefix("v").isdecimal())


def _unknown_kind(version: str, kind: str) -> Iterator[Problem]:
    if kind in _VERSIONS:
        message = f"{version} has no kind {kind}"
        # A newer Flux can serve a kind in one more version.
        severity = Severity.WARNING if _VERSIONS[kind] in _FLUX and "fluxcd.io/" in version else None
        yield Problem(("apiVersion",), message, f"write apiVersion: {_VERSIONS[kind]}", severity=severity)
        return
    from difflib import get_close_matches  # Imported here, because most kinds are spelled right.

    close = get_close_matches(kind, _VERSIONS, 1, 0.85) or [each for each in _VERSIONS if each.lower() == kind.lower()]
    if close:
        yield Problem(("kind",), f"{version} has no kind of this name", f"write kind: {close[0]}")


VERSION_RULES: Final = (
    FieldRule(
        "removed-api",
        "Kubernetes serves the versions of its APIs",
        Severity.ERROR,
        """An object has a version of an API that Kubernetes does not serve any more.

        Why: the API server answers that it knows no such kind, and Flux applies nothing of that Kustomization. Helm
        cannot upgrade a release with such an object.

        Source: https://kubernetes.io/docs/reference/using-api/deprecation-guide/

        Bad: `apiVersion: policy/v1beta1`   Good: `apiVersion: policy/v1`
        """,
        {},
    ),
    FieldRule(
        "unknown-kind",
        "APIs of Kubernetes and Flux have the kinds",
        Severity.ERROR,
        """The kind of an object is misspelled, or is in another API of Kubernetes or Flux.

        Why: the API server answers that it knows no such kind.

        Source: https://github.com/helm/helm/issues/11382

        Bad: `apiVersion: v1` with `kind: Deployment`   Good: `apiVersion: apps/v1` with `kind: Deployment`
        """,
        {},
    ),
)
