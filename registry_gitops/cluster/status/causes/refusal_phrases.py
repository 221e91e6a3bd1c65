"""Who says no: the sentences of the API server, its admission plug-ins, and webhooks, with what each means.

They appear in events about Pods that cannot be created, and in the conditions of HelmReleases and Kustomizations. A
webhook that does not answer is an illness of the cluster, a policy that forbids is a decision: they share no words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from registry_gitops.cluster.status.causes.cause import CauseId
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase, find_phrase
from registry_gitops.cluster.status.causes.refused_values import (
    find_field_key,
    find_quota_remedy,
    join_keys,
    list_foreign_containers,
    list_range_keys,
    list_resource_keys,
    list_security_keys,
)
from registry_gitops.cluster.status.causes.wording import RENDER, reconcile_command
from registry_gitops.cluster.status.live_objects import Reference
from registry_gitops.cluster.status.snapshot import Snapshot, list_inventory
from registry_gitops.masking import mask


@dataclass(frozen=True)
class Refusal:
    """Why the API server refuses an object."""

    id: CauseId
    message: str
    remedy: str


def explain_refusal(message: str, snapshot: Snapshot) -> Refusal | None:
    """Return what a message means that has a refusal of the API server, or None if it has none that is known."""
    phrase = find_phrase(message, REFUSAL_PHRASES)
    if phrase is None or phrase.id is None:
        return None
    names = _find_names(" ".join(mask(message).split()), snapshot)
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
        "the object",
    ),
    "policy": (
        r"(?:due to the following policies|for resource violation:) ([\w.-]+):"
        r"|gatekeeper\S* denied the request: \[(?:denied by )?([\w.-]+)\]"
        r"|policy ['\"]([^'\"]+)['\"](?: with binding ['\"][^'\"]+['\"])? denied request",
        "of the cluster",
    ),
    "ingress": (r"is already defined in ingress ([\w./-]+)", "of another application"),
    "account": (r'user "([^"\s]+)"', "of Flux"),
    "verb": (r'user "[^"\s]+" cannot ([\w-]+) ', "use"),
    "resource": (r'cannot [\w-]+ (?:resource|path) "([^"]+)"', "the object"),
    "scope": (r'in the namespace "([^"]+)"', ""),
    "missing_account": (r"looking up service account ([\w.-]+/[\w.-]+)", ""),
    "priority_class": (r"no priorityclass with name (\S+) was found", ""),
    "runtime_class": (r'runtimeclass "([^"]+)" not found', ""),
    "missing_namespace": (r'namespaces "([^"]+)" not found', ""),
    "ending_namespace": (r"content in namespace (\S+) because", ""),
    "quota": (r"(?:exceeded|failed) quota: ([\w.-]+)|status unknown for quota: ([\w.-]+)", ""),
    "level": (r'violates podsecurity "([\w.:-]+)"', ""),
    "api": (r"complete list of server apis: ([\w.-]+/\w+)", ""),
    "manager": (r'conflicts? with "([^"]+)"', ""),
    "field": (r"conflicts? with .*?(?:: |\s- )(\.\S+)", "a field"),
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
    names["grant"] = _grant_command(names)
    names["create_account"] = _create_account(names["missing_account"], snapshot)
    names["api_service"] = ".".join(reversed(names["api"].split("/")))
    names["limits"] = join_keys(list_resource_keys(message)) or "`values.resources`"
    names["ranges"] = join_keys(list_range_keys(message)) or "`values.resources`"
    names["use_less"] = find_quota_remedy(message)
    names["security"] = _describe_security(message)
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
    return names["server_host"] or f"the program in the configuration that {names['find_webhook']} shows"


def _grant_command(names: dict[str, str]) -> str:
    """Return the command that grants an account the rights that `flux create tenant` grants."""
    prefix, _, account = names["account"].partition("system:serviceaccount:")
    if prefix or not account:
        return "grant them in Git with a RoleBinding"
    name = account.partition(":")[2]
    scope = f"rolebinding {name} -n {names['scope']}" if names["scope"] else f"clusterrolebinding {name}"
    return (
        "grant them in Git with a RoleBinding, as `flux create tenant` does; at once: "
        f"`kubectl create {scope} --clusterrole=cluster-admin --serviceaccount={account}`"
    )


def _create_account(account: str, snapshot: Snapshot) -> str:
    """Return how to create a ServiceAccount: a deleted one of the chart comes back with a forced upgrade."""
    namespace, _, name = account.partition("/")
    release = snapshot.release
    if release and Reference("ServiceAccount", namespace, name) in list_inventory(release):
        return f"it was deleted: let Flux create it again: {reconcile_command(release, '--force')}"
    return (
        f"create it: `kubectl create serviceaccount {name} -n {namespace}`; or let the chart create it: "
        f"`values.serviceAccount.create: true`; {RENDER}"
    )


def _describe_security(message: str) -> str:
    """Return what to change so that a Pod Security level allows the Pod."""
    if foreign := list_foreign_containers(message):
        return (
            f"{join_keys(foreign)} is no container of the chart: if it is of `values.sidecars` or "
            "`values.initContainers`, set its `securityContext` there; if a service mesh adds it, exempt the Pod with "
            "a label or annotation of the mesh in `values.podLabels` or `values.podAnnotations`"
        )
    keys = list_security_keys(message)
    wanted = join_keys(keys) or "the settings that the message names"
    return (
        f"set {wanted}; the defaults of the chart meet the level, while `enabled` of "
        "`values.podSecurityContext` and `values.containerSecurityContext` is true"
    )


_CALL: Final = r"failed calling (?:admission )?webhook\b"
_DENIED: Final = r'webhook "[^"]+" denied the request\b'
_OBEY: Final = "change the value that the message is about, or ask the administrator of the policy for an exception"
_WAIT: Final = "Kubernetes and Flux try again by themselves; if Flux does not: {retry}. If it lasts, the administrator"

REFUSAL_PHRASES: Final[tuple[Phrase, ...]] = (
    # Webhooks that do not answer
    Phrase(
        rf'{_CALL}.*\bservice "[^"]+" not found',
        "the webhook {webhook} does not answer: its Service does not exist",
        "its program was removed, but its configuration was not: install the program again, or delete the "
        "configuration that {find_webhook} shows; nothing is wrong with the registry",
        CauseId.WEBHOOK_FAILED,
    ),
    Phrase(
        rf"{_CALL}.*\bno endpoints available for service",
        "the webhook {webhook} does not answer: none of its Pods is ready",
        "look at {server}; nothing is wrong with the registry",
        CauseId.WEBHOOK_FAILED,
    ),
    Phrase(
        rf"{_CALL}.*(?:x509: |failed to verify certificate|certificate has expired|tls: )",
        "the API server does not trust the certificate of the webhook {webhook}",
        "the administrator of the webhook must renew its certificate, or the `caBundle` of the configuration that "
        "{find_webhook} shows; look at {server}",
        CauseId.WEBHOOK_FAILED,
    ),
    Phrase(
        rf"{_CALL}.*(?:context deadline exceeded|i/o timeout|client\.timeout exceeded|tls handshake timeout"
        r"|request canceled|no route to host|network is unreachable|operation not permitted)",
        "the API server cannot reach the webhook {webhook}, or gets no answer in time",
        "look at {server}; if they are ready, let the API server reach them: a firewall, security group, or "
        "NetworkPolicy must allow the port of the Pods, not only 443",
        CauseId.WEBHOOK_FAILED,
    ),
    Phrase(
        rf"{_CALL}.*(?:could not find the requested resource|json parse error|invalid webhook response"
        r"|expected (?:webhook )?response|response was absent|undecodable patch|unsupported patch type"
        r"|an error on the server|rejected our request|unable to handle the request|responded with the status code)",
        "the webhook {webhook} answers with an error, not with a decision",
        "look at {server}: the program fails, or its version does not fit its configuration",
        CauseId.WEBHOOK_FAILED,
    ),
    Phrase(
        _CALL,
        "the webhook {webhook} does not answer",
        "look at {server}; nothing is wrong with the registry",
        CauseId.WEBHOOK_FAILED,
    ),
    Phrase(
        r"\bconversion webhook for\b",
        "the conversion webhook of kind {kind} does not answer",
        "look at {server}: it is of the program that installed the kind",
        CauseId.WEBHOOK_FAILED,
    ),
    Phrase(
        r'webhook "[^"]+" does not support dry run',
        "the webhook {webhook} does not support the dry-run with which Flux begins",
        "its administrator must set `sideEffects: None` in the configuration that {find_webhook} shows",
        CauseId.WEBHOOK_FAILED,
    ),
    # Policies that forbid
    Phrase(
        r'\bviolates PodSecurity "',
        "the Pod Security level {level} of namespace {namespace} forbids the Pod",
        f"{{security}}; {RENDER}",
        CauseId.POD_FORBIDDEN,
    ),
    Phrase(
        r"unable to validate against any security context constraint",
        "the Security Context Constraints of OpenShift forbid the user and group of the Pod",
        "set `values.podSecurityContext.enabled: false` and `values.containerSecurityContext.enabled: false`: "
        f"OpenShift then assigns them; {RENDER}",
        CauseId.POD_FORBIDDEN,
    ),
    Phrase(
        rf'{_DENIED}.*\bhost "[^"]*" and path "[^"]*" is already defined in ingress\b',
        "the Ingress {ingress} already has this host and path",
        f"set another `values.ingress.hostname` or `values.ingress.path`; {RENDER}; or delete that Ingress",
        CauseId.OBJECT_FORBIDDEN,
    ),
    Phrase(
        rf"{_DENIED}.*(?:snippet directives are disabled|contains risky annotation|contains invalid word"
        r"|annotation \S+ contains invalid value|annotation cannot be used)",
        "the ingress controller forbids an annotation of the Ingress",
        f"remove it from `values.ingress.annotations`; {RENDER}; or let the administrator of the ingress controller "
        "allow it (`allow-snippet-annotations`, `annotations-risk-level`)",
        CauseId.OBJECT_FORBIDDEN,
    ),
    Phrase(
        rf"{_DENIED}.*cannot be used with pathType",
        "the ingress controller forbids this path with its path type",
        f"correct `values.ingress.path` and `values.ingress.pathType`; {RENDER}",
        CauseId.OBJECT_FORBIDDEN,
    ),
    Phrase(
        rf"{_DENIED}.*(?:due to the following policies|for resource violation)",
        "the Kyverno policy {policy} forbids {object}",
        f"{_OBEY} (a PolicyException); {RENDER}",
        CauseId.OBJECT_FORBIDDEN,
    ),
    Phrase(
        r"gatekeeper\S* denied the request\b",
        "the Gatekeeper constraint {policy} forbids {object}",
        f"{_OBEY}; {RENDER}",
        CauseId.OBJECT_FORBIDDEN,
    ),
    Phrase(
        r"policy ['\"][^'\"]+['\"](?: with binding ['\"][^'\"]+['\"])? denied request\b",
        "the admission policy {policy} forbids {object}",
        f"{_OBEY}; {RENDER}",
        CauseId.OBJECT_FORBIDDEN,
    ),
    Phrase(
        rf"{_DENIED}|image policy webhook backend denied",
        "the policy of the webhook {webhook} forbids {object}",
        f"{_OBEY}; {RENDER}",
        CauseId.OBJECT_FORBIDDEN,
    ),
    # Rights of the account
    Phrase(
        r'\bUser "[^"]+" cannot impersonate\b',
        "{account} is not allowed to act as another account",
        "the administrator of Flux must allow its controller to impersonate; or remove `release.serviceAccountName`",
        CauseId.ACCESS_DENIED,
    ),
    Phrase(
        r'\bUser "[^"]+" cannot [\w-]+ (?:resource|path)\b',
        "{account} is not allowed to {verb} {resource} {where}",
        "{grant}; or name another account: `release.serviceAccountName`, or `spec.serviceAccountName` of the "
        "Kustomization",
        CauseId.ACCESS_DENIED,
    ),
    Phrase(
        r"is attempting to grant RBAC permissions not currently held",
        "{account} is not allowed to grant the rights of the chart's Role",
        "grant the account those rights that the message lists, or the verbs `escalate` and `bind` on Roles",
        CauseId.ACCESS_DENIED,
    ),
    Phrase(
        r"the server has asked for the client to provide credentials",
        "the API server does not accept the credentials of Flux",
        "renew the kubeconfig in the Secret of `release.kubeConfig`; without one, restart the controller: "
        "`kubectl rollout restart deployment -n flux-system`",
        CauseId.ACCESS_DENIED,
    ),
    # Objects that do not exist, or are being deleted
    Phrase(
        r'looking up service account \S+ serviceaccount "[^"]+" not found',
        "the ServiceAccount {missing_account} does not exist",
        "{create_account}",
        CauseId.REFERENCE_MISSING,
        has_names=True,
    ),
    Phrase(
        r"no PriorityClass with name \S+ was found",
        "the PriorityClass {priority_class} does not exist",
        f"set `values.priorityClassName` to one of `kubectl get priorityclasses`; {RENDER}",
        CauseId.REFERENCE_MISSING,
    ),
    Phrase(
        r'RuntimeClass "[^"]+" not found',
        "the RuntimeClass {runtime_class} does not exist",
        f"set `values.runtimeClassName` to one of `kubectl get runtimeclasses`; {RENDER}",
        CauseId.REFERENCE_MISSING,
    ),
    Phrase(
        r"because it is being terminated",
        "the namespace {ending_namespace} is being deleted",
        "wait until it is gone: `kubectl get namespace {ending_namespace}`; Flux then creates it again, if Git has it. "
        "`kubectl describe namespace {ending_namespace}` shows what it waits for",
        CauseId.NAMESPACE_ENDING,
    ),
    Phrase(
        r'namespaces "[^"]+" not found',
        "the namespace {missing_namespace} does not exist",
        "commit a Namespace of this name, and list its file first in the `resources` of kustomization.yaml; for "
        "`release.targetNamespace`, `release.install.createNamespace: true` creates it, too",
        CauseId.NAMESPACE_MISSING,
    ),
    # Quotas and limits
    Phrase(
        r"failed quota: \S+ must specify\b",
        "the quota {quota} demands that each container sets requests and limits",
        f"set {{limits}}; {RENDER}",
        CauseId.LIMITS_REFUSED,
        has_names=True,
    ),
    Phrase(
        r"\b(?:maximum|minimum) storage usage per PersistentVolumeClaim is\b",
        "a LimitRange of namespace {namespace} forbids the size of the claim",
        f"correct `values.persistence.size`: `kubectl describe limitrange -n {{namespace}}`; {RENDER}",
        CauseId.LIMITS_REFUSED,
    ),
    Phrase(
        r"\b(?:maximum|minimum) [\w./-]+ usage per (?:Container|Pod) is\b"
        r"|\bmax limit to request ratio per (?:Container|Pod) is\b",
        "a LimitRange of namespace {namespace} forbids the requests or limits of the Pod",
        f"correct {{ranges}}: `kubectl describe limitrange -n {{namespace}}` shows the range; {RENDER}",
        CauseId.LIMITS_REFUSED,
    ),
    Phrase(
        r"exceeded quota: ",
        "the quota {quota} of namespace {namespace} has no room",
        f"{{use_less}}; {RENDER}; or raise the quota: `kubectl describe quota -n {{namespace}}`",
        CauseId.QUOTA_EXCEEDED,
    ),
    Phrase(
        r"insufficient quota to (?:consume|match these scopes): ",
        "a quota must allow this PriorityClass or resource in namespace {namespace}, and there is none",
        f"change `values.priorityClassName`; {RENDER}; or ask the administrator for such a quota",
        CauseId.QUOTA_EXCEEDED,
    ),
    # The API server itself
    Phrase(
        r"mvcc: database space exceeded",
        "etcd is full: the cluster stores no change",
        "the administrator of the cluster must compact and defragment etcd, and disarm its alarm",
        CauseId.API_UNAVAILABLE,
    ),
    Phrase(
        r"complete list of server APIs: \S+ the server is currently unable to handle the request"
        r"|complete list of server APIs: \S+ stale GroupVersion discovery",
        "the API {api} does not answer: the program that serves it is down",
        "look at `kubectl get apiservice {api_service}`: repair the Service that it names, or delete it, if the "
        "program was removed",
        CauseId.API_UNAVAILABLE,
        has_names=True,
    ),
    Phrase(
        r"etcdserver: (?:request timed out|leader changed|no leader|not leader|too many requests|server stopped"
        r"|unhealthy cluster|request canceled|context deadline exceeded)"
        r"|rpc error: code = (?:unavailable|deadlineexceeded)\b"
        r"|request did not complete within (?:the |requested |allotted )*timeout"
        r"|unable to return a response in the time allotted"
        r"|the server is currently unable to handle the request"
        r"|received too many requests and has asked us to try again later|too many requests, please try again later"
        r"|apiserver is shutting down, please try again later|could not be completed at this time, please try again"
        r"|storage is \(re\)initializing|apiserver not ready|http2: client connection (?:lost|force closed)"
        r"|not yet ready to handle request|status unknown for quota: "
        r"|the object has been modified; please apply your changes to the latest version",
        "the API server could not serve the request",
        f"{_WAIT} finds out with `kubectl get --raw '/readyz?verbose'`",
        CauseId.API_UNAVAILABLE,
    ),
    Phrase(
        r"kubernetes cluster unreachable"
        r'|"https://[^"\s]+/(?:api/v1|apis/[\w.-]+|version|openapi)\b[^"]*": (?:dial tcp|net/http|context deadline|eof'
        r"|read tcp|http2|unexpected eof|x509|tls)",
        "Flux cannot reach the API server",
        f"{_WAIT} checks the API server, and the network to it; with `release.kubeConfig`, that cluster",
        CauseId.API_UNAVAILABLE,
        has_names=True,
    ),
    # Fields
    Phrase(
        r"\bapply failed with \d+ conflicts?: ",
        "{manager} has set {field}, which Flux wants to set, too",
        "let one of them own the field: remove it from the values, or from what {manager} applies",
        CauseId.DRIFTED,
    ),
    Phrase(
        r" is invalid: (?!.*(?:immutable|may not be specified when|can(?:not| not) be less than|may not change once"
        r"|updates to statefulset))",
        "the API server refuses {invalid_field} of an object",
        f"correct {{field_key}} as the message says; {RENDER}",
        CauseId.OBJECT_INVALID,
    ),
)
