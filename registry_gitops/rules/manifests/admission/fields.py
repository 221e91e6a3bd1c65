"""The fields that rules check, by kind, and one walk over an object that checks them all.

A field is named as in `container:ports[].containerPort`: a scope and a path. A scope is a kind, such as `Service` or
`Deployment.apps`, or a name of `_SCOPES`, which stands for several fields. `[]` is each item of a list, `*` each value
of a mapping.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from registry_gitops.documents import Manifest, Path, Problem
from registry_gitops.findings import Severity
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.rule import ManifestSearch, Rule

Check = Callable[[Any], Iterable[Problem]]
"""Yields what is wrong with the value of a field, with paths from that value on. It accepts values of all types."""


@dataclass(frozen=True)
class FieldRule:
    """A rule whose search is a check per field."""

    id: str
    title: str
    severity: Severity
    page: str
    """What is wrong, why, source, bad, and good: see Rule.text."""
    checks: Mapping[str, Check]
    """Names of fields, separated by spaces -> their check."""
    search: ManifestSearch | None = None
    """What cannot be seen in one field, or not in one object."""
    kinds: frozenset[str] = frozenset()
    """The kinds that `search` looks at."""

    @property
    def rule(self) -> Rule:
        """The row of the table."""
        return Rule(self.id, self.title, self.severity, manifest=self.search, kinds=self.kinds, text=self.page)


_TEMPLATE_OWNERS: Final = ("Deployment.apps", "StatefulSet.apps", "DaemonSet.apps", "ReplicaSet.apps", "Job.batch")
_CLAIM: Final = ("PersistentVolumeClaim:spec", "StatefulSet.apps:spec.volumeClaimTemplates[].spec")
_SCOPES: Final[Mapping[str, tuple[str, ...]]] = {
    "template": (
        *(f"{kind}:spec.template" for kind in (*_TEMPLATE_OWNERS, "ReplicationController")),
        "CronJob.batch:spec.jobTemplate.spec.template",
        "PodTemplate:template",
    ),
    "job": ("Job.batch:spec", "CronJob.batch:spec.jobTemplate.spec"),
    "pod": ("Pod:spec", "template:spec"),
    "container": ("pod:containers[]", "pod:initContainers[]"),
    "probe": ("container:livenessProbe", "container:readinessProbe", "container:startupProbe"),
    "handler": ("probe:", "container:lifecycle.postStart", "container:lifecycle.preStop"),
    "claim": (*_CLAIM, "pod:volumes[].ephemeral.volumeClaimTemplate.spec"),
    "role": ("Role.rbac.authorization.k8s.io:", "ClusterRole.rbac.authorization.k8s.io:"),
    "binding": ("RoleBinding.rbac.authorization.k8s.io:", "ClusterRoleBinding.rbac.authorization.k8s.io:"),
    "webhook": (
        "ValidatingWebhookConfiguration.admissionregistration.k8s.io:webhooks[]",
        "MutatingWebhookConfiguration.admissionregistration.k8s.io:webhooks[]",
    ),
    "podAffinity": (
        "pod:affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[]",
        "pod:affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[].podAffinityTerm",
        "pod:affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[]",
        "pod:affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[].podAffinityTerm",
    ),
    "nodeTerm": (
        "pod:affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[]",
        "pod:affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[].preference",
        "PersistentVolume:spec.nodeAffinity.required.nodeSelectorTerms[]",
    ),
    "peer": (
        "NetworkPolicy.networking.k8s.io:spec.ingress[].from[]",
        "NetworkPolicy.networking.k8s.io:spec.egress[].to[]",
    ),
    "policyPort": (
        "NetworkPolicy.networking.k8s.io:spec.ingress[].ports[]",
        "NetworkPolicy.networking.k8s.io:spec.egress[].ports[]",
    ),
    "selector": (
        *(f"{kind}:spec.selector" for kind in _TEMPLATE_OWNERS),
        "PodDisruptionBudget.policy:spec.selector",
        "NetworkPolicy.networking.k8s.io:spec.podSelector",
        "peer:podSelector",
        "peer:namespaceSelector",
        "podAffinity:labelSelector",
        "podAffinity:namespaceSelector",
        "pod:topologySpreadConstraints[].labelSelector",
        "claim:selector",
        "webhook:namespaceSelector",
        "webhook:objectSelector",
        "ClusterRole.rbac.authorization.k8s.io:aggregationRule.clusterRoleSelectors[]",
    ),
    "backend": (
        "Ingress.networking.k8s.io:spec.defaultBackend",
        "Ingress.networking.k8s.io:spec.rules[].http.paths[].backend",
    ),
    "scaling": (
        "HorizontalPodAutoscaler.autoscaling:spec.behavior.scaleUp",
        "HorizontalPodAutoscaler.autoscaling:spec.behavior.scaleDown",
    ),
}


@dataclass(slots=True)
class FieldTree:
    """The checks at one place of the objects of a kind, and below it."""

    checks: list[tuple[str, Check]] = field(default_factory=list)
    keys: dict[str, FieldTree] = field(default_factory=dict)
    items: FieldTree | None = None
    values: FieldTree | None = None


class FieldTrees:
    """The tree of checks of each kind, made when the first object of the kind is there."""

    def __init__(self, rules: Iterable[FieldRule]) -> None:
        self._checks = [
            (*name.partition(":")[::2], rule.id, check)
            for rule in rules
            for names, check in rule.checks.items()
            for name in names.split()
        ]
        self._trees: dict[str, FieldTree] = {}

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds that have checks of their own."""
        return frozenset(kind for scope, *_ in self._checks for kind in _places(scope))

    def of_kind(self, group_kind: str) -> FieldTree:
        """Return the checks of a kind, with those of any kind."""
        if group_kind not in self._trees:
            self._trees[group_kind] = tree = FieldTree()
            for scope, path, rule_id, check in self._checks:
                places = _places(scope)
                for prefix in (*places.get("any", ()), *places.get(group_kind, ())):
                    _node(tree, _join(prefix, path)).checks.append((rule_id, check))
        return self._trees[group_kind]


