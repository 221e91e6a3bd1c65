"""The chart's values as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field, ValidationInfo, field_validator

from registry_gitops.model import (
    EMPTY,
    SERVICE_NAME,
    SERVICE_NAME_REMEDY,
    Annotations,
    DurationText,
    FrozenDict,
    Labels,
    ListOf,
    Model,
    NonNegative,
    OptionalName,
    RuleErrors,
    Text,
    default_section,
)
from registry_gitops.values.auth import Auth
from registry_gitops.values.autoscaling import Autoscaling
from registry_gitops.values.cache import BlobCache, CacheType
from registry_gitops.values.combinations import find_conflicts
from registry_gitops.values.configuration import Configuration, Driver
from registry_gitops.values.disruption_budget import DisruptionBudget
from registry_gitops.values.dns import DnsConfig, DnsPolicy, HostAlias
from registry_gitops.values.env import EnvVar
from registry_gitops.values.environment import effective_configuration, read_environment
from registry_gitops.values.extra_object import ExtraObject
from registry_gitops.values.garbage_collection import GarbageCollection
from registry_gitops.values.handlers import LifecycleHooks
from registry_gitops.values.http_route import HttpRoute
from registry_gitops.values.image import Image
from registry_gitops.values.ingress import Ingress
from registry_gitops.values.metrics import Metrics
from registry_gitops.values.mounted_files import ExtraCA, ExtraFile
from registry_gitops.values.network_policy import NetworkAccess
from registry_gitops.values.other_charts import VALUES_INSTEAD, VALUES_OF_OTHER_TYPES
from registry_gitops.values.persistence import Persistence
from registry_gitops.values.pod_tls import PodTls
from registry_gitops.values.probes import LivenessProbe, ReadinessProbe, StartupProbe
from registry_gitops.values.pull_through_cache import PullThroughCache
from registry_gitops.values.registry_config import rendered_configuration
from registry_gitops.values.resources import Resources
from registry_gitops.values.scheduling import Affinity, Toleration, TopologySpreadConstraint, UpdateStrategy
from registry_gitops.values.security import ContainerSecurityContext, PodSecurityContext, ServiceAccount
from registry_gitops.values.service import Service
from registry_gitops.values.sidecars import InitContainer, Sidecar
from registry_gitops.values.storage import OBJECT_STORES, ImageStorage
from registry_gitops.values.supplied import is_supplied
from registry_gitops.values.volumes import Volume, VolumeMount

NamePart = Annotated[str, Text("a name", SERVICE_NAME, SERVICE_NAME_REMEDY, max_length=53, empty=True)]


class Deletion(Model):
    """Whether clients can delete images."""

    enabled: bool = False
    """Whether clients can delete manifests and blobs; if not, DELETE returns 405. Upstream: storage.delete.enabled."""


class Http(Model):
    """HTTP settings of the registry."""

    existing_secret: OptionalName = ""
    """Secret whose key `http-secret` signs the state of uploads. More than one replica needs it, because they share
    uploads. A single replica without it creates one at each start, so that a restart breaks running pushes. Upstream:
    http.secret."""

    relative_urls: bool = True
    """Whether `Location` headers are paths, which are right behind any proxy. Upstream: http.relativeurls."""

    drain_timeout: DurationText = "60s"
    """Time for running requests to finish after the Pod gets SIGTERM. Upstream: http.draintimeout."""

    instead: ClassVar[Mapping[str, str]] = {
        "secret": "name a Secret with the key http-secret in http.existingSecret",
        "addr": "the container listens on 5000, write service.ports.http for the Service",
        "port": "the container listens on 5000, write service.ports.http for the Service",
        "tls": "write tls.enabled and tls.existingSecret",
        "debug": "write metrics.enabled",
        **{key: f"write configuration.http.{key}" for key in ("host", "prefix", "headers", "http2", "h2c")},
    }


class RegistryValues(Model):
    """Values of the chart `docker-registry`.

    The defaults are the documented deployment: `registry:3` with one replica, ClusterIP 5000, requests of 100m/128Mi,
    limits of 500m/512Mi, 10Gi ReadWriteOnce, not root. Both the models and the chart refuse combinations of values that
    cannot work, with the reason.
    """

    name_override: NamePart = ""
    """Replaces the chart's name in the names of objects."""

    fullname_override: NamePart = ""
    """Replaces the whole name of the objects."""

    common_labels: Labels = EMPTY
    """Labels of every object."""

    common_annotations: Annotations = EMPTY
    """Annotations of every object."""

    replica_count: NonNegative = 1
    """Number of Pods. More than one needs a volume that several nodes can mount, or object storage. Without effect if
    `autoscaling.enabled`."""

    autoscaling: Autoscaling = default_section(Autoscaling)
    image: Image = default_section(Image)
    service: Service = default_section(Service)
    ingress: Ingress = default_section(Ingress)
    http_route: HttpRoute = default_section(HttpRoute)
    auth: Auth = default_section(Auth)
    tls: PodTls = default_section(PodTls)

    storage: ImageStorage = default_section(ImageStorage)
    persistence: Persistence = default_section(Persistence)
    cache: BlobCache = default_section(BlobCache)
    deletion: Deletion = default_section(Deletion)
    garbage_collection: GarbageCollection = default_section(GarbageCollection)
    metrics: Metrics = default_section(Metrics)
    http: Http = default_section(Http)
    proxy: PullThroughCache = default_section(PullThroughCache)

    extra_cas: Annotated[ListOf[ExtraCA], Field(alias="extraCAs")] = ()
    """Certificate authorities that the registry trusts besides those of its image: for object storage, the registry
    behind `proxy`, and the receivers of notifications. The files are /extra-cas/0.crt and so on."""

    extra_files: ListOf[ExtraFile] = ()
    """Files that config.yml names, such as the key of CloudFront."""

    configuration: Configuration = default_section(Configuration)

    extra_env_vars: ListOf[EnvVar] = ()
    """More environment variables of the container. Those named REGISTRY_* override config.yml, and the registry reads
    their values as YAML: use `configuration` instead, except for values from a Secret."""

    extra_env_vars_secret: OptionalName = ""
    """Secret whose keys all become environment variables: the place for credentials of an object store."""

    extra_env_vars_cm: Annotated[OptionalName, Field(alias="extraEnvVarsCM")] = ""
    """ConfigMap whose keys all become environment variables."""

    extra_volumes: ListOf[Volume] = ()
    """More volumes of the Pod, for `extraVolumeMounts`."""

    extra_volume_mounts: ListOf[VolumeMount] = ()
    """More mounts of the registry's container."""

    init_containers: ListOf[InitContainer] = ()
    """Containers that run before the registry or, with `restartPolicy: Always`, start before it and keep running."""

    sidecars: ListOf[Sidecar] = ()
    """Containers that run next to the registry."""

    command: ListOf[str] = ()
    """Program and arguments instead of the image's entry point; then the chart passes no arguments of its own."""

    args: ListOf[str] = ()
    """Arguments of the entry point. Default: the path of config.yml, `/etc/distribution/config.yml`."""

    lifecycle_hooks: LifecycleHooks = default_section(LifecycleHooks)

    resources: Resources = default_section(Resources)
    pod_security_context: PodSecurityContext = default_section(PodSecurityContext)
    container_security_context: ContainerSecurityContext = default_section(ContainerSecurityContext)
    service_account: ServiceAccount = default_section(ServiceAccount)
    liveness_probe: LivenessProbe = default_section(LivenessProbe)
    readiness_probe: ReadinessProbe = default_section(ReadinessProbe)
    startup_probe: StartupProbe = default_section(StartupProbe)
    update_strategy: UpdateStrategy = default_section(UpdateStrategy)
    pdb: DisruptionBudget = default_section(DisruptionBudget)
    network_policy: NetworkAccess = default_section(NetworkAccess)

    termination_grace_period_seconds: NonNegative = 90
    """Seconds between the end of the Pod and SIGKILL: longer than `http.drainTimeout`, or running pushes are cut off.
    Where an old and a new Pod overlap, the old one first serves for 10 seconds more."""

    pod_annotations: Annotations = EMPTY
    """Annotations of the Pods."""

    pod_labels: Labels = EMPTY
    """Labels of the Pods."""

    node_selector: Labels = EMPTY
    """Labels that a node must have."""

    affinity: Affinity = default_section(Affinity)

    tolerations: ListOf[Toleration] = ()
    """Taints that the Pods tolerate."""

    topology_spread_constraints: ListOf[TopologySpreadConstraint] = ()
    """How evenly the Pods are spread. Default, for several Pods without `affinity`: over the nodes, if possible."""

    priority_class_name: OptionalName = ""
    """PriorityClass of the Pods: which ones a full cluster evicts first. Upstream: PodSpec.priorityClassName."""

    scheduler_name: OptionalName = ""
    """Scheduler of the Pods; "" is the cluster's default. Upstream: PodSpec.schedulerName."""

    runtime_class_name: OptionalName = ""
    """RuntimeClass of the Pods, such as that of a sandbox; "" is the node's default. Upstream:
    PodSpec.runtimeClassName."""

    host_aliases: ListOf[HostAlias] = ()
    """Lines of /etc/hosts in the Pods."""

    dns_policy: DnsPolicy = ""
    """Where the Pods resolve names. Default: ClusterFirst, with `hostNetwork` ClusterFirstWithHostNet. Upstream:
    PodSpec.dnsPolicy."""

    dns_config: DnsConfig = default_section(DnsConfig)

    host_network: bool = False
    """Whether the Pods use the network of their node: clients then reach the registry's port on each node with a Pod,
    and only one Pod runs on a node. The Pod Security levels `baseline` and `restricted` refuse it."""

    revision_history_limit: NonNegative | None = None
    """Old ReplicaSets that are kept for a rollback. Default: 10. Upstream: DeploymentSpec.revisionHistoryLimit."""

    extra_deploy: Annotated[ListOf[ExtraObject], Field(repr=False)] = ()
    """More objects of the release, whole manifests. Helm does not expand templates in them."""

    instead: ClassVar[Mapping[str, str]] = VALUES_INSTEAD
    other_types: ClassVar[Mapping[str, str]] = VALUES_OF_OTHER_TYPES

    @field_validator("*", mode="before")
    @classmethod
    def _read_null_as_empty(cls, value: Any, info: ValidationInfo) -> Any:
        # An empty key of YAML is null: Helm removes it, which changes nothing where the default is empty.
        if value is not None or info.field_name is None:
            return value
        default = cls.model_fields[info.field_name].get_default(call_default_factory=True)
        if isinstance(default, str | tuple | FrozenDict) and not default:
            return default
        return {} if isinstance(default, Configuration | Affinity | DnsConfig | LifecycleHooks) else value

    @property
    def rendered_configuration(self) -> Configuration:
        """config.yml as the chart renders it, without a look at the environment."""
        return self.compute_once(rendered_configuration)

    @property
    def effective_configuration(self) -> Configuration:
        """config.yml as the registry reads it: what the chart renders, with the variables of `extraEnvVars` over it."""
        return self.compute_once(effective_configuration)

    @property
    def unknown_configuration(self) -> tuple[str, ...]:
        """Dotted keys of config.yml that a variable of `extraEnvVars` sets to a value that only the cluster knows."""
        return tuple(".".join(map(str, path)) for path in read_environment(self).unknown)

    @property
    def max_replicas(self) -> int:
        """The largest number of Pods that the values allow."""
        return self.autoscaling.max_replicas if self.autoscaling.enabled else self.replica_count

    @property
    def driver(self) -> Driver:
        """Name of the storage driver in force."""
        return self.configuration.driver or self.storage.type

    @property
    def is_object_storage(self) -> bool:
        """Whether the images are in object storage."""
        return self.driver in OBJECT_STORES

    @property
    def cache_type(self) -> CacheType:
        """Where the cache in force is; "off" is nowhere."""
        cache = self.configuration.storage.cache
        if cache and cache.blob_descriptor is not None:
            return cache.blob_descriptor or "off"
        return self.cache.type_for(self.max_replicas)

    @property
    def shares_images(self) -> bool:
        """Whether several Pods can serve the same images: from object storage, or a volume for many nodes."""
        if self.driver == "filesystem":
            return self.persistence.enabled and "ReadWriteMany" in self.persistence.access_modes
        return self.is_object_storage

    @property
    def rolls_over(self) -> bool:
        """Whether a rollout starts the new Pod before it ends the old one."""
        strategy = self.update_strategy.type or ("RollingUpdate" if self.shares_images else "Recreate")
        return strategy == "RollingUpdate"

    @property
    def is_cache(self) -> bool:
        """Whether the registry is a pull-through cache."""
        return self.proxy.enabled or bool(self.configuration.proxy and self.configuration.proxy.model_fields_set)

    @property
    def collects_in_pod(self) -> bool:
        """Whether garbage is collected in the Pod of the registry; if it is collected and this is false, by a Job."""
        return self.garbage_collection.enabled and self.max_replicas <= 1 and not self.rolls_over

    def _rule_errors(self) -> RuleErrors:
        return (conflict for conflict in find_conflicts(self) if not is_supplied(conflict))
