"""The seal of a rendering: a digest over all that its check depends on, so that what is unchanged is not checked again.

It is a shortcut for what `render` wrote itself, and no proof: whoever can commit to the repository can make one.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from registry_gitops.assets import find_templates
from registry_gitops.checksums.checksum_file import Owned, Seal, checksum, read_bytes, read_checksum_file
from registry_gitops.errors import InputError
from registry_gitops.git_repository import find_work_tree
from registry_gitops.version import __version__

Inputs = Mapping[str, str]
"""Path from the output directory -> digest of what is there; that of the config file comes first."""

_MISSING: Final = "missing"


def build_seal(directory: Path, owned: Owned, inputs: Inputs, work_trees: dict[str, str] | None = None) -> Seal:
    """Return the seal of the rendered files `owned`, which were checked with `inputs`. Raises OSError.

    `work_trees` is the `known` of `find_work_tree`.
    """
    parts = [_program_digest(), _location(directory, work_trees)]
    parts += [f"{digests} {path}" for path in sorted(owned) for digests in sorted(owned[path])]
    parts += [f"{digest} {path}" for path, digest in inputs.items()]
    return Seal(checksum("\0".join(parts).encode("utf-8", "surrogateescape")), tuple(inputs))


class InputDigests:
    """The digests of files and directories, each of which is read once."""

    def __init__(self) -> None:
        self._digests: dict[str, str] = {}

    def get(self, directory: Path, path: str) -> str:
        """Return the digest of a file, or of the names and contents of all files of a directory. Raises OSError."""
        place = os.path.realpath(f"{directory}/{path}")
        if place not in self._digests:
            self._digests[place] = _digest(place)
        return self._digests[place]


class SealChecks:
    """Looks for what is unchanged, in one run."""

    def __init__(self) -> None:
        self._digests = InputDigests()
        self._work_trees: dict[str, str] = {}

    def is_unchanged(self, config: Path, directory: Path) -> bool:
        """Return whether what `config` renders to is in `directory`, and a check would find what the last one found.

        That was nothing: no difference, and no finding of a rule.
        """
        try:
            file = read_checksum_file(directory)
            if file is None or file.seal is None or file.seal.inputs[0] != path_from(directory, config):
                return False
            if not all(digests == {_digest_file(f"{directory}/{path}")} for path, digests in file.owned.items()):
                return False
            inputs = {path: self._digests.get(directory, path) for path in file.seal.inputs}
            return file.seal == build_seal(directory, file.owned, inputs, self._work_trees)
        except (OSError, ValueError, InputError):  # which the check reports
            return False


def _digest(path: str) -> str:
    try:
        return _digest_file(path)
    except FileNotFoundError:
        return _MISSING
    except OSError:
        if not os.path.isdir(path):
            raise
        return checksum("\0".join(_list_contents(path)).encode("utf-8", "surrogateescape"))


def path_from(directory: Path, path: Path) -> str:
    """Return the path of a file from a directory, with "/" on every system. Raises ValueError if there is none."""
    return os.path.relpath(path, directory).replace(os.sep, "/")


def _digest_file(path: str) -> str:
    return checksum(read_bytes(path))


def _list_contents(directory: str, suffixes: tuple[str, ...] = ("",)) -> Iterator[str]:
    """Yield a line for each file below a directory whose name ends with one of `suffixes`, in a stable order."""
    for folder, folders, files in os.walk(directory):
        folders.sort()
        for name in sorted(files):
            if name.endswith(suffixes):
                path = os.path.join(folder, name)
                yield f"{_digest_file(path)} {path_from(Path(directory), Path(path))}"


@functools.cache
def _program_digest() -> str:
    """Return the digest of this program. The version alone does not tell two commits apart."""
    package = Path(__file__).parent.parent
    lines = [__version__, *_list_contents(str(package), (".py",)), *_list_contents(str(find_templates()))]
    return checksum("\0".join(lines).encode())


def _location(directory: Path, work_trees: dict[str, str] | None) -> str:
    """Return where a directory is in its Git repository, which Flux needs to know; "" if it is in none."""
    root = find_work_tree(directory, work_trees)
    return path_from(root, Path(os.path.realpath(directory))) if root else ""
