"""Credentials that everyone who can read the repository can read."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any, Final

from registry_gitops.documents import Manifest, Path, Problem, Role, YAMLDocument
from registry_gitops.findings import Severity
from registry_gitops.masking import show_key
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.workloads.credential_values import (
    has_known_credential,
    has_login,
    has_password_in_url,
    is_key_of_credential,
    is_real_value,
    is_secret_name,
    may_have_credentials,
)
from registry_gitops.rules.manifests.workloads.pods import WORKLOADS, containers_of, items

_RELEASE: Final = "HelmRelease.helm.toolkit.fluxcd.io"
_SOURCES: Final = frozenset(
    f"{kind}.source.toolkit.fluxcd.io" for kind in ("GitRepository", "HelmRepository", "OCIRepository", "Bucket")
)
PLAINTEXT_KINDS: Final = WORKLOADS | _SOURCES | {"Secret", "ConfigMap", _RELEASE}
_GENERATED: Final = frozenset(["helm.sh/release.v1", "kubernetes.io/service-account-token"])
_ENCRYPT: Final = "encrypt it with SOPS, or write an ExternalSecret or SealedSecret instead, and replace the credential"
_AGAIN: Final = (
    "set encrypted_regex in .sops.yaml to ^(data|stringData)$, encrypt the file again, and replace the credential"
)
_REFER: Final = "put it into an encrypted Secret, refer to that, and replace the credential"


def find_committed_secrets(manifest: Manifest, repository: FluxRepository) -> Iterator[Problem]:
    """Yield the credentials in one object."""
    kind = manifest.group_kind
    if not may_have_credentials(manifest.document.text):
        return
    if kind == "Secret":
        yield from _in_secret(manifest)
    elif kind == "ConfigMap":
        yield from _in_config_map(manifest)
    elif kind == _RELEASE:
        yield from _in_values(manifest.get("spec", "values"), ("spec", "values"))
    elif kind in _SOURCES:
        url = manifest.get("spec", "url")
        if isinstance(url, str) and has_password_in_url(url):
            yield _problem(
                ("spec", "url"),
                "the URL has a password in it",
                "name a Secret in spec.secretRef, and replace the password",
            )
    else:
        yield from _in_containers(manifest)


def find_generated_secrets(repository: FluxRepository) -> Iterator[tuple[YAMLDocument, Problem]]:
    """Yield the credentials in the generators of Secrets in kustomizations."""
    for document in repository.documents:
        if document.role is Role.KUSTOMIZATION and isinstance(document.value, Mapping):
            for index, generator in items(document.value.get("secretGenerator")):
                for number, literal in enumerate(_list(generator.get("literals"))):
                    key, _, value = str(literal).partition("=")
                    if is_secret_name(key) and is_real_value(value):
                        path = ("secretGenerator", index, "literals", number)
                        yield document, _problem(path, f"the value of {show_key(key)} is in plain text", _ENCRYPT)


def _in_secret(secret: Manifest) -> Iterator[Problem]:
    """Yield one problem for all keys in plain text."""
    if str(secret.get("type")) in _GENERATED:
        return
    found = [(path, has_known_credential(text)) for path, text in _texts(secret) if _is_credential(str(path[-1]), text)]
    if found:
        is_half = "sops" in secret.value
        keys = ", ".join(show_key(str(path[-1])) for path, _ in found)
        what = "SOPS did not encrypt" if is_half else "the Secret has in plain text"
        severity = Severity.ERROR if is_half or any(certain for _, certain in found) else Severity.WARNING
        yield Problem(found[0][0], f"{what}: {keys}", _AGAIN if is_half else _ENCRYPT, severity=severity)


def _texts(secret: Manifest) -> Iterator[tuple[Path, str]]:
    for section in ("data", "stringData"):
        for key, value in secret.mapping(section).items():
            if isinstance(value, str) and isinstance(key, str) and _is_plain(value):
                yield (section, key), _decode(value) if section == "data" else value


def _is_plain(value: str) -> bool:
    """Return whether a text is neither of SOPS nor replaced by Flux."""
    return not value.startswith("ENC[") and "${" not in value


def _decode(text: str) -> str:
    try:
        return base64.b64decode(text).decode()
    except (binascii.Error, ValueError):
        return ""


def _is_credential(key: str, text: str) -> bool:
    is_named = is_key_of_credential(key) and is_real_value(text)
    return is_named or has_known_credential(text) or has_password_in_url(text) or has_login(key, text)


def _in_config_map(config: Manifest) -> Iterator[Problem]:
    for key, value in config.mapping("data").items():
        if not isinstance(value, str) or not isinstance(key, str):
            continue
        path = ("data", key)
        if has_known_credential(value):
            message = f"{show_key(key)} has a private key or a token in it, and a ConfigMap hides nothing"
            yield Problem(path, message, _REFER, severity=Severity.ERROR)
        elif "\n" not in value and is_secret_name(key) and is_real_value(value):
            yield _problem(
                path, f"the value of {show_key(key)} is in plain text, and a ConfigMap hides nothing", _REFER
            )


def _in_containers(workload: Manifest) -> Iterator[Problem]:
    for path, container in containers_of(workload):
        for index, variable in items(container.get("env")):
            name, value = variable.get("name"), variable.get("value")
            if not isinstance(name, str) or not isinstance(value, str):
                continue
            if (is_secret_name(name) and is_real_value(value)) or has_password_in_url(value):
                message = f"the value of {show_key(name)} is in plain text"
                yield _problem((*path, "env", index, "value"), message, _REFER)


_REFERENCE_SIBLINGS: Final = frozenset(["existingSecret", "secretName", "secretRef", "valueFrom", "secretKeyRef"])


def _in_values(value: Any, path: Path) -> list[Problem]:
    """Return the credentials in the values of a HelmRelease. In a reference to a Secret stand names of keys."""
    found: list[Problem] = []
    if isinstance(value, list):
        for index, entry in enumerate(value):
            if isinstance(entry, (dict, list)):
                found += _in_values(entry, (*path, index))
    elif isinstance(value, dict) and not _is_reference(value):
        for key, entry in value.items():
            if isinstance(entry, (dict, list)):
                if "secret" not in str(key).lower():
                    found += _in_values(entry, (*path, key))
            elif isinstance(entry, str) and is_secret_name(str(key)) and is_real_value(entry):
                message = f"the value of {show_key(str(key))} is in plain text"
                remedy = "put it into an encrypted Secret, name that in valuesFrom, and replace the credential"
                found.append(_problem((*path, key), message, remedy))
    return found


def _is_reference(value: Mapping[str, Any]) -> bool:
    return not _REFERENCE_SIBLINGS.isdisjoint(value) and any(value.get(key) for key in _REFERENCE_SIBLINGS)


def _problem(path: Path, message: str, remedy: str) -> Problem:
    return Problem(path, message, remedy, severity=Severity.WARNING)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
