"""Where a HelmRelease takes its chart from: a chart in a repository (`chart`), or a ready artifact (`chartRef`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from registry_gitops.manifests.resource import Fault, LocalReference, Manifest, fault
from registry_gitops.manifests.scalars import ChartName, NotBlank, SemverRange, SignatureProvider
from registry_gitops.masking import quote
from registry_gitops.model import Annotations, DNSLabel, DNSSubdomain, DurationText, Labels, ListOf

# What source-controller takes for a name in a Helm repository: no "_", no upper case.
_NAME_IN_REPOSITORY = re.compile(r"[-a-z0-9]+([./][-a-z0-9]+)*")


class SourceReference(Manifest):
    """The source that holds a chart. Upstream: CrossNamespaceObjectReference."""

    api_version: NotBlank | None = None
    """API group and version of the source; not needed, because Flux goes by `kind`."""

    kind: Literal["HelmRepository", "GitRepository", "Bucket"]
    """Kind of the source."""

    name: DNSSubdomain
    """Name of the source."""

    namespace: DNSLabel | None = None
    """Namespace of the source. Default in Flux: that of the HelmRelease."""


class ChartVerification(Manifest):
    """How the signature of a chart in an OCI registry is checked. Upstream: HelmChartTemplateVerification."""

    provider: SignatureProvider = "cosign"
    """Tool that made the signature."""

    secret_ref: LocalReference | None = None
    """Secret with the public keys (cosign) or the trust policy and certificates (notation); None means keyless."""

    def _faults(self) -> Iterator[Fault]:
        if self.provider == "notation" and self.secret_ref is None:
            yield fault("needs_secret", "notation cannot check without its trust policy: set `secretRef`")


class ChartTemplateSpec(Manifest):
    """Chart, version and source. Upstream: HelmChartTemplateSpec."""

    chart: ChartName
    """Name of the chart in a Helm repository, or its path from the root of a Git repository or bucket."""

    version: SemverRange | None = None
    """Version or range of versions; of use with a HelmRepository only. Default in Flux: "*"."""

    source_ref: SourceReference
    """The source that holds the chart."""

    interval: DurationText | None = None
    """How often the source is looked at. Default in Flux: the interval of the HelmRelease."""

    reconcile_strategy: Literal["ChartVersion", "Revision"] | None = None
    """What makes a new chart: another version in Chart.yaml, or any commit. Default in Flux: ChartVersion."""

    values_files: ListOf[NotBlank] | None = None
    """Files in the source that stand for the chart's values.yaml; later ones win."""

    ignore_missing_values_files: bool | None = None
    """Go on when one of `valuesFiles` is missing. Default in Flux: false."""

    verify: ChartVerification | None = None
    """How the signature is checked; with a HelmRepository of type "oci" only. Default in Flux: not at all."""

    def _faults(self) -> Iterator[Fault]:
        kind = self.source_ref.kind
        if kind == "HelmRepository":
            if not _NAME_IN_REPOSITORY.fullmatch(self.chart):
                remedy = "use lower-case letters, digits and '-', parted by '.' or '/'"
                yield fault("text", f"{quote(self.chart)} is no chart of a HelmRepository: {remedy}", "chart")
            return
        if self.chart.startswith("/"):
            remedy = f"write .{self.chart}, from the root of the {kind}"
            yield fault("path", f"{quote(self.chart)} is an absolute path: {remedy}", "chart")
        if self.verify is not None:
            remedy = f"remove it, or verify the {kind} itself"
            yield fault("needs_helm_repository", f"verify works with a HelmRepository only: {remedy}", "verify")


class LabelsAndAnnotations(Manifest):
    """Labels and annotations for objects that Flux makes."""

    labels: Labels | None = None
    """Labels to add; they win over those that are there."""

    annotations: Annotations | None = None
    """Annotations to add; they win over those that are there."""


class ChartTemplate(Manifest):
    """The HelmChart that Flux makes for the release. Upstream: HelmChartTemplate."""

    metadata: LabelsAndAnnotations | None = None
    """Labels and annotations of the HelmChart."""

    spec: ChartTemplateSpec
    """Chart, version and source."""


class ChartReference(Manifest):
    """A ready chart artifact. Upstream: CrossNamespaceSourceReference."""

    api_version: NotBlank | None = None
    """API group and version of the artifact's object; not needed, because Flux goes by `kind`."""

    kind: Literal["OCIRepository", "HelmChart", "ExternalArtifact"]
    """Kind of the artifact's object."""

    name: DNSSubdomain
    """Name of the artifact's object."""

    namespace: DNSLabel | None = None
    """Namespace of the artifact's object. Default in Flux: that of the HelmRelease."""
