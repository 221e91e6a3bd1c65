"""TLS: its version, and the certificate. Seen by a handshake of its own, so that it works without verification, too."""

from __future__ import annotations

import socket
import ssl
import warnings
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from registry_gitops.smoke.check import MUST, CheckFailed, Level, Need, check
from registry_gitops.smoke.context import Context

SOON: Final = timedelta(days=14)
"""A certificate that lasts no longer should have been renewed: cert-manager does so a month before the end."""
_EXPIRED: Final = 10
_WRONG_NAME: Final = (62, 64)


@check(
    "tls-version",
    Level.READ,
    MUST,
    spec="RFC 8996: TLS 1.0 and 1.1 must not be used",
    remedy="Let the Ingress controller speak TLS 1.2 and 1.3 only (ingress-nginx: ssl-protocols in its ConfigMap); "
    "where the registry itself speaks TLS, let `configuration.http.tls.minimumtls` be tls1.2.",
    needs={Need.TLS},
)
def tls_version(context: Context) -> None:
    """TLS 1.2 or newer is spoken, and nothing older.

    Older versions can be broken by who is on the way.
    """
    offered = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    offered.check_hostname, offered.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        offered.minimum_version = ssl.TLSVersion.TLSv1
        offered.maximum_version = ssl.TLSVersion.TLSv1_1
    offered.set_ciphers("ALL:@SECLEVEL=0")
    try:
        version = _handshake(context, offered)[0]
    except NoHandshake:
        return
    raise CheckFailed(f"the registry still speaks {version}")


@check(
    "tls-name",
    Level.READ,
    MUST,
    spec="RFC 9525: service identity in TLS",
    remedy="Have the certificate in `ingress.existingSecret` issued for `ingress.hostname`, and use that name.",
    needs={Need.TLS},
)
def tls_name(context: Context) -> None:
    """The certificate is for the name that clients use.

    Docker, containerd and the kubelet refuse one for another name.
    """
    try:
        _handshake(context, _trusting_it(context, name=True))
    except ssl.SSLCertVerificationError as error:
        if error.verify_code in _WRONG_NAME:
            raise CheckFailed(f"the certificate is for another name: {error.verify_message}") from None


@check(
    "tls-expiry",
    Level.READ,
    MUST,
    spec="RFC 5280, Validity",
    remedy="Renew the certificate in `ingress.existingSecret`; cert-manager does so by itself (an annotation of "
    "`ingress.annotations`).",
    needs={Need.TLS},
)
def tls_expiry(context: Context) -> None:
    """The certificate lasts two weeks or more.

    On the day that it expires, nothing can be pulled any more, and no Pod starts on a new node.
    """
    try:
        until = _handshake(context, _trusting_it(context, name=False))[1]
    except ssl.SSLCertVerificationError as error:
        if error.verify_code == _EXPIRED:
            raise CheckFailed("the certificate has expired") from None
        raise CheckFailed(f"the certificate cannot be used: {error.verify_message}") from None
    if until and until - datetime.now(UTC) < SOON:
        raise CheckFailed(f"the certificate expires on {until:%Y-%m-%d}, in less than {SOON.days} days")


class NoHandshake(CheckFailed):
    """There is a connection, but no TLS on it."""


def _trusting_it(context: Context, *, name: bool) -> ssl.SSLContext:
    """A context that trusts the certificate that is shown, whoever signed it, so that only the rest is looked at."""
    blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    blind.check_hostname, blind.verify_mode = False, ssl.CERT_NONE
    with _connection(context, blind) as tls:
        shown = tls.getpeercert(binary_form=True)
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname = name
    trusting.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    trusting.load_verify_locations(cadata=shown or b"")
    return trusting


def _handshake(context: Context, offered: ssl.SSLContext) -> tuple[str, datetime | None]:
    """The version that was agreed upon, and until when the certificate is good, where that was looked at."""
    with _connection(context, offered) as tls:
        until = (tls.getpeercert() or {}).get("notAfter")
        end = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(until)), UTC) if until else None
        return tls.version() or "", end


def _connection(context: Context, offered: ssl.SSLContext) -> ssl.SSLSocket:
    parts = urlsplit(context.client.url)
    host = parts.hostname or ""
    try:
        plain = socket.create_connection((host, parts.port or 443), context.client.settings.timeout)
    except OSError as error:
        raise CheckFailed(f"there is no connection for a handshake: {error}") from None
    try:
        return offered.wrap_socket(plain, server_hostname=host)
    except ssl.SSLCertVerificationError:
        plain.close()
        raise
    except OSError as error:
        plain.close()
        raise NoHandshake(f"TLS is not agreed upon: {error}") from None
