"""The image of the registry."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from registry_gitops.model import RuleErrors
from registry_gitops.values.conflicts import conflict_error

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues


def find_image_conflicts(values: RegistryValues) -> RuleErrors:
    """Yield why the image cannot be pulled, or cannot read the chart's configuration."""
    image = values.image
    host = re.match(r"([a-z0-9-]+\.[a-z0-9.-]+|localhost)/", image.repository)
    if host and image.registry in ("docker.io", host[1]):
        repository = image.repository.removeprefix(host[0])
        yield conflict_error("image-host", registry=image.registry, host=host[1], repository=repository)
    if re.search(r"(^|/)(registry|distribution)$", image.repository) and re.match(r"v?[0-2]([.-]|$)", image.tag):
        yield conflict_error("image-version", tag=image.tag)
