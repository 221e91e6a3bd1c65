"""The credentials that `docker login` saved: ~/.docker/config.json, and the credential helpers that it names."""

from __future__ import annotations

import binascii
import json
import os
import subprocess
from base64 import b64decode
from pathlib import Path
from typing import Any, Final

from registry_gitops.errors import InputError
from registry_gitops.smoke.client.masked_text import Credentials

_HELPER_TIMEOUT: Final = 30
"""Seconds: some helpers call a cloud API, some prompt a person."""
_HUB: Final = "https://index.docker.io/v1/"
_HUB_HOSTS: Final = ("docker.io", "registry-1.docker.io")
"""Other hosts of Docker Hub: `docker login` saves its credentials for index.docker.io alone."""


def docker_config_file() -> Path | None:
    """Return the path of Docker's config.json, in $DOCKER_CONFIG or ~/.docker; None without a home directory."""
    directory = os.environ.get("DOCKER_CONFIG")
    try:
        return (Path(directory) if directory else Path.home() / ".docker") / "config.json"
    except RuntimeError:  # No HOME, and a user who is not in /etc/passwd, as in containers.
        return None


def find_credentials(host: str, file: Path | None = None) -> Credentials | None:
    """Return the credentials for a host (with its port), or None if there are none.

    Looks, as Docker does, into the helper of the host, else into the store, and then into the file. Raises InputError,
    which repeats no secret, if they cannot be read.
    """
    file = file or docker_config_file()
    if file is None:
        return None
    host = "index.docker.io" if host in _HUB_HOSTS else host
    config = _read_json(file)
    helper = _section(config, "credHelpers").get(host) or config.get("credsStore")
    if isinstance(helper, str) and helper:
        for name in _helper_keys(host):
            credentials = _run_helper(helper, name, file)
            if credentials:
                return credentials
    auths = {_host_of_key(key): entry for key, entry in _section(config, "auths").items()}
    entry = auths.get(host)
    return _parse_entry(entry, host, file) if isinstance(entry, dict) else None


def _read_json(file: Path) -> dict[str, Any]:
    try:
        config: Any = json.loads(file.read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise InputError.single(f"cannot be read: {error.strerror}", file) from None
    except ValueError:
        config = None
    if not isinstance(config, dict):
        raise InputError.single("is not a JSON object: log in again with `docker login`", file) from None
    return config


def _section(config: dict[str, Any], name: str) -> dict[str, Any]:
    section = config.get(name)
    return section if isinstance(section, dict) else {}


def _host_of_key(key: str) -> str:
    return key.partition("://")[2].partition("/")[0] if "://" in key else key.partition("/")[0]


def _helper_keys(host: str) -> tuple[str, ...]:
    """Return the keys under which a helper can know the host."""
    return (_HUB, host) if host == "index.docker.io" else (host, f"https://{host}")


def _parse_entry(entry: dict[str, Any], host: str, file: Path) -> Credentials | None:
    if isinstance(entry.get("identitytoken"), str) and entry["identitytoken"]:
        return Credentials(str(entry.get("username", "")), entry["identitytoken"], identity_token=True)
    if entry.get("auth"):
        try:
            user, separator, password = b64decode(entry["auth"], validate=True).decode().partition(":")
        except (binascii.Error, TypeError, ValueError):
            separator = ""
        if not separator:
            raise InputError.single(f'`auth` of "{host}" is not user:password in base64', file) from None
        return Credentials(user, password.rstrip("\0"))
    if isinstance(entry.get("username"), str) and isinstance(entry.get("password"), str):
        return Credentials(entry["username"], entry["password"])
    return None


def _run_helper(helper: str, key: str, file: Path) -> Credentials | None:
    program = f"docker-credential-{helper}"
    try:
        done = subprocess.run(  # noqa: S603 - the program that the user's own file names, as Docker runs it
            [program, "get"], input=key.encode(), capture_output=True, timeout=_HELPER_TIMEOUT, check=False
        )
    except FileNotFoundError:
        raise InputError.single(f"names the credential helper {program}, which is not installed", file) from None
    except (OSError, subprocess.TimeoutExpired):
        raise InputError.single(f"cannot run {program}, or it did not end within {_HELPER_TIMEOUT} s", file) from None
    if done.returncode != 0:
        # It does not know the host, or is locked. Its output can contain a secret, so no message repeats it.
        return None
    try:
        output: Any = json.loads(done.stdout)
        user, password = str(output["Username"]), str(output["Secret"])
    except (ValueError, KeyError, TypeError):
        raise InputError.single(f"{program} printed no valid credentials", file) from None
    return Credentials(user, password, identity_token=user == "<token>")
