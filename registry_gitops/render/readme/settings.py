"""The table of the settings in force: the documented ones always, others only if they are set."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from registry_gitops.facts import DeploymentFacts, StorageFacts
from registry_gitops.render.readme.markdown import code, listing
from registry_gitops.substitution import may_refer
from registry_gitops.values import RegistryValues, ResourceLimits, ResourceRequests

Row = tuple[str, str, str]
"""Key, value and what it does, all as Markdown."""


def list_settings(facts: DeploymentFacts) -> Iterator[Row]:
    """Yield the rows, in the order of a config file; a value with variables of Flux as it is written."""
    written = facts.deployment.to_config_dict() if facts.variables else {}
    for key, value, meaning in _settings(facts):
        text: Any = functools.reduce(_below, key.strip("`").split("."), written)
        if isinstance(text, list) and any(map(may_refer, text)):
            value = listing(text)
        yield key, code(text) if may_refer(text) else value, meaning


def _below(plain: Any, key: str) -> Any:
    return plain.get(key) if isinstance(plain, dict) else None


def _settings(facts: DeploymentFacts) -> Iterator[Row]:
    deployment, values = facts.deployment, facts.deployment.values
    yield "`namespace`", code(facts.names.namespace), "Namespace of the objects that Flux reads"
    if not facts.namespace.is_home:
        yield "`release.targetNamespace`", code(facts.names.target_namespace), "Namespace that the registry runs in"
    if deployment.release.release_name:
        yield "`release.releaseName`", code(facts.names.release), "name of the Helm release"
    yield "`values.image`", code(facts.image.reference), "the image of the registry"
    yield from _replicas(values)
    yield from _service(values)
    yield from _resources(values)
    yield from _persistence(values, facts.storage)
    yield from _ingress(values)
    yield from _login(values)
    yield from _tls(values)
    yield from _cache(values)
    yield "`values.deletion.enabled`", _bool(values.deletion.enabled), "whether clients can delete"
    yield from _environment(values)


def _replicas(values: RegistryValues) -> Iterator[Row]:
    scaling = values.autoscaling
    if scaling.enabled:
        yield "`values.autoscaling`", f"`{scaling.min_replicas}` to `{scaling.max_replicas}`", "number of Pods, by load"
    else:
        yield "`values.replicaCount`", f"`{values.replica_count}`", "number of Pods"
    if values.max_replicas > 1 or values.cache.type:
        yield "`values.cache.type`", code(values.cache_type), "where the registry caches what it knows of blobs"


def _service(values: RegistryValues) -> Iterator[Row]:
    service = values.service
    yield "`values.service.type`", f"`{service.type}`", "from where the Service is reachable"
    yield "`values.service.ports.http`", f"`{service.ports.http}`", "port of the Service"
    if service.type != "ClusterIP":
        port = service.node_ports.http
        yield "`values.service.nodePorts.http`", _or(str(port or ""), "Kubernetes chooses"), "port of each node"


def _resources(values: RegistryValues) -> Iterator[Row]:
    resources = values.resources
    yield "`values.resources.requests`", _amounts(resources.requests), "reserved for each Pod"
    yield "`values.resources.limits`", _amounts(resources.limits), "maximum for each Pod"


def _amounts(of: ResourceRequests | ResourceLimits) -> str:
    given = (("cpu", of.cpu), ("memory", of.memory), ("ephemeral-storage", of.ephemeral_storage))
    return ", ".join([f"{name} `{amount}`" for name, amount in given if amount is not None]) or "none"


def _persistence(values: RegistryValues, storage: StorageFacts) -> Iterator[Row]:
    volume = values.persistence
    if not storage.is_on_disk:
        key = "storage.type" if storage.key.startswith("storage.") else "configuration.storage"
        yield f"`values.{key}`", code(storage.driver), "storage of the images, instead of a volume"
        if storage.bucket:
            yield f"`values.{storage.key}`", code(storage.bucket), "bucket or container of the images"
        return
    yield "`values.persistence.enabled`", _bool(volume.enabled), "whether images are kept on a volume"
    if storage.is_existing_claim:
        yield "`values.persistence.existingClaim`", code(volume.existing_claim), "claim with the images"
    elif storage.is_own_claim:
        yield "`values.persistence.size`", f"`{volume.size}`", "size of the volume"
        yield "`values.persistence.storageClass`", _storage_class(volume.storage_class), "StorageClass of the volume"
        yield "`values.persistence.accessModes`", listing(volume.access_modes), "how nodes can mount it"


def _storage_class(name: str) -> str:
    return "none: a volume that you create" if name == "-" else _or(name, "the cluster's default")


def _ingress(values: RegistryValues) -> Iterator[Row]:
    ingress = values.ingress
    yield "`values.ingress.enabled`", _bool(ingress.enabled), "whether an Ingress routes to the registry"
    if not ingress.enabled:
        return
    yield "`values.ingress.hostname`", _or(ingress.hostname, "none"), "host name of the registry"
    if ingress.path != "/":
        yield "`values.ingress.path`", code(ingress.path), "path that the Ingress routes"
    controller = _or(ingress.ingress_class_name, "the cluster's default")
    yield "`values.ingress.ingressClassName`", controller, "IngressClass of the controller"
    yield "`values.ingress.tls`", _bool(ingress.tls), "whether that host has TLS"
    if ingress.extra_hosts:
        more = listing(host.name for host in ingress.extra_hosts if host.name)
        yield "`values.ingress.extraHosts`", more or "any name", "other names"


def _login(values: RegistryValues) -> Iterator[Row]:
    htpasswd = values.auth.htpasswd
    yield "`values.auth.htpasswd.enabled`", _bool(htpasswd.enabled), "whether clients must log in"
    if htpasswd.enabled and htpasswd.existing_secret:
        yield "`values.auth.htpasswd.existingSecret`", code(htpasswd.existing_secret), "Secret with users and hashes"
    elif htpasswd.enabled:
        yield "`values.auth.htpasswd.username`", code(htpasswd.username), "the user (the password is not shown)"
    if values.auth.token.enabled:
        yield "`values.auth.token.realm`", code(values.auth.token.realm), "the token server"


def _tls(values: RegistryValues) -> Iterator[Row]:
    clients = values.tls.client_authentication
    if values.tls.enabled:
        yield "`values.tls.existingSecret`", code(values.tls.existing_secret), "certificate of the registry"
        yield "`values.tls.minimumVersion`", code(values.tls.minimum_version), "oldest version of TLS"
    if values.tls.enabled and clients.existing_secret:
        yield "`values.tls.clientAuthentication.mode`", code(clients.mode), "which clients need a certificate"


def _cache(values: RegistryValues) -> Iterator[Row]:
    proxy = values.proxy
    if proxy.enabled:
        yield "`values.proxy.remoteUrl`", code(proxy.remote_url), "registry that this one caches"
        yield "`values.proxy.ttl`", code(proxy.ttl), "time until content is deleted"


def _environment(values: RegistryValues) -> Iterator[Row]:
    if values.http.existing_secret:
        yield "`values.http.existingSecret`", code(values.http.existing_secret), "Secret that signs uploads"
    if values.extra_env_vars_secret:
        yield "`values.extraEnvVarsSecret`", code(values.extra_env_vars_secret), "Secret with environment variables"
    if values.extra_env_vars_cm:
        yield "`values.extraEnvVarsCM`", code(values.extra_env_vars_cm), "ConfigMap with environment variables"


def _or(name: str, otherwise: str) -> str:
    return code(name) if name else otherwise


def _bool(value: bool) -> str:
    return "`true`" if value else "`false`"
