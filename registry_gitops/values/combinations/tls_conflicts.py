"""TLS in the registry itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry_gitops.model import RuleErrors
from registry_gitops.values.conflicts import conflict_error

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues


def find_tls_conflicts(values: RegistryValues) -> RuleErrors:
    """Yield what makes the registry exit, or a setting without effect."""
    tls, clients = values.tls, values.tls.client_authentication
    if not tls.enabled:
        return
    if not tls.existing_secret:
        yield conflict_error("tls-certificate")
    if clients.mode != "require-and-verify-client-cert" and not clients.existing_secret:
        yield conflict_error("tls-client-mode")
    over = values.configuration.http and values.configuration.http.tls
    if over and over.lets_encrypt and over.lets_encrypt.cache_file:
        yield conflict_error("tls-letsencrypt")
