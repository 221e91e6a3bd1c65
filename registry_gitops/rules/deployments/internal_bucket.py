"""Clients are redirected to an address inside the cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import DeploymentFacts
from registry_gitops.rules.deployments.output_directory import OutputDirectory

_INTERNAL: Final = re.compile(r"[^.]+|.*\.svc|.*\.cluster\.local|127\..*|::1")


def internal_bucket(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """Clients are redirected to object storage that only Pods can reach.

    Why: clients download layers from the object storage itself, and nodes are clients: they resolve no name of a
    Service. Manifests are pulled, and each layer fails.

    Source: https://github.com/distribution/distribution/issues/4750

    Bad: `storage.s3.regionEndpoint: http://minio.storage.svc:9000`   Good: that, and `storage.s3.redirect: false`
    """
    s3 = deployment.values.effective_configuration.storage.s3
    endpoint = (s3 and s3.region_endpoint) or ""
    host = urlsplit(endpoint if "//" in endpoint else f"//{endpoint}").hostname or ""
    storage = DeploymentFacts.of(deployment).storage
    if host and _INTERNAL.fullmatch(host) and storage.redirects_pulls:
        key = "redirect.disable to true in configuration.storage"
        is_typed = storage.key == "storage.s3"
        yield (
            f"values.{storage.key}.{'regionEndpoint' if is_typed else 'regionendpoint'}",
            f"clients are redirected to {host} for each layer, which only Pods can resolve: set "
            f"{'storage.s3.redirect to false' if is_typed else key}",
        )
