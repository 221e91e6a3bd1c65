"""The tag of an image moves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from registry_gitops.documents import Manifest, Path, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.image_references import MOVING_WORDS, ImageReference, is_moving, parse_image
from registry_gitops.rules.manifests.workloads.pods import WORKLOADS, containers_of
from registry_gitops.rules.manifests.workloads.transformers import replaced_images

_MARKER: Final = "$imagepolicy"
"""In a comment: Flux's image automation writes the tag."""
_OFFICIAL: Final = frozenset(
    [
        *["alpine", "bash", "busybox", "caddy", "cassandra", "consul", "couchdb", "curl", "debian", "docker"],
        *["elasticsearch", "golang", "grafana", "haproxy", "hello-world", "httpd", "influxdb", "mariadb", "memcached"],
        *["mongo", "mysql", "nats", "neo4j", "nextcloud", "nginx", "node", "perl", "php", "postgres", "python"],
        *["rabbitmq", "redis", "registry", "ruby", "rust", "telegraf", "traefik", "ubuntu", "valkey", "wordpress"],
    ]
)
"""Images of Docker Hub without a namespace. Other names without one are often built on the machine itself."""
_PLACEHOLDERS: Final = frozenset(["controller", "image", "placeholder"])

_REMEDY: Final = "write the version that runs today, or a digest"


_RELEASE: Final = "HelmRelease.helm.toolkit.fluxcd.io"
FLOATING_TAG_KINDS: Final = WORKLOADS - {"Pod", "Job.batch"} | {_RELEASE}
"""Pods and Jobs run once: no later Pod of theirs can get another image."""


def find_floating_tags(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """Yield the containers whose image has a tag that moves, or none."""
    found = _in_values(manifest) if manifest.group_kind == _RELEASE else _in_containers(manifest)
    for path, image in found:
        is_replaced = repository.has(manifest) and image.repository in replaced_images(repository)
        if _MARKER not in manifest.document.text and not is_replaced:
            tag = f"the tag {image.tag} moves" if image.tag else "the image has no tag, which means latest"
            yield Problem(
                path, f"{tag}: any restart of the Pod can bring another version, and a revert of Git none", _REMEDY
            )


def _in_containers(manifest: Manifest) -> Iterator[tuple[Path, ImageReference]]:
    for path, container in containers_of(manifest):
        reference = container.get("image")
        if not isinstance(reference, str) or "@" in reference or "$" in reference:
            continue
        image = parse_image(reference)
        is_local = container.get("imagePullPolicy") == "Never"
        if (not image.tag or is_moving(image.tag)) and not is_local and _is_pulled(image):
            yield (*path, "image"), image


def _is_pulled(image: ImageReference) -> bool:
    """Return whether an image is certainly one of a registry, not of the machine, and no placeholder."""
    host, slash, _ = image.repository.partition("/")
    if not slash:
        return host in _OFFICIAL
    return bool(image.repository) and not host.startswith("localhost") and host not in _PLACEHOLDERS


# Begins with a text, which `re` finds fast: most releases have no such tag.
_TEXT: Final = re.compile(rf"tag: *[\"']?(?:{MOVING_WORDS})")


def _in_values(release: Manifest) -> Iterator[tuple[Path, ImageReference]]:
    """Yield the images in the values of a HelmRelease: mappings with a repository and a tag."""
    if _TEXT.search(release.document.text):
        yield from _images_below(release.get("spec", "values"), ("spec", "values"))


def _images_below(value: Any, path: Path) -> Iterator[tuple[Path, ImageReference]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _images_below(item, (*path, index))
    elif isinstance(value, dict):
        repository, tag = value.get("repository"), value.get("tag")
        if isinstance(repository, str) and isinstance(tag, str) and is_moving(tag) and not value.get("digest"):
            image = ImageReference(repository, tag, "")
            if "$" not in repository and _is_pulled(image) and value.get("pullPolicy") != "Never":
                yield (*path, "tag"), image
        for key, item in value.items():
            yield from _images_below(item, (*path, key))
