"""The registry as a pull-through cache of another one."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from registry_gitops.values.configuration.scalars import URL, GoDuration, NonEmpty
from registry_gitops.values.configuration.secret import SecretField, SecretInURL
from registry_gitops.values.configuration.section import Section


class ProxyExec(Section):
    """A credential helper, instead of user and password."""

    command: NonEmpty | None = None
    """The command; it must be in the image. Default: none."""

    lifetime: GoDuration | None = None
    """Time until the command is run again; 0s runs it for every request. Default: it is run once."""


class Proxy(Section):
    """A pull-through cache: it refuses pushes, and exits at its start if the other registry is unreachable."""

    remote_url: Annotated[URL | None, SecretInURL("REGISTRY_PROXY_REMOTEURL")] = None
    """URL of the other registry, such as https://registry-1.docker.io; it enables the cache. The registry ignores a
    path in it. Default: none."""

    username: str | None = None
    """User of the other registry. Default: none."""

    password: Annotated[str | None, Field(repr=False), SecretField("REGISTRY_PROXY_PASSWORD")] = None
    """Password of the other registry. A secret: set it as REGISTRY_PROXY_PASSWORD. Default: none."""

    exec: ProxyExec | None = None

    ttl: GoDuration | None = None
    """Time until content is deleted; 0s is never. Default: 168h."""

    cache_write_timeout: GoDuration | None = None
    """Timeout for storing a blob that is being pulled; 0s is the default. Default: 5m."""
