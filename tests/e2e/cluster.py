"""The cluster that the scenarios run on, whoever has started it: what E2E_KUBECONFIG leads to."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

from registry_gitops.cluster import port_forward

Object = Mapping[str, Any]
"""A Kubernetes object, as kubectl prints it."""

Found = TypeVar("Found")

BETWEEN = 0.2
"""Least number of seconds between two looks at something that is waited for."""

PAUSE = 2
"""The pause after a look is at least this many times as long as the look: stories that wait need less of the CPU."""


class NoCluster(Exception):
    """There is none; the message says how to get one."""


@dataclass(frozen=True)
class Cluster:
    """A Kubernetes cluster with Flux: the one that KUBECONFIG leads to, for this process and those that it starts."""

    kubeconfig: Path
    address: str
    """Where its Flux controllers reach a server of this process."""
    bed: Path | None
    """Folder of our own test bed; None on somebody else's cluster."""

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """The one that the environment names: E2E_KUBECONFIG, E2E_ADDRESS (default 127.0.0.1), E2E_BED.

        Raises NoCluster.
        """
        if not environment.get("E2E_KUBECONFIG"):
            raise NoCluster("no cluster: run `make e2e`, or set E2E_KUBECONFIG to that of a cluster with Flux")
        bed = environment.get("E2E_BED")
        address = environment.get("E2E_ADDRESS", "127.0.0.1")
        return cls(Path(environment["E2E_KUBECONFIG"]), address, Path(bed) if bed else None)

    def kubectl(self, *words: str, said: str | None = None) -> str:
        """What kubectl prints; `said` is its stdin. Raises AssertionError with its complaint where it fails."""
        done = self.kubectl_does(*words, said=said)
        assert done.returncode == 0, f"kubectl {' '.join(words)}: {done.stderr}"
        return done.stdout

    def kubectl_does(self, *words: str, said: str | None = None) -> subprocess.CompletedProcess[str]:
        """How kubectl ends, well or not."""
        return subprocess.run(["kubectl", *words], input=said, capture_output=True, text=True, timeout=120)

    def apply(self, *objects: Object) -> None:
        """Create these, or make them so."""
        self.kubectl("apply", "-f", "-", said="\n---\n".join(map(json.dumps, objects)))

    def get(self, kind: str, name: str, namespace: str = "default") -> dict[str, Any] | None:
        """An object; None where there is none of that name."""
        text = self.kubectl("get", kind, name, "-n", namespace, "--ignore-not-found", "-o", "json")
        return json.loads(text) if text else None

    def select(self, kind: str, namespace: str, selector: str = "") -> list[dict[str, Any]]:
        """The objects of a kind, those that labels select."""
        items: list[dict[str, Any]] = json.loads(
            self.kubectl("get", kind, "-n", namespace, "-l", selector, "-o", "json")
        )["items"]
        return items

    def forward(self, namespace: str, port: int | str = "http") -> AbstractContextManager[str]:
        """HOST:PORT on loopback that leads to the registry of a namespace; by the port-forward of our product."""
        return port_forward(namespace, "svc/docker-registry", port)


def until(what: str, look: Callable[[], Found | None], seconds: float = 60) -> Found:
    """What `look` gives, once it gives something. AssertionError that names `what` after so many seconds.

    An AssertionError of `look` is a no, and the last one is shown.
    """
    deadline = time.monotonic() + seconds
    while True:
        start = time.monotonic()
        reason = "it was not so"
        try:
            found = look()
        except AssertionError as no:
            found, reason = None, str(no)
        if found:
            return found
        assert time.monotonic() < deadline, f"no {what} within {seconds:g} s: {reason}"
        time.sleep(max(BETWEEN, PAUSE * (time.monotonic() - start)))


def condition(found: Object | None, kind: str = "Ready") -> Object:
    """One of an object's conditions; empty where it has none of that type, or is not there."""
    conditions = (found or {}).get("status", {}).get("conditions", ())
    return next((each for each in conditions if each["type"] == kind), {})


def is_ready(found: Object | None) -> bool:
    """Whether a Flux object is Ready, and not only as it was before its last change."""
    if found is None or condition(found).get("status") != "True":
        return False
    return bool(found["status"].get("observedGeneration") == found["metadata"]["generation"])


def is_not_ready(found: Object | None) -> bool:
    """Whether a Flux object has been tried as it is now, and failed."""
    ready = condition(found)
    # Not that of the status: it stays behind for as long as nothing has come of this generation.
    return found is not None and (ready.get("status"), ready.get("observedGeneration")) == (
        "False",
        found["metadata"]["generation"],
    )
