"""References to variables of Flux in the data of a model: checked by their defaults, and kept as they are written.

A model is validated with a value for each reference: what its default is, or, if it has none, a value that the field
accepts. What holds for one such value need not hold for another, so an error of a rule counts only if it holds for all
that are tried. Afterwards, text fields get their text back, and `as_written` that of all others.
"""

from __future__ import annotations

import copy
import functools
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from registry_gitops.codec import YAMLError, load_yaml
from registry_gitops.model.frozen import FrozenDict
from registry_gitops.model.located_errors import custom_error, error_at
from registry_gitops.model.written import NeverSubstituted, WrittenModel
from registry_gitops.substitution import SubstitutionError, Template, Unquoted, may_refer, parse_template

_M = TypeVar("_M", bound=WrittenModel)

_Path = tuple[int | str, ...]

_NUMBERS: Final[tuple[Any, ...]] = (1, True, False, 0, 2, 3, 10, 100, 1000, 30000, 65535, 2**20, 2**24, 0.5)
_TEXTS: Final = (
    *(
        "x",
        "1m",
        "1Gi",
        "1",
        "24h",
        "1ms",
        "1Ki",
        "64Gi",
        "10m",
        "1.0.0",
        "50%",
        "",
        "x.example.com",
        "x.example.com:80",
    ),
    *("https://x.example.com", "oci://x.example.com/x", "/x", "/", ":5000", "X", "None", "10.0.0.1", "10.0.0.0/8"),
    f"sha256:{'0' * 64}",
)
"""What is tried for a variable without a default: at least one of them is right for each field."""

_MISREAD: Final = ("3", "-1", "0.5", "true", "no", "null", "1e3", "", "a: b", "a #b", "a:", "{a}", "[a]", "*a", "#a")
"""Values that YAML reads otherwise, if they stand there without quotes."""

_INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+")
_BOOLEANS: Final = {"true": True, "false": False}
_QUOTED_BY_GO: Final = re.compile(r":\s|\s#|[:\s]$")
_MOST_ASSIGNMENTS: Final = 200


class _Found(NamedTuple):
    """A text with references, in the data of a model."""

    path: _Path
    text: str
    kind: Any
    """The annotation of its field; None if the model has no such field."""
    default: Any
    """The default of its field; None if it has none."""

    @property
    def key(self) -> str:
        return "${" + "}, ${".join(self.template.names) + "}"

    @property
    def template(self) -> Template:
        return parse_template(self.text)


class _Choice(NamedTuple):
    """A text with references, the values to try for it in order, and the text that Flux substitutes in."""

    found: _Found
    values: tuple[Any, ...]
    written: str
    problem: PydanticCustomError | None = None


def resolve_references(cls: type[_M], data: Any, validate: Callable[[Any], _M]) -> _M:
    """Return the model of `data`, which holds references. Raises ValidationError, with an error for each wrong one."""
    choices = [_choose(found) for found in _find(cls, data, (), None)]
    wrong = [(choice.found.path, choice.problem) for choice in choices if choice.problem]
    made, errors = _validate(choices, data, validate)
    if errors or wrong or made is None:
        raise error_at(cls.__name__, [*wrong, *((loc, error) for loc, error in errors)])
    _restore(made, [(choice.found.path, choice) for choice in choices])
    return made


class Variants:
    """A model with values in place of its references: what does not hold for all of them depends on a variable."""

    def __init__(self, model: WrittenModel) -> None:
        self._model = model
        self._choices = [_choose(found) for found in _find(type(model), model, (), None)]
        self.unknown = frozenset(choice.found.path for choice in self._choices if choice.found.template.fill() is None)
        """The paths of the texts that have a variable without a default."""

    def __iter__(self) -> Iterator[Any]:
        """Yield valid models: first by the defaults, then with others for the variables without one."""
        for values in _assignments(self._choices):
            try:
                yield type(self._model).model_validate(_replaced(self._model, values))
            except ValidationError:
                continue

    def name_references(self, text: str) -> str:
        """Return a text about the first of the models with references where it has values for them."""
        for choice in self._choices:
            if choice.found.path in self.unknown and isinstance(choice.values[0], str):
                value = choice.values[0]
                text = text.replace(value, choice.found.text) if _token(choice.found.template) in value else text
        return text


