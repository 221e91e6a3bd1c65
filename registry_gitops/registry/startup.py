"""TLS of the server: a certificate and its key, read at the start."""

from __future__ import annotations

import ssl
from pathlib import Path

from registry_gitops.registry.errors import SetupError


def context(certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 and later with this certificate (PEM, those that signed it below it). Raises SetupError."""
    for file in (certificate, key):
        try:
            file.read_bytes()
        except OSError as error:
            raise SetupError(error.strerror or "cannot be read", file) from None
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # An empty password, so that nobody is asked for one on a terminal.
        made.load_cert_chain(certificate, key, password="")
    except ssl.SSLError as error:
        raise SetupError(_reason(error, certificate, key), certificate) from None
    return made


def _reason(error: ssl.SSLError, certificate: Path, key: Path) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"does not belong to the key in {key}"
    if not _holds(certificate, "CERTIFICATE"):
        return "holds no certificate in PEM"
    if not _holds(key, "PRIVATE KEY"):
        return f"its key, {key}, holds no private key in PEM"
    if b"ENCRYPTED" in key.read_bytes():
        return f"its key, {key}, is encrypted: write it without a password, with `openssl pkey`"
    return f"this certificate and its key, {key}, cannot be used: {error.reason or error}"


def _holds(file: Path, label: str) -> bool:
    return f"{label}-----".encode() in file.read_bytes()
