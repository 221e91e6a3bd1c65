"""From the source to the chart: objects that do not exist, and downloads that fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.kubectl_errors import find_remedy
from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.wording import RENDER, reconcile_command
from registry_gitops.cluster.status.live_objects import Object
from registry_gitops.cluster.status.snapshot import Snapshot, chart_source_of

_NOT_FOUND: Final = (
    "no such file or directory",
    "no chart name found",
    "no chart version found",
    "status code 404",
    "name unknown",
    "NAME_UNKNOWN",
    "MANIFEST_UNKNOWN",
    "manifest unknown",
    "no match found",
    "not found in",
)
"""Parts of messages of source-controller about a chart, or a version, that the source does not have."""

_BITNAMI: Final = "bitnamicharts"
_NEVER_PUBLISHED: Final = (
    "Bitnami never published a chart docker-registry: set `source.type: git`, which uses the chart of registry-gitops"
)
_RENEW_CREDENTIALS: Final = (
    "renew the credentials in the Secret that `source.secretRef` names, or set `source.secretRef`"
)
_SOURCE_REMEDIES: Final = {
    "401": _RENEW_CREDENTIALS,
    "403": _RENEW_CREDENTIALS,
    "unauthorized": _RENEW_CREDENTIALS,
    "denied": _RENEW_CREDENTIALS,
    "x509": "set `source.certSecretRef` to a Secret with the CA certificate of the server",
    "HTTP response to HTTPS client": "the server does not use TLS: set `source.insecure: true`, or add a certificate",
    "layer": "leave `source.layerSelector` at its default, which selects the layer of a Helm chart",
}
_UNREACHABLE: Final = "check `source.url`, and the connection from the cluster to it: DNS, proxy, firewall"


def source_not_found(snapshot: Snapshot) -> Iterator[Cause]:
    """The HelmRelease names a source that does not exist."""
    release = snapshot.release
    source = chart_source_of(release) if release else None
    if release is None or source is None or snapshot.source or snapshot.is_kind_forbidden(source.kind):
        return
    yield new_cause(
        CauseId.SOURCE_NOT_FOUND,
        release,
        f"the source of the chart, {source}, does not exist",
        (
            "set `source.name` and `source.namespace` to those of the GitRepository that Flux reads: "
            f"`flux get sources git -A` lists them; {RENDER}"
            if source.kind == "GitRepository"
            else f"commit the file of the {source.kind}: `render` writes it, and lists it in kustomization.yaml"
        ),
        evidence=snapshot.chart.condition("Ready").message if snapshot.chart else "",
        since=(snapshot.chart or release).condition("Ready").since,
    )


def chart_failed(snapshot: Snapshot) -> Iterator[Cause]:
    """Flux cannot fetch the source, or the chart from it. `git_failed` reports the source of the Kustomization."""
    failed = next(
        (thing for thing in (snapshot.source, snapshot.chart) if thing and thing.condition("Ready").is_false), None
    )
    if snapshot.release is None or snapshot.source is None or failed is None or failed is snapshot.repository:
        return
    condition = failed.condition("Ready")
    lacks_chart = failed.kind in ("HelmChart", "OCIRepository") and any(
        words in condition.message for words in _NOT_FOUND
    )
    yield new_cause(
        CauseId.CHART_NOT_FOUND if lacks_chart else CauseId.SOURCE_FAILED,
        failed,
        _message(snapshot.source, snapshot.release, lacks_chart=lacks_chart),
        _remedy(snapshot.source, condition.message, lacks_chart=lacks_chart),
        evidence=condition.message,
        since=condition.since,
    )


def _message(source: Object, release: Object, *, lacks_chart: bool) -> str:
    chart = release.text("spec.chart.spec.chart")
    version = release.text("spec.chart.spec.version")
    url = source.text("spec.url") or f"{source.kind} {source.name}"
    if not lacks_chart:
        return f"the chart cannot be fetched from {url}"
    if source.kind == "OCIRepository":
        version = next(iter(source.map("spec.ref").values()), "latest")
        return f"{url} has no chart {version}"
    return f"{url} has no chart {chart}{f' {version}' if version not in ('', '*') else ''}"


def _remedy(source: Object, message: str, *, lacks_chart: bool) -> str:
    if _BITNAMI in source.text("spec.url"):
        return f"{_NEVER_PUBLISHED}; {RENDER}"
    if not lacks_chart:
        return find_remedy(message, _SOURCE_REMEDIES, _UNREACHABLE)
    if source.kind in ("GitRepository", "Bucket"):
        return (
            f"set `source.path` to the directory that `render` writes, relative to the root of the repository; {RENDER}"
        )
    if source.kind == "OCIRepository":
        return f"push the chart to it, or set `source.ref` to an existing version; then {reconcile_command(source)}"
    return f"publish the chart, or correct `source.url`, `source.chart`, and `source.version`; {RENDER}"


CAUSES: Final[tuple[FindCause, ...]] = (
    source_not_found,
    chart_failed,
)
