"""The docstrings of the models' fields, read from the source.

pydantic can do this when a model is defined, but that takes a third of the start-up, and only a few commands need it.
"""

from __future__ import annotations

import ast
import functools
import inspect
import sys
from typing import Any, get_args

from registry_gitops.model import Model


@functools.cache
def field_docs(model: type) -> dict[str, str]:
    """Return the docstring of each field of a model or dataclass, inherited ones too, by its name.

    That of a field without one, which holds a section, is the first sentence of the section.
    """
    docs: dict[str, str] = {}
    if issubclass(model, Model):
        docs = {name: _section_doc(field.annotation) for name, field in model.model_fields.items()}
    for base in reversed(model.__mro__):
        if base.__module__.startswith("registry_gitops."):
            docs |= _module_docs(base.__module__).get(base.__name__, {})
    return docs


def _section_doc(annotation: Any) -> str:
    for kind in (annotation, *get_args(annotation)):
        if isinstance(kind, type) and issubclass(kind, Model):
            return model_doc(kind).split(". ")[0].rstrip(".") + "."
    return ""


def model_doc(model: type) -> str:
    """Return the docstring of a model or dataclass, on one line."""
    return " ".join((inspect.getdoc(model) or "").split())


@functools.cache
def _module_docs(module: str) -> dict[str, dict[str, str]]:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: _class_docs(node) for node in tree.body if isinstance(node, ast.ClassDef)}


def _class_docs(node: ast.ClassDef) -> dict[str, str]:
    docs = {}
    for statement, after in zip(node.body, node.body[1:], strict=False):
        if (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        ):
            docs[statement.target.id] = " ".join(after.value.value.split())
    return docs