def _validate(choices: list[_Choice], data: Any, validate: Callable[[Any], _M]) -> tuple[_M | None, list[Any]]:
    common: dict[Any, Any] | None = None
    for values in _assignments(choices):
        try:
            return validate(_replaced(data, values)), []
        except ValidationError as error:
            details = {(detail["loc"], detail["type"]): detail for detail in error.errors(include_url=False)}
            common = details if common is None else {key: common[key] for key in common if key in details} or common
    return None, [(detail["loc"], _explained(detail, choices)) for detail in (common or {}).values()]


def _assignments(choices: list[_Choice]) -> Iterator[dict[_Path, Any]]:
    """Yield a value for each reference by its path: the first of all; then another for one of them; then for all."""
    first = {choice.found.path: choice.values[0] for choice in choices}
    longest = max((len(choice.values) for choice in choices), default=0)
    others = (
        other
        for index in range(1, longest)
        for other in (
            *({**first, choice.found.path: choice.values[index]} for choice in choices if index < len(choice.values)),
            {choice.found.path: choice.values[index % len(choice.values)] for choice in choices},
        )
    )
    yield from itertools.islice(itertools.chain([first], others), _MOST_ASSIGNMENTS)


def _explained(detail: Any, choices: list[_Choice]) -> PydanticCustomError:
    """Return an error in the words of the file: with the text of a reference where a value was tried."""
    message = str(detail["msg"])
    for choice in choices:
        value = choice.values[0]
        if choice.problem or value == choice.found.text:
            continue
        if choice.found.template.fill() is not None:
            if _is_at(detail["loc"], choice.found.path):
                message = message.replace("Input should be", "must be").replace("Input should", "must")
                return custom_error("default_value", f"the default of {choice.found.key}: {message}")
        elif isinstance(value, str) and _token(choice.found.template) in value:
            message = message.replace(value, choice.found.text)
    return custom_error(detail["type"], message)


def _is_at(loc: _Path, path: _Path) -> bool:
    """Return whether pydantic's `loc`, which also names the members of unions, leads to `path`."""
    steps = iter(loc)
    return all(step in steps for step in path) and not any(isinstance(step, int) for step in steps)


# What a reference can stand for.


def _choose(found: _Found) -> _Choice:
    try:
        template = found.template
    except SubstitutionError as error:
        wrong = custom_error("substitution", str(error))
        return _Choice(found, _unknown_values(found, Template(())), found.text, wrong)
    reader = next((mark.reader for mark in _marks(found.kind) if isinstance(mark, NeverSubstituted)), None)
    if reader:
        early = custom_error("substitution", f"{reader} reads this before Flux fills in variables: write it out")
        return _Choice(found, _unknown_values(found, template), found.text, early)
    if not _is_scalar(found.kind):
        return _Choice(found, (found.text,), found.text)
    default = template.fill()
    values = _unknown_values(found, template) if default is None else _default_values(found, default)
    if not _is_text(found.kind):
        problem = _QUOTED_BY_GO.search(found.text) and custom_error(
            "substitution", "kustomize would put this in quotes, and so make it text: leave out ': ' and ' #'"
        )
        return _Choice(found, values, Unquoted(found.text), problem or None)
    # How it is quoted in the config file says nothing: the field has a type.
    return _Choice(found, values, (str if _can_be_misread(found, template) else Unquoted)(found.text))


