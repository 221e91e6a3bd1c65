"""The chart's values as a whole."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from registry_gitops.model import (
    EMPTY,
    Annotations,
    DurationText,
    Labels,
    ListOf,
    Model,
    NonNegative,
    OptionalName,
    Text,
    default_section,
    error_at,
)
from registry_gitops.values.auth import Auth
from registry_gitops.values.combinations import find_conflicts
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
    500m/512Mi at most, 10Gi ReadWriteOnce, not root. Attributes give the values in force, `to_config_dict()` those set.
    Combinations that cannot work are refused, with the reason, by the model and by the chart alike.
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
    """Number of Pods. More than one needs a volume that several nodes can mount, or object storage."""

    image: Image = default_section(Image)
    """The image that the Pod runs, and how it is pulled."""

    service: Service = default_section(Service)
    """How the registry is reached inside the cluster."""

    ingress: Ingress = default_section(Ingress)
    """How the registry is reached from outside the cluster."""

    auth: Auth = default_section(Auth)
    """Who may use the registry."""

    persistence: Persistence = default_section(Persistence)
    """The volume that keeps the images."""

    deletion: Deletion = default_section(Deletion)
    """Whether clients may delete."""

    http: Http = default_section(Http)
    """How the registry speaks HTTP."""

    configuration: Configuration = default_section(Configuration)
    """Keys of distribution's config.yml, merged over what the chart makes of the other values."""

    extra_env_vars: ListOf[EnvVar] = ()
    """More environment variables of the container; those named REGISTRY_* override the configuration."""

    extra_env_vars_secret: OptionalName = ""
    """Secret whose keys all become environment variables: the place for credentials of an object store."""

    extra_env_vars_cm: Annotated[OptionalName, Field(alias="extraEnvVarsCM")] = ""
    """ConfigMap whose keys all become environment variables."""

    resources: Resources = default_section(Resources)
    """CPU and memory of the container."""

    pod_security_context: PodSecurityContext = default_section(PodSecurityContext)
    """Security settings of the Pod."""

    container_security_context: ContainerSecurityContext = default_section(ContainerSecurityContext)
    """Security settings of the container."""

    service_account: ServiceAccount = default_section(ServiceAccount)
    """Identity of the Pod."""

    liveness_probe: LivenessProbe = default_section(LivenessProbe)
    """When the container is restarted."""

    readiness_probe: ReadinessProbe = default_section(ReadinessProbe)
    """When the Pod gets requests."""

    startup_probe: StartupProbe = default_section(StartupProbe)
    """How long the start may take."""

    update_strategy: UpdateStrategy = default_section(UpdateStrategy)
    """How a new version takes over."""

    termination_grace_period_seconds: NonNegative = 90
    """Seconds between SIGTERM and SIGKILL: longer than `http.drainTimeout`, or running pushes are cut off."""

    pod_annotations: Annotations = EMPTY
    """Annotations of the Pods."""

    pod_labels: Labels = EMPTY
    """Labels of the Pods."""

    node_selector: Labels = EMPTY
    """Labels that a node must have."""

    affinity: Affinity = default_section(Affinity)
    """Which nodes, and which other Pods, to be near to or far from."""

    tolerations: ListOf[Toleration] = ()
    """Taints that the Pods put up with."""

    topology_spread_constraints: ListOf[TopologySpreadConstraint] = ()
    """How evenly the Pods are spread."""

    @property
    def object_storage(self) -> bool:
        """Whether images are kept in an object store rather than on the volume."""
        return self.configuration.driver in ("s3", "gcs", "azure")

    @property
    def keeps_claim(self) -> bool:
        """Whether a claim holds the images and outlives the release: ours that is kept, or an existing one."""
        return self._on_claim and bool(self.persistence.existing_claim or self.persistence.resource_policy)

    @property
    def shares_images(self) -> bool:
        """Whether several Pods can serve the same images: from an object store, or a volume for many nodes."""
        return self.object_storage or (self._on_claim and "ReadWriteMany" in self.persistence.access_modes)

    @property
    def _on_claim(self) -> bool:
        return self.persistence.enabled and self.configuration.driver in (None, "filesystem")

    @model_validator(mode="after")
    def _combinations(self) -> RegistryValues:
        conflicts = list(find_conflicts(self))
        if conflicts:
            raise error_at("RegistryValues", conflicts)
        return self
