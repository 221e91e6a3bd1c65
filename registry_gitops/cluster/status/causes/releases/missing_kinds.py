"""Kinds that the cluster does not have: CRDs that are not installed, and versions that Kubernetes has removed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from registry_gitops.cluster.status.causes.cause import CauseId
from registry_gitops.cluster.status.causes.cluster_phrases import join_words
from registry_gitops.cluster.status.causes.refusals import Refusal
from registry_gitops.cluster.status.causes.releases.helm_words import release_name, storage_namespace, then_retry
from registry_gitops.cluster.status.causes.wording import RENDER
from registry_gitops.cluster.status.live_objects import Object
from registry_gitops.cluster.status.snapshot import Snapshot

_NO_MATCH: Final = re.compile(
    r'no matches for kind "(?P<kind>\w+)" in (?:versions? \[?"(?P<version>[\w./-]+)"|group "(?P<group>[\w.-]*)")',
    re.IGNORECASE,
)
_RECORDED: Final = re.compile(
    r"current release manifest|contains removed kubernetes api|objects for (?:delete|performing the diff)",
    re.IGNORECASE,
)
"""Words of Helm about the manifest of the last release, not about the one that it is to apply."""
_OF_KUBERNETES: Final = re.compile(
    r"^(?:v\d\w*|apps|batch|autoscaling|policy|extensions"
    r"|(?:admissionregistration|apiextensions|apiregistration|authentication|authorization|certificates|coordination"
    r"|discovery|events|flowcontrol|networking|node|rbac\.authorization|resource|scheduling|storage)\.k8s\.io)(?:/|$)"
)
"""Groups that Kubernetes itself serves: none of their kinds comes with a CRD."""


class _Kind(NamedTuple):
    name: str
    version: str
    """Group and version, such as monitoring.coreos.com/v1; the group alone, if the message has no version."""

    @property
    def is_of_kubernetes(self) -> bool:
        return bool(_OF_KUBERNETES.match(self.version))


def explain_missing_kind(message: str, snapshot: Snapshot) -> Refusal | None:
    """Return what a message means that misses a kind, or None if it is about something else."""
    release = snapshot.release
    matches = list(_NO_MATCH.finditer(join_words(message)))
    if not matches or release is None:
        return None
    found = (_Kind(match["kind"], match["version"] or match["group"] or "") for match in matches)
    kinds = list(dict.fromkeys(found))
    kind = kinds[0]
    if _RECORDED.search(message):
        return _explain_recorded(kind, release)
    if kind.is_of_kubernetes:
        return Refusal(
            CauseId.KIND_MISSING,
            f"this version of Kubernetes has no {kind.name} of {kind.version}, which the chart uses",
            f"use a version of the chart that is for it (`source.version`, or `source.ref`); {RENDER}",
        )
    switches = " and ".join(_describe_switch(each, release) for each in kinds)
    return Refusal(
        CauseId.KIND_MISSING,
        f"the cluster has no kind {_name_kinds(kinds)}, which the release uses",
        f"{switches}; {RENDER}. Or install the program that defines the kind: "
        f"`kubectl api-resources --api-group={kind.version.partition('/')[0]}` lists what is installed",
    )


def _name_kinds(kinds: list[_Kind]) -> str:
    return " and ".join(f"{kind.name} of {kind.version}" for kind in kinds)


def _explain_recorded(kind: _Kind, release: Object) -> Refusal:
    """Explain a kind of the last release. Another value does not help: Helm reads the last manifest first."""
    forget = (
        "let Helm forget the last release, of which the objects stay: "
        f"`kubectl delete secret -n {storage_namespace(release)} -l owner=helm,name={release_name(release)}`"
        f"{then_retry(release)}"
    )
    return Refusal(
        CauseId.KIND_MISSING,
        f"the last release has an object of kind {kind.name}, of {kind.version}, which the cluster has no more",
        forget if kind.is_of_kubernetes else f"install the CRD of that kind again; or {forget}",
    )


_SWITCHES: Final = {
    "ServiceMonitor": "values.metrics.serviceMonitor.enabled",
    "PodMonitor": "values.metrics.podMonitor.enabled",
    "PrometheusRule": "values.metrics.prometheusRule.enabled",
    "HTTPRoute": "values.httpRoute.enabled",
}
"""Kind -> the value with which the chart of registry-gitops renders it."""


def _describe_switch(kind: _Kind, release: Object) -> str:
    """Return which value to change so that the release has no object of a kind."""
    for path, value in _walk(release.map("spec.values"), "values"):
        if isinstance(value, Mapping) and value.get("kind") == kind.name and "apiVersion" in value:
            return f"remove the {kind.name} from `{path.rpartition('.')[0]}`"
    switch = next((key for name, key in _SWITCHES.items() if name.lower() == kind.name.lower()), "")
    keys = [path for path, _ in _walk(release.map("spec.values"), "values")]
    if switch and switch.rpartition(".")[0] in keys:
        return f"set `{switch}: false`"
    found = next((path for path in keys if path.rpartition(".")[2].lower() == kind.name.lower()), "")
    if found:
        return f"turn off `{found}`"
    return f"set `{switch}: false`" if switch else f"turn off the value with which the chart renders a {kind.name}"


def _walk(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield all values below a value, with their paths."""
    entries = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield f"{path}.{key}", inner
        yield from _walk(inner, f"{path}.{key}")
