"""Chart repositories that are gone, or that Flux cannot pull from any more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from registry_gitops.documents import Manifest, Problem
from registry_gitops.findings import Severity
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.flux.known_text import known_text


class _Retirement(NamedTuple):
    fact: str
    remedy: str
    severity: Severity = Severity.ERROR


_ARCHIVE: Final = _Retirement(
    "is an archive: its charts have had no fixes since November 2020",
    "take the chart from its project: https://artifacthub.io finds it",
    Severity.WARNING,
)
_MOVED_TO_ARCHIVE: Final = _Retirement(
    "was deleted in November 2020: it answers 403 Forbidden",
    "take the chart from its project, which https://artifacthub.io finds, or the last one from https://charts.helm.sh",
)
_K8S_AT_HOME: Final = _Retirement(
    "was archived in August 2022: its charts get no fixes",
    "use a maintained chart, such as app-template of bjw-s-labs",
    Severity.WARNING,
)

_RETIRED: Final = {
    "helm.twun.io": _Retirement(
        "has no DNS entry any more, since November 2025", "set url: https://twuni.github.io/docker-registry.helm"
    ),
    "kubernetes-charts.storage.googleapis.com": _MOVED_TO_ARCHIVE,
    "kubernetes-charts-incubator.storage.googleapis.com": _MOVED_TO_ARCHIVE,
    "charts.helm.sh/stable": _ARCHIVE,
    "charts.helm.sh/incubator": _ARCHIVE,
    "kubernetes-charts.banzaicloud.com": _Retirement(
        "has no DNS entry any more, since October 2024", "take the chart from the project that continues it"
    ),
    "charts.bitnami.com/bitnami": _Retirement(
        "has an index whose charts are at oci:// URLs, and Flux does not download these from an HTTP repository",
        "use an OCIRepository with url: oci://registry-1.docker.io/bitnamicharts/CHART",
        Severity.WARNING,
    ),
    "weaveworks.github.io/flux": _Retirement(
        "was deleted in July 2019: it answers 404", "remove Flux 1, and install Flux 2 with `flux bootstrap`"
    ),
    "k8s-at-home.com/charts": _K8S_AT_HOME,
    "library-charts.k8s-at-home.com": _K8S_AT_HOME,
}
"""Host and path of a repository -> what happened to it. Sources: the threads below, and
https://helm.sh/blog/new-location-stable-incubator-charts/, banzaicloud/banzai-charts#1351, fluxcd/flux2#5089,
fluxcd/helm-operator-get-started#28, axeII/home-ops#270.
"""


def retired_chart_repository(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """A HelmRepository names a chart repository that is gone, or that gets no fixes any more.

    Why: without its index, no chart can be pulled. Releases that are installed keep running, but a new cluster, or an
    upgrade after source-controller lost its cache, fails.

    Source: https://github.com/twuni/docker-registry.helm/issues/190

    Bad: `url: https://helm.twun.io`   Good: `url: https://twuni.github.io/docker-registry.helm`
    """
    address = known_text(manifest, "spec", "url").partition("://")[2].rstrip("/").lower()
    retirement = _RETIRED.get(address)
    if retirement:
        path = ("spec", "url")
        yield Problem(path, f"{address} {retirement.fact}", retirement.remedy, severity=retirement.severity)
