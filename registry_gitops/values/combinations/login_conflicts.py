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
    if values.auth.token.enabled:
        yield from _token(values)
    if htpasswd.existing_secret and htpasswd.password:
        yield conflict_error("htpasswd-password")
    elif htpasswd.enabled and not htpasswd.existing_secret and not (htpasswd.username and htpasswd.password):
        yield conflict_error("htpasswd-credentials")


def _token(values: RegistryValues) -> RuleErrors:
    token, over = values.auth.token, values.configuration.auth.token
    if values.auth.htpasswd.enabled:
        yield conflict_error("token-providers", other="auth.htpasswd")
    if values.configuration.auth_provider == "htpasswd":
        yield conflict_error("token-providers", other="configuration.auth.htpasswd")
    for setting in ("realm", "service", "issuer"):
        if not getattr(token, setting) and not (over and getattr(over, setting)):
            yield conflict_error("token-settings", setting=setting)
    is_complete = token.existing_secret and (token.root_cert_bundle_key or token.jwks_key)
    if not is_complete and not (over and (over.root_cert_bundle or over.jwks)):
        yield conflict_error("token-keys")
