"""Volumes of the Pod, and where a container mounts them. Types and names: core/v1."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from registry_gitops.model import (
    EMPTY,
    AccessMode,
    Annotations,
    DataKey,
    DNSLabel,
    DNSSubdomain,
    Labels,
    ListOf,
    MapOf,
    Model,
    NotBlank,
    QuantityText,
    RuleErrors,
    Text,
    at_most_one_errors,
    at_most_one_schema,
    one_of_errors,
    one_of_schema,
)
from registry_gitops.values.env import FieldRef, ResourceFieldRef
from registry_gitops.values.scheduling import LabelSelector

# Not `..`, written without a lookahead, which the regular expressions of Helm do not have.
_SEGMENT = r"([^/.][^/]*|\.[^/.][^/]*|\.\.[^/]+|\.)"

RelativePath = Annotated[
    str,
    Text("a relative path", rf"{_SEGMENT}(/{_SEGMENT})*", 'write no leading "/", no "..", and no "//"', 4096),
]
"""Path of a file below the directory of a volume."""

MountPath = Annotated[
    str,
    Text(
        "the path of a mount", "/[^:]*[^:/][^:]*", 'begin it with "/", use no ":", and name a directory below /', 4096
    ),
]
"""Absolute path in a container, other than the root."""

FileMode = Annotated[int, Field(ge=0, le=0o777)]
"""Permissions of a file. YAML reads 0644 as an octal number, the same as 420; 644 is too large."""


class KeyToPath(Model):
    """A key whose value becomes a file. Upstream: KeyToPath (core/v1)."""

    key: DataKey
    """Key of the Secret or ConfigMap."""

    path: RelativePath
    """File below the directory of the mount."""

    mode: FileMode | None = None
    """Permissions of the file, such as 0440. Default: `defaultMode`."""


class ConfigMapVolume(Model):
    """Files from a ConfigMap. Upstream: ConfigMapVolumeSource (core/v1)."""

    name: DNSSubdomain
    """Name of the ConfigMap, in the same namespace."""

    items: ListOf[KeyToPath] = ()
    """Keys to use, with the files that they become. Default: all, each a file of its name."""

    default_mode: FileMode | None = None
    """Permissions of the files. Default: 0644."""

    optional: bool | None = None
    """Whether the ConfigMap or the keys are allowed to be missing. Default: false."""


class SecretVolume(Model):
    """Files from a Secret. Upstream: SecretVolumeSource (core/v1)."""

    secret_name: DNSSubdomain
    """Name of the Secret, in the same namespace."""

    items: ListOf[KeyToPath] = ()
    """Keys to use, with the files that they become. Default: all, each a file of its name."""

    default_mode: FileMode | None = None
    """Permissions of the files. Default: 0644."""

    optional: bool | None = None
    """Whether the Secret or the keys are allowed to be missing. Default: false."""


class EmptyDirVolume(Model):
    """An empty directory that lasts as long as the Pod. Upstream: EmptyDirVolumeSource (core/v1)."""

    medium: Literal["", "Memory"] | None = None
    """"" is the node's disk; Memory counts as memory of the containers. Default: ""."""

    size_limit: QuantityText | None = None
    """Size beyond which the Pod is evicted, in bytes with a unit. Default: none."""


class ClaimVolume(Model):
    """A PersistentVolumeClaim. Upstream: PersistentVolumeClaimVolumeSource (core/v1)."""

    claim_name: DNSSubdomain
    """Name of the PersistentVolumeClaim, in the same namespace."""

    read_only: bool | None = None
    """Whether all its mounts are read-only. Default: false."""


class DownwardFile(Model):
    """A file with a field of the Pod, or with a resource of a container: exactly one of them."""

    model_config = one_of_schema("fieldRef", "resourceFieldRef")

    path: RelativePath
    """File below the directory of the mount."""

    field_ref: FieldRef | None = None
    resource_field_ref: ResourceFieldRef | None = None

    mode: FileMode | None = None
    """Permissions of the file. Default: `defaultMode`."""

    def _rule_errors(self) -> RuleErrors:
        return one_of_errors(self, "fieldRef", "resourceFieldRef")


