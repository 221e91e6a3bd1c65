"""The files of a chart: of a directory, or of a packaged chart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path as FilePath
from typing import Final, Protocol

MAX_SIZE: Final = 10 * 2**20
"""Bytes of a file that are read, as source-controller limits a chart."""


class ChartFiles(Protocol):
    """The files of one chart."""

    @property
    def name(self) -> str:
        """Path of the chart, as findings show it."""
        ...

    def read(self, path: str) -> str | None:
        """Return the text of a file, or None if there is none. Raises ValueError if it is no text, or too large."""
        ...

    def subcharts(self) -> Iterable[ChartFiles]:
        """Yield what is in `charts/`, except what Helm ignores there."""
        ...


class DirectoryFiles:
    """The files of a chart that is a directory."""

    def __init__(self, directory: FilePath) -> None:
        self.directory = directory
        self.name = str(directory)

    def read(self, path: str) -> str | None:
        """Return the text of a file, or None if there is none."""
        try:
            with (self.directory / path).open("rb") as file:
                return _decode(file.read(MAX_SIZE + 1))
        except OSError:
            return None

    def subcharts(self) -> Iterable[ChartFiles]:
        """Yield what is in `charts/`."""
        folder = self.directory / "charts"
        for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
            if entry.name[0] in "_.":
                continue
            if entry.is_dir():
                yield DirectoryFiles(entry)
            elif entry.suffix == ".tgz":
                yield open_archive(entry)


class ArchiveFiles:
    """The files of a packaged chart, or of a chart in one."""

    def __init__(self, name: str, contents: Mapping[str, bytes]) -> None:
        self.name = name
        self._contents = contents

    def read(self, path: str) -> str | None:
        """Return the text of a file, or None if there is none."""
        content = self._contents.get(path)
        return None if content is None else _decode(content)

    def subcharts(self) -> Iterable[ChartFiles]:
        """Yield what is in `charts/`."""
        found: dict[str, dict[str, bytes]] = {}
        for path, content in self._contents.items():
            folder, _, rest = path.partition("/")
            name, slash, below = rest.partition("/")
            if folder != "charts" or not name or name[0] in "_.":
                continue
            if slash:
                found.setdefault(name, {})[below] = content
            elif name.endswith(".tgz"):
                yield ArchiveFiles(f"{self.name}/charts/{name}", _unpack(content))
        yield from (ArchiveFiles(f"{self.name}/charts/{name}", contents) for name, contents in sorted(found.items()))


def open_chart(path: FilePath) -> ChartFiles:
    """Return the files of the chart at a path: a directory, or a package."""
    return DirectoryFiles(path) if path.is_dir() else open_archive(path)


def open_archive(path: FilePath) -> ArchiveFiles:
    """Return the files of a packaged chart. Raises ValueError if it is none."""
    return ArchiveFiles(str(path), _unpack(path.read_bytes()))


def _unpack(content: bytes) -> dict[str, bytes]:
    """Return path below the directory of the chart -> content. The first part of each path is that directory."""
    # Imported here, because few charts are packages.
    import tarfile
    from io import BytesIO

    contents: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=BytesIO(content), mode="r:gz") as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isfile() and member.size <= MAX_SIZE else None
                if file:
                    contents[member.name.removeprefix("./").partition("/")[2]] = file.read()
    except (tarfile.TarError, OSError, EOFError) as error:
        raise ValueError("is no packaged chart") from error
    return contents


def _decode(content: bytes) -> str:
    if len(content) > MAX_SIZE:
        raise ValueError("is larger than 10Mi")
    return content.decode("utf-8-sig")
