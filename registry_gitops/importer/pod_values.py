"""The Pod of a registry, and its container: where it runs, as which user, and with which resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from registry_gitops.documents import Path
from registry_gitops.importer.config_draft import ConfigDraft, Notes
from registry_gitops.importer.config_reading import EMPTY
from registry_gitops.importer.mappings import indexed_mappings
from registry_gitops.importer.registry_workloads import RegistryWorkload
from registry_gitops.rules import ImageReference, is_outdated_registry, parse_image

_POD: Final[Mapping[str, str]] = {
    key: f"values.{key}"
    for key in (
        "nodeSelector",
        "affinity",
        "tolerations",
        "topologySpreadConstraints",
        "priorityClassName",
        "runtimeClassName",
        "hostAliases",
        "dnsConfig",
        "hostNetwork",
        "initContainers",
    )
}
"""Keys of a Pod that are values of the chart."""

_DEFAULTS: Final[Mapping[str, object]] = {
    "restartPolicy": "Always",
    "dnsPolicy": "ClusterFirst",
    "schedulerName": "default-scheduler",
    "enableServiceLinks": True,
    "preemptionPolicy": "PreemptLowerPriority",
    "priority": 0,
    "serviceAccountName": "default",
    "serviceAccount": "default",
}
"""What Kubernetes sets by itself."""

_WRITTEN: Final[Mapping[str, str]] = {
    "serviceAccount": "it is the old name of serviceAccountName",
    "enableServiceLinks": "the chart sets it to false: a Service named registry-auth would break the registry",
    "restartPolicy": "a Deployment always restarts its containers",
    "priority": "priorityClassName sets it",
    "preemptionPolicy": "priorityClassName sets it",
}

_CONTAINER: Final[Mapping[str, str]] = {
    "name": "the chart calls its container registry",
    "terminationMessagePath": "it is where Kubernetes has it by default",
    "terminationMessagePolicy": "the registry writes its messages to its log",
    "stdin": "the registry reads no input",
    "tty": "the registry reads no input",
}

_OWN_PORTS: Final = ("http", "metrics")
"""Names of ports of the chart's containers; a Service finds the first container that has a name."""

_WORKLOAD: Final[Mapping[str, str]] = {
    "selector": "the chart's Deployment selects its Pods by labels of its own",
    "minReadySeconds": "the chart computes it: as long as object storage takes to report wrong credentials, else 0",
    "progressDeadlineSeconds": "Flux waits for the Pods as long as release.timeout says",
    "serviceName": "a Deployment has no such key",
    "podManagementPolicy": "a Deployment has no such key",
    "persistentVolumeClaimRetentionPolicy": "no Deployment deletes claims; the steps of the move keep this one",
}
"""Keys of a workload that have no effect in the chart's Deployment."""

_NO_VALUE: Final = (
    "the chart has no value for it",
    ("leave it out, if nothing depends on it", "patch the Deployment in release.postRenderers"),
)
"""The question about a key of a Pod, and the answers."""

_PROBE_TIMES: Final = ("initialDelaySeconds", "periodSeconds", "timeoutSeconds", "failureThreshold", "successThreshold")
_HANDLERS: Final = ("httpGet", "tcpSocket", "exec", "grpc")


def translate_pod(workload: RegistryWorkload, notes: Notes) -> None:
    """Translate the specification of the Pod, without its volumes, and the container, without its environment."""
    for key, value in workload.manifest.mapping(*workload.pod).items():
        path = (*workload.pod, key)
        if key in _DEFAULTS and _DEFAULTS[key] == value:
            notes.dropped(path, "it is Kubernetes' default")
        elif key in _WRITTEN:
            notes.dropped(path, _WRITTEN[key])
        elif value in (None, "", {}, []):
            notes.dropped(path, EMPTY)
        elif key in _POD:
            notes.keep(path, _POD[key])
        elif key in ("dnsPolicy", "schedulerName"):
            notes.keep(path, f"values.{key}")
        elif key in _READERS:
            _READERS[key](workload, notes, path)
        elif key not in ("volumes", "securityContext"):
            notes.decide(path, *_NO_VALUE)
    _read_users(workload, notes)
    _read_container(workload, notes)


def _read_account(workload: RegistryWorkload, notes: Notes, path: Path) -> None:
    name = notes.get(*path)
    account = workload.named("ServiceAccount", name)
    notes.draft.put("values.serviceAccount.name", name)
    notes.draft.put("values.serviceAccount.create", account is not None)
    notes.translated(path, ("values.serviceAccount.name", "values.serviceAccount.create"))


