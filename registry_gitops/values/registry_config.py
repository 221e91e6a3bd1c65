"""config.yml of the registry, as the chart renders it.

Each area of the chart that has a template `docker-registry.AREA.config` has a function here, which returns the same
map; tests/chart/test_registry_config.py compares both.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from registry_gitops.model import Model, freeze
from registry_gitops.values.chart_pod import registry_port
from registry_gitops.values.configuration import Configuration, Section

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues
    from registry_gitops.values.storage import ImageStorage

Plain = dict[str, Any]
"""Plain data with the keys of config.yml."""


def _base(values: RegistryValues) -> Plain:
    return {
        "log": {"level": "info", "formatter": "text", "accesslog": {"disabled": False}},
        "storage": {
            "maintenance": {"uploadpurging": {"enabled": True, "age": "168h", "interval": "24h", "dryrun": False}}
        },
        "http": {
            "addr": ":5000",
            "relativeurls": values.http.relative_urls,
            "draintimeout": values.http.drain_timeout,
            "headers": {"X-Content-Type-Options": ["nosniff"]},
        },
        "health": {"storagedriver": {"enabled": True, "interval": "10s", "threshold": 3}},
        "validation": {"manifests": {"indexes": {"platforms": "none"}}},
    }


def _storage(values: RegistryValues) -> Plain:
    settings = values.storage
    drivers: dict[str, Callable[[ImageStorage], Plain]] = {"s3": _s3, "gcs": _gcs, "azure": _azure}
    filesystem = {"rootdirectory": "/var/lib/registry"} if settings.type == "filesystem" else {}
    driver = drivers[settings.type](settings) if settings.type in drivers else filesystem
    redirect = {"redirect": {"disable": not settings.bucket.redirect}} if settings.bucket else {}
    return {"storage": {settings.type: driver, **redirect, "delete": {"enabled": values.deletion.enabled}}}


def _s3(storage: ImageStorage) -> Plain:
    s3 = storage.s3
    region = {"region": s3.region or ("us-east-1" if s3.region_endpoint else "")}
    texts = _texts(s3, "bucket", "root_directory", "storage_class", "region_endpoint")
    is_path = s3.force_path_style if s3.force_path_style is not None else bool(s3.region_endpoint) or None
    path_style = {} if is_path is None else {"forcepathstyle": is_path}
    return {**texts, **region, **path_style, **_texts(s3, "encrypt", "chunk_size")}


def _gcs(storage: ImageStorage) -> Plain:
    key = {"keyfile": "/gcs/key.json"} if storage.gcs.existing_secret else {}
    return {**_texts(storage.gcs, "bucket", "root_directory", "chunk_size"), **key}


def _azure(storage: ImageStorage) -> Plain:
    azure = storage.azure
    kind = "shared_key" if azure.credentials_type == "shared_key" else "default_credentials"
    texts = _texts(azure, "account_name", "container", "realm", "root_directory")
    return {**texts, "credentials": {"type": kind}}


def _texts(section: Model, *names: str) -> Plain:
    """Return the fields that are not empty, with the keys of config.yml."""
    return {name.replace("_", ""): getattr(section, name) for name in names if getattr(section, name)}


def _cache(values: RegistryValues) -> Plain:
    kind = values.cache.type_for(values.max_replicas)
    config: Plain = {} if kind == "off" else {"storage": {"cache": {"blobdescriptor": kind}}}
    if kind == "redis" or values.configuration.to_config_dict().get("redis"):
        config["redis"] = {**dict.fromkeys(("dialtimeout", "readtimeout", "writetimeout"), "200ms"), "maxretries": -1}
    if kind == "redis":
        redis = values.cache.redis
        config["redis"] |= _texts(redis, "addrs", "username", "db", "master_name", "sentinel_username")
        if redis.tls.enabled:
            own = [f"/extra-cas/{index}.crt" for index in range(len(values.extra_cas))]
            config["redis"]["tls"] = {"rootcas": [*own, "/etc/ssl/certs/ca-certificates.crt"]}
    return config


def _login(values: RegistryValues) -> Plain:
    providers: Plain = {}
    if values.auth.htpasswd.enabled:
        providers["htpasswd"] = {"realm": "Registry", "path": "/auth/htpasswd"}
    token = values.auth.token
    if token.enabled:
        certificates = {"rootcertbundle": "/token/certificates.pem"} if token.root_cert_bundle_key else {}
        keys = {"jwks": "/token/jwks.json"} if token.jwks_key else {}
        texts = _texts(token, "realm", "service", "issuer", "signing_algorithms")
        providers["token"] = {**texts, **certificates, **keys}
    return {"auth": providers} if providers else {}


def _tls(values: RegistryValues) -> Plain:
    tls, clients = values.tls, values.tls.client_authentication
    if not tls.enabled:
        return {}
    files = {"certificate": "/tls/tls.crt", "key": "/tls/tls.key", "minimumtls": tls.minimum_version}
    asked = {"clientcas": ["/client-cas/ca.crt"], "clientauth": clients.mode} if clients.existing_secret else {}
    return {"http": {"tls": {**files, **asked}}}


def _proxy(values: RegistryValues) -> Plain:
    proxy = values.proxy
    own = {"proxy": {"remoteurl": proxy.remote_url, "ttl": proxy.ttl, **_texts(proxy, "username")}}
    deletion = {"storage": {"delete": {"enabled": True}}}
    return {**(own if proxy.enabled else {}), **(deletion if values.is_cache else {})}


def _metrics(values: RegistryValues) -> Plain:
    metrics = values.metrics
    if not metrics.enabled:
        return {}
    port = next(port for port in (5002, 5003, 5004) if port not in (metrics.port, registry_port(values)))
    return {"http": {"debug": {"addr": f"127.0.0.1:{port}", "prometheus": {"enabled": True, "path": metrics.path}}}}


_AREAS: Final = (_base, _storage, _cache, _login, _tls, _proxy, _metrics)
"""In the order of the chart's `docker-registry.areas`: a later one wins."""


