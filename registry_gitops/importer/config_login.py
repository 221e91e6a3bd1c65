"""What a config.yml names files for: the users, the keys of a token server, and certificates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from registry_gitops.documents import Path
from registry_gitops.importer.config_reading import ConfigReading
from registry_gitops.importer.container_files import FileSource

_MOUNTED: Final = "the chart mounts the Secret"


def read_users(reading: ConfigReading, path: Path) -> None:
    """Read `auth.htpasswd`."""
    login = _section(reading, path)
    reading.draft.put("values.auth.htpasswd.enabled", True)
    reading.draft.put("values.auth.htpasswd.existingSecret", _own_name(reading, "users"))
    for key, value in login.items():
        if key == "path":
            _read_users_file(reading, (*path, key), str(value))
        else:
            reading.pass_on((*path, key), value)
    if not login:
        reading.notes.translated(path, "values.auth.htpasswd.enabled")


def _read_users_file(reading: ConfigReading, path: Path, file: str) -> None:
    found = _find_secret(reading, file)
    if found:
        reading.draft.put("values.auth.htpasswd.existingSecretKey", found.key)
        reading.put(path, "values.auth.htpasswd.existingSecret", found.name, _MOUNTED)
        return
    name = _own_name(reading, "users")
    command = f"registry-gitops htpasswd USER --name {name} --namespace {reading.draft.get('namespace')}"
    reading.notes.decide(
        path,
        f"the users must be in a Secret, under the key htpasswd; the config file expects it in {name}",
        [f"create it: `{command}`", "name another Secret in auth.htpasswd.existingSecret"],
    )


def read_token_login(reading: ConfigReading, path: Path) -> None:
    """Read `auth.token`."""
    reading.draft.put("values.auth.token.enabled", True)
    keys = {"rootcertbundle": "rootCertBundleKey", "jwks": "jwksKey"}
    for key, value in _section(reading, path).items():
        if key in keys:
            _read_token_file(reading, (*path, key), str(value), f"values.auth.token.{keys[key]}")
        elif key not in ("realm", "service", "issuer", "signingalgorithms"):
            reading.pass_on((*path, key), value)
        else:
            new = "signingAlgorithms" if key == "signingalgorithms" else key
            reading.put((*path, key), f"values.auth.token.{new}", value)


def _read_token_file(reading: ConfigReading, path: Path, file: str, target: str) -> None:
    found = _find_secret(reading, file)
    if found:
        reading.draft.put(target, found.key)
        reading.put(path, "values.auth.token.existingSecret", found.name, _MOUNTED)
        return
    name, key = _own_name(reading, "token"), file.rpartition("/")[2]
    reading.draft.put("values.auth.token.existingSecret", name)
    reading.draft.put(target, key)
    reading.notes.decide(
        path,
        f"the file must be in a Secret; the config file expects it in {name}, under the key {key}",
        [
            f"create it: `kubectl create secret generic {name} --from-file={key}`",
            "name another Secret in auth.token.existingSecret",
        ],
    )


def read_tls(reading: ConfigReading, path: Path) -> None:
    """Read `http.tls`."""
    tls = _section(reading, path)
    if not tls.get("certificate"):
        for key, value in tls.items():
            reading.pass_on((*path, key), value)
        return
    reading.draft.put("values.tls.enabled", True)
    _read_certificate(reading, path, tls)
    for key, value in tls.items():
        if key == "clientcas":
            _read_client_authorities(reading, (*path, key), value)
        elif key == "clientauth":
            reading.put((*path, key), "values.tls.clientAuthentication.mode", value)
        elif key == "minimumtls":
            reading.put((*path, key), "values.tls.minimumVersion", value)
        elif key not in ("certificate", "key"):
            reading.pass_on((*path, key), value)


def _read_certificate(reading: ConfigReading, path: Path, tls: Mapping[str, Any]) -> None:
    certificate, key = (_find_secret(reading, str(tls.get(name))) for name in ("certificate", "key"))
    name = certificate.name if certificate else _own_name(reading, "tls")
    reading.draft.put("values.tls.existingSecret", name)
    is_usable = (certificate, key) == tuple(FileSource("Secret", name, each) for each in ("tls.crt", "tls.key"))
    for part in ("certificate", "key"):
        if part in tls and is_usable:
            reading.notes.translated((*path, part), "values.tls.existingSecret", _MOUNTED)
        elif part in tls:
            command = f"kubectl create secret tls {name} --cert=FILE --key=FILE --dry-run=client --output=yaml"
            reading.notes.decide(
                (*path, part),
                f"the chart mounts the keys tls.crt and tls.key of one Secret; the config file expects them in {name}",
                [f"create it: `{command}`", "name another Secret in tls.existingSecret"],
            )


def _read_client_authorities(reading: ConfigReading, path: Path, value: Any) -> None:
    found = [_find_secret(reading, str(each)) for each in value] if isinstance(value, list) else []
    if len(found) == 1 and found[0]:
        reading.draft.put("values.tls.clientAuthentication.key", found[0].key)
        reading.put(path, "values.tls.clientAuthentication.existingSecret", found[0].name, _MOUNTED)
        return
    reading.notes.decide(
        path,
        "the authorities of client certificates must be one file in a Secret",
        ["name it in tls.clientAuthentication.existingSecret"],
    )


def _section(reading: ConfigReading, path: Path) -> Mapping[str, Any]:
    section = reading.notes.get(*path)
    return section if isinstance(section, Mapping) else {}


def _find_secret(reading: ConfigReading, file: str) -> FileSource | None:
    found = reading.find_file(file)
    return found if found and found.kind == "Secret" else None


def _own_name(reading: ConfigReading, purpose: str) -> str:
    return f"{reading.draft.get('name')}-{purpose}"
