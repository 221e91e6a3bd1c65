"""States that no cause explains: status says what it saw, and guesses nothing."""

from __future__ import annotations

from typing import Any, Final

from tests.cluster.states.state import State, changed, edit, waiting, without


def _never_ran(pod: dict[str, Any]) -> None:
    pod["status"]["containerStatuses"][0].update(lastState={}, restartCount=0)


STATES: Final[tuple[State, ...]] = (
    State(
        "a container waits for a reason that no kubelet had before",
        "",
        changed(
            "crash-loop",
            waiting("SealingFailed", "the seal of the enclave broke"),
            edit("Pod", _never_ran),
            without("Event"),
        ),
        ("unknown",),
        (
            "the Pod fails",
            "SealingFailed: the seal of the enclave broke",
            "healthy: GitRepository/flux-system/flux-system",
        ),
        ("kubectl describe pod docker-registry-6ff469cc7f-f9xdp -n docker-registry",),
        never=("values.", "wait for"),
    ),
)
