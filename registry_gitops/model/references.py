"""References to variables of Flux in the data of a model: checked by their defaults, and kept as they are written.

A model is validated with a value for each reference: what its default is, or, if it has none, a value that the field
accepts. What holds for one such value need not hold for another, so an error of a rule counts only if it holds for all
that are tried. Afterwards, text fields get their text back, and `as_written` that of all others.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from registry_gitops.model.annotations import literal_values
from registry_gitops.model.frozen import FrozenDict
from registry_gitops.model.located_errors import custom_error, error_at
from registry_gitops.model.reference_choices import ReferenceChoice, choose_values, name_token
from registry_gitops.model.reference_search import Path, find_references
from registry_gitops.model.written import WrittenModel

_M = TypeVar("_M", bound=WrittenModel)

_MOST_ASSIGNMENTS: Final = 200


def resolve_references(cls: type[_M], data: Any, validate: Callable[[Any], _M]) -> _M:
    """Return the model of `data`, which holds references. Raises ValidationError, with an error for each wrong one."""
    choices = [choose_values(found) for found in find_references(cls, data)]
    wrong = [(choice.found.path, choice.problem) for choice in choices if choice.problem]
    made, errors = _validate(choices, data, validate)
    if errors or wrong or made is None:
        raise error_at(cls.__name__, [*wrong, *((loc, error) for loc, error in errors)])
    _restore(made, [(choice.found.path, choice) for choice in choices])
    return made


class Variants:
    """A model with values instead of its references: what does not hold for all of them depends on a variable."""

    def __init__(self, model: WrittenModel) -> None:
        self._model = model
        self._choices = [choose_values(found) for found in find_references(type(model), model)]
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
                text = text.replace(value, choice.found.text) if name_token(choice.found.template) in value else text
        return text


def _validate(choices: list[ReferenceChoice], data: Any, validate: Callable[[Any], _M]) -> tuple[_M | None, list[Any]]:
    common: dict[Any, Any] | None = None
    for values in _assignments(choices):
        try:
            return validate(_replaced(data, values)), []
        except ValidationError as error:
            details = {(detail["loc"], detail["type"]): detail for detail in error.errors(include_url=False)}
            common = details if common is None else {key: common[key] for key in common if key in details} or common
    return None, [(detail["loc"], _explained(detail, choices)) for detail in (common or {}).values()]


def _assignments(choices: list[ReferenceChoice]) -> Iterator[dict[Path, Any]]:
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


def _explained(detail: Any, choices: list[ReferenceChoice]) -> PydanticCustomError:
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
        elif isinstance(value, str) and name_token(choice.found.template) in value:
            message = message.replace(value, choice.found.text)
    return custom_error(detail["type"], message)


def _is_at(loc: Path, path: Path) -> bool:
    """Return whether pydantic's `loc`, which also names the members of unions, leads to `path`."""
    steps = iter(loc)
    return all(step in steps for step in path) and not any(isinstance(step, int) for step in steps)


# Values for references, and back.


def _replaced(data: Any, values: Mapping[Path, Any], path: Path = ()) -> Any:
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


def _restore(value: Any, choices: list[tuple[Path, ReferenceChoice]]) -> tuple[Any, Any]:
    """Return what to store for `value`, and what was written: with all of `choices`, by their paths below it."""
    path, choice = choices[0]
    if not path:
        keeps = isinstance(value, str) and not literal_values(choice.found.kind)
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


def _by_first_step(
    choices: Iterable[tuple[Path, ReferenceChoice]],
) -> dict[int | str, list[tuple[Path, ReferenceChoice]]]:
    found: dict[int | str, list[tuple[Path, ReferenceChoice]]] = {}
    for (step, *rest), choice in choices:
        found.setdefault(step, []).append((tuple(rest), choice))
    return found
