"""The chart's values as a whole, and the combinations of them that cannot work."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from registry_gitops.model import (
    Annotations,
    Duration,
    DurationText,
    Labels,
    Model,
    NonNegative,
    OptionalName,
    Text,
    custom_error,
    failure,
)
from registry_gitops.values.auth import Auth
from registry_gitops.values.configuration import Configuration
from registry_gitops.values.env import EnvVar
from registry_gitops.values.image import Image
from registry_gitops.values.ingress import Ingress
from registry_gitops.values.persistence import Persistence
from registry_gitops.values.probes import LivenessProbe, ReadinessProbe, StartupProbe
from registry_gitops.values.resources import Resources
from registry_gitops.values.scheduling import Affinity, Toleration, TopologySpreadConstraint, UpdateStrategy
from registry_gitops.values.security import ContainerSecurityContext, PodSecurityContext, ServiceAccount
from registry_gitops.values.service import Service

Path = tuple[str, ...]
NamePart = Annotated[
    str,
    Text(
        "a name",
        r"[a-z]([-a-z0-9]*[a-z0-9])?",
        "use lower-case letters, digits and '-', and begin with a letter (a Service is named so)",
        max_length=53,
        empty=True,
    ),
]


class Deletion(Model):
    """Whether clients may delete."""

    enabled: bool = False
    """Whether DELETE of manifests and blobs is answered, or refused with 405. Upstream: storage.delete.enabled."""


class Http(Model):
    """How the registry speaks HTTP."""

    existing_secret: OptionalName = ""
    """Secret whose key `http-secret` signs the state of uploads. More than one replica needs it, because they share
    uploads; a single replica makes its own at each start. Upstream: http.secret."""

    relative_urls: bool = True
    """Whether `Location` headers hold paths only, so that no proxy can turn them wrong. Upstream: http.relativeurls."""

    drain_timeout: DurationText = "60s"
    """How long running requests may go on after the Pod was told to end. Upstream: http.draintimeout."""


class RegistryValues(Model):
    """Values of the chart `docker-registry`: what its values.yaml holds, typed.

    The defaults are the documented deployment: `registry:3` with one replica, ClusterIP 5000, 100m/128Mi requested and
    500m/512Mi at most, 10Gi ReadWriteOnce, not root. Attributes give the values in force, `to_dict()` those set.
    Combinations that cannot work are refused, with the reason, by the model and by the chart alike.
    """

    name_override: NamePart = ""
    """Replaces the chart's name in the names of objects."""

    fullname_override: NamePart = ""
    """Replaces the whole name of the objects."""

    common_labels: Labels = {}
    """Labels of every object."""

    common_annotations: Annotations = {}
    """Annotations of every object."""

    replica_count: NonNegative = 1
    """Number of Pods. More than one needs a volume that several nodes can mount, or object storage."""

    image: Image = Field(default_factory=Image)
    """The image that the Pod runs, and how it is pulled."""

    service: Service = Field(default_factory=Service)
    """How the registry is reached inside the cluster."""

    ingress: Ingress = Field(default_factory=Ingress)
    """How the registry is reached from outside the cluster."""

    auth: Auth = Field(default_factory=Auth)
    """Who may use the registry."""

    persistence: Persistence = Field(default_factory=Persistence)
    """The volume that keeps the images."""

    deletion: Deletion = Field(default_factory=Deletion)
    """Whether clients may delete."""

    http: Http = Field(default_factory=Http)
    """How the registry speaks HTTP."""

    configuration: Configuration = Field(default_factory=Configuration)
    """Keys of distribution's config.yml, merged over what the chart makes of the other values."""

    extra_env_vars: list[EnvVar] = []
    """More environment variables of the container; those named REGISTRY_* override the configuration."""

    extra_env_vars_secret: OptionalName = ""
    """Secret whose keys all become environment variables: the place for credentials of an object store."""

    extra_env_vars_cm: Annotated[OptionalName, Field(alias="extraEnvVarsCM")] = ""
    """ConfigMap whose keys all become environment variables."""

    resources: Resources = Field(default_factory=Resources)
    """CPU and memory of the container."""

    pod_security_context: PodSecurityContext = Field(default_factory=PodSecurityContext)
    """Security settings of the Pod."""

    container_security_context: ContainerSecurityContext = Field(default_factory=ContainerSecurityContext)
    """Security settings of the container."""

    service_account: ServiceAccount = Field(default_factory=ServiceAccount)
    """Identity of the Pod."""

    liveness_probe: LivenessProbe = Field(default_factory=LivenessProbe)
    """When the container is restarted."""

    readiness_probe: ReadinessProbe = Field(default_factory=ReadinessProbe)
    """When the Pod gets requests."""

    startup_probe: StartupProbe = Field(default_factory=StartupProbe)
    """How long the start may take."""

    update_strategy: UpdateStrategy = Field(default_factory=UpdateStrategy)
    """How a new version takes over."""

    termination_grace_period_seconds: NonNegative = 90
    """Seconds between SIGTERM and SIGKILL: longer than `http.drainTimeout`, or running pushes are cut off."""

    pod_annotations: Annotations = {}
    """Annotations of the Pods."""

    pod_labels: Labels = {}
    """Labels of the Pods."""

    node_selector: Labels = {}
    """Labels that a node must have."""

    affinity: Affinity = Field(default_factory=Affinity)
    """Which nodes, and which other Pods, to be near to or far from."""

    tolerations: list[Toleration] = []
    """Taints that the Pods put up with."""

    topology_spread_constraints: list[TopologySpreadConstraint] = []
    """How evenly the Pods are spread."""

    @property
    def object_storage(self) -> bool:
        """Whether images are kept in an object store rather than on the volume."""
        return self.configuration.driver in ("s3", "gcs", "azure")

    @model_validator(mode="after")
    def _combinations(self) -> RegistryValues:
        wrong = list(_impossible(self))
        if wrong:
            raise failure("RegistryValues", wrong)
        return self


