"""Where the images are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from registry_gitops.model import RuleErrors
from registry_gitops.values.conflicts import conflict_error
from registry_gitops.values.storage import AZURE_KEYS

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues

_NEEDED: Final = {"s3": ("bucket",), "gcs": ("bucket",), "azure": ("accountName", "container")}
"""The fields without which a driver cannot start."""


def find_storage_conflicts(values: RegistryValues) -> RuleErrors:
    """Yield what the registry exits at, and settings of a driver that is not in force."""
    storage, raw, merged = values.storage, values.configuration.storage, values.rendered_configuration.storage
    if _is_claim_read_only(values):
        yield conflict_error("claim-read-only")
    if len(merged.drivers) > 1:
        yield conflict_error("storage-drivers", drivers=", ".join(sorted(merged.drivers)))
    sections = {"s3": storage.s3.bucket, "gcs": storage.gcs.bucket, "azure": storage.azure.container}
    for section, name in sections.items():
        if name and section != storage.type:
            yield conflict_error("storage-type", section=section, type=storage.type)
    settings = merged.to_config_dict().get(storage.type, {})
    for field in _NEEDED.get(storage.type, ()):
        if not settings.get(field.lower()):
            yield conflict_error("storage-bucket", section=storage.type, field=field)
    if storage.type == "s3" and not settings.get("region"):
        yield conflict_error("s3-region")
    if storage.type == "azure" and not (raw.azure and (raw.azure.credentials or raw.azure.account_key)):
        yield from _azure(values)


def _is_claim_read_only(values: RegistryValues) -> bool:
    volume, maintenance = values.persistence, values.rendered_configuration.storage.maintenance
    if values.driver != "filesystem" or not volume.enabled or set(volume.access_modes) != {"ReadOnlyMany"}:
        return False
    writes_nothing = maintenance and maintenance.read_only and maintenance.read_only.enabled
    return values.is_cache or not writes_nothing


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
