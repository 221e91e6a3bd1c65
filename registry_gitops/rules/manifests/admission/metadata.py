"""Names, labels, annotations, and selectors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from registry_gitops.documents import Problem
from registry_gitops.findings import Severity
from registry_gitops.rules.manifests.admission.fields import FieldRule
from registry_gitops.rules.manifests.admission.syntax import (
    Syntax,
    dns_label,
    dns_subdomain,
    is_open,
    label_value,
    path_segment,
    qualified_name,
    service_name,
)

_HOLDER: Final = re.compile("[A-Z][A-Z_]{2,}")
"""Capitals that kustomize, or a program, can replace: host-NAME."""

_ANNOTATIONS_SIZE: Final = 262144

_LABELED: Final = (
    "any:metadata template:metadata CronJob.batch:spec.jobTemplate.metadata"
    " StatefulSet.apps:spec.volumeClaimTemplates[].metadata pod:volumes[].ephemeral.volumeClaimTemplate.metadata"
)
"""Where ObjectMeta is."""

_is_qualified = lru_cache(4096)(qualified_name)
_is_label_value = lru_cache(4096)(label_value)


def _cron_job_name(text: str) -> str:
    return "is longer than 52 characters" if len(text) > 52 else dns_subdomain(text)


_NAMES: Final[dict[str, Syntax]] = {
    "Namespace": dns_label,
    "Service": service_name,
    "StatefulSet.apps": dns_label,
    "CronJob.batch": _cron_job_name,
    "Role.rbac.authorization.k8s.io": path_segment,
    "ClusterRole.rbac.authorization.k8s.io": path_segment,
    "RoleBinding.rbac.authorization.k8s.io": path_segment,
    "ClusterRoleBinding.rbac.authorization.k8s.io": path_segment,
    "APIService.apiregistration.k8s.io": path_segment,
}
"""Kinds whose names are no DNS subdomains."""


def check_name(group_kind: str, metadata: dict[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the name of an object."""
    name = metadata.get("name")
    if not isinstance(name, str) or not name:
        return
    wrong = _NAMES.get(group_kind, dns_subdomain)(name)
    if wrong and not is_open(name) and not _is_replaced(name):
        # A kustomization can put something in front of a name, or behind it.
        is_part = name[0] in "-." or name[-1] in "-." or name[0].isdigit()
        severity = Severity.WARNING if is_part or _HOLDER.search(name) else None
        yield Problem(("metadata", "name"), f"the name {wrong}", "rename the object", severity=severity)


def _is_replaced(name: str) -> bool:
    """Whether a name such as _ only holds a place: a kustomization with a namespace renames the Namespaces in it."""
    return not any(map(str.isalnum, name))


def _namespace(value: Any) -> Iterable[Problem]:
    if isinstance(value, str) and value and not _is_replaced(value):
        wrong = dns_label(value)
        if wrong and not is_open(value):
            severity = Severity.WARNING if _HOLDER.search(value) else None
            yield Problem((), f"the namespace {wrong}", "write the name of a namespace", severity=severity)


def _definition(value: Any) -> Iterable[Problem]:
    """Compare the name of a CustomResourceDefinition with the names in it."""
    try:
        name, wanted = value["metadata"]["name"], f"{value['spec']['names']['plural']}.{value['spec']['group']}"
    except (KeyError, TypeError):
        return
    if isinstance(name, str) and name != wanted and not is_open(name + wanted):
        message = "the name is not that of the plural and the group"
        yield Problem(("metadata", "name"), message, "write PLURAL.GROUP, with both as in spec")


def check_missing_name(metadata: dict[str, Any]) -> Iterator[Problem]:
    """Yield that an object has no name."""
    if metadata.get("name") in (None, ""):
        if metadata.get("generateName"):
            message = "generateName works with kubectl create only: kustomize, kubectl apply, and Flux need a name"
        else:
            message = "the object has no name"
        yield Problem(("metadata",), message, "set metadata.name")


def _labels(value: Any) -> Iterable[Problem]:
    if type(value) is not dict:
        return
    for key, text in value.items():
        wrong = _is_qualified(key)
        if wrong and not is_open(key):
            yield Problem((key,), f"the key of the label {wrong}", "rename the label", on_key=True)
        if isinstance(text, str):
            wrong = _is_label_value(text)
            if wrong and not is_open(text):
                remedy = "shorten the value, or use an annotation" if len(text) > 63 else "change the value"
                yield Problem((key,), f"the value of the label {wrong}", remedy)


def _annotations(value: Any) -> Iterable[Problem]:
    if type(value) is not dict:
        return
    size = 0
    for key, text in value.items():
        wrong = _is_qualified(key.lower())
        if wrong and not is_open(key):
            yield Problem((key,), f"the key of the annotation {wrong}", "rename the annotation", on_key=True)
        if isinstance(text, str):
            size += len(key) + len(text)
    if size > _ANNOTATIONS_SIZE:
        yield Problem((), "the annotations are larger than 256 KiB", "move the data to a ConfigMap", on_key=True)


def _requirements(operators: Mapping[str, bool | None]) -> Any:
    """Return a check of matchExpressions: operator -> whether it needs values, or None for exactly one."""

    def check(value: Any) -> Iterable[Problem]:
        if not isinstance(value, list):
            return
        for index, item in enumerate(value):
            if not isinstance(item, dict) or not isinstance(operator := item.get("operator"), str) or is_open(operator):
                continue
            values = item.get("values") or []
            if operator not in operators:
                names = ", ".join(operators)
                yield Problem((index, "operator"), f"the API server accepts only {names}", "write one of them")
            elif not isinstance(values, list):
                continue
            elif operators[operator] is False and values:
                yield Problem((index, "values"), f"{operator} takes no values", "delete the values", on_key=True)
            elif operators[operator] and not values:
                yield Problem((index, "operator"), f"{operator} needs values", "add values, or use Exists")
            elif operators[operator] is None and len(values) != 1:
                yield Problem((index, "operator"), f"{operator} needs exactly one value", "write one value")

    return check


