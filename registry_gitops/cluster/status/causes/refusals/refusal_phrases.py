"""Who says no: the sentences of the API server, its admission plug-ins, and webhooks, with what each means.

They appear in events about Pods that cannot be created, and in the conditions of HelmReleases and Kustomizations. A
webhook that does not answer is an illness of the cluster, a policy that forbids is a decision: they share no words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from registry_gitops.cluster.status.causes.cause import CauseId
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase, find_phrase, join_words
from registry_gitops.cluster.status.causes.refusals.admission_phrases import POLICY_PHRASES, WEBHOOK_PHRASES
from registry_gitops.cluster.status.causes.refusals.api_server_phrases import API_SERVER_PHRASES, RIGHTS_PHRASES
from registry_gitops.cluster.status.causes.refusals.limit_phrases import LIMIT_PHRASES
from registry_gitops.cluster.status.causes.refusals.refused_values import (
    find_field_key,
    find_quota_remedy,
    join_keys,
    list_containers_without_limits,
    list_foreign_containers,
    list_range_keys,
    list_resource_keys,
    list_security_keys,
)
from registry_gitops.cluster.status.causes.wording import RENDER, reconcile_command
from registry_gitops.cluster.status.live_objects import Object, Reference
from registry_gitops.cluster.status.snapshot import Snapshot, list_inventory
from registry_gitops.masking import mask


@dataclass(frozen=True)
class Refusal:
    """Why the API server refuses an object."""

    id: CauseId
    message: str
    remedy: str


REFUSAL_PHRASES: Final[tuple[Phrase, ...]] = (
    *WEBHOOK_PHRASES,
    *POLICY_PHRASES,
    *RIGHTS_PHRASES,
    *LIMIT_PHRASES,
    *API_SERVER_PHRASES,
)
"""A policy writes what it likes, such as the words of a quota: it comes before them."""


def explain_refusal(message: str, snapshot: Snapshot, refused: str = "the object") -> Refusal | None:
    """Return what a message means that has a refusal of the API server, or None if it has none that is known.

    `refused` stands for the object that was refused, if the message does not name it.
    """
    phrase = find_phrase(message, REFUSAL_PHRASES)
    if phrase is None or phrase.id is None:
        return None
    names = _find_names(join_words(mask(message)), snapshot)
    names["object"] = names["object"] or refused
    return Refusal(phrase.id, phrase.message.format_map(names), phrase.remedy.format_map(names))


_NAMES: Final = {
    "webhook": (r'webhook "([\w.-]+)"', "of the cluster"),
    "service": (r'post "?https?://([\w-]+)\.[\w-]+\.svc\b', ""),
    "service_namespace": (r'post "?https?://[\w-]+\.([\w-]+)\.svc\b', ""),
    "server_host": (r'post "?https?://([\w.-]+)', ""),
    "kind": (r"conversion webhook for \S+ kind=(\w+)", "of the object"),
    "object": (
        r"resource (\w+/[\w.-]+/[\w.-]+) (?:was blocked|for)|policy (\w+/[\w.-]+/[\w.-]+) for"
        r"|(\w+/[\w.-]+/[\w.-]+) dry-run failed|object \S+ \S+ kind=(\w+): ",
        "",
    ),
    "policy": (
        r"(?:due to the following policies|for resource violation:) ([\w.-]+):"
        r"|denied the request: policy ([\w.-]+) (?:failed|error)"
        r"|gatekeeper\S* denied the request: \[(?:denied by )?([\w.-]+)\]"
        r"|policy ['\"]([^'\"]+)['\"](?: with binding ['\"][^'\"]+['\"])? denied request",
        "of the cluster",
    ),
    "ingress": (r"is already defined in ingress ([\w./-]+)", "of another application"),
    "account": (r'user "([^"\s]+)"', "of Flux"),
    "verb": (r'user "[^"\s]+" cannot ([\w-]+) ', "use"),
    "resource": (r'cannot [\w-]+ (?:resource|path) "([^"]+)"', "the object"),
    "scope": (r'in the namespace "([^"]+)"', ""),
    "missing_role": (r'RBAC: (?:cluster)?role\S* "([^"]+)" not found', ""),
    "missing_account": (r"looking up service account ([\w.-]+/[\w.-]+)", ""),
    "priority_class": (r"no priorityclass with name (\S+) was found", ""),
    "runtime_class": (r'runtimeclass "([^"]+)" not found', ""),
    "missing_namespace": (r'namespaces "([^"]+)" not found', ""),
    "ending_namespace": (r"content in namespace (\S+) because", ""),
    "quota": (r"(?:exceeded|failed) quota: ([\w.-]+)|status unknown for quota: ([\w.-]+)", ""),
    "requested": (r"exceeded quota: \S+ requested: (\S+), used: ", "more"),
    "level": (r'violates podsecurity "([\w.:-]+)"', ""),
    "api": (r"complete list of server apis: ([\w.-]+/\w+)", ""),
    "manager": (r'conflicts? with "([^"]+)"', ""),
    "field": (r"conflicts? with .*?(?:: |\s- )(\.\S+)", "a field"),
    "invalid_object": (r'(\w+)(?:\.[\w.-]+)? "[^"]+" is invalid: ', "object"),
    "invalid_field": (r"is invalid: \[?([\w.\[\]\"/-]+): ", "a field"),
}
"""Name of a part of a sentence -> the pattern whose group is that part, and the words to use if it is not there."""


def _find_names(message: str, snapshot: Snapshot) -> dict[str, str]:
    """Return the parts of a message that the sentences of the table name."""
    names = {name: _search(pattern, message) or default for name, (pattern, default) in _NAMES.items()}
    names["namespace"] = snapshot.target_namespace
    names["where"] = f"in namespace {names['scope']}" if names["scope"] else "in the cluster"
    names["find_webhook"] = _FIND_WEBHOOK.format_map(names)
    names["server"] = _describe_server(names)
    names["grant"] = _describe_grant(names)
    names["create_account"] = _create_account(names["missing_account"], snapshot)
    names["api_service"] = ".".join(reversed(names["api"].split("/")))
    for key in ("object", "invalid_object"):
        names[key] = f"the {names[key]}" if names[key].isalpha() else names[key]
    names["set_limits"] = _describe_limits(message)
    names["ranges"] = join_keys(list_range_keys(message)) or "`values.resources`"
    names["use_less"] = find_quota_remedy(message)
    names["security"] = _describe_security(message, snapshot.release)
    names["field_key"] = find_field_key(message)
    names["retry"] = reconcile_command(snapshot.release, "--reset") if snapshot.release else "`flux reconcile`"
    return names


def _search(pattern: str, message: str) -> str:
    match = re.search(pattern, message, re.IGNORECASE)
    return next(filter(None, match.groups()), "") if match else ""


_FIND_WEBHOOK: Final = (
    "`kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations "
    "-o 'custom-columns=KIND:.kind,NAME:.metadata.name,WEBHOOKS:.webhooks[*].name' | grep {webhook}`"
)


def _describe_server(names: dict[str, str]) -> str:
    """Return where to look at the program that serves a webhook."""
    if names["service"]:
        where = f"`kubectl get pods,endpointslices -n {names['service_namespace']}`"
        return f"the Pods of its Service {names['service']}: {where}"
    if names["server_host"]:
        return f"the server {names['server_host']}"
    return f"the program in the configuration that {names['find_webhook']} shows"


def _describe_grant(names: dict[str, str]) -> str:
    """Return how to grant an account the rights that it lacks: in a namespace, as `flux create tenant` does."""
    prefix, _, account = names["account"].partition("system:serviceaccount:")
    name = account.partition(":")[2]
    if name in _CONTROLLERS:
        grant = (
            "the administrator of Flux must restore the ClusterRoleBinding `cluster-reconciler-flux-system`, which "
            "`flux install` creates"
        )
    elif not names["scope"]:
        grant = "grant this right in Git, with a ClusterRole and a ClusterRoleBinding"
    elif prefix or not account:
        grant = "grant these rights in Git, with a RoleBinding"
    else:
        grant = (
            "grant these rights in Git, with a RoleBinding, as `flux create tenant` does; at once: `kubectl create "
            f"rolebinding {name} -n {names['scope']} --clusterrole=cluster-admin --serviceaccount={account}`"
        )
    return f"{grant}; or name another account"


def _create_account(account: str, snapshot: Snapshot) -> str:
    """Return how to create a ServiceAccount: a deleted one of the chart comes back with a forced upgrade."""
    namespace, _, name = account.partition("/")
    release = snapshot.release
    if release and Reference("ServiceAccount", namespace, name) in list_inventory(release):
        return f"it was deleted: let Flux create it again: {reconcile_command(release, '--force')}"
    if name == "default":
        return f"wait: Kubernetes creates it in each namespace; `kubectl get serviceaccounts -n {namespace}` lists them"
    return (
        f"create it: `kubectl create serviceaccount {name} -n {namespace}`; or let the chart create it: "
        f"`values.serviceAccount.create: true`; {RENDER}"
    )


_CONTROLLERS: Final = ("helm-controller", "kustomize-controller")
"""Accounts of Flux itself, which have all rights unless somebody took them away."""

_NOT_OF_THE_CHART: Final = (
    "{names}: no container of the chart: set `{field}` in `values.sidecars` or `values.initContainers`, or, if a "
    "service mesh adds it, "
)


def _describe_limits(message: str) -> str:
    """Return which requests and limits to set so that a quota allows the Pod."""
    keys = join_keys(list_resource_keys(re.split("must specify", message, flags=re.IGNORECASE)[-1]))
    others = join_keys(list_containers_without_limits(message))
    remedy = [f"set {keys}"] if keys else []
    if others:
        foreign = _NOT_OF_THE_CHART.format(names=others, field="resources")
        remedy.append(f"{foreign}with annotations of the mesh in `values.podAnnotations`")
    return "; ".join(remedy) or "set `values.resources`"


def _describe_security(message: str, release: Object | None) -> str:
    """Return what to change so that a Pod Security level allows the Pod."""
    if others := join_keys(list_foreign_containers(message)):
        foreign = _NOT_OF_THE_CHART.format(names=others, field="securityContext")
        return f"{foreign}exempt the Pod with a label or annotation in `values.podLabels` or `values.podAnnotations`"
    keys = list_security_keys(message)
    wanted = join_keys(key for key in keys if ": " in key)
    rest = join_keys(key for key in keys if ": " not in key)
    sections = [f"{section}.enabled" for section in ("podSecurityContext", "containerSecurityContext")]
    disabled = [section for section in sections if release and release.get(f"spec.values.{section}") is False]
    if disabled:
        enabled = join_keys(f"values.{section}: true" for section in disabled)
        return f"set {enabled}: the chart then sets {wanted or 'what the level wants'}"
    changes = [f"set {wanted}"] if wanted else []
    changes += [f"remove what the level forbids from {rest}"] if rest else []
    return f"{'; '.join(changes) or 'change what the message names'}: the defaults of the chart meet the level"
