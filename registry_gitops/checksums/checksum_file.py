"""`.registry-gitops.sha256`: a list in the format of sha256sum, and comments, which sha256sum skips, with the seal."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from registry_gitops.errors import InputError
from registry_gitops.filenames import CHECKSUM_FILE

_LINE: Final = re.compile("([0-9a-f]{64})  ([^\0]+)")
_CHUNK: Final = 2**20
_FLAGS: Final = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
_ABOVE: Final = re.compile(r"^(\.\./)+")
_SEAL: Final = "# unchanged: "
_INPUT: Final = "# with: "

Owned = Mapping[str, frozenset[str]]
"""Path -> checksums that we wrote. A path has two if a run was killed between its first and last rename."""


@dataclass(frozen=True)
class Seal:
    """What a rendering was made from, when its last check found nothing."""

    digest: str
    """One digest of this program, of the rendered files, and of all that `inputs` names."""
    inputs: tuple[str, ...]
    """Paths from the output directory: the config file, those that it extends, and all else that was looked at."""


@dataclass(frozen=True)
class ChecksumFile:
    """The content of a checksum file."""

    owned: Owned = field(default_factory=dict)
    seal: Seal | None = None

    def format(self) -> str:
        """Return the text of the file."""
        lines = [f"{checksum}  {path}" for path in sorted(self.owned) for checksum in sorted(self.owned[path])]
        if self.seal:
            lines += [f"{_SEAL}{self.seal.digest}", *(f"{_INPUT}{path}" for path in self.seal.inputs)]
        return "".join(f"{line}\n" for line in lines)


def read_checksum_file(directory: Path | str) -> ChecksumFile | None:
    """Return the content of the checksum file in `directory`; None if there is none.

    Raises OSError, and InputError for a line that is neither a checksum nor a comment.
    """
    path = f"{directory}/{CHECKSUM_FILE}"
    try:
        text = read_bytes(path).decode("utf-8", "replace")
    except (FileNotFoundError, NotADirectoryError):
        return None
    owned: dict[str, frozenset[str]] = {}
    comments = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("#"):
            comments.append(line)
            continue
        match = _LINE.fullmatch(line)
        if not match or not _is_rendered(match[2]):
            raise InputError.single("is not a line of this list: restore the file from Git", Path(path), number, 1)
        owned[match[2]] = owned.get(match[2], frozenset()) | {match[1]}
    return ChecksumFile(owned, _parse_seal(comments))


def read_bytes(path: str) -> bytes:
    """Return the content of a file. Half of the time of `open` is spent on what a small file does not need.

    Raises OSError, also for what is no regular file, such as a device without an end, or a pipe without a writer.
    """
    descriptor = os.open(path, _FLAGS)
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            code = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
            raise OSError(code, os.strerror(code) if stat.S_ISDIR(mode) else "not a regular file", path)
        parts = []
        while part := os.read(descriptor, _CHUNK):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(descriptor)


def _is_rendered(path: str) -> bool:
    """Return whether a path can be that of a rendered file: below the directory, or a manifest outside of it."""
    below = _ABOVE.sub("", path) if path.endswith((".yaml", ".yml")) else path
    return not below.startswith("/") and ".." not in below.split("/")


def _parse_seal(comments: list[str]) -> Seal | None:
    digest = next((line.removeprefix(_SEAL) for line in comments if line.startswith(_SEAL)), None)
    inputs = tuple(line.removeprefix(_INPUT) for line in comments if line.startswith(_INPUT))
    return Seal(digest, inputs) if digest and inputs else None


def checksum(content: bytes) -> str:
    """Return the SHA-256 in hexadecimal digits, as sha256sum prints it."""
    return hashlib.sha256(content).hexdigest()
