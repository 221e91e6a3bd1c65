"""config.yml of the registry, as the chart renders it, and as it is with the environment variables over it.

Each area of the chart that has a template `docker-registry.AREA.config` has a function here, which returns the same
map; tests/chart/test_registry_config.py compares both. Code that needs to know what the registry does, whichever value
says so, reads `RegistryValues.effective_configuration`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from registry_gitops.model import LocatedError, Model, custom_error, freeze
from registry_gitops.substitution import by_default, is_left_to_flux, stands_for_reference
from registry_gitops.values.chart_pod import registry_port
from registry_gitops.values.configuration import DRIVERS, Configuration, Section

if TYPE_CHECKING:
    from registry_gitops.values.env import EnvVar
    from registry_gitops.values.registry_values import RegistryValues
    from registry_gitops.values.storage import ImageStorage
    from registry_gitops.values.variables import ConfigKey

Path = tuple[str | int, ...]
"""Keys of config.yml, and list indices."""

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


def effective_configuration(values: RegistryValues) -> Configuration:
    """Return config.yml with the variables of `extraEnvVars` over it, as the registry reads both.

    Variables that are refused, and those whose value is not known, are left out. What `extraEnvVarsSecret` and
    `extraEnvVarsCM` hold is not known.
    """
    return read_environment(values).configuration


class Environment(NamedTuple):
    """config.yml with the variables over it, and what is wrong with these."""

    configuration: Configuration
    errors: tuple[LocatedError, ...] = ()
    keys: tuple[tuple[int, Path], ...] = ()
    """The index in `extraEnvVars` of each variable, and the key that it sets."""
    unknown: tuple[Path, ...] = ()
    """Keys that a variable sets to a value that is not known, such as one from a Secret."""


def is_override(variable: EnvVar) -> bool:
    """Return whether the registry reads the variable as an override of config.yml, or would in upper case."""
    return variable.name.upper().startswith("REGISTRY_")


def read_environment(values: RegistryValues) -> Environment:
    """Read the REGISTRY_* variables of `extraEnvVars` in the order of their names, as the registry does."""
    variables = sorted(
        ((index, variable) for index, variable in enumerate(values.extra_env_vars) if is_override(variable)),
        key=lambda item: item[1].name,
    )
    if not variables:
        return Environment(values.rendered_configuration)
    return _Reader(values).read(variables)


_NO_PROVIDER: Final = {
    "htpasswd": "the chart mounts no users: set auth.htpasswd.enabled to true, and auth.htpasswd.existingSecret to the "
    "Secret with the users, instead",
    "token": "the chart mounts no keys of a token server: set auth.token.enabled to true instead, and write its keys",
}


class _Reader:
    """Applies variables to the rendered config.yml, and validates the result."""

    def __init__(self, values: RegistryValues) -> None:
        self._values = values
        self._config = to_mutable(rendered_config(values))
        self._errors: list[LocatedError] = []
        self._unknown: list[Path] = []
        self._keys: list[tuple[int, ConfigKey]] = []

    def read(self, variables: list[tuple[int, EnvVar]]) -> Environment:
        for index, variable in variables:
            self._apply(index, variable)
        try:
            configuration = Configuration.model_validate(self._config, by_alias=True, by_name=False)
        except ValidationError as error:
            self._errors += _blame(error, self._keys)
            configuration = self._values.rendered_configuration
        keys = tuple((index, key.path) for index, key in self._keys)
        return Environment(configuration, tuple(self._errors), keys, tuple(self._unknown))

    def _apply(self, index: int, variable: EnvVar) -> None:
        # Imported here, because few config files have such variables.
        from registry_gitops.values import variables

        part = "name"
        try:
            key = variables.find_config_key(variable.name)
            self._refuse_new_section(key)
            part = "value"
            if has_unknown_value(variable):
                self._unknown.append(key.path)
                variables.add_sections(self._config, key)
            else:
                text = by_default(variable.value or "", "")
                variables.set_value(self._config, key, variables.parse_value(text, key))
        except PydanticCustomError as error:
            self._errors.append((("extraEnvVars", index, part), error))
        else:
            self._keys.append((index, key))

    def _refuse_new_section(self, key: ConfigKey) -> None:
        """Refuse a variable for a driver or provider that config.yml does not have: the chart renders by that one."""
        from registry_gitops.values.variables import AZURE_CREDENTIALS, single_key_error

        section, name = str(key.path[0]), str(key.path[1] if len(key.path) > 1 else "")
        there = rendered_config(self._values).get(section, {})
        if section == "auth" and name not in there:
            raise custom_error("variable_provider", _NO_PROVIDER[name])
        if section == "storage" and name in DRIVERS and name not in there:
            raise custom_error(
                "variable_driver",
                f"the storage driver is {self._values.driver}, and the registry exits with two: set storage.type to "
                f"{name} instead, and write the keys of its section",
            )
        if key.path[:-1] == AZURE_CREDENTIALS and there["azure"].get("credentials"):
            raise single_key_error(key.path)


def has_unknown_value(variable: EnvVar) -> bool:
    """Return whether the value of the variable is known only in the cluster: from a Secret, or another variable."""
    value = variable.value or ""
    is_reference = is_left_to_flux(value) or stands_for_reference(value)
    return variable.value_from is not None or "$(" in value or is_reference


def _blame(error: ValidationError, keys: list[tuple[int, ConfigKey]]) -> Iterator[LocatedError]:
    """Yield each error of the whole config.yml at the variable that sets its key, or a key next to it."""
    for detail in error.errors(include_url=False):
        loc = detail["loc"]
        index, key = max(keys, key=lambda item: _common(item[1].path, loc))
        where = "" if loc == key.path else f"{type(key)(loc, None).dotted}: "
        yield ("extraEnvVars", index, "value"), custom_error("variable_value", f"{where}{_sentence(detail)}")


def _common(path: Path, loc: Path) -> int:
    equal = [a == b for a, b in zip(path, loc, strict=False)]
    return equal.index(False) if False in equal else len(equal)


_SENTENCES: Final = {
    "string_type": "must be text: put double quotes into the value",
    "bool_type": "must be true or false, without quotes inside the value",
    "int_type": "must be a whole number, without quotes inside the value",
    "list_type": "must be a list, as YAML: write [ENTRY, ENTRY]",
    "dict_type": "must be a map, as YAML: write {KEY: VALUE}",
    "model_type": "must be a section, as YAML: write {KEY: VALUE}, or set a single key by a longer name",
    "missing": "is required, set it too",
}


def _sentence(detail: Any) -> str:
    message = str(detail["msg"]).replace("Input should be", "must be").replace("Input should", "must")
    return _SENTENCES.get(detail["type"], message)


def to_mutable(value: Any) -> Any:
    """Return plain data as new dicts and lists."""
    if isinstance(value, Mapping):
        return {key: to_mutable(item) for key, item in value.items()}
    return [to_mutable(item) for item in value] if isinstance(value, list | tuple) else value


def _typed(section: type[Section], plain: Mapping[str, Any]) -> Any:
    """Return plain data, whose parts are valid, as a section: without a validator, which takes 24 ms to build."""
    from registry_gitops.values.variables import entry_of, section_of

    fields = {}
    for name, field in section.model_fields.items():
        key = field.alias or name
        if key not in plain:
            continue
        below, entry, value = section_of(field.annotation), entry_of(field.annotation), plain[key]
        if below:
            fields[name] = _typed(below, value)
        elif entry is not None and section_of(entry):
            fields[name] = tuple(_typed(section_of(entry), item) for item in value)  # type: ignore[arg-type]
        else:
            fields[name] = freeze(value)
    return section.model_construct(_fields_set=set(fields), **fields)
