"""The users of a registry: whether it can read their file, and verify their passwords."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.documents import Manifest, Path, Problem, is_decided_later
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.workloads.registries import PlainRegistry, serving_registries
from registry_gitops.rules.manifests.workloads.volume_mounts import Mount

_BCRYPT: Final = re.compile(r"[^:\s]+:\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}")
_SETTING: Final = ("auth", "htpasswd", "path")


def find_unusable_hashes(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """A user of the registry has no bcrypt hash.

    Why: the registry verifies bcrypt only. A user with a hash of MD5 or SHA, which `htpasswd` makes without -B, or with
    a plain password, gets 401 with the right password.

    Source: https://github.com/docker-archive-public/docker.labs/pull/148,
    https://github.com/twuni/docker-registry.helm/issues/13

    Bad: `htpasswd -bc users alice`   Good: `htpasswd -Bc users alice`
    """
    for registry in serving_registries(repository):
        for manifest, path, text in _contents(registry):
            for number, line in enumerate(text.splitlines(), 1):
                if line.strip() and not line.startswith("#") and not _BCRYPT.fullmatch(line.strip()):
                    message = f"the user in line {number} has no bcrypt hash, and the registry accepts nothing else"
                    yield (
                        manifest,
                        Problem(path, message, "create the hash with `registry-gitops htpasswd`, or `htpasswd -B`"),
                    )


def find_missing_users(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """The registry has no file at auth.htpasswd.path.

    Why: it creates the file, with a user `docker` and a random password that it prints to its log. Nobody can log in
    as the users that were meant, and each new Pod has another password.

    Source: https://github.com/distribution/distribution/blob/v3.1.1/registry/auth/htpasswd/access.go

    Bad: `REGISTRY_AUTH_HTPASSWD_PATH: /auth/htpasswd` without a volume at /auth   Good: a Secret, mounted at /auth
    """
    for registry in serving_registries(repository):
        file = registry.settings.get(*_SETTING)
        if (
            isinstance(file, str)
            and file.startswith("/")
            and not is_decided_later(file)
            and not registry.mount_of(file)
        ):
            manifest, path = registry.settings.locate(*_SETTING)
            yield (
                manifest,
                Problem(
                    path,
                    "no volume is mounted at auth.htpasswd.path, so there are no users",
                    "mount the Secret with the users there",
                ),
            )


def find_stale_users(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """The file with the users is mounted by subPath.

    Why: the kubelet does not update such a file. A user that is removed, or whose password leaked and was replaced,
    can log in until the Pod is replaced. The registry itself reads a changed file without a restart.

    Source: https://github.com/kubernetes/kubernetes/issues/50345

    Bad: `mountPath: /auth/htpasswd` with `subPath: htpasswd`   Good: `mountPath: /auth` without subPath
    """
    for registry in serving_registries(repository):
        mount = _mount(registry)
        if mount and mount.entry.get("subPath") and (mount.source("secret") or mount.source("configMap")):
            message = (
                "the file with the users is mounted by subPath: removed users can log in until the Pod is replaced"
            )
            yield registry.workload, Problem((*mount.path, "subPath"), message, "mount the whole Secret as a directory")


def _mount(registry: PlainRegistry) -> Mount | None:
    file = registry.settings.get(*_SETTING)
    return registry.mount_of(file) if isinstance(file, str) else None


def _contents(registry: PlainRegistry) -> Iterator[tuple[Manifest, Path, str]]:
    """Yield the file with the users, if a manifest has it."""
    mount = _mount(registry)
    if mount is None:
        return
    for kind, source, key in (("Secret", "secret", "secretName"), ("ConfigMap", "configMap", "name")):
        name = mount.source(source).get(key)
        manifest = registry.named(kind, name) if name else None
        if manifest and "sops" not in manifest.value:
            yield from _text(manifest, mount.key_of(source))


def _text(manifest: Manifest, key: str) -> Iterator[tuple[Manifest, Path, str]]:
    for section in ("stringData", "data"):
        text = manifest.get(section, key)
        if isinstance(text, str) and not is_decided_later(text):
            if manifest.kind == "Secret" and section == "data":
                text = _decode(text)
            yield manifest, (section, key), text


def _decode(text: str) -> str:
    try:
        return base64.b64decode(text).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
