"""Secrets, ConfigMaps, and keys that a Pod needs and that do not exist."""

from __future__ import annotations

from typing import Any, Final

from tests.cluster.states.registry_log import values
from tests.cluster.states.state import Change, State, add, changed, condition, edit, event, recorded, waiting, without

_KUBELET: Final = "https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kubelet_pods.go"
_VOLUMES: Final = "https://github.com/kubernetes/kubernetes/blob/master/pkg/volume"
_ERROR: Final = "CreateContainerConfigError"


def _mount_fails(*messages: str) -> tuple[Change, ...]:
    """Replace the events by those of mounts, the newest first."""
    return (
        without("Event"),
        *(event("Pod", "FailedMount", message, ago=5 + index) for index, message in enumerate(messages)),
    )


def _runs(pod: dict[str, Any]) -> None:
    pod["status"]["containerStatuses"][0].update(state={"running": {"startedAt": "2026-11-25T04:24:40Z"}}, started=True)


def _config_map(name: str, **data: str) -> Change:
    metadata = {"name": name, "namespace": "docker-registry", "uid": name}
    return add({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})


_IN_PROGRESS: Final = condition("HelmRelease", "Progressing", "Running 'upgrade' action", status="Unknown", alone=True)

STATES: Final[tuple[State, ...]] = (
    recorded(
        "config-map-deleted",
        "the ConfigMap of the release was deleted by hand",
        "secret-missing",
        says=("the ConfigMap docker-registry does not exist",),
        remedy=("`flux reconcile helmrelease docker-registry -n docker-registry --force`",),
        never=("create it",),
    ),
    recorded(
        "key-missing",
        "a variable of `extraEnvVars` names a key that its ConfigMap lacks",
        "secret-missing",
        says=("the ConfigMap docker-registry lacks the key seed",),
        remedy=("add the key",),
        never=("create it",),
    ),
    recorded(
        "config-map-missing",
        "`extraEnvVarsCM` names a ConfigMap that does not exist",
        "secret-missing",
        says=("the ConfigMap settings does not exist",),
        remedy=("create it in namespace docker-registry", "values.extraEnvVarsCM"),
    ),
    State(
        "a Secret of the environment lacks a key",
        _KUBELET,
        changed(
            "secret-of-environment-missing",
            without("Event"),
            waiting(_ERROR, "couldn't find key http-secret in Secret docker-registry/docker-registry-http"),
        ),
        ("secret-missing",),
        ("the Secret docker-registry-http lacks the key http-secret",),
        ("add the key", "values.http.existingSecret"),
        never=("create it",),
    ),
    State(
        "the ConfigMap of the environment does not exist",
        _KUBELET,
        changed(
            "secret-of-environment-missing",
            without("Event"),
            values(extraEnvVarsCM="settings"),
            waiting(_ERROR, 'configmap "settings" not found'),
        ),
        ("secret-missing",),
        ("the ConfigMap settings does not exist",),
        ("create it in namespace docker-registry", "values.extraEnvVarsCM"),
        never=("registry-gitops secret",),
    ),
    State(
        "the mounted Secret lacks the key of the users",
        f"{_VOLUMES}/secret/secret.go",
        changed(
            "secret-missing",
            *_mount_fails(
                'MountVolume.SetUp failed for volume "htpasswd" : references non-existent secret key: htpasswd'
            ),
        ),
        ("secret-missing",),
        ("the Secret docker-registry-users lacks the key htpasswd",),
        ("add the key", "values.auth.htpasswd.existingSecret"),
    ),
    State(
        "a later event about another mount hides none that tells",
        f"{_VOLUMES}/secret/secret.go",
        changed(
            "secret-missing",
            *_mount_fails(
                "Unable to attach or mount volumes: unmounted volumes=[htpasswd], unattached volumes=[], failed "
                "to process "
                "volumes=[]: timed out waiting for the condition",
                'MountVolume.SetUp failed for volume "htpasswd" : secret "docker-registry-users" not found',
            ),
        ),
        ("secret-missing",),
        ("the Secret docker-registry-users does not exist",),
        ("registry-gitops htpasswd USER --namespace docker-registry --name docker-registry-users | kubectl apply",),
    ),
    State(
        "the ConfigMap of the chart was deleted",
        f"{_VOLUMES}/configmap/configmap.go",
        changed(
            "secret-missing",
            *_mount_fails('MountVolume.SetUp failed for volume "config" : configmap "docker-registry" not found'),
        ),
        ("secret-missing",),
        ("the ConfigMap docker-registry does not exist",),
        ("`flux reconcile helmrelease docker-registry -n docker-registry --force`",),
        never=("create it",),
    ),
    State(
        "the Secret was missing, and the container runs now",
        f"{_VOLUMES}/secret/secret.go",
        changed(
            "secret-missing",
            edit("Pod", _runs),
            _IN_PROGRESS,
            event("Pod", "Started", "Started container registry", ago=1, type_="Normal"),
        ),
        ("in-progress",),
        never=("does not exist",),
    ),
    State(
        "the ConfigMap was missing, and exists now",
        _KUBELET,
        changed(
            "secret-of-environment-missing",
            without("Event"),
            waiting(_ERROR, 'configmap "settings" not found'),
            _config_map("settings", LOG="1"),
        ),
        ("secret-missing",),
        ("was missing when the kubelet last looked",),
        ("wait",),
        never=("create it",),
    ),
)
