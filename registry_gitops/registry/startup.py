"""What a registry needs to start: a POSIX system, and for TLS a certificate and its key."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

from registry_gitops.registry.error_responses import SetupError


def require_posix() -> None:
    """Raise SetupError on a system without file locks or sendfile, such as Windows."""
    try:
        import fcntl  # noqa: F401
    except ImportError:
        is_posix = False
    else:
        is_posix = hasattr(os, "sendfile")
    if not is_posix:
        raise SetupError("the registry needs a POSIX system: use Linux or macOS, or on Windows WSL or a container")


def load_tls_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return a context for TLS 1.2 and later. `certificate` is in PEM, with its chain after it. Raises SetupError."""
    for file in (certificate, key):
        try:
            file.read_bytes()
        except OSError as error:
            raise SetupError(error.strerror or "cannot be read", file) from None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # An empty password: otherwise OpenSSL asks for one on the terminal.
        context.load_cert_chain(certificate, key, password="")
    except ssl.SSLError as error:
        raise SetupError(_describe_error(error, certificate, key), certificate) from None
    return context


def _describe_error(error: ssl.SSLError, certificate: Path, key: Path) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"does not belong to the key in {key}"
    if not _has_pem_block(certificate, "CERTIFICATE"):
        return "holds no certificate in PEM"
    if not _has_pem_block(key, "PRIVATE KEY"):
        return f"its key, {key}, holds no private key in PEM"
    if b"ENCRYPTED" in key.read_bytes():
        return f"its key, {key}, is encrypted: write it without a password, with `openssl pkey`"
    return f"this certificate and its key, {key}, cannot be used: {error.reason or error}"


def _has_pem_block(file: Path, label: str) -> bool:
    return f"{label}-----".encode() in file.read_bytes()
