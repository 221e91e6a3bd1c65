"""The tables of the page."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Final

from registry_gitops.deployment import GitSource
from registry_gitops.facts import DeploymentFacts, Need, ObjectReference, Purpose
from registry_gitops.render.readme import settings
from registry_gitops.render.readme.markdown import code, table
from registry_gitops.values import RegistryValues

_PULL, _PUSH, _DELETE = range(3)
_REFUSED = " (refused here)"

_ENDPOINTS = (
    ("GET", "/v2/", "check the API and the credentials", _PULL),
    ("GET", "/v2/_catalog", "list the repositories", _PULL),
    ("GET", "/v2/<name>/tags/list", "list the tags of a repository", _PULL),
    ("GET, HEAD", "/v2/<name>/manifests/<reference>", "fetch a manifest", _PULL),
    ("PUT", "/v2/<name>/manifests/<reference>", "push a manifest", _PUSH),
    ("DELETE", "/v2/<name>/manifests/<reference>", "delete a tag, or a manifest with its tags", _DELETE),
    ("GET, HEAD", "/v2/<name>/blobs/<digest>", "fetch a layer", _PULL),
    ("DELETE", "/v2/<name>/blobs/<digest>", "delete a layer of a repository", _DELETE),
    ("POST", "/v2/<name>/blobs/uploads/", "start an upload, or mount a layer of another repository", _PUSH),
    ("GET", "/v2/<name>/blobs/uploads/<id>", "get the offset of an upload", _PUSH),
    ("PATCH", "/v2/<name>/blobs/uploads/<id>", "upload a chunk", _PUSH),
    ("PUT", "/v2/<name>/blobs/uploads/<id>", "finish an upload", _PUSH),
    ("DELETE", "/v2/<name>/blobs/uploads/<id>", "cancel an upload", _PUSH),
)
"""What distribution v3 serves: method, path, purpose, and what the client does."""

_FILES: Final = {
    "Namespace": "{level}",
    "HelmRepository": ": where Flux finds the chart",
    "OCIRepository": ": where Flux finds the chart",
    "HelmRelease": ": the chart, and the values of the config file",
}
"""Kind -> what its file is for, after kind and name."""

_OBJECTS: Final = {
    "Namespace": "contains the {contents}",
    "HelmRepository": "fetches the chart",
    "OCIRepository": "fetches the chart",
    "HelmRelease": "installs the Helm release {release}",
    "Deployment": "runs the registry in {pods}",
    "Service": "routes to the Pods from port {port}",
    "ConfigMap": "the registry's `config.yml`",
    "PersistentVolumeClaim": "stores the images",
    "Ingress": "routes to the Service from outside the cluster",
    "HTTPRoute": "routes to the Service through the Gateway",
    "HorizontalPodAutoscaler": "sets the number of Pods by their load",
    "PodDisruptionBudget": "limits how many Pods a drain of nodes stops",
    "NetworkPolicy": "limits who can reach the Pods, and whom they can reach",
    "Secret": "the user and the hash of the password",
    "ServiceAccount": "identity of the Pods",
    "CronJob-collection": "collects garbage",
    "ConfigMap-collection": "scripts that collect garbage",
    "ServiceAccount-collection": "identity of the collector",
    "Role-collection": "what the collector can change: the Deployment",
    "RoleBinding-collection": "gives the Role to the collector",
    "ConfigMap-metrics": "script that serves the metrics",
    "Service-metrics": "routes Prometheus to the metrics of the Pods",
    "ServiceMonitor": "lets Prometheus read the metrics",
    "PodMonitor": "lets Prometheus read the metrics",
    "PrometheusRule": "alerts of Prometheus",
    "ConfigMap-dashboard": "dashboard for Grafana",
}
"""Kind -> what the object does; with the suffix of its name, if the chart has several of a kind."""

_NEEDS: Final = {
    Purpose.CHART: "this repository",
    Purpose.CHART_CREDENTIALS: "credentials for the chart",
    Purpose.CHART_CERTIFICATES: "certificates for the chart's source",
    Purpose.CHART_SIGNERS: "public keys of the chart's signers",
    Purpose.MORE_VALUES: "other values",
    Purpose.HOME: "the objects of this directory",
    Purpose.TARGET: "the registry",
    Purpose.USERS: "users and hashes, in the key {key}",
    Purpose.TOKEN_KEYS: "keys that verify tokens, in the key {key}",
    Purpose.POD_CERTIFICATE: "certificate of the registry, type `kubernetes.io/tls` (cert-manager can create it)",
    Purpose.CLIENT_AUTHORITIES: "authorities of client certificates, in the key {key}",
    Purpose.AUTHORITIES: "certificate authorities, in the key {key}",
    Purpose.FILE: "a file of the registry, in the key {key}",
    Purpose.UPSTREAM_CREDENTIALS: "credentials for the other registry, in the key {key}",
    Purpose.UPLOADS: "secret that signs uploads, in the key {key}",
    Purpose.STORAGE_S3: "credentials of the bucket, in the key {key}",
    Purpose.STORAGE_GCS: "credentials of the bucket, in the key {key}",
    Purpose.STORAGE_AZURE: "credentials of the container, in the key {key}",
    Purpose.CACHE: "password of Redis, in the key {key}",
    Purpose.ENVIRONMENT_SECRET: "environment variables",
    Purpose.ENVIRONMENT_CONFIG_MAP: "environment variables",
    Purpose.VARIABLE: "the variable {variable}, from the key {key}",
    Purpose.IMAGE_CREDENTIALS: "credentials for the image",
    Purpose.CERTIFICATE: "certificate of the host (cert-manager can create it)",
    Purpose.EXTRA_CERTIFICATE: "certificate of other hosts",
    Purpose.GATEWAY: "serves the HTTPRoute",
    Purpose.INGRESS_CLASS: "names the controller of the Ingress",
    Purpose.PRIORITY: "priority of the Pods",
    Purpose.RUNTIME: "container runtime of the Pods",
    Purpose.EXTRA_VOLUME: "a volume of the Pods",
    Purpose.INIT_CONTAINER: "environment of an init container",
    Purpose.SIDECAR: "environment of a sidecar",
    Purpose.OTHER_CLUSTER: "access to the cluster of the release",
    Purpose.IDENTITY: "identity of the Pods",
    Purpose.MONITORING: "what Prometheus and Grafana read",
    Purpose.IMAGES: "the images",
    Purpose.VOLUME: "the volume",
}
"""Purpose -> what the object is needed for."""


class Tables:
    """Each table as Markdown, "" if there is nothing to list."""

    def __init__(self, facts: DeploymentFacts) -> None:
        self._facts = facts

    @property
    def files(self) -> str:
        """The files of the output directory."""
        return table(("File", "Contents"), self._files())

    def _files(self) -> Iterator[tuple[str, str]]:
        deployment, level = self._facts.deployment, self._facts.namespace.level
        words = {"level": f", for Pods of the level {code(level)}" if level else ""}
        for reference in self._facts.flux_objects:
            yield f"`{reference.kind.lower()}.yaml`", _object(reference) + _FILES[reference.kind].format_map(words)
        yield "`kustomization.yaml`", "the list of these files, for kustomize and Flux"
        for path in deployment.kustomization.resources:
            yield code(path), "yours, from `kustomization.resources`"
        if isinstance(deployment.source, GitSource) and deployment.source.chart is None:
            yield "`chart/`", "the Helm chart `docker-registry`"
        for file in deployment.flux_files:
            yield code(file.path), f"Kustomization {code(file.manifest.metadata.name)}: applies this directory"
        yield "`README.md`", "this page"
        yield "`.registry-gitops.sha256`", "checksums, to detect edited files"

    @property
    def objects(self) -> str:
        """The objects in the cluster."""
        values, namespace = self._facts.deployment.values, self._facts.namespace
        words = {
            "contents": "objects of this directory" if namespace.is_home or not namespace.has_registry else "registry",
            "release": code(self._facts.names.release),
            "pods": _pods(values),
            "port": values.service.ports.http,
        }
        rows = (
            (_object(reference), _namespace(reference), self._meaning(reference).format_map(words))
            for reference in (*self._facts.flux_objects, *self._facts.chart_objects)
        )
        return table(("Object", "Namespace", "Purpose"), rows)

    def _meaning(self, reference: ObjectReference) -> str:
        suffix = reference.name.removeprefix(self._facts.names.full_name)
        return _OBJECTS.get(f"{reference.kind}{suffix}") or _OBJECTS[reference.kind]

    @property
    def needs(self) -> str:
        """What must exist besides."""
        rows = [(_object(need), _namespace(need), _purpose(need)) for need in self._facts.needs]
        return table(("Object", "Namespace", "Purpose"), rows) if rows else ""

    @property
    def needs_secrets(self) -> bool:
        """Whether Secrets are among them."""
        return any(need.kind == "Secret" for need in self._facts.needs)

    @property
    def needs_environment(self) -> bool:
        """Whether Secrets and ConfigMaps of the environment are among them."""
        return any(need.purpose.is_environment for need in self._facts.needs)

    @property
    def settings(self) -> str:
        """The settings in force."""
        return table(("Key", "Value", "Meaning"), settings.list_settings(self._facts))

    @property
    def endpoints(self) -> str:
        """The API of the registry, as far as this one serves it."""
        storage = self._facts.storage
        return _endpoints(self._facts.endpoints.prefix, storage.accepts_pushes, storage.accepts_deletions)


def _object(reference: ObjectReference) -> str:
    return f"{reference.kind} {code(reference.name)}"


def _namespace(reference: ObjectReference) -> str:
    return reference.namespace and code(reference.namespace)


def _purpose(need: Need) -> str:
    return _NEEDS[need.purpose].format(key=code(need.key), variable=code(need.variable))


@functools.lru_cache(maxsize=16)
def _endpoints(prefix: str, takes_pushes: bool, deletes: bool) -> str:
    note = {_PULL: "", _PUSH: "" if takes_pushes else _REFUSED, _DELETE: "" if deletes else _REFUSED}
    rows = ((method, f"`{prefix}{path}`", purpose + note[needs]) for method, path, purpose, needs in _ENDPOINTS)
    return table(("Method", "Path", "Purpose"), rows)


def _pods(values: RegistryValues) -> str:
    if values.autoscaling.enabled:
        return f"{values.autoscaling.min_replicas} to {values.autoscaling.max_replicas} Pods"
    return "1 Pod" if values.replica_count == 1 else f"{values.replica_count} Pods"
