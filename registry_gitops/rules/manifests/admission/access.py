"""RBAC: roles and their bindings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from registry_gitops.documents import Manifest, Problem, Role
from registry_gitops.findings import Severity
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.admission.fields import Check, FieldRule
from registry_gitops.rules.manifests.admission.pod_containers import mappings
from registry_gitops.rules.manifests.admission.syntax import is_open

_GROUP: Final = "rbac.authorization.k8s.io"


def _policy_rules(*, is_namespaced: bool) -> Check:
    def check(value: Any) -> Iterable[Problem]:
        for index, rule in mappings(value):
            if rule.get("verbs") == []:  # that it is missing, the schema says
                yield Problem((index,), "the rule has no verbs", "add verbs")
            if rule.get("nonResourceURLs"):
                if is_namespaced:
                    message = "a Role has no rules for URLs, because they are in no namespace"
                    yield Problem((index, "nonResourceURLs"), message, "move them to a ClusterRole", on_key=True)
                elif rule.get("resources") or rule.get("apiGroups") or rule.get("resourceNames"):
                    message = "a rule is for URLs or for resources"
                    yield Problem((index, "nonResourceURLs"), message, "write a rule for each", on_key=True)
            else:
                for key in ("apiGroups", "resources"):
                    if not rule.get(key):
                        remedy = 'add apiGroups: [""] for the core API' if key == "apiGroups" else "add resources"
                        yield Problem((index,), f"the rule has no {key}", remedy)

    return check


def _role_ref(*kinds: str) -> Check:
    def check(value: Any) -> Iterable[Problem]:
        if type(value) is not dict:
            return
        kind, group = value.get("kind"), value.get("apiGroup")
        if isinstance(kind, str) and kind not in kinds and not is_open(kind):
            yield Problem(("kind",), f"this kind of binding names a {' or '.join(kinds)}", f"write kind: {kinds[0]}")
        if isinstance(group, str) and group not in (_GROUP, "") and not is_open(group):
            yield Problem(("apiGroup",), f"the apiGroup of a role is {_GROUP}", f"write apiGroup: {_GROUP}")

    return check


def _subjects(value: Any) -> Iterable[Problem]:
    for index, subject in mappings(value):
        kind, group = subject.get("kind"), subject.get("apiGroup")
        if not isinstance(kind, str) or is_open(kind) or (isinstance(group, str) and is_open(group)):
            continue
        if kind not in ("ServiceAccount", "User", "Group"):
            message = "the API server accepts only ServiceAccount, User, and Group"
            yield Problem((index, "kind"), message, "write one of them")
        elif kind == "ServiceAccount" and group:
            message = "a ServiceAccount has no apiGroup"
            yield Problem((index, "apiGroup"), message, "delete it, or write kind: User", on_key=True)
        elif kind != "ServiceAccount" and group not in (None, "", _GROUP):
            yield Problem((index, "apiGroup"), f"the apiGroup of a {kind} is {_GROUP}", f"write {_GROUP}")


def _missing_namespaces(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """Yield the ServiceAccounts of a ClusterRoleBinding that have no namespace, and get none from kustomize."""
    for index, subject in mappings(manifest.get("subjects")):
        has_none = subject.get("kind") == "ServiceAccount" and not subject.get("namespace")
        if has_none and not _gets_namespace(subject.get("name"), repository):
            message = "a ServiceAccount needs its namespace in a ClusterRoleBinding"
            yield Problem(("subjects", index), message, "add the namespace")


def _gets_namespace(account: Any, repository: FluxRepository) -> bool:
    """Whether kustomize can know the namespace: it has the account in the same build, and a namespace to write."""
    if all(each.name != account for each in repository.of_kind("ServiceAccount")) and account != "default":
        return False
    files = (each.value for each in repository.documents if each.role is Role.KUSTOMIZATION)
    releases = repository.of_kind("Kustomization.kustomize.toolkit.fluxcd.io")
    return any(file.get("namespace") for file in files) or any(each.get("spec", "targetNamespace") for each in releases)


ACCESS_RULES: Final = (
    FieldRule(
        "invalid-role",
        "The API server accepts the rules of roles",
        Severity.ERROR,
        """A rule of a Role or ClusterRole has no verbs, no API group, or no resources.

        Why: the API server refuses the object. The core API, of Pods and Secrets, has the group "". URLs are for
        ClusterRoles only.

        Source: https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/apis/rbac/validation/validation.go

        Bad: `resources: [pods]` with `verbs: [get]`
        Good: `apiGroups: [""]` with `resources: [pods]` and `verbs: [get]`
        """,
        {
            f"Role.{_GROUP}:rules": _policy_rules(is_namespaced=True),
            f"ClusterRole.{_GROUP}:rules": _policy_rules(is_namespaced=False),
        },
    ),
    FieldRule(
        "invalid-role-binding",
        "The API server accepts the bindings of roles",
        Severity.ERROR,
        """A binding names a role or a subject of an impossible kind or API group.

        Why: the API server refuses the object. A ClusterRoleBinding names a ClusterRole, and the namespace of each
        ServiceAccount.

        Source: https://github.com/FairwindsOps/rbac-manager/issues/86

        Bad: `subjects: [{kind: ServiceAccount, name: web}]`
        Good: `subjects: [{kind: ServiceAccount, name: web, namespace: web}]`
        """,
        {
            f"RoleBinding.{_GROUP}:roleRef": _role_ref("Role", "ClusterRole"),
            f"ClusterRoleBinding.{_GROUP}:roleRef": _role_ref("ClusterRole"),
            "binding:subjects": _subjects,
        },
        _missing_namespaces,
        frozenset({f"ClusterRoleBinding.{_GROUP}"}),
    ),
)
