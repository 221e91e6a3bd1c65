"""Files in the registry's container: what config.yml names, and what mounts it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from registry_gitops.model import RuleErrors
from registry_gitops.values.configuration import Configuration, find_named_files, list_file_keys
from registry_gitops.values.conflicts import conflict_error

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues

_TAKEN: Final = (
    *("/auth", "/client-cas", "/etc/distribution", "/extra-cas", "/gcs", "/tls", "/token"),
    *("/dev", "/proc", "/sys"),
)
"""Directories that the chart mounts, or the container runtime."""

_CONFIG: Final = "/etc/distribution/config.yml"
"""Where the chart mounts config.yml; registry v2 read it elsewhere."""

_IN_IMAGE: Final = "/etc/ssl/"
"""Directory with the certificate authorities of the image."""


def find_files_conflicts(values: RegistryValues) -> RuleErrors:
    """Yield what cannot be mounted, and files that config.yml names and that no volume has."""
    for index in range(len(values.extra_files)):
        yield from _place(values, index)
    if is_official_image(values.image.repository):
        yield from _missing(values)


def is_official_image(repository: str) -> bool:
    """Return whether an image has no files of the user, as far as its name tells: it can be a copy in a mirror."""
    return repository == "registry" or f"/{repository}".endswith("/library/registry")


def _place(values: RegistryValues, index: int) -> RuleErrors:
    key, path = f"extraFiles.{index}.path", values.extra_files[index].path
    for place in _TAKEN:
        if f"{path}/".startswith(f"{place}/"):
            yield conflict_error("file-place", key=key, place=place)
    for other in (file.path for file in values.extra_files[:index]):
        if f"{path}/".startswith(f"{other}/") or f"{other}/".startswith(f"{path}/"):
            yield conflict_error("file-twice", key=key, other=other)


def _missing(values: RegistryValues) -> RuleErrors:
    mounted = {*_mounted_by_chart(values), *(file.path for file in values.extra_files)}
    places = (_IN_IMAGE, *(f"{mount.mount_path.rstrip('/')}/" for mount in values.extra_volume_mounts))
    for key, path, instead in _named(values):
        if path not in mounted and not f"{path}/".startswith(places):
            remedy = f", or set {instead} instead" if instead else ""
            yield conflict_error("file-missing", key=key, file=path, instead=remedy)


def _named(values: RegistryValues) -> Iterator[tuple[str, str, str]]:
    """Yield the key of each file that something names, its path, and what to set instead of the key."""
    for file in find_named_files(values.configuration):
        yield ".".join(map(str, ("configuration", *file.key))), file.path, file.instead
    for index, variable in enumerate(values.extra_env_vars):
        for file_key in list_file_keys(Configuration):
            if re.fullmatch(file_key.variable, variable.name):
                paths = re.findall(r"/[^\s,\"'\]]+", variable.value or "")
                yield from ((f"extraEnvVars.{index}.value", path, file_key.instead) for path in paths)
    for index, argument in enumerate(() if values.command else values.args):
        if re.fullmatch(r"/.*\.ya?ml", argument) and argument != _CONFIG:
            yield f"args.{index}", argument, f"it to {_CONFIG}"


def _mounted_by_chart(values: RegistryValues) -> Iterator[str]:
    if values.auth.htpasswd.enabled:
        yield "/auth/htpasswd"
    if values.auth.token.enabled:
        yield from ("/token/certificates.pem", "/token/jwks.json")
    if values.tls.enabled:
        yield from ("/tls/tls.crt", "/tls/tls.key", "/client-cas/ca.crt")
    yield from (f"/extra-cas/{index}.crt" for index in range(len(values.extra_cas)))
