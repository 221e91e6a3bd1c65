"""The registries on which no check is allowed to fail, in common configurations."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

import bcrypt

from registry_gitops.smoke import Client, Level, connect
from tests.support.dated_certificate import make_dated_certificate
from tests.support.listening import HOST, Listening
from tests.support.nginx import CACHE, GOOD, Nginx
from tests.support.oci_content import image
from tests.support.oci_http import Repository
from tests.support.oci_registry import ServedRegistry
from tests.support.other_proxies import caddy, haproxy
from tests.support.registry import RealRegistry
from tests.support.s3 import S3
from tests.support.tools import tool

USER: Final = "ada"
PASSWORD: Final = "correct horse: battery/staple"

NAME: Final = "somebody/app"
TAG: Final = "1.0"
IMAGE: Final = image(Random("smoke"), 1000)
"""The image that is there before the checks, and must be there afterwards."""

CONFIG: Final = """\
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {}, delete: {enabled: true}, cache: {blobdescriptor: inmemory}}
http: {addr: any}
"""
"""The configuration of the image `registry:3`, as far as clients can see it."""
NO_DELETION: Final = CONFIG.replace("delete: {enabled: true}, ", "")
LOGIN: Final = "auth: {htpasswd: {realm: Registry, path: any}}\n"


@dataclass(frozen=True)
class Running:
    """A registry that responds."""

    url: str
    login: bool = False
    """Whether it requires `USER` and `PASSWORD`."""
    ca_file: Path | None = None
    verified: bool = True
    """Whether clients verify its certificate."""

    def connect(self, **settings: Any) -> Client:
        """Return a client of the registry; `settings` are those of `connect`."""
        user, password = (USER, PASSWORD) if self.login else (None, None)
        ca_file = str(self.ca_file) if self.ca_file else None
        tls: dict[str, Any] = {"ca_file": ca_file, "insecure_skip_tls_verify": not self.verified}
        return connect(self.url, username=user, password=password, **tls, **settings)

    def repository(self, name: str) -> Repository:
        """Return a repository of the registry, independent of smoke."""
        return Repository(self.url, name, (USER, PASSWORD) if self.login else None, self.ca_file)


Starting = Callable[[Path, ExitStack], Running]
"""Starts a registry with a directory of its own, and ends it with the stack."""


@dataclass(frozen=True)
class Server:
    """A way to run a registry."""

    name: str
    start: Starting = field(repr=False)
    level: Level = Level.FULL
    """The level to run."""

    @contextmanager
    def running(self, folder: Path) -> Iterator[Running]:
        """Run it, with an image in it, until the end of the block."""
        folder.mkdir()
        with ExitStack() as stack:
            running = self.start(folder, stack)
            if self.level is Level.FULL:
                running.repository(NAME).push(IMAGE, TAG)
            yield running


def htpasswd() -> str:
    """An htpasswd file, cheap to check."""
    return f"{USER}:{bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()}\n"


def _distribution(config: str = CONFIG) -> Starting:
    def start(folder: Path, stack: ExitStack) -> Running:
        login = LOGIN in config
        real = RealRegistry(tool("registry"), config, htpasswd=htpasswd() if login else "", data=folder / "data")
        return Running(stack.enter_context(real).url, login)

    return start


def _bucket(folder: Path, stack: ExitStack) -> Running:
    s3 = stack.enter_context(S3())
    s3.make_bucket("images")
    storage = json.dumps({"s3": s3.storage("images"), "delete": {"enabled": True}})
    config = CONFIG.replace(next(line for line in CONFIG.splitlines() if "storage:" in line), f"storage: {storage}")
    return Running(stack.enter_context(RealRegistry(tool("registry"), config, environment=s3.environment)).url)


def _behind_nginx(folder: Path, stack: ExitStack) -> Running:
    behind = _distribution()(folder, stack)
    certificate = make_dated_certificate(folder)
    proxy = stack.enter_context(Nginx(folder, behind.url, tls=certificate))
    return Running(proxy.url, ca_file=certificate.certificate)


def _behind_cache(folder: Path, stack: ExitStack) -> Running:
    """Start nginx that keeps blobs, each for the user who has pulled it, in front of a registry that deletes none."""
    behind = _distribution(NO_DELETION + LOGIN)(folder, stack)
    blobs = (
        f"proxy_cache {CACHE};",
        'proxy_cache_key "$request_uri $http_authorization";',
        "proxy_cache_valid 200 1h;",
        "proxy_buffering on;",
        "proxy_pass http://registry;",
    )
    settings = (*GOOD, rf'location ~ "/blobs/sha256:[0-9a-f]{{64}}$" {{ {" ".join(blobs)} }}')
    return Running(stack.enter_context(Nginx(folder, behind.url, settings=settings)).url, login=True)


def _behind_haproxy(folder: Path, stack: ExitStack) -> Running:
    certificate = make_dated_certificate(folder)
    proxy = stack.enter_context(haproxy(folder, _distribution()(folder, stack).url, certificate))
    return Running(proxy.url, ca_file=certificate.certificate)


def _behind_caddy(folder: Path, stack: ExitStack) -> Running:
    behind = _distribution(CONFIG + LOGIN)(folder, stack)
    return Running(stack.enter_context(caddy(folder, behind.url)).url, login=True)


def _debian(folder: Path, stack: ExitStack) -> Running:
    return Running(stack.enter_context(RealRegistry(tool("docker-registry"), CONFIG, data=folder / "data")).url)


def _olareg(*options: str) -> Starting:
    def start(folder: Path, stack: ExitStack) -> Running:
        command = [str(tool("olareg")), "serve", "--addr", HOST, "--dir", str(folder), *options]
        return Running(stack.enter_context(Listening(lambda port: [*command, "--port", str(port)])).url)

    return start


def _crane(folder: Path, stack: ExitStack) -> Running:
    command = [str(tool("crane")), "registry", "serve", "--address"]
    running = Running(stack.enter_context(Listening(lambda port: [*command, f"{HOST}:{port}"])).url)
    # It lists repositories in an order of chance. So many of them are never sorted.
    for number in range(8):
        running.repository(f"zoo/app{number}").push(IMAGE, TAG)
    return running


def _ours(*options: str, disk: bool = True) -> Starting:
    def start(folder: Path, stack: ExitStack) -> Running:
        root = folder / "root"
        if "--read-only" in options:
            with ServedRegistry(root) as before:
                Running(before.url).repository(NAME).push(IMAGE, TAG)
        return Running(stack.enter_context(ServedRegistry(root if disk else None, "--access-log", "off", *options)).url)

    return start


def _ours_guarded(folder: Path, stack: ExitStack) -> Running:
    certificate = make_dated_certificate(folder)
    users = folder / "htpasswd"
    users.write_text(htpasswd())
    options = ("--htpasswd", users, "--tls-cert", certificate.certificate, "--tls-key", certificate.key)
    served = stack.enter_context(ServedRegistry(folder / "root", "--access-log", "off", *options))
    return Running(served.url, login=True, ca_file=certificate.certificate)


def _pull_through(folder: Path, stack: ExitStack) -> Running:
    upstream = stack.enter_context(ServedRegistry())
    Running(upstream.url).repository(NAME).push(IMAGE, TAG)
    config = f"{CONFIG}proxy: {{remoteurl: '{upstream.url}'}}\n"
    cache = Running(stack.enter_context(RealRegistry(tool("registry"), config, data=folder / "data")).url)
    assert cache.repository(NAME).lacks(IMAGE) == []  # From now on it lists what it has fetched.
    return cache


SERVERS: Final = (
    Server("registry 3", _distribution()),
    Server("registry 3, htpasswd", _distribution(CONFIG + LOGIN)),
    Server("registry 3, TLS by nginx", _behind_nginx),
    Server("registry 3, htpasswd, blobs cached by nginx", _behind_cache),
    Server("registry 3, TLS by HAProxy", _behind_haproxy),
    Server("registry 3, htpasswd, behind Caddy", _behind_caddy),
    Server("registry 3, relativeurls", _distribution(CONFIG.replace("addr: any", "addr: any, relativeurls: true"))),
    Server("registry 3, no deletion", _distribution(NO_DELETION)),
    Server("registry 3, S3", _bucket),
    Server("registry 3, pull-through", _pull_through, Level.READ),
    Server("docker-registry 2.8", _debian),
    Server("olareg", _olareg("--api-delete", "--api-blob-delete")),
    Server("olareg, no deletion", _olareg()),
    Server("crane", _crane),
    Server("ours", _ours()),
    Server("ours, memory", _ours(disk=False)),
    Server("ours, htpasswd, TLS", _ours_guarded),
    Server("ours, no deletion", _ours("--no-delete")),
    Server("ours, read-only", _ours("--read-only"), Level.READ),
)
