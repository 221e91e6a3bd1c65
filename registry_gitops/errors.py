"""What is said of bad input: each problem once, with its place and what to do. Shown in one place, the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from registry_gitops.masking import mask


@dataclass(frozen=True)
class Problem:
    """One problem in an input file or option, without credentials.

    `line` and `column` count from 1; `path` is the key, such as values.replicaCount.
    """

    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    path: str = ""

    def __post_init__(self) -> None:
        """Mask what the user wrote: a password may stand where a key or a file was meant."""
        for name in ("message", "path", *(["file"] if self.file else [])):
            object.__setattr__(self, name, mask(getattr(self, name)))

    def __str__(self) -> str:
        """Format as compilers do: file:line:column: path: message."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        return ": ".join(part for part in (place, self.path, self.message) if part)


class InputError(Exception):
    """Input that cannot be used: a description, an option, or a folder to write to. Nothing was written."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    @classmethod
    def of(cls, message: str, file: object = None) -> InputError:
        """The error for a single problem of a file as a whole, or of no file."""
        return cls([Problem(message, None if file is None else str(file))])

    def in_file(self, file: object) -> InputError:
        """Return the error with `file` in each problem that names no file."""
        return InputError(replace(problem, file=problem.file or str(file)) for problem in self.problems)

    def with_keys(self, names: Mapping[str, str]) -> InputError:
        """Return the error with each key as `names` has it, for example the option of a key: name -> --name."""
        return InputError(replace(problem, path=names.get(problem.path, problem.path)) for problem in self.problems)


class EditedError(InputError):
    """Files of ours that somebody edited: they are kept. Nothing was written."""
