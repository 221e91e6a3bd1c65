"""Certificates of cert-manager for the Ingress, or for the registry itself, that are not issued yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase, find_phrase
from registry_gitops.cluster.status.causes.wording import RENDER
from registry_gitops.cluster.status.live_objects import Object, Reference
from registry_gitops.cluster.status.snapshot import Snapshot, certificates_of
from registry_gitops.findings import Severity

_NO_SECRET: Final = re.compile(
    r"secret\b.*\b(?:not found|does(?:n't| not) exist|is (?:missing|invalid)|(?:not|no) valid)"
    r"|(?:could not|couldn't|unable to|cannot|failed to|error) (?:find|get|getting|load|loading|fetch) (?:\w+ )*secret",
    re.IGNORECASE | re.DOTALL,
)
"""Messages of Ingress controllers about the Secret of a certificate."""
_ISSUE_TIME: Final = timedelta(minutes=3)
"""A certificate that takes longer is a cause even if nothing failed."""

CERTIFICATE_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"rateLimited|too many (?:certificates|failed authorizations|new orders|currently pending)",
        "the authority refuses more certificates for now",
        "wait until the time that the message names; use the staging server of the authority for tests",
    ),
    Phrase(
        r"referenced \S+ not found|issuer\.cert-manager\.io \S+ not found|issuer \S+ (?:does not exist|not found)",
        "its issuer does not exist",
        "create the issuer, or correct its name: `cert-manager.io/cluster-issuer`, or `cert-manager.io/issuer` for one "
        f"of this namespace, in `values.ingress.annotations`; {RENDER}",
        has_names=True,
    ),
    Phrase(
        r"does not have a ready status condition|issuer is not ready",
        "its issuer is not ready",
        "fix the issuer: `kubectl describe clusterissuers,issuers` shows why it is not ready",
    ),
    Phrase(
        r"denied by an approval controller|request (?:was|has been) denied|no policy approved",
        "an approver of cert-manager denied the request",
        "ask who runs the approver, such as its policy",
    ),
    Phrase(
        r"no configured challenge solvers? can be used",
        "the issuer has no way to prove this host name",
        "add a solver for the host name to the issuer",
    ),
    Phrase(
        r"error (?:presenting|initializing|getting keypair)|referenced secret|error getting .* secret"
        r"|secrets? \S+ not found|failed to sign|failed to register ACME account",
        "the issuer itself cannot work",
        "correct the solver, the credentials, or the Secret of the issuer, as the message tells",
    ),
    Phrase(
        r"not yet propagated|DNS record for|no such host|NXDOMAIN|SERVFAIL|DNS problem|server misbehaving",
        "the host name is not found in DNS",
        "point the host name at the Ingress in DNS, and check that the DNS of the cluster knows it too",
    ),
    Phrase(
        r"wrong status code|did not return the expected|presented key .* did not match|invalid response from",
        "another server answers at the host name",
        "point the host name at the Ingress of this cluster, and let its path /.well-known/acme-challenge/ pass",
    ),
    Phrase(
        r"self check GET request|timeout during connect|connection (?:refused|reset)|i/o timeout|acme:error:connect",
        "the host name does not answer on port 80, which the authority asks",
        "let port 80 of the host name reach the Ingress controller: load balancer, firewall, and router",
    ),
)
"""Messages of cert-manager, and of the authorities that it asks."""


def certificate_pending(snapshot: Snapshot) -> Iterator[Cause]:
    """cert-manager has not issued a certificate that the release asks for."""
    for reference in sorted(set(certificates_of(snapshot)), key=str):
        certificate = snapshot.find(reference)
        if certificate is None:
            yield from _certificate_missing(reference, snapshot)
        elif not certificate.condition("Ready").is_true:
            yield from _not_issued(certificate, snapshot)


def _certificate_missing(reference: Reference, snapshot: Snapshot) -> Iterator[Cause]:
    """Yield that cert-manager has not created the Certificate of an Ingress. One of the release itself was deleted."""
    ingresses = snapshot.release_objects("Ingress")
    if snapshot.is_kind_forbidden("Certificate") or not ingresses or _is_young(ingresses[0], snapshot):
        return
    yield new_cause(
        CauseId.CERTIFICATE_PENDING,
        ingresses[0],
        f"there is no certificate for the Ingress: cert-manager has not created Certificate {reference.name}",
        "check that cert-manager is installed and runs: `kubectl get pods -A -l app.kubernetes.io/name=cert-manager`; "
        f"or create the Secret {reference.name} with a certificate of your own",
        severity=Severity.WARNING,
    )


def secret_of_ingress_missing(snapshot: Snapshot) -> Iterator[Cause]:
    """The controller of an Ingress does not find the Secret of its certificate. `status` reads no Secrets."""
    for ingress in snapshot.release_objects("Ingress"):
        warnings = [event for event in snapshot.events_of(ingress) if event.is_warning]
        told = next((event for event in warnings if _NO_SECRET.search(event.message)), None)
        names = [name for tls in map(Object, ingress.items("spec.tls")) if (name := tls.text("secretName"))]
        if told is None or not names:
            continue
        name = next((name for name in names if name in told.message), names[0])
        yield new_cause(
            CauseId.CERTIFICATE_PENDING,
            ingress,
            f"the controller of the Ingress does not find a certificate in Secret {name}",
            f"create it: `kubectl create secret tls {name} -n {ingress.namespace} --cert FILE --key FILE`; or set "
            f"`values.ingress.existingSecret` to one that exists; {RENDER}",
            evidence=told.message,
            since=told.last,
            severity=Severity.WARNING,
        )


def _not_issued(certificate: Object, snapshot: Snapshot) -> Iterator[Cause]:
    about, said = _find_reason(certificate, snapshot)
    phrase = find_phrase(said, CERTIFICATE_PHRASES)
    if phrase is None and _is_young(certificate, snapshot):
        return
    hosts = ", ".join(certificate.get("spec.dnsNames") or ())
    what = f"the certificate {certificate.name}{f' for {hosts}' if hosts else ''} is not issued"
    command = f"`kubectl describe certificate,certificaterequest,order,challenge -n {certificate.namespace}`"
    yield new_cause(
        CauseId.CERTIFICATE_PENDING,
        about,
        f"{what}: {phrase.message if phrase else 'cert-manager has not finished'}",
        phrase.remedy if phrase else f"{command} shows what it waits for",
        evidence=said,
        since=certificate.condition("Ready").since or certificate.created,
        severity=Severity.WARNING,
    )


def _is_young(thing: Object, snapshot: Snapshot) -> bool:
    return thing.created is not None and snapshot.read_at - thing.created < _ISSUE_TIME


def _find_reason(certificate: Object, snapshot: Snapshot) -> tuple[Object, str]:
    """Return the object at the end of the chain, and what it says."""
    requests = [item for item in snapshot.of_kinds("CertificateRequest") if item.is_owned_by(certificate)]
    orders = [item for item in snapshot.of_kinds("Order") if any(map(item.is_owned_by, requests))]
    challenges = [item for item in snapshot.of_kinds("Challenge") if any(map(item.is_owned_by, orders))]
    for thing in (*challenges, *_newest(orders), *_newest(requests)):
        if thing.text("status.state") != "valid" and (said := _said(thing)):
            return thing, said
    return certificate, _said(certificate)


def _newest(things: list[Object]) -> list[Object]:
    return sorted(things, key=lambda thing: thing.text("metadata.creationTimestamp"), reverse=True)[:1]


def _said(thing: Object) -> str:
    if reason := thing.text("status.reason"):
        return reason
    issuing, ready = thing.condition("Issuing"), thing.condition("Ready")
    # A failed attempt stays in Issuing, while Ready only tells that there is no Secret.
    return issuing.message if issuing.is_false and issuing.message else ready.message


CAUSES: Final[tuple[FindCause, ...]] = (certificate_pending, secret_of_ingress_missing)
