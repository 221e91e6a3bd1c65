"""Running a registry.py with modules of its own: next to it, and in the directories above it in its Git repository.

Each run imports them anew and leaves nothing behind in `sys.modules` and `sys.path`, so that two programs can have
modules of the same name.
"""

from __future__ import annotations

import os
import runpy
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    SourceFileLoader,
)
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Final

from registry_gitops.errors import InputError

_LOCK: Final = threading.RLock()
"""Modules belong to the process, so one program runs at a time.

A program can `load` another one, but not wait for a thread that does: the thread waits for the program.
"""


class ProgramError(Exception):
    """What a program raised (`cause`), and the file and line of the user's code that raised it."""

    def __init__(self, cause: BaseException, file: str, line: int | None, column: int | None = None) -> None:
        super().__init__(_text(cause))
        self.cause, self.file, self.line, self.column = cause, file, line, column


def run_program(path: Path) -> dict[str, Any]:
    """Run a Python file and return its globals. Raises ProgramError, or the InputError of a `load` inside."""
    with _LOCK, _imports(path) as modules:
        try:
            return runpy.run_path(str(path), run_name="registry")
        except (InputError, KeyboardInterrupt):
            raise
        except BaseException as error:  # whatever the user's program raises is the user's problem, not ours
            raise modules.locate(error) from None


def _text(error: BaseException) -> str:
    """Return the text of an exception, or "" if its class, which is the user's, fails to make one."""
    try:
        return str(error)
    except Exception:
        return ""


class _Source(SourceFileLoader):
    """Loads source without bytecode, which would be stale when a file changes within a second."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


class _Modules:
    """The modules of one program: a finder of Python's import system, and what it found."""

    def __init__(self, program: Path) -> None:
        self._program = program
        self._finders = [FileFinder(str(directory), *_LOADERS) for directory in _searched(program.parent.resolve())]
        self._path = list(sys.path)
        self._loaded: frozenset[str] = frozenset()
        self._hidden: dict[str, ModuleType] = {}
        self.found: dict[str, ModuleSpec] = {}
        """Top-level module -> where it was found."""

    def hide_others(self) -> None:
        """Remove modules from `sys.modules` that the program would get instead of its own."""
        names = {name.partition(".")[0] for name in sys.modules}
        hidden = {name for name in names & self._own_names() if self._is_another(name)}
        hidden |= {name for outer in _running for name in outer.found}
        for name in [name for name in sys.modules if name.partition(".")[0] in hidden]:
            self._hidden[name] = sys.modules.pop(name)
        self._loaded = frozenset(names - hidden)

    def restore(self) -> None:
        """Remove the program's modules, and put back what was there before."""
        for name in [name for name, module in list(sys.modules.items()) if self._owns(name, module)]:
            del sys.modules[name]
        sys.modules.update(self._hidden)
        sys.path[:] = self._path

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Find a module of the program: the method that Python's import system calls."""
        top = name.partition(".")[0]
        if _running[-1] is not self or not (path is None or top in self.found):
            return None
        if path is not None:
            return _find_in([FileFinder(directory, *_LOADERS) for directory in path], name)
        spec = self._find_top_level(name)
        if spec:
            self.found[name] = spec
        return spec

    def locate(self, error: BaseException) -> ProgramError:
        """Return `error` with the line of the user's code that raised it."""
        if isinstance(error, SyntaxError) and error.filename and self._is_own_file(error.filename):
            return ProgramError(error, self._shown(error.filename), error.lineno, error.offset)
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if self._is_own_file(frame.filename)]
        if not frames:
            return ProgramError(error, str(self._program), None)
        return ProgramError(error, self._shown(frames[-1].filename), frames[-1].lineno)

    def _find_top_level(self, name: str) -> ModuleSpec | None:
        # A file above the program must not replace a module of the standard library for those who import it late.
        finders = self._finders[:1] if name in sys.stdlib_module_names else self._finders
        return _find_in(finders, name) or self._find_namespace(name)

    def _find_namespace(self, name: str) -> ModuleSpec | None:
        """Find a directory without `__init__.py`, a package of the modules in it, if no module goes before it."""
        specs = [finder.find_spec(name) for finder in self._finders]
        directories = [directory for spec in specs if spec for directory in spec.submodule_search_locations or ()]
        if not directories:
            return None
        elsewhere = _find_elsewhere(name)
        if elsewhere and elsewhere.origin:
            return None
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = directories
        if elsewhere:
            spec.submodule_search_locations += elsewhere.submodule_search_locations or ()
        return spec

    def _own_names(self) -> set[str]:
        readable = [Path(finder.path) for finder in self._finders if os.access(finder.path, os.R_OK)]
        return {path.name.partition(".")[0] for directory in readable for path in directory.iterdir()}

    def _is_another(self, name: str) -> bool:
        if name in sys.stdlib_module_names or name == "registry_gitops":
            return False
        spec = self._find_top_level(name)
        return spec is not None and _origin(spec) not in _origins(sys.modules.get(name))

    def _owns(self, name: str, module: ModuleType) -> bool:
        """Return whether the program imported a module of its own: found here, or by what it added to sys.path."""
        top = name.partition(".")[0]
        return top in self.found or (top not in self._loaded and any(map(self._is_added, _origins(module))))

    def _is_own_file(self, file: str) -> bool:
        specs = self.found.values()
        return (
            file == str(self._program)
            or self._is_added(file)
            or any(file == spec.origin or _is_below(file, spec.submodule_search_locations or ()) for spec in specs)
        )

    def _is_added(self, file: str) -> bool:
        added = [entry for entry in sys.path if entry not in self._path]
        return _is_below(file, added) and not _INSTALLED.intersection(Path(file).parts)

    def _shown(self, file: str) -> str:
        """Return `file` as the user would name it: relative if the program was named so."""
        is_relative = file != str(self._program) and not self._program.is_absolute()
        return os.path.relpath(file) if is_relative else file


