"""Where the images are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry_gitops.model import RuleErrors
from registry_gitops.values.conflicts import conflict_error
from registry_gitops.values.storage import AZURE_KEYS

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues


def find_storage_conflicts(values: RegistryValues) -> RuleErrors:
    """Yield what the registry exits at, and settings of a driver that is not in force."""
    storage, raw = values.storage, values.configuration.storage
    if _is_claim_read_only(values):
        yield conflict_error("claim-read-only")
    if storage.type != "filesystem" and raw.driver not in (None, storage.type):
        yield conflict_error("storage-drivers", drivers=", ".join(sorted({str(raw.driver), storage.type})))
    sections = {"s3": storage.s3.bucket, "gcs": storage.gcs.bucket, "azure": storage.azure.container}
    for section, name in sections.items():
        if name and section != storage.type:
            yield conflict_error("storage-type", section=section, type=storage.type)
    for section, field in _missing(values):
        yield conflict_error("storage-bucket", section=section, field=field)
    has_region = storage.s3.region or storage.s3.region_endpoint or (raw.s3 and raw.s3.region)
    if storage.type == "s3" and not has_region:
        yield conflict_error("s3-region")
    if storage.type == "azure" and not (raw.azure and (raw.azure.credentials or raw.azure.account_key)):
        yield from _azure(values)


def _is_claim_read_only(values: RegistryValues) -> bool:
    volume, maintenance = values.persistence, values.configuration.storage.maintenance
    if values.driver != "filesystem" or not volume.enabled or set(volume.access_modes) != {"ReadOnlyMany"}:
        return False
    writes_nothing = maintenance and maintenance.read_only and maintenance.read_only.enabled
    return values.is_cache or not writes_nothing


def _missing(values: RegistryValues) -> Iterator[tuple[str, str]]:
    storage, raw = values.storage, values.configuration.storage
    if storage.type == "s3" and not (storage.s3.bucket or (raw.s3 and raw.s3.bucket)):
        yield "s3", "bucket"
    if storage.type == "gcs" and not (storage.gcs.bucket or (raw.gcs and raw.gcs.bucket)):
        yield "gcs", "bucket"
    if storage.type == "azure":
        if not (storage.azure.account_name or (raw.azure and raw.azure.account_name)):
            yield "azure", "accountName"
        if not (storage.azure.container or (raw.azure and raw.azure.container)):
            yield "azure", "container"


def _azure(values: RegistryValues) -> RuleErrors:
    azure = values.storage.azure
    kind = azure.credentials_type
    if kind == "default_credentials":
        if azure.existing_secret:
            yield conflict_error("azure-secret")
        return
    if not azure.existing_secret:
        yield conflict_error("azure-key", type=kind, secret_key=AZURE_KEYS[kind])
    if kind == "client_secret":
        for field, value in (("tenantId", azure.tenant_id), ("clientId", azure.client_id)):
            if not value:
                yield conflict_error("azure-application", field=field)
