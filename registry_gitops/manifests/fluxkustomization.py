"""The Kustomization of Flux, which applies a directory of a source. Not the kustomization file in that directory."""

from __future__ import annotations

from typing import Literal

from registry_gitops.manifests.helmrelease_chart import FluxReference, LabelsAndAnnotations
from registry_gitops.manifests.helmrelease_policies import (
    Dependency,
    DriftIgnoreRule,
    HealthCheckExpr,
    KubeConfig,
    PostRenderImage,
    PostRenderPatch,
)
from registry_gitops.manifests.resource import LocalReference, ManifestModel, Resource
from registry_gitops.manifests.scalars import SubstitutedName
from registry_gitops.model import (
    DNSLabel,
    DNSSubdomain,
    DurationText,
    ListOf,
    MapOf,
    NotBlank,
    RuleErrors,
    rule_error,
)


class DirectorySource(FluxReference):
    """The source that holds the directory. Upstream: CrossNamespaceSourceReference."""

    kind: Literal["GitRepository", "OCIRepository", "Bucket", "ExternalArtifact"] = "GitRepository"
    """Kind of the source."""

    name: DNSSubdomain = "flux-system"
    """Name of the source; `flux bootstrap` calls the GitRepository flux-system."""


class Decryption(ManifestModel):
    """How Flux decrypts the Secrets of the directory. Upstream: Decryption."""

    provider: Literal["sops"] = "sops"
    """Tool that encrypted them."""

    secret_ref: LocalReference | None = None
    """Secret with the private keys of age or OpenPGP. Default in Flux: the keys that its controller has."""

    service_account_name: DNSSubdomain | None = None
    """ServiceAccount with which Flux logs in to the key service of a cloud."""


class SubstituteReference(ManifestModel):
    """A ConfigMap or Secret whose keys are variables. Upstream: SubstituteReference."""

    kind: Literal["Secret", "ConfigMap"]
    """Kind of the object."""

    name: DNSSubdomain
    """Name of the object, in the namespace of the Flux Kustomization."""

    optional: bool | None = None
    """Ignore an object that is missing. Default in Flux: false."""


class PostBuild(ManifestModel):
    """The variables that Flux substitutes in the objects. Upstream: PostBuild."""

    substitute: MapOf[SubstitutedName, str] | None = None
    """Variable -> its value; a value here overrides one of `substituteFrom`."""

    substitute_from: ListOf[SubstituteReference] | None = None
    """ConfigMaps and Secrets with more variables; later ones override earlier ones."""

    substitute_strategy: Literal["WithVariables", "Always"] | None = None
    """Whether Flux substitutes if there is no variable, as for the defaults in texts. Default in Flux:
    WithVariables."""


class HealthCheck(ManifestModel):
    """An object that must be healthy. Upstream: NamespacedObjectKindReference."""

    api_version: NotBlank | None = None
    """API version of the object. Default in Flux: the one that the cluster prefers."""

    kind: NotBlank
    """Kind of the object."""

    name: DNSSubdomain
    """Name of the object."""

    namespace: DNSLabel | None = None
    """Namespace of the object. Default in Flux: that of the Flux Kustomization."""


class FluxKustomizationOptions(ManifestModel):
    """How Flux applies a directory: when, as whom, with which changes, and what it waits for."""

    interval: DurationText = "10m"
    """How often Flux applies the directory again. Required by Flux, so always rendered."""

    retry_interval: DurationText | None = None
    """How long Flux waits after a failure. Default in Flux: `interval`."""

    timeout: DurationText | None = None
    """Longest time for building, applying, and health checks. Default in Flux: `interval`."""

    prune: bool = True
    """Delete what is no longer in the directory. Required by Flux, so always rendered."""

    deletion_policy: Literal["MirrorPrune", "Delete", "WaitForTermination", "Orphan"] | None = None
    """What becomes of the objects if the Flux Kustomization is deleted. Default in Flux: MirrorPrune, which deletes
    them if `prune` is true."""

    wait: bool | None = None
    """Wait until all objects are ready. Default in Flux: false."""

    health_checks: ListOf[HealthCheck] | None = None
    """Objects to wait for; without effect if `wait` is true."""

    health_check_exprs: ListOf[HealthCheckExpr] | None = None
    """When custom resources are ready; used with `wait` or `healthChecks`."""

    depends_on: ListOf[Dependency] | None = None
    """Flux Kustomizations that must be ready first."""

    decryption: Decryption | None = None
    post_build: PostBuild | None = None

    target_namespace: DNSLabel | None = None
    """Namespace that all objects are moved to."""

    components: ListOf[NotBlank] | None = None
    """Directories with kustomize components, from the directory that is applied."""

    ignore_missing_components: bool | None = None
    """Ignore components that are not in the source. Default in Flux: false."""

    patches: ListOf[PostRenderPatch] | None = None
    """Changes to the objects of the directory."""

    images: ListOf[PostRenderImage] | None = None
    """Images to replace in the objects of the directory; the image of the registry is in `values.image`."""

    common_metadata: LabelsAndAnnotations | None = None
    """Labels and annotations for every object of the directory."""

    build_metadata: ListOf[Literal["originAnnotations", "transformerAnnotations"]] | None = None
    """Annotations in which kustomize tells where an object comes from, and what changed it."""

    ignore: ListOf[DriftIgnoreRule] | None = None
    """Fields that Flux leaves as they are in the cluster."""

    force: bool | None = None
    """Delete and create an object again if an immutable field changes. Default in Flux: false."""

    service_account_name: DNSSubdomain | None = None
    """ServiceAccount that Flux impersonates. Default in Flux: its own."""

    kube_config: KubeConfig | None = None

    suspend: bool | None = None
    """Stop applying the directory. Default in Flux: false."""


class _Directory(ManifestModel):
    """What is applied. A base class of its own, because these fields come first in a Kustomization."""

    source_ref: DirectorySource

    path: NotBlank | None = None
    """Directory, from the root of the source. Default in Flux: the root."""


class FluxKustomizationSpec(FluxKustomizationOptions, _Directory):
    """What Flux applies, and how. Upstream: kustomize.toolkit.fluxcd.io/v1 KustomizationSpec."""

    def _rule_errors(self) -> RuleErrors:
        if self.health_checks and self.wait:
            message = "has no effect, because wait is true, and Flux waits for all objects: remove it, or wait"
            yield rule_error("no_effect", message, "healthChecks")
        if self.health_check_exprs and not (self.wait or self.health_checks):
            message = "has no effect, because Flux waits for no object: set wait to true, or add healthChecks"
            yield rule_error("no_effect", message, "healthCheckExprs")


class FluxKustomizationResource(Resource):
    """A Kustomization that Flux reconciles. Upstream: kustomize.toolkit.fluxcd.io/v1 Kustomization."""

    api_version: Literal["kustomize.toolkit.fluxcd.io/v1"] = "kustomize.toolkit.fluxcd.io/v1"
    kind: Literal["Kustomization"] = "Kustomization"
    spec: FluxKustomizationSpec

    def _rule_errors(self) -> RuleErrors:
        me = self.metadata
        for index, other in enumerate(self.spec.depends_on or ()):
            if other.waits_for(me.name, me.namespace):
                remedy = "it waits for itself and never starts: remove this entry"
                yield rule_error("cycle", f"{self.identity} depends on itself: {remedy}", "spec", "dependsOn", index)
