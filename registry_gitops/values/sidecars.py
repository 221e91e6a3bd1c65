"""Containers that run in the Pod next to the registry. Types and names: core/v1."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field

from registry_gitops.model import (
    EMPTY,
    DNSLabel,
    DNSSubdomain,
    EnvVarName,
    IPAddress,
    ListOf,
    MapOf,
    Model,
    NonNegative,
    NotBlank,
    Port,
    PortName,
    QuantityText,
    RuleErrors,
    one_of_errors,
    one_of_schema,
    rule_error,
)
from registry_gitops.values.env import EnvVar
from registry_gitops.values.handlers import ContainerProbe, LifecycleHooks
from registry_gitops.values.resources import request_errors
from registry_gitops.values.security import SeccompProfile, SeLinuxOptions
from registry_gitops.values.volumes import VolumeMount


class ContainerPort(Model):
    """A port on which the container listens. Upstream: ContainerPort (core/v1)."""

    container_port: Port
    """Number of the port."""

    name: PortName | None = None
    """Name of the port, for Services and probes."""

    protocol: Literal["TCP", "UDP", "SCTP"] | None = None
    """Protocol of the port. Default: TCP."""

    host_port: Port | None = None
    """Port of the node that leads to it; the Pod Security levels `baseline` and `restricted` refuse it."""

    host_ip: Annotated[IPAddress | None, Field(alias="hostIP")] = None
    """Address of the node to bind `hostPort` to. Default: all."""


class EnvSource(Model):
    """A Secret or ConfigMap in the same namespace. Upstream: SecretEnvSource, ConfigMapEnvSource (core/v1)."""

    name: DNSSubdomain
    """Name of the object."""

    optional: bool | None = None
    """Whether the object is allowed to be missing. Default: false."""


_ENV_SOURCES: Final = ("secretRef", "configMapRef")


class EnvFrom(Model):
    """An object whose keys all become environment variables: a Secret or a ConfigMap. Upstream: EnvFromSource
    (core/v1)."""

    model_config = one_of_schema(*_ENV_SOURCES)

    secret_ref: EnvSource | None = None
    """A Secret."""

    config_map_ref: EnvSource | None = None
    """A ConfigMap."""

    prefix: EnvVarName | None = None
    """Text in front of each name. Default: none."""

    def _rule_errors(self) -> RuleErrors:
        return one_of_errors(self, *_ENV_SOURCES)


class ContainerResources(Model):
    """CPU, memory, and other resources of the container. Upstream: ResourceRequirements (core/v1)."""

    requests: MapOf[NotBlank, QuantityText] = EMPTY
    """What the scheduler reserves, by the name of the resource."""

    limits: MapOf[NotBlank, QuantityText] = EMPTY
    """What the container can use at most, by the name of the resource."""

    def _rule_errors(self) -> RuleErrors:
        for resource, request in self.requests.items():
            yield from request_errors(resource, request, self.limits.get(resource))


class ContainerCapabilities(Model):
    """Linux capabilities. Upstream: Capabilities (core/v1)."""

    drop: ListOf[str] = ()
    """Capabilities to remove; the level `restricted` requires ALL."""

    add: ListOf[str] = ()
    """Capabilities to add; the level `restricted` allows NET_BIND_SERVICE only."""


class SecurityContext(Model):
    """Security settings of a container; the chart sets none of them. Upstream: SecurityContext (core/v1)."""

    run_as_user: NonNegative | None = None
    """User id of the process."""

    run_as_group: NonNegative | None = None
    """Group id of the process."""

    run_as_non_root: bool | None = None
    """Whether the kubelet refuses to start the container as root."""

    privileged: bool | None = None
    """Whether the container has all rights of the node."""

    allow_privilege_escalation: bool | None = None
    """Whether a process can get more rights than its parent."""

    read_only_root_filesystem: bool | None = None
    """Whether the image's files are read-only."""

    capabilities: ContainerCapabilities | None = None
    seccomp_profile: SeccompProfile | None = None
    se_linux_options: SeLinuxOptions | None = None


class Sidecar(Model):
    """A container that runs next to the registry. Upstream: Container (core/v1)."""

    name: DNSLabel
    """Name of the container."""

    image: NotBlank
    """Reference of the image."""

    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] | None = None
    """When the kubelet pulls the image. Default: Always for the tag latest, else IfNotPresent."""

    command: ListOf[str] = ()
    """Program and arguments, instead of the image's entry point."""

    args: ListOf[str] = ()
    """Arguments, instead of those of the image."""

    working_dir: str | None = None
    """Working directory. Default: that of the image."""

    ports: ListOf[ContainerPort] = ()
    """Ports on which the container listens."""

    env: ListOf[EnvVar] = ()
    """Environment variables."""

    env_from: ListOf[EnvFrom] = ()
    """Secrets and ConfigMaps whose keys all become environment variables."""

    resources: ContainerResources | None = None

    volume_mounts: ListOf[VolumeMount] = ()
    """Mounts of volumes of the Pod."""

    security_context: SecurityContext | None = None
    """Security settings of the container. Default: `containerSecurityContext` of the registry, which the Pod Security
    level `restricted` admits; {} is none."""

    startup_probe: ContainerProbe | None = None
    """Until it succeeds, the other probes wait."""

    liveness_probe: ContainerProbe | None = None
    """A failure restarts the container."""

    readiness_probe: ContainerProbe | None = None
    """A failure takes the Pod out of the Service."""

    lifecycle: LifecycleHooks | None = None

    termination_message_path: str | None = None
    """File with the container's last words. Default: /dev/termination-log."""

    termination_message_policy: Literal["File", "FallbackToLogsOnError"] | None = None
    """Where the last words come from. Default: File."""


_OF_SIDECARS: Final = ("startupProbe", "livenessProbe", "readinessProbe", "lifecycle")


class InitContainer(Sidecar):
    """A container that runs before the registry or, with the restart policy Always, starts before it and keeps running
    (a native sidecar). Upstream: Container (core/v1)."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                {
                    "anyOf": [
                        {"required": ["restartPolicy"], "properties": {"restartPolicy": {"const": "Always"}}},
                        {"properties": {key: {"type": "null"} for key in _OF_SIDECARS}},
                    ]
                }
            ]
        }
    )

    restart_policy: Literal["Always"] | None = None
    """Always starts the next container once this one has started, and keeps it running. Default: it runs to its end."""

    def _rule_errors(self) -> RuleErrors:
        if self.restart_policy:
            return
        given = (self.startup_probe, self.liveness_probe, self.readiness_probe, self.lifecycle)
        for key, value in zip(_OF_SIDECARS, given, strict=True):
            if value is not None:
                yield rule_error(
                    "init_container",
                    f"Kubernetes refuses {key} of a container that runs to its end: remove it, or set restartPolicy to "
                    "Always",
                    key,
                )
