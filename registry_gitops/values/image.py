"""The image that the Pod runs, and how it is pulled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Final, Literal

from pydantic import BeforeValidator

from registry_gitops.masking import quote
from registry_gitops.model import (
    DNSSubdomain,
    ImageDigest,
    ImageRegistry,
    ImageRepository,
    ImageTag,
    ListOf,
    Model,
    custom_error,
)

_REFERENCE: Final = re.compile(
    r"(?:(?P<registry>localhost|[\w-]+(?:\.[\w-]+)+|[\w.-]+:\d+)/)?(?P<repository>[a-z0-9][a-z0-9._/-]*)"
    r"(?::(?P<tag>[\w.-]+))?(?:@(?P<digest>sha\d+:[a-f0-9]+))?"
)
_TAG_AND_DIGEST: Final = re.compile(r"(?P<tag>[\w.-]*)@?(?P<digest>sha\d+:[a-f0-9]+)")


def _no_reference(value: object) -> object:
    """Refuse a reference instead of a repository: host:port, tag, and digest have keys of their own."""
    found = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    if found and (":" in found[0] or "@" in found[0]):
        raise custom_error("image_reference", f"is a whole reference: {_parts(found)}")
    return value


def _no_digest(value: object) -> object:
    found = _TAG_AND_DIGEST.fullmatch(value) if isinstance(value, str) else None
    if found:
        raise custom_error("image_reference", f"has a digest: {_parts(found)}")
    return value


def _parts(reference: re.Match[str]) -> str:
    parts = (f"{name}: {quote(value)}" for name, value in reference.groupdict().items() if value)
    return f"write {', '.join(parts)}"


class Image(Model):
    """The image of the registry: by default the official `registry:3` of Docker's library."""

    registry: ImageRegistry = "docker.io"
    """Host that serves the image; "" is the container runtime's default. Upstream: the host part of a reference."""

    repository: Annotated[ImageRepository, BeforeValidator(_no_reference)] = "library/registry"
    """Repository of the image on that host. The official image is `library/registry`, for short `registry`."""

    tag: Annotated[ImageTag, BeforeValidator(_no_digest)] = "3.1.1"
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
    other_types: ClassVar[Mapping[str, str]] = {"pullSecrets": "must be a list of names: write each as `- NAME`"}
