"""Checks of TLS: its version, and the certificate.

They make handshakes of their own, so they also work if the client accepts any certificate.
"""

from __future__ import annotations

import socket
import ssl
import warnings
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from registry_gitops.smoke.check import check
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.exceptions import CheckFailed, Skipped
from registry_gitops.smoke.levels import Level
from registry_gitops.smoke.preconditions import Precondition

MIN_VALIDITY: Final = timedelta(days=14)
"""cert-manager renews a certificate a month before it expires."""
_EXPIRED: Final = 10
_WRONG_NAME: Final = (62, 64)


@check(
    "tls-version",
    level=Level.READ,
    needs={Precondition.TLS},
    spec="RFC 8996: TLS 1.0 and 1.1 must not be used",
    remedy="Let the Ingress controller use TLS 1.2 and 1.3 only (ingress-nginx: ssl-protocols in its ConfigMap); if "
    "the registry itself uses TLS, set `configuration.http.tls.minimumtls` to tls1.2.",
)
def tls_version(context: Context) -> None:
    """Versions older than TLS 1.2 are refused.

    An attacker on the network path can break older versions.
    """
    tls = _unverified_context()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        tls.minimum_version = ssl.TLSVersion.TLSv1
        tls.maximum_version = ssl.TLSVersion.TLSv1_1
    tls.set_ciphers("ALL:@SECLEVEL=0")
    try:
        version = _handshake(context, tls)[0]
    except HandshakeError:
        return
    raise CheckFailed(f"the registry accepts {version}")


@check(
    "tls-name",
    level=Level.READ,
    needs={Precondition.TLS},
    spec="RFC 9525: service identity in TLS",
    remedy="Have the certificate in `ingress.existingSecret` issued for `ingress.hostname`, and use that name.",
)
def tls_name(context: Context) -> None:
    """The certificate is valid for the name that clients use.

    Docker, containerd, and the kubelet refuse a certificate for another name.
    """
    if not context.client.settings.check_hostname:
        raise Skipped("the registry is reached through a port-forward, which its certificate does not name")
    try:
        _handshake(context, _trust_shown_certificate(context, check_name=True))
    except ssl.SSLCertVerificationError as error:
        if error.verify_code in _WRONG_NAME:
            raise CheckFailed(f"the certificate is for another name: {error.verify_message}") from None


@check(
    "tls-expiry",
    level=Level.READ,
    needs={Precondition.TLS},
    spec="RFC 5280, Validity",
    remedy="Renew the certificate in `ingress.existingSecret`; cert-manager does so automatically (an annotation in "
    "`ingress.annotations`).",
)
def tls_expiry(context: Context) -> None:
    """The certificate is valid for at least 14 more days.

    After it expires, no image can be pulled, and no Pod starts on a new node.
    """
    try:
        until = _handshake(context, _trust_shown_certificate(context, check_name=False))[1]
    except ssl.SSLCertVerificationError as error:
        if error.verify_code == _EXPIRED:
            raise CheckFailed("the certificate has expired") from None
        raise CheckFailed(f"the certificate cannot be used: {error.verify_message}") from None
    if until and until - datetime.now(UTC) < MIN_VALIDITY:
        raise CheckFailed(f"the certificate expires on {until:%Y-%m-%d}, in less than {MIN_VALIDITY.days} days")


class HandshakeError(CheckFailed):
    """A connection was opened, but the TLS handshake failed."""


def _unverified_context() -> ssl.SSLContext:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    return tls


def _trust_shown_certificate(context: Context, *, check_name: bool) -> ssl.SSLContext:
    """Return TLS settings that trust the certificate that the registry shows, so that only the rest is verified."""
    with _connection(context, _unverified_context()) as connection:
        shown = connection.getpeercert(binary_form=True)
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname = check_name
    trusting.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    trusting.load_verify_locations(cadata=shown or b"")
    return trusting


def _handshake(context: Context, tls: ssl.SSLContext) -> tuple[str, datetime | None]:
    """Return the negotiated version, and the end of the certificate's validity if it was verified."""
    with _connection(context, tls) as connection:
        until = (connection.getpeercert() or {}).get("notAfter")
        end = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(until)), UTC) if until else None
        return connection.version() or "", end


def _connection(context: Context, tls: ssl.SSLContext) -> ssl.SSLSocket:
    parts = urlsplit(context.client.url)
    host = parts.hostname or ""
    try:
        plain = socket.create_connection((host, parts.port or 443), context.client.settings.timeout)
    except OSError as error:
        raise CheckFailed(f"no connection for a TLS handshake: {error}") from None
    try:
        return tls.wrap_socket(plain, server_hostname=host)
    except ssl.SSLCertVerificationError:
        plain.close()
        raise
    except OSError as error:
        plain.close()
        raise HandshakeError(f"the TLS handshake failed: {error}") from None


CHECKS = (
    tls_version,
    tls_name,
    tls_expiry,
)
