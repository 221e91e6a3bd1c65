"""The first request to a registry, and why it fails."""

from __future__ import annotations

import os
import socket
import ssl
import time
from collections.abc import Callable
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

import requests

from registry_gitops.errors import InputError
from registry_gitops.masking import mask
from registry_gitops.smoke.client.challenge import parse_challenges
from registry_gitops.smoke.client.client import Client, ConnectionSettings, RegistryResponse
from registry_gitops.smoke.client.client_auth import ClientAuthenticator
from registry_gitops.smoke.client.docker_config import find_credentials
from registry_gitops.smoke.client.masked_text import Credentials, Mask
from registry_gitops.smoke.client.network_errors import NoResponseError, error_chain

_NO_URL: Final = "this is not the URL of a registry: write it as https://registry.example.com"
_INTERVAL: Final = 1.0
"""Seconds between two attempts while waiting for a registry; the last one is at the end of that time."""


TLS_REQUIRED: Final = "TLS required"
"""The cause if the registry responds to plain HTTP that it uses TLS."""


class UnreachableError(Exception):
    """No registry responded at the URL. Nothing was checked."""

    def __init__(self, message: str, cause: str, remedy: str) -> None:
        super().__init__(mask(message))
        self.cause = cause
        """The likely cause: DNS, refused, TLS, proxy, timeout, network, redirect, or the status code."""
        self.remedy = remedy
        """What to change or check."""


def connect(
    url: str,
    *,
    username: str | None = None,
    password: str | None = None,
    ca_file: str | None = None,
    insecure_skip_tls_verify: bool = False,
    check_hostname: bool = True,
    timeout: float = 30.0,
    retries: int = 2,
    wait: float = 0.0,
    on_wait: Callable[[UnreachableError], None] | None = None,
) -> Client:
    """Return a client of the registry at `url`, which has responded. The default scheme is https, on loopback http.

    Without `check_hostname`, the certificate can be for another name. Without a user, uses the credentials that
    `docker login` saved for the host. Tries for `wait` seconds, and calls `on_wait` with the error of each attempt but
    the last. Raises UnreachableError, and InputError for an invalid argument.
    """
    if not timeout > 0:
        raise InputError.single("timeout: must be more than 0 seconds")
    base_url, credentials = _split_url(url)
    if username:
        credentials = Credentials(username, password or "")
    if credentials is None:
        credentials = find_credentials(urlsplit(base_url).netloc)
    mask = Mask()
    authorities = ca_file or os.environ.get("REQUESTS_CA_BUNDLE")
    if authorities and not insecure_skip_tls_verify:
        _check_authorities(authorities)
    settings = ConnectionSettings(base_url, authorities, not insecure_skip_tls_verify, timeout, retries, check_hostname)
    client = Client(settings, ClientAuthenticator(credentials, mask), mask)
    deadline = time.monotonic() + wait
    while True:
        try:
            _ping(client)
            return client
        except UnreachableError as problem:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                client.close()
                raise
            if on_wait:
                on_wait(problem)
            time.sleep(min(_INTERVAL, remaining))


def _split_url(url: str) -> tuple[str, Credentials | None]:
    if "://" not in url:
        host = urlsplit(f"//{url}").hostname or ""
        url = f"{'http' if host == 'localhost' or host.startswith('127.') or host == '::1' else 'https'}://{url}"
    parts = _parse_url(url)
    if parts is None or parts.scheme not in ("http", "https") or parts.query or parts.fragment or "@" in parts.path:
        raise InputError.single(_NO_URL)
    path = parts.path.rstrip("/").removesuffix("/v2")
    netloc = _sent_netloc(urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], path, "", "")))
    if netloc is None:
        raise InputError.single(_NO_URL)
    base_url = urlunsplit((parts.scheme, netloc, path, "", ""))
    user = unquote(parts.username or "")
    return base_url, Credentials(user, unquote(parts.password or "")) if user else None


def _sent_netloc(url: str) -> str | None:
    """Return host and port as requests sends them: in lower case, and an international name in its ASCII form.

    None if requests sends to another host, or if no DNS name can be like that.
    """
    try:
        sent = urlsplit(requests.Request("GET", url).prepare().url)
        host = (urlsplit(url).hostname or "").encode("idna").decode()
    except (requests.RequestException, UnicodeError):
        return None
    return str(sent.netloc) if sent.hostname == host else None


def _check_authorities(file: str) -> None:
    """Raise InputError if a file of certificate authorities cannot be used; a directory, as OpenSSL has it, can."""
    try:
        if not os.path.isdir(file):  # noqa: PTH112 - Path.is_dir raises where the name is too long
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(file)
    except ssl.SSLError:
        raise InputError.single(
            "no certificate authority in PEM in this file: pass the file that has them", file
        ) from None
    except OSError as error:
        raise InputError.single(f"cannot be read: {error.strerror}", file) from None


