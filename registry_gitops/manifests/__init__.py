"""The Kubernetes, Flux, and kustomize objects that we render, with the types and limits of their APIs."""

from registry_gitops.manifests.helmrelease import HelmRelease, HelmReleaseOptions, HelmReleaseSpec
from registry_gitops.manifests.helmrelease_actions import (
    ActionStrategy,
    HelmTest,
    HelmTestFilter,
    Install,
    InstallRemediation,
    Rollback,
    Uninstall,
    Upgrade,
    UpgradeRemediation,
)
from registry_gitops.manifests.helmrelease_chart import (
    ChartReference,
    ChartTemplate,
    ChartTemplateSpec,
    ChartVerification,
    LabelsAndAnnotations,
    SourceReference,
    ValuesReference,
)
from registry_gitops.manifests.helmrelease_policies import (
    Dependency,
    DriftDetection,
    DriftIgnoreRule,
    HealthCheckExpr,
    KubeConfig,
    KubeConfigSecret,
    PostRenderer,
    PostRenderImage,
    PostRenderKustomize,
    PostRenderPatch,
    WaitStrategy,
)
from registry_gitops.manifests.helmrepository import HelmRepository, HelmRepositoryOptions, HelmRepositorySpec
from registry_gitops.manifests.kustomization import (
    FieldSpec,
    Kustomization,
    KustomizationChanges,
    KustomizePatch,
    LabelSet,
    PatchOptions,
    ResourcePath,
)
from registry_gitops.manifests.namespace import POD_SECURITY, Namespace, PodSecurityLevel
from registry_gitops.manifests.ocirepository import (
    LayerSelector,
    OCIReference,
    OCIRepository,
    OCIRepositorySpec,
    OIDCIdentity,
    Verification,
)
from registry_gitops.manifests.patches import Selector
from registry_gitops.manifests.resource import Document, LocalReference, ManifestModel, ObjectMeta, Resource

KINDS: tuple[type[Document], ...] = (Namespace, HelmRepository, OCIRepository, HelmRelease, Kustomization)
"""Every kind that we render, in the order in which Flux applies them; the kustomization file comes last."""

__all__ = [
    "KINDS",
    "POD_SECURITY",
    "ActionStrategy",
    "ChartReference",
    "ChartTemplate",
    "ChartTemplateSpec",
    "ChartVerification",
    "Dependency",
    "Document",
    "DriftDetection",
    "DriftIgnoreRule",
    "FieldSpec",
    "HealthCheckExpr",
    "HelmRelease",
    "HelmReleaseOptions",
    "HelmReleaseSpec",
    "HelmRepository",
    "HelmRepositoryOptions",
    "HelmRepositorySpec",
    "HelmTest",
    "HelmTestFilter",
    "Install",
    "InstallRemediation",
    "KubeConfig",
    "KubeConfigSecret",
    "Kustomization",
    "KustomizationChanges",
    "KustomizePatch",
    "LabelSet",
    "LabelsAndAnnotations",
    "LayerSelector",
    "LocalReference",
    "ManifestModel",
    "Namespace",
    "OCIReference",
    "OCIRepository",
    "OCIRepositorySpec",
    "OIDCIdentity",
    "ObjectMeta",
    "PatchOptions",
    "PodSecurityLevel",
    "PostRenderImage",
    "PostRenderKustomize",
    "PostRenderPatch",
    "PostRenderer",
    "Resource",
    "ResourcePath",
    "Rollback",
    "Selector",
    "SourceReference",
    "Uninstall",
    "Upgrade",
    "UpgradeRemediation",
    "ValuesReference",
    "Verification",
    "WaitStrategy",
]