class DownwardVolume(Model):
    """Files about the Pod itself. Upstream: DownwardAPIVolumeSource (core/v1)."""

    items: ListOf[DownwardFile] = ()
    """The files."""

    default_mode: FileMode | None = None
    """Permissions of the files. Default: 0644."""


class ProjectedKeys(Model):
    """Files from a Secret or ConfigMap. Upstream: SecretProjection and ConfigMapProjection (core/v1)."""

    name: DNSSubdomain
    """Name of the object, in the same namespace."""

    items: ListOf[KeyToPath] = ()
    """Keys to use, with the files that they become. Default: all, each a file of its name."""

    optional: bool | None = None
    """Whether the object or the keys are allowed to be missing. Default: false."""


class ProjectedFields(Model):
    """Files about the Pod itself. Upstream: DownwardAPIProjection (core/v1)."""

    items: ListOf[DownwardFile] = ()
    """The files."""


class ProjectedToken(Model):
    """A token of the Pod's ServiceAccount. Upstream: ServiceAccountTokenProjection (core/v1)."""

    path: RelativePath
    """File below the directory of the mount."""

    audience: str | None = None
    """Who accepts the token. Default: the API server."""

    expiration_seconds: Annotated[int, Field(ge=600, le=2**32)] | None = None
    """Lifetime of the token, which the kubelet renews. Default: 3600."""


_PROJECTED_SOURCES: Final = ("configMap", "secret", "serviceAccountToken", "downwardAPI")


class ProjectedSource(Model):
    """One source of a projected volume: exactly one of these. Upstream: VolumeProjection (core/v1)."""

    model_config = one_of_schema(*_PROJECTED_SOURCES)

    config_map: ProjectedKeys | None = None
    """Files from a ConfigMap."""

    secret: ProjectedKeys | None = None
    """Files from a Secret."""

    service_account_token: ProjectedToken | None = None

    downward_api: Annotated[ProjectedFields | None, Field(alias="downwardAPI")] = None
    """Files about the Pod itself."""

    def _rule_errors(self) -> RuleErrors:
        return one_of_errors(self, *_PROJECTED_SOURCES)


class ProjectedVolume(Model):
    """Several sources in one directory. Upstream: ProjectedVolumeSource (core/v1)."""

    sources: Annotated[ListOf[ProjectedSource], Field(min_length=1)]
    """The sources; their files have different paths."""

    default_mode: FileMode | None = None
    """Permissions of the files. Default: 0644."""


class SecretReference(Model):
    """A Secret in the same namespace. Upstream: LocalObjectReference (core/v1)."""

    name: DNSSubdomain
    """Name of the Secret."""


class CsiVolume(Model):
    """A volume of a CSI driver, such as the Secrets Store. Upstream: CSIVolumeSource (core/v1)."""

    driver: NotBlank
    """Name of the driver, such as secrets-store.csi.k8s.io."""

    read_only: bool | None = None
    """Whether the volume is read-only. Default: false."""

    fs_type: str | None = None
    """File system of the volume. Default: that of the driver."""

    volume_attributes: MapOf[str, str] = EMPTY
    """Settings of the driver, as text."""

    node_publish_secret_ref: SecretReference | None = None
    """Secret that the driver gets."""


