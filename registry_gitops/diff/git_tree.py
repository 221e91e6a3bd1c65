"""The files of a revision of Git, which are read without a work tree."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Final

from registry_gitops.errors import InputError
from registry_gitops.git_repository import QUIET_GIT
from registry_gitops.masking import quote

_TIMEOUT: Final = 60.0
"""Seconds for one command of git."""
_MERGE_BASE: Final = "..."
_MOST: Final = 100
"""Revisions that are looked at in the history of a file."""


class GitTree:
    """The files of one revision of the Git repository that a directory is in."""

    def __init__(self, directory: Path, revision: str) -> None:
        """Find the repository and the revision. Raises InputError if there is none.

        A repository without a commit has no files, if the revision is HEAD.
        """
        top = _git(directory, "rev-parse", "--show-toplevel")
        self.root: Final = Path(os.fsdecode(top.removesuffix(b"\n")))
        self.revision: Final = revision
        """The revision as it was named."""
        self._commit: Final = _find_commit(self.root, revision)
        self._texts = dict[str, str]()
        self._read = dict[tuple[tuple[str, str], ...], Mapping[str, str]]()

    def place_of(self, directory: Path) -> str:
        """Return the path of a directory from the root of the repository, with slashes."""
        return Path(os.path.relpath(directory.resolve(), self.root.resolve())).as_posix()

    @cached_property
    def ids(self) -> Mapping[str, str]:
        """The path of each file, from the root of the repository -> the ID of its content."""
        if not self._commit:
            return {}
        listed = _git(self.root, "ls-tree", "-r", "-z", "--full-tree", self._commit)
        entries = (os.fsdecode(entry).partition("\t") for entry in listed.split(b"\0") if entry)
        return {path: about.split()[2] for about, _, path in entries}

    @cached_property
    def changed(self) -> frozenset[str]:
        """The paths, from the root of the repository, of the files that differ in the work tree, or are new there."""
        if not self._commit:
            return frozenset()
        options = ("--name-only", "-z", "--no-renames", "--no-ext-diff", "--ignore-submodules=dirty")
        differing = _git(self.root, "diff", *options, self._commit, "--")
        new = _git(self.root, "ls-files", "--others", "--exclude-standard", "-z")
        return frozenset(os.fsdecode(path) for path in (*differing.split(b"\0"), *new.split(b"\0")) if path)

    @cached_property
    def is_shallow(self) -> bool:
        """Whether the repository is a clone without the whole history."""
        return _git(self.root, "rev-parse", "--is-shallow-repository").strip() == b"true"

    def find_earlier(self, path: str) -> Iterator[GitTree]:
        """Yield the revisions that changed a file, from this one back, newest first, at most 100."""
        if self._commit:
            listed = _git(self.root, "log", "--format=%H", f"--max-count={_MOST}", self._commit, "--", path)
            yield from (GitTree(self.root, commit) for commit in listed.decode().split())

    def read(self, paths: Collection[str]) -> dict[str, str]:
        """Return path -> text of those of `paths` that are files of this revision. What is no UTF-8 is replaced."""
        present = {path: self.ids[path] for path in paths if path in self.ids}
        missing = list(dict.fromkeys(each for each in present.values() if each not in self._texts))
        if missing:
            output = _git(self.root, "cat-file", "--batch", stdin="".join(f"{each}\n" for each in missing).encode())
            self._texts.update(zip(missing, _split_batch(output, len(missing)), strict=True))
        return {path: self._texts[each] for path, each in present.items()}

    def read_below(self, directory: str) -> Mapping[str, str]:
        """Return path -> text of the files below a directory, relative to it, or of a file ".". Both from the root."""
        if directory in self.ids:
            return {".": self.read([directory])[directory]}
        prefix = "" if directory == "." else f"{directory}/"
        paths = [path for path in self.ids if path.startswith(prefix)]
        content = tuple((path.removeprefix(prefix), self.ids[path]) for path in paths)
        if content not in self._read:  # Many deployments have the same chart.
            self._read[content] = {path.removeprefix(prefix): text for path, text in self.read(paths).items()}
        return self._read[content]


def read_texts(directory: Path, names: Iterable[str]) -> dict[str, str]:
    """Return path -> text of those of `names` that are files in `directory`. What is no UTF-8 is replaced."""
    texts = {}
    for name in sorted(names):
        with suppress(OSError):
            # The directory need not exist: then no system follows ".." in it.
            path = Path(os.path.normpath(directory.absolute() / name))
            texts[Path(name).as_posix()] = path.read_text("utf-8", "replace")
    return texts


def _split_batch(output: bytes, count: int) -> list[str]:
    """Return the texts of the output of `git cat-file --batch`: a line `ID TYPE SIZE`, the content, and a newline."""
    texts, start = list[str](), 0
    for _ in range(count):
        end = output.index(b"\n", start)
        _, kind, size = output[start:end].split(b" ")
        content = output[end + 1 : end + 1 + int(size)]
        # A submodule is a commit, and no file.
        texts.append(content.decode("utf-8", "replace") if kind == b"blob" else "")
        start = end + 1 + int(size) + 1
    return texts


def _find_commit(root: Path, revision: str) -> str:
    """Return the ID of a revision, or "" for the HEAD of a repository without a commit.

    `REF...` is where HEAD left REF, as `git diff` has it.
    """
    name = revision.removesuffix(_MERGE_BASE) or "HEAD"
    words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    found = _run(root, words)
    if found.returncode == 0 and name != revision:
        found = _run(root, ("merge-base", found.stdout.decode().strip(), "HEAD"))
    if found.returncode == 0:
        return found.stdout.decode().strip()
    if revision == "HEAD":
        return ""
    is_shallow = _run(root, ("rev-parse", "--is-shallow-repository")).stdout.strip() == b"true"
    remedy = "fetch more of the history (this clone is shallow)" if is_shallow else "fetch it"
    raise InputError.single(f"no commit {quote(revision)} in this repository: {remedy}, or pass another one", key="REF")


def _git(directory: Path, *words: str, stdin: bytes = b"") -> bytes:
    done = _run(directory, words, stdin)
    if done.returncode == 0:
        return done.stdout
    message = " ".join(done.stderr.decode("utf-8", "replace").split()).removeprefix("fatal: ")
    if "not a git repository" in message:
        message = "is in no Git repository, so there is no commit to compare with"
    raise InputError.single(message, directory)


def _run(directory: Path, words: Sequence[str], stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = ["git", *QUIET_GIT, "-C", str(directory), *words]
    environment = {**os.environ, "LC_ALL": "C"}
    try:
        return subprocess.run(  # noqa: S603 - no shell, and the words are the user's own
            command, input=stdin, capture_output=True, timeout=_TIMEOUT, check=False, env=environment
        )
    except FileNotFoundError:
        raise InputError.single("cannot run git: not found on PATH: install it") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError.single(f"cannot run git: {error}") from None
