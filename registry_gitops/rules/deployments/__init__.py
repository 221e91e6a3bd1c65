"""Rules for deployments: what can be wrong with a valid one. One function per rule, each in its own file.

A rule gets the deployment and what is known of its output directory. It reads no file.
"""

from registry_gitops.rules.deployments.output_directory import (
    EarlierKustomization,
    HiddenChart,
    NamedPath,
    OutputDirectory,
    PathKind,
    SharedChart,
)

__all__ = ["EarlierKustomization", "HiddenChart", "NamedPath", "OutputDirectory", "PathKind", "SharedChart"]
