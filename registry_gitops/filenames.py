"""Names of the files that users see: shared by the commands that read them and the one that writes them."""

from typing import Final

CONFIG_FILES: Final = ("registry.yaml", "registry.py")
"""Config files, in the order in which commands look for them in a directory."""

# Next to the config file and named by a relative path: editors find it offline, in every clone of the repository.
SCHEMA_FILE: Final = ".registry-gitops.schema.json"
"""JSON Schema of the config file, for editors."""
