"""A registry over plain HTTP, and one over TLS with a login."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import bcrypt
import pytest

from tests.registry.clients.programs import Registry
from tests.support.certificate import make_certificate
from tests.support.oci_registry import ServedRegistry

LOGIN = ("ada", "correct horse: battery/staple")


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """Plain HTTP, for everybody."""
    with ServedRegistry(tmp_path_factory.mktemp("plain")) as served:
        yield Registry(served.host)


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """TLS, for one user."""
    folder = tmp_path_factory.mktemp("guarded")
    tls = make_certificate(folder)
    user, password = LOGIN
    htpasswd = folder / "htpasswd"
    htpasswd.write_text(f"{user}:{bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()}\n")
    options = ("--htpasswd", htpasswd, "--tls-cert", tls.certificate, "--tls-key", tls.key)
    with ServedRegistry(folder / "root", *options) as served:
        yield Registry(served.host, tls.certificate, LOGIN)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home folder of whoever runs a client."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder
