"""Who can log in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry_gitops.model import RuleErrors
from registry_gitops.values.conflicts import conflict_error

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues


def find_login_conflicts(values: RegistryValues) -> RuleErrors:
    """Yield what makes every login, or the start of the registry, fail."""
    htpasswd = values.auth.htpasswd
    if htpasswd.enabled and values.configuration.auth_provider == "token":
        yield conflict_error("auth-providers")
    if htpasswd.existing_secret and htpasswd.password:
        yield conflict_error("htpasswd-password")
    elif htpasswd.enabled and not htpasswd.existing_secret and not (htpasswd.username and htpasswd.password):
        yield conflict_error("htpasswd-credentials")
