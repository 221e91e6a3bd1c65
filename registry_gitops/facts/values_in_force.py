"""The chart values in force by their dotted keys, and those that only Flux or the cluster knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.model import Model
from registry_gitops.substitution import may_refer
from registry_gitops.values import RegistryValues

_NGINX: Final = "nginx.ingress.kubernetes.io"
_NGINX_PRESETS: Final = {
    f"{_NGINX}/proxy-body-size": "0",
    f"{_NGINX}/proxy-read-timeout": "900",
    f"{_NGINX}/proxy-send-timeout": "900",
    f"{_NGINX}/proxy-request-buffering": "off",
}
"""Annotations that the chart sets for ingress-nginx: its `docker-registry.ingressAnnotations`."""

_CONFIG_FILE: Final = "/etc/distribution/config.yml"

Scalar = str | int | bool | tuple[object, ...] | None


def values_in_force(values: RegistryValues) -> dict[str, Scalar]:
    """Return scalars, and lists of scalars, by their dotted keys: those that are set, and the chart's defaults.

    A list of sections is True. `configuration` is config.yml as the registry reads it. No value is a secret.
    """
    found = dict(_flatten(values, ""))
    found = {key: value for key, value in found.items() if not key.startswith("configuration.")}
    found |= dict(_flatten(values.effective_configuration, "configuration."))
    found |= {"cache.type": values.cache_type, "replicaCount": values.max_replicas, "storage.type": values.driver}
    if values.ingress.enabled:
        presets = _NGINX_PRESETS if "nginx" in values.ingress.controllers else {}
        annotations = {**presets, **values.ingress.annotations}
        found |= {f"ingress.annotations.{name}": text for name, text in annotations.items()}
    return found


def _flatten(model: Model, prefix: str) -> Iterator[tuple[str, Scalar]]:
    for name, field in type(model).model_fields.items():
        # What is not in the repr can be a secret.
        if not field.repr:
            continue
        key, value = f"{prefix}{field.alias or name}", getattr(model, name)
        if isinstance(value, Model):
            yield from _flatten(value, f"{key}.")
        elif isinstance(value, Mapping):
            yield key, tuple(value)
        elif isinstance(value, tuple) and any(isinstance(item, Model) for item in value):
            yield key, True
        else:
            yield key, value


class UnknownValues:
    """The values of a deployment that only Flux or the cluster knows."""

    def __init__(self, deployment: RegistryDeployment) -> None:
        self._values = deployment.values
        self._written = dict(_texts(self._values.to_config_dict(), ""))
        self._references = deployment.release.values_from or ()

    def find_reason(self, keys: tuple[str, ...]) -> str:
        """Return why the values at or below some dotted keys are not known, as a sentence, or "" if they are."""
        for key, text in self._written.items():
            if may_refer(text) and _overlaps(key, keys):
                return f"`{key}` has a variable that only Flux knows"
        if not any(_overlaps(key, keys) for key in self._written):
            for reference in self._references:
                if not reference.target_path or _overlaps(reference.target_path, keys):
                    return f"`release.valuesFrom` can set it: the {reference.kind} {reference.name} is not read"
        for path in self._values.unknown_configuration:
            if _overlaps(f"configuration.{path}", keys):
                return (
                    f"a variable of `extraEnvVars` sets `configuration.{path}` to a value that only the cluster knows"
                )
        started = (*self._values.command, *self._values.args)
        if started and _CONFIG_FILE not in started and any(key.startswith("configuration.") for key in keys):
            return f"`command` or `args` start the registry without {_CONFIG_FILE}"
        return ""


def _overlaps(key: str, keys: tuple[str, ...]) -> bool:
    return any(f"{key}.".startswith(f"{other}.") or f"{other}.".startswith(f"{key}.") for other in keys)


def _texts(plain: Any, prefix: str) -> Iterator[tuple[str, object]]:
    """Yield the key of each scalar that is written, with the scalar."""
    if isinstance(plain, Mapping):
        for key, value in plain.items():
            yield from _texts(value, f"{prefix}.{key}" if prefix else str(key))
    elif isinstance(plain, list):
        for value in plain:
            yield from _texts(value, prefix)
    else:
        yield prefix, plain
