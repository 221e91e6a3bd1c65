"""Where the images of a deployment are, and which key of the config file moves them."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import Final

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import DeploymentFacts
from registry_gitops.manifests import KubeConfig
from registry_gitops.substitution import may_refer
from registry_gitops.values import RegistryValues

_KEYS: Final[dict[str, Callable[[RegistryDeployment], object]]] = {
    "values.storage.type": lambda deployment: deployment.values.storage.type,
    "values.persistence.enabled": lambda deployment: deployment.values.persistence.enabled,
    "values.persistence.existingClaim": lambda deployment: deployment.values.persistence.existing_claim,
    "values.persistence.subPath": lambda deployment: deployment.values.persistence.sub_path,
    "release.kubeConfig": lambda deployment: deployment.release.kube_config,
    "release.targetNamespace": lambda deployment: deployment.release.target_namespace,
    "namespace": lambda deployment: deployment.namespace_options.name,
    "values.fullnameOverride": lambda deployment: deployment.values.fullname_override,
    "name": lambda deployment: deployment.name,
    "release.releaseName": lambda deployment: deployment.release.release_name,
    "release.storageNamespace": lambda deployment: deployment.release.storage_namespace,
    "values.nameOverride": lambda deployment: deployment.values.name_override,
    "values.storage": lambda deployment: deployment.values.storage,
    "values.configuration.storage": lambda deployment: deployment.values.configuration.storage,
}
"""Keys that move images or their claim, and how to read them. Of several that change, the first is reported."""


@dataclass(frozen=True)
class ImageLocation:
    """A claim or a bucket, or a directory of it. What does not apply is ""."""

    cluster: str = ""
    """Secret or ConfigMap with the access to the cluster of the claim, "" for that of Flux."""
    namespace: str = ""
    claim: str = ""
    driver: str = ""
    """Driver of the object storage, such as s3."""
    service: str = ""
    """Host of S3 other than AWS, or account of Azure."""
    bucket: str = ""
    directory: str = ""
    """Directory of the claim or the bucket, "" for all of it."""

    @property
    def is_known(self) -> bool:
        """Whether no part is left to Flux."""
        return not any(map(may_refer, astuple(self)))

    def describe(self, other: ImageLocation | None) -> str:
        """Return the location in words, with the namespace of a claim if `other` is a claim of another one."""
        directory = f", directory {self.directory}" if self.directory else ""
        if self.claim:
            is_elsewhere = other and other.claim and other.namespace != self.namespace
            where = f" of the namespace {self.namespace}" if is_elsewhere else ""
            cluster = f" in the cluster of {self.cluster}" if self.cluster else ""
            return f"the claim {self.claim}{where}{cluster}{directory}"
        service = f" at {self.service}" if self.service else ""
        return f"the bucket {self.bucket}{service}{directory}"


def locate_images(facts: DeploymentFacts) -> ImageLocation | None:
    """Return where the images are, or None if they are lost with the Pod."""
    storage = facts.storage
    if storage.loss_reason:
        return None
    if not storage.claim:
        return _in_bucket(facts.deployment.values)
    # Not its directory in the Pod: the chart mounts the claim there, wherever that is.
    return ImageLocation(
        _name(facts.deployment.release.kube_config),
        facts.names.target_namespace,
        storage.claim,
        directory=posixpath.normpath(facts.deployment.values.persistence.sub_path or "").removeprefix("."),
    )


def find_changed_key(before: RegistryDeployment, now: RegistryDeployment) -> str:
    """Return the key that moves the images from where they are in `before`."""
    return next((key for key, read in _KEYS.items() if read(before) != read(now)), "values")


def _name(access: KubeConfig | None) -> str:
    if access is None:
        return ""
    if access.secret_ref:
        return f"the Secret {access.secret_ref.name}"
    return f"the ConfigMap {access.config_map_ref.name}" if access.config_map_ref else ""


def _in_bucket(values: RegistryValues) -> ImageLocation:
    settings = values.effective_configuration.storage
    service, bucket, directory = "", "", ""
    if settings.s3:
        address = settings.s3.region_endpoint or ""
        service, bucket = address.rpartition("//")[2].rstrip("/"), settings.s3.bucket or ""
        directory = settings.s3.root_directory or ""
    elif settings.gcs:
        bucket, directory = settings.gcs.bucket or "", settings.gcs.root_directory or ""
    elif settings.azure:
        service, bucket = settings.azure.account_name or "", settings.azure.container or ""
        directory = settings.azure.root_directory or ""
    return ImageLocation(driver=values.driver, service=service, bucket=bucket, directory=directory.strip("/"))
