"""Names of the files that users see, and the marks of ours: shared by what reads and what writes them."""

from typing import Final

CONFIG_FILES: Final = ("registry.yaml", "registry.py")
"""Config files, in the order in which commands look for them in a directory."""

CONFIG_KEYS: Final = frozenset(
    {"name", "namespace", "source", "release", "values", "kustomization", "flux", "rules", "extends"}
)
"""The keys at the top level of a config file, by which it is told from other files of the same name."""

# Next to the config file and named by a relative path: editors find it offline, in every clone of the repository.
SCHEMA_FILE: Final = ".registry-gitops.schema.json"
"""JSON Schema of the config file, for editors."""

KUSTOMIZATION_FILES: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""Names of the file by which kustomize builds a directory, of which a directory has at most one."""

RENDERED_MARK: Final = "# Rendered by registry-gitops"
"""How the first line of a rendered manifest begins."""

CHECKSUM_FILE: Final = ".registry-gitops.sha256"
"""Name of the checksum file in the output directory."""
