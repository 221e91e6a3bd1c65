"""The commit of a move: the old manifests leave their files, and the rendered directory takes their place.

The commands show no line of a file: a manifest can hold a secret. Each applies to a file as it was imported, and leaves
another one alone, so that it can run twice.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import join, quote
from typing import Final

from registry_gitops.documents import Manifest, YAMLDocument

_SUBJECT: Final = "Deploy the registry by registry-gitops"
_LISTS: Final = ("resources", "bases")


@dataclass(frozen=True)
class FileEdit:
    """Lines that leave a file, which keeps others."""

    file: str
    what: Sequence[str]
    """What the lines are: Deployment/media/registry."""
    program: str = ""
    """The edit as a program of awk; "" if a person must make it."""

    def commands(self) -> Iterator[str]:
        """Return the edit as commands."""
        file, what = quote(self.file), ", ".join(self.what)
        if not self.program:
            yield f"# Edit {self.file}: {what}. Only then continue:"
            yield f"git diff --quiet HEAD -- {file} && {{ echo {quote(f'Edit {self.file} first')}; false; }}"
            return
        content = Path(self.file).read_bytes()
        digest = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
        new = quote(f"{self.file}.new")
        yield f"# In {self.file}: {what}. If it is not as it was imported, edit it by hand:"
        yield f'test "$(git hash-object --no-filters {file})" != {digest} ||'
        yield f"  {{ awk {quote(self.program)} {file} >{new} && mv {new} {file}; }}"


@dataclass(frozen=True)
class GitChanges:
    """What the commit changes, apart from the rendered directory."""

    removed: Sequence[str] = ()
    """Files that hold nothing but what is replaced."""
    edited: Sequence[FileEdit] = ()
    """Files that hold something else too."""


def find_changes(
    manifests: Sequence[Manifest], replaced: set[int], documents: Sequence[YAMLDocument], output: Path
) -> GitChanges:
    """Return what the commit changes, in the order read. What runs in a cluster has no file.

    `replaced` are the ids of the manifests that are made anew, and `documents` has the kustomization files.
    """
    files: dict[str, list[Manifest]] = {}
    for manifest in manifests:
        if Path(manifest.document.source.name).is_file():
            files.setdefault(manifest.document.source.name, []).append(manifest)
    leaving = {file: [each for each in held if id(each) in replaced] for file, held in files.items()}
    removed = [file for file, held in files.items() if leaving[file] == held]
    edited = [_take_out(file, found) for file, found in leaving.items() if found and file not in removed]
    changed = {Path(file).resolve(): file in removed for file, found in leaving.items() if found}
    lists = [edit for each in documents if (edit := _list_instead(each, changed, output))]
    return GitChanges(removed, [*edited, *lists])


def commit(changes: GitChanges, directory: Path) -> list[str]:
    """Return the commands that replace the old manifests in Git."""
    steps = ["# Replace the old manifests in Git. The one of the claim stays:"]
    if changes.removed:
        steps.append(f"git rm --quiet --ignore-unmatch {join(changes.removed)}")
    for edit in changes.edited:
        steps += edit.commands()
    added = join([*(edit.file for edit in changes.edited), str(directory)])
    return [
        *steps,
        f"git add {added}",
        "git diff --cached --name-status",
        f'git diff --cached --quiet || git commit --quiet -m "{_SUBJECT}"',
        "git push",
        f"# You should see only these files, and those of {directory}. If others merge commits, wait for that.",
    ]


def revert() -> list[str]:
    """Return the commands that take the commit back."""
    return [f"git revert --no-edit \"$(git log -1 --format=%H --grep='^{_SUBJECT}')\"", "git push"]


def _take_out(file: str, leaving: Sequence[Manifest]) -> FileEdit:
    """Take whole documents out of a file; entries of a List are for a person."""
    names = [f"take out {', '.join(each.identity for each in leaving)}, and leave what else is in it"]
    if any(each.path for each in leaving):
        return FileEdit(file, names)
    ranges = []
    for document in (each.document for each in leaving):
        last = document.first_line + document.text.rstrip("\n").count("\n")
        ranges.append(f"NR >= {document.first_line} && NR <= {last}")
    return FileEdit(file, names, f"!({' || '.join(ranges)})")


def _list_instead(kustomization: YAMLDocument, changed: dict[Path, bool], output: Path) -> FileEdit | None:
    """List the rendered directory in a kustomization file that lists a changed file; a removed one leaves it."""
    file = Path(kustomization.source.name)
    folder = file.resolve().parent
    if not isinstance(kustomization.value, dict) or not file.is_file() or folder == output.resolve():
        return None
    found = [
        (kustomization.position((key, index)), str(entry), changed[path])
        for key in _LISTS
        for index, entry in enumerate(kustomization.value.get(key) or ())
        if (path := (folder / str(entry)).resolve()) in changed
    ]
    if not found:
        return None
    new = os.path.relpath(output.resolve(), folder)
    gone = [entry for _, entry, is_removed in found if is_removed]
    what = [f"list {new} instead of {', '.join(gone)}" if gone else f"list {new}"]
    lines = kustomization.source.text.split("\n")
    (first, column), *_ = [position for position, _, _ in found]
    indent = lines[first - 1][: column - 1]
    if indent.strip() != "-" or "'" in new or '"' in new or "\\" in new:
        return FileEdit(str(file), what)
    out = " || ".join(f"NR == {line}" for (line, _), _, is_removed in found if is_removed)
    program = f'NR == {first} {{ print "{indent}{new}" }} {f"!({out})" if out else "1"}'
    return FileEdit(str(file), what, program)
