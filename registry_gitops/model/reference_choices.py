"""What a reference to variables of Flux can stand for: its default, or, without one, values that its field accepts."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from registry_gitops.codec import YAMLError, load_yaml
from registry_gitops.model.annotations import is_scalar, list_examples, list_marks, literal_values
from registry_gitops.model.located_errors import custom_error
from registry_gitops.model.reference_search import FoundReference
from registry_gitops.model.written import NeverSubstituted
from registry_gitops.substitution import SubstitutionError, Template, Unquoted

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


class ReferenceChoice(NamedTuple):
    """A text with references, the values to try for it in order, and the text that Flux substitutes in."""

    found: FoundReference
    values: tuple[Any, ...]
    written: str
    problem: PydanticCustomError | None = None


def choose_values(found: FoundReference) -> ReferenceChoice:
    """Return what to try for a reference, and what is wrong with the reference itself."""
    try:
        template = found.template
    except SubstitutionError as error:
        wrong = custom_error("substitution", str(error))
        return ReferenceChoice(found, _unknown_values(found, Template(())), found.text, wrong)
    reader = next((mark.reader for mark in list_marks(found.kind) if isinstance(mark, NeverSubstituted)), None)
    if reader:
        early = custom_error("substitution", f"{reader} reads this before Flux fills in variables: write it out")
        return ReferenceChoice(found, _unknown_values(found, template), found.text, early)
    if not is_scalar(found.kind):
        return ReferenceChoice(found, (found.text,), found.text)
    default = template.fill()
    values = _unknown_values(found, template) if default is None else _default_values(found, default)
    if not _is_text(found.kind):
        problem = _QUOTED_BY_GO.search(found.text) and custom_error(
            "substitution", "kustomize would put this in quotes, and so make it text: leave out ': ' and ' #'"
        )
        return ReferenceChoice(found, values, Unquoted(found.text), problem or None)
    # How it is quoted in the config file says nothing: the field has a type.
    return ReferenceChoice(found, values, (str if _can_be_misread(found, template) else Unquoted)(found.text))


def _default_values(found: FoundReference, default: str) -> tuple[Any, ...]:
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


def _unknown_values(found: FoundReference, template: Template) -> tuple[Any, ...]:
    token = name_token(template)
    values = [
        *(template.fill(sample) for sample in (token, *_TEXTS[:1])),
        *([] if found.default is None else [found.default]),
        *literal_values(found.kind),
        *_NUMBERS,
        *(template.fill(sample) for sample in _TEXTS),
        *_TEXTS,
        *list_examples(found.kind),  # what a field accepts can be too special for the texts above
    ]
    right = {(type(value), value): value for value in values if _accepts(found.kind, value)}
    return tuple(right.values()) or (found.text,)


def name_token(template: Template) -> str:
    """Return a value for a text that no one else writes, so that messages can name the reference instead."""
    return f"x-{'-'.join(template.names).lower().replace('_', '-')[:30]}-x"


def _is_text(kind: Any) -> bool:
    """Return whether a field takes text only."""
    return not any(_accepts(kind, number) for number in _NUMBERS)


def _can_be_misread(found: FoundReference, template: Template) -> bool:
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
