"""Generated files that are committed, because making them needs more than `make check` should fetch."""

import hashlib
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class CommittedFolder:
    """A directory of generated files, with a note of the digests of their sources and of themselves."""

    root: Path
    folder: str
    """The directory, below the root."""
    sources: tuple[str, ...]
    """The files that the generated ones depend on, as patterns below the root."""
    generated: str = "*/*.json"
    """The generated files, as a pattern below the directory."""

    @property
    def path(self) -> Path:
        """The directory itself."""
        return self.root / self.folder

    @property
    def note(self) -> Path:
        """The file that records the digests of the last run."""
        return self.path / "made-of.json"

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 of each source and of each generated file."""
        files = [file for pattern in self.sources for file in sorted(self.root.glob(pattern))]
        files += sorted(file for file in self.path.glob(self.generated))
        return {str(file.relative_to(self.root)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    def is_fresh(self) -> bool:
        """Tell whether nothing has changed since the files were made."""
        return self.note.exists() and self.digests() == json.loads(self.note.read_text(encoding="utf-8"))

    def update(self, arguments: Sequence[str], make: Callable[[Path], int]) -> int:
        """Call `make` with the directory if it is stale, and record the digests; with `--check`, only report.

        Return the exit status: 0 if all is fresh, 1 if it is stale under `--check`, else what `make` returns.
        """
        if self.is_fresh():
            return 0
        if "--check" in arguments:
            print(f"{self.folder} is stale or edited by hand: `make generate` makes it anew.", file=sys.stderr)
            return 1
        status = make(self.path)
        if status == 0:
            self.note.write_text(json.dumps(self.digests(), indent=1) + "\n", encoding="utf-8")
        return status
