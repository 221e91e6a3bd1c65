"""Environment variables of the registry's container: core/v1 EnvVar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Final

from pydantic import Field

from registry_gitops.model import (
    DNSSubdomain,
    EnvVarName,
    Model,
    QuantityText,
    RuleErrors,
    at_most_one_errors,
    at_most_one_schema,
    one_of_errors,
    one_of_schema,
)


class KeySelector(Model):
    """A key of a Secret or ConfigMap in the same namespace."""

    name: DNSSubdomain
    """Name of the object."""

    key: Annotated[str, Field(min_length=1)]
    """Key of its data."""

    optional: bool | None = None
    """Whether the object or the key is allowed to be missing. Default: false."""


class FieldRef(Model):
    """A field of the Pod itself."""

    api_version: str | None = None
    """API version that `fieldPath` refers to. Default: v1."""

    field_path: Annotated[str, Field(min_length=1)]
    """Path of the field, such as status.podIP."""


class ResourceFieldRef(Model):
    """A resource of a container."""

    container_name: str | None = None
    """Name of the container. Default: this one."""

    resource: Annotated[str, Field(min_length=1)]
    """Resource, such as limits.memory."""

    divisor: QuantityText | None = None
    """Unit of the value. Default: 1."""


_SOURCES: Final = ("secretKeyRef", "configMapKeyRef", "fieldRef", "resourceFieldRef")


class EnvVarSource(Model):
    """Where the value of a variable comes from: exactly one of these."""

    model_config = one_of_schema(*_SOURCES)

    secret_key_ref: KeySelector | None = None
    """A key of a Secret."""

    config_map_key_ref: KeySelector | None = None
    """A key of a ConfigMap."""

    field_ref: FieldRef | None = None
    resource_field_ref: ResourceFieldRef | None = None

    def _rule_errors(self) -> RuleErrors:
        return one_of_errors(self, *_SOURCES)


class EnvVar(Model):
    """One environment variable. Upstream: EnvVar (core/v1)."""

    model_config = at_most_one_schema("value", "valueFrom")

    name: EnvVarName
    """Name of the variable."""

    value: str | None = None
    """Value, as text: quote numbers and booleans."""

    value_from: EnvVarSource | None = None
    """Where the value comes from, instead of `value`."""

    instead: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("secretKeyRef", "configMapKeyRef", "fieldRef", "resourceFieldRef"), "write it below valueFrom"
    )

    def _rule_errors(self) -> RuleErrors:
        return at_most_one_errors(self, "value", "valueFrom")
