"""The bytes of a file to its documents."""

from __future__ import annotations

import sys
from typing import BinaryIO, Final

from registry_gitops.documents.classification import is_chart_template
from registry_gitops.documents.document import SourceFile
from registry_gitops.documents.problem import TextProblem
from registry_gitops.documents.yaml_documents import FileReading, read_text
from registry_gitops.errors import InputError

STDIN: Final = "-"

_MAX_BYTES: Final = 64 * 2**20
"""Largest file that is read: 40 times what Kubernetes accepts as an object, and enough for a stream of 50,000."""
_BLOCK: Final = 2**16


def read_file(path: str) -> FileReading:
    """Read a file, or stdin for `-`. Raises InputError if that is impossible."""
    name = "<stdin>" if path == STDIN else path
    if path != STDIN and is_chart_template(path):
        return FileReading(SourceFile(name, ""), [], [])
    try:
        if path == STDIN and sys.stdin is None:
            raise InputError.single("cannot read the file: stdin is closed", name)
        if path == STDIN:
            data = _read_bytes(sys.stdin.buffer)
        else:
            with open(path, "rb") as file:
                data = _read_bytes(file)
    except OSError as error:
        raise InputError.single(f"cannot read the file: {error.strerror or error}", name) from None
    if len(data) > _MAX_BYTES:
        problem = TextProblem("unreadable-file", 1, 1, "the file is larger than 64 MiB", "Split the file")
        return FileReading(SourceFile(name, ""), [], [problem])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = len(data[data.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8-sig", "replace")) + 1
        message = "the file is not text in UTF-8"
        problem = TextProblem("unreadable-file", line, column, message, "Save the file in UTF-8")
        return FileReading(SourceFile(name, ""), [], [problem])
    # JSON can be indented with tabs, YAML not; its texts have none.
    return read_text(SourceFile(name, text.replace("\t", " ") if path.endswith(".json") else text))


def _read_bytes(file: BinaryIO) -> bytes:
    """Return all bytes, or more than are accepted. To ask for many at once would reserve the memory for each file."""
    data = file.read(_BLOCK)
    return data if len(data) < _BLOCK else data + file.read(_MAX_BYTES + 1 - _BLOCK)
