"""A move as an operator makes it: the commands that `registry-gitops import` prints, one after the other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import requests

from tests.e2e.cluster import until
from tests.e2e.fleet import FOLDER, Fleet, git
from tests.e2e.pushes import Pushes, repository
from tests.support.tools import tool

_COMMITTER = {
    "GIT_AUTHOR_NAME": "e2e",
    "GIT_AUTHOR_EMAIL": "e2e@example.com",
    "GIT_COMMITTER_NAME": "e2e",
    "GIT_COMMITTER_EMAIL": "e2e@example.com",
}


class PrintedMove(NamedTuple):
    """The commands that `import` prints."""

    steps: list[str]
    rollback: list[str]


def import_registry(fleet: Fleet, *source: str) -> PrintedMove:
    """Import a registry into its folder of the work tree, and return the commands to run."""
    report = json.loads(fleet.cli("import", *source, "--output-dir", FOLDER, "--output", "json").out)
    fleet.describe(source={"name": fleet.name})
    return PrintedMove(report["steps"], report["rollback"])


def wait_until_serving(fleet: Fleet, kind: str) -> None:
    """Wait for a registry of plain manifests, which is available before it listens: it has no probe."""

    def is_serving() -> bool:
        found = fleet.cluster.get(kind, "docker-registry", fleet.namespace)
        if not (found and found["status"].get("availableReplicas")):
            return False
        with suppress(requests.ConnectionError), fleet.cluster.forward(fleet.namespace) as address:
            return bool(repository(address).ask("GET", "tags/list").status_code)
        return False

    until("registry of plain manifests", is_serving, 180)


def run_commands(fleet: Fleet, commands: list[str], programs: Path) -> None:
    """Run the commands in the work tree, as a script, with the programs of this run."""
    programs.mkdir(exist_ok=True)
    program = programs / "registry-gitops"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m registry_gitops "$@"\n')
    program.chmod(0o755)
    git(fleet.tree, "config", "push.default", "current")
    path = f"{programs}:{tool('flux').parent}:{os.environ['PATH']}"
    environment = {**os.environ, **_COMMITTER, "PATH": path}
    done = subprocess.run(
        ["sh", "-exc", "\n".join(commands)],
        cwd=fleet.tree,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"


def move_during_pushes(fleet: Fleet, printed: PrintedMove, programs: Path, port: int | str = "http") -> None:
    """Move a registry by the printed steps while clients push to it, and lose nothing that was acknowledged."""
    with Pushes(fleet.cluster, fleet.namespace, port) as clients:
        clients.go_on()
        run_commands(fleet, printed.steps, programs)
        fleet.ready()
        clients.go_on()
    assert len(clients.acknowledged) >= 16
    assert clients.lost() == []