_OPERATORS: Final = {"In": True, "NotIn": True, "Exists": False, "DoesNotExist": False}
_NODE_OPERATORS: Final = {**_OPERATORS, "Gt": None, "Lt": None}


def _selector_matches(value: Any) -> Iterable[Problem]:
    """Compare the labels of the selector of a workload with those of its Pods."""
    try:
        wanted = value["selector"]["matchLabels"]
        template = value["template"]
        labels = (template.get("metadata") or {}).get("labels") or {}
        if wanted.items() <= labels.items():
            return
    except (AttributeError, KeyError, TypeError):
        return
    for key, text in wanted.items():
        if not isinstance(text, str) or labels.get(key) == text or is_open(text + str(labels.get(key)) + key):
            continue
        if not labels:
            # A kustomization can add labels to the Pods only.
            message = f"the selector does not match the Pods, which have no label {key}"
            yield Problem(("selector", "matchLabels", key), message, _SAME_LABELS, severity=Severity.WARNING)
        elif key in labels:
            message = f"the selector does not match the Pods, whose label {key} has another value"
            yield Problem(("selector", "matchLabels", key), message, _SAME_LABELS)
        elif not any(map(is_open, labels)):
            message = f"the selector does not match the Pods, which have no label {key}"
            yield Problem(("selector", "matchLabels", key), message, _SAME_LABELS)


_SAME_LABELS: Final = "write the same labels into the selector and into template.metadata.labels"

METADATA_RULES: Final = (
    FieldRule(
        "invalid-name",
        "The API server accepts the names of objects",
        Severity.ERROR,
        """The name of an object, or of its namespace, is none that its kind can have.

        Why: names become DNS names, labels, or parts of URLs, so the API server refuses uppercase letters, underscores,
        and long names. Most kinds accept 253 characters with dots; Namespaces, Services, and StatefulSets 63 without
        dots; CronJobs 52; kinds of RBAC all but "/" and "%".

        Source: https://github.com/netsil/manifests/pull/68

        Bad: `name: My_Registry`   Good: `name: my-registry`
        """,
        {
            "any:metadata.namespace": _namespace,
            "CustomResourceDefinition.apiextensions.k8s.io:": _definition,
        },
    ),
    FieldRule(
        "missing-name",
        "Objects have names",
        Severity.ERROR,
        """An object has no name, or only metadata.generateName.

        Why: kustomize, `kubectl apply`, and Flux find an object by its name to update it. A generated name works with
        `kubectl create` only.

        Source: https://github.com/kubernetes-sigs/kustomize/issues/641

        Bad: `generateName: import-`   Good: `name: import`
        """,
        {},
    ),
    FieldRule(
        "invalid-label",
        "The API server accepts the labels",
        Severity.ERROR,
        """A label has a key or a value that no label can have.

        Why: the API server refuses the object. A value has at most 63 characters: letters, digits, "-", "_", and ".",
        with a letter or digit at both ends. A key is NAME or DOMAIN/NAME.

        Source: https://github.com/loft-sh/vcluster/issues/3204

        Bad: `contact: team@example.com`   Good: `contact: team`
        """,
        {
            " ".join(f"{meta}.labels" for meta in _LABELED.split()): _labels,
            "selector:matchLabels Service:spec.selector ReplicationController:spec.selector": _labels,
            "pod:nodeSelector": _labels,
        },
    ),
    FieldRule(
        "invalid-annotation",
        "The API server accepts the annotations",
        Severity.ERROR,
        """An annotation has a key that no annotation can have, or all annotations together are too large.

        Why: the API server refuses the object. A key is NAME or DOMAIN/NAME, with one "/" at most. All annotations of
        an object have 256 KiB.

        Source: https://github.com/kubernetes/kubernetes/blob/v1.36.0/staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go

        Bad: `nginx.org/rewrites/path: /`   Good: `nginx.org/rewrites: /`
        """,
        {" ".join(f"{meta}.annotations" for meta in _LABELED.split()): _annotations},
    ),
    FieldRule(
        "invalid-selector",
        "The API server accepts the selectors",
        Severity.ERROR,
        """An expression of a selector has an operator that does not exist, or values that do not go with it.

        Why: the API server refuses the object. In and NotIn need values; Exists and DoesNotExist have none.

        Source: https://github.com/kubernetes/kubernetes/blob/v1.36.0/staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go

        Bad: `operator: Exists` with `values: [a]`   Good: `operator: In` with `values: [a]`
        """,
        {
            "selector:matchExpressions": _requirements(_OPERATORS),
            "nodeTerm:matchExpressions": _requirements(_NODE_OPERATORS),
        },
    ),
    FieldRule(
        "selector-mismatch",
        "Workloads select their Pods",
        Severity.ERROR,
        """The selector of a workload does not match the labels of its own Pods.

        Why: the API server refuses it, because the workload would create Pods for ever, without finding any of them.

        Source: https://github.com/kubernetes/website/issues/23203

        Bad: `matchLabels: {app: web}` with `template.metadata.labels: {app: www}`
        Good: `matchLabels: {app: web}` with `template.metadata.labels: {app: web}`
        """,
        {"Deployment.apps:spec StatefulSet.apps:spec DaemonSet.apps:spec ReplicaSet.apps:spec": _selector_matches},
    ),
)
