"""Certificates that are good from one day to another, which `openssl req` does not make."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.certificate import Certificate
from tests.support.tools import tool

LOOPBACK = "IP:127.0.0.1,DNS:localhost"
_CONFIG = """\
[ca]
default_ca = us
[us]
database = {folder}/index
serial = {folder}/serial
new_certs_dir = {folder}
policy = anybody
default_md = sha256
x509_extensions = ours
[anybody]
commonName = supplied
[ours]
subjectAltName = {names}
basicConstraints = critical,CA:TRUE
"""


def make_dated_certificate(
    folder: Path, *, first: int = -1, last: int = 90, names: str = LOOPBACK, common_name: str = "registry for tests"
) -> Certificate:
    """Make a certificate in `folder`, good from `first` to `last`: days from now. Nobody has signed it."""
    made = Certificate(folder / "dated.crt", folder / "dated.key")
    config, request = folder / "ca.cnf", folder / "dated.csr"
    # openssl splits its own paths at spaces, unless they are quoted.
    config.write_text(_CONFIG.format(folder=f'"{folder}"', names=names))
    (folder / "index").touch()
    (folder / "serial").write_text("01\n")
    _openssl(
        *("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-config", "/dev/null"),
        *("-subj", f"/CN={common_name}", "-keyout", made.key, "-out", request),
    )
    _openssl(
        *("ca", "-batch", "-selfsign", "-notext", "-config", config, "-keyfile", made.key, "-in", request),
        *("-startdate", _day(first), "-enddate", _day(last), "-out", made.certificate),
    )
    return made


def _day(number: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=number):%Y%m%d%H%M%SZ}"


def _openssl(*arguments: str | Path) -> None:
    subprocess.run([tool("openssl"), *arguments], check=True, capture_output=True)
