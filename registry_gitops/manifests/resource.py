"""What rendered objects share: API version, kind, metadata, and how they become plain data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, LiteralString, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from registry_gitops.model import Annotations, DNSLabel, DNSSubdomain, Labels, Model, custom_error, error_at, to_plain

Fault = tuple[tuple[int | str, ...], PydanticCustomError]
"""A broken rule: the path from the model in hand to the place, and the error that stands there."""


def fault(code: LiteralString, message: str, *path: int | str) -> Fault:
    """A broken rule: `code` names it for programs, `message` says what is wrong and what to do, `path` says where."""
    return path, custom_error(code, message)


def _fields_with_value(model: Model) -> Iterator[tuple[str, Any]]:
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if value is not None:
            yield field.alias or name, value


class Manifest(Model):
    """A rendered object or a part of one. None means "not set": the field is left out, and its reader's default holds.

    A default other than None is a value that the API wants and that nobody has to write; it is always rendered.
    """

    def to_manifest_dict(self) -> dict[str, Any]:
        """Return the object as fresh dicts, lists, and scalars, keyed as in YAML. None stays in open values only."""
        found: dict[str, Any] = to_plain(self, _fields_with_value)
        return found

    def _faults(self) -> Iterator[Fault]:
        """The rules that span several fields: each subclass yields what is wrong with it."""
        return iter(())

    @model_validator(mode="after")
    def _keep_the_rules(self) -> Self:
        faults = list(self._faults())
        if faults:
            raise error_at(type(self).__name__, faults)
        return self


def exactly_one(first: str, second: str, given: tuple[object, object], remedy: str) -> Iterator[Fault]:
    """The rule that one of two fields is set and the other is not. `given` holds their values, None for "not set"."""
    if given == (None, None):
        yield fault("exactly_one_of", f"neither {first} nor {second} is set: {remedy}")
    elif None not in given:
        yield fault("exactly_one_of", f"{first} and {second} are both set: keep one; {remedy}", second)


class ObjectMeta(Manifest):
    """Who an object is. Upstream: meta/v1 ObjectMeta."""

    name: DNSSubdomain
    """Name, unique for its kind in the namespace."""

    namespace: DNSLabel | None = None
    """Namespace of the object; None for objects of the whole cluster, or to take the one of `kubectl -n`."""

    labels: Labels | None = None
    """Labels, by which objects are selected."""

    annotations: Annotations | None = None
    """Annotations: notes for tools and people."""


class LocalReference(Manifest):
    """A Secret or ConfigMap in the namespace of the object that names it. Upstream: meta.LocalObjectReference."""

    name: DNSSubdomain
    """Name of the Secret or ConfigMap."""


class Document(Manifest):
    """One YAML document that a tool recognises by API version and kind."""

    api_version: str
    """API group and version."""

    kind: str
    """Kind of the object."""


class Resource(Document):
    """An object of the Kubernetes API."""

    metadata: ObjectMeta
    """Name, namespace, labels and annotations."""

    @property
    def identity(self) -> str:
        """Kind, namespace and name as flux prints them: HelmRelease/docker-registry/docker-registry."""
        namespace = self.metadata.namespace
        return "/".join((self.kind, namespace, self.metadata.name) if namespace else (self.kind, self.metadata.name))
