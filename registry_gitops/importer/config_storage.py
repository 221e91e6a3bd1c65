"""`storage` of a config.yml: the driver, its bucket, and what the registry keeps about its images."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any, Final

from registry_gitops.documents import Path
from registry_gitops.importer.config_reading import EMPTY, ConfigReading

_SETTINGS: Final = ("delete", "redirect", "cache", "maintenance", "tag")
"""Keys of `storage` that are no driver."""

_BUCKETS: Final[Mapping[str, Mapping[str, str]]] = {
    "s3": {
        "bucket": "bucket",
        "region": "region",
        "regionendpoint": "regionEndpoint",
        "forcepathstyle": "forcePathStyle",
        "rootdirectory": "rootDirectory",
        "encrypt": "encrypt",
        "storageclass": "storageClass",
        "chunksize": "chunkSize",
    },
    "gcs": {"bucket": "bucket", "rootdirectory": "rootDirectory", "chunksize": "chunkSize"},
    "azure": {
        "accountname": "accountName",
        "container": "container",
        "realm": "realm",
        "rootdirectory": "rootDirectory",
    },
}
"""Driver -> key of config.yml -> key of its section in `storage` of the values."""

_SECRETS: Final = {
    ("s3", "accesskey"): "access-key",
    ("s3", "secretkey"): "secret-key",
    ("azure", "accountkey"): "account-key",
}

_ALIASES: Final = {"s3aws": "s3"}

_GONE: Final = {"swift": "OpenStack Swift", "oss": "Alibaba OSS"}


def read_storage(reading: ConfigReading, _: Path) -> None:
    """Read the section."""
    notes = reading.notes
    storage = notes.get("storage")
    if isinstance(storage, str):
        _read_driver(reading, ("storage",), storage, {})
        return
    if not isinstance(storage, Mapping):
        notes.dropped(("storage",), "it is empty, so the images are on the volume")
        return
    drivers = [key for key in storage if key not in _SETTINGS]
    for driver in drivers:
        _read_driver(reading, ("storage", driver), driver, storage[driver])
    for key in _SETTINGS:
        if key in storage:
            _read_setting(reading, key, storage[key], drivers)


def _read_driver(reading: ConfigReading, path: Path, driver: str, settings: Any) -> None:
    name = _ALIASES.get(driver, driver)
    if name in _GONE:
        reading.notes.decide(
            path,
            f"registry v3 has no driver for {_GONE[name]}",
            ["use the S3 interface of the same service: storage.type s3 with its regionEndpoint", "copy the images"],
        )
    elif name == "filesystem":
        _read_filesystem(reading, path, settings)
    elif name in _BUCKETS:
        _read_bucket(reading, name, path, settings if isinstance(settings, Mapping) else {})
    elif name == "inmemory":
        reading.put(path, "values.storage.type", "inmemory")
    else:
        reading.notes.decide(path, "the official image has no such storage driver", ["choose one of storage.type"])


def _read_filesystem(reading: ConfigReading, path: Path, settings: Any) -> None:
    if not isinstance(settings, Mapping) or not settings:
        reading.notes.dropped(path, "it is the chart's driver too")
        return
    for key, value in settings.items():
        if key == "rootdirectory":
            _read_root(reading, (*path, key), posixpath.normpath(str(value)))
        else:
            reading.pass_on((*path, key), value)


def _read_root(reading: ConfigReading, path: Path, root: str) -> None:
    """Keep the directory of the images on the volume, which the chart can mount at another path."""
    mount = posixpath.normpath(reading.data_path)
    if not f"{root}/".startswith(f"{mount}/"):
        reading.notes.decide(
            path,
            f"the images are not on the volume at {mount}, or it is not in sight: where are they?",
            ["name the claim in persistence.existingClaim, and the directory in it in persistence.subPath"],
        )
    elif root == mount:
        reading.notes.dropped(path, "the chart mounts the volume at /var/lib/registry, which is the default")
    else:
        reading.draft.put("values.persistence.subPath", posixpath.relpath(root, mount))
        reading.notes.translated(path, "values.persistence.subPath", "the same directory of the volume")


def _read_bucket(reading: ConfigReading, driver: str, path: Path, settings: Mapping[str, Any]) -> None:
    reading.draft.put("values.storage.type", driver)
    if not settings:
        reading.put(path, "values.storage.type", driver)
    if driver == "azure" and "accountkey" in settings:
        reading.draft.put("values.storage.azure.credentialsType", "shared_key")
    for key, value in settings.items():
        at = (*path, key)
        if (driver, key) in _SECRETS:
            reading.move_secret(at, driver, _SECRETS[driver, key], f"storage.{driver}")
        elif key in _BUCKETS[driver]:
            _read_bucket_setting(reading, driver, at, value, settings)
        elif driver == "gcs" and key == "keyfile":
            _read_key_file(reading, at, str(value))
        elif driver == "azure" and key == "credentials":
            _read_azure_credentials(reading, at, value)
        elif (driver, key) == ("s3", "secure") and settings.get("regionendpoint"):
            reading.notes.translated(at, "values.storage.s3.regionEndpoint", "the scheme of regionEndpoint says it")
        else:
            reading.walk(at, value)


def _read_bucket_setting(
    reading: ConfigReading, driver: str, at: Path, value: Any, settings: Mapping[str, Any]
) -> None:
    target = f"values.storage.{driver}.{_BUCKETS[driver][str(at[-1])]}"
    if at[-1] == "regionendpoint" and settings.get("secure") is False and "://" not in str(value):
        reading.put(at, target, f"http://{value}", "with the scheme that `secure: false` means")
    else:
        reading.put(at, target, value)


def _read_key_file(reading: ConfigReading, at: Path, file: str) -> None:
    found = reading.find_file(file)
    name = found.name if found and found.kind == "Secret" else f"{reading.draft.get('name')}-gcs"
    reading.draft.put("values.storage.gcs.existingSecret", name)
    if found and found.kind == "Secret" and found.key == "key.json":
        reading.notes.translated(at, "values.storage.gcs.existingSecret", "the chart mounts the Secret")
        return
    reading.notes.decide(
        at,
        f"the chart reads the key file from the key key.json of the Secret {name}",
        [
            f"create it: `registry-gitops secret gcs --name {name} --stdin <FILE`",
            "leave storage.gcs.existingSecret out, and use a workload identity",
        ],
    )


def _read_azure_credentials(reading: ConfigReading, at: Path, value: Any) -> None:
    targets = {"type": "credentialsType", "tenantid": "tenantId", "clientid": "clientId"}
    for key, item in value.items() if isinstance(value, Mapping) else ():
        path = (*at, key)
        if key == "secret":
            reading.move_secret(path, "azure", "client-secret", "storage.azure")
        elif key in targets:
            reading.put(path, f"values.storage.azure.{targets[key]}", item)
        else:
            reading.pass_on(path, item)


def _read_setting(reading: ConfigReading, key: str, value: Any, drivers: list[str]) -> None:
    bucket = next((name for each in drivers if (name := _ALIASES.get(each, each)) in _BUCKETS), None)
    notes, path = reading.notes, ("storage", key)
    settings = value if isinstance(value, Mapping) else {}
    if not settings:
        notes.dropped(path, EMPTY)
    for name, item in settings.items():
        at = (*path, name)
        if at == ("storage", "delete", "enabled"):
            reading.put(at, "values.deletion.enabled", item)
        elif at == ("storage", "redirect", "disable") and bucket:
            reading.put(at, f"values.storage.{bucket}.redirect", not item)
        elif key == "redirect":
            notes.dropped(at, "only object storage redirects clients")
        elif at in (("storage", "cache", "blobdescriptor"), ("storage", "cache", "layerinfo")):
            reading.put(at, "values.cache.type", item or "off")
        else:
            reading.walk(at, item)
