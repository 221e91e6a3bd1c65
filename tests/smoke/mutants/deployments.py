"""Misconfigured deployments of real programs, with the checks that fail and their remedies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from registry_gitops.smoke import Level
from tests.smoke.servers.fleet import CONFIG, LOGIN, PASSWORD, USER, Running, Starting
from tests.support.dated_certificate import make_dated_certificate
from tests.support.disk import Disk
from tests.support.nginx import GOOD, Nginx
from tests.support.oci_registry import ServedRegistry
from tests.support.proxy import Service
from tests.support.quick_folder import quick_folder
from tests.support.registry import RealRegistry
from tests.support.tools import tool

WITHOUT_CACHE: Final = CONFIG.replace(", cache: {blobdescriptor: inmemory}", "")


@dataclass(frozen=True)
class Deployment:
    """A misconfigured registry."""

    name: str
    start: Starting = field(repr=False)
    failed: Mapping[str, str] = field(default_factory=dict)
    """The checks that must fail, each with words of its remedy."""
    not_supported: Mapping[str, str] = field(default_factory=dict)
    """Checks that are not supported, each with words of its message."""
    level: Level = Level.SMOKE
    """The lowest level that finds it."""
    unreachable: str = ""
    """Words of the remedy if the registry is unreachable."""

    @contextmanager
    def running(self) -> Iterator[Running]:
        """Run it until the end of the block."""
        with quick_folder() as folder, ExitStack() as stack:
            yield self.start(folder, stack)


def _registry(stack: ExitStack, data: Path, config: str = CONFIG, users: str = "") -> str:
    return stack.enter_context(RealRegistry(tool("registry"), config, data=data, htpasswd=users)).url


def _behind_tls(*settings: str, verified: bool = True, **certificate: Any) -> Starting:
    """Start a registry behind nginx with these settings and this certificate."""

    def start(folder: Path, stack: ExitStack) -> Running:
        tls = make_dated_certificate(folder, **certificate)
        proxy = Nginx(folder, _registry(stack, folder / "data"), settings=settings, tls=tls)
        return Running(stack.enter_context(proxy).url, ca_file=tls.certificate, verified=verified)

    return start


def _but(setting: str, *others: str) -> tuple[str, ...]:
    """Return the good settings of nginx without one of them, and with others."""
    return (*(line for line in GOOD if setting not in line), *others)


def _two(*configs: str, shared: bool = True, by: str = "request") -> Starting:
    """Start two replicas that alternate by request, or by connection."""

    def start(folder: Path, stack: ExitStack) -> Running:
        data = [folder / ("data" if shared else f"data{number}") for number in range(2)]
        replicas = [_registry(stack, place, config) for config, place in zip(configs, data, strict=True)]
        if by == "request":
            return Running(stack.enter_context(Nginx(folder, *replicas)).url)
        return Running(stack.enter_context(Service(*replicas)).url)

    return start


def _with_secret(config: str, secret: str) -> str:
    return config.replace("addr: any", f"addr: any, secret: {secret}")


def _read_only(folder: Path, stack: ExitStack) -> Running:
    disk = stack.enter_context(Disk("-t", "tmpfs", "-o", "ro", "tmpfs"))
    return Running(_registry(stack, disk.seen))


def _full(folder: Path, stack: ExitStack) -> Running:
    disk = stack.enter_context(Disk("-t", "tmpfs", "-o", "size=256k", "tmpfs"))
    url = _registry(stack, disk.seen)
    with suppress(OSError):
        (disk.seen / "filler").write_bytes(bytes(1024 * 1024))
    return Running(url)


def _pull_through(folder: Path, stack: ExitStack) -> Running:
    upstream = stack.enter_context(ServedRegistry())
    return Running(_registry(stack, folder / "data", f"{CONFIG}proxy: {{remoteurl: '{upstream.url}'}}\n"))


def _no_deletion(folder: Path, stack: ExitStack) -> Running:
    return Running(_registry(stack, folder / "data", CONFIG.replace("delete: {enabled: true}, ", "")))


def _plain_text(folder: Path, stack: ExitStack) -> Running:
    return Running(_registry(stack, folder / "data", CONFIG + LOGIN, users=f"{USER}:{PASSWORD}\n"), login=True)


def _nobody_behind(folder: Path, stack: ExitStack) -> Running:
    with ExitStack() as gone:
        url = _registry(gone, folder / "data")
    return Running(stack.enter_context(Nginx(folder, url)).url)


OLD_TLS: Final = ("ssl_protocols TLSv1 TLSv1.1 TLSv1.2;", "ssl_ciphers ALL:@SECLEVEL=0;")
ELSEWHERE: Final = "DNS:registry.internal.example.com"
BODY_SIZE: Final = 'nginx.ingress.kubernetes.io/proxy-body-size: "0"'
RELATIVE: Final = "Set `http.relativeUrls` to true"
SHARE: Final = "the same `http.existingSecret` and one storage"
CACHE: Final = "`cache.type`"

DEPLOYMENTS: Final = (
    Deployment(
        "nginx with its limit of 1 MB",
        _behind_tls(*_but("client_max_body_size")),
        failed={"upload-2-mb": BODY_SIZE},
    ),
    Deployment(
        "nginx that hides TLS",
        _behind_tls(*_but("X-Forwarded-Proto", "proxy_set_header X-Forwarded-Proto http;")),
        failed={"upload-location": RELATIVE},
    ),
    Deployment("nginx that hides the host", _behind_tls(*_but("Host")), failed={"upload-location": RELATIVE}),
    Deployment(
        "nginx with old TLS", _behind_tls(*GOOD, *OLD_TLS), failed={"tls-version": "ssl-protocols"}, level=Level.READ
    ),
    Deployment(
        "a certificate for a week", _behind_tls(*GOOD, last=7), failed={"tls-expiry": "Renew"}, level=Level.READ
    ),
    Deployment("an expired certificate", _behind_tls(*GOOD, first=-60, last=-30), unreachable="Renew"),
    Deployment(
        "an expired certificate that nobody looks at",
        _behind_tls(*GOOD, first=-60, last=-30, verified=False),
        failed={"tls-expiry": "Renew"},
        level=Level.READ,
    ),
    Deployment("a certificate for another name", _behind_tls(*GOOD, names=ELSEWHERE), unreachable="`ingress.hostname`"),
    Deployment(
        "a certificate for another name that nobody looks at",
        _behind_tls(*GOOD, names=ELSEWHERE, verified=False),
        failed={"tls-name": "`ingress.hostname`"},
        level=Level.READ,
    ),
    Deployment(
        "two secrets",
        _two(_with_secret(WITHOUT_CACHE, "one"), _with_secret(WITHOUT_CACHE, "two")),
        failed={"upload-monolithic": SHARE},
    ),
    Deployment(
        "two secrets behind a Service",
        _two(_with_secret(WITHOUT_CACHE, "one"), _with_secret(WITHOUT_CACHE, "two"), by="connection"),
        failed={"replicas-upload": SHARE},
    ),
    Deployment(
        "two caches behind a Service",
        _two(*[_with_secret(CONFIG, "same")] * 2, by="connection"),
        failed={"delete-seen-by-all": CACHE},
    ),
    Deployment(
        "two caches",
        _two(*[_with_secret(CONFIG, "same")] * 2),
        failed={"delete-manifest": CACHE, "delete-blob": CACHE, "delete-seen-by-all": CACHE},
    ),
    Deployment(
        "two volumes",
        _two(*[_with_secret(WITHOUT_CACHE, "same")] * 2, shared=False),
        failed={"upload-monolithic": SHARE},
    ),
    Deployment("a read-only volume", _read_only, failed={"upload-monolithic": "not mounted read-only"}),
    Deployment("a full volume", _full, failed={"upload-monolithic": "raise `persistence.size`"}),
    Deployment("a pull-through cache", _pull_through, failed={"upload-monolithic": "`configuration.proxy.remoteurl`"}),
    Deployment("deletion off", _no_deletion, not_supported={"delete-manifest": "`deletion.enabled` turns it on"}),
    Deployment("htpasswd in plain text", _plain_text, unreachable="bcrypt"),
    Deployment("no Pod behind nginx", _nobody_behind, unreachable="Pod"),
)

TWO_VOLUMES: Final = Deployment(
    "two volumes behind a Service", _two(*[_with_secret(WITHOUT_CACHE, "same")] * 2, shared=False, by="connection")
)
"""Which checks reach the wrong replica is random."""
