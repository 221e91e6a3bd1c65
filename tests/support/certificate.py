"""A certificate for loopback that lasts as long as a test run."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.support.tools import tool


@dataclass(frozen=True)
class Certificate:
    """Two PEM files. Nobody has signed the certificate: who is to trust it is given `certificate` as authority."""

    certificate: Path
    key: Path


def make_certificate(folder: Path) -> Certificate:
    """Make a certificate for 127.0.0.1 and localhost in `folder`."""
    made = Certificate(folder / "tls.crt", folder / "tls.key")
    subprocess.run(
        [
            *(tool("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-config", "/dev/null", "-subj", "/CN=registry for tests", "-days", "2"),
            *("-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"),
            *("-addext", "basicConstraints=critical,CA:TRUE"),
            *("-keyout", made.key, "-out", made.certificate),
        ],
        check=True,
        capture_output=True,
    )
    return made
