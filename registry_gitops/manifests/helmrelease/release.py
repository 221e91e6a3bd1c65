"""The HelmRelease: the chart, its values, and all that Flux can be told about the release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, Self

from registry_gitops.manifests.helmrelease.actions import HelmTest, Install, Rollback, Uninstall, Upgrade
from registry_gitops.manifests.helmrelease.care import (
    Dependency,
    DriftDetection,
    HealthCheckExpr,
    KubeConfig,
    PostRenderer,
    WaitStrategy,
)
from registry_gitops.manifests.helmrelease.chart import ChartReference, ChartTemplate, LabelsAndAnnotations
from registry_gitops.manifests.helmrelease.values import ValuesReference
from registry_gitops.manifests.resource import Fault, Manifest, Resource, exactly_one, fault
from registry_gitops.manifests.scalars import ReleaseName
from registry_gitops.masking import quote
from registry_gitops.model import DNSLabel, DNSSubdomain, DurationText, ListOf, MapOf, NonNegative, OpenValue

_MAX_LABEL_VALUE: Final = 63


class HelmReleaseOptions(Manifest):
    """All of a HelmRelease but the chart and its inline values: how, when and where the release is made."""

    interval: DurationText = "10m"
    """How often the release is compared with what it should be. Required by Flux, so always rendered."""

    release_name: ReleaseName | None = None
    """Name of the Helm release, at most 53 characters. Default in Flux: `[targetNamespace-]name` of the object."""

    target_namespace: DNSLabel | None = None
    """Namespace that the release goes to. Default in Flux: that of the HelmRelease."""

    storage_namespace: DNSLabel | None = None
    """Namespace where Helm keeps the history. Default in Flux: that of the HelmRelease."""

    service_account_name: DNSSubdomain | None = None
    """ServiceAccount that Flux acts as. Default in Flux: its own."""

    kube_config: KubeConfig | None = None
    """Another cluster to make the release in. Default in Flux: its own."""

    suspend: bool | None = None
    """Stop looking after the release. Default in Flux: false."""

    depends_on: ListOf[Dependency] | None = None
    """HelmReleases that must be ready first."""

    timeout: DurationText | None = None
    """Longest time for one Kubernetes operation of any action. Default in Flux: 5m."""

    max_history: NonNegative | None = None
    """How many revisions Helm keeps; 0 keeps all. Default in Flux: 5."""

    persistent_client: bool | None = None
    """Keep one client for all steps: faster, but it misses CRDs that the chart makes itself. Default in Flux: true."""

    install: Install | None = None
    """The first release."""

    upgrade: Upgrade | None = None
    """Every release after the first."""

    rollback: Rollback | None = None
    """The way back after a failed upgrade."""

    uninstall: Uninstall | None = None
    """The end of the release."""

    test: HelmTest | None = None
    """The chart's tests."""

    drift_detection: DriftDetection | None = None
    """What happens to changes that others made in the cluster. Default in Flux: nothing."""

    wait_strategy: WaitStrategy | None = None
    """How Flux finds out that objects are ready. Default in Flux: poller."""

    health_check_exprs: ListOf[HealthCheckExpr] | None = None
    """When custom resources are ready; looked at with the wait strategy "poller"."""

    common_metadata: LabelsAndAnnotations | None = None
    """Labels and annotations for every object of the chart."""

    post_render_strategy: Literal["combined", "nohooks", "separate"] | None = None
    """Whether hooks pass the post-renderers: with the rest, not at all, on their own. Default in Flux: combined."""

    post_renderers: ListOf[PostRenderer] | None = None
    """Changes to the objects of the chart, in order."""

    values_from: ListOf[ValuesReference] | None = None
    """Secrets and ConfigMaps with values, merged in order below the inline values."""


class _ChartChoice(Manifest):
    """Where the chart comes from. A base of its own, because these fields stand first in a HelmRelease."""

    chart: ChartTemplate | None = None
    """Chart in a HelmRepository, GitRepository or Bucket. Exactly one of `chart` and `chartRef` is set."""

    chart_ref: ChartReference | None = None
    """Chart in an OCIRepository, HelmChart or ExternalArtifact. Exactly one of `chart` and `chartRef` is set."""


class HelmReleaseSpec(HelmReleaseOptions, _ChartChoice):
    """The release as it should be. Upstream: helm.toolkit.fluxcd.io/v2 HelmReleaseSpec."""

    values: MapOf[str, OpenValue] | None = None
    """Values for the chart, whose shape the chart decides. Here None inside is kept: it removes a chart's default."""

    @classmethod
    def from_options(
        cls,
        options: HelmReleaseOptions,
        *,
        chart: ChartTemplate | None = None,
        chart_ref: ChartReference | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> Self:
        """The options together with a chart (exactly one of `chart` and `chart_ref`) and its values."""
        taken = {name: getattr(options, name) for name in HelmReleaseOptions.model_fields}
        return cls(chart=chart, chart_ref=chart_ref, values=values, **taken)

    def _faults(self) -> Iterator[Fault]:
        remedy = "chart takes it from a HelmRepository, GitRepository or Bucket, chartRef from an OCIRepository"
        yield from exactly_one("chart", "chartRef", (self.chart, self.chart_ref), remedy)


class HelmRelease(Resource):
    """A Helm release that Flux makes and looks after. Upstream: helm.toolkit.fluxcd.io/v2 HelmRelease."""

    api_version: Literal["helm.toolkit.fluxcd.io/v2"] = "helm.toolkit.fluxcd.io/v2"
    """API group and version."""

    kind: Literal["HelmRelease"] = "HelmRelease"
    """Kind of the object."""

    spec: HelmReleaseSpec
    """The release as it should be."""

    def _faults(self) -> Iterator[Fault]:
        me = self.metadata
        if len(me.name) > _MAX_LABEL_VALUE:
            # helm-controller labels every object with helm.toolkit.fluxcd.io/name, and a label's value ends at 63.
            remedy = f"use at most {_MAX_LABEL_VALUE}, because Flux labels every object with this name"
            yield fault("text", f"{quote(me.name)} has {len(me.name)} characters: {remedy}", "metadata", "name")
        for index, other in enumerate(self.spec.depends_on or ()):
            if other.waits_for(me.name, me.namespace):
                remedy = "it waits for itself and never starts: remove this entry"
                yield fault("cycle", f"{self.identity} depends on itself: {remedy}", "spec", "dependsOn", index)
