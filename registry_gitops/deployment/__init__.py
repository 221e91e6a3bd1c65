"""RegistryDeployment, the typed deployment of one registry, and how it is read from a config file.

Importing this package loads no model: a name is loaded at its first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

_HOMES = {
    "BITNAMI_URL": "source",
    "CHART_NAME": "source",
    "ClusterOptions": "flux_options",
    "EXTENDS": "config_text",
    "MAX_RELEASE_NAME": "registry_deployment",
    "PRUNE_ANNOTATION": "namespace_options",
    "ConfigText": "config_text",
    "FluxFile": "flux_options",
    "FluxOptions": "flux_options",
    "FoundConfigs": "config_search",
    "GitSource": "source",
    "HelmSource": "source",
    "KustomizationOptions": "registry_deployment",
    "LoadedConfig": "config_loader",
    "NamespaceOptions": "namespace_options",
    "OCISource": "source",
    "RegistryDeployment": "registry_deployment",
    "RuleOff": "rule_switches",
    "Source": "source",
    "describe_errors": "problems",
    "find_configs": "config_search",
    "find_extended": "config_search",
    "find_for_all_values": "variants",
    "find_rendered": "config_search",
    "format_key": "problems",
    "is_system_namespace": "namespace_options",
    "list_places": "config_text",
    "key_in_program": "program_deployments",
    "load": "config_loader",
    "load_config_file": "config_loader",
    "locate_findings": "config_loader",
    "read_config": "config_text",
    "read_revision": "revision",
    "require_known": "variants",
}
"""Where each name lives. Type checkers read the imports below instead."""

__all__ = [*_HOMES]  # pyright: ignore[reportUnsupportedDunderAll]

if TYPE_CHECKING:
    from registry_gitops.deployment.config_loader import LoadedConfig as LoadedConfig
    from registry_gitops.deployment.config_loader import load as load
    from registry_gitops.deployment.config_loader import load_config_file as load_config_file
    from registry_gitops.deployment.config_loader import locate_findings as locate_findings
    from registry_gitops.deployment.config_search import FoundConfigs as FoundConfigs
    from registry_gitops.deployment.config_search import find_configs as find_configs
    from registry_gitops.deployment.config_search import find_extended as find_extended
    from registry_gitops.deployment.config_search import find_rendered as find_rendered
    from registry_gitops.deployment.config_text import EXTENDS as EXTENDS
    from registry_gitops.deployment.config_text import ConfigText as ConfigText
    from registry_gitops.deployment.config_text import list_places as list_places
    from registry_gitops.deployment.config_text import read_config as read_config
    from registry_gitops.deployment.flux_options import ClusterOptions as ClusterOptions
    from registry_gitops.deployment.flux_options import FluxFile as FluxFile
    from registry_gitops.deployment.flux_options import FluxOptions as FluxOptions
    from registry_gitops.deployment.namespace_options import PRUNE_ANNOTATION as PRUNE_ANNOTATION
    from registry_gitops.deployment.namespace_options import NamespaceOptions as NamespaceOptions
    from registry_gitops.deployment.namespace_options import is_system_namespace as is_system_namespace
    from registry_gitops.deployment.problems import describe_errors as describe_errors
    from registry_gitops.deployment.problems import format_key as format_key
    from registry_gitops.deployment.program_deployments import key_in_program as key_in_program
    from registry_gitops.deployment.registry_deployment import MAX_RELEASE_NAME as MAX_RELEASE_NAME
    from registry_gitops.deployment.registry_deployment import KustomizationOptions as KustomizationOptions
    from registry_gitops.deployment.registry_deployment import RegistryDeployment as RegistryDeployment
    from registry_gitops.deployment.revision import read_revision as read_revision
    from registry_gitops.deployment.rule_switches import RuleOff as RuleOff
    from registry_gitops.deployment.source import BITNAMI_URL as BITNAMI_URL
    from registry_gitops.deployment.source import CHART_NAME as CHART_NAME
    from registry_gitops.deployment.source import GitSource as GitSource
    from registry_gitops.deployment.source import HelmSource as HelmSource
    from registry_gitops.deployment.source import OCISource as OCISource
    from registry_gitops.deployment.source import Source as Source
    from registry_gitops.deployment.variants import find_for_all_values as find_for_all_values
    from registry_gitops.deployment.variants import require_known as require_known
else:
    # Hidden from type checkers, for which a name that is not listed above is a mistake.
    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        return globals()[name]
