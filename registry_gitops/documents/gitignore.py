"""What Git ignores, by its files of patterns: `.gitignore` in each directory, and `.git/info/exclude`.

`man gitignore` has the rules. Patterns of the user's own configuration are not read: a clone does not have them.
`.sourceignore` of Flux has the same patterns, and other rules of which one decides.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

SOURCE_IGNORE_FILE: Final = ".sourceignore"
"""Name of the files by which Flux leaves out parts of a repository."""

_SPECIAL: Final = frozenset("*?[\\")
_CLASS: Final = re.compile(r"\[([!^]?)(\]?(?:\[:[a-z]+:\]|\\.|[^\]\\])*)\]")
_CLASSES: Final = {
    "alnum": "A-Za-z0-9",
    "alpha": "A-Za-z",
    "blank": " \\t",
    "digit": "0-9",
    "lower": "a-z",
    "upper": "A-Z",
    "space": "\\s",
    "punct": "!-/:-@\\[-`{-~",
    "xdigit": "0-9A-Fa-f",
}


class _Pattern(NamedTuple):
    text: str
    """A name, if nothing in it is special."""
    regex: re.Pattern[str] | None
    is_negated: bool
    is_for_directories: bool
    is_path: bool
    """Whether it matches a path from the directory of its file, and not a name anywhere."""

    def matches(self, path: str, name: str, is_directory: bool) -> bool:
        if self.is_for_directories and not is_directory:
            return False
        subject = path if self.is_path else name
        return self.regex.fullmatch(subject) is not None if self.regex else subject == self.text


class IgnoreRules:
    """The patterns that apply to a directory: its own, and those of the directories above it."""

    def __init__(
        self, directory: str, patterns: tuple[_Pattern, ...], above: IgnoreRules | None, file_name: str = ".gitignore"
    ) -> None:
        self._directory = directory
        self._patterns = patterns
        self._above = above
        self._file_name = file_name

    @property
    def has_patterns(self) -> bool:
        """Whether anything can be ignored."""
        return bool(self._patterns) or (self._above is not None and self._above.has_patterns)

    def ignores(self, directory: str, name: str, *, is_directory: bool) -> bool:
        """Whether Git ignores an entry of a directory that is not ignored itself. Paths are absolute."""
        rules: IgnoreRules | None = self
        while rules:
            path = _as_bytes(f"{directory}/{name}"[len(rules._directory.rstrip("/")) + 1 :])
            for pattern in reversed(rules._patterns):
                if pattern.matches(path, path.rpartition("/")[2], is_directory):
                    return not pattern.is_negated
            rules = rules._above
        return False

    def ignores_below(self, directory: str, path: str) -> bool:
        """Whether Git ignores a file, or a directory above it, below a directory that is not ignored itself."""
        folders = path.split("/")
        return any(
            self.ignores("/".join((directory, *folders[:depth])), name, is_directory=depth < len(folders) - 1)
            for depth, name in enumerate(folders)
        )

    def leaves_out(self, path: str) -> bool:
        """Whether Flux leaves out a file: the last pattern decides that fits it, or a directory above it.

        So a pattern brings back a file of an excluded directory, other than for Git. The path is absolute.
        """
        rules: IgnoreRules | None = self
        while rules:
            parts = _as_bytes(path[len(rules._directory.rstrip("/")) + 1 :]).split("/")
            tried = [("/".join(parts[:end]), parts[end - 1], end < len(parts)) for end in range(1, len(parts) + 1)]
            for pattern in reversed(rules._patterns):
                if any(pattern.matches(*each) for each in tried):
                    return not pattern.is_negated
            rules = rules._above
        return False

    def below(self, directory: str) -> IgnoreRules:
        """Return the rules of a directory below this one."""
        patterns = _read(f"{directory}/{self._file_name}")
        return IgnoreRules(directory, patterns, self, self._file_name) if patterns else self


def rules_of(directory: str) -> IgnoreRules | None:
    """Return the rules of a directory, with those above it in its repository; None if the directory is ignored."""
    root = _repository_of(directory)
    return _rules_below(IgnoreRules(root, _read(f"{root}/.git/info/exclude"), None), root, directory)


def list_ignored(directory: str, files: Iterable[str]) -> list[str]:
    """Return the files below a directory that Git ignores, if it does not track them: paths from the directory."""
    root = _repository_of(directory)
    above = IgnoreRules(root, _read(f"{root}/.git/info/exclude"), None)
    rules = _rules_below(above, root, directory)
    if rules is None:
        return list(files)
    return [file for file in files if rules.ignores_below(directory, file)] if rules.has_patterns else []


def list_left_out_by_flux(directory: str, files: Iterable[str]) -> list[str]:
    """Return the files below a directory that `.sourceignore` keeps out of what Flux reads: paths from the directory.

    Source: fluxcd.io/flux/components/source/gitrepositories, Excluding files, and github.com/fluxcd/pkg/sourceignore.
    """
    root = _repository_of(directory)
    rules = IgnoreRules(root, (), None, SOURCE_IGNORE_FILE).below(root)
    here = root.rstrip("/")
    for name in directory[len(root) :].strip("/").split("/"):
        here = f"{here}/{name}"
        rules = rules.below(here)
    return [file for file in files if rules.leaves_out(f"{directory}/{file}")] if rules.has_patterns else []


def _rules_below(above: IgnoreRules, root: str, directory: str) -> IgnoreRules | None:
    """Return the rules of a directory below `root`, to which those `above` apply; None if the directory is ignored."""
    rules, here = above.below(root), root
    for name in directory[len(root) :].strip("/").split("/") if directory != root else ():
        if rules.ignores(here, name, is_directory=True):
            return None
        here = f"{here.rstrip('/')}/{name}"
        rules = rules.below(here)
    return rules


def _repository_of(directory: str) -> str:
    """Return the nearest directory with a .git, from this one upwards; this one if there is none."""
    here = directory
    while not os.path.exists(f"{here}/.git"):
        parent = os.path.dirname(here)
        if parent == here:
            return directory
        here = parent
    return here


def _as_bytes(path: str) -> str:
    """Return a character for each byte: a wildcard of Git matches bytes."""
    return path if path.isascii() else os.fsencode(path).decode("latin-1")


def _read(path: str) -> tuple[_Pattern, ...]:
    try:
        with open(path, "rb") as file:
            return tuple(_parse(file.read().removeprefix(b"\xef\xbb\xbf").decode("latin-1")))
    except OSError:
        return ()


def _parse(text: str) -> Iterator[_Pattern]:
    for full_line in text.split("\n"):
        line = re.sub(r"(?<!\\)((?:\\\\)*) +$", r"\1", full_line.removesuffix("\r"))
        if not line or line.startswith("#"):
            continue
        is_negated = line.startswith("!")
        line = line.removeprefix("!")
        is_for_directories = line.endswith("/")
        line = line.removesuffix("/")
        is_path = "/" in line
        line = line.removeprefix("/")
        if not line:
            continue
        regex = None
        if not _SPECIAL.isdisjoint(line):
            expression = _translate(line, is_path)
            if expression is None:
                continue
            regex = re.compile(expression, re.DOTALL)
        yield _Pattern(line, regex, is_negated, is_for_directories, is_path)


def _translate(glob: str, is_path: bool) -> str | None:
    """Return the regular expression of a pattern, or None if it matches nothing."""
    result, position = "", 0
    while position < len(glob):
        character = glob[position]
        stars = re.compile(r"\*+").match(glob, position)
        if stars:
            start, position = position, stars.end()
            is_deep = is_path and stars.end() - start > 1 and (start == 0 or glob[start - 1] == "/")
            if is_deep and position == len(glob):
                result += ".+"
            elif is_deep and glob[position] == "/":
                result, position = f"{result}(?:.*/)?", position + 1
            else:
                result += "[^/]*"
        elif character == "[":
            found = _CLASS.match(glob, position)
            if not found:
                return None
            result, position = result + _class(found[1], found[2]), found.end()
        elif character == "\\":
            if position + 1 == len(glob):
                return None
            result, position = result + re.escape(glob[position + 1]), position + 2
        else:
            result, position = result + ("[^/]" if character == "?" else re.escape(character)), position + 1
    return result


def _class(negation: str, content: str) -> str:
    parts = re.split(r"(\[:[a-z]+:\]|\\.)", content)
    inner = "".join(
        _CLASSES.get(part[2:-2], "")
        if part.startswith("[:")
        else re.escape(part[1])
        if part.startswith("\\")
        else re.sub(r"([\[\]^&~|\\])", r"\\\1", part)
        for part in parts
    )
    return f"(?!/)[{'^' if negation else ''}{inner}]" if inner else "(?!)"
