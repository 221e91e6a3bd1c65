"""From the source to the chart: objects that do not exist, and downloads that fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase, find_phrase
from registry_gitops.cluster.status.causes.sources.chart_phrases import CHART_PHRASES
from registry_gitops.cluster.status.causes.sources.failed_fetch import FailedFetch, list_failures
from registry_gitops.cluster.status.causes.sources.fetch_phrases import NETWORK_PHRASES, REFUSED_FETCH_PHRASES
from registry_gitops.cluster.status.causes.sources.source_remedies import reason_of, remedy_for
from registry_gitops.cluster.status.causes.unknown import list_healthy
from registry_gitops.cluster.status.causes.wording import RENDER
from registry_gitops.cluster.status.snapshot import Snapshot, chart_source_of, origins_of

_RETIRED: Final = ("bitnamicharts", "charts.bitnami.com", "kubernetes-charts.storage.googleapis.com")
"""Parts of addresses at which there is no chart docker-registry."""
_USE_GIT: Final = (
    "this repository has no chart docker-registry: set `source.type: git`, which uses the chart of registry-gitops"
)
_FETCHED_PHRASES: Final = (*REFUSED_FETCH_PHRASES, *CHART_PHRASES, *NETWORK_PHRASES)


def source_not_found(snapshot: Snapshot) -> Iterator[Cause]:
    """The HelmRelease, or its HelmChart, names a source that does not exist."""
    release = snapshot.release
    source = chart_source_of(release) if release else None
    if release is None or source is None:
        return
    about, owner = release, snapshot.source
    if owner is not None and owner.kind == "HelmChart":
        about, source = owner, next(iter(origins_of(owner)), source)
    if snapshot.find(source) or snapshot.is_kind_forbidden(source.kind):
        return
    yield new_cause(
        CauseId.SOURCE_NOT_FOUND,
        about,
        f"the source of the chart, {source}, does not exist",
        _creation(source.kind, source.namespace),
        evidence=snapshot.chart.condition("Ready").message if snapshot.chart else "",
        since=(snapshot.chart or release).condition("Ready").since,
    )


def _creation(kind: str, namespace: str) -> str:
    if kind == "GitRepository":
        return (
            "set `source.name` and `source.namespace` to those of the GitRepository that Flux reads: "
            f"`flux get sources git -A` lists them; {RENDER}"
        )
    if kind == "ExternalArtifact":
        return (
            "an ArtifactGenerator creates it: "
            f"`kubectl get artifactgenerators.source.extensions.fluxcd.io -n {namespace}` shows why it does not"
        )
    return f"commit the file of the {kind}: `render` writes it, and lists it in kustomization.yaml"


def chart_failed(snapshot: Snapshot) -> Iterator[Cause]:
    """Flux cannot fetch the source, or the chart from it. `git_failed` reports the source of the Kustomization."""
    if snapshot.release is None or any(source_not_found(snapshot)):
        return
    for fetch in list_failures(snapshot, snapshot.source, snapshot.chart, release=snapshot.release):
        waits_for_suspended = fetch.source.is_suspended and not fetch.source.map("status.artifact")
        if fetch.failed is not snapshot.repository and not waits_for_suspended:
            yield _failed(fetch, snapshot)
        return


def _failed(fetch: FailedFetch, snapshot: Snapshot) -> Cause:
    message = fetch.condition.message
    phrase = find_phrase(message, _FETCHED_PHRASES)
    return new_cause(
        (phrase and phrase.id) or CauseId.SOURCE_FAILED,
        fetch.failed,
        _message(fetch, phrase),
        _remedy(fetch, phrase),
        evidence=message,
        more=() if phrase else (list_healthy(snapshot),),
        since=fetch.condition.since,
    )


def _message(fetch: FailedFetch, phrase: Phrase | None) -> str:
    if phrase is None or phrase.id is not CauseId.CHART_NOT_FOUND:
        return f"the chart cannot be fetched from {fetch.address}{reason_of(fetch, phrase)}"
    release = fetch.release
    chart, version = (release.text(f"spec.chart.spec.{key}") if release else "" for key in ("chart", "version"))
    if fetch.source.kind == "OCIRepository":
        return f"{fetch.address} has no chart {next(iter(fetch.source.map('spec.ref').values()), 'latest')}"
    return f"{fetch.address} has no chart {chart}{f' {version}' if version not in ('', '*') else ''}"


def _remedy(fetch: FailedFetch, phrase: Phrase | None) -> str:
    if any(part in fetch.address for part in _RETIRED):
        return f"{_USE_GIT}; {RENDER}"
    return remedy_for(fetch, phrase)


CAUSES: Final[tuple[FindCause, ...]] = (
    source_not_found,
    chart_failed,
)
