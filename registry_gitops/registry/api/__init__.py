"""The HTTP API of the registry, as a function from a request to a response: routes, resources, authentication.

Sees no socket and no file: `http/` calls it, and `contents/` keeps the data.
"""

from registry_gitops.registry.api.application import MAX_MANIFEST_SIZE, Registry
from registry_gitops.registry.api.authentication import Authenticator, HtpasswdAuthenticator

__all__ = ["MAX_MANIFEST_SIZE", "Authenticator", "HtpasswdAuthenticator", "Registry"]
