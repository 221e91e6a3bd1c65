"""The user's program that `make check` type-checks builds all that is public, and what it builds stays as it is."""

from __future__ import annotations

import ast
import runpy
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

from registry_gitops.model import Model
from tests.support.frozen import mutable

PROGRAM = Path(__file__).with_name("user_program.py")
FACES = ("registry_gitops", *(f"registry_gitops.{name}" for name in ("deployment", "manifests", "values")))
PUBLIC = {
    found
    for face in (*FACES, "registry_gitops.values.configuration")
    for name in import_module(face).__all__
    if isinstance(found := getattr(import_module(face), name), type) and issubclass(found, Model)
}


def built() -> set[type[Model]]:
    """The models that the program calls by name."""
    names = runpy.run_path(str(PROGRAM))
    calls = [node.func for node in ast.walk(ast.parse(PROGRAM.read_text())) if isinstance(node, ast.Call)]
    found = set()
    for call in calls:
        match call:
            case ast.Name(id=name):
                found.add(names.get(name))
            case ast.Attribute(value=ast.Name(id=module), attr=name):
                found.add(getattr(names[module], name))
    return {each for each in found if isinstance(each, type) and issubclass(each, Model)}


def fields_of(model: type[Model]) -> Iterator[type[Model]]:
    """The models that the fields of a model hold."""

    def models(annotation: Any) -> Iterator[type[Model]]:
        if isinstance(annotation, type) and issubclass(annotation, Model):
            yield annotation
        for each in get_args(annotation):
            yield from models(each)

    for field in model.model_fields.values():
        yield from models(field.annotation)


def test_the_program_builds_every_public_model() -> None:
    assert PUBLIC - built() == set()


def test_every_model_that_a_public_one_holds_is_public() -> None:
    assert {held for model in PUBLIC for held in fields_of(model)} - PUBLIC == set()


def test_nothing_that_the_program_builds_can_be_changed() -> None:
    objects = runpy.run_path(str(PROGRAM))
    models = [each for each in objects.values() if isinstance(each, Model)]
    models += [item for each in objects.values() if isinstance(each, list) for item in each if isinstance(item, Model)]
    assert len(models) > 40
    for model in models:
        assert mutable(model) == []
        assert hash(model) == hash(model.model_copy(deep=True))
