"""As much of a Kubernetes API as kubectl asks for to get objects and logs, and until it can forward no port.

It serves the objects of a snapshot.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

from registry_gitops.cluster.status import Snapshot
from registry_gitops.cluster.status.live_objects import Object

from .api import Answering, listening

_KINDS: Final = {
    "v1": {
        "pods": "Pod",
        "persistentvolumeclaims": "PersistentVolumeClaim",
        "services": "Service",
        "configmaps": "ConfigMap",
        "events": "Event",
        "namespaces": "Namespace",
        "nodes": "Node",
        "serviceaccounts": "ServiceAccount",
        "persistentvolumes": "PersistentVolume",
    },
    "autoscaling/v2": {"horizontalpodautoscalers": "HorizontalPodAutoscaler"},
    "storage.k8s.io/v1": {"storageclasses": "StorageClass"},
    "apps/v1": {
        "deployments": "Deployment",
        "statefulsets": "StatefulSet",
        "daemonsets": "DaemonSet",
        "replicasets": "ReplicaSet",
    },
    "batch/v1": {"cronjobs": "CronJob", "jobs": "Job"},
    "networking.k8s.io/v1": {
        "ingresses": "Ingress",
        "ingressclasses": "IngressClass",
        "networkpolicies": "NetworkPolicy",
    },
    "policy/v1": {"poddisruptionbudgets": "PodDisruptionBudget"},
    "helm.toolkit.fluxcd.io/v2": {"helmreleases": "HelmRelease"},
    "kustomize.toolkit.fluxcd.io/v1": {"kustomizations": "Kustomization"},
    "source.toolkit.fluxcd.io/v1": {
        "gitrepositories": "GitRepository",
        "helmrepositories": "HelmRepository",
        "ocirepositories": "OCIRepository",
        "helmcharts": "HelmChart",
        "buckets": "Bucket",
        "externalartifacts": "ExternalArtifact",
    },
    "source.extensions.fluxcd.io/v1beta1": {"artifactgenerators": "ArtifactGenerator"},
    "gateway.networking.k8s.io/v1": {"httproutes": "HTTPRoute", "gateways": "Gateway"},
    "cert-manager.io/v1": {"certificates": "Certificate", "certificaterequests": "CertificateRequest"},
    "acme.cert-manager.io/v1": {"orders": "Order", "challenges": "Challenge"},
}
"""apiVersion -> plural -> kind."""
_CLUSTER_SCOPED: Final = {"namespaces", "nodes", "persistentvolumes", "storageclasses", "ingressclasses"}
_SHORT_NAMES: Final = {"services": ["svc"]}
_PATH: Final = re.compile(r"/apis?/(.+?)(?:/namespaces/([^/]+))?/([a-z]+)(?:/([^/]+))?(/log)?")


class Served:
    """What the API answers; a test may change it while it runs."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.forbidden: set[str] = set()
        """Plurals that this user is not allowed to read; `*` is all of them."""
        self.unauthorized = False
        self.requests: list[str] = []

    def serve(self, snapshot: Snapshot) -> None:
        """Answer from another snapshot from now on."""
        self.snapshot = snapshot
        self.forbidden = {kind.partition(".")[0] for kind in snapshot.forbidden_kinds}

    def answer(self, url: str) -> tuple[int, Any]:
        """Status code and body of a GET."""
        path, _, query = url.partition("?")
        if self.unauthorized:
            return 401, _status(401, "Unauthorized", "Unauthorized")
        versions = _KINDS if self.snapshot.has_flux else {key: _KINDS[key] for key in ("v1", "apps/v1")}
        if path == "/api":
            return 200, {"kind": "APIVersions", "versions": ["v1"]}
        if path == "/apis":
            return 200, {
                "kind": "APIGroupList",
                "apiVersion": "v1",
                "groups": [_group(each) for each in versions if "/" in each],
            }
        version = path.removeprefix("/apis/").removeprefix("/api/")
        if version in versions:
            return 200, _resources(version)
        return self._objects(path, dict(parse_qsl(query)).get("container", ""))

    def _objects(self, path: str, container: str) -> tuple[int, Any]:
        match = _PATH.fullmatch(path)
        kind = _KINDS.get(match[1], {}).get(match[3]) if match else None
        if match is None or kind is None:
            return 404, _status(404, "NotFound", "the server could not find the requested resource")
        version, namespace, plural, name, log = match.groups()
        if plural in self.forbidden or "*" in self.forbidden:
            group = version.rpartition("/")[0]
            what = " ".join([f"{plural}.{group}" if group else plural, *([f'"{name}"'] if name else [])])
            return 403, _status(403, "Forbidden", f'{what} is forbidden: User "me" cannot list resource "{plural}"')
        if log:
            return 200, self.snapshot.logs.get(f"{name}/{container}", "")
        found = [
            {**each.data, "apiVersion": version, **_containers(each)}
            for each in self.snapshot.objects
            if each.kind == kind and namespace in (None, each.namespace) and name in (None, each.name)
        ]
        if name:
            return (200, found[0]) if found else (404, _status(404, "NotFound", f'{plural} "{name}" not found'))
        return 200, {"apiVersion": version, "kind": f"{kind}List", "metadata": {}, "items": found}


def _containers(thing: Object) -> dict[str, Any]:
    """The spec of a Pod as kubectl wants it before it asks for a log, or for a port."""
    if thing.kind != "Pod":
        return {}
    ports = [{"name": "http", "containerPort": 5000}]
    described = thing.items("spec.containers") or thing.items("status.containerStatuses")
    containers = [{"ports": ports, **each} for each in described]
    return {"spec": {**thing.map("spec"), "containers": containers}}


def _group(version: str) -> dict[str, Any]:
    name = version.rpartition("/")[0]
    here = {"groupVersion": version, "version": version.rpartition("/")[2]}
    return {"name": name, "versions": [here], "preferredVersion": here}


def _resources(version: str) -> dict[str, Any]:
    resources = [
        {
            "name": plural,
            "singularName": kind.lower(),
            "shortNames": _SHORT_NAMES.get(plural, []),
            "namespaced": plural not in _CLUSTER_SCOPED,
            "kind": kind,
            "verbs": ["get", "list"],
        }
        for plural, kind in _KINDS[version].items()
    ]
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": resources}


def _status(code: int, reason: str, message: str) -> dict[str, Any]:
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "reason": reason,
        "code": code,
        "message": message,
    }


class _Handler(Answering):
    served: Served

    def do_GET(self) -> None:
        self.served.requests.append(self.path)
        if "watch=true" in self.path:
            self._watch()
        elif self.path.partition("?")[0].endswith("/portforward"):
            self.switch()
            self.rfile.read(1)  # As a kubelet, it closes what a client uses if the container does not listen.
        else:
            self._answer()

    def _answer(self) -> None:
        self.give(*self.served.answer(self.path))

    def _watch(self) -> None:
        """Report no change until the client leaves."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.rfile.read()
        self.close_connection = True


@contextmanager
def serving(snapshot: Snapshot, config: Path) -> Iterator[Served]:
    """An API with the objects of `snapshot`; `config` is written as the kubeconfig that leads to it."""
    served = Served(snapshot)
    with listening(type("Handler", (_Handler,), {"served": served}), config):
        yield served
