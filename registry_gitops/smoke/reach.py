"""Reaching a registry at all: the first request, and why it failed."""

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
from registry_gitops.smoke import docker_config
from registry_gitops.smoke.client import Answer, Client, NoAnswer, Settings
from registry_gitops.smoke.login import Login
from registry_gitops.smoke.secrets import Credentials, Mask
from registry_gitops.smoke.trouble import causes

_NO_URL: Final = "this is not the URL of a registry: write it as https://registry.example.com"
_BETWEEN: Final = 1.0
"""Seconds between two tries while a registry is waited for."""


class Unreachable(Exception):
    """There is no registry to look at, as far as can be seen from here. Nothing was checked."""

    def __init__(self, message: str, cause: str, remedy: str) -> None:
        super().__init__(mask(message))
        self.cause = cause
        """The likely one, in a word: DNS, refused, TLS, proxy, time-out, network, or the status of the answer."""
        self.remedy = remedy
        """What to change, or where to look."""


def connect(
    url: str,
    *,
    username: str | None = None,
    password: str | None = None,
    ca_file: str | None = None,
    insecure_skip_tls_verify: bool = False,
    timeout: float = 30.0,
    retries: int = 2,
    wait: float = 0.0,
    on_wait: Callable[[Unreachable], None] | None = None,
) -> Client:
    """A client of the registry at `url`, which has answered. Without a scheme it is https, but for loopback.

    Without a user, those are used that `docker login` left behind for the host. `wait` is for how many seconds to try
    until the registry is up; `on_wait` is told each time that it is not yet. Raises Unreachable, and InputError for an
    argument that cannot be used.
    """
    if not timeout > 0:
        raise InputError.of("timeout: must be more than 0 seconds")
    place, inside = _split(url)
    credentials = Credentials(username, password or "") if username else inside
    if credentials is None:
        credentials = docker_config.find(urlsplit(place).netloc)
    mask = Mask()
    authorities = ca_file or os.environ.get("REQUESTS_CA_BUNDLE")
    if authorities and not insecure_skip_tls_verify:
        _check_authorities(authorities)
    settings = Settings(place, authorities, not insecure_skip_tls_verify, timeout, retries)
    client = Client(settings, Login(credentials, mask), mask)
    until = time.monotonic() + wait
    while True:
        try:
            _greet(client)
            return client
        except Unreachable as problem:
            if time.monotonic() + _BETWEEN > until:
                client.close()
                raise
            if on_wait:
                on_wait(problem)
            time.sleep(_BETWEEN)


def _split(url: str) -> tuple[str, Credentials | None]:
    if "://" not in url:
        host = urlsplit(f"//{url}").hostname or ""
        url = f"{'http' if host == 'localhost' or host.startswith('127.') or host == '::1' else 'https'}://{url}"
    parts = _parts(url)
    if parts is None or parts.scheme not in ("http", "https") or parts.query or parts.fragment or "@" in parts.path:
        raise InputError.of(_NO_URL)
    path = parts.path.rstrip("/").removesuffix("/v2")
    netloc = _sent_netloc(urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], path, "", "")))
    if netloc is None:
        raise InputError.of(_NO_URL)
    place = urlunsplit((parts.scheme, netloc, path, "", ""))
    user = unquote(parts.username or "")
    return place, Credentials(user, unquote(parts.password or "")) if user else None


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
        raise InputError.of("no certificate authority in PEM in this file: pass the file that has them", file) from None
    except OSError as error:
        raise InputError.of(f"cannot be read: {error.strerror}", file) from None


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        return parts if parts.hostname and parts.port != 0 and not parts.netloc.endswith(":") else None
    except ValueError:
        return None


def _greet(client: Client) -> None:
    try:
        answer = client.ask("GET", "/v2/")
    except NoAnswer as problem:
        raise _no_answer(client, problem) from None
    if client.leads_away(answer, ""):
        where = answer.url.removesuffix("/").removesuffix("/v2")
        raise Unreachable(
            f"{client.url} leads to {where}", "redirect", "Use that URL: nobody can push by way of this one."
        )
    if answer.status != requests.codes.ok:
        raise _wrong_answer(client, answer)


