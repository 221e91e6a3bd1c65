"""Rules: what can be wrong with a deployment, or with any manifest. One table, with one function per rule.

`deployments/` has the searches in our deployments, `manifests/` those in objects of Kubernetes; a rule can have both.
A search reads no file. Importing this package loads no model: a name is loaded at its first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

_HOMES = {
    "COMMUNITY_CHART_KEYS": "community_chart_keys",
    "COMMUNITY_CHART_URLS": "community_chart_keys",
    "DEPLOYMENT_RULES": "deployment_rules",
    "RULES": "table",
    "EarlierKustomization": "deployments",
    "FindingsError": "rule",
    "ImageReference": "image_references",
    "ManifestSearch": "rule",
    "NamedPath": "deployments",
    "OutputDirectory": "deployments",
    "PathKind": "deployments",
    "Rule": "rule",
    "HiddenChart": "deployments",
    "SharedChart": "deployments",
    "find_refusals": "manifests",
    "is_outdated_registry": "image_references",
    "lint": "linting",
    "parse_image": "image_references",
    "parse_rule_ids": "rule_ids",
}
"""Where each name lives. Type checkers read the imports below instead."""

__all__ = [*_HOMES]  # pyright: ignore[reportUnsupportedDunderAll]

if TYPE_CHECKING:
    from registry_gitops.rules.community_chart_keys import COMMUNITY_CHART_KEYS as COMMUNITY_CHART_KEYS
    from registry_gitops.rules.community_chart_keys import COMMUNITY_CHART_URLS as COMMUNITY_CHART_URLS
    from registry_gitops.rules.deployment_rules import DEPLOYMENT_RULES as DEPLOYMENT_RULES
    from registry_gitops.rules.deployments import EarlierKustomization as EarlierKustomization
    from registry_gitops.rules.deployments import HiddenChart as HiddenChart
    from registry_gitops.rules.deployments import NamedPath as NamedPath
    from registry_gitops.rules.deployments import OutputDirectory as OutputDirectory
    from registry_gitops.rules.deployments import PathKind as PathKind
    from registry_gitops.rules.deployments import SharedChart as SharedChart
    from registry_gitops.rules.image_references import ImageReference as ImageReference
    from registry_gitops.rules.image_references import is_outdated_registry as is_outdated_registry
    from registry_gitops.rules.image_references import parse_image as parse_image
    from registry_gitops.rules.linting import lint as lint
    from registry_gitops.rules.manifests import find_refusals as find_refusals
    from registry_gitops.rules.rule import FindingsError as FindingsError
    from registry_gitops.rules.rule import ManifestSearch as ManifestSearch
    from registry_gitops.rules.rule import Rule as Rule
    from registry_gitops.rules.rule_ids import parse_rule_ids as parse_rule_ids
    from registry_gitops.rules.table import RULES as RULES
else:
    # Hidden from type checkers, for which a name that is not listed above is a mistake.
    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        return globals()[name]
