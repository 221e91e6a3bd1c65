"""The files that `registry-gitops init` writes: a config file with the chart's main defaults, and its JSON Schema.

create_files(starter_files("apps/registry", "git"), "apps/registry")
"""

from registry_gitops.starter.creation import create_files
from registry_gitops.starter.files import starter_files

__all__ = ["create_files", "starter_files"]
