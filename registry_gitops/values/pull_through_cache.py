"""The registry as a pull-through cache of another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from registry_gitops.model import Model, OptionalName, Text
from registry_gitops.values.configuration import REGISTRY_ORIGIN, GoDuration

RegistryURL = Annotated[
    str,
    Text(
        "the URL of a registry",
        REGISTRY_ORIGIN,
        "begin with https:// or http://, and write a host with an optional port, without a user and a path (the "
        "registry ignores a path: it caches all repositories of the host)",
        max_length=2048,
        empty=True,
        examples=("https://registry-1.docker.io",),
    ),
]


class PullThroughCache(Model):
    """The registry as a pull-through cache of another one: clients pull from it, and cannot push.

    One cache has one upstream registry: for several, deploy several. It exits at its start if the other registry is
    unreachable, or has a certificate of an authority that is not in `extraCAs`. It has one Pod, because several would
    lose track of what expires.
    """

    enabled: bool = False
    """Whether the registry is a cache."""

    remote_url: RegistryURL = ""
    """URL of the other registry: Docker Hub is https://registry-1.docker.io. Upstream: proxy.remoteurl."""

    username: Annotated[
        str, Text("a user name", r"[^\s\x00-\x1f:]+", 'use no blank and no ":"', max_length=255, empty=True)
    ] = ""
    """User of the other registry; "" is the key `username` of `existingSecret`. Upstream: proxy.username."""

    existing_secret: OptionalName = ""
    """Secret with the keys `username` and `password` for the other registry; "" pulls without credentials. The registry
    reads both as YAML: a wrong password looks like a missing image (404). Upstream: proxy.password."""

    ttl: GoDuration = "168h"
    """Time until layers are deleted, with a unit; 0s is never. Manifests, a few kB each, stay. Upstream: proxy.ttl."""

    instead: ClassVar[Mapping[str, str]] = {
        "password": "name a Secret with the keys username and password in existingSecret",
        "secretRef": "name a Secret with the keys username and password in existingSecret",
        "secret": "name a Secret with the keys username and password in existingSecret",
        "url": "write remoteUrl",
        "remote": "write remoteUrl",
        "upstream": "write remoteUrl",
    }
