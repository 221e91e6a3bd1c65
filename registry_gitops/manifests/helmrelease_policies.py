"""What Flux waits for, what drift it corrects, in which cluster it works, and how it changes objects."""

from __future__ import annotations

from typing import Literal

from registry_gitops.manifests.patches import Selector, json_patch_errors
from registry_gitops.manifests.resource import LocalReference, ManifestModel, exactly_one_errors
from registry_gitops.manifests.scalars import JSONPointer
from registry_gitops.model import DataKey, DNSLabel, DNSSubdomain, ImageDigest, ImageTag, ListOf, NotBlank, RuleErrors


class Dependency(ManifestModel):
    """An object of the same kind that must be ready first. Upstream: DependencyReference."""

    name: DNSSubdomain
    """Name of the other object."""

    namespace: DNSLabel | None = None
    """Namespace of the other object. Default in Flux: that of this one."""

    ready_expr: NotBlank | None = None
    """CEL expression over `dep` and `self` that is true when the other is ready; it replaces the check for Ready."""

    def waits_for(self, name: str, namespace: str | None) -> bool:
        """Return whether an object of this name that has this dependency would wait for itself."""
        return self.name == name and self.namespace in (None, namespace) and self.ready_expr is None


class KubeConfigSecret(ManifestModel):
    """A Secret with a kubeconfig file. Upstream: meta.SecretKeyReference."""

    name: DNSSubdomain
    """Name of the Secret."""

    key: DataKey | None = None
    """Key of the data that holds the kubeconfig. Default in Flux: value."""


class KubeConfig(ManifestModel):
    """The cluster to deploy to, if it is another one. Upstream: meta.KubeConfigReference."""

    config_map_ref: LocalReference | None = None
    """ConfigMap with `provider`, `cluster`, `address`, and other settings to log in by workload identity."""

    secret_ref: KubeConfigSecret | None = None

    def _rule_errors(self) -> RuleErrors:
        remedy = "configMapRef logs in with a workload identity, secretRef with a kubeconfig file"
        yield from exactly_one_errors("configMapRef", "secretRef", (self.config_map_ref, self.secret_ref), remedy)


class DriftIgnoreRule(ManifestModel):
    """Fields whose drift Flux ignores. Upstream: IgnoreRule."""

    paths: ListOf[JSONPointer]
    """JSON Pointers of the fields, such as /spec/replicas; "" is the whole object."""

    target: Selector | None = None
    """Objects that the rule applies to. Default in Flux: all objects."""


class DriftDetection(ManifestModel):
    """What Flux does about changes that others made in the cluster. Upstream: DriftDetection."""

    mode: Literal["disabled", "warn", "enabled"] | None = None
    """Ignore drift, report it as events, or report and undo it. Default in Flux: disabled."""

    ignore: ListOf[DriftIgnoreRule] | None = None
    """Fields whose drift is ignored, such as the replicas under an autoscaler."""


class WaitStrategy(ManifestModel):
    """How Flux finds out that objects are ready. Upstream: WaitStrategy."""

    name: Literal["poller", "legacy"]
    """Poll the status of every object (kstatus), or wait as Helm 3 did."""


class HealthCheckExpr(ManifestModel):
    """CEL expressions over a custom resource that tell whether it is ready. Upstream: CustomHealthCheck."""

    api_version: NotBlank
    """API version of the custom resource; Flux looks at its group only."""

    kind: NotBlank | None = None
    """Kind of the custom resource. Default in Flux: every kind of the group."""

    in_progress: NotBlank | None = None
    """Expression that is true while the object is changing."""

    failed: NotBlank | None = None
    """Expression that is true when the object has failed."""

    current: NotBlank
    """Expression that is true when the object is ready."""


class PostRenderPatch(ManifestModel):
    """A change to objects. Upstream: kustomize.Patch of Flux."""

    target: Selector | None = None
    """Objects to change; a patch that is a partial object can name its object itself."""

    patch: NotBlank
    """A partial object, or a list of JSON patch operations (RFC 6902)."""

    def _rule_errors(self) -> RuleErrors:
        yield from json_patch_errors(self.patch, self.target)


class PostRenderImage(ManifestModel):
    """A replacement for an image. Upstream: kustomize.Image of Flux."""

    name: NotBlank
    """Image as the objects name it, without tag."""

    new_name: NotBlank | None = None
    """Image to use instead, without tag."""

    new_tag: ImageTag | None = None
    """Tag to use instead."""

    digest: ImageDigest | None = None
    """Digest to use instead; overrides `newTag`."""


class PostRenderKustomize(ManifestModel):
    """Changes that kustomize makes to the objects of the chart. Upstream: Kustomize."""

    patches: ListOf[PostRenderPatch] | None = None
    """Changes to objects."""

    images: ListOf[PostRenderImage] | None = None
    """Images to replace."""


class PostRenderer(ManifestModel):
    """A step between Helm's rendering and the cluster. Upstream: PostRenderer."""

    kustomize: PostRenderKustomize | None = None
