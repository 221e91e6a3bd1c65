"""What a compiled schema refuses of a value, in our words for jsonschema-rs's errors of all its versions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from registry_gitops.documents import Path, is_decided_later
from registry_gitops.validation.schemas.compilation import compile_schema

Schema = dict[str, Any]


@dataclass(frozen=True)
class SchemaViolation:
    """One keyword of a schema that a value does not satisfy."""

    keyword: str
    path: Path
    """Where the value stands in the object."""
    value: Any
    """The value, which no message repeats."""
    expected: Any
    """What the keyword asks for, such as the types, the values of an enum, or the missing fields."""
    part: Schema
    """The part of the schema that the keyword stands in."""

    @property
    def is_decided_later(self) -> bool:
        """Whether Flux or SOPS replaces the value."""
        return is_decided_later(self.value)

    @property
    def is_of_whole(self) -> bool:
        """Whether a part of an object need not satisfy the keyword, because the rest of it stands elsewhere."""
        return self.keyword in _OF_WHOLE


_SHARED: Final = ("$schema", "definitions", "$defs")
"""What the branches of a schema have in common with it."""

_OF_WHOLE: Final = frozenset(["required", "minItems", "minProperties", "anyOf", "oneOf", "allOf", "not"])


def find_violations(value: Any, schema: Schema, validator: Any) -> list[SchemaViolation]:
    """Return what a schema, and its compiled form, refuse of a value, each once, in the order of the paths."""
    found: dict[tuple[Path, str, str], SchemaViolation] = {}
    for error in validator.iter_errors(value):
        for violation in _violations(error, schema):
            found.setdefault((violation.path, violation.keyword, repr(violation.expected)), violation)
    return sorted(found.values(), key=lambda violation: [str(step) for step in violation.path])


def _violations(error: Any, schema: Schema) -> Iterator[SchemaViolation]:
    *above, keyword = error.schema_path
    path, part = tuple(error.instance_path), _part(schema, above)
    if keyword in ("anyOf", "oneOf"):
        branches = [_of_branch(branch, error.instance, schema) for branch in part[keyword]]
        yield from _of_branches(keyword, branches, path, error.instance, part)
    elif keyword == "additionalProperties":
        known = sorted(part.get("properties", ()))
        # encoding/json, which reads the files of kustomize, takes NAMEPREFIX for namePrefix.
        folded = {name.lower() for name in known} if schema.get("x-ignores-case") else set()
        for name in error.kind.unexpected:
            if name.lower() not in folded:
                yield SchemaViolation(keyword, (*path, name), name, known, part)
    else:
        expected = error.kind.property if keyword == "required" else part.get(keyword)
        yield SchemaViolation(keyword, path, error.instance, expected, part)


def _of_branch(branch: Schema, value: Any, schema: Schema) -> list[SchemaViolation]:
    shared: Schema = {key: schema[key] for key in _SHARED if key in schema}
    alone = {**shared, **branch}
    return find_violations(value, alone, compile_schema(alone))


def _of_branches(
    keyword: str, branches: list[list[SchemaViolation]], path: Path, value: Any, part: Schema
) -> Iterator[SchemaViolation]:
    """Yield the violations of the branch that the user most likely meant: the one that fails at the deepest place."""
    later = [branch for branch in branches if branch and all(violation.is_decided_later for violation in branch)]
    deepest = max(branches, key=lambda branch: max((len(violation.path) for violation in branch), default=0))
    alike = {violation.keyword for branch in branches for violation in branch}
    if not all(branches):
        yield SchemaViolation(keyword, path, value, part[keyword], part)
    elif later or any(violation.path for violation in deepest):
        for violation in later[0] if later else deepest:
            yield replace(violation, path=(*path, *violation.path))
    elif alike == {"type"}:
        types = [name for branch in branches for violation in branch for name in _names(violation.expected)]
        yield SchemaViolation("type", path, value, types, part)
    elif alike == {"required"} and all(len(branch) == 1 for branch in branches):
        yield SchemaViolation("anyOf", path, value, [branch[0].expected for branch in branches], part)
    else:
        yield SchemaViolation("anyOf", path, value, [], part)


def _names(types: Any) -> list[str]:
    return types if isinstance(types, list) else [types]


def _part(schema: Schema, path: Sequence[str | int]) -> Schema:
    """Return the part of a schema at a path, which leads through references or, in newer versions, does not."""
    part: Any = schema
    for step in path:
        part = _part(schema, part["$ref"].split("/")[1:]) if step == "$ref" else part[step]
    return part if isinstance(part, dict) else {}
