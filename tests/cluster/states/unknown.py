"""States that no cause explains: status says what it saw, and guesses nothing."""

from __future__ import annotations

from typing import Any, Final

from tests.cluster.states.state import State, changed, condition, edit, log, waiting, without


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
    State(
        "the last line of the log is not known",
        "https://github.com/distribution/distribution/blob/main/registry/registry.go",
        changed("crash-loop", log("panic: the flux capacitor is not charged"), without("Event")),
        ("crash-loop",),
        ("registry exits on start, with exit code 1", "the flux capacitor is not charged"),
        ("read its log: `kubectl logs",),
        never=("values.configuration", "extraEnvVars"),
    ),
    State(
        "a dependency that only the condition names",
        "https://github.com/fluxcd/helm-controller/blob/main/internal/controller/helmrelease_controller.go",
        changed(
            "just-applied",
            condition("HelmRelease", "DependencyNotReady", "dependency 'cert-manager/cert-manager' is not ready"),
        ),
        ("dependency-not-ready",),
        ("waits for HelmRelease/cert-manager/cert-manager, which was not found",),
        never=("helm-controller", "does not know"),
    ),
)