@cache
def _places(scope: str) -> Mapping[str, Sequence[str]]:
    """Return the kinds that have a scope, each with the paths at which they have it. A kind is its own scope."""
    if scope not in _SCOPES:
        return {scope: [""]}
    found: dict[str, list[str]] = defaultdict(list)
    for place in _SCOPES[scope]:
        outer, _, path = place.partition(":")
        for kind, prefixes in _places(outer).items():
            found[kind] += (_join(prefix, path) for prefix in prefixes)
    return found


def _join(prefix: str, path: str) -> str:
    return f"{prefix}.{path}" if prefix and path else prefix or path


def _node(node: FieldTree, path: str) -> FieldTree:
    for step in path.replace("[]", ".[]").split(".") if path else ():
        if step == "[]":
            node.items = node.items or FieldTree()
            node = node.items
        elif step == "*":
            node.values = node.values or FieldTree()
            node = node.values
        else:
            node = node.keys.setdefault(step, FieldTree())
    return node


def walk(value: Any, tree: FieldTree, path: Path, found: list[tuple[str, Problem]]) -> None:
    """Add what is wrong with `value`, which is at `path` of an object, to `found`, each with the id of its rule."""
    for rule_id, check in tree.checks:
        for problem in check(value):
            found.append((rule_id, problem._replace(path=(*path, *problem.path))))
    if type(value) is dict:
        keys = tree.keys
        if keys:
            for key, inner in value.items():
                below = keys.get(key)
                if below is not None and inner is not None:
                    walk(inner, below, (*path, key), found)
        if tree.values:
            _walk_all(value.items(), tree.values, path, found)
    elif tree.items and type(value) is list:
        _walk_all(enumerate(value), tree.items, path, found)


def _walk_all(values: Iterable[tuple[Any, Any]], tree: FieldTree, path: Path, found: list[tuple[str, Problem]]) -> None:
    for step, inner in values:
        if inner is not None:
            walk(inner, tree, (*path, step), found)


def search_for(checks: Mapping[str, Check]) -> tuple[ManifestSearch, frozenset[str]]:
    """Return a search of its own for a rule that looks at deployments too, and the kinds that it looks at."""
    trees = FieldTrees([FieldRule("", "", Severity.ERROR, "", checks)])

    def search(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
        found: list[tuple[str, Problem]] = []
        walk(manifest.value, trees.of_kind(manifest.group_kind), (), found)
        yield from (problem for _, problem in found)

    return search, trees.kinds
