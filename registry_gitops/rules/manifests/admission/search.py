"""All rules about what the API server refuses, and their one search."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Problem
from registry_gitops.findings import Severity
from registry_gitops.rules.manifests.admission.access import ACCESS_RULES
from registry_gitops.rules.manifests.admission.controllers import CONTROLLER_RULES
from registry_gitops.rules.manifests.admission.fields import FieldRule, FieldTrees, search_for, walk
from registry_gitops.rules.manifests.admission.metadata import METADATA_RULES, check_missing_name, check_name
from registry_gitops.rules.manifests.admission.networking import NETWORKING_RULES
from registry_gitops.rules.manifests.admission.pod_containers import CONTAINER_RULES
from registry_gitops.rules.manifests.admission.quantities import MISSING_UNITS, QUANTITY_RULES
from registry_gitops.rules.manifests.admission.required import REQUIRED_RULES
from registry_gitops.rules.manifests.admission.scalars import NODE_PORTS, SCALAR_RULES
from registry_gitops.rules.manifests.admission.storage import STORAGE_RULES
from registry_gitops.rules.manifests.admission.syntax import is_open
from registry_gitops.rules.manifests.admission.versions import VERSION_RULES, check_version

FIELD_RULES: Final[tuple[FieldRule, ...]] = (
    *VERSION_RULES,
    *METADATA_RULES,
    *SCALAR_RULES,
    *QUANTITY_RULES,
    *CONTAINER_RULES,
    *CONTROLLER_RULES,
    *NETWORKING_RULES,
    *STORAGE_RULES,
    *ACCESS_RULES,
    *REQUIRED_RULES,
)

_KUBERNETES_GROUPS: Final = frozenset(
    {
        *("apps", "batch", "autoscaling", "policy", "admissionregistration.k8s.io", "apiextensions.k8s.io"),
        *("apiregistration.k8s.io", "certificates.k8s.io", "coordination.k8s.io", "discovery.k8s.io", "node.k8s.io"),
        *("events.k8s.io", "flowcontrol.apiserver.k8s.io", "networking.k8s.io", "rbac.authorization.k8s.io"),
        *("resource.k8s.io", "scheduling.k8s.io", "storage.k8s.io", "gateway.networking.k8s.io"),
    }
)
_NOT_IN_CLUSTERS: Final = frozenset({"backstage.io", "kind.x-k8s.io", "talos.dev", "ctlptl.dev", "kubeadm.k8s.io"})
"""Groups of files that programs read themselves: their metadata has other rules."""


_TREES: Final = FieldTrees(FIELD_RULES)


def find_refusals(manifest: Manifest) -> Iterator[tuple[str, Problem]]:
    """Yield what the API server refuses of an object, each with the id of the rule."""
    yield from check_version(manifest)
    group = manifest.group
    is_known = manifest.api_version == "v1" or group in _KUBERNETES_GROUPS or group.endswith(".toolkit.fluxcd.io")
    if (not is_known and _is_not_of_a_cluster(group)) or manifest.kind == "Config":
        return
    found: list[tuple[str, Problem]] = []
    metadata = manifest.value.get("metadata") or {}
    if isinstance(metadata, dict):
        for problem in check_name(manifest.group_kind, metadata):
            found.append(("invalid-name", problem))
        for problem in check_missing_name(metadata) if is_known else ():
            found.append(("missing-name", problem))
    walk(manifest.value, _TREES.of_kind(manifest.group_kind), (), found)
    for rule_id, problem in found:
        if not _is_decided_later(manifest, problem):
            # Objects of other groups may be files of a program, with other rules.
            yield rule_id, problem if is_known else problem._replace(severity=Severity.WARNING)


def _is_not_of_a_cluster(group: str) -> bool:
    return "." not in group or group in _NOT_IN_CLUSTERS or group.endswith(".config.k8s.io")


def _is_decided_later(manifest: Manifest, problem: Problem) -> bool:
    value = problem.path[-1] if problem.on_key and problem.path else manifest.get(*problem.path)
    return isinstance(value, str) and is_open(value)


find_missing_units, MISSING_UNIT_KINDS = search_for(MISSING_UNITS)
find_node_ports, NODE_PORT_KINDS = search_for(NODE_PORTS)