def _read_token_mount(_: RegistryWorkload, notes: Notes, path: Path) -> None:
    notes.keep(path, "values.serviceAccount.automountServiceAccountToken")


def _read_pull_secrets(_: RegistryWorkload, notes: Notes, path: Path) -> None:
    entries = notes.get(*path)
    names = [entry.get("name") for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    notes.translate(path, "values.image.pullSecrets", names)


def _read_grace(_: RegistryWorkload, notes: Notes, path: Path) -> None:
    seconds = notes.get(*path)
    if isinstance(seconds, int) and seconds > 90:
        notes.keep(path, "values.terminationGracePeriodSeconds")
    else:
        notes.dropped(path, "the chart waits 90 seconds, so that running pushes end")


def _read_sidecars(workload: RegistryWorkload, notes: Notes, path: Path) -> None:
    for index, container in indexed_mappings(notes.get(*path)):
        if index != workload.index:
            notes.kept((*path, index), notes.draft.append("values.sidecars", container))
            _take_port_names(notes, (*path, index))


def _take_port_names(notes: Notes, path: Path) -> None:
    """Take the names from the ports of the last sidecar that the chart's own containers have."""
    ports = notes.draft.get("values.sidecars")[-1].get("ports")
    for number, port in indexed_mappings(ports):
        if port.get("name") in _OWN_PORTS:
            del port["name"]
            notes.dropped((*path, "ports", number, "name"), "a port of the chart's container has this name")


def _read_node(_: RegistryWorkload, notes: Notes, path: Path) -> None:
    selector = {**(notes.draft.get("values.nodeSelector") or {}), "kubernetes.io/hostname": notes.get(*path)}
    notes.translate(path, "values.nodeSelector", selector, "the label of the node, so that the scheduler decides")


_READERS: Final = {
    "serviceAccountName": _read_account,
    "automountServiceAccountToken": _read_token_mount,
    "imagePullSecrets": _read_pull_secrets,
    "terminationGracePeriodSeconds": _read_grace,
    "containers": _read_sidecars,
    "nodeName": _read_node,
}


def registry_user(workload: RegistryWorkload) -> int | None:
    """Return the id of the user that the registry runs as; None is that of its image, which is root."""
    found = [
        workload.manifest.get(*path, "securityContext", "runAsUser") for path in (workload.container, workload.pod)
    ]
    return next((user for user in found if isinstance(user, int)), None)


def _read_users(workload: RegistryWorkload, notes: Notes) -> None:
    """Translate the security contexts: root becomes the chart's user, and any other user stays."""
    is_root = registry_user(workload) in (None, 0)
    root_keys = ("runAsUser", "runAsGroup", "runAsNonRoot", "fsGroup")
    for path, section in ((workload.pod, "podSecurityContext"), (workload.container, "containerSecurityContext")):
        for key, value in workload.manifest.mapping(*path, "securityContext").items():
            at = (*path, "securityContext", key)
            if is_root and key in root_keys:
                notes.dropped(at, "the registry needs no root: it runs as the chart's user 1000")
            elif section == "podSecurityContext" and key in ("runAsUser", "runAsGroup"):
                notes.keep(at, f"values.containerSecurityContext.{key}")
                notes.draft.put(f"values.{section}.{key}", value)
            else:
                notes.keep(at, f"values.{section}.{key}")
    if is_root:
        notes.draft.differences.append(
            "the registry runs as user 1000, with a read-only root file system, where it ran as root"
        )


def _read_container(workload: RegistryWorkload, notes: Notes) -> None:
    path = workload.container
    for key, why in _CONTAINER.items():
        notes.dropped((*path, key), why)
    _read_image(workload, notes)
    _keep(notes, (*path, "imagePullPolicy"), "values.image.pullPolicy", "IfNotPresent")
    notes.keep((*path, "lifecycle"), "values.lifecycleHooks")
    _read_words(workload, notes)
    _read_ports(workload, notes)
    _read_resources(notes, (*path, "resources"))
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        _read_probe(notes, (*path, probe), f"values.{probe}")


def _read_image(workload: RegistryWorkload, notes: Notes) -> None:
    image, path = parse_image(workload.image), (*workload.container, "image")
    host, _, repository = ImageReference(image.repository, "", "").full_repository.partition("/")
    targets = []
    if (host, repository) not in (("docker.io", "library/registry"), ("docker.io", "distribution/distribution")):
        notes.draft.put("values.image.registry", host)
        notes.draft.put("values.image.repository", repository)
        targets += ["values.image.registry", "values.image.repository"]
    if image.major and image.major >= 3 and "." in image.tag and not is_outdated_registry(image.tag):
        notes.draft.put("values.image.tag", image.tag)
        targets.append("values.image.tag")
        if image.digest:
            notes.draft.put("values.image.digest", image.digest)
            targets.append("values.image.digest")
        notes.translated(path, targets)
    else:
        how = "the chart's tag is the newest registry v3, which reads the same data"
        notes.translated(path, targets, f"{how}; the mirror must have it" if targets else how)


def _read_words(workload: RegistryWorkload, notes: Notes) -> None:
    """Translate command and arguments: those that serve a config.yml are the chart's."""
    words = workload.words
    usual = ("serve", "/bin/registry", "registry", "/entrypoint.sh")
    is_usual = all(word in usual or word.endswith((".yml", ".yaml")) for word in words)
    for key in ("command", "args"):
        at = (*workload.container, key)
        if not workload.manifest.list(*at):
            notes.dropped(at, EMPTY)
        elif is_usual:
            notes.dropped(at, "the chart passes the path of its own config.yml")
        else:
            options = ["leave it out: the image serves config.yml by itself", f"write it in values.{key}"]
            notes.decide(at, "this command is not that of the image", options)


def _read_ports(workload: RegistryWorkload, notes: Notes) -> None:
    for index, port in indexed_mappings(workload.manifest.list(*workload.container, "ports")):
        path = (*workload.container, "ports", index)
        notes.dropped(path, "the container listens on 5000, and the port of the Service leads there")
        if port.get("hostPort"):
            notes.decide(
                (*path, "hostPort"),
                "the chart opens no port of a node for the container alone",
                ["set service.type NodePort, and service.nodePorts.http", "set hostNetwork: true"],
            )


def _read_resources(notes: Notes, path: Path) -> None:
    resources = notes.get(*path)
    if not isinstance(resources, dict) or not any(resources.values()):
        notes.dropped(path, "it is empty: the chart has requests and limits by default")
        return
    for section in ("requests", "limits"):
        given = resources.get(section) if isinstance(resources.get(section), dict) else {}
        for name in ("cpu", "memory"):
            if name not in (given or {}):
                notes.draft.put(f"values.resources.{section}.{name}", None)
        for name, amount in (given or {}).items():
            notes.translate((*path, section, name), f"values.resources.{section}.{name}", str(amount))


def _read_probe(notes: Notes, path: Path, target: str) -> None:
    probe = notes.get(*path)
    if not isinstance(probe, dict):
        return
    notes.draft.put(f"{target}.enabled", True)
    for key in probe:
        if key in _PROBE_TIMES:
            notes.keep((*path, key), f"{target}.{key}")
        elif key in _HANDLERS:
            notes.dropped((*path, key), "the chart decides what is probed")


def translate_replicas(workload: RegistryWorkload, notes: Notes) -> None:
    """Translate the kind of workload, and how it replaces its Pods."""
    draft: ConfigDraft = notes.draft
    kind = workload.manifest.kind
    if kind != "Deployment":
        draft.differences.append(f"a Deployment runs the registry, where a {kind} did")
    for key, why in _WORKLOAD.items():
        notes.dropped(("spec", key), why)
    _keep(notes, ("spec", "replicas"), "values.replicaCount", 1)
    _keep(notes, ("spec", "revisionHistoryLimit"), "values.revisionHistoryLimit", 10)
    if kind == "Deployment":
        _read_strategy(notes)
    else:
        notes.dropped(("spec", "updateStrategy"), "the chart chooses how its Deployment replaces Pods")
    if kind == "DaemonSet":
        notes.decide(("kind",), "a DaemonSet runs a registry on each node: how many?", ["set replicaCount"])


def _keep(notes: Notes, path: Path, target: str, default: object) -> None:
    """Keep a key, unless it says what the chart says by itself, as a key does that the API server set."""
    if notes.get(*path) == default:
        notes.dropped(path, "it is the chart's default too")
    else:
        notes.keep(path, target)


def _read_strategy(notes: Notes) -> None:
    path, strategy = ("spec", "strategy"), notes.get("spec", "strategy")
    kind = strategy.get("type") if isinstance(strategy, dict) else None
    if kind == "Recreate":
        notes.keep((*path, "type"), "values.updateStrategy.type")
        notes.dropped((*path, "rollingUpdate"), "the strategy Recreate has no such settings")
    else:
        notes.dropped(path, "the chart rolls over where several Pods can share the images, and recreates elsewhere")
