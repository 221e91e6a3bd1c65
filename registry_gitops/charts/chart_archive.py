"""Pack the chart as Helm does, but with the same bytes on every machine and at any time."""

from __future__ import annotations

import contextlib
import io
import struct
import tarfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from registry_gitops.assets import read_chart
from registry_gitops.codec import load_yaml
from registry_gitops.errors import InputError

_GZIP_HEADER: Final = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
"""RFC 1952: deflate, no name, no time, of an unknown system."""
_MAX_STORED: Final = 0xFFFF
"""Bytes of a block that is stored and not compressed (RFC 1951, section 3.2.4)."""


@dataclass(frozen=True)
class ChartArchive:
    """A chart as one file."""

    metadata: Mapping[str, Any]
    """What Chart.yaml has."""
    content: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """Name of the chart."""
        return str(self.metadata["name"])

    @property
    def version(self) -> str:
        """Version of the chart."""
        return str(self.metadata["version"])

    @property
    def tag(self) -> str:
        """Tag of the version in a registry, as Helm has it: a tag cannot have a "+"."""
        return self.version.replace("+", "_")

    @property
    def file_name(self) -> str:
        """Name of the file, as `helm package` has it."""
        return f"{self.name}-{self.version}.tgz"


def package_chart() -> ChartArchive:
    """Return the chart of this version of registry-gitops as an archive."""
    files = read_chart()
    metadata = load_yaml(files["Chart.yaml"]).value
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        # Helm, too, begins with Chart.yaml: a reader that wants the metadata alone need not read on.
        for path in sorted(files, key=lambda path: (path != "Chart.yaml", path)):
            content = files[path].encode()
            entry = tarfile.TarInfo(f"{metadata['name']}/{path}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return ChartArchive(metadata, _gzip(buffer.getvalue()))


def write_archive(archive: ChartArchive, directory: Path | str) -> Path:
    """Write the archive to `directory`, which is created if missing, and return its path.

    Replaces a file of the same name, as `helm package` does. Raises InputError if it cannot be written.
    """
    path = Path(directory) / archive.file_name
    draft = path.with_name(f".{path.name}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(archive.content)
        draft.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink()
        why = "not a directory" if isinstance(error, FileExistsError) else error.strerror
        raise InputError.single(f"cannot be written: {why}; nothing was changed", path) from None
    return path


def _gzip(content: bytes) -> bytes:
    """Return `content` as gzip, without compression: what zlib makes of it depends on its version and its variant."""
    blocks = [content[start : start + _MAX_STORED] for start in range(0, len(content), _MAX_STORED)]
    stored = [
        struct.pack("<BHH", block is blocks[-1], len(block), len(block) ^ _MAX_STORED) + block for block in blocks
    ]
    return b"".join((_GZIP_HEADER, *stored, struct.pack("<II", zlib.crc32(content), len(content))))
