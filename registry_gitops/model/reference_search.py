"""Where references to variables of Flux are in the data of a model, and of what kind their fields are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, get_args, get_origin

from pydantic.fields import FieldInfo

from registry_gitops.model.annotations import field_annotation, field_default, union_members
from registry_gitops.model.written import WrittenModel
from registry_gitops.substitution import Template, may_refer, parse_template

Path = tuple[int | str, ...]
"""Keys and list indices."""


class FoundReference(NamedTuple):
    """A text with references, in the data of a model."""

    path: Path
    text: str
    kind: Any
    """The annotation of its field; None if the model has no such field."""
    default: Any
    """The default of its field; None if it has none."""

    @property
    def key(self) -> str:
        """The variables, as messages name them."""
        return "${" + "}, ${".join(self.template.names) + "}"

    @property
    def template(self) -> Template:
        """The parsed text. Raises SubstitutionError."""
        return parse_template(self.text)


def find_references(kind: Any, data: Any, path: Path = (), default: Any = None) -> Iterator[FoundReference]:
    """Yield each text with references in the data of a field of the type `kind`, or of a model."""
    if may_refer(data):
        yield FoundReference(path, data, kind, default)
    elif isinstance(data, WrittenModel):
        for name, field in type(data).model_fields.items():
            if name in data.model_fields_set:
                yield from find_references(
                    field_annotation(field), data.as_written(name), (*path, field.alias or name), field_default(field)
                )
    elif isinstance(data, Mapping):
        fields = _fields(_model(kind, data))
        item = next((get_args(member)[1] for member in union_members(kind) if get_origin(member) is Mapping), None)
        for key, value in data.items():
            below, own = (field_annotation(fields[key]), field_default(fields[key])) if key in fields else (item, None)
            yield from find_references(below, value, (*path, key), own)
    elif isinstance(data, list | tuple):
        item = next((get_args(member)[0] for member in union_members(kind) if get_origin(member) is Sequence), None)
        for index, value in enumerate(data):
            yield from find_references(item, value, (*path, index))


def _model(kind: Any, data: Mapping[Any, Any]) -> type[WrittenModel] | None:
    """Return the model of a mapping: of a union, the one that the mapping names."""
    models = [member for member in union_members(kind) if isinstance(member, type) and issubclass(member, WrittenModel)]
    for model in models:
        tag = getattr(model, "union_tag", None)
        if tag and data.get(tag) == model.model_fields[tag].default:
            return model
    return models[0] if models else None


def _fields(model: type[WrittenModel] | None) -> dict[str, FieldInfo]:
    found = model.model_fields if model else {}
    return {key: field for name, field in found.items() for key in (name, field.alias or name)}