def _default_values(found: _Found, default: str) -> tuple[Any, ...]:
    readings = list(_readings(default))
    right = [value for value in readings if _accepts(found.kind, value)]
    # A wrong one is reported by the field's own words, about what YAML makes of it.
    return (right[0] if right else default if _is_text(found.kind) else readings[0],)


def _readings(text: str) -> Iterator[Any]:
    if _INTEGER.fullmatch(text):
        yield int(text)
    elif _FLOAT.fullmatch(text):
        yield float(text)
    elif text in _BOOLEANS:
        yield _BOOLEANS[text]
    yield text


def _unknown_values(found: _Found, template: Template) -> tuple[Any, ...]:
    token = _token(template)
    values = [
        *(template.fill(sample) for sample in (token, *_TEXTS[:1])),
        *([] if found.default is None else [found.default]),
        *_literals(found.kind),
        *_NUMBERS,
        *(template.fill(sample) for sample in _TEXTS),
        *_TEXTS,
        *_examples(found.kind),
    ]
    right = {(type(value), value): value for value in values if _accepts(found.kind, value)}
    return tuple(right.values()) or (found.text,)


def _token(template: Template) -> str:
    """Return a value for a text that no one else writes, so that messages can name the reference instead."""
    return f"x-{'-'.join(template.names).lower().replace('_', '-')[:30]}-x"


def _is_text(kind: Any) -> bool:
    """Return whether a field takes text only."""
    return not any(_accepts(kind, number) for number in _NUMBERS)


def _can_be_misread(found: _Found, template: Template) -> bool:
    """Return whether some value is right for the field, but not what YAML reads without quotes."""
    texts = [_assigned(template, value) for value in _MISREAD]
    return any(_accepts(found.kind, text) and not _is_read_as_text(text) for text in texts)


def _is_read_as_text(text: str) -> bool:
    try:
        return bool(load_yaml(f"a: {text}").value["a"] == text)
    except YAMLError:
        return False


def _assigned(template: Template, value: str) -> str:
    return "".join(part if isinstance(part, str) else value for part in template.parts)


def _accepts(kind: Any, value: Any) -> bool:
    try:
        _adapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


@functools.lru_cache(maxsize=512)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind, config=ConfigDict(strict=True, hide_input_in_errors=True))


# Where references are in the data of a model, and of what kind the field is.


def _find(kind: Any, data: Any, path: _Path, default: Any) -> Iterator[_Found]:
    if may_refer(data):
        yield _Found(path, data, kind, default)
    elif isinstance(data, WrittenModel):
        for name, field in type(data).model_fields.items():
            if name in data.model_fields_set:
                yield from _find(_kind(field), data.as_written(name), (*path, field.alias or name), _default(field))
    elif isinstance(data, Mapping):
        fields = _fields(_model(kind, data))
        item = next((get_args(member)[1] for member in _members(kind) if get_origin(member) is Mapping), None)
        for key, value in data.items():
            below, own = (_kind(fields[key]), _default(fields[key])) if key in fields else (item, None)
            yield from _find(below, value, (*path, key), own)
    elif isinstance(data, list | tuple):
        item = next((get_args(member)[0] for member in _members(kind) if get_origin(member) is Sequence), None)
        for index, value in enumerate(data):
            yield from _find(item, value, (*path, index), None)


def _kind(field: FieldInfo) -> Any:
    return Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation


def _default(field: FieldInfo) -> Any:
    return None if field.is_required() or field.default_factory else field.default


