"""Checks that take the registry out of service: while one fails, every path returns 503."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from registry_gitops.masking import quote
from registry_gitops.model import ListOf, NonNegative, RuleErrors, rule_error
from registry_gitops.values.configuration.scalars import URL, FilePath, GoDuration, Headers, HostPort
from registry_gitops.values.configuration.secret import SecretHeaders, SecretInURL
from registry_gitops.values.configuration.section import Section


class StorageDriverCheck(Section):
    """A check of the storage."""

    enabled: bool | None = None
    """Whether the storage is checked. The chart's default: true."""

    interval: GoDuration | None = None
    """Time between two checks; 0s is the default. Default: 10s."""

    threshold: NonNegative | None = None
    """Failures in a row until the check fails; 0 counts as 1. The chart's default: 3."""


class FileCheck(Section):
    """A file that must not exist: while it exists, the registry is out of service."""

    file: FilePath
    """The file."""

    interval: GoDuration | None = None
    """Time between two checks; 0s is the default. Default: 10s."""

    instead: ClassVar[dict[str, str]] = {
        "threshold": "registry 3.1.1 reads this key and does not use it, one failure is enough"
    }


class HttpCheck(Section):
    """A URL that must respond to HEAD requests."""

    uri: Annotated[URL, SecretInURL("REGISTRY_HEALTH_HTTPCHECKERS_{}_URI")]
    """The URL."""

    headers: Annotated[Headers | None, Field(repr=False), SecretHeaders("REGISTRY_HEALTH_HTTPCHECKERS_{}_HEADERS")] = (
        None
    )
    """Headers of the request. Credentials are secrets: set all headers, as YAML, in
    REGISTRY_HEALTH_HTTPCHECKERS_0_HEADERS, where 0 is the first check. Default: none."""

    status_code: Annotated[int, Field(ge=100, le=599)] | None = None
    """Status code that it must return. Default: 200."""

    timeout: GoDuration | None = None
    """Timeout of the response; 0s is none. Default: 0s."""

    interval: GoDuration | None = None
    """Time between two checks; 0s is the default. Default: 10s."""

    threshold: NonNegative | None = None
    """Failures in a row until the check fails; 0 counts as 1. Default: 1."""


class TcpCheck(Section):
    """A server that must accept connections."""

    addr: HostPort
    """The server."""

    timeout: GoDuration | None = None
    """Timeout of the connection; 0s is none. Default: 0s."""

    interval: GoDuration | None = None
    """Time between two checks; 0s is the default. Default: 10s."""

    threshold: NonNegative | None = None
    """Failures in a row until the check fails; 0 counts as 1. Default: 1."""


class Health(Section):
    """Checks that take the registry out of service."""

    storagedriver: StorageDriverCheck | None = None

    file: ListOf[FileCheck] | None = None
    """Files that must not exist. Default: none."""

    http: ListOf[HttpCheck] | None = None
    """URLs that must respond. Default: none."""

    tcp: ListOf[TcpCheck] | None = None
    """Servers that must accept connections. Default: none."""

    variable_names: ClassVar[dict[str, str]] = {"file": "filecheckers", "http": "httpcheckers", "tcp": "tcpcheckers"}

    def _targets(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        yield from ((("file", i, "file"), check.file) for i, check in enumerate(self.file or []))
        yield from ((("http", i, "uri"), check.uri) for i, check in enumerate(self.http or []))
        yield from ((("tcp", i, "addr"), check.addr) for i, check in enumerate(self.tcp or []))

    def _rule_errors(self) -> RuleErrors:
        seen: set[str] = set()
        for path, target in self._targets():
            if target in seen:
                message = f"{quote(target)} is checked twice, and the registry stops at that: keep one of them"
                yield rule_error("checked_twice", message, *path)
            seen.add(target)
