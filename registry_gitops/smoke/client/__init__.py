"""An HTTP client of one registry: connections, authentication, masked evidence. It knows no checks.

with connect("https://registry.example.com") as client:
    print(client.request("GET", "/v2/").status)
"""

from registry_gitops.smoke.client.challenge import parse_challenges
from registry_gitops.smoke.client.client import Body, Client, Headers, RegistryResponse, RunStopped
from registry_gitops.smoke.client.client_auth import AnonymousAuthenticator, ClientAuthenticator
from registry_gitops.smoke.client.connect import TLS_REQUIRED, UnreachableError, connect
from registry_gitops.smoke.client.masked_text import Credentials
from registry_gitops.smoke.client.network_errors import NoResponseError

__all__ = [
    "TLS_REQUIRED",
    "AnonymousAuthenticator",
    "Body",
    "Client",
    "ClientAuthenticator",
    "Credentials",
    "Headers",
    "NoResponseError",
    "RegistryResponse",
    "RunStopped",
    "UnreachableError",
    "connect",
    "parse_challenges",
]
