"""Secrets and ConfigMaps that the Pod needs and that do not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.wording import RENDER, values_key_for
from registry_gitops.cluster.status.live_objects import Object, list_containers
from registry_gitops.cluster.status.snapshot import Snapshot

_MISSING_OBJECT: Final = re.compile(
    r"""(secret|configmap)\ ["']([^"']+)["']\ not\ found
    | couldn't\ find\ key\ (\S+)\ in\ (Secret|ConfigMap)\ (\S+)
    | references\ non-existent\ (secret|config)\ key:\ (\S+)""",
    re.VERBOSE | re.IGNORECASE,
)


def secret_missing(snapshot: Snapshot) -> Iterator[Cause]:
    """A Secret or ConfigMap, or a key in it, that the Pod mounts or has in its environment does not exist."""
    for pod in snapshot.unready_pods:
        messages = [item.message for item in list_containers(pod) if item.waiting == "CreateContainerConfigError"]
        messages += [event.message for event in snapshot.events_of(pod) if event.reason == "FailedMount"]
        for message in messages:
            if match := _MISSING_OBJECT.search(message):
                yield _object_missing(pod, message, match, snapshot)
                return


def _object_missing(pod: Object, message: str, match: re.Match[str], snapshot: Snapshot) -> Cause:
    kind = "ConfigMap" if (match[1] or match[4] or match[6]).lower().startswith("config") else "Secret"
    name = (match[2] or match[5] or "").rpartition("/")[2]
    what = f"the {kind} {name}" if name else f"a {kind}"
    key = values_key_for(snapshot.release, name) or "the value that names it"
    if 'volume "htpasswd"' in message:
        command = f"registry-gitops htpasswd USER --namespace {pod.namespace} --name {name} | kubectl apply -f -"
        remedy = f"create it: `{command}`, or correct {key}"
    else:
        how = " (`registry-gitops secret` prints the Secrets of the chart)" if kind == "Secret" else ""
        remedy = f"create it in namespace {pod.namespace}{how}, or correct {key}; {RENDER}"
    return new_cause(
        CauseId.SECRET_MISSING,
        pod,
        f"{what} {'does not exist' if match[1] else 'lacks a key'}",
        remedy,
        evidence=message,
        since=pod.created,
    )


CAUSES: Final[tuple[FindCause, ...]] = (secret_missing,)
