"""The environment variables REGISTRY_*: each overrides a key of config.yml, or is refused with what to write.

Source: distribution v3.1.1's configuration/parser.go. The registry reads the file first, then the variables in the
order of their names. It splits a name at each `_` and follows the parts into its configuration; the value is YAML. If
it does not know a part, it goes on without the variable, and at another type it can panic: both are refused here.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from registry_gitops.codec import YAMLError, load_yaml, plain_scalar
from registry_gitops.model import custom_error
from registry_gitops.values.configuration import Configuration, Section

PREFIX: Final = "REGISTRY_"

_PARAMETERS: Final = ("storage", "auth")
"""Sections whose sections the registry keeps as maps of any keys, two levels deep: drivers, providers, settings."""

_DEEPEST_PARAMETER: Final = 3
_WHOLE_SECTIONS: Final = {("storage",), ("auth",), ("http",)}
"""Sections that cannot be replaced as a whole without what the chart sets in them."""
_LOWERED: Final = {("log", "level"), ("validation", "manifests", "indexes", "platforms")}
"""Keys whose words the registry reads in upper case too."""
_AS_YAML: Final = "the registry reads the value as YAML"
_QUOTE: Final = "put double quotes into the value"
_YES: Final = frozenset(("y", "yes", "on", "true"))
_NO: Final = frozenset(("n", "no", "off", "false"))
_INSTEAD: Final = {
    "CONFIGURATION": "the chart passes the path of config.yml, and the registry ignores this: leave it out",
    "VERSION": "the chart writes the version of config.yml: leave it out",
    "AUTH_NONE": "the registry has no such provider: leave it out",
}


AZURE_CREDENTIALS: Final = ("storage", "azure", "credentials")
"""The one section below parameters whose keys can be set one by one, if config.yml does not have it."""


def single_key_error(path: tuple[str | int, ...]) -> PydanticCustomError:
    """Return the error for a key of a section that the registry reads as a whole."""
    key = ConfigKey(path, None).dotted
    return custom_error(
        "variable", f"the registry cannot set a single key of this section: write configuration.{key} instead"
    )


@dataclass(frozen=True)
class ConfigKey:
    """What a variable overrides: a key of config.yml."""

    path: tuple[str | int, ...]
    """Keys and list indices."""
    annotation: Any
    """Type of the value in the models."""

    @property
    def dotted(self) -> str:
        """The path as people write it: notifications.endpoints[0].url."""
        return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path).lstrip(".")


def find_config_key(name: str) -> ConfigKey:
    """Return the key that the variable `name`, which begins with REGISTRY_, overrides.

    Raises PydanticCustomError, with what to write, for a name that the registry ignores, or at which it exits.
    """
    if name != name.upper():
        raise custom_error("variable_case", f"the registry reads names in upper case only: write {name.upper()}")
    words = name.removeprefix(PREFIX).split("_")
    for start, text in _INSTEAD.items():
        if f"{'_'.join(words)}_".startswith(f"{start}_"):
            raise custom_error("variable", text)
    key = _Resolver(name, words).resolve()
    if key.path in _WHOLE_SECTIONS:
        raise custom_error(
            "variable",
            f"this replaces the whole section {key.dotted}, with what the chart sets in it: write "
            f"configuration.{key.dotted} instead",
        )
    return key


class _Resolver:
    """Follows the parts of one name through the models."""

    def __init__(self, name: str, words: Sequence[str]) -> None:
        self._name = name
        self._words = list(words)
        self._path: list[str | int] = []

    def resolve(self) -> ConfigKey:
        annotation: Any = Configuration
        while self._words:
            annotation = self._step(annotation)
        return ConfigKey(tuple(self._path), annotation)

    def _step(self, annotation: Any) -> Any:
        section = section_of(annotation)
        if section:
            return self._field(section)
        entry = entry_of(annotation)
        if entry is not None:
            return self._entry(entry)
        value = entry_of(annotation, Mapping)
        if value is None:
            raise custom_error("variable", f"the key {self._dotted} has no keys below it")
        self._add("_".join(self._words).lower())
        if len(self._words) > 1:
            raise custom_error("variable", f"config.yml alone can set the key {self._path[-1]}, because it holds a '_'")
        self._words.clear()
        return value

    def _field(self, section: type[Section]) -> Any:
        field = variables_of(section).get(self._words[0])
        if field is None:
            raise self._unknown(section)
        key, info = field
        self._words.pop(0)
        self._add(key)
        return info.annotation

    def _add(self, key: str) -> None:
        self._path.append(key)
        is_nested = len(self._path) > _DEEPEST_PARAMETER and self._path[0] in _PARAMETERS
        if is_nested and tuple(self._path[:-1]) != AZURE_CREDENTIALS:
            raise single_key_error(tuple(self._path))

    def _entry(self, entry: Any) -> Any:
        remedy = f"write the whole list, as YAML, in {self._name.removesuffix('_' + '_'.join(self._words))}"
        if not self._words[0].isdecimal():
            raise custom_error("variable", f"the key {self._dotted} is a list: {remedy}")
        if not section_of(entry):
            message = f"the registry adds an empty entry to {self._dotted} instead of this value: {remedy}"
            raise custom_error("variable", message)
        self._path.append(int(self._words.pop(0)))
        if not self._words:
            message = f"the registry panics at a whole entry: {remedy}, or each key in {self._name}_KEY"
            raise custom_error("variable", message)
        return entry

    @property
    def _dotted(self) -> str:
        return ConfigKey(tuple(self._path), None).dotted

    def _unknown(self, section: type[Section]) -> PydanticCustomError:
        word = self._words[0].lower()
        where = f"{self._dotted}." if self._path else ""
        if word in section.instead:
            message = f"config.yml of registry v3 has no key {where}{word}: {section.instead[word]}"
            return custom_error("variable", message)
        below = self._name.removesuffix("_".join(self._words))
        names = (name for name in known_variables() if name.startswith(re.sub(r"_\d+_", "_0_", below)))
        folded = {_fold(name, below): name for name in names}
        near = difflib.get_close_matches(_fold(self._name, below), folded, n=1, cutoff=0.6)
        known = f"known after {below}: {', '.join(variables_of(section)) or 'nothing'}"
        remedy = f"did you mean {folded[near[0]]}?" if near else known
        return custom_error("variable", f"names no key of config.yml, so the registry ignores it, or exits: {remedy}")


def _fold(name: str, prefix: str) -> str:
    return re.sub(r"_|\d+", "", name[len(prefix) :])


def known_variables() -> Iterator[str]:
    """Yield the names of all variables, those of entries of lists with the index 0."""
    yield from _known(Configuration, PREFIX, 1)


def _known(section: type[Section], prefix: str, depth: int) -> Iterator[str]:
    for word, (_, field) in variables_of(section).items():
        yield f"{prefix}{word}"
        below, index = section_of(field.annotation), ""
        if below is None:
            entry = entry_of(field.annotation)
            below, index = (section_of(entry) if entry is not None else None), "0_"
        is_closed = depth >= _DEEPEST_PARAMETER and prefix.startswith((f"{PREFIX}STORAGE_", f"{PREFIX}AUTH_"))
        if below and not is_closed:
            yield from _known(below, f"{prefix}{word}_{index}", depth + 1)


def variables_of(section: type[Section]) -> dict[str, tuple[str, FieldInfo]]:
    """Return the fields of a section by their part of a variable's name; one with a `_` in its key has none."""
    fields = ((field.alias or name, field) for name, field in section.model_fields.items())
    return {section.variable_names.get(key, key).upper(): (key, field) for key, field in fields if "_" not in key}