def _no_answer(client: Client, problem: NoAnswer) -> Unreachable:
    cause = _cause(problem.cause)
    there = urlsplit(problem.url)
    if there.netloc != urlsplit(client.url).netloc:
        where = f"{there.scheme}://{there.netloc}"
        return Unreachable(
            f"{where}, to which {client.url} refers clients, cannot be reached: {problem.reason}",
            cause,
            "Check who redirects there. If it is the token server, set `configuration.auth.token.realm` to its URL as "
            "clients reach it.",
        )
    return Unreachable(f"{client.url} cannot be reached: {problem.reason}", cause, _REMEDIES[cause])


def _cause(error: Exception) -> str:
    if isinstance(error, requests.exceptions.ProxyError):
        return "proxy"
    if isinstance(error, requests.Timeout):
        return "time-out"
    for inner in causes(error):
        if isinstance(inner, socket.gaierror):
            return "DNS"
        if isinstance(inner, ConnectionRefusedError):
            return "refused"
        if isinstance(inner, ssl.SSLCertVerificationError):
            # X509_V_ERR_CERT_HAS_EXPIRED, and those of a name or an address that does not fit.
            return {10: "TLS: expired", 62: "TLS: name", 64: "TLS: name"}.get(inner.verify_code, "TLS: authority")
        if isinstance(inner, ssl.SSLError):
            return "TLS"
    return "network"


_CERTIFICATE: Final = "the certificate in `ingress.existingSecret`"
_REMEDIES: Final = {
    "DNS": "Check the spelling, and that `ingress.hostname` is in your DNS and resolves to the Ingress controller.",
    "refused": "Nothing listens there: check the port (`service.ports.http`), and that the Pod is ready; --wait waits "
    "for it.",
    "time-out": "The request timed out: check firewalls, network policies, and whether the Pod responds.",
    "network": "Check the address, the Pod (kubectl get pods), and what stands between: Ingress, firewall, VPN.",
    "proxy": "Check HTTP_PROXY and HTTPS_PROXY, or name the registry in NO_PROXY.",
    "TLS": "The port does not use TLS, or only versions below 1.2: write http:// if it is plain HTTP, else check "
    "`ingress.tls`.",
    "TLS: expired": f"Renew {_CERTIFICATE}; cert-manager does so by itself.",
    "TLS: name": f"Use a name that {_CERTIFICATE} is for, or have it issued for `ingress.hostname`.",
    "TLS: authority": f"Give the authority's certificate with --ca-file, or have {_CERTIFICATE} issued by a public "
    "authority.",
}


def _wrong_answer(client: Client, answer: Answer) -> Unreachable:
    status = str(answer.status)
    seen = f"{client.url}/v2/ returned {status}"
    if answer.status == requests.codes.unauthorized:
        if client.login.credentials is None:
            return Unreachable(
                f"{seen}, and no credentials were given",
                status,
                "Pass --username and set REGISTRY_GITOPS_PASSWORD, or run `docker login` first.",
            )
        return Unreachable(
            f"{seen}: it does not accept {client.login.credentials}",
            status,
            "Check the password. The file in `auth.htpasswd.existingSecret` must hold bcrypt hashes, as "
            "`registry-gitops htpasswd` makes them: the registry refuses those of plain text, MD5 and SHA.",
        )
    if answer.status == requests.codes.bad_request and b"HTTPS" in answer.body:
        return Unreachable(f"{seen}: it requires TLS", status, "Write https:// instead of http://.")
    return Unreachable(seen, status, _STATUS_REMEDIES.get(answer.status, _NO_REGISTRY))


_NO_REGISTRY: Final = (
    "This is not a registry's answer: check the URL, and that `ingress.path` leads to it. Clients want /v2/ at the "
    "root of the host."
)
_STATUS_REMEDIES: Final = {
    403: "Something in front of the registry refuses us: check the Ingress's allow lists, and the rights of the user.",
    429: "Too many requests: try again later.",
    500: "The registry is broken: its log says why (kubectl logs).",
    502: "The Ingress does not reach the Pod: check that it is ready, and `service.ports.http`.",
    503: "No Pod is ready, or the storage of the registry fails: check the Pod, its log, and its volume "
    "(`persistence.existingClaim`, `podSecurityContext.fsGroup`).",
    504: "The Pod does not answer the Ingress in time: check its log and `resources.limits.cpu`.",
}
