"""Where a HelmRelease gets its chart from (`chart` in a source, `chartRef` as an artifact), and its values."""

from __future__ import annotations

import re
from typing import Literal

from registry_gitops.manifests.resource import LocalReference, ManifestModel
from registry_gitops.manifests.scalars import SignatureProvider, TargetPath
from registry_gitops.masking import quote
from registry_gitops.model import (
    Annotations,
    ChartName,
    DataKey,
    DNSLabel,
    DNSSubdomain,
    DurationText,
    Labels,
    ListOf,
    NotBlank,
    RuleErrors,
    SemverRange,
    rule_error,
)

# What source-controller accepts as a name in a Helm repository: no "_", no upper case.
_NAME_IN_REPOSITORY = re.compile(r"[-a-z0-9]+([./][-a-z0-9]+)*")


class FluxReference(ManifestModel):
    """An object of Flux, in any namespace."""

    api_version: NotBlank | None = None
    """API group and version; not needed, because Flux looks at `kind` only."""

    kind: str
    """Kind of the object."""

    name: DNSSubdomain
    """Name of the object."""

    namespace: DNSLabel | None = None
    """Namespace of the object. Default in Flux: that of the object that refers to it."""


class SourceReference(FluxReference):
    """The source that holds a chart. Upstream: CrossNamespaceObjectReference."""

    kind: Literal["HelmRepository", "GitRepository", "Bucket"]
    """Kind of the source."""


class ChartReference(FluxReference):
    """An artifact that is a chart. Upstream: CrossNamespaceSourceReference."""

    kind: Literal["OCIRepository", "HelmChart", "ExternalArtifact"]
    """Kind of the object that fetches the artifact."""


class ChartVerification(ManifestModel):
    """How Flux verifies the signature of a chart in an OCI registry. Upstream: HelmChartTemplateVerification."""

    provider: SignatureProvider = "cosign"
    """Tool that made the signature."""

    secret_ref: LocalReference | None = None
    """Secret with the public keys (cosign) or the trust policy and certificates (notation); None means keyless."""

    def _rule_errors(self) -> RuleErrors:
        if self.provider == "notation" and self.secret_ref is None:
            yield rule_error("needs_secret", "notation cannot check without its trust policy: set `secretRef`")


class ChartTemplateSpec(ManifestModel):
    """Chart, version, and source. Upstream: HelmChartTemplateSpec."""

    chart: ChartName
    """Name of the chart in a Helm repository, or its path from the root of a Git repository or bucket."""

    version: SemverRange | None = None
    """Version or range of versions; used with a HelmRepository only. Default in Flux: "*"."""

    source_ref: SourceReference
    """The source that holds the chart."""

    interval: DurationText | None = None
    """How often Flux checks the source. Default in Flux: the interval of the HelmRelease."""

    reconcile_strategy: Literal["ChartVersion", "Revision"] | None = None
    """What counts as a new chart: another version in Chart.yaml, or any commit. Default in Flux: ChartVersion."""

    values_files: ListOf[NotBlank] | None = None
    """Files in the source that replace the chart's values.yaml; later ones override earlier ones."""

    ignore_missing_values_files: bool | None = None
    """Ignore those of `valuesFiles` that are missing. Default in Flux: false."""

    verify: ChartVerification | None = None
    """How Flux verifies the signature; with a HelmRepository of type "oci" only. Default in Flux: not at all."""

    def _rule_errors(self) -> RuleErrors:
        kind = self.source_ref.kind
        if kind == "HelmRepository":
            if not _NAME_IN_REPOSITORY.fullmatch(self.chart):
                remedy = "use lower-case letters, digits and '-', parted by '.' or '/'"
                yield rule_error("text", f"{quote(self.chart)} is no chart of a HelmRepository: {remedy}", "chart")
            return
        if self.chart.startswith("/"):
            remedy = f"write .{self.chart}, from the root of the {kind}"
            yield rule_error("path", f"{quote(self.chart)} is an absolute path: {remedy}", "chart")
        if self.verify is not None:
            remedy = f"remove it, or verify the {kind} itself"
            yield rule_error("needs_helm_repository", f"verify works with a HelmRepository only: {remedy}", "verify")


class LabelsAndAnnotations(ManifestModel):
    """Labels and annotations for objects that Flux creates."""

    labels: Labels | None = None
    """Labels to add; they replace those of the same key."""

    annotations: Annotations | None = None
    """Annotations to add; they replace those of the same key."""


class ChartTemplate(ManifestModel):
    """The HelmChart that Flux creates for the release. Upstream: HelmChartTemplate."""

    metadata: LabelsAndAnnotations | None = None
    """Labels and annotations of the HelmChart."""

    spec: ChartTemplateSpec
    """Chart, version, and source."""


class ValuesReference(ManifestModel):
    """One Secret or ConfigMap with values, in the namespace of the HelmRelease. Upstream: ValuesReference.

    References are merged in order, then the inline values over them. A reference with a `targetPath` overrides both.
    """

    kind: Literal["Secret", "ConfigMap"]
    """Kind of the object."""

    name: DNSSubdomain
    """Name of the object."""

    values_key: DataKey | None = None
    """Key of the data that holds the values. Default in Flux: values.yaml."""

    target_path: TargetPath | None = None
    """Value that the data is written to, keys joined with "."; None means that the data is YAML with all values."""

    optional: bool | None = None
    """Ignore an object that is missing. Default in Flux: false."""

    literal: bool | None = None
    """Use the data as it is, commas and brackets included (helm --set-literal). Default in Flux: false."""

    def _rule_errors(self) -> RuleErrors:
        if self.literal and self.target_path is None:
            remedy = "set `targetPath`, or remove `literal`"
            yield rule_error("needs_target_path", f"literal has no effect without a targetPath: {remedy}", "literal")
