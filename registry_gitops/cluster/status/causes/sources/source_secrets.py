"""The Secrets of a source: which one a message is about, and the command that writes it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from registry_gitops.cluster.status.causes.sources.failed_fetch import FailedFetch

_KEYS: Final = ("secretRef", "certSecretRef", "proxySecretRef", "verify.secretRef", "verify.trustedRootSecretRef")
_CLOUDS: Final = {".dkr.ecr.": "aws", ".azurecr.": "azure", ".pkg.dev": "gcp", "gcr.io": "gcp"}
"""Part of the host of a registry -> provider, whose credentials Flux renews by itself."""
_MISSING: Final = r"""secrets?\s+["'](?:[\w.-]+/)?([\w.-]+)["']\s+not\s+found"""
_LOGIN: Final = "--username USER --password PASSWORD"


def describe_secret(fetch: FailedFetch) -> str:
    """Return the Secret that the message is about, and the command that writes it."""
    key, name = _find(fetch, *_KEYS)
    missing = re.search(_MISSING, fetch.condition.message, re.IGNORECASE)
    if missing and missing[1] != name:
        return f"Secret {fetch.source.namespace}/{missing[1]}"
    return f"{_name(fetch, key, name)} with {_command(fetch, key, name)}"


def describe_credentials(fetch: FailedFetch) -> str:
    """Return how to give Flux credentials that the server accepts."""
    provider, account = (fetch.source.text(f"spec.{key}") for key in ("provider", "serviceAccountName"))
    _, name = _find(fetch, "secretRef")
    command = _command(fetch, "secretRef", name)
    if name:
        return f"renew {_name(fetch, 'secretRef', name)} with {command}{_renewal(fetch)}"
    if provider not in ("", "generic"):
        return f"let the identity of {fetch.key('provider')} {provider} read there"
    if account:
        return f"correct the pull secrets of ServiceAccount {fetch.source.namespace}/{account}"
    return (
        f"check {fetch.key('url')}: without access, servers do not tell what exists; for credentials, {command}, "
        f"and name the Secret in {fetch.key('secretRef')}{_renewal(fetch)}"
    )


def describe_certificates(fetch: FailedFetch) -> str:
    """Return the Secret with certificates."""
    key = "secretRef" if fetch.source.kind == "GitRepository" else "certSecretRef"
    _, name = _find(fetch, key)
    how = "" if name else f" with {_command(fetch, 'certSecretRef', '')}"
    return f"{_name(fetch, key, name)}{how}"


def describe_proxy(fetch: FailedFetch) -> str:
    """Return where the proxy is configured."""
    _, name = _find(fetch, "proxySecretRef")
    if name:
        return f"{_name(fetch, 'proxySecretRef', name)} with {_command(fetch, 'proxySecretRef', name)}"
    return "HTTPS_PROXY and NO_PROXY of the Deployment source-controller, or let the proxy pass this host"


def print_public_key(fetch: FailedFetch) -> str:
    """Return the command that prints the public key of an SSH key."""
    where = f"{_find(fetch, 'secretRef')[1] or 'NAME'} -n {fetch.source.namespace}"
    return f"`kubectl get secret {where} -o jsonpath='{{.data.identity\\.pub}}'` prints it in base64"


def _find(fetch: FailedFetch, *keys: str) -> tuple[str, str]:
    """Return key and name of the Secret that the message names, or else of the first one; the name "" if none is "
    "set."""
    secrets = [(key, thing.text(f"spec.{key}.name")) for thing in (fetch.source, fetch.failed) for key in keys]
    secrets = [(key, name) for key, name in secrets if name]
    named = (item for item in secrets if re.search(rf"""["'/]{re.escape(item[1])}["']""", fetch.condition.message))
    return next(named, secrets[0] if secrets else (keys[0], ""))


def _name(fetch: FailedFetch, key: str, name: str) -> str:
    """Return the Secret, or the key that has to name one. No colon may follow: a name can look like a credential's."""
    return f"Secret {fetch.source.namespace}/{name}" if name else f"a Secret that {fetch.key(key)} names"


def _command(fetch: FailedFetch, key: str, name: str) -> str:
    """Return the command that writes the Secret of a key, in backquotes."""
    where = f"{name or 'NAME'} -n {fetch.source.namespace}"
    commands = {
        "certSecretRef": f"flux create secret tls {where} --ca-crt-file ca.crt",
        "proxySecretRef": f"flux create secret proxy {where} --address ADDRESS",
        "verify.secretRef": _from_files(where, "cosign.pub"),
        "verify.trustedRootSecretRef": _from_files(where, "trusted_root.json"),
    }
    return f"`{commands.get(key) or _login_command(fetch, where)}`"


def _login_command(fetch: FailedFetch, where: str) -> str:
    url = urlsplit(fetch.address)
    if fetch.source.kind == "Bucket":
        return _from_files(where, "accesskey", "secretkey")
    if fetch.source.kind != "GitRepository":
        host = f"oci {where} --url {url.netloc}" if fetch.is_registry else f"helm {where}"
        return f"flux create secret {host} {_LOGIN}"
    if fetch.source.text("spec.provider") == "github":
        return f"flux create secret githubapp {where} --app-id ID --app-installation-id ID --app-private-key FILE"
    login = "--private-key-file FILE" if url.scheme == "ssh" else _LOGIN
    return f"flux create secret git {where} --url {fetch.address} {login}"


def _from_files(where: str, *files: str) -> str:
    """Return the command that writes a Secret from files, also if it exists."""
    options = " ".join(f"--from-file {file}" for file in files)
    return f"kubectl create secret generic {where} {options} --dry-run=client -o yaml | kubectl apply -f -"


def _renewal(fetch: FailedFetch) -> str:
    host = urlsplit(fetch.address).netloc
    provider = next((name for part, name in _CLOUDS.items() if part in host), "")
    return f"; with {fetch.key('provider')} {provider}, Flux renews them by itself" if provider else ""
