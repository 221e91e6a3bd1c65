"""Make the virtual environment: `python -m tools.environment [--venv .venv] requirements/dev.txt`.

Standard library only, for it runs before anything is installed. A note in the environment says what it was made of:
the interpreter, the place, the content of each requirements file and pyproject.toml. What the note has is not done
again; when a requirements file changes, the environment is made anew, so that nothing stays which is no longer named.
"""

import argparse
import hashlib
import json
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.lock import locked

ROOT = Path(__file__).resolve().parent.parent
NOTE = "made-of.json"
PROJECT = "pyproject.toml"


class EnvironmentProblem(Exception):
    """The environment cannot be made; the message is one sentence for the person who runs make."""


def main(arguments: list[str] | None = None) -> int:
    """Make or complete the environment and return the exit status: 0, or 2 when it cannot be made."""
    parser = argparse.ArgumentParser(prog="python -m tools.environment", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv", help="the environment's folder (%(default)s)")
    parser.add_argument("requirements", nargs="+", type=Path, help="requirements files to install, pinned and complete")
    options = parser.parse_args(arguments)
    try:
        with locked(ROOT / ".tools" / f"environment-{options.venv.name}.lock"):
            ensure(options.venv.absolute(), [file.resolve() for file in options.requirements])
    except EnvironmentProblem as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


def ensure(venv: Path, requirements: list[Path]) -> None:
    """Bring `venv` to where it holds every requirements file and the project itself, editable."""
    start = time.monotonic()
    note = read_note(venv)
    if any(now != note[what] for what, now in state(note, venv).items() if what != PROJECT):
        note = {}
    wanted = state(["interpreter", "place", PROJECT, *(str(file.relative_to(ROOT)) for file in requirements)], venv)
    if all(note.get(what) == now for what, now in wanted.items()):
        return
    if not note:
        create(venv)
    for what, now in wanted.items():
        if what.endswith(".txt") and note.get(what) != now:
            print(f"{venv.name}: installing {what}", file=sys.stderr, flush=True)
            pip(venv, f"install {what}", "install", "--no-deps", "-r", str(ROOT / what))
    pip(venv, "install the project", "install", "--no-deps", "--no-build-isolation", "-e", str(ROOT))
    pip(venv, "find every dependency pinned", "check")
    write_note(venv, note | wanted)
    took = time.monotonic() - start
    print(f"{venv.name}: ready with Python {platform.python_version()}, {took:.1f} s", file=sys.stderr, flush=True)


def state(parts: Iterable[str], venv: Path) -> dict[str, str]:
    """Say what each part is now: the interpreter, the place of environment and project, or a file by its content."""
    return {part: fingerprint(part, venv) for part in parts}


def fingerprint(part: str, venv: Path) -> str:
    """Return the present state of one part of the note."""
    if part == "interpreter":
        return f"{platform.python_version()} {sys.base_prefix}"
    if part == "place":  # an environment that was moved or copied does not work: its scripts hold absolute paths
        return f"{venv} {ROOT}"
    digest = hashlib.sha256()
    for file in with_includes(ROOT / part):
        digest.update(file.read_bytes() if file.exists() else b"missing")
    return digest.hexdigest()


def with_includes(file: Path) -> Iterator[Path]:
    """Yield a requirements file and the files that its `-r` lines name."""
    yield file
    if file.suffix == ".txt" and file.exists():
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith("-r "):
                yield from with_includes(file.parent / line.removeprefix("-r ").strip())


def create(venv: Path) -> None:
    """Make an empty environment in place of whatever is there."""
    shutil.rmtree(venv, ignore_errors=True)
    done = subprocess.run([sys.executable, "-m", "venv", str(venv)], capture_output=True, text=True)
    if done.returncode != 0:
        reason = (done.stdout + done.stderr).strip().splitlines()[-1:]
        raise EnvironmentProblem(f"{sys.executable} could not make a virtual environment in {venv}: {' '.join(reason)}")


def pip(venv: Path, purpose: str, *arguments: str) -> None:
    """Run the environment's own pip; what it says is shown when it fails."""
    command = [str(venv / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
    if done.returncode != 0:
        raise EnvironmentProblem(f"{done.stdout.strip()}\npip could not {purpose} (exit status {done.returncode}).")


def read_note(venv: Path) -> dict[str, str]:
    """Return what the environment was made of; nothing when it was never finished."""
    try:
        note = json.loads((venv / NOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def write_note(venv: Path, note: dict[str, str]) -> None:
    """Write the note in one step: an interrupted run leaves an environment that is made anew."""
    draft = venv / f"{NOTE}.new"
    draft.write_text(json.dumps(note, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    draft.replace(venv / NOTE)


if __name__ == "__main__":
    sys.exit(main())
