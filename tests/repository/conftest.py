"""A repository from files that a test writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from registry_gitops.documents import SourceFile, YAMLDocument, read_documents
from registry_gitops.repository import FluxRepository, find_scope

MakeRepository = Callable[[Mapping[str, str]], FluxRepository]


@pytest.fixture
def make_repository(tmp_path: Path) -> MakeRepository:
    """Write files, and return the repository that they are."""

    def make(files: Mapping[str, str]) -> FluxRepository:
        documents: list[YAMLDocument] = []
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), "utf-8")
            documents.extend(read_documents(SourceFile(str(path), dedent(text))))
        return FluxRepository(documents, *find_scope([str(tmp_path)]))

    return make
