"""Promises of TLS: whether it is used, who signed the certificate, and which versions are accepted."""

from __future__ import annotations

import ssl
import warnings
from typing import Any, Final
from urllib.parse import urlsplit

from registry_gitops.smoke.check import Check, check
from registry_gitops.smoke.checks.promises.promise import promise
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.exceptions import CheckFailed, Skipped
from registry_gitops.smoke.handshakes import (
    HandshakeError,
    handshake,
    open_connection,
    trust_shown_certificate,
    unverified_context,
)
from registry_gitops.smoke.levels import Level
from registry_gitops.smoke.remedies import ANOTHER, OR_ANOTHER
from registry_gitops.smoke.remedy import Remedy, is_set

_DEFAULT_CERTIFICATES: Final = {
    "Kubernetes Ingress Controller Fake Certificate": "ingress-nginx",
    "TRAEFIK DEFAULT CERT": "Traefik",
    "NGINXIngressController": "NGINX Ingress Controller",
    "cert-manager.local": "cert-manager, until the real one is issued",
}
"""Common name of a certificate that nobody asked for -> who made it."""

_VERSIONS: Final = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}


@check(
    "promised-tls",
    level=Level.READ,
    spec="promise: `ingress.tls`, `tls.enabled`",
    remedy=Remedy("Use the https URL. If there is none, set `ingress.tls` to true.", sets={"ingress.tls": True}),
)
def promised_tls(context: Context) -> None:
    """Clients reach the registry over TLS, or without, as promised.

    Without TLS, everyone on the network path reads passwords, and can replace images.
    """
    is_promised = promise(context, "tls")
    is_seen = urlsplit(context.client.url).scheme == "https"
    if is_seen != is_promised:
        seen = "over TLS" if is_seen else "without TLS"
        raise CheckFailed(
            f"{context.expectations.source} promises {'' if is_promised else 'no '}TLS, but the registry "
            f"was reached {seen}, at {context.client.url}"
        )


@check(
    "promised-certificate",
    level=Level.READ,
    spec="promise: `ingress.existingSecret`, `tls.existingSecret`",
    remedy=Remedy(
        "Set `ingress.tls` to true, with a certificate in `ingress.existingSecret`, in the namespace of the registry.",
        sets={"ingress.tls": True},
        otherwise="The Ingress controller uses its own certificate if it cannot read that of the Secret: check with "
        "`kubectl get secret` that it exists in the namespace of the registry, with the keys tls.crt and tls.key, for "
        "this host name. With cert-manager, `kubectl describe certificate` tells why it was not issued.",
    ),
)
def promised_certificate(context: Context) -> None:
    """The certificate is one that clients trust, and not the default one of the Ingress controller.

    A missing or wrong Secret is not reported by the controller: it uses a certificate that no client trusts.
    """
    promise(context, "certificate")
    _ensure_tls(context)
    if context.client.settings.verify:
        return  # The client would not be connected without a certificate that it trusts.
    name = _common_name(context)
    maker = _DEFAULT_CERTIFICATES.get(name)
    if maker:
        raise CheckFailed(f'the certificate is for "{name}": a default one, made by {maker}')
    raise Skipped("not compared: nothing verified who has signed the certificate: pass --ca-file")


@check(
    "promised-tls-version",
    level=Level.READ,
    spec="promise: `tls.minimumVersion`",
    remedy=Remedy(
        "Set `tls.minimumVersion` to the oldest version to accept.",
        sets={"tls.minimumVersion": is_set},
        otherwise=f"A proxy in front ends TLS and accepts other versions (ingress-nginx: ssl-protocols). {OR_ANOTHER}",
    ),
)
def promised_tls_version(context: Context) -> None:
    """The oldest accepted version of TLS is the one that was promised.

    It is a rule of many companies; and a client that only knows an older one cannot connect.
    """
    oldest = promise(context, "oldest_tls")
    _ensure_tls(context)
    source = context.expectations.source
    if not _accepts(context, _VERSIONS[oldest]):
        raise CheckFailed(f"{source} promises {oldest}, but a handshake with it fails")
    if oldest == "TLSv1.3" and _accepts(context, ssl.TLSVersion.TLSv1_2):
        raise CheckFailed(f"{source} promises that versions before {oldest} are refused, but TLSv1.2 is accepted")


@check(
    "promised-client-certificate",
    level=Level.READ,
    spec="promise: `tls.clientAuthentication`",
    remedy=Remedy(
        "Set `tls.clientAuthentication.existingSecret` to the Secret with the authorities of the clients.",
        sets={"tls.clientAuthentication.existingSecret": is_set},
        otherwise=ANOTHER,
    ),
)
def promised_client_certificate(context: Context) -> None:
    """A client without a certificate is refused if that was promised.

    Otherwise, everyone who reaches the registry gets past its first door.
    """
    if promise(context, "client_certificate"):
        response = context.client.request("GET", "/v2/")
        raise CheckFailed(
            f"{context.expectations.source} promises that clients need a certificate, but GET /v2/ returned "
            f"{response.status} without one"
        )


def _ensure_tls(context: Context) -> None:
    if urlsplit(context.client.url).scheme != "https":
        raise Skipped("not compared: the registry is used without TLS")
    if context.client.is_proxied:
        raise Skipped("not compared: a proxy of the environment hides the TLS of the registry")


def _common_name(context: Context) -> str:
    try:
        with open_connection(context, trust_shown_certificate(context, check_name=False)) as connection:
            subject: Any = (connection.getpeercert() or {}).get("subject", ())
    except ssl.SSLCertVerificationError:
        return ""  # tls-expiry reports what is wrong with it.
    return next((value for entry in subject for kind, value in entry if kind == "commonName"), "")


def _accepts(context: Context, version: ssl.TLSVersion) -> bool:
    tls = unverified_context()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        tls.minimum_version = tls.maximum_version = version
    # Also the suites that `configuration.http.tls.ciphersuites` can be limited to.
    tls.set_ciphers("ALL:@SECLEVEL=0")
    try:
        handshake(context, tls)
    except HandshakeError:
        return False
    return True


CHECKS: tuple[Check, ...] = (
    promised_tls,
    promised_certificate,
    promised_tls_version,
    promised_client_certificate,
)
