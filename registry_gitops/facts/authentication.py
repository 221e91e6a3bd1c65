"""Who can use the registry."""

from __future__ import annotations

from typing import Final

from registry_gitops.facts.image_storage import StorageFacts
from registry_gitops.values import Provider, RegistryValues


class AuthenticationFacts:
    """How clients authenticate. No fact holds a password."""

    def __init__(self, values: RegistryValues, storage: StorageFacts) -> None:
        htpasswd = values.auth.htpasswd
        self.provider: Final[Provider | None] = values.effective_configuration.auth_provider
        """The key below `auth` in the registry's config.yml; None lets in everyone."""
        self.is_anonymous: Final = self.provider is None
        """Whether clients need no credentials."""
        self.is_htpasswd: Final = self.provider == "htpasswd"
        """Whether clients need a user and a password."""
        self.is_token: Final = self.provider == "token"
        """Whether clients need a token of a token server."""
        self.existing_secret: Final = htpasswd.existing_secret if htpasswd.enabled else ""
        """Secret with the users' htpasswd file, "" if the Pod mounts none of the user's."""
        self.existing_secret_key: Final = htpasswd.existing_secret_key
        self.has_inline_password: Final = htpasswd.enabled and bool(htpasswd.password)
        """Whether user and password are in the values, and the chart creates the Secret."""
        self.helm_test_needs_login: Final = not (
            self.is_anonymous or (self.has_inline_password and storage.accepts_pushes)
        )
        """Whether `helm test` checks only that clients get a challenge: the chart's `docker-registry.check`."""
