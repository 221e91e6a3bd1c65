"""The image that the Pod runs, and how it is pulled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from registry_gitops.model import DNSSubdomain, ImageDigest, ImageRegistry, ImageRepository, ImageTag, ListOf, Model


class Image(Model):
    """The image of the registry: by default the official `registry:3` of Docker's library."""

    registry: ImageRegistry = "docker.io"
    """Host that serves the image; "" is the container runtime's default. Upstream: the host part of a reference."""

    repository: ImageRepository = "library/registry"
    """Repository of the image on that host. The official image is `library/registry`, for short `registry`."""

    tag: ImageTag = "3.1.1"
    """Tag of the image. The default is the newest patch of `registry:3`, and the chart's appVersion."""

    digest: ImageDigest = ""
    """Digest of the image, `sha256:...`; overrides `tag`, so that the image cannot change."""

    pull_policy: Literal["Always", "IfNotPresent", "Never"] = "IfNotPresent"
    """When the kubelet pulls the image. Upstream: Container.imagePullPolicy (core/v1)."""

    pull_secrets: ListOf[DNSSubdomain] = ()
    """Names of Secrets, in the same namespace, to pull the image with. Upstream: PodSpec.imagePullSecrets (core/v1)."""

    instead: ClassVar[Mapping[str, str]] = {
        "name": "write repository, and the host of the image in registry",
        "image": "write repository, and the host of the image in registry",
        "host": "write registry",
        "version": "write tag",
        "sha": "write digest",
        "policy": "write pullPolicy",
        "imagePullPolicy": "write pullPolicy",
        "imagePullSecrets": "write pullSecrets, a list of names",
        "pullSecret": "write pullSecrets, a list of names",
        "debug": "write configuration.log.level",
    }
