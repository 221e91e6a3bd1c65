"""Push the chart to an OCI registry."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from registry_gitops.charts.chart_archive import ChartArchive
from registry_gitops.charts.oci_artifact import build_artifact
from registry_gitops.errors import InputError
from registry_gitops.masking import quote
from registry_gitops.smoke import (
    TLS_REQUIRED,
    Client,
    PushRecord,
    Repository,
    UnreachableError,
    connect,
    require_repository_name,
)

_DOCKER_HUB: Final = "registry-1.docker.io"
_URL: Final = re.compile(r"oci://(?P<host>[^/?#@\s]+)(?P<path>(/[^/?#@\s]+)*)/?")


@dataclass(frozen=True)
class ChartRepository:
    """The repository of an OCI registry to which a chart is pushed."""

    host: str
    """Host and port."""
    name: str
    """Name of the repository, with that of the chart at its end."""

    @classmethod
    def parse(cls, url: str, chart: str) -> ChartRepository:
        """Return the repository of the chart named `chart` at `url`, which can leave out that name, as for `helm push`.

        Raises InputError.
        """
        match = _URL.fullmatch(url)
        if match is None or not _is_host(match["host"]):
            raise _not_a_repository(url)
        parts = match["path"].split("/")[1:]
        name = "/".join(parts if parts[-1:] == [chart] else [*parts, chart])
        try:
            require_repository_name(name)
        except ValueError:
            raise _not_a_repository(url) from None
        return cls(match["host"], name)

    @property
    def url(self) -> str:
        """The URL as `source.url` has it."""
        return f"oci://{self.host}/{self.name}"

    def connect(self, *, plain_http: bool = False, **settings: Any) -> Client:
        """Return a client of the registry, which has responded. `settings` are those of `smoke.connect`.

        Raises UnreachableError, and InputError for settings that cannot be used.
        """
        host = _DOCKER_HUB if self.host in ("docker.io", "index.docker.io") else self.host
        try:
            return connect(f"{'http' if plain_http else 'https'}://{host}", **settings)
        except UnreachableError as error:
            raise UnreachableError(str(error), error.cause, _find_remedy(error)) from None


@dataclass(frozen=True)
class PushedChart:
    """A chart in a registry."""

    url: str
    """URL of its repository, for `source.url`."""
    tag: str
    digest: str
    """Digest of the manifest."""
    is_new: bool
    """Whether it was pushed now; else, the registry had it."""
    replaced: str = ""
    """Digest of the manifest that the tag named before, "" if it named none, or this one."""

    def __str__(self) -> str:
        return f"{self.url}:{self.tag}@{self.digest}"


def push_chart(client: Client, repository: ChartRepository, archive: ChartArchive) -> PushedChart:
    """Push the chart under the tag of its version, which then no longer names what it named before.

    Pushes nothing if the tag names the chart already: many registries refuse to push a tag again. Raises CheckFailed
    if the registry refuses the push, and NoResponseError.
    """
    artifact, tag = build_artifact(archive), archive.tag
    target = Repository(client, PushRecord(), repository.name)
    stored = target.request_manifest(tag)
    is_new = stored.status != 200 or stored.body != artifact.content
    if is_new:
        target.push(artifact, tag)
    replaced = f"sha256:{hashlib.sha256(stored.body).hexdigest()}" if is_new and stored.status == 200 else ""
    return PushedChart(repository.url, tag, artifact.digest, is_new, replaced)


def _not_a_repository(url: str) -> InputError:
    return InputError.single(
        f"{quote(url)} is not the URL of a chart repository: write oci://HOST/PATH in lower case, such as "
        "oci://ghcr.io/example/charts, without user and version"
    )


def _is_host(text: str) -> bool:
    try:
        parts = urlsplit(f"//{text}")
        return bool(parts.hostname) and parts.port != 0 and not text.endswith(":")
    except ValueError:
        return False


_REMEDIES: Final = {
    "DNS": "Check the spelling of the host.",
    "refused": "Nothing listens there: check host and port.",
    "timeout": "The request timed out: check host, port, and firewalls.",
    "network": "Check host and port, and what is in between.",
    "TLS": "If the registry uses plain HTTP, pass --plain-http.",
    "TLS: client": "The registry demands a certificate of its clients, and this program has none.",
    "TLS: expired": "Renew the certificate of the registry.",
    "TLS: name": "Use a host name for which the certificate of the registry is valid.",
    "TLS: authority": "Pass the authority's certificate with --ca-file.",
    TLS_REQUIRED: "Leave out --plain-http.",
    "401": "Check user and password: --username and REGISTRY_GITOPS_PASSWORD, or else what `docker login` saved.",
    "403": "Check the permissions of the user.",
}
"""Cause of UnreachableError -> what to change."""


def _find_remedy(error: UnreachableError) -> str:
    """Return what to change. What the error itself says is about values of our chart, if a status code is the cause."""
    if error.cause in _REMEDIES or not error.cause.isdigit():
        return _REMEDIES.get(error.cause, error.remedy)
    is_down = error.cause.startswith("5") or error.cause == "429"
    return "Try again later." if is_down else "This is not the response of a registry: check host and port."
