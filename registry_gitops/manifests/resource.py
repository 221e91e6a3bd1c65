"""What rendered objects share: API version, kind, metadata, rules that span fields, and how they become plain data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

from pydantic import ModelWrapValidatorHandler

from registry_gitops.model import Annotations, DNSLabel, DNSSubdomain, Labels, Model, RuleErrors, rule_error, to_plain


def _fields_with_value(model: Model) -> Iterator[tuple[str, Any]]:
    for name, field in type(model).model_fields.items():
        value = model.as_written(name)
        if value is not None:
            yield field.alias or name, value


class ManifestModel(Model):
    """A rendered object or a part of one. A field that is None is left out, so the API's own default applies.

    A default other than None is a value that the API requires and that users need not write; it is always rendered.
    """

    __slots__ = ("_is_valid",)

    @classmethod
    def _explain_keys(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        # An object is made of parts, and these of smaller ones: each is validated once. The slot is not copied, so a
        # copy that bypassed the validators has none.
        if type(data) is cls and getattr(data, "_is_valid", False):
            return data
        model = super()._explain_keys(data, handler)
        object.__setattr__(model, "_is_valid", True)  # models are frozen
        return model

    def to_manifest_dict(self) -> dict[str, Any]:
        """Return the object as fresh dicts, lists, and scalars, keyed as in YAML. None stays in open values only."""
        found: dict[str, Any] = to_plain(self, _fields_with_value)
        return found


def exactly_one_errors(first: str, second: str, given: tuple[object, object], remedy: str) -> RuleErrors:
    """Yield an error unless exactly one of two fields is set. `given` holds their values, None for "not set"."""
    if given == (None, None):
        yield rule_error("exactly_one_of", f"neither {first} nor {second} is set: {remedy}")
    elif None not in given:
        yield rule_error("exactly_one_of", f"{first} and {second} are both set: keep one; {remedy}", second)


class ObjectMeta(ManifestModel):
    """Name, namespace, labels, and annotations of an object. Upstream: meta/v1 ObjectMeta."""

    name: DNSSubdomain
    """Name, unique for its kind in the namespace."""

    namespace: DNSLabel | None = None
    """Namespace of the object; None for objects of the whole cluster, or to use that of `kubectl -n`."""

    labels: Labels | None = None
    """Labels, by which objects are selected."""

    annotations: Annotations | None = None
    """Annotations: notes for tools and people."""


class LocalReference(ManifestModel):
    """A Secret or ConfigMap in the same namespace. Upstream: meta.LocalObjectReference."""

    name: DNSSubdomain
    """Name of the Secret or ConfigMap."""


class Document(ManifestModel):
    """One YAML document, which a tool recognizes by API version and kind."""

    api_version: str
    """API group and version."""

    kind: str
    """Kind of the object."""


class Resource(Document):
    """An object of the Kubernetes API."""

    metadata: ObjectMeta

    @property
    def identity(self) -> str:
        """Kind, namespace, and name as flux prints them: HelmRelease/docker-registry/docker-registry."""
        namespace = self.metadata.namespace
        return "/".join((self.kind, namespace, self.metadata.name) if namespace else (self.kind, self.metadata.name))
