"""The registry has known vulnerabilities."""

from __future__ import annotations

import re
from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory
from registry_gitops.rules.image_references import is_outdated_registry


def outdated_registry(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The registry is older than 3.1.1.

    Why: 3.1.0 fixes CVE-2026-33540 and CVE-2026-35172, and 3.1.1 CVE-2026-41888: before, clients delete tags although
    deletion is off. Registry 3.0 also ignores the settings of Redis.

    Source: https://github.com/distribution/distribution/security/advisories

    Bad: `image.tag: "3.0.0"`   Good: `image.tag: "3.1.1"`
    """
    image = deployment.values.image
    if is_outdated_registry(image.tag) and re.search(r"(^|/)(registry|distribution)$", image.repository):
        yield (
            "values.image.tag",
            f"registry {image.tag} lacks the fixes of 3.1.1 (CVE-2026-33540, CVE-2026-35172, CVE-2026-41888): "
            'write "3.1.1"',
        )
