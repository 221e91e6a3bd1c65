"""Flux: its definitions, and its controllers as processes of the node, with the administrator's rights."""

from __future__ import annotations

import urllib.request
from functools import partial

from tests.e2e.bed.kubectl import create, kubectl
from tests.e2e.bed.place import PROGRAMS, Place
from tests.e2e.bed.processes import Processes
from tests.e2e.bed.waiting import wait_until
from tests.support.tools import STORE

NAMESPACE = "flux-system"
STORAGE = "127.0.0.1:9790"
"""Where the source-controller hands out what it has fetched."""

_ARTIFACTS = "--feature-gates=ExternalArtifact=true"
"""Flux sets it where source-watcher is installed. The bed does not: no Go module has it."""

CONTROLLERS: dict[str, tuple[int, tuple[str, ...]]] = {
    "source-controller": (
        9441,
        ("--storage-path=/var/lib/source", f"--storage-addr={STORAGE}", f"--storage-adv-addr={STORAGE}"),
    ),
    "kustomize-controller": (9442, ("--requeue-dependency=5s", "--concurrent=20", _ARTIFACTS)),
    "helm-controller": (9443, ("--requeue-dependency=5s", "--concurrent=20", _ARTIFACTS)),
}
"""Port of the health check and own options of each controller."""


def start(place: Place, processes: Processes) -> None:
    """Define Flux's objects, and start the controllers, which end at once where a definition is missing."""
    kubectl(place, "apply", "--server-side", "-f", STORE / "cluster" / "crds")
    create(place, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    kubectl(place, "wait", "--for=condition=Established", "--timeout=30s", "crd", "--all")
    (place.var_lib / "source").mkdir()
    for name, (health, options) in CONTROLLERS.items():
        processes.start(
            name,
            PROGRAMS / name,
            *(f"--health-addr=127.0.0.1:{health}", "--metrics-addr=0", *options),
            *("--watch-all-namespaces=true", "--enable-leader-election=false", "--interval-jitter-percentage=0"),
            KUBECONFIG=str(place.kubeconfig),
            RUNTIME_NAMESPACE=NAMESPACE,
        )


def wait(processes: Processes) -> None:
    """Return when all controllers are ready. Raises BedProblem."""
    for name, (health, _) in CONTROLLERS.items():
        wait_until(f"{name} is ready", partial(_is_ready, health), processes.check)


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
            return True
    except OSError:
        return False
