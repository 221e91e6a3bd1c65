"""The HTTP settings of the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry_gitops.model import RuleErrors
from registry_gitops.values.conflicts import conflict_error

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues


def find_http_conflicts(values: RegistryValues) -> RuleErrors:
    """Yield what makes pushes fail."""
    http, key, is_relative = values.configuration.http, "http.relativeUrls", values.http.relative_urls
    if http and http.relative_urls is not None:
        key, is_relative = "configuration.http.relativeurls", http.relative_urls
    if http and http.prefix not in (None, "", "/") and is_relative:
        yield conflict_error("prefix", key=key)
