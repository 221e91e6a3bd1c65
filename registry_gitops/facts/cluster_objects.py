"""The objects of a deployment in the cluster: those that Flux and the chart create, and those that must exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from registry_gitops.deployment import GitSource, OCISource, RegistryDeployment, is_system_namespace
from registry_gitops.facts.endpoints import Endpoints
from registry_gitops.facts.image_storage import StorageFacts
from registry_gitops.facts.object_names import ObjectNames
from registry_gitops.values import AZURE_KEYS, EnvVar, RegistryValues


class Purpose(StrEnum):
    """What an object is needed for, as the key of the config file that asks for it."""

    CHART = "source"
    CHART_CREDENTIALS = "source.secretRef"
    CHART_CERTIFICATES = "source.certSecretRef"
    CHART_SIGNERS = "source.verify"
    MORE_VALUES = "release.valuesFrom"
    HOME = "namespace"
    TARGET = "release.targetNamespace"
    OTHER_CLUSTER = "release.kubeConfig"
    USERS = "values.auth.htpasswd.existingSecret"
    TOKEN_KEYS = "values.auth.token.existingSecret"
    POD_CERTIFICATE = "values.tls.existingSecret"
    CLIENT_AUTHORITIES = "values.tls.clientAuthentication.existingSecret"
    AUTHORITIES = "values.extraCAs"
    FILE = "values.extraFiles"
    UPSTREAM_CREDENTIALS = "values.proxy.existingSecret"
    UPLOADS = "values.http.existingSecret"
    STORAGE_S3 = "values.storage.s3.existingSecret"
    STORAGE_GCS = "values.storage.gcs.existingSecret"
    STORAGE_AZURE = "values.storage.azure.existingSecret"
    CACHE = "values.cache.redis.existingSecret"
    ENVIRONMENT_SECRET = "values.extraEnvVarsSecret"
    ENVIRONMENT_CONFIG_MAP = "values.extraEnvVarsCM"
    VARIABLE = "values.extraEnvVars"
    IMAGE_CREDENTIALS = "values.image.pullSecrets"
    CERTIFICATE = "values.ingress.tls"
    EXTRA_CERTIFICATE = "values.ingress.extraTls"
    GATEWAY = "values.httpRoute.parentRefs"
    INGRESS_CLASS = "values.ingress.ingressClassName"
    IDENTITY = "values.serviceAccount.name"
    PRIORITY = "values.priorityClassName"
    RUNTIME = "values.runtimeClassName"
    EXTRA_VOLUME = "values.extraVolumes"
    INIT_CONTAINER = "values.initContainers"
    SIDECAR = "values.sidecars"
    MONITORING = "values.metrics"
    IMAGES = "values.persistence.existingClaim"
    VOLUME = "values.persistence.storageClass"

    @property
    def is_environment(self) -> bool:
        """Whether the object sets environment variables: without it, the kubelet does not create the container."""
        return self in (
            self.UPLOADS,
            self.STORAGE_S3,
            self.STORAGE_AZURE,
            self.CACHE,
            self.UPSTREAM_CREDENTIALS,
            self.ENVIRONMENT_SECRET,
            self.ENVIRONMENT_CONFIG_MAP,
            self.VARIABLE,
            self.INIT_CONTAINER,
            self.SIDECAR,
        )


@dataclass(frozen=True)
class ObjectReference:
    """An object of Kubernetes; the namespace is "" for those of the whole cluster."""

    kind: str
    name: str
    namespace: str


@dataclass(frozen=True)
class Need(ObjectReference):
    """An object that must exist, and that neither the rendered files nor the chart contain."""

    purpose: Purpose
    key: str = ""
    """The key that the Secret or ConfigMap must have, or ""."""
    variable: str = ""
    """The environment variable with the value of `key`, for `Purpose.VARIABLE`."""


def list_needs(
    deployment: RegistryDeployment, names: ObjectNames, storage: StorageFacts, endpoints: Endpoints
) -> Iterator[Need]:
    """Yield what must exist; an object that two keys name for one purpose comes twice."""
    values, there = deployment.values, names.target_namespace
    yield from _namespaces(deployment, names)
    yield from _for_chart(deployment, names.namespace)
    yield from _for_other_cluster(deployment, names.namespace)
    for reference in deployment.release.values_from or ():
        yield Need(reference.kind, reference.name, names.namespace, Purpose.MORE_VALUES)
    yield from _for_pods(values, there)
    if endpoints.certificate_secret:
        yield Need("Secret", endpoints.certificate_secret, there, Purpose.CERTIFICATE)
    yield from _for_routes(values, there)
    yield from _for_scheduling(values)
    yield from _for_extra_volumes(values, there)
    yield from _for_containers(values, there)
    if values.service_account.name and not values.service_account.create:
        yield Need("ServiceAccount", values.service_account.name, there, Purpose.IDENTITY)
    yield from _for_monitoring(values)
    if storage.is_existing_claim:
        yield Need("PersistentVolumeClaim", storage.claim, there, Purpose.IMAGES)
    elif storage.is_own_claim and values.persistence.storage_class not in ("", "-"):
        yield Need("StorageClass", values.persistence.storage_class, "", Purpose.VOLUME)


def _namespaces(deployment: RegistryDeployment, names: ObjectNames) -> Iterator[Need]:
    """Yield the namespaces that nothing here creates; those of Kubernetes and Flux are always there."""
    rendered = deployment.namespace_to_render if deployment.renders_namespace else ""
    if names.namespace != rendered and not is_system_namespace(names.namespace):
        yield Need("Namespace", names.namespace, "", Purpose.HOME)
    install, target = deployment.release.install, names.target_namespace
    if (install and install.create_namespace) or is_system_namespace(target):
        return
    if deployment.release.kube_config or target not in (rendered, names.namespace):
        yield Need("Namespace", target, "", Purpose.TARGET)


def _for_other_cluster(deployment: RegistryDeployment, here: str) -> Iterator[Need]:
    access = deployment.release.kube_config
    if access and access.secret_ref:
        yield Need("Secret", access.secret_ref.name, here, Purpose.OTHER_CLUSTER, access.secret_ref.key or "value")
    if access and access.config_map_ref:
        yield Need("ConfigMap", access.config_map_ref.name, here, Purpose.OTHER_CLUSTER)


def _for_routes(values: RegistryValues, there: str) -> Iterator[Need]:
    if values.ingress.enabled:
        for tls in values.ingress.extra_tls:
            if tls.secret_name:
                yield Need("Secret", tls.secret_name, there, Purpose.EXTRA_CERTIFICATE)
        if values.ingress.ingress_class_name:
            yield Need("IngressClass", values.ingress.ingress_class_name, "", Purpose.INGRESS_CLASS)
    if values.http_route.enabled:
        for parent in values.http_route.parent_refs:
            yield Need("Gateway", parent.name, parent.namespace or there, Purpose.GATEWAY)


def _for_scheduling(values: RegistryValues) -> Iterator[Need]:
    # Kubernetes has those of the system itself.
    if values.priority_class_name and not values.priority_class_name.startswith("system-"):
        yield Need("PriorityClass", values.priority_class_name, "", Purpose.PRIORITY)
    if values.runtime_class_name:
        yield Need("RuntimeClass", values.runtime_class_name, "", Purpose.RUNTIME)


def _for_extra_volumes(values: RegistryValues, there: str) -> Iterator[Need]:
    for volume in values.extra_volumes:
        secret, config_map, claim, csi = volume.secret, volume.config_map, volume.persistent_volume_claim, volume.csi
        if secret and not secret.optional:
            yield Need("Secret", secret.secret_name, there, Purpose.EXTRA_VOLUME)
        if config_map and not config_map.optional:
            yield Need("ConfigMap", config_map.name, there, Purpose.EXTRA_VOLUME)
        if claim:
            yield Need("PersistentVolumeClaim", claim.claim_name, there, Purpose.EXTRA_VOLUME)
        if csi and csi.node_publish_secret_ref:
            yield Need("Secret", csi.node_publish_secret_ref.name, there, Purpose.EXTRA_VOLUME)
        for source in volume.projected.sources if volume.projected else ():
            for kind, keys in (("Secret", source.secret), ("ConfigMap", source.config_map)):
                if keys and not keys.optional:
                    yield Need(kind, keys.name, there, Purpose.EXTRA_VOLUME)


def _for_containers(values: RegistryValues, there: str) -> Iterator[Need]:
    for purpose, containers in (
        (Purpose.INIT_CONTAINER, values.init_containers),
        (Purpose.SIDECAR, values.sidecars),
    ):
        for container in containers:
            for variable in container.env:
                yield from (replace(need, purpose=purpose) for need in _for_variable(variable, there))
            for source in container.env_from:
                for kind, whole in (("Secret", source.secret_ref), ("ConfigMap", source.config_map_ref)):
                    if whole and not whole.optional:
                        yield Need(kind, whole.name, there, purpose)


def _for_chart(deployment: RegistryDeployment, here: str) -> Iterator[Need]:
    source = deployment.source
    if isinstance(source, GitSource):
        yield Need("GitRepository", source.name, source.namespace, Purpose.CHART)
        return
    if source.secret_ref:
        yield Need("Secret", source.secret_ref.name, here, Purpose.CHART_CREDENTIALS)
    if source.cert_secret_ref:
        yield Need("Secret", source.cert_secret_ref.name, here, Purpose.CHART_CERTIFICATES)
    if isinstance(source, OCISource) and source.verify and source.verify.secret_ref:
        yield Need("Secret", source.verify.secret_ref.name, here, Purpose.CHART_SIGNERS)


def _for_monitoring(values: RegistryValues) -> Iterator[Need]:
    """Yield the kinds of the Prometheus Operator, and the namespaces that the objects name."""
    metrics = values.metrics
    monitor, pods, rules, board = (
        metrics.service_monitor,
        metrics.pod_monitor,
        metrics.prometheus_rule,
        metrics.dashboard,
    )
    objects = (
        ("servicemonitors", monitor.namespace, monitor.enabled),
        ("podmonitors", pods.namespace, pods.enabled),
        ("prometheusrules", rules.namespace, rules.enabled),
        ("", board.namespace, board.enabled),
    )
    for plural, namespace, exists in objects:
        if exists and plural:
            yield Need("CustomResourceDefinition", f"{plural}.monitoring.coreos.com", "", Purpose.MONITORING)
        if exists and namespace:
            yield Need("Namespace", namespace, "", Purpose.MONITORING)


def _for_pods(values: RegistryValues, there: str) -> Iterator[Need]:
    htpasswd = values.auth.htpasswd
    if htpasswd.enabled and htpasswd.existing_secret:
        yield Need("Secret", htpasswd.existing_secret, there, Purpose.USERS, htpasswd.existing_secret_key)
    yield from _for_files(values, there)
    if values.proxy.enabled and values.proxy.existing_secret:
        for key in ("password",) if values.proxy.username else ("username", "password"):
            yield Need("Secret", values.proxy.existing_secret, there, Purpose.UPSTREAM_CREDENTIALS, key)
    if values.http.existing_secret:
        yield Need("Secret", values.http.existing_secret, there, Purpose.UPLOADS, "http-secret")
    yield from _for_storage(values, there)
    if values.extra_env_vars_secret:
        yield Need("Secret", values.extra_env_vars_secret, there, Purpose.ENVIRONMENT_SECRET)
    if values.extra_env_vars_cm:
        yield Need("ConfigMap", values.extra_env_vars_cm, there, Purpose.ENVIRONMENT_CONFIG_MAP)
    for variable in values.extra_env_vars:
        yield from _for_variable(variable, there)
    for name in values.image.pull_secrets:
        yield Need("Secret", name, there, Purpose.IMAGE_CREDENTIALS)


def _for_storage(values: RegistryValues, there: str) -> Iterator[Need]:
    storage, redis = values.storage, values.cache.redis
    if storage.type == "s3" and storage.s3.existing_secret:
        for key in ("access-key", "secret-key"):
            yield Need("Secret", storage.s3.existing_secret, there, Purpose.STORAGE_S3, key)
    if storage.type == "gcs" and storage.gcs.existing_secret:
        yield Need("Secret", storage.gcs.existing_secret, there, Purpose.STORAGE_GCS, "key.json")
    if storage.type == "azure" and storage.azure.credentials_type in AZURE_KEYS:
        key = AZURE_KEYS[storage.azure.credentials_type]
        yield Need("Secret", storage.azure.existing_secret, there, Purpose.STORAGE_AZURE, key)
    if values.cache.type == "redis" and redis.existing_secret:
        yield Need("Secret", redis.existing_secret, there, Purpose.CACHE, "redis-password")


def _for_files(values: RegistryValues, there: str) -> Iterator[Need]:
    token, tls = values.auth.token, values.tls
    if token.enabled and token.existing_secret:
        for key in filter(None, (token.root_cert_bundle_key, token.jwks_key)):
            yield Need("Secret", token.existing_secret, there, Purpose.TOKEN_KEYS, key)
    if tls.enabled:
        yield Need("Secret", tls.existing_secret, there, Purpose.POD_CERTIFICATE)
    clients = tls.client_authentication
    if tls.enabled and clients.existing_secret:
        yield Need("Secret", clients.existing_secret, there, Purpose.CLIENT_AUTHORITIES, clients.key)
    for purpose, files in ((Purpose.AUTHORITIES, values.extra_cas), (Purpose.FILE, values.extra_files)):
        for file in files:
            kind = "Secret" if file.secret_name else "ConfigMap"
            yield Need(kind, file.secret_name or file.config_map_name or "", there, purpose, file.key)


def _for_variable(variable: EnvVar, there: str) -> Iterator[Need]:
    origin = variable.value_from
    if origin is None:
        return
    for kind, key in (("Secret", origin.secret_key_ref), ("ConfigMap", origin.config_map_key_ref)):
        if key and not key.optional:
            yield Need(kind, key.name, there, Purpose.VARIABLE, key.key, variable.name)
