"""How Flux looks after a release: what it waits for, what it corrects, and what it adds to the objects of the chart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from registry_gitops.manifests.patches import Selector, json_patch_faults
from registry_gitops.manifests.resource import Fault, LocalReference, Manifest, exactly_one
from registry_gitops.manifests.scalars import DataKey, JSONPointer, NotBlank
from registry_gitops.model import DNSLabel, DNSSubdomain, ImageDigest, ImageTag, ListOf


class Dependency(Manifest):
    """A HelmRelease that must be ready first. Upstream: DependencyReference."""

    name: DNSSubdomain
    """Name of the other HelmRelease."""

    namespace: DNSLabel | None = None
    """Its namespace. Default in Flux: that of this HelmRelease."""

    ready_expr: NotBlank | None = None
    """CEL expression over `dep` and `self` that says whether it is ready. It replaces the check for Ready."""

    def waits_for(self, name: str, namespace: str | None) -> bool:
        """Whether a HelmRelease of this name that depends on this one would wait for itself."""
        return self.name == name and self.namespace in (None, namespace) and self.ready_expr is None


class KubeConfigSecret(Manifest):
    """A Secret with a kubeconfig file. Upstream: meta.SecretKeyReference."""

    name: DNSSubdomain
    """Name of the Secret."""

    key: DataKey | None = None
    """Key whose content is the kubeconfig. Default in Flux: value."""


class KubeConfig(Manifest):
    """Another cluster, where the release is made. Upstream: meta.KubeConfigReference."""

    config_map_ref: LocalReference | None = None
    """ConfigMap that says how to log in with the identity of the workload: `provider`, `cluster`, `address` …"""

    secret_ref: KubeConfigSecret | None = None
    """Secret with a kubeconfig file."""

    def _faults(self) -> Iterator[Fault]:
        remedy = "configMapRef logs in with a workload identity, secretRef with a kubeconfig file"
        yield from exactly_one("configMapRef", "secretRef", (self.config_map_ref, self.secret_ref), remedy)


class DriftIgnoreRule(Manifest):
    """Differences that are left alone. Upstream: IgnoreRule."""

    paths: ListOf[JSONPointer]
    """Places in the objects, such as /spec/replicas; "" is the whole object."""

    target: Selector | None = None
    """Objects that the rule is for. Default in Flux: all objects of the release."""


class DriftDetection(Manifest):
    """What happens to changes that others made in the cluster. Upstream: DriftDetection."""

    mode: Literal["disabled", "warn", "enabled"] | None = None
    """Not looked for, reported as events, or reported and undone. Default in Flux: disabled."""

    ignore: ListOf[DriftIgnoreRule] | None = None
    """Differences that are left alone, such as the replicas under an autoscaler."""


class WaitStrategy(Manifest):
    """How Flux finds out that objects are ready. Upstream: WaitStrategy."""

    name: Literal["poller", "legacy"]
    """Poll the status of every object (kstatus), or wait as Helm 3 did."""


class HealthCheckExpr(Manifest):
    """When a custom resource is ready, told in CEL over the object. Upstream: CustomHealthCheck."""

    api_version: NotBlank
    """API version of the custom resource; only its group counts."""

    kind: NotBlank | None = None
    """Kind of the custom resource. Default in Flux: every kind of the group."""

    in_progress: NotBlank | None = None
    """Expression that is true while the object is on its way."""

    failed: NotBlank | None = None
    """Expression that is true when the object has failed."""

    current: NotBlank
    """Expression that is true when the object is ready."""


class PostRenderPatch(Manifest):
    """A change to objects of the chart. Upstream: kustomize.Patch of Flux."""

    target: Selector | None = None
    """Objects to change; a partial object may name its object itself."""

    patch: NotBlank
    """A part of an object, or a list of JSON patch operations (RFC 6902)."""

    def _faults(self) -> Iterator[Fault]:
        yield from json_patch_faults(self.patch, self.target)


class PostRenderImage(Manifest):
    """Another image for a container of the chart. Upstream: kustomize.Image of Flux."""

    name: NotBlank
    """Image as the chart names it, without tag."""

    new_name: NotBlank | None = None
    """Image to take instead, without tag."""

    new_tag: ImageTag | None = None
    """Tag to take instead."""

    digest: ImageDigest | None = None
    """Digest to take instead; wins over `newTag`."""


class PostRenderKustomize(Manifest):
    """What kustomize changes in the objects of the chart. Upstream: Kustomize."""

    patches: ListOf[PostRenderPatch] | None = None
    """Changes to objects."""

    images: ListOf[PostRenderImage] | None = None
    """Images to exchange."""


class PostRenderer(Manifest):
    """A step between Helm's rendering and the cluster. Upstream: PostRenderer."""

    kustomize: PostRenderKustomize | None = None
    """Changes by kustomize."""