def _impossible(values: RegistryValues) -> Iterator[tuple[Path, PydanticCustomError]]:
    """What cannot work, each with the value to change. The chart's templates/validate.yaml says the same in Helm."""
    yield from _replicas(values)
    yield from _htpasswd(values)
    ingress = values.ingress
    if ingress.enabled and ingress.tls and not ingress.hostname:
        yield ("ingress", "hostname"), custom_error("tls_host", "ingress.tls needs a host name: set ingress.hostname")
    drain = Duration(values.http.drain_timeout).seconds
    if drain >= Decimal(values.termination_grace_period_seconds) > 0:
        yield (
            ("terminationGracePeriodSeconds",),
            custom_error(
                "grace_period",
                f"the Pod is killed after {values.termination_grace_period_seconds}s, but may drain for "
                f"{values.http.drain_timeout} (http.drainTimeout): allow more than {drain:f} seconds",
            ),
        )


def _replicas(values: RegistryValues) -> Iterator[tuple[Path, PydanticCustomError]]:
    if values.replica_count <= 1:
        return
    volume = values.persistence
    shared = volume.enabled and "ReadWriteMany" in volume.access_modes and values.configuration.driver != "inmemory"
    if not (shared or values.object_storage):
        has = f"a {'/'.join(volume.access_modes)} volume" if volume.enabled else "no volume at all"
        yield (
            ("replicaCount",),
            custom_error(
                "replicas",
                f"{values.replica_count} replicas cannot share {has}: set replicaCount to 1, or "
                "persistence.accessModes to [ReadWriteMany], or configuration.storage to an object store",
            ),
        )
    if not values.http.existing_secret:
        yield (
            ("replicaCount",),
            custom_error(
                "http_secret",
                f"{values.replica_count} replicas need one secret for uploads, or pushes fail when they change Pods: "
                "set http.existingSecret to a Secret with the key http-secret",
            ),
        )


def _htpasswd(values: RegistryValues) -> Iterator[tuple[Path, PydanticCustomError]]:
    htpasswd, at = values.auth.htpasswd, ("auth", "htpasswd")
    if htpasswd.existing_secret and htpasswd.password:
        message = "existingSecret and password exclude each other: remove the password"
        yield (*at, "password"), custom_error("htpasswd", message)
    elif htpasswd.enabled and not htpasswd.existing_secret and not (htpasswd.username and htpasswd.password):
        message = (
            "htpasswd is enabled without credentials: set existingSecret (`registry-gitops htpasswd` makes the Secret)"
        )
        yield (*at, "existingSecret"), custom_error("htpasswd", message)
