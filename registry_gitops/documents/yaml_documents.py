"""The text of a file to its documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from registry_gitops.documents.document import Role, SourceFile, YAMLDocument


def read_documents(source: SourceFile) -> Iterator[YAMLDocument]:
    """Yield the documents of a text. Raises codec.YAMLError."""
    from registry_gitops.codec import compose_yaml

    start, lines = 1, source.text.split("\n")
    for number, line in enumerate([*lines, "---"], 1):
        if line.startswith("---"):
            text = "\n".join(lines[start - 1 : number - 1])
            if text.strip():
                value = compose_yaml(text).value
                if value is not None:
                    yield YAMLDocument(source, text, start, value, _role(value))
            start = number + 1


def _role(value: Any) -> Role:
    is_object = isinstance(value, dict) and all(isinstance(value.get(key), str) for key in ("apiVersion", "kind"))
    if not is_object:
        return Role.OTHER
    return Role.KUSTOMIZATION if value["apiVersion"].startswith("kustomize.config.k8s.io/") else Role.OBJECT
