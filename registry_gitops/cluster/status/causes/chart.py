"""From the source to the chart: what is not there, and what cannot be fetched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.remedies import remedy
from registry_gitops.cluster.status.causes.wording import RENDER, named, reconcile, said
from registry_gitops.cluster.status.model import Cause, CauseId
from registry_gitops.cluster.status.objects import Object
from registry_gitops.cluster.status.snapshot import Snapshot, chart_source

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
"""What sources say of a chart, or of a version, that they do not have."""

_BITNAMI: Final = "bitnamicharts"
_NEVER_PUBLISHED: Final = (
    "Bitnami never published a chart docker-registry: set `source.type: git`, which takes the chart of registry-gitops"
)
_SOURCE_REMEDIES: Final = {
    "401": "renew the login in the Secret that `source.secretRef` names, or name one",
    "403": "renew the login in the Secret that `source.secretRef` names, or name one",
    "unauthorized": "renew the login in the Secret that `source.secretRef` names, or name one",
    "denied": "renew the login in the Secret that `source.secretRef` names, or name one",
    "x509": "name a Secret with the authority of its certificate in `source.certSecretRef`",
    "HTTP response to HTTPS client": "it speaks no TLS: set `source.insecure: true`, or give it a certificate",
    "layer": "leave `source.layerSelector` at its default, which takes the layer of a Helm chart",
}
_UNREACHED: Final = "check `source.url`, and the way there from the cluster: name, proxy, firewall"


def source_not_found(snapshot: Snapshot) -> Iterator[Cause]:
    """The HelmRelease names a source that does not exist."""
    release = snapshot.release
    wanted = chart_source(release) if release else None
    if release is None or wanted is None or snapshot.source or snapshot.hidden(wanted.kind):
        return
    yield Cause(
        id=CauseId.SOURCE_NOT_FOUND,
        object=named(release, snapshot),
        message=f"the chart is to come from {wanted}, which does not exist",
        detail=said(snapshot.chart.condition("Ready").message) if snapshot.chart else "",
        remedy=(
            "set `source.name` and `source.namespace` to those of the GitRepository that Flux reads: "
            f"`flux get sources git -A` lists them; {RENDER}"
            if wanted.kind == "GitRepository"
            else f"commit the file of the {wanted.kind}: `render` writes it, and lists it in kustomization.yaml"
        ),
        since=(snapshot.chart or release).condition("Ready").since,
    )


def chart_failed(snapshot: Snapshot) -> Iterator[Cause]:
    """The source, or the chart in it, cannot be fetched. That Git cannot is said of the Kustomization's repository."""
    failed = next((each for each in (snapshot.source, snapshot.chart) if each and each.condition("Ready").false), None)
    if snapshot.release is None or snapshot.source is None or failed is None or failed is snapshot.repository:
        return
    condition = failed.condition("Ready")
    lacking = failed.kind in ("HelmChart", "OCIRepository") and any(each in condition.message for each in _NOT_FOUND)
    yield Cause(
        id=CauseId.CHART_NOT_FOUND if lacking else CauseId.SOURCE_FAILED,
        object=named(failed, snapshot),
        message=_message(snapshot.source, snapshot.release, lacking=lacking),
        detail=said(condition.message),
        remedy=_remedy(snapshot.source, failed, lacking=lacking),
        since=condition.since,
    )


def _message(source: Object, release: Object, *, lacking: bool) -> str:
    chart = release.text("spec.chart.spec.chart")
    version = release.text("spec.chart.spec.version")
    place = source.text("spec.url") or f"{source.kind} {source.name}"
    if not lacking:
        return f"the chart cannot be fetched from {place}"
    if source.kind == "OCIRepository":
        wanted = next(iter(source.map("spec.ref").values()), "latest")
        return f"{place} has no chart {wanted}"
    return f"{place} has no chart {chart}{f' {version}' if version not in ('', '*') else ''}"


def _remedy(source: Object, failed: Object, *, lacking: bool) -> str:
    message = failed.condition("Ready").message
    if _BITNAMI in source.text("spec.url"):
        return f"{_NEVER_PUBLISHED}; {RENDER}"
    if not lacking:
        return remedy(message, _SOURCE_REMEDIES, _UNREACHED)
    if source.kind in ("GitRepository", "Bucket"):
        return f"set `source.path` to the folder that `render` writes to, from the root of the repository; {RENDER}"
    if source.kind == "OCIRepository":
        return f"push the chart there, or set `source.ref` to a version that is there; then {reconcile(source)}"
    return f"publish the chart there, or correct `source.url`, `source.chart` and `source.version`; {RENDER}"
