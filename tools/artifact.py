"""Make something once, and again only when what goes into it has changed."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

# What of the environment changes the outcome of a build; GOPROXY and the caches do not.
THAT_COUNT = ("CGO_ENABLED", "GOARCH", "GOFLAGS", "GOOS")


class BuildProblem(Exception):
    """An artifact could not be made; the message ends with one sentence that says which."""


@dataclass(frozen=True)
class Artifact:
    """A file or a folder that one command makes."""

    name: str
    output: str
    """Where it goes, below the workplace's store: `bin/helm`."""
    command: tuple[str, ...]
    """What makes it. `{out}` stands for the output, `{store}` for the store, `{python}` for this interpreter."""
    sources: tuple[str, ...]
    """The files that go into it, as patterns below the root."""
    folder: str = "."
    """Where the command runs, below the root."""
    made_from: tuple["Artifact", ...] = ()
    """Artifacts that go into it."""
    chatter: str = r"(?!)"
    """Lines of output that begin like this tell of progress, and are not shown as the reason of a failure."""


@dataclass(frozen=True)
class Workplace:
    """Where artifacts are made, and with what."""

    root: Path
    store: Path
    environment: Mapping[str, str]
    versions: tuple[str, ...]
    """Of the compiler and whatever else goes into every artifact."""

    def key(self, artifact: Artifact) -> str:
        """Return a digest of all that goes into the artifact."""
        parts = {
            "command": artifact.command,
            "environment": {name: self.environment.get(name, "") for name in THAT_COUNT},
            "made from": [self.key(source) for source in artifact.made_from],
            "sources": {str(file.relative_to(self.root)): digest(file) for file in self.sources(artifact)},
            "versions": self.versions,
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def sources(self, artifact: Artifact) -> Iterator[Path]:
        """Yield the files that go into the artifact; a pattern that finds none is a mistake in the table."""
        for pattern in artifact.sources:
            found = sorted(self.root.glob(pattern))
            if not found:
                raise BuildProblem(f"{artifact.name} is to be made from {pattern}, and there is no such file.")
            yield from found

    def is_current(self, artifact: Artifact) -> bool:
        """Tell whether the artifact is there and was made from what is here now."""
        note = self._note(artifact)
        return (self.store / artifact.output).exists() and note.exists() and note.read_text() == self.key(artifact)

    def make(self, artifact: Artifact) -> None:
        """Make the artifact. What was there before stays until the new one is complete."""
        draft = self.store / "new" / artifact.name
        shutil.rmtree(draft.parent, ignore_errors=True)
        draft.parent.mkdir(parents=True)
        places = {"{out}": str(draft), "{store}": str(self.store), "{python}": sys.executable}
        self._run(artifact, [_fill(word, places) for word in artifact.command])

        output, note = self.store / artifact.output, self._note(artifact)
        for folder in (output.parent, note.parent):
            folder.mkdir(parents=True, exist_ok=True)
        note.unlink(missing_ok=True)
        if output.is_dir():
            shutil.rmtree(output)
        draft.replace(output)
        note.write_text(self.key(artifact))

    def _note(self, artifact: Artifact) -> Path:
        return self.store / "keys" / artifact.name

    def _run(self, artifact: Artifact, command: list[str]) -> None:
        """Run the command, with its last line of output as progress on a terminal, and all of it on failure."""
        said: list[str] = []
        start = time.monotonic()
        with subprocess.Popen(
            command,
            cwd=self.root / artifact.folder,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            for line in process.stdout or ():
                said.append(line)
                show_progress(f"{artifact.name}: {time.monotonic() - start:.0f} s, {line.strip()}")
        show_progress("")
        if process.returncode != 0:
            reasons = "".join(line for line in said if not re.match(artifact.chatter, line))
            raise BuildProblem(f"{reasons}{artifact.name} could not be built: exit status {process.returncode}.")


def digest(file: Path) -> str:
    """Return the SHA-256 of a file's content."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def show_progress(text: str) -> None:
    """Put `text` in place of the last progress line, where somebody is looking."""
    if sys.stderr.isatty():
        width = shutil.get_terminal_size().columns - 1
        print(f"\r\033[K{text[:width]}", end="", file=sys.stderr, flush=True)


def _fill(word: str, places: Mapping[str, str]) -> str:
    for name, place in places.items():
        word = word.replace(name, place)
    return word
