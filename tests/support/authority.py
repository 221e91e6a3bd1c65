"""A certificate authority for tests, and certificates that it has signed: for servers and for clients."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.certificate import Certificate
from tests.support.tools import tool

LOOPBACK = ("IP:127.0.0.1", "DNS:localhost")
_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-config", "/dev/null")


@dataclass(frozen=True)
class Authority:
    """A certificate authority whose files are in `folder`."""

    folder: Path

    @property
    def certificate(self) -> Path:
        """The PEM file that clients trust."""
        return self.folder / "ca.crt"

    def sign(self, name: str, alternative_names: Sequence[str] = LOOPBACK) -> Certificate:
        """Return a new key and a certificate for it, valid for a server with these names and for a client.

        `name` is the common name and the name of both files. A second certificate of the same name replaces the first.
        """
        request, extensions = self.folder / f"{name}.csr", self.folder / f"{name}.cnf"
        signed = Certificate(self.folder / f"{name}.crt", self.folder / f"{name}.key")
        extensions.write_text(f"subjectAltName={','.join(alternative_names)}\n")
        _openssl("req", "-new", *_NEW_KEY, "-subj", f"/CN={name}", "-keyout", signed.key, "-out", request)
        _openssl(
            *("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.folder / "ca.key"),
            *("-CAcreateserial", "-days", "90", "-extfile", extensions, "-out", signed.certificate),
        )
        return signed


def make_authority(folder: Path) -> Authority:
    """Make a new authority in `folder`, an existing directory."""
    authority = Authority(folder)
    _openssl(
        *("req", "-x509", *_NEW_KEY, "-subj", "/CN=authority for tests", "-days", "90"),
        *("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"),
        *("-keyout", folder / "ca.key", "-out", authority.certificate),
    )
    return authority


def _openssl(*arguments: str | Path) -> None:
    subprocess.run([tool("openssl"), *arguments], check=True, capture_output=True)
