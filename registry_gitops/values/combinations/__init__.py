"""Combinations of values that cannot work: a file per area of the chart, which finds the same ones in Helm.

The texts are in `conflicts.py`. The chart's templates `docker-registry.AREA.problems` fill in the same ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from registry_gitops.model import RuleErrors
from registry_gitops.values.combinations.cache_conflicts import find_cache_conflicts
from registry_gitops.values.combinations.collection_conflicts import find_collection_conflicts
from registry_gitops.values.combinations.files_conflicts import find_files_conflicts
from registry_gitops.values.combinations.http_conflicts import find_http_conflicts
from registry_gitops.values.combinations.image_conflicts import find_image_conflicts
from registry_gitops.values.combinations.login_conflicts import find_login_conflicts
from registry_gitops.values.combinations.metrics_conflicts import find_metrics_conflicts
from registry_gitops.values.combinations.network_conflicts import find_network_conflicts
from registry_gitops.values.combinations.pod_conflicts import find_pod_conflicts
from registry_gitops.values.combinations.proxy_conflicts import find_proxy_conflicts
from registry_gitops.values.combinations.rollout_conflicts import find_rollout_conflicts
from registry_gitops.values.combinations.service_conflicts import find_service_conflicts
from registry_gitops.values.combinations.storage_conflicts import find_storage_conflicts
from registry_gitops.values.combinations.tls_conflicts import find_tls_conflicts
from registry_gitops.values.combinations.variable_conflicts import find_variable_conflicts

if TYPE_CHECKING:
    from registry_gitops.values.registry_values import RegistryValues

_AREAS: Final = (
    find_image_conflicts,
    find_rollout_conflicts,
    find_login_conflicts,
    find_tls_conflicts,
    find_files_conflicts,
    find_proxy_conflicts,
    find_storage_conflicts,
    find_cache_conflicts,
    find_http_conflicts,
    find_network_conflicts,
    find_service_conflicts,
    find_pod_conflicts,
    find_variable_conflicts,
    find_metrics_conflicts,
    find_collection_conflicts,
)


def find_conflicts(values: RegistryValues) -> RuleErrors:
    """Yield every combination in `values` that cannot work, each with the path of the key to change."""
    for find in _AREAS:
        yield from find(values)


__all__ = ["find_conflicts"]
