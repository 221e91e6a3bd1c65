"""The environment variables that override config.yml. Only the models know them: the chart does not read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from registry_gitops.model import LocatedError, RuleErrors, custom_error
from registry_gitops.values.environment import Path, is_override, read_environment

if TYPE_CHECKING:
    from registry_gitops.values.configuration import Configuration
    from registry_gitops.values.registry_values import RegistryValues

_CHART_READS: Final[dict[Path, tuple[str, str]]] = {
    ("http", "addr"): ("the ports and the probes", "configuration.http.addr"),
    ("http", "tls", "certificate"): ("the probes and the Service", "tls.enabled and tls.existingSecret"),
    ("http", "tls", "letsencrypt", "cachefile"): ("the probes and the Service", "tls.enabled and tls.existingSecret"),
    ("http", "tls", "clientcas"): ("the probes", "tls.clientAuthentication"),
    ("http", "prefix"): ("the probes and the tests", "configuration.http.prefix"),
    ("http", "draintimeout"): ("the Pod's grace period", "http.drainTimeout"),
    ("proxy", "remoteurl"): ("the tests and the storage", "proxy.remoteUrl"),
    ("storage", "cache", "blobdescriptor"): ("the replicas and garbage collection", "cache.type"),
    ("storage", "filesystem", "rootdirectory"): ("the volume", "configuration.storage.filesystem.rootdirectory"),
    ("storage", "maintenance", "readonly", "enabled"): (
        "the tests",
        "configuration.storage.maintenance.readonly.enabled",
    ),
}
"""Keys by which the chart renders something else, with that, and the value to set instead of a variable."""

_SWITCHES: Final = {("http", "tls", "certificate"), ("http", "tls", "letsencrypt", "cachefile"), ("proxy", "remoteurl")}
"""Keys of which the chart reads only whether they are set."""

_DEFAULTS: Final[dict[Path, Any]] = {
    ("storage", "cache", "blobdescriptor"): "",
    ("storage", "filesystem", "rootdirectory"): "/var/lib/registry",
    ("storage", "maintenance", "readonly", "enabled"): False,
    ("http", "prefix"): "",
}


def find_variable_conflicts(values: RegistryValues) -> RuleErrors:
    """Yield what is wrong with the variables REGISTRY_*, and which of them contradict what the chart renders."""
    if not any(map(is_override, values.extra_env_vars)):
        return
    environment = read_environment(values)
    yield from environment.errors
    if environment.errors:
        return
    rendered = values.rendered_configuration
    for path, (parts, instead) in _CHART_READS.items():
        setters = [index for index, key in environment.keys if _covers(key, path)]
        if setters and (
            _differs(path, rendered, environment.configuration)
            or (path in environment.unknown and not (path in _SWITCHES and _get(rendered, path)))
        ):
            message = (
                f"the chart renders {parts} by its values, without a look at this variable: write {instead} instead"
            )
            yield _error(setters[-1], message)
    yield from _purging(environment.configuration, environment.keys)


def _covers(key: Path, path: Path) -> bool:
    return path[: len(key)] == key


def _differs(path: Path, rendered: Configuration, effective: Configuration) -> bool:
    before, after = _get(rendered, path), _get(effective, path)
    return bool(before) != bool(after) if path in _SWITCHES else before != after


def _get(configuration: Configuration, path: Path) -> Any:
    """Return the value at `path`, or the registry's default."""
    value: Any = configuration
    for step in path:
        fields = {field.alias or name: name for name, field in type(value).model_fields.items()}
        value = getattr(value, fields[str(step)])
        if value is None:
            return _DEFAULTS.get(path)
    return value


def _purging(effective: Configuration, keys: tuple[tuple[int, Path], ...]) -> RuleErrors:
    maintenance = effective.storage.maintenance
    purging = maintenance.upload_purging if maintenance else None
    setters = [index for index, key in keys if key[:2] == ("storage", "maintenance")]
    if purging is None or purging.enabled is False or not setters:
        return
    missing = [key for key in ("age", "interval", "dryrun") if key not in purging.to_config_dict()]
    if missing:
        yield _error(setters[-1], f"the registry panics without {', '.join(missing)}: set all keys of uploadpurging")


def _error(index: int, message: str) -> LocatedError:
    return ("extraEnvVars", index, "value"), custom_error("variable_conflict", message)
