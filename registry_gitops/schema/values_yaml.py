"""The chart's values.yaml: every default with its docstring as a comment, generated from the models."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from registry_gitops.codec import dump_yaml
from registry_gitops.model import Model
from registry_gitops.schema.docs import field_docs
from registry_gitops.values import RegistryValues

_WIDTH = 110
_HEADER = """\
# Values of the chart docker-registry. Generated from the models in registry_gitops/values: `make generate`.
# These are the defaults; a config file needs only the values that differ.
"""


def values_yaml() -> str:
    """Return the text of templates/chart/docker-registry/values.yaml."""
    return _HEADER + "".join(_fields(RegistryValues(), ""))


def _fields(model: Model, indent: str) -> Iterator[str]:
    docs = field_docs(type(model))
    for name, field in type(model).model_fields.items():
        value, key = getattr(model, name), field.alias or name
        if not indent:
            yield "\n"
        yield _comment(docs[name], f"{indent}# ")
        if isinstance(value, Model) and _holds_anything(value):
            yield f"{indent}{key}:\n"
            yield from _fields(value, indent + "  ")
        else:
            plain = {} if isinstance(value, Model) else value
            # null would remove a default; here it would only say that there is none.
            text = f"# {key}:\n" if plain is None else dump_yaml({key: plain})
            yield textwrap.indent(text, indent)


def _holds_anything(model: Model) -> bool:
    values = (getattr(model, name) for name in type(model).model_fields)
    return any(_holds_anything(value) if isinstance(value, Model) else value is not None for value in values)


def _comment(text: str, prefix: str) -> str:
    return textwrap.fill(text, _WIDTH, initial_indent=prefix, subsequent_indent=prefix, break_on_hyphens=False) + "\n"
