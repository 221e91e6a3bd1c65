"""RegistryDeployment, the typed deployment of one registry, and how it is read from a config file."""

from registry_gitops.deployment.config_loader import load, locate_findings
from registry_gitops.deployment.config_search import FoundConfigs, find_configs
from registry_gitops.deployment.config_text import EXTENDS, list_places, read_config
from registry_gitops.deployment.namespace_options import PRUNE_ANNOTATION, NamespaceOptions, is_system_namespace
from registry_gitops.deployment.problems import describe_errors, format_key
from registry_gitops.deployment.registry_deployment import MAX_RELEASE_NAME, KustomizationOptions, RegistryDeployment
from registry_gitops.deployment.revision import read_revision
from registry_gitops.deployment.rule_switches import RuleOff
from registry_gitops.deployment.source import BITNAMI_URL, CHART_NAME, GitSource, HelmSource, OCISource, Source
from registry_gitops.deployment.variants import find_for_all_values, require_known

__all__ = [
    "BITNAMI_URL",
    "CHART_NAME",
    "EXTENDS",
    "MAX_RELEASE_NAME",
    "PRUNE_ANNOTATION",
    "FoundConfigs",
    "GitSource",
    "HelmSource",
    "KustomizationOptions",
    "NamespaceOptions",
    "OCISource",
    "RegistryDeployment",
    "RuleOff",
    "Source",
    "describe_errors",
    "find_configs",
    "find_for_all_values",
    "format_key",
    "is_system_namespace",
    "list_places",
    "load",
    "locate_findings",
    "read_config",
    "read_revision",
    "require_known",
]