class HostPathVolume(Model):
    """A path of the node; the Pod Security levels `baseline` and `restricted` refuse it. Upstream: HostPathVolumeSource
    (core/v1)."""

    path: Annotated[str, Text("a path of the node", "/.*", 'begin it with "/"', 4096)]
    """Path on the node."""

    type: (
        Literal["", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"]
        | None
    ) = None
    """What must be there before the mount; "" checks nothing. Default: ""."""


class NfsVolume(Model):
    """A directory of an NFS server. Upstream: NFSVolumeSource (core/v1)."""

    server: NotBlank
    """Host name or IP address of the server."""

    path: Annotated[str, Text("a path of the server", "/.*", 'begin it with "/"', 4096)]
    """Path that the server exports."""

    read_only: bool | None = None
    """Whether the volume is read-only. Default: false."""


class ClaimRequests(Model):
    """What a claim asks for."""

    storage: QuantityText
    """Size, in bytes with a unit."""


class ClaimResources(Model):
    """Size of a claim. Upstream: VolumeResourceRequirements (core/v1)."""

    requests: ClaimRequests


class ClaimSpec(Model):
    """The claim of an ephemeral volume. Upstream: PersistentVolumeClaimSpec (core/v1)."""

    access_modes: Annotated[ListOf[AccessMode], Field(min_length=1)]
    """How nodes can mount the volume."""

    resources: ClaimResources
    storage_class_name: str | None = None
    """StorageClass of the claim. Default: that of the cluster."""

    volume_mode: Literal["Filesystem"] | None = None
    """Containers mount files, not block devices. Default: Filesystem."""

    selector: LabelSelector | None = None
    """Labels of the volumes to choose from."""


class ClaimMetadata(Model):
    """Labels and annotations of the claim."""

    labels: Labels = EMPTY
    """Labels of the claim."""

    annotations: Annotations = EMPTY
    """Annotations of the claim."""


class ClaimTemplate(Model):
    """A claim that each Pod gets. Upstream: PersistentVolumeClaimTemplate (core/v1)."""

    spec: ClaimSpec
    metadata: ClaimMetadata | None = None


class EphemeralVolume(Model):
    """A claim that is created and deleted with the Pod. Upstream: EphemeralVolumeSource (core/v1)."""

    volume_claim_template: ClaimTemplate


_SOURCES: Final = (
    "configMap",
    "secret",
    "emptyDir",
    "persistentVolumeClaim",
    "projected",
    "csi",
    "hostPath",
    "nfs",
    "downwardAPI",
    "ephemeral",
)


class Volume(Model):
    """A volume of the Pod: a name, and exactly one source. Upstream: Volume (core/v1)."""

    model_config = one_of_schema(*_SOURCES)

    name: DNSLabel
    """Name of the volume, for `volumeMounts`."""

    config_map: ConfigMapVolume | None = None
    secret: SecretVolume | None = None
    empty_dir: EmptyDirVolume | None = None
    persistent_volume_claim: ClaimVolume | None = None
    projected: ProjectedVolume | None = None
    csi: CsiVolume | None = None
    host_path: HostPathVolume | None = None
    nfs: NfsVolume | None = None

    downward_api: Annotated[DownwardVolume | None, Field(alias="downwardAPI")] = None
    """Files about the Pod itself."""

    ephemeral: EphemeralVolume | None = None

    def _rule_errors(self) -> RuleErrors:
        return one_of_errors(self, *_SOURCES)


class VolumeMount(Model):
    """Where a container mounts a volume. Upstream: VolumeMount (core/v1)."""

    model_config = at_most_one_schema("subPath", "subPathExpr")

    name: DNSLabel
    """Name of the volume: one of `extraVolumes`, or one of the chart's own."""

    mount_path: MountPath
    """Path in the container."""

    read_only: bool | None = None
    """Whether the container can only read. Default: false."""

    sub_path: RelativePath | None = None
    """Path in the volume to mount, instead of all of it. A changed Secret or ConfigMap does not arrive through it."""

    sub_path_expr: NotBlank | None = None
    """The same, with environment variables as $(NAME)."""

    mount_propagation: Literal["None", "HostToContainer", "Bidirectional"] | None = None
    """Whether mounts of the node and of the container reach each other. Default: None."""

    def _rule_errors(self) -> RuleErrors:
        return at_most_one_errors(self, "subPath", "subPathExpr")
