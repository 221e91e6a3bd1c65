"""YAML from anywhere to documents: which files, what each document is, its plain data, and where each value stands.

Knows no schema and no rule, and imports neither pydantic nor PyYAML before a position is asked for.
"""

from registry_gitops.documents.decided_later import is_decided_later
from registry_gitops.documents.discovery import find_files
from registry_gitops.documents.document import Role, SourceFile, YAMLDocument
from registry_gitops.documents.file_reading import read_file
from registry_gitops.documents.gitignore import SOURCE_IGNORE_FILE, list_ignored, list_left_out_by_flux
from registry_gitops.documents.manifest import Manifest
from registry_gitops.documents.nested_yaml import split_path
from registry_gitops.documents.problem import Path, Problem, TextProblem
from registry_gitops.documents.yaml_documents import FileReading, read_documents, read_text

__all__ = [
    "SOURCE_IGNORE_FILE",
    "FileReading",
    "Manifest",
    "Path",
    "Problem",
    "Role",
    "SourceFile",
    "TextProblem",
    "YAMLDocument",
    "find_files",
    "is_decided_later",
    "list_ignored",
    "list_left_out_by_flux",
    "read_documents",
    "read_file",
    "read_text",
    "split_path",
]