def _parse_url(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        return parts if parts.hostname and parts.port != 0 and not parts.netloc.endswith(":") else None
    except ValueError:
        return None


def _ping(client: Client) -> None:
    try:
        response = client.request("GET", "/v2/")
    except NoResponseError as problem:
        raise _no_response(client, problem) from None
    if client.foreign_origin(response, ""):
        target = response.url.removesuffix("/").removesuffix("/v2")
        raise UnreachableError(f"{client.url} redirects to {target}", "redirect", "Use that URL: pushes need it.")
    if response.status != requests.codes.ok and not _allows_anonymous_pulls(client, response):
        raise _unexpected_response(client, response)


def _allows_anonymous_pulls(client: Client, response: RegistryResponse) -> bool:
    """Return whether pulls need no credentials, although /v2/ asks for them, as where only pushes need them."""
    if response.status != requests.codes.unauthorized or client.authenticator.credentials:
        return False
    return client.request("GET", "/v2/registry-gitops/none/manifests/none").status == 404


def _no_response(client: Client, problem: NoResponseError) -> UnreachableError:
    cause = _cause(problem.cause)
    target = urlsplit(problem.url)
    if target.netloc != urlsplit(client.url).netloc:
        return UnreachableError(
            f"{target.scheme}://{target.netloc}, to which {client.url} refers clients, cannot be reached: "
            f"{problem.reason}",
            cause,
            "Check what redirects there. If it is the token server, set `configuration.auth.token.realm` to its URL as "
            "clients reach it.",
        )
    return UnreachableError(f"{client.url} cannot be reached: {problem.reason}", cause, _REMEDIES[cause])


def _cause(error: Exception) -> str:
    if isinstance(error, requests.exceptions.ProxyError):
        return "proxy"
    if isinstance(error, requests.Timeout):
        return "timeout"
    for inner in error_chain(error):
        if isinstance(inner, socket.gaierror):
            return "DNS"
        if isinstance(inner, ConnectionRefusedError):
            return "refused"
        if isinstance(inner, ssl.SSLCertVerificationError):
            # X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_HOSTNAME_MISMATCH, and X509_V_ERR_IP_ADDRESS_MISMATCH.
            return {10: "TLS: expired", 62: "TLS: name", 64: "TLS: name"}.get(inner.verify_code, "TLS: authority")
        if isinstance(inner, ssl.SSLError):
            return "TLS: client" if "CERTIFICATE_REQUIRED" in str(inner) else "TLS"
    return "network"


_CERTIFICATE: Final = "the certificate in `ingress.existingSecret`"
_REMEDIES: Final = {
    "DNS": "Check the spelling, and that `ingress.hostname` is in your DNS and resolves to the Ingress controller.",
    "refused": "Nothing listens there: check the port (`service.ports.http`), and that the Pod is ready; --wait waits "
    "for it.",
    "timeout": "The request timed out: check firewalls, network policies, and whether the Pod responds.",
    "network": "Check the address, the Pod (kubectl get pods), and what is in between: Ingress, firewall, VPN.",
    "proxy": "Check HTTP_PROXY and HTTPS_PROXY, or add the registry to NO_PROXY.",
    "TLS": "The port does not use TLS, or only versions below 1.2: write http:// if it is plain HTTP, else check "
    "`ingress.tls`.",
    "TLS: client": "The registry demands a certificate of its clients (`tls.clientAuthentication`), and this program "
    "has none: run `helm test`, or set the mode to verify-client-cert-if-given.",
    "TLS: expired": f"Renew {_CERTIFICATE}; cert-manager does so automatically.",
    "TLS: name": f"Use a name that {_CERTIFICATE} is valid for, or have it issued for `ingress.hostname`.",
    "TLS: authority": f"Pass the authority's certificate with --ca-file, or have {_CERTIFICATE} issued by a public "
    "authority.",
}


def _unexpected_response(client: Client, response: RegistryResponse) -> UnreachableError:
    status = str(response.status)
    message = f"{client.url}/v2/ returned {status}"
    if response.status == requests.codes.unauthorized:
        if client.authenticator.credentials is None:
            return UnreachableError(
                f"{message}, and no credentials were given",
                status,
                "Pass --username and set REGISTRY_GITOPS_PASSWORD, or run `docker login` first.",
            )
        offered = [offer.scheme for line in response.challenges for offer in parse_challenges(line)]
        if not {"basic", "bearer"} & set(offered):
            return UnreachableError(
                f"{message}, and offers {' and '.join(offered) or 'no scheme'}: clients know Basic and Bearer",
                status,
                "Let the registry itself authenticate clients (`auth.htpasswd.enabled`), and let no proxy in front "
                "remove or replace WWW-Authenticate (`ingress.annotations`: nginx.ingress.kubernetes.io/auth-url).",
            )
        if client.authenticator.has_token:
            return UnreachableError(
                f"{message}: it does not accept the token that its token server issued",
                status,
                "Check that `auth.token.issuer` and `auth.token.service` are those of the token server, and that "
                "`auth.token.existingSecret` has its key. With `auth.token.rootCertBundleKey`, registry 3.1.1 refuses "
                "one EC key in 128: use `auth.token.jwksKey`.",
            )
        return UnreachableError(
            f"{message}: it does not accept {client.authenticator.credentials}",
            status,
            "Check the password. The file in `auth.htpasswd.existingSecret` must contain bcrypt hashes, as "
            "`registry-gitops htpasswd` creates them: the registry refuses plain text, MD5, and SHA.",
        )
    if response.status == requests.codes.bad_request and b"HTTPS" in response.body:
        return UnreachableError(f"{message}: it requires TLS", TLS_REQUIRED, "Write https:// instead of http://.")
    return UnreachableError(message, status, _STATUS_REMEDIES.get(response.status, _NO_REGISTRY))


_NO_REGISTRY: Final = (
    "This is not the response of a registry: check the URL, and that `ingress.path` leads to it. Clients need /v2/ at "
    "the root of the host."
)
_STATUS_REMEDIES: Final = {
    403: "A proxy in front of the registry refuses the request: check the Ingress's allow lists, and the permissions "
    "of the user.",
    429: "Too many requests: try again later.",
    500: "The registry failed: read its log (kubectl logs).",
    502: "The Ingress does not reach the Pod: check that it is ready, and `service.ports.http`.",
    503: "No Pod is ready, or the storage of the registry fails: check the Pod, its log, and its volume "
    "(`persistence.existingClaim`, `podSecurityContext.fsGroup`).",
    504: "The Pod does not respond to the Ingress in time: check its log and `resources.limits.cpu`.",
}
