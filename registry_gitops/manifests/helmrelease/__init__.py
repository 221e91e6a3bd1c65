"""HelmRelease v2 of Flux, one file per concern: chart, values, actions, care, and the release itself."""

from registry_gitops.manifests.helmrelease.actions import (
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
from registry_gitops.manifests.helmrelease.care import (
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
from registry_gitops.manifests.helmrelease.chart import (
    ChartReference,
    ChartTemplate,
    ChartTemplateSpec,
    ChartVerification,
    LabelsAndAnnotations,
    SourceReference,
)
from registry_gitops.manifests.helmrelease.release import HelmRelease, HelmReleaseOptions, HelmReleaseSpec
from registry_gitops.manifests.helmrelease.values import ValuesReference

__all__ = [
    "ActionStrategy",
    "ChartReference",
    "ChartTemplate",
    "ChartTemplateSpec",
    "ChartVerification",
    "Dependency",
    "DriftDetection",
    "DriftIgnoreRule",
    "HealthCheckExpr",
    "HelmRelease",
    "HelmReleaseOptions",
    "HelmReleaseSpec",
    "HelmTest",
    "HelmTestFilter",
    "Install",
    "InstallRemediation",
    "KubeConfig",
    "KubeConfigSecret",
    "LabelsAndAnnotations",
    "PostRenderImage",
    "PostRenderKustomize",
    "PostRenderPatch",
    "PostRenderer",
    "Rollback",
    "SourceReference",
    "Uninstall",
    "Upgrade",
    "UpgradeRemediation",
    "ValuesReference",
    "WaitStrategy",
]
