"""The names that several commands share."""

from enum import StrEnum
from typing import Final

CONFIGS: Final = ("registry.yaml", "registry.py")
"""Files that hold a description, in the order in which `render` looks for them."""

# Beside the description and named by a relative path: editors find it offline, on every machine with the repository.
SCHEMA: Final = ".registry-gitops.schema.json"
"""File with the JSON Schema of a description, for editors."""


class SourceType(StrEnum):
    """Where Flux takes the chart from."""

    GIT = "git"
    HELM = "helm"
    OCI = "oci"
