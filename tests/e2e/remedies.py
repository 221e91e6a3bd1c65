"""The commands that a remedy names, run as a person runs them: whole, in a shell, by the programs themselves."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

PROGRAMS = ("kubectl", "flux", "helm", "registry-gitops")


def list_commands(remedy: str, program: str = "") -> list[str]:
    """The commands of a remedy, in their order; with `program` those of this one."""
    programs = "|".join((program,) if program else PROGRAMS)
    return [found[1] for found in re.finditer(rf"`((?:{programs}) [^`]+)`", remedy)]


def run(command: str) -> str:
    """What it prints; it has to succeed."""
    done = attempt(command)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def run_first(remedy: str, program: str) -> str:
    """Run the first command of a program."""
    commands = list_commands(remedy, program)
    assert commands, remedy
    return run(commands[0])


def attempt(command: str, folder: Path | None = None, said: str | None = None) -> subprocess.CompletedProcess[str]:
    """How it ends, well or not; in a folder, with `said` on its stdin. An editor that it opens changes nothing."""
    shell = ("bash", "-o", "pipefail", "-c", command)
    environment = {**os.environ, "KUBE_EDITOR": "true"}
    return subprocess.run(
        shell, cwd=folder, input=said, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
