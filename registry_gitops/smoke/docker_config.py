"""Credentials that `docker login` left behind: ~/.docker/config.json, and the credential helpers that it names."""

from __future__ import annotations

import binascii
import json
import os
import subprocess
from base64 import b64decode
from pathlib import Path
from typing import Any, Final

from registry_gitops.errors import InputError
from registry_gitops.smoke.secrets import Credentials

_PATIENCE: Final = 30
"""Seconds that a helper has: some ask a cloud, some a person."""
_HUB: Final = "https://index.docker.io/v1/"


def config_file() -> Path | None:
    """Return where Docker has its configuration: in DOCKER_CONFIG, else in the home directory, if there is one."""
    folder = os.environ.get("DOCKER_CONFIG")
    try:
        return (Path(folder) if folder else Path.home() / ".docker") / "config.json"
    except RuntimeError:  # No HOME, and a user who is not in /etc/passwd, as in containers.
        return None


def find(host: str, file: Path | None = None) -> Credentials | None:
    """The credentials for a host (with its port), None where there are none. As Docker does, the host's own helper is
    asked first, then the store, then the file. Raises InputError where they cannot be read; it repeats no secret.
    """
    file = file or config_file()
    if file is None:
        return None
    config = _read(file)
    helper = _section(config, "credHelpers").get(host) or config.get("credsStore")
    if isinstance(helper, str) and helper:
        for name in _names(host):
            found = _ask(helper, name, file)
            if found:
                return found
    auths = {_host(key): entry for key, entry in _section(config, "auths").items()}
    entry = auths.get(host)
    return _of_entry(entry, host, file) if isinstance(entry, dict) else None


def _read(file: Path) -> dict[str, Any]:
    try:
        config: Any = json.loads(file.read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise InputError.of(f"cannot be read: {error.strerror}", file) from None
    except ValueError:
        config = None
    if not isinstance(config, dict):
        raise InputError.of("is no JSON object: log in again with `docker login`", file) from None
    return config


def _section(config: dict[str, Any], name: str) -> dict[str, Any]:
    section = config.get(name)
    return section if isinstance(section, dict) else {}


def _host(key: str) -> str:
    return key.partition("://")[2].partition("/")[0] if "://" in key else key.partition("/")[0]


def _names(host: str) -> tuple[str, ...]:
    """What a helper may know the host by."""
    return (_HUB, host) if host == "index.docker.io" else (host, f"https://{host}")


def _of_entry(entry: dict[str, Any], host: str, file: Path) -> Credentials | None:
    if isinstance(entry.get("identitytoken"), str) and entry["identitytoken"]:
        return Credentials(str(entry.get("username", "")), entry["identitytoken"], identity_token=True)
    if entry.get("auth"):
        try:
            user, separator, password = b64decode(entry["auth"], validate=True).decode().partition(":")
        except (binascii.Error, TypeError, ValueError):
            separator = ""
        if not separator:
            raise InputError.of(f'`auth` of "{host}" is not user:password in base64', file) from None
        return Credentials(user, password.rstrip("\0"))
    if isinstance(entry.get("username"), str) and isinstance(entry.get("password"), str):
        return Credentials(entry["username"], entry["password"])
    return None


def _ask(helper: str, name: str, file: Path) -> Credentials | None:
    program = f"docker-credential-{helper}"
    try:
        done = subprocess.run(  # noqa: S603 - the program that the user's own file names, as Docker runs it
            [program, "get"], input=name.encode(), capture_output=True, timeout=_PATIENCE, check=False
        )
    except FileNotFoundError:
        raise InputError.of(f"names the credential helper {program}, which is not installed", file) from None
    except (OSError, subprocess.TimeoutExpired):
        raise InputError.of(f"{program} could not be run, or did not answer in {_PATIENCE} s", file) from None
    if done.returncode != 0:
        # It knows no such host, or is locked; what it says may hold anything, so nothing of it is repeated.
        return None
    try:
        said: Any = json.loads(done.stdout)
        user, password = str(said["Username"]), str(said["Secret"])
    except (ValueError, KeyError, TypeError):
        raise InputError.of(f"{program} gave no credentials that can be read", file) from None
    return Credentials(user, password, identity_token=user == "<token>")
