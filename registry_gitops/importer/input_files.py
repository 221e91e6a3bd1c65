"""The files of an input: those with objects and values, without templates, and what is odd about them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from registry_gitops.documents import Role, TextProblem, YAMLDocument, find_files, read_file
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding, Location
from registry_gitops.importer.unknown_inputs import TEMPLATE, find_template_mark

_SUFFIXES: Final = (".yaml", ".yml", ".json")
_DUPLICATE: Final = "duplicate-key"
_TWO_OBJECTS: Final = "two objects stand in one document, and only the last one counts: write --- between them"


def read_input(path: str) -> tuple[list[YAMLDocument], list[str]]:
    """Return the documents at a path, and remarks about its files for the report.

    Raises InputError for what cannot be read, and if there is nothing but templates.
    """
    documents: list[YAMLDocument] = []
    templates: list[Finding] = []
    problems: list[Finding] = []
    remarks: list[str] = []
    for file in find_files([path], _SUFFIXES):
        reading = read_file(file)
        name, mark = reading.source.name, find_template_mark(reading.source.text)
        found = [each for each in reading.problems if each.rule_id != _DUPLICATE]
        if mark and (found or not reading.documents):
            templates.append(_finding("invalid-input", TEMPLATE, Location(name, *mark)))
            continue
        objects = [each for each in reading.documents if each.role is Role.OBJECT]
        if file != path and file.endswith(".json"):
            documents += objects
            continue
        documents += reading.documents
        problems += [_finding(each.rule_id, each.message, Location(name, each.line, each.column)) for each in found]
        duplicates = [each for each in reading.problems if each.rule_id == _DUPLICATE]
        problems += _joined_objects(name, objects, duplicates)
        remarks += [f"{name}:{each.line}:{each.column}: {each.message}: the last one counts" for each in duplicates]
    if problems or (templates and not documents):
        raise InputError([*problems, *([] if documents else templates)])
    return documents, [*(f"{each.location.file} was not read: it {TEMPLATE}" for each in templates), *remarks]


def _joined_objects(name: str, objects: Iterable[YAMLDocument], duplicates: Iterable[TextProblem]) -> list[Finding]:
    """Return the places where an object begins in the middle of another one."""
    starts = {each.position(("kind",), on_key=True) for each in objects}
    return [
        _finding(_DUPLICATE, _TWO_OBJECTS, Location(name, each.line, each.column))
        for each in duplicates
        if (each.line, each.column) in starts
    ]


def _finding(rule_id: str, message: str, location: Location) -> Finding:
    return Finding(id=rule_id, message=message, location=location)