def rendered_config(values: RegistryValues) -> Plain:
    """Return config.yml as the chart renders it, without its version: what the areas set, and `configuration`."""
    config: Plain = {}
    for area in _AREAS:
        config = _merge(config, area(values))
    over = values.configuration.to_config_dict()
    if values.configuration.driver not in (None, "filesystem"):
        config["storage"].pop("filesystem", None)
    return {section: settings for section, settings in _merge(config, over).items() if settings != {}}


def _merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> Plain:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        merged[key] = _merge(below, value) if both else value  # type: ignore[arg-type]
    return merged


def rendered_configuration(values: RegistryValues) -> Configuration:
    """Return config.yml as the chart renders it, without a look at the environment."""
    configuration: Configuration = _typed(Configuration, rendered_config(values))
    return configuration


def _typed(section: type[Section], plain: Mapping[str, Any]) -> Any:
    """Return plain data, whose parts are valid, as a section: without a validator, which takes 24 ms to build."""
    fields: dict[str, Any] = {}
    for name, key, below, entry in _parts(section):
        if key not in plain:
            continue
        if below:
            fields[name] = _typed(below, plain[key])
        elif entry:
            fields[name] = tuple(_typed(entry, item) for item in plain[key])
        else:
            fields[name] = freeze(plain[key])
    return _empty(section).model_copy(update=fields)


_empty = functools.cache(lambda section: section.model_construct())


@functools.cache
def _parts(section: type[Section]) -> tuple[tuple[str, str, type[Section] | None, type[Section] | None], ...]:
    """Return the name and the key of each field, and the section that it holds, or a list of which it holds."""
    from registry_gitops.values.variables import entry_of, section_of

    fields = ((name, field.alias or name, field.annotation) for name, field in section.model_fields.items())
    return tuple((name, key, section_of(kind), section_of(entry_of(kind))) for name, key, kind in fields)
