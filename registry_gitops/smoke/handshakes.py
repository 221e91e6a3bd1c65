"""TLS handshakes with the registry, apart from the connections of the client."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime
from urllib.parse import urlsplit

from registry_gitops.smoke.context import Context
from registry_gitops.smoke.exceptions import CheckFailed


class HandshakeError(CheckFailed):
    """A connection was opened, but the TLS handshake failed."""


def unverified_context() -> ssl.SSLContext:
    """Return TLS settings that accept any certificate."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    return tls


def trust_shown_certificate(context: Context, *, check_name: bool) -> ssl.SSLContext:
    """Return TLS settings that trust the certificate that the registry shows, so that only the rest is verified."""
    with open_connection(context, unverified_context()) as connection:
        shown = connection.getpeercert(binary_form=True)
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname = check_name
    trusting.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    trusting.load_verify_locations(cadata=shown or b"")
    return trusting


def handshake(context: Context, tls: ssl.SSLContext) -> tuple[str, datetime | None]:
    """Return the negotiated version, and the end of the certificate's validity if it was verified."""
    with open_connection(context, tls) as connection:
        until = (connection.getpeercert() or {}).get("notAfter")
        end = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(until)), UTC) if until else None
        return connection.version() or "", end


def open_connection(context: Context, tls: ssl.SSLContext, name: str = "") -> ssl.SSLSocket:
    """Return a connection after its handshake, for another host name at the same address if `name` is given.

    Raises SSLCertVerificationError, HandshakeError, and CheckFailed.
    """
    parts = urlsplit(context.client.url)
    host = parts.hostname or ""
    try:
        plain = socket.create_connection((host, parts.port or 443), context.client.settings.timeout)
    except OSError as error:
        raise CheckFailed(f"no connection for a TLS handshake: {error}") from None
    try:
        return tls.wrap_socket(plain, server_hostname=name or host)
    except ssl.SSLCertVerificationError:
        plain.close()
        raise
    except OSError as error:
        plain.close()
        raise HandshakeError(f"the TLS handshake failed: {error}") from None