_LOADERS: Final = ((ExtensionFileLoader, EXTENSION_SUFFIXES), (_Source, SOURCE_SUFFIXES))
_INSTALLED: Final = frozenset({"site-packages", "dist-packages"})

_running: Final[list[_Modules]] = []
"""The programs that run, each of which was loaded by the one before it."""


@contextmanager
def _imports(program: Path) -> Iterator[_Modules]:
    """Let the program import its own modules, and remove them afterwards."""
    modules = _Modules(program)
    modules.hide_others()
    sys.meta_path.insert(0, modules)
    _running.append(modules)
    try:
        yield modules
    finally:
        modules.restore()
        _running.pop()
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not modules]


def _find_elsewhere(name: str) -> ModuleSpec | None:
    """Find a module where Python finds it without a program."""
    finders = [finder for finder in sys.meta_path if not isinstance(finder, _Modules)]
    specs = (finder.find_spec(name, None) for finder in finders if hasattr(finder, "find_spec"))
    return next((spec for spec in specs if spec), None)


def _origin(spec: ModuleSpec) -> str | None:
    """Return the file of a module, or the first directory of a package without `__init__.py`."""
    return spec.origin or next(iter(spec.submodule_search_locations or ()), None)


def _origins(module: object) -> list[str]:
    """Return the file of a module, or the directories of a package without `__init__.py`."""
    if not isinstance(module, ModuleType):
        return []
    # Anything can be in sys.modules, also what loads itself, or raises, when it is asked for an attribute.
    stored = ModuleType.__getattribute__(module, "__dict__")
    file = stored.get("__file__")
    return [file] if file else list(stored.get("__path__") or ())


def _find_in(finders: Sequence[FileFinder], name: str) -> ModuleSpec | None:
    specs = (finder.find_spec(name) for finder in finders)
    return next((spec for spec in specs if spec and spec.loader), None)


def _searched(directory: Path) -> list[Path]:
    """Return the directory of a program, and those above it up to the root of its Git repository, if it is in one."""
    directories = [directory, *directory.parents]
    root = next((index for index, path in enumerate(directories) if os.access(path / ".git", os.F_OK)), 0)
    return directories[: root + 1]


def _is_below(file: str, directories: Sequence[str]) -> bool:
    return any(Path(file).absolute().is_relative_to(Path(directory).absolute()) for directory in directories)
