"""A registry does not start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from registry_gitops.documents import Manifest, Path, Problem
from registry_gitops.masking import quote
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.workloads.registries import PlainRegistry, find_registries, serving_registries
from registry_gitops.rules.manifests.workloads.registry_settings import UNKNOWN, Settings

_LEVELS: Final = ("error", "warn", "info", "debug")
_ADDRESS: Final = re.compile(r"(\[[^\]]*\]|[^:]*):[\w-]*")

Wrong = tuple[Path, str, str]
"""A setting, what is wrong with it, and what to write."""


def find_start_failures(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """The registry exits when it starts, because of its config.yml or of a variable REGISTRY_*.

    Why: the Pod is in CrashLoopBackOff. With strategy Recreate, or after the node of the old Pod failed, nobody serves
    images any more. Variables replace single keys of config.yml, and some keys cannot be set alone.

    Source: https://github.com/distribution/distribution/issues/1736,
    https://github.com/distribution/distribution/issues/1180,
    https://github.com/distribution/distribution/blob/v3.1.1/registry/handlers/app.go

    Bad: `REGISTRY_STORAGE_MAINTENANCE_READONLY_ENABLED: "true"`
    Good: `REGISTRY_STORAGE_MAINTENANCE_READONLY: "{enabled: true}"`
    """
    for registry in serving_registries(repository):
        settings = registry.settings
        for setting, message, remedy in _failures(settings):
            manifest, path = settings.locate(*map(str, setting))
            yield manifest, Problem(path, f"the registry exits when it starts: {message}", remedy)


def _failures(settings: Settings) -> Iterator[Wrong]:
    for search in (_in_file, _in_settings, _in_maintenance, _in_purging):
        yield from search(settings)


def _in_file(settings: Settings) -> Iterator[Wrong]:
    """Yield what is wrong with config.yml as a whole."""
    config = settings.of_config
    if config is UNKNOWN:
        yield (), "config.yml is not valid YAML", "write valid YAML, with the keys of distribution's documentation"
    elif config is not None and not isinstance(config, dict):
        yield ("version",), "config.yml has no keys", "write a mapping that begins with version: 0.1"
    elif isinstance(config, dict) and not settings.is_from_environment("version"):
        if "version" not in config:
            yield ("version",), "config.yml has no version", "write version: 0.1 as its first line"
        elif str(config["version"]) != "0.1":
            yield (
                ("version",),
                f"config.yml has version {quote(config['version'])}, and only 0.1 exists",
                "write version: 0.1",
            )


def _in_settings(settings: Settings) -> Iterator[Wrong]:
    for path in (("log", "level"), ("loglevel",)):
        level = settings.get(*path)
        if isinstance(level, str) and level.lower() not in _LEVELS:
            yield path, f"it knows no log level {quote(level)}", f"write one of {', '.join(_LEVELS)}"
    address = settings.get("http", "addr")
    if address not in (None, UNKNOWN, "") and settings.get("http", "net") is None and not _is_address(address):
        yield ("http", "addr"), f"http.addr {quote(address)} has no port after a colon", 'write ":5000"'
    redirect = settings.get("storage", "redirect")
    disable = settings.get("storage", "redirect", "disable")
    if isinstance(redirect, dict) and disable is not UNKNOWN and not isinstance(disable, bool):
        message = "storage.redirect needs the key disable, which is true or false without quotes"
        yield ("storage", "redirect"), message, "write {disable: true} or {disable: false}"
    cache = settings.get("storage", "cache", "blobdescriptor")
    if cache == "redis" and settings.get("redis") is None:
        message = "storage.cache.blobdescriptor is redis, and there is no section redis"
        yield ("storage", "cache", "blobdescriptor"), message, "write redis.addrs, or inmemory instead of redis"
    for key in ("region", "bucket"):
        if isinstance(settings.get("storage", "s3"), dict) and settings.get("storage", "s3", key) is None:
            yield ("storage", "s3"), f"storage.s3 needs the key {key}", f"write storage.s3.{key}"
    for key in ("realm", "path"):
        if settings.get("auth", "htpasswd") is not None and settings.get("auth", "htpasswd", key) is None:
            yield ("auth", "htpasswd"), f"auth.htpasswd needs the key {key}", f"write auth.htpasswd.{key}"


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and _ADDRESS.fullmatch(value) is not None


def _in_maintenance(settings: Settings) -> Iterator[Wrong]:
    """Yield the keys of maintenance that a variable sets alone: the registry expects the whole section then."""
    if settings.is_unread or not settings.is_complete:
        return
    for section in ("readonly", "uploadpurging"):
        path = ("storage", "maintenance", section)
        alone = [origin for origin in settings.origins if origin[:3] == path and len(origin) > 3]
        is_in_file = isinstance(_below(settings.of_config, path), dict)
        if alone and not is_in_file and not {path, path[:2]} & settings.origins.keys():
            message = f"a single key of storage.maintenance.{section} cannot be set alone"
            variable = f"REGISTRY_STORAGE_MAINTENANCE_{section.upper()}"
            yield alone[0], message, f"write {variable} with the whole section, such as {{enabled: true}}"


def _in_purging(settings: Settings) -> Iterator[Wrong]:
    """Yield what a section about abandoned uploads lacks: there are defaults only for the whole section."""
    path = ("storage", "maintenance", "uploadpurging")
    section = settings.get(*path)
    if not isinstance(section, dict) or settings.get(*path, "enabled") in (False, UNKNOWN):
        return
    missing = [key for key in ("age", "interval", "dryrun") if settings.get(*path, key) is None]
    if missing and not any(len(origin) > 3 and origin[:3] == path for origin in settings.origins):
        message = f"storage.maintenance.uploadpurging lacks {', '.join(missing)}, and has no defaults for single keys"
        yield path, message, "write age: 168h, interval: 24h, and dryrun: false, or leave out the section"


def _below(value: Any, path: Path) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def find_second_drivers(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """The registry has two storage drivers, or none.

    Why: it exits when it starts. The config.yml of the image has the driver filesystem, and variables such as
    REGISTRY_STORAGE_S3_BUCKET add a second driver. REGISTRY_STORAGE replaces the first one, with all its keys.

    Source: https://github.com/distribution/distribution/issues/778, https://github.com/zarf-dev/zarf/pull/5312

    Bad: `REGISTRY_STORAGE_S3_BUCKET: images` alone   Good: `REGISTRY_STORAGE: s3` in addition
    """
    for registry in find_registries(repository):
        drivers = registry.settings.drivers if registry.settings.is_complete else None
        if drivers is None or len(drivers) == 1:
            continue
        driver = next((each for each in drivers if registry.settings.is_from_environment("storage", each)), "")
        manifest, path = registry.settings.locate("storage", *filter(None, [driver]))
        yield manifest, Problem(path, *_driver_message(registry, drivers, driver))


def _driver_message(registry: PlainRegistry, drivers: tuple[str, ...], of_variable: str) -> tuple[str, str]:
    if not drivers:
        return "the registry exits when it starts: it has no storage driver", "write one, such as storage.filesystem"
    message = f"the registry exits when it starts: it has {len(drivers)} storage drivers, {', '.join(drivers)}"
    if of_variable and not registry.settings.is_from_environment(
        "storage", *[d for d in drivers if d != of_variable][:1]
    ):
        return message, f"set REGISTRY_STORAGE to {of_variable} in addition, or write the driver in config.yml"
    return message, "leave one, and remove the others"
