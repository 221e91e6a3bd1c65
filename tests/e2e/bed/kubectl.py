"""kubectl, as the cluster's administrator."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.e2e.bed.place import Place
from tests.e2e.bed.waiting import BedProblem


def kubectl(place: Place, *words: str | Path, said: str | None = None) -> str:
    """Return what kubectl prints; `said` is its input. Raises BedProblem with its complaint."""
    command = ["kubectl", "--kubeconfig", place.kubeconfig, *words]
    done = subprocess.run(command, input=said, capture_output=True, text=True)
    if done.returncode != 0:
        raise BedProblem(f"kubectl {' '.join(map(str, words))}: {done.stderr.strip()}")
    return done.stdout


def create(place: Place, *objects: Mapping[str, object]) -> None:
    """Create objects, or raise BedProblem."""
    kubectl(place, "create", "-f", "-", said="\n---\n".join(map(json.dumps, objects)))
