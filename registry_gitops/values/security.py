"""What the Pod is allowed to do on its node. The defaults pass the Pod Security level `restricted`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import ConfigDict

from registry_gitops.model import (
    EMPTY,
    Annotations,
    ListOf,
    Model,
    NonNegative,
    OptionalName,
    RuleErrors,
    default_section,
    rule_error,
)


class SeccompProfile(Model):
    """Filter of system calls. Upstream: SeccompProfile (core/v1)."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                {
                    "if": {"properties": {"type": {"const": "Localhost"}}, "required": ["type"]},
                    "then": {"properties": {"localhostProfile": {"minLength": 1}}, "required": ["localhostProfile"]},
                    "else": {"properties": {"localhostProfile": {"enum": ["", None]}}},
                }
            ]
        }
    )

    type: Literal["RuntimeDefault", "Localhost", "Unconfined"] = "RuntimeDefault"
    """Kind of the filter; the level `restricted` refuses Unconfined."""

    localhost_profile: str | None = None
    """File of the filter on the node, with the type Localhost only."""

    def _rule_errors(self) -> RuleErrors:
        if (self.type == "Localhost") != bool(self.localhost_profile):
            yield rule_error(
                "seccomp", "localhostProfile goes with type Localhost, and only with it", "localhostProfile"
            )


class SeLinuxOptions(Model):
    """SELinux label. Upstream: SELinuxOptions (core/v1)."""

    level: str | None = None
    """Level of the label, such as s0:c123,c456."""

    role: str | None = None
    """Role of the label."""

    type: str | None = None
    """Type of the label."""

    user: str | None = None
    """User of the label."""


class Sysctl(Model):
    """A kernel parameter of the Pod. Upstream: Sysctl (core/v1)."""

    name: str
    """Name of the parameter."""

    value: str
    """Value, as text."""


class PodSecurityContext(Model):
    """Security settings of the Pod. Upstream: PodSecurityContext (core/v1); null removes a default."""

    enabled: bool = True
    """Whether these settings are rendered; set false on a platform that assigns its own, such as OpenShift."""

    fs_group: NonNegative | None = 1000
    """Group that owns the volume, so that the registry can write to it."""

    fs_group_change_policy: Literal["OnRootMismatch", "Always"] | None = "OnRootMismatch"
    """When files on the volume get this group; Always delays each start on a large volume."""

    run_as_user: NonNegative | None = None
    """User id of every container that does not set one."""

    run_as_group: NonNegative | None = None
    """Group id of every container that does not set one."""

    run_as_non_root: bool | None = True
    """Whether the kubelet refuses to start a container as root."""

    supplemental_groups: ListOf[NonNegative] | None = None
    """More groups of the process."""

    seccomp_profile: SeccompProfile | None = default_section(SeccompProfile)
    se_linux_options: SeLinuxOptions | None = None

    sysctls: ListOf[Sysctl] | None = None
    """Kernel parameters."""

    instead: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("privileged", "allowPrivilegeEscalation", "readOnlyRootFilesystem", "capabilities"),
        "Kubernetes has it for containers only, write it in containerSecurityContext",
    )


class Capabilities(Model):
    """Linux capabilities of the container. Upstream: Capabilities (core/v1)."""

    drop: ListOf[str] = ("ALL",)
    """Capabilities to remove; the level `restricted` requires ALL."""

    add: ListOf[str] | None = None
    """Capabilities to add; the level `restricted` allows NET_BIND_SERVICE only."""


class ContainerSecurityContext(Model):
    """Security settings of the container. Upstream: SecurityContext (core/v1); null removes a default."""

    enabled: bool = True
    """Whether these settings are rendered."""

    run_as_user: NonNegative | None = 1000
    """User id of the process. A number is needed: the image names no user, and root is refused."""

    run_as_group: NonNegative | None = 1000
    """Group id of the process."""

    run_as_non_root: bool | None = True
    """Whether the kubelet refuses to start the container as root."""

    privileged: bool | None = False
    """Whether the container has all rights of the node."""

    allow_privilege_escalation: bool | None = False
    """Whether a process can get more rights than its parent."""

    read_only_root_filesystem: bool | None = True
    """Whether the image's files are read-only; the registry writes to its volume only."""

    capabilities: Capabilities | None = default_section(Capabilities)
    seccomp_profile: SeccompProfile | None = default_section(SeccompProfile)
    se_linux_options: SeLinuxOptions | None = None

    instead: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("fsGroup", "fsGroupChangePolicy", "supplementalGroups", "sysctls"),
        "Kubernetes has it for Pods only, write it in podSecurityContext",
    )


class ServiceAccount(Model):
    """Identity of the Pod in the cluster and, by annotations, in a cloud."""

    create: bool = True
    """Whether the chart creates the ServiceAccount."""

    name: OptionalName = ""
    """Name of the ServiceAccount; "" is the full name of the release, or `default` if none is created."""

    annotations: Annotations = EMPTY
    """Annotations, such as the role of a cloud's workload identity."""

    automount_service_account_token: bool = False
    """Whether a token is mounted. The registry does not call the Kubernetes API; workload identity can need it."""

    instead: ClassVar[Mapping[str, str]] = {
        "automount": "write automountServiceAccountToken",
        "serviceAccountName": "write name",
        "labels": "write commonLabels at the top level of the values",
    }
