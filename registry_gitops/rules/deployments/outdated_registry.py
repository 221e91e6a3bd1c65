"""The registry has known vulnerabilities."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory

_VERSION: Final = re.compile(r"v?3\.(?P<minor>\d+)(?:\.(?P<patch>\d+))?(?P<pre>-(?:alpha|beta|rc).*)?(?:-.*)?")
_FIXED: Final = (1, 1)
"""Minor and patch version that has all fixes."""


def outdated_registry(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The registry is older than 3.1.1.

    Why: 3.1.0 fixes CVE-2026-33540 and CVE-2026-35172, and 3.1.1 CVE-2026-41888: before, clients delete tags although
    deletion is off. Registry 3.0 also ignores the settings of Redis.

    Source: https://github.com/distribution/distribution/security/advisories

    Bad: `image.tag: "3.0.0"`   Good: `image.tag: "3.1.1"`
    """
    image = deployment.values.image
    found = _VERSION.fullmatch(image.tag)
    if found is None or not re.search(r"(^|/)(registry|distribution)$", image.repository):
        return
    # The tag 3.1 moves to the newest patch.
    version = int(found["minor"]), int(found["patch"] or (_FIXED[1] if found["minor"] == "1" else 0))
    if version < _FIXED or (version == _FIXED and found["pre"]):
        yield (
            "values.image.tag",
            f"registry {image.tag} lacks the fixes of 3.1.1 (CVE-2026-33540, CVE-2026-35172, CVE-2026-41888): "
            'write "3.1.1"',
        )
