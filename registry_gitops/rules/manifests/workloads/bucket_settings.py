"""The object storage of a registry: whether it finds the bucket, and whether clients do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.workloads.registries import PlainRegistry, serving_registries

_INTERNAL: Final = re.compile(r"[^.]+|.*\.svc|.*\.cluster\.local|127\..*|::1")
_ENDPOINT: Final = ("storage", "s3", "regionendpoint")


def _endpoint(registry: PlainRegistry) -> str:
    endpoint = registry.settings.get(*_ENDPOINT)
    text = endpoint if isinstance(endpoint, str) else ""
    return urlsplit(text if "//" in text else f"//{text}").hostname or ""


def find_internal_buckets(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """Yield the registries that redirect clients to an address that only Pods reach."""
    for registry in serving_registries(repository):
        host = _endpoint(registry)
        redirects = registry.settings.get("storage", "redirect", "disable") in (None, False)
        if host and redirects and _INTERNAL.fullmatch(host):
            manifest, path = registry.settings.locate(*_ENDPOINT)
            message = f"clients are redirected to {host} for each layer, which only Pods can resolve"
            yield manifest, Problem(path, message, "set storage.redirect.disable to true")


def find_bucket_subdomains(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """Yield the registries that look for the bucket at BUCKET.HOST, where it certainly is not."""
    for registry in serving_registries(repository):
        host = _endpoint(registry)
        is_set = registry.settings.get("storage", "s3", "forcepathstyle") is not None
        if registry.image.major == 3 and not is_set and host and _INTERNAL.fullmatch(host):
            manifest, path = registry.settings.locate(*_ENDPOINT)
            message = f"the registry looks for the bucket at BUCKET.{host}, a name that the cluster does not have"
            yield manifest, Problem(path, message, "set storage.s3.forcepathstyle to true")
