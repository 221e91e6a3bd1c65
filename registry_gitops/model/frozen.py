"""Lists and mappings that cannot change: fields accept lists and dicts, and keep tuples and `FrozenDict`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, TypeVar, get_args

from pydantic import AfterValidator, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

Item = TypeVar("Item")
Key = TypeVar("Key")
Value = TypeVar("Value")


class FrozenDict(Mapping[Key, Value]):
    """A mapping that cannot change. It equals a dict of the same items, in any order, and hashes by its items."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[Key, Value] | Iterable[tuple[Key, Value]] = ()) -> None:
        self._items = MappingProxyType(dict(items))

    def __getitem__(self, key: Key) -> Value:
        return self._items[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return f"FrozenDict({dict(self._items)!r})"

    def __copy__(self) -> FrozenDict[Key, Value]:
        return self

    def __deepcopy__(self, memo: object) -> FrozenDict[Key, Value]:
        return self

    def __reduce__(self) -> tuple[type[FrozenDict[Key, Value]], tuple[dict[Key, Value]]]:
        return FrozenDict, (dict(self._items),)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _frozen_dict(core_schema.dict_schema())


def freeze(value: Any) -> Any:
    """Return plain data with each dict as a FrozenDict and each list as a tuple, at any depth."""
    if isinstance(value, Mapping):
        return FrozenDict((key, freeze(item)) for key, item in value.items())
    if isinstance(value, list | tuple):
        return tuple(freeze(item) for item in value)
    return value


class _AsTuple:
    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        (item,) = get_args(source)
        return core_schema.no_info_wrap_validator_function(
            lambda value, validate: tuple(validate(list(value) if isinstance(value, tuple) else value)),
            core_schema.list_schema(handler.generate_schema(item)),
            serialization=core_schema.wrap_serializer_function_ser_schema(lambda value, dump: dump(list(value))),
        )


class _AsFrozenDict:
    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        key, value = get_args(source)
        return _frozen_dict(core_schema.dict_schema(handler.generate_schema(key), handler.generate_schema(value)))


def _frozen_dict(schema: CoreSchema) -> CoreSchema:
    return core_schema.no_info_wrap_validator_function(
        lambda value, validate: FrozenDict(validate(dict(value) if isinstance(value, Mapping) else value)),
        schema,
        serialization=core_schema.wrap_serializer_function_ser_schema(lambda value, dump: dump(dict(value))),
    )


# For type checkers a Sequence and a Mapping, so that they accept the lists and dicts that people write.
ListOf = Annotated[Sequence[Item], _AsTuple()]
"""The type of a field that accepts a list or tuple and keeps a tuple."""

MapOf = Annotated[Mapping[Key, Value], _AsFrozenDict()]
"""The type of a field that accepts a mapping and keeps a FrozenDict."""

OpenValue = Annotated[Any, AfterValidator(freeze)]
"""The type of plain data whose shape another program decides, kept frozen at any depth."""

EMPTY: FrozenDict[Any, Any] = FrozenDict()
"""The default of a field without items."""
