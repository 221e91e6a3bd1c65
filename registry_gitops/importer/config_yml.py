"""A config.yml of registry v2 or v3 to the chart's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from registry_gitops.documents import Path
from registry_gitops.importer.config_draft import Notes
from registry_gitops.importer.config_login import read_tls, read_token_login, read_users
from registry_gitops.importer.config_reading import ConfigReading, Reader
from registry_gitops.importer.config_storage import read_storage
from registry_gitops.importer.container_files import FindFile, no_files

DATA_PATH: Final = "/var/lib/registry"
"""Where the chart mounts the volume of the images, and where the image of the registry expects it."""


def translate_config(notes: Notes, files: FindFile = no_files, data_path: str = DATA_PATH) -> None:
    """Put what a config.yml says into the draft of `notes`, whose tree is that file, and note each key.

    `files` tells what the paths are that it names, and `data_path` is where the volume of the images was mounted. The
    draft has `name` and `namespace` already.
    """
    reading = ConfigReading(notes, _READERS, files, data_path)
    for section, settings in notes.data.items():
        reading.walk((section,), settings)
    for section, settings in reading.configuration.items():
        notes.draft.put(f"values.configuration.{section}", settings)


def _read_address(reading: ConfigReading, path: Path) -> None:
    host, _, port = str(reading.notes.get(*path)).rpartition(":")
    if host in ("127.0.0.1", "localhost", "[::1]"):
        options = ["leave it out: Pods of the cluster reach the registry", "limit its clients by networkPolicy"]
        reading.notes.decide(
            path, "it listened on the loopback address only, and the chart's container cannot", options
        )
        return
    other = "" if port == "5000" else f", not {port}, and clients use the port of the Service"
    reading.notes.dropped(path, f"the container listens on 5000{other}")


def _read_drain_timeout(reading: ConfigReading, path: Path) -> None:
    value = reading.notes.get(*path)
    if value in (0, "0", "0s"):
        reading.notes.dropped(path, "the chart gives running requests 60s to finish")
    else:
        reading.put(path, "values.http.drainTimeout", value)


def _read_debug_address(reading: ConfigReading, path: Path) -> None:
    port = str(reading.notes.get(*path)).rpartition(":")[2]
    if reading.notes.get("http", "debug", "prometheus", "enabled") is True and port.isdecimal() and port != "5000":
        reading.put(path, "values.metrics.port", int(port), "a sidecar serves the metrics there, and nothing else")
    else:
        reading.notes.dropped(path, "the debug server shows secrets to every client: metrics.enabled serves metrics")


def _read_redis_address(reading: ConfigReading, path: Path) -> None:
    address = reading.notes.get(*path)
    reading.put(path, "values.cache.redis.addrs", [address] if address else [], "registry v3 has a list, redis.addrs")


def _read_redis_secret(reading: ConfigReading, path: Path) -> None:
    key = {"password": "redis-password", "sentinelpassword": "sentinel-password"}[str(path[-1])]
    reading.move_secret(path, "redis", key, "cache.redis")


def _read_proxy(reading: ConfigReading, path: Path) -> None:
    proxy = reading.notes.get(*path)
    if not (isinstance(proxy, Mapping) and proxy.get("remoteurl")):
        reading.notes.dropped(path, "without remoteurl the registry is no pull-through cache")
        return
    reading.draft.put("values.proxy.enabled", True)
    for key, value in proxy.items():
        at = (*path, key)
        if key == "remoteurl":
            _read_remote(reading, at, str(value))
        elif key in ("username", "password") and proxy.get("password"):
            reading.move_secret(at, "proxy", key, "proxy")
        elif key == "username":
            reading.put(at, "values.proxy.username", value)
        else:
            reading.walk(at, value)


def _read_remote(reading: ConfigReading, path: Path, url: str) -> None:
    scheme, separator, rest = url.partition("://")
    origin = f"{scheme}{separator}{rest.partition('/')[0]}"
    how = "" if origin == url else "the registry ignores the path of the URL"
    reading.put(path, "values.proxy.remoteUrl", origin, how)


def _read_silly(reading: ConfigReading, path: Path) -> None:
    reading.notes.decide(
        path,
        "this lets in everybody who sends any Authorization header, and the chart does not offer it",
        ["leave it out: everybody is let in", "set auth.htpasswd or auth.token"],
    )


def _read_validation(reading: ConfigReading, path: Path) -> None:
    if reading.notes.get(*path) is False:
        reading.pass_on(path, True, ("validation", "disabled"))
    else:
        reading.notes.dropped(path, "the registry checks what it stores by itself")


_READERS: Final[Mapping[Path, Reader]] = {
    ("storage",): read_storage,
    ("http", "addr"): _read_address,
    ("http", "secret"): lambda reading, path: reading.move_secret(path, "http", "http-secret", "http"),
    ("http", "draintimeout"): _read_drain_timeout,
    ("http", "tls"): read_tls,
    ("http", "debug", "addr"): _read_debug_address,
    ("redis", "addr"): _read_redis_address,
    ("redis", "password"): _read_redis_secret,
    ("redis", "sentinelpassword"): _read_redis_secret,
    ("proxy",): _read_proxy,
    ("auth", "htpasswd"): read_users,
    ("auth", "token"): read_token_login,
    ("auth", "silly"): _read_silly,
    ("validation", "enabled"): _read_validation,
}
"""Keys that are more than moved."""
