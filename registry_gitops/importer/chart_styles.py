"""Which chart's values some values are: the community's docker-registry, or ours and the documented one."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from enum import StrEnum
from typing import Any, Final

from registry_gitops.deployment import BITNAMI_URL
from registry_gitops.importer.registry_releases import ChartOrigin
from registry_gitops.rules import COMMUNITY_CHART_KEYS, COMMUNITY_CHART_URLS
from registry_gitops.values import RegistryValues

_COMMUNITY_URLS: Final = (
    *COMMUNITY_CHART_URLS,
    "github.com/twuni/docker-registry.helm",
    "charts.helm.sh/stable",
    "kubernetes-charts.storage.googleapis.com",
)
_DOCUMENTED_URLS: Final = (BITNAMI_URL.partition("://")[2], "charts.bitnami.com")

_OWN_KEYS: Final = frozenset(field.alias or name for name, field in RegistryValues.model_fields.items())
_OWN_SECTION_KEYS: Final = {
    "persistence": ("accessModes", "resourcePolicy", "annotations"),
    "service": ("ports", "nodePorts", "extraPorts"),
    "ingress": ("hostname", "ingressClassName", "existingSecret", "extraHosts", "pathType"),
    "image": ("registry", "digest", "pullSecrets"),
    "proxy": ("remoteUrl", "existingSecret"),
}
_COMMUNITY_SECTION_KEYS: Final = {
    "persistence": ("accessMode", "deleteEnabled"),
    "service": ("port", "nodePort", "name"),
    "ingress": ("hosts", "className", "labels"),
    "proxy": ("remoteurl", "secretRef"),
}


class ChartStyle(StrEnum):
    """A chart, by its values."""

    COMMUNITY = "the community's docker-registry chart"
    DOCUMENTED = "the documented chart"


def style_of(chart: ChartOrigin, values: Mapping[str, Any]) -> ChartStyle | None:
    """Return the chart that values are of, or None if they deploy no registry that is known.

    The name of a chart tells little, because there are forks: its address decides, or else the keys.
    """
    if any(known in chart.url for known in _COMMUNITY_URLS) and chart.name in ("docker-registry", ""):
        return ChartStyle.COMMUNITY
    community = _score(values, COMMUNITY_CHART_KEYS, _COMMUNITY_SECTION_KEYS) + 2 * isinstance(
        values.get("storage"), str
    )
    documented = _score(values, _OWN_KEYS, _OWN_SECTION_KEYS)
    named = "registry" in chart.name
    if any(known in chart.url for known in _DOCUMENTED_URLS) and named:
        return ChartStyle.DOCUMENTED
    if not named and max(community, documented) <= 0:
        return None
    if chart.name and not named and not (values.keys() & {"configData", "s3", "deletion", "garbageCollection"}):
        return None
    return ChartStyle.DOCUMENTED if documented > community else ChartStyle.COMMUNITY


def is_values_file(value: Any, name: str = "values") -> bool:
    """Return whether data without an apiVersion is a values file of a chart that is known: most of its keys are.

    `name` is the path of a file that nobody has named: it must say that it has values, or a registry.
    """
    if not isinstance(value, Mapping) or "apiVersion" in value or not re.search("values|registry", name):
        return False
    style = style_of(ChartOrigin(), value)
    known = COMMUNITY_CHART_KEYS if style is ChartStyle.COMMUNITY else _OWN_KEYS
    return style is not None and sum(1 if key in known else -1 for key in value) > 0


def is_known_community_chart(chart: ChartOrigin) -> bool:
    """Return whether the address of a chart is one of the community's, so that its keys are known for sure."""
    return any(known in chart.url for known in _COMMUNITY_URLS)


def _score(values: Mapping[str, Any], keys: Container[str], sections: Mapping[str, tuple[str, ...]]) -> int:
    """Return how many keys of values a chart has, less those that it has not."""
    score = sum(1 if key in keys else -1 for key in values)
    for section, own in sections.items():
        inner = values.get(section)
        score += sum(2 for key in inner if key in own) if isinstance(inner, Mapping) else 0
    return score