def section_of(annotation: Any) -> type[Section] | None:
    """Return the section that a field of this type holds, or None."""
    return next((kind for kind in _kinds(annotation) if isinstance(kind, type) and issubclass(kind, Section)), None)


def _kinds(annotation: Any) -> Iterator[Any]:
    """Yield the members of a union, without what annotates them."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _kinds(get_args(annotation)[0])
    elif origin is None or origin is Literal or issubclass(_as_class(origin), Sequence | Mapping):
        yield annotation
    else:
        for member in get_args(annotation):
            yield from _kinds(member)


def _as_class(origin: Any) -> type:
    return origin if isinstance(origin, type) else type(origin)


def entry_of(annotation: Any, container: type = Sequence) -> Any:
    """Return the type of the entries of a list, or of the values of a map; None for anything else."""
    for kind in _kinds(annotation):
        if get_origin(kind) is not None and issubclass(_as_class(get_origin(kind)), container):
            return get_args(kind)[-1]
    return None


def parse_value(text: str, key: ConfigKey) -> Any:
    """Return the value of a variable as the registry reads it, or None for no value.

    Raises PydanticCustomError for text that is not valid YAML, or that means something else than it seems to.
    """
    types = set(_scalar_types(key.annotation))
    plain = plain_scalar(text)
    if plain is not None and (value := _typed(plain, types, key)) is not None:
        return value
    value = _load(text)
    if value is None and text.strip():
        raise custom_error("variable_null", f"{_AS_YAML}, where it is empty: {_QUOTE}")
    if types == {str} and not isinstance(value, str | None):
        raise custom_error("variable_type", f"{_AS_YAML}, where it is no text: {_QUOTE}")
    return value


def _load(text: str) -> Any:
    if not re.sub(r"(?m)(?:^|(?<=\s))#.*", "", text).strip():
        return None
    try:
        return load_yaml(text).value
    except YAMLError as error:
        # No detail of the parser: it can begin with a part of a password.
        is_ambiguous = error.message.startswith("ambiguous")
        message = f": {error.message}" if is_ambiguous else f", and finds no value that it can use: {_QUOTE}"
        raise custom_error("variable_yaml", f"{_AS_YAML}{message}") from None


def _typed(plain: str, types: set[type], key: ConfigKey) -> Any:
    """Return the value of a plain scalar whose type decides how it is read, or None."""
    if bool in types and plain.lower() in _YES | _NO:
        return plain.lower() in _YES
    if re.fullmatch("~|null|Null|NULL|", plain):
        return None
    if key.path in _LOWERED:
        return plain.lower()
    # Sections of parameters have no types: `007` is a number there.
    return plain if types == {str} and key.path[0] not in (*_PARAMETERS, "middleware") else None


def _scalar_types(annotation: Any) -> Iterator[type]:
    for kind in _kinds(annotation):
        if get_origin(kind) is Literal:
            yield from map(type, get_args(kind))
        elif kind in (str, bool, int, float):
            yield kind


def set_value(config: dict[str, Any], key: ConfigKey, value: Any) -> None:
    """Set `value` in the plain data of a config.yml as the registry does; None makes the key empty.

    Raises PydanticCustomError for a list index that leaves one out.
    """
    below, last = add_sections(config, key), key.path[-1]
    if value is None:
        below.pop(last, None)
    else:
        below[last] = value


def add_sections(config: dict[str, Any], key: ConfigKey) -> Any:
    """Add the sections and entries that `key` is in, as the registry does; return the last one.

    Raises PydanticCustomError for a list index that leaves one out.
    """
    below: Any = config
    for step, following in itertools.pairwise(key.path):
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(below, dict):
            below = below.setdefault(step, empty)
        elif int(step) > len(below):
            message = f"the list has {len(below)} entries before this one: set entry {len(below)} first"
            raise custom_error("variable_index", message)
        else:
            if int(step) == len(below):
                below.append(empty)
            below = below[int(step)]
    return below
