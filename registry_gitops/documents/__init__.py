"""YAML from anywhere to documents: which files, what each document is, its plain data, and where each value stands.

Knows no schema and no rule, and imports neither pydantic nor PyYAML before a position is asked for.
"""

from registry_gitops.documents.decided_later import is_decided_later
from registry_gitops.documents.discovery import find_files
from registry_gitops.documents.document import Role, SourceFile, YAMLDocument
from registry_gitops.documents.manifest import Manifest
from registry_gitops.documents.problem import Path, Problem
from registry_gitops.documents.yaml_documents import read_documents

__all__ = [
    "Manifest",
    "Path",
    "Problem",
    "Role",
    "SourceFile",
    "YAMLDocument",
    "find_files",
    "is_decided_later",
    "read_documents",
]
