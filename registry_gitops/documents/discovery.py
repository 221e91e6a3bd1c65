"""Which files are read: those that were named, and below a directory all YAML that Git does not ignore."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from registry_gitops.documents.file_reading import STDIN
from registry_gitops.documents.gitignore import IgnoreRules, rules_of
from registry_gitops.errors import InputError

_SUFFIXES = (".yaml", ".yml")
_SKIPPED = frozenset(["node_modules"])
"""Directories of dependencies, which are large, and hold no manifests of the repository."""


def find_files(paths: Iterable[str], suffixes: tuple[str, ...] = _SUFFIXES) -> Iterator[str]:
    """Yield the path of each file to read, once, in a stable order; `-` is stdin.

    Below a directory these are the files whose names end with one of `suffixes`. Hidden files and directories, and
    those that Git ignores, are left out unless they are named. JSON is read only if it is named: what Flux applies by
    itself is YAML. Raises InputError for a path that cannot be read.
    """
    seen: set[str] = set()
    for path in paths:
        real = path if path == STDIN else _real_path(path)
        if path == STDIN or not os.path.isdir(path):
            found: Iterable[tuple[str, str]] = [(path, real)]
        else:
            prefix = path.rstrip("/") + "/" if path.rstrip("/") not in ("", ".") else path.removeprefix(".")
            prefix = prefix if path != "./" else ""
            found = _Walk(real, suffixes).files(prefix, real, rules_of(real))
        for name, identity in found:
            if identity not in seen:
                seen.add(identity)
                yield name


def _real_path(path: str) -> str:
    try:
        return os.path.realpath(path)
    except FileNotFoundError:
        raise InputError.single("cannot read the directory: the working directory was deleted", path) from None


def _is(kind: Callable[[], bool]) -> bool:
    """Return False also for a link that leads to itself."""
    try:
        return kind()
    except OSError:
        return False


class _Walk:
    """A walk through a directory, that enters no directory twice."""

    def __init__(self, root: str, suffixes: tuple[str, ...]) -> None:
        self._root = f"{root.rstrip('/')}/"
        self._suffixes = suffixes
        self._linked: set[str] = set()

    def files(self, prefix: str, directory: str, rules: IgnoreRules | None) -> Iterator[tuple[str, str]]:
        """Yield the name of each file below a directory, with `prefix`, and its real path."""
        if rules is None:
            return
        try:
            entries = sorted(os.scandir(directory), key=lambda entry: entry.name)
        except OSError as error:
            name = prefix.rstrip("/") or "."
            raise InputError.single(f"cannot read the directory: {error.strerror or error}", name) from None
        directories = []
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.name.endswith(self._suffixes) and _is(entry.is_file):
                if not rules.ignores(directory, entry.name, is_directory=False) and (real := self._real(entry)):
                    yield prefix + entry.name, real
            elif _is(entry.is_dir) and entry.name not in _SKIPPED:
                directories.append(entry)
        for entry in directories:
            is_directory = not entry.is_symlink()  # a link to a directory is a file to Git
            if not rules.ignores(directory, entry.name, is_directory=is_directory) and (real := self._real(entry)):
                below = rules.below(real) if is_directory else rules_of(real)
                yield from self.files(f"{prefix}{entry.name}/", real, below)

    def _real(self, entry: os.DirEntry[str]) -> str:
        """Return the real path of an entry, or "" for a link to what is read anyway, or was."""
        if not entry.is_symlink():
            return entry.path
        real = os.path.realpath(entry.path)
        if f"{real}/".startswith(self._root) or self._root.startswith(f"{real}/") or real in self._linked:
            return ""
        self._linked.add(real)
        return real