def _members(kind: Any) -> list[Any]:
    """Return the types of a union, without annotations."""
    if get_origin(kind) is Annotated:
        return _members(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return [member for part in get_args(kind) for member in _members(part)]
    return [kind]


def _literals(kind: Any) -> list[Any]:
    return [value for member in _members(kind) if get_origin(member) is Literal for value in get_args(member)]


def _is_scalar(kind: Any) -> bool:
    """Return whether a field can hold one value of a known type: not anything, and not only sections and lists."""
    members = _members(kind)
    return Any not in members and any(
        member not in (None, type(None))
        and get_origin(member) not in (Mapping, Sequence)
        and not (isinstance(member, type) and issubclass(member, WrittenModel))
        for member in members
    )


def _examples(kind: Any) -> Iterator[str]:
    """Yield the examples that a field's type has: what it accepts can be too special for the texts above."""
    for mark in _marks(kind):
        yield from getattr(mark, "examples", None) or (getattr(mark, "json_schema", None) or {}).get("examples", ())


def _marks(kind: Any) -> Iterator[Any]:
    if get_origin(kind) is Annotated:
        yield from _marks(get_args(kind)[0])
        yield from get_args(kind)[1:]
    elif get_origin(kind) in (Union, UnionType):
        for part in get_args(kind):
            yield from _marks(part)


def _model(kind: Any, data: Mapping[Any, Any]) -> type[WrittenModel] | None:
    """Return the model of a mapping: of a union, the one that the mapping names."""
    models = [member for member in _members(kind) if isinstance(member, type) and issubclass(member, WrittenModel)]
    for model in models:
        tag = getattr(model, "union_tag", None)
        if tag and data.get(tag) == model.model_fields[tag].default:
            return model
    return models[0] if models else None


def _fields(model: type[WrittenModel] | None) -> dict[str, FieldInfo]:
    found = model.model_fields if model else {}
    return {key: field for name, field in found.items() for key in (name, field.alias or name)}


# Values for references, and back.


def _replaced(data: Any, values: Mapping[_Path, Any], path: _Path = ()) -> Any:
    """Return `data` with the values at their paths."""
    if path in values:
        return values[path]
    if not any(other[: len(path)] == path for other in values):
        return data
    if isinstance(data, WrittenModel):
        plain = copy.copy(data)
        plain.remember({})
        for name, field in type(data).model_fields.items():
            replaced = _replaced(data.as_written(name), values, (*path, field.alias or name))
            object.__setattr__(plain, name, replaced)  # models are frozen
        return plain
    if isinstance(data, Mapping):
        return {key: _replaced(value, values, (*path, key)) for key, value in data.items()}
    return [_replaced(value, values, (*path, index)) for index, value in enumerate(data)]


def _restore(value: Any, choices: list[tuple[_Path, _Choice]]) -> tuple[Any, Any]:
    """Return what to store for `value`, and what was written: with all of `choices`, by their paths below it."""
    path, choice = choices[0]
    if not path:
        keeps = isinstance(value, str) and not _literals(choice.found.kind)
        return (choice.written if keeps else value), choice.written
    below = _by_first_step(choices)
    if isinstance(value, WrittenModel):
        names = {key: name for name, field in type(value).model_fields.items() for key in (name, field.alias or name)}
        differing = {}
        for step, inner in below.items():
            name = names[str(step)]
            stored, written = _restore(value.__dict__[name], inner)
            object.__setattr__(value, name, stored)
            if type(written) is not type(stored) or written != stored:
                differing[name] = (stored, written)
        value.remember(differing)
        return value, value
    if isinstance(value, FrozenDict):
        pairs = {key: _restore(item, below[key]) if key in below else (item, item) for key, item in value.items()}
        stored, written = zip(*pairs.values(), strict=True)
        return FrozenDict(zip(pairs, stored, strict=True)), FrozenDict(zip(pairs, written, strict=True))
    items = [_restore(item, below[index]) if index in below else (item, item) for index, item in enumerate(value)]
    return tuple(stored for stored, _ in items), tuple(written for _, written in items)


def _by_first_step(choices: Iterable[tuple[_Path, _Choice]]) -> dict[int | str, list[tuple[_Path, _Choice]]]:
    found: dict[int | str, list[tuple[_Path, _Choice]]] = {}
    for (step, *rest), choice in choices:
        found.setdefault(step, []).append((tuple(rest), choice))
    return found
