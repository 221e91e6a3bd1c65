"""The HTTPRoute, and the Gateways that it is attached to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.wording import RENDER
from registry_gitops.cluster.status.live_objects import Condition, Object, Reference
from registry_gitops.cluster.status.snapshot import Snapshot, parents_of
from registry_gitops.findings import Severity

_ATTACH_TIME: Final = timedelta(minutes=1)
"""A controller that takes longer to look at a new route or Gateway is a cause."""
_OTHER_LISTENER: Final = "or set `values.httpRoute.parentRefs` to another Gateway or listener"
_REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "NotAllowedByListeners": (
        "no listener of the Gateway admits routes of this namespace",
        f"let a listener admit it (`allowedRoutes.namespaces` of the Gateway; the default is its own namespace), "
        f"{_OTHER_LISTENER}",
    ),
    "NoMatchingListenerHostname": (
        "no listener of the Gateway has its host name",
        f"set `values.httpRoute.hostnames` to names that a listener has, add them to a listener, {_OTHER_LISTENER}",
    ),
    "NoMatchingParent": (
        "the Gateway has no such listener",
        "correct `sectionName` and `port` in `values.httpRoute.parentRefs`: they must be those of a listener",
    ),
    "UnsupportedValue": (
        "the controller of the Gateway does not support one of its values",
        "correct what the message names in `values.httpRoute`",
    ),
    "UnsupportedProtocol": (
        "the controller of the Gateway does not support the protocol of the Service",
        "use another Gateway (`values.httpRoute.parentRefs`), or turn off `values.tls.enabled`",
    ),
    "RefNotPermitted": (
        "the Gateway may not use an object of another namespace",
        "create the ReferenceGrant that the message asks for, in the namespace of that object",
    ),
    "BackendNotFound": (
        "the controller of the Gateway does not find the Service",
        "check that the Service of the release exists, and that its port is `values.service.ports.http`",
    ),
    "InvalidKind": (
        "the controller of the Gateway does not know a kind that it refers to",
        "use another Gateway: set `values.httpRoute.parentRefs`",
    ),
}
"""Reason of a condition of a route -> what is wrong, and what to change."""
_UNKNOWN: Final = ("the controller of the Gateway refuses it", f"correct what the message names, {_OTHER_LISTENER}")


def route_not_accepted(snapshot: Snapshot) -> Iterator[Cause]:
    """A Gateway does not serve the HTTPRoute."""
    for route in snapshot.release_objects("HTTPRoute"):
        for parent in dict.fromkeys(parents_of(route)):
            if found := _find_refusal(route, parent, snapshot):
                message, remedy, evidence = found
                yield new_cause(
                    CauseId.UNREACHABLE,
                    route,
                    f"the HTTPRoute {route.name} is not served by Gateway {parent.namespace}/{parent.name}: {message}",
                    f"{remedy}; {RENDER}" if "`values." in remedy else remedy,
                    evidence=evidence,
                    since=route.created,
                    severity=Severity.WARNING,
                )


def gateway_not_programmed(snapshot: Snapshot) -> Iterator[Cause]:
    """A Gateway of the HTTPRoute does not work itself."""
    parents = {parent for route in snapshot.release_objects("HTTPRoute") for parent in parents_of(route)}
    for gateway in filter(None, map(snapshot.find, sorted(parents, key=str))):
        condition = next((item for item in map(gateway.condition, ("Accepted", "Programmed")) if item.is_false), None)
        listener = ""
        if condition is None:
            listener, condition = next(_list_ill_listeners(gateway, snapshot), ("", None))
        if condition:
            what = f"listener {listener} of the Gateway" if listener else "Gateway"
            yield new_cause(
                CauseId.UNREACHABLE,
                gateway,
                f"the {what} {gateway.namespace}/{gateway.name} does not work: {_describe_gateway(condition)}",
                f"ask who runs the Gateway; `kubectl describe gateway -n {gateway.namespace} {gateway.name}` shows its "
                f"listeners; {_OTHER_LISTENER.removeprefix('or ')} as a way around it",
                evidence=f"{condition.reason}: {condition.message}",
                since=condition.since,
                severity=Severity.WARNING,
            )


def _list_ill_listeners(gateway: Object, snapshot: Snapshot) -> Iterator[tuple[str, Condition]]:
    """Yield the listeners that the route uses and that do not work, with the condition that tells why."""
    entries = [entry for route in snapshot.release_objects("HTTPRoute") for entry in route.items("spec.parentRefs")]
    sections = {entry.get("sectionName") for entry in entries if entry.get("name") == gateway.name}
    for listener in gateway.items("status.listeners"):
        name = str(listener.get("name", ""))
        state = Object({"status": listener})
        conditions = (state.condition(type_) for type_ in ("ResolvedRefs", "Accepted", "Programmed"))
        failed = next((condition for condition in conditions if condition.is_false), None)
        if failed and sections & {name, None}:
            yield name, failed


def _describe_gateway(condition: Condition) -> str:
    known = {
        "AddressNotAssigned": "it has no address",
        "AddressNotUsable": "its address cannot be used",
        "ListenersNotValid": "a listener is not valid",
        "NoResources": "the infrastructure has no resources for it",
        "Pending": "its controller has not finished, or has no address for it",
        "InvalidCertificateRef": "the Secret of its certificate does not exist, or has no valid certificate",
        "RefNotPermitted": "it may not use a Secret of another namespace",
        "PortUnavailable": "its port is taken",
        "HostnameConflict": "another listener has its host name",
        "ProtocolConflict": "another listener has its port, with another protocol",
    }
    return known.get(condition.reason, "its controller reports an error")


def _find_refusal(route: Object, parent: Reference, snapshot: Snapshot) -> tuple[str, str, str] | None:
    """Return why a Gateway does not serve a route: what is wrong, what to change, and what was seen."""
    states = [Object({"status": item}) for item in route.items("status.parents") if _is_about(item, parent, route)]
    for state in states:
        for type_ in ("Accepted", "ResolvedRefs"):
            condition = state.condition(type_)
            if condition.is_false:
                message, remedy = _REASONS.get(condition.reason, _UNKNOWN)
                return message, remedy, f"{type_} is False, {condition.reason}: {condition.message}"
    if any(state.condition("Accepted").is_true for state in states):
        return None
    if snapshot.find(parent) is None and not snapshot.is_kind_forbidden("Gateway"):
        return (
            "there is no such Gateway",
            "set `values.httpRoute.parentRefs` to one of `kubectl get gateways -A`",
            "the route has no status of this Gateway",
        )
    if route.created and snapshot.read_at - route.created < _ATTACH_TIME:
        return None
    return (
        "no controller has looked at it",
        "check that the controller of the Gateway's class runs: `kubectl get gatewayclass` shows which classes it "
        "accepts",
        "the route has no status of this Gateway",
    )


def _is_about(state: Mapping[str, Any], parent: Reference, route: Object) -> bool:
    reference = state.get("parentRef") or {}
    return (reference.get("namespace") or route.namespace, reference.get("name")) == (parent.namespace, parent.name)


CAUSES: Final[tuple[FindCause, ...]] = (route_not_accepted, gateway_not_programmed)
