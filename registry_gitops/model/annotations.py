"""What the annotation of a field says about its values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from registry_gitops.model.written import WrittenModel


def field_annotation(field: FieldInfo) -> Any:
    """Return the type of a field, with the annotations that pydantic took out of it."""
    return Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation


def field_default(field: FieldInfo) -> Any:
    """Return the default of a field; None if it has none, or one that is a section."""
    return None if field.is_required() or field.default_factory else field.default


def union_members(kind: Any) -> list[Any]:
    """Return the types of a union, without annotations."""
    if get_origin(kind) is Annotated:
        return union_members(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return [member for part in get_args(kind) for member in union_members(part)]
    return [kind]


def literal_values(kind: Any) -> list[Any]:
    """Return the values of each Literal in a type."""
    return [value for member in union_members(kind) if get_origin(member) is Literal for value in get_args(member)]


def is_scalar(kind: Any) -> bool:
    """Return whether a field can hold one value of a known type: not anything, and not only sections and lists."""
    members = union_members(kind)
    return Any not in members and any(
        member not in (None, type(None))
        and get_origin(member) not in (Mapping, Sequence)
        and not (isinstance(member, type) and issubclass(member, WrittenModel))
        for member in members
    )


def list_examples(kind: Any) -> Iterator[str]:
    """Yield the examples that the annotations of a type have."""
    for mark in list_marks(kind):
        yield from getattr(mark, "examples", None) or (getattr(mark, "json_schema", None) or {}).get("examples", ())


def list_marks(kind: Any) -> Iterator[Any]:
    """Yield the annotations of a type, and of the members of a union."""
    if get_origin(kind) is Annotated:
        yield from list_marks(get_args(kind)[0])
        yield from get_args(kind)[1:]
    elif get_origin(kind) in (Union, UnionType):
        for part in get_args(kind):
            yield from list_marks(part)
