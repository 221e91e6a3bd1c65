"""Where Flux gets the chart from: the user's own Git repository, an OCI registry, or a Helm repository."""

from __future__ import annotations

import functools
import posixpath
from typing import Annotated, Literal

from pydantic import Field, model_validator

from registry_gitops.manifests import (
    HelmRepositoryOptions,
    HelmRepositorySpec,
    LayerSelector,
    OCIReference,
    OCIRepositorySpec,
)
from registry_gitops.masking import quote
from registry_gitops.model import (
    ChartName,
    DNSLabel,
    DNSSubdomain,
    DurationText,
    HelmRepositoryURL,
    Model,
    RuleErrors,
    SemverRange,
    Text,
    rule_error,
)
from registry_gitops.version import __version__

BITNAMI_URL = "oci://registry-1.docker.io/bitnamicharts"
"""The documented repository. A chart `docker-registry` was never published in it."""

CHART_NAME = "docker-registry"
"""Name of our chart, and of the documented chart."""

_FOLDERS = r"(?!\.{1,2}(/|$))[^/\s][^/]*(/(?!\.{1,2}(/|$))[^/\s][^/]*)*"

RepositoryPath = Annotated[
    str,
    Text(
        "a folder of the repository",
        rf"\.|{_FOLDERS}",
        'write it from the root of the repository, such as apps/registry, or "." for the root itself',
        max_length=1024,
        examples=("apps/docker-registry",),
    ),
]

SharedChartPath = Annotated[
    str,
    Text(
        "the path of a shared chart",
        rf"(/|(\.\./)*){_FOLDERS}",
        "write it from the output directory, such as ../../charts/docker-registry, or from the root of the "
        "repository, such as /charts/docker-registry",
        max_length=1024,
        examples=("../../charts/docker-registry", "/charts/docker-registry"),
    ),
]


class GitSource(Model):
    """The chart is in the Git repository that Flux already reads, so it needs no publishing."""

    union_tag = "type"

    type: Literal["git"] = "git"
    """Kind of source."""

    path: RepositoryPath = "."
    """Directory that the manifests are rendered to, from the root of the repository."""

    name: DNSSubdomain = "flux-system"
    """Name of the GitRepository; `flux bootstrap` calls it flux-system."""

    namespace: DNSLabel = "flux-system"
    """Namespace of the GitRepository."""

    chart: SharedChartPath | None = None
    """Path of a chart that several deployments share, from the output directory, or with a "/" in front from the root
    of the repository; `registry-gitops chart write` writes one. Default: `render` writes a copy to chart/."""

    @property
    def chart_path(self) -> str:
        """Path of the chart from the root of the repository, as in a HelmRelease."""
        return f"./{posixpath.normpath(posixpath.join(self.path, self.chart or 'chart').lstrip('/'))}"

    @property
    def is_path_used(self) -> bool:
        """Whether `path` says where the chart is, or is set although it does not."""
        return self.chart is None or not self.chart.startswith("/") or "path" in self.model_fields_set

    def _rule_errors(self) -> RuleErrors:
        if self.chart_path.startswith("./../"):
            message = (
                f"leads out of the repository, because the output directory is source.path ({quote(self.path)}) in it: "
                "correct source.path, or write the chart from the root of the repository, such as "
                "/charts/docker-registry"
            )
            yield rule_error("outside", message, "chart")


class HelmSource(HelmRepositoryOptions):
    """A HelmRepository, of type oci if its URL is. The default is the documented repository, which lacks the chart."""

    union_tag = "type"

    type: Literal["helm"] = "helm"
    """Kind of source."""

    url: HelmRepositoryURL = BITNAMI_URL
    """Address of the repository: oci:// for a registry, https:// for an index of charts."""

    chart: ChartName = CHART_NAME
    """Name of the chart in the repository."""

    version: SemverRange | None = None
    """Version of the chart, or a range. Default in Flux: the newest."""

    interval: DurationText | None = None
    """How often Flux fetches the index of an https:// repository. Default in Flux: 1m."""

    @property
    def repository(self) -> HelmRepositorySpec:
        """The spec of the HelmRepository. Raises pydantic's ValidationError for fields that cannot be combined."""
        options = {name: self.as_written(name) for name in HelmRepositoryOptions.model_fields}
        return HelmRepositorySpec(
            type="oci" if self.url.startswith("oci://") else None, interval=self.interval, url=self.url, **options
        )

    @model_validator(mode="after")
    def _makes_a_repository(self) -> HelmSource:
        _ = self.repository
        return self


class OCISource(OCIRepositorySpec):
    """An OCIRepository, as Flux recommends: the chart is an artifact in a registry of yours."""

    union_tag = "type"

    type: Literal["oci"] = "oci"
    """Kind of source."""

    ref: OCIReference = Field(default_factory=functools.cache(lambda: OCIReference(tag=__version__)))
    """Version of the chart: tag, semver, or digest. Default: the version of registry-gitops."""

    layer_selector: LayerSelector = Field(default_factory=functools.cache(LayerSelector.helm_chart))
    """Layer to use. The default is that of a Helm chart; Flux cannot read a chart from any other."""

    @property
    def repository(self) -> OCIRepositorySpec:
        """The spec of the OCIRepository."""
        return OCIRepositorySpec(**{name: self.as_written(name) for name in OCIRepositorySpec.model_fields})


Source = Annotated[GitSource | HelmSource | OCISource, Field(discriminator="type")]
"""Where Flux takes the chart from."""
