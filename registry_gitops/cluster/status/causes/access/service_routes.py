"""The Service and the Ingress: whether clients reach a Pod by them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase, find_phrase
from registry_gitops.cluster.status.causes.field_managers import list_changes
from registry_gitops.cluster.status.causes.releases import last_failure
from registry_gitops.cluster.status.causes.wording import RENDER, reconcile_command
from registry_gitops.cluster.status.live_objects import Object, Reference
from registry_gitops.cluster.status.snapshot import Snapshot
from registry_gitops.findings import Severity

_ADDRESS_TIME: Final = timedelta(minutes=3)
"""A load balancer or an Ingress controller that takes longer to report an address is a cause."""

ADDRESS_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"\bno available ips?\b|no_pool\b|no enabled CiliumLoadBalancerIPPools?|no pool exists"
        r"|(?:pool|pools?) (?:is|are) (?:exhausted|out_of_ips)|\bout_of_ips\b",
        "no pool of the load balancer has a free address",
        "extend the pool of addresses (IPAddressPool of MetalLB, CiliumLoadBalancerIPPool), or free an address; a pool "
        "can be limited to some namespaces or Services",
    ),
    Phrase(
        r"can't change sharing key|address also in use by|already (?:in use|allocated|reserved)",
        "another Service has the address",
        "set `values.service.loadBalancerIP` to a free address, or remove it; or let both Services share it, as the "
        "load balancer documents (`values.service.annotations`)",
    ),
    Phrase(
        r"is not allowed (?:in|by) config|not allowed by config|belongs to the \S+ network tier|invalid ip",
        "the load balancer refuses the address that the Service asks for",
        "set `values.service.loadBalancerIP` to an address of a pool, or remove it; some load balancers read "
        "`values.service.annotations` instead",
    ),
    Phrase(
        r"suitable subnets?|auto-discover subnets|(?:unable to|couldn't|cannot|could not) (?:discover|resolve|find) "
        r"(?:\w+ )*subnets?|at least (?:one|two) subnets?|SubnetIsFull|not have enough capacity for",
        "the cloud has no subnet for the load balancer",
        "tag the subnets for load balancers as the cloud documents, or name one in the annotations "
        "(`values.service.annotations`, `values.ingress.annotations`); a full subnet needs a larger range",
    ),
    Phrase(
        r"\bquota|TooMany(?:LoadBalancers|TargetGroups)|LimitExceeded|limit (?:was |is )?exceeded|exceeded \w* ?limit",
        "the account of the cloud has no load balancer left",
        "raise the quota of the account, or delete load balancers that nothing uses",
    ),
    Phrase(
        r"AccessDenied|UnauthorizedOperation|AuthorizationFailed|is not authorized|not authorized to perform"
        r"|does not have (?:authorization|permission)|insufficient permissions?|\b403 forbidden\b",
        "the cloud does not let the cluster create the load balancer",
        "grant the role of the cloud controller, or of the load balancer controller, the permission that the message "
        "names",
    ),
)
"""Messages of controllers about a load balancer or an Ingress that gets no address."""
_READ_MESSAGE: Final = "correct what the message names: it is of the controller of the load balancer"


def selects_no_pod(service: Object, snapshot: Snapshot) -> bool:
    """Return whether the Service of the registry selects none of its Pods, although there are some."""
    selector = service.map("spec.selector")
    is_main = snapshot.workload is not None and service.name == snapshot.workload.name
    if not (is_main and selector and snapshot.pods):
        return False
    return not any(all(pod.labels.get(key) == value for key, value in selector.items()) for pod in snapshot.pods)


def service_without_pods(snapshot: Snapshot) -> Iterator[Cause]:
    """The Service selects no Pod. `drifted` reports one that somebody edited."""
    release = snapshot.release
    for service in snapshot.release_objects("Service"):
        if release is None or not selects_no_pod(service, snapshot) or any(c.is_manual for c in list_changes(service)):
            continue
        if last_failure(release):  # Helm has set the selector, and failed before it changed the Pods.
            continue
        labels = ", ".join(f"{key}={value}" for key, value in service.map("spec.selector").items())
        yield new_cause(
            CauseId.UNREACHABLE,
            service,
            f"the Service {service.name} selects no Pod of the registry: clients cannot reach it",
            f"{reconcile_command(release, '--force')} sets the selector of the chart again",
            evidence=f"spec.selector is {labels}",
            severity=Severity.WARNING,
        )


def load_balancer_pending(snapshot: Snapshot) -> Iterator[Cause]:
    """A Service of type LoadBalancer has no address."""
    for service in snapshot.release_objects("Service"):
        has_address = service.items("status.loadBalancer.ingress") or service.get("spec.externalIPs")
        if service.text("spec.type") != "LoadBalancer" or has_address:
            continue
        reported = _find_report(service, snapshot)
        if not reported and _is_young(service, snapshot):
            continue
        phrase = find_phrase(reported, ADDRESS_PHRASES)
        name = service.text("spec.loadBalancerClass")
        if phrase:
            message, remedy = phrase.message, phrase.remedy
        elif reported:
            message, remedy = "its controller reports an error", _READ_MESSAGE
        else:
            message = f"no controller serves the class {name}" if name else "no controller of load balancers serves it"
            remedy = (
                "install such a controller (the cloud's, or MetalLB), correct `values.service.loadBalancerClass`, or "
                f"set `values.service.type` to NodePort or ClusterIP; {RENDER}"
            )
        yield new_cause(
            CauseId.UNREACHABLE,
            service,
            f"the Service {service.name} of type LoadBalancer has no address: {message}",
            remedy,
            evidence=reported or "status.loadBalancer is empty, and no event tells why",
            since=service.created,
            severity=_severity(service, snapshot),
        )


def ingress_pending(snapshot: Snapshot) -> Iterator[Cause]:
    """An Ingress has no address."""
    for ingress in snapshot.release_objects("Ingress"):
        reported = _find_report(ingress, snapshot)
        if ingress.items("status.loadBalancer.ingress") or (not reported and _is_young(ingress, snapshot)):
            continue
        message, remedy = _explain_ingress(ingress, reported, snapshot)
        yield new_cause(
            CauseId.UNREACHABLE,
            ingress,
            f"the Ingress {ingress.name} has no address: {message}",
            remedy,
            evidence=reported or "status.loadBalancer is empty, and no event tells why",
            since=ingress.created,
            severity=_severity(ingress, snapshot),
        )


def _explain_ingress(ingress: Object, reported: str, snapshot: Snapshot) -> tuple[str, str]:
    if phrase := find_phrase(reported, ADDRESS_PHRASES):
        return phrase.message, phrase.remedy
    if reported:
        return "its controller reports an error", _READ_MESSAGE
    name = ingress.text("spec.ingressClassName")
    set_class = f"set `values.ingress.ingressClassName` to one of `kubectl get ingressclass`; {RENDER}"
    if not name and "kubernetes.io/ingress.class" not in ingress.map("metadata.annotations"):
        return "it names no class, and the cluster had no default class when it was created", set_class
    ingress_class = snapshot.find(Reference("IngressClass", "", name))
    if name and ingress_class is None and not snapshot.is_kind_forbidden("IngressClass"):
        message = f"there is no IngressClass {name}, so no controller serves it"
        return message, f"install the Ingress controller of that class, or {set_class}"
    controller = ingress_class.text("spec.controller") if ingress_class else ""
    return (
        f"the controller of its class{f', {controller},' if controller else ''} has not reported one",
        "check that this controller runs, and whether it reports addresses: some do only if they are told which "
        "Service is in front of them; `registry-gitops smoke URL` shows whether clients reach the registry",
    )


def _find_report(thing: Object, snapshot: Snapshot) -> str:
    """Return what a controller reports about an object that has no address: a warning, or a condition that is false."""
    for event in snapshot.events_of(thing):
        if event.is_warning:
            return event.message
    for condition in thing.items("status.conditions"):
        if condition.get("status") == "False":
            return f"{condition.get('reason', '')}: {condition.get('message', '')}"
    return ""


def _is_young(thing: Object, snapshot: Snapshot) -> bool:
    return thing.created is not None and snapshot.read_at - thing.created < _ADDRESS_TIME


def _severity(thing: Object, snapshot: Snapshot) -> Severity:
    """Return ERROR if Helm fails because it waits for this object, or else WARNING."""
    failed = last_failure(snapshot.release) if snapshot.release else None
    name = re.escape(f"{thing.namespace}/{thing.name}")
    named = rf"(?:{thing.kind}/|load balancer ingress (?:ip )?address:\s)(?:{name})(?![\w./-])"
    is_named = failed is not None and re.search(named, failed.message, re.IGNORECASE)
    return Severity.ERROR if is_named else Severity.WARNING


CAUSES: Final[tuple[FindCause, ...]] = (service_without_pods, load_balancer_pending, ingress_pending)
