"""HTTP/1.1 for the core: bytes from a socket become a `Request`, and a `Response` becomes bytes.

Where leniency is known to be abused, it is strict: it refuses what two programs could read differently (RFC 9112, 11).
"""

from registry_gitops.registry.http.limits import Limits
from registry_gitops.registry.http.server import Server

__all__ = ["Limits", "Server"]
