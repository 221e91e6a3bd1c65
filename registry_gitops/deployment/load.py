"""A file -> RegistryDeployment: registry.yaml, or a registry.py that defines `deployment`."""

from __future__ import annotations

import runpy
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from registry_gitops.codec import YAMLError
from registry_gitops.codec import load as load_yaml
from registry_gitops.deployment.model import RegistryDeployment
from registry_gitops.deployment.problems import problems
from registry_gitops.errors import InputError, Problem


def load(path: Path | str) -> RegistryDeployment:
    """Read the description of one deployment: YAML (or JSON), or by the suffix .py a program that defines `deployment`.

    Raises InputError with every problem found, each with its place.
    """
    path = Path(path)
    text = _read(path)
    return _from_python(path) if path.suffix == ".py" else _from_yaml(text, str(path))


def _read(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise InputError.of("no such file: `registry-gitops init` writes one", path) from None
    except IsADirectoryError:
        raise InputError.of("is a directory: name the file, such as registry.yaml in it", path) from None
    except OSError as error:
        raise InputError.of(f"cannot be read: {error.strerror}", path) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _no_text(path, raw, error.start) from None
    if "\0" in text:
        raise _no_text(path, raw, raw.index(b"\0"))
    return text


def _no_text(path: Path, raw: bytes, at: int) -> InputError:
    line, column = raw.count(b"\n", 0, at) + 1, at - raw.rfind(b"\n", 0, at)
    return InputError([Problem("not a text file in UTF-8", str(path), line, column)])


def _from_yaml(text: str, file: str) -> RegistryDeployment:
    try:
        node = load_yaml(text)
    except YAMLError as error:
        raise InputError([Problem(error.message, file, error.line, error.column)]) from None
    try:
        return RegistryDeployment.model_validate(node.value, by_alias=True, by_name=False)
    except ValidationError as error:
        raise InputError(problems(error, file, node)) from None


def _from_python(path: Path) -> RegistryDeployment:
    try:
        with _first_on_path(path.parent):
            found = runpy.run_path(str(path), run_name="registry").get("deployment")
    except SyntaxError as error:
        raise InputError(
            [Problem(f"not valid Python: {error.msg}", error.filename, error.lineno, error.offset)]
        ) from None
    except ValidationError as error:
        line = _line_in(path, error)
        found_problems = problems(error, str(path))
        raise InputError(Problem(p.message, p.file, line, path=p.path) for p in found_problems) from None
    except (Exception, SystemExit) as error:  # whatever the user's program raises is the user's problem, not ours
        message = f"the program ended with {type(error).__name__}: {error}"
        raise InputError([Problem(message, str(path), _line_in(path, error))]) from None
    if not isinstance(found, RegistryDeployment):
        raise InputError.of("defines no `deployment`: assign a RegistryDeployment to that name", path)
    return found


@contextmanager
def _first_on_path(folder: Path) -> Iterator[None]:
    """Let the program import what stands beside it, as `python registry.py` would."""
    sys.path.insert(0, str(folder.resolve()))
    try:
        yield
    finally:
        sys.path.remove(str(folder.resolve()))


def _line_in(path: Path, error: BaseException) -> int | None:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return lines[-1] if lines else None
