"""TLS of the server: what it speaks, and one clear sentence for each certificate that cannot be used."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from registry_gitops.registry.error_responses import SetupError
from registry_gitops.registry.startup import load_tls_context
from tests.support.certificate import Certificate, make_certificate
from tests.support.tools import tool

pytestmark = pytest.mark.tools


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"))


def version_spoken(server: ssl.SSLContext, client: ssl.SSLContext) -> str | None:
    """The version that the two agree on, over a real connection. Raises ssl.SSLError where they do not."""
    ours, theirs = socket.socketpair()
    failed: list[OSError] = []

    def serve() -> None:
        try:
            server.wrap_socket(ours, server_side=True).close()
        except OSError as error:
            failed.append(error)
            ours.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with client.wrap_socket(theirs, server_hostname="localhost") as connection:
            return connection.version()
    finally:
        theirs.close()
        thread.join()


def test_a_client_that_trusts_the_certificate_is_served(made: Certificate) -> None:
    client = ssl.create_default_context(cafile=made.certificate)
    assert version_spoken(load_tls_context(made.certificate, made.key), client) == "TLSv1.3"


@pytest.mark.parametrize(("version", "spoken"), [("TLSv1_2", True), ("TLSv1_1", False), ("TLSv1", False)])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_tls_begins_at_1_2(made: Certificate, version: str, spoken: bool) -> None:
    client = ssl.create_default_context(cafile=made.certificate)
    client.minimum_version = client.maximum_version = ssl.TLSVersion[version]
    client.set_ciphers("ALL:@SECLEVEL=0")
    server = load_tls_context(made.certificate, made.key)
    server.set_ciphers("ALL:@SECLEVEL=0")
    if spoken:
        assert version_spoken(server, client) == "TLSv1.2"
    else:
        with pytest.raises(ssl.SSLError):
            version_spoken(server, client)


Break = Callable[[Certificate, Path], Certificate]


def no_certificate(made: Certificate, folder: Path) -> Certificate:
    return Certificate(folder / "missing.crt", made.key)


def no_key(made: Certificate, folder: Path) -> Certificate:
    return Certificate(made.certificate, folder / "missing.key")


def a_folder(made: Certificate, folder: Path) -> Certificate:
    return Certificate(folder, made.key)


def exchanged(made: Certificate, folder: Path) -> Certificate:
    return Certificate(made.key, made.certificate)


def empty(made: Certificate, folder: Path) -> Certificate:
    (folder / "empty").touch()
    return Certificate(folder / "empty", made.key)


def certificate_as_key(made: Certificate, folder: Path) -> Certificate:
    return Certificate(made.certificate, made.certificate)


def key_of_another(made: Certificate, folder: Path) -> Certificate:
    return Certificate(made.certificate, make_certificate(folder).key)


def encrypted_key(made: Certificate, folder: Path) -> Certificate:
    options = ("-aes256", "-passout", "pass:hunter2", "-out", folder / "key")
    subprocess.run([tool("openssl"), "pkey", "-in", made.key, *options], check=True, capture_output=True)
    return Certificate(made.certificate, folder / "key")


def damaged(made: Certificate, folder: Path) -> Certificate:
    (folder / "crt").write_text(made.certificate.read_text().replace("M", "!", 3))
    return Certificate(folder / "crt", made.key)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (no_certificate, "missing.crt: No such file or directory"),
        (no_key, "missing.key: No such file or directory"),
        (a_folder, ": Is a directory"),
        (exchanged, "tls.key: holds no certificate in PEM"),
        (empty, "empty: holds no certificate in PEM"),
        (certificate_as_key, "tls.crt, holds no private key in PEM"),
        (key_of_another, "tls.crt: does not belong to the key in "),
        (encrypted_key, "is encrypted: write it without a password, with `openssl pkey`"),
        (damaged, "crt: this certificate and its key, "),
    ],
)
def test_a_certificate_that_cannot_be_used_is_refused_in_one_sentence(
    made: Certificate, tmp_path: Path, broken: Break, message: str
) -> None:
    files = broken(made, tmp_path)
    with pytest.raises(SetupError) as caught:
        load_tls_context(files.certificate, files.key)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
