"""Sentences of the API server itself: rights, its health, and fields that it refuses."""

from __future__ import annotations

from typing import Final

from registry_gitops.cluster.status.causes.cause import CauseId
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase
from registry_gitops.cluster.status.causes.wording import RENDER

_WAIT: Final = "Kubernetes and Flux try again by themselves; if Flux does not: {retry}. If it lasts, the administrator"

RIGHTS_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r'\bUser "[^"]+" cannot impersonate\b',
        "{account} is not allowed to act as another account",
        "the administrator of Flux must allow its controller to impersonate; or remove `release.serviceAccountName`",
        CauseId.ACCESS_DENIED,
    ),
    Phrase(
        r'\bUser "[^"]+" cannot .*\bauthz \[denied by\b',
        "the provider of the cluster forbids to {verb} {resource} {where}",
        "use a namespace that the provider does not manage: `namespace`, or `release.targetNamespace`; no RoleBinding "
        "helps",
        CauseId.OBJECT_FORBIDDEN,
    ),
    Phrase(
        r'\bUser "[^"]+" cannot .*\bRBAC: (?:cluster)?role\S* "[^"]+" not found',
        "{account} has no rights, because its binding names the role {missing_role}, which does not exist",
        "create that role in Git, or correct the binding: `kubectl get rolebindings,clusterrolebindings -A -o wide` "
        "lists the roles and accounts of all",
        CauseId.ACCESS_DENIED,
    ),
    Phrase(
        r'\bUser "[^"]+" cannot [\w-]+ (?:resource|path)\b',
        "{account} is not allowed to {verb} {resource} {where}",
        "{grant}: `release.serviceAccountName`, or `spec.serviceAccountName` of the Kustomization",
        CauseId.ACCESS_DENIED,
    ),
    Phrase(
        r"is attempting to grant RBAC permissions not currently held",
        "{account} is not allowed to grant the rights of the chart's Role",
        "grant the account those rights that the message lists, or the verbs `escalate` and `bind` on Roles",
        CauseId.ACCESS_DENIED,
    ),
    Phrase(
        r"the server has asked for the client to provide credentials|failed to query with labels: Unauthorized",
        "the API server does not accept the credentials of Flux",
        "renew the kubeconfig in the Secret of `release.kubeConfig`; without one, the administrator of Flux must "
        "restart its controllers, which then read their tokens again",
        CauseId.ACCESS_DENIED,
    ),
)

API_SERVER_PHRASES: Final[tuple[Phrase, ...]] = (
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
        r"|not yet ready to handle request|status unknown for quota: ",
        "the API server could not serve the request",
        f"{_WAIT} looks at `kubectl get --raw /readyz/etcd`",
        CauseId.API_UNAVAILABLE,
    ),
    Phrase(
        r"the object has been modified; please apply your changes to the latest version",
        "another client changed the object at the same time",
        "Kubernetes and Flux try again by themselves; if Flux does not: {retry}",
        CauseId.API_UNAVAILABLE,
    ),
    Phrase(
        r"kubernetes cluster unreachable"
        r'|"https://[^"\s]+/(?:api/v1|apis/[\w.-]+|version|openapi)\b[^"]*": (?:dial tcp|net/http|context deadline|eof'
        r"|read tcp|http2|unexpected eof)",
        "Flux cannot reach the API server",
        f"{_WAIT} checks the API server, and the network to it; with `release.kubeConfig`, that cluster",
        CauseId.API_UNAVAILABLE,
        has_names=True,
    ),
    Phrase(
        r"\bapply failed with \d+ conflicts?: ",
        "{manager} has set {field}, which Flux wants to set, too",
        "let one of them own the field: remove it from the values, or from what {manager} applies",
        CauseId.DRIFTED,
    ),
    Phrase(
        r'"[^"]+" is invalid: .*provided (?:IP|port) is already allocated',
        "another Service already has the IP or port that the Service asks for",
        f"set another {{field_key}}, or remove it, so that Kubernetes selects a free one; {RENDER}; "
        "`kubectl get services -A` lists those in use",
        CauseId.OBJECT_INVALID,
        has_names=True,
    ),
    Phrase(
        r'"[^"]+" is invalid: .*not in the valid range',
        "the IP or port that the Service asks for is not of this cluster's range",
        f"set {{field_key}} to one of the range in the message, or remove it; {RENDER}",
        CauseId.OBJECT_INVALID,
        has_names=True,
    ),
    Phrase(
        r'"[^"]+" is invalid: (?!.*(?:immutable|may not be specified when strategy|can(?:not| not) be less than'
        r"|may not change once|updates to statefulset))",
        "the API server refuses {invalid_field} of {invalid_object}",
        f"correct {{field_key}} as the message says; {RENDER}",
        CauseId.OBJECT_INVALID,
    ),
)
