"""The files that `registry-gitops init` writes: config files with the chart's main defaults, and their JSON Schema.

create_files(make_starter("apps/registry", "flat", StarterOptions()).files, "apps/registry")
"""

from registry_gitops.starter.creation import create_files
from registry_gitops.starter.layouts import ShownLayout, find_layout, make_starter
from registry_gitops.starter.options import Layout, Starter, StarterOptions

__all__ = ["Layout", "ShownLayout", "Starter", "StarterOptions", "create_files", "find_layout", "make_starter"]
