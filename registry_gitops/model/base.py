"""The base class of every typed model: deep-frozen, strict, camelCase in YAML, and snake_case in Python."""

from __future__ import annotations

import difflib
import functools
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

from pydantic import ConfigDict, Field, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from registry_gitops.masking import mask, show_key
from registry_gitops.model.located_errors import LocatedError, RuleErrors, custom_error, error_at
from registry_gitops.model.written import WrittenModel
from registry_gitops.substitution import Unquoted, may_refer

if TYPE_CHECKING:
    from registry_gitops.model.references import Variants

_is_inside: Final[ContextVar[bool]] = ContextVar("is_inside", default=False)
"""Whether a model is validated inside another one, whose references to variables are resolved already."""

_TYPE_ERRORS: Final = frozenset(
    f"{kind}_type" for kind in ("bool", "dict", "int", "list", "model", "model_attributes", "string")
)


class Model(WrittenModel):
    """A deep-frozen value. Keys are camelCase in YAML and snake_case in Python; unknown keys are refused.

    Fields hold scalars, models, tuples, and `FrozenDict`, so every value can be hashed, and defaults can be shared.

    Types are strict: the text ``"2"`` is no number and ``1`` is no boolean, because Kubernetes reads them so too.
    Every scalar accepts a text with references to variables of Flux, such as ``"${REPLICAS:=2}"``: a text field holds
    it as it is, any other field the value by the default, and `as_written` returns it (see `references.py`).
    `to_config_dict` leaves out a field that was not set: its default is that of the chart or API that reads the YAML.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        # A model that bypassed the validators, by model_copy or model_construct, is refused where it is used.
        revalidate_instances="always",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        # Start-up: a command builds only the validators of the models that it uses.
        defer_build=True,
        # A value may be a password: no error and no traceback repeats it.
        hide_input_in_errors=True,
    )

    instead: ClassVar[Mapping[str, str]] = {}
    """Keys that people write here, but that this model does not have, with what to write instead. Of a section that
    this model does not have, each key can have its own text: "secrets.htpasswd"."""

    other_types: ClassVar[Mapping[str, str]] = {}
    """Keys for which people write a value or an entry of another type, as other charts have it, with what to write."""

    union_tag: ClassVar[str | None] = None
    """Name of the field that tells the members of a union apart. Nobody sets it, and it counts as set."""

    @property
    def model_fields_set(self) -> set[str]:
        """Return a copy of the names of the fields that were set."""
        return set(self.__pydantic_fields_set__)

    def to_config_dict(self) -> dict[str, Any]:
        """Return the fields that were set as fresh dicts, lists, and scalars, with the keys of YAML."""
        found: dict[str, Any] = to_plain(self, explicit_fields)
        return found

    def variants(self) -> Variants:
        """Return models with values instead of the references of this one, for code that computes with values."""
        from registry_gitops.model.references import Variants

        return Variants(self)

    def _rule_errors(self) -> RuleErrors:
        """Yield an error for each rule across several fields that is broken. Subclasses override it."""
        return iter(())

    @model_validator(mode="after")
    def _check_rules(self) -> Self:
        errors = list(self._rule_errors())
        if errors:
            raise error_at(type(self).__name__, errors)
        return self

    @model_validator(mode="wrap")
    @classmethod
    def _resolve_references(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if _is_inside.get():
            return cls._explain_keys(data, handler)
        inside = _is_inside.set(True)
        try:
            if not refers(data):
                return cls._explain_keys(data, handler)
            # Imported here, because most config files have no references.
            from registry_gitops.model.references import resolve_references

            return resolve_references(cls, data, lambda plain: cls._explain_keys(plain, handler))
        finally:
            _is_inside.reset(inside)

    @classmethod
    def _explain_keys(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if isinstance(data, bool) and "enabled" in cls.model_fields:
            message = f"must be a mapping of keys to values: write enabled: {str(data).lower()} in it"
            raise error_at(cls.__name__, [((), custom_error("switch", message))])
        try:
            return handler(data)
        except ValidationError as error:
            details = error.errors(include_url=False)
            if not any(map(cls._is_explained, details)):
                raise
            raise error_at(cls.__name__, itertools.chain.from_iterable(map(cls._explain, details))) from None

    @classmethod
    def _is_explained(cls, detail: Any) -> bool:
        return _is_unknown_key(detail) or _may_hold_secret(detail) or cls._has_other_type(detail)

    @classmethod
    def _has_other_type(cls, detail: Any) -> bool:
        key, *below = detail["loc"] or ("",)
        is_here = not below or (len(below) == 1 and isinstance(below[0], int))
        return is_here and key in cls.other_types and detail["type"] in _TYPE_ERRORS

    @classmethod
    def _explain(cls, detail: Any) -> Iterator[LocatedError]:
        """Yield the error of `detail` without credentials; for an unknown section, one for each key that is known."""
        loc = tuple(show_key(step) if isinstance(step, str) else step for step in detail["loc"])
        if cls._has_other_type(detail):
            yield loc, custom_error("other_type", cls.other_types[detail["loc"][0]])
            return
        if not _is_unknown_key(detail):
            yield loc, custom_error(detail["type"], detail["msg"])
            return
        key, value = str(detail["loc"][0]), detail["input"]
        known = [field.alias or name for name, field in cls.model_fields.items()]
        keys = list(value) if isinstance(value, Mapping) else []
        if not any(f"{key}.{below}" in cls.instead for below in keys):
            yield loc, unknown_key(key, known, cls.instead)
            return
        for below in map(str, keys):
            yield (*loc, show_key(below)), unknown_key(f"{key}.{below}", known, cls.instead)


def to_plain(value: Any, fields: Callable[[Model], Iterator[tuple[str, Any]]]) -> Any:
    """Return `value` as fresh dicts, lists, and scalars; `fields` yields what to keep of each model, by its key."""
    if isinstance(value, Model):
        return {key: to_plain(item, fields) for key, item in fields(value)}
    if isinstance(value, Mapping):
        return {key: to_plain(item, fields) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item, fields) for item in value]
    return str(value) if isinstance(value, str) and not isinstance(value, Unquoted) else value


def refers(data: Any) -> bool:
    """Return whether plain data or a model holds a text with references to variables of Flux, at any depth."""
    try:
        return _holds_reference(data)
    except RecursionError:  # it holds itself, which the validators report
        return False


def _holds_reference(data: Any) -> bool:
    if isinstance(data, str):
        return may_refer(data)
    if isinstance(data, Model):
        return data.compute_once(_model_holds_reference)
    if isinstance(data, Mapping):
        return any(map(_holds_reference, data.values()))
    return isinstance(data, list | tuple) and any(map(_holds_reference, data))


def _model_holds_reference(model: Model) -> bool:
    stored = model.__dict__
    return bool(model.__pydantic_private__) or any(
        _holds_reference(stored.get(name)) for name in model.__pydantic_fields_set__
    )


def explicit_fields(model: Model) -> Iterator[tuple[str, Any]]:
    """Yield the key and the value of each field that was set: the tag, then the others in the order of the class."""
    return _fields(model, lambda name, _: name in model.__pydantic_fields_set__)


def stored_fields(model: Model) -> Iterator[tuple[str, Any]]:
    """Yield what `explicit_fields` yields, and values other than the default in fields that count as unset.

    Only code that bypasses the validators can store the latter.
    """

    def is_stored(name: str, field: FieldInfo) -> bool:
        default = field.get_default(call_default_factory=True)
        return name in model.__pydantic_fields_set__ or not _is_default(model.__dict__[name], default)

    return _fields(model, is_stored)


def _fields(model: Model, is_kept: Callable[[str, FieldInfo], bool]) -> Iterator[tuple[str, Any]]:
    tag, values = type(model).union_tag, model.__dict__
    if tag is not None and tag in values:
        yield tag, values[tag]
    for name, field in type(model).model_fields.items():
        if name in values and name != tag and is_kept(name, field):
            yield field.alias or name, model.as_written(name)


def _is_default(value: object, default: object) -> bool:
    return value is default or (type(value) is type(default) and value == default)


def default_section(model: type[Model]) -> Any:
    """Return the default of a field that holds a section: `model` with nothing set.

    All such fields share one frozen instance, created without a validator: building a validator takes milliseconds.
    """
    return Field(default_factory=functools.cache(model.model_construct))


def unknown_key(key: str, known: list[str], instead: Mapping[str, str] = MappingProxyType({})) -> PydanticCustomError:
    """Return the error for a key that a model does not have: what is written `instead`, or the nearest known key."""
    shown = f'unknown key "{show_key(key)}"' if show_key(key) == key else "unknown key"
    return custom_error("unknown_key", f"{shown}: {_remedy(key, known, instead)}")


def _remedy(key: str, known: list[str], instead: Mapping[str, str]) -> str:
    section, _, below = key.partition(".")
    folded = {_fold(name): name for name in known}
    if key in instead or section in instead:
        return instead.get(key) or instead[section]
    if not known:
        return "this section has no keys"
    if below and section in known:
        return f"keys are nested, write {below} below {section}"
    near = difflib.get_close_matches(_fold(key), folded, n=1, cutoff=0.6)
    return f'did you mean "{folded[near[0]]}"?' if near else f"known here: {', '.join(known)}"


def _fold(key: str) -> str:
    return re.sub("[_-]", "", key).lower()


def _is_unknown_key(detail: Any) -> bool:
    return detail["type"] == "extra_forbidden" and len(detail["loc"]) == 1


def _may_hold_secret(detail: Any) -> bool:
    keys = (step for step in detail["loc"] if isinstance(step, str))
    return detail["msg"] != mask(detail["msg"]) or any(key != show_key(key) for key in keys)
