"""The objects of a namespace as the cluster has them, read as if they were files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from registry_gitops.cluster import (
    ClusterError,
    Kubectl,
    KubectlResult,
    ObjectList,
    UnknownKindError,
    parse_objects,
    run_commands,
)
from registry_gitops.codec import dump_yaml
from registry_gitops.documents import Role, SourceFile, YAMLDocument

_KINDS: Final = (
    "deployments.apps,statefulsets.apps,daemonsets.apps,services,persistentvolumeclaims,configmaps,serviceaccounts",
    "ingresses.networking.k8s.io",
    "httproutes.gateway.networking.k8s.io",
    "helmreleases.helm.toolkit.fluxcd.io",
)
"""What is listed; a cluster can lack the kinds of one line."""
_COMPANIONS: Final = (
    "horizontalpodautoscalers.autoscaling,poddisruptionbudgets.policy,cronjobs.batch,networkpolicies.networking.k8s.io",
    "servicemonitors.monitoring.coreos.com,podmonitors.monitoring.coreos.com",
)
"""What is listed too, if the user is allowed to."""

_SERVER_FIELDS: Final = ("managedFields", "creationTimestamp", "generation", "resourceVersion", "uid", "selfLink")
_OF_KUBERNETES: Final = (("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default"))
"""Kind and name of what is in every namespace."""
_LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"


def read_running(kubectl: Kubectl, namespace: str) -> tuple[list[YAMLDocument], list[str]]:
    """Return the objects of a namespace that can have to do with a registry, and what could not be read.

    Secrets are not read: the config file names those that the registry uses. Raises ClusterError.
    """
    commands = [kubectl.get_command(namespace, kinds) for kinds in (*_KINDS, *_COMPANIONS)]
    found = run_commands(commands, _parse)
    forbidden = [kind for each in found[: len(_KINDS)] for kind in each.forbidden_kinds]
    if forbidden:
        raise ClusterError(f"this user is not allowed to read {', '.join(forbidden)}", "grant `get` and `list` on them")
    documents = [_document(item) for each in found for item in each.items if not _is_of_kubernetes(item)]
    if not documents:
        raise ClusterError(f"there is nothing in namespace {namespace}", "name the namespace of the registry")
    unread = [kind for each in found for kind in each.forbidden_kinds]
    return documents, [f"this user is not allowed to read {kind}: they were not looked at" for kind in unread]


def _parse(result: KubectlResult) -> ObjectList:
    try:
        return parse_objects(result)
    except UnknownKindError:
        return ObjectList((), ())


def _is_of_kubernetes(item: Mapping[str, Any]) -> bool:
    return (item.get("kind"), item["metadata"].get("name")) in _OF_KUBERNETES


def _document(item: Mapping[str, Any]) -> YAMLDocument:
    """Return an object as a file would have it, without what the API server writes."""
    metadata = {key: value for key, value in item["metadata"].items() if key not in _SERVER_FIELDS}
    written = metadata.pop("annotations", None) or {}
    annotations = {key: value for key, value in written.items() if key != _LAST_APPLIED}
    if annotations:
        metadata["annotations"] = annotations
    value = {**{key: each for key, each in item.items() if key != "status"}, "metadata": metadata}
    text = dump_yaml(value)
    source = SourceFile(f"{item['kind'].lower()}/{metadata['name']}", text)
    return YAMLDocument(source, text, 1, value, Role.OBJECT)
