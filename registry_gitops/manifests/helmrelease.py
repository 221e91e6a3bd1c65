"""The HelmRelease: the chart, its values, and every option that Flux has for the release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, Self

from registry_gitops.manifests.helmrelease_actions import HelmTest, Install, Rollback, Uninstall, Upgrade
from registry_gitops.manifests.helmrelease_chart import (
    ChartReference,
    ChartTemplate,
    LabelsAndAnnotations,
    ValuesReference,
)
from registry_gitops.manifests.helmrelease_policies import (
    Dependency,
    DriftDetection,
    HealthCheckExpr,
    KubeConfig,
    PostRenderer,
    WaitStrategy,
)
from registry_gitops.manifests.resource import ManifestModel, Resource, exactly_one_errors
from registry_gitops.masking import quote
from registry_gitops.model import (
    DNSLabel,
    DNSSubdomain,
    DurationText,
    ListOf,
    MapOf,
    NonNegative,
    OpenValue,
    ReleaseName,
    RuleErrors,
    rule_error,
)

_MAX_LABEL_VALUE: Final = 63


class HelmReleaseOptions(ManifestModel):
    """All of a HelmRelease except the chart and its inline values: how, when, and where Flux makes the release."""

    interval: DurationText = "10m"
    """How often Flux reconciles the release. Required by Flux, so always rendered."""

    release_name: ReleaseName | None = None
    """Name of the Helm release, at most 53 characters. Default in Flux: `[targetNamespace-]name` of the object."""

    target_namespace: DNSLabel | None = None
    """Namespace of the chart's objects. Default in Flux: that of the HelmRelease."""

    storage_namespace: DNSLabel | None = None
    """Namespace where Helm keeps the history. Default in Flux: that of the HelmRelease."""

    service_account_name: DNSSubdomain | None = None
    """ServiceAccount that Flux impersonates. Default in Flux: its own."""

    kube_config: KubeConfig | None = None

    suspend: bool | None = None
    """Stop reconciling the release. Default in Flux: false."""

    depends_on: ListOf[Dependency] | None = None
    """HelmReleases that must be ready first."""

    timeout: DurationText | None = None
    """Longest time for one Kubernetes operation of any action. Default in Flux: 5m."""

    max_history: NonNegative | None = None
    """How many revisions Helm keeps; 0 keeps all. Default in Flux: 5."""

    persistent_client: bool | None = None
    """Use one client for all steps: faster, but it misses CRDs that the chart creates. Default in Flux: true."""

    install: Install | None = None
    upgrade: Upgrade | None = None
    rollback: Rollback | None = None
    uninstall: Uninstall | None = None
    test: HelmTest | None = None
    drift_detection: DriftDetection | None = None

    wait_strategy: WaitStrategy | None = None
    """How Flux finds out that objects are ready. Default in Flux: poller."""

    health_check_exprs: ListOf[HealthCheckExpr] | None = None
    """When custom resources are ready; used with the wait strategy "poller" only."""

    common_metadata: LabelsAndAnnotations | None = None
    """Labels and annotations for every object of the chart."""

    post_render_strategy: Literal["combined", "nohooks", "separate"] | None = None
    """Post-render hooks together with the other objects, not at all, or separately. Default in Flux: combined."""

    post_renderers: ListOf[PostRenderer] | None = None
    """Changes to the objects of the chart, in order."""

    values_from: ListOf[ValuesReference] | None = None
    """Secrets and ConfigMaps with values, merged in order below the inline values."""


class _ChartChoice(ManifestModel):
    """The source of the chart. A base class of its own, because these fields come first in a HelmRelease."""

    chart: ChartTemplate | None = None
    """Chart in a HelmRepository, GitRepository or Bucket. Exactly one of `chart` and `chartRef` is set."""

    chart_ref: ChartReference | None = None
    """Chart in an OCIRepository, HelmChart or ExternalArtifact. Exactly one of `chart` and `chartRef` is set."""


class HelmReleaseSpec(HelmReleaseOptions, _ChartChoice):
    """The desired release. Upstream: helm.toolkit.fluxcd.io/v2 HelmReleaseSpec."""

    values: MapOf[str, OpenValue] | None = None
    """Values for the chart, of whatever keys the chart has. None inside is kept: it removes a default of the chart."""

    @classmethod
    def from_options(
        cls,
        options: HelmReleaseOptions,
        *,
        chart: ChartTemplate | None = None,
        chart_ref: ChartReference | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> Self:
        """Return a spec with these options, a chart (exactly one of `chart` and `chart_ref`), and its values."""
        fields = {name: options.as_written(name) for name in HelmReleaseOptions.model_fields}
        return cls(chart=chart, chart_ref=chart_ref, values=values, **fields)

    def _rule_errors(self) -> RuleErrors:
        remedy = "chart takes it from a HelmRepository, GitRepository or Bucket, chartRef from an OCIRepository"
        yield from exactly_one_errors("chart", "chartRef", (self.chart, self.chart_ref), remedy)


class HelmRelease(Resource):
    """A Helm release that Flux reconciles. Upstream: helm.toolkit.fluxcd.io/v2 HelmRelease."""

    api_version: Literal["helm.toolkit.fluxcd.io/v2"] = "helm.toolkit.fluxcd.io/v2"
    kind: Literal["HelmRelease"] = "HelmRelease"
    spec: HelmReleaseSpec

    def _rule_errors(self) -> RuleErrors:
        me = self.metadata
        if len(me.name) > _MAX_LABEL_VALUE:
            # helm-controller labels every object with helm.toolkit.fluxcd.io/name, and a label's value ends at 63.
            remedy = f"use at most {_MAX_LABEL_VALUE}, because Flux labels every object with this name"
            yield rule_error("text", f"{quote(me.name)} has {len(me.name)} characters: {remedy}", "metadata", "name")
        for index, other in enumerate(self.spec.depends_on or ()):
            if other.waits_for(me.name, me.namespace):
                remedy = "it waits for itself and never starts: remove this entry"
                yield rule_error("cycle", f"{self.identity} depends on itself: {remedy}", "spec", "dependsOn", index)
