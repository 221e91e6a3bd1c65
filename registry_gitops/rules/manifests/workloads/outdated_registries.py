"""A registry has known vulnerabilities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.image_references import is_outdated_registry, is_registry, parse_image
from registry_gitops.rules.manifests.workloads.community_charts import RELEASE_KINDS
from registry_gitops.rules.manifests.workloads.community_releases import find_outdated_releases
from registry_gitops.rules.manifests.workloads.pods import WORKLOADS, containers_of
from registry_gitops.rules.manifests.workloads.transformers import replaced_images

OUTDATED_KINDS: Final = WORKLOADS | RELEASE_KINDS
_CVES: Final = "CVE-2026-33540, CVE-2026-35172, CVE-2026-41888"


def find_outdated_registries(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """Yield the containers that run a registry older than 3.1.1."""
    if manifest.group_kind in RELEASE_KINDS:
        yield from find_outdated_releases(manifest, repository)
        return
    text = manifest.document.text
    if "registry" not in text and "distribution" not in text:
        return
    for path, container in containers_of(manifest):
        reference = container.get("image")
        if not isinstance(reference, str) or not is_registry(reference):
            continue
        image = parse_image(reference)
        if is_outdated_registry(image.tag) and image.repository not in replaced_images(repository):
            message = f"registry {image.tag} lacks the fixes of 3.1.1 ({_CVES})"
            remedy = "write 3.1.1"
            if image.major == 2:
                remedy += ", and mount config.yml at /etc/distribution instead of /etc/docker/registry"
            yield Problem((*path, "image"), message, remedy)
