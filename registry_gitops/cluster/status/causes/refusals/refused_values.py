"""Which keys of the values a refusal is about: of a Pod Security level, of a quota, or of an invalid field."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_OF_CONTAINER: Final = "values.containerSecurityContext"
_OF_POD: Final = "values.podSecurityContext"

_SECURITY_KEYS: Final = {
    r"allowPrivilegeEscalation != false": f"{_OF_CONTAINER}.allowPrivilegeEscalation: false",
    r"must set securityContext\.capabilities\.drop": f"{_OF_CONTAINER}.capabilities.drop: [ALL]",
    r"in securityContext\.capabilities\.add": f"{_OF_CONTAINER}.capabilities.add",
    r"must set securityContext\.runAsNonRoot=true": f"{_OF_POD}.runAsNonRoot: true",
    r"containers? \S+ must not set securityContext\.runAsNonRoot=false": f"{_OF_CONTAINER}.runAsNonRoot: true",
    r"pod (?:and containers? [^)]*)?must not set securityContext\.runAsNonRoot=false": f"{_OF_POD}.runAsNonRoot: true",
    r"runAsUser=0": f"{_OF_CONTAINER}.runAsUser: 1000",
    r"must set securityContext\.seccompProfile": f"{_OF_POD}.seccompProfile.type: RuntimeDefault",
    r"pod (?:and containers? [^)]*)?must not set securityContext\.seccompProfile": (
        f"{_OF_POD}.seccompProfile.type: RuntimeDefault"
    ),
    r"containers? \S+ must not set securityContext\.seccompProfile": (
        f"{_OF_CONTAINER}.seccompProfile.type: RuntimeDefault"
    ),
    r"securityContext\.privileged=true": f"{_OF_CONTAINER}.privileged: false",
    r"seLinuxOptions": f"{_OF_POD}.seLinuxOptions",
    r"forbidden sysctls": f"{_OF_POD}.sysctls",
    r"host namespaces": "values.hostNetwork: false",
    r"hostPort": "values.hostNetwork: false",
    r"hostPath volumes|restricted volume types?": "values.extraVolumes",
    r"probe or lifecycle host": "values.lifecycleHooks",
}
"""Words of the Pod Security admission -> the key that they are about, with the value that it wants, if there is one."""
_OWN_CONTAINERS: Final = frozenset({"registry", "garbage-collection", "read-only", "metrics", "smoke"})
"""Containers of the chart; others are of `values.sidecars`, of `values.initContainers`, or of a mesh."""


def list_security_keys(message: str) -> list[str]:
    """Return the settings that a Pod Security level wants, such as `values.containerSecurityContext.privileged`."""
    return _distinct(key for words, key in _SECURITY_KEYS.items() if re.search(words, message, re.IGNORECASE))


def list_foreign_containers(message: str) -> list[str]:
    """Return the containers that a Pod Security level refuses and that are not of the chart, if all are such."""
    found = re.findall(r"\bcontainers? ((?:\"[^\"]+\"(?:, )?)+)", message, re.IGNORECASE)
    names = _distinct(name for group in found for name in re.findall(r'"([^"]+)"', group))
    return names if _OWN_CONTAINERS.isdisjoint(names) else []


_RESOURCES_OF: Final = {
    "registry": "values.resources",
    "metrics": "values.metrics.resources",
    "garbage-collection": "values.garbageCollection.resources",
    "read-only": "values.garbageCollection.resources",
}
"""Container of the chart -> the key of its requests and limits."""
_COMPUTE: Final = r"(?<![\w.-])(?:(requests|limits)\.)?(cpu|memory|ephemeral-storage)\b"


def list_resource_keys(message: str) -> list[str]:
    """Return the keys of the requests and limits that a quota names, without those of containers not of the chart."""
    keys = []
    for kind, name, containers in re.findall(rf"{_COMPUTE}(?: for: ([\w,.-]+))?", message, re.IGNORECASE):
        key = f"{(kind or 'requests').lower()}.{name.lower()}"
        sections = [_RESOURCES_OF.get(container, "") for container in (containers or "registry").split(",")]
        keys += [f"{section}.{key}" for section in sections if section]
    return _distinct(keys)


def list_containers_without_limits(message: str) -> list[str]:
    """Return the containers, not of the chart, for which a quota misses requests or limits."""
    named = [name for group in re.findall(r" for: ([\w,.-]+)", message, re.IGNORECASE) for name in group.split(",")]
    return _distinct(name for name in named if name not in _RESOURCES_OF)


_RANGE: Final = r"(?:maximum|minimum) (cpu|memory|ephemeral-storage) usage per \w+ is .*?\b(request|limit) is\b"


def list_range_keys(message: str) -> list[str]:
    """Return the keys of the requests and limits that a LimitRange forbids."""
    found = re.findall(_RANGE, message, re.IGNORECASE)
    return _distinct(f"values.resources.{kind.lower()}s.{name.lower()}" for name, kind in found)


_QUOTA_KEYS: Final = {
    r"requests\.storage|persistentvolumeclaims": (
        "lower `values.persistence.size`, or use an existing claim (`values.persistence.existingClaim`)"
    ),
    r"services\.loadbalancers|services\.nodeports": "set `values.service.type: ClusterIP`",
    r"(?:count/)?services": "delete a Service that nobody needs",
    r"(?:count/)?secrets": "lower `release.maxHistory`: Helm keeps a Secret for each revision",
    r"(?:count/)?pods": (
        "delete Pods that nobody needs, or lower `values.replicaCount`; an update with RollingUpdate needs one more Pod"
    ),
}
"""Resource of a quota, as a regular expression -> how to use less of it."""


def find_quota_remedy(message: str) -> str:
    """Return how to use less of what a quota has no room for."""
    requested = re.search(r"requested: (.*?), used: ", message, re.IGNORECASE)
    resources = [entry.partition("=")[0] for entry in requested[1].split(",")] if requested else []
    if re.search(r"used: pods=0\b", message, re.IGNORECASE):
        return "the quota allows no Pod at all: use another namespace"
    for words, remedy in _QUOTA_KEYS.items():
        if any(
            re.fullmatch(rf"(?:[\w.-]+\.storageclass\.\S+/)?(?:{words})", name, re.IGNORECASE) for name in resources
        ):
            return remedy
    keys = list_resource_keys(requested[1]) if requested else []
    return f"lower {join_keys(keys)}" if keys else "delete objects of this kind that nobody needs"


_FIELD_KEYS: Final = {
    r"Service (?:\S+ )?is invalid: .*?spec\.ports\S*\.nodePort": "values.service.nodePorts",
    r"Service \S+ is invalid: .*?spec\.clusterIPs?": "values.service.clusterIP",
    r"Service \S+ is invalid: .*?spec\.loadBalancer": "values.service",
    r"Service \S+ is invalid: .*?spec\.externalTrafficPolicy": "values.service.externalTrafficPolicy",
    r"Service \S+ is invalid: ": "values.service",
    r"Ingress\S* \S+ is invalid: .*?\.host\b": "values.ingress.hostname",
    r"Ingress\S* \S+ is invalid: .*?\.path": "values.ingress.path",
    r"Ingress\S* \S+ is invalid: ": "values.ingress",
    r"PersistentVolumeClaim \S+ is invalid: .*?accessModes": "values.persistence.accessModes",
    r"PersistentVolumeClaim \S+ is invalid: ": "values.persistence",
    r"HorizontalPodAutoscaler\S* \S+ is invalid: ": "values.autoscaling",
    r"PodDisruptionBudget\S* \S+ is invalid: ": "values.pdb",
    r"NetworkPolicy\S* \S+ is invalid: ": "values.networkPolicy",
    r"HTTPRoute\S* \S+ is invalid: ": "values.httpRoute",
    r"CronJob\S* \S+ is invalid: .*?schedule": "values.garbageCollection.schedule",
    r" is invalid: .*?\.resources\.": "values.resources",
    r" is invalid: .*?\.securityContext\b": f"{_OF_CONTAINER}` and `{_OF_POD}",
    r" is invalid: .*?\.tolerations\b": "values.tolerations",
    r" is invalid: .*?\.affinity\b": "values.affinity",
    r" is invalid: .*?\.nodeSelector\b": "values.nodeSelector",
    r" is invalid: .*?\.topologySpreadConstraints\b": "values.topologySpreadConstraints",
    r" is invalid: .*?\.env(?:From)?\[": "values.extraEnvVars",
    r" is invalid: .*?\.volumeMounts\b": "values.extraVolumeMounts",
    r" is invalid: .*?\.volumes\b": "values.extraVolumes",
    r" is invalid: .*?\.(?:liveness|readiness|startup)Probe\b": "values.livenessProbe` and `values.readinessProbe",
    r" is invalid: .*?\.image\b": "values.image",
    r" is invalid: .*?metadata\.annotations\b": "values.commonAnnotations",
    r" is invalid: .*?(?:metadata\.labels|matchLabels)\b": "values.commonLabels",
}
"""Kind and field that the API server refuses, as a regular expression -> the key that they come from."""


_SECTION_OF: Final = {"helmrelease": "release", "gitrepository": "source", "ocirepository": "source"}
"""Kind, in lower case -> the section of the config file that becomes its `spec`."""


def find_field_key(message: str) -> str:
    """Return the key, in backquotes, that an invalid field comes from; or where to look for it."""
    own = re.search(r'(\w+)\S* "[^"]+" is invalid: \[?spec\.([\w.]+)', message, re.IGNORECASE)
    if own and (section := _SECTION_OF.get(own[1].lower())):
        return f"`{section}.{own[2]}`"
    # The first of several fields.
    field = re.search(r'\S+ "[^"]+" is invalid: [^:]*', message, re.IGNORECASE)
    text = field[0] if field else ""
    found = next((key for words, key in _FIELD_KEYS.items() if re.search(words, text, re.IGNORECASE)), "")
    return f"`{found}`" if found else "the value that becomes this field"


def join_keys(keys: Iterable[str]) -> str:
    """Return keys in backquotes, with commas and an `and`."""
    quoted = [f"`{key}`" for key in keys]
    if len(quoted) > 2:
        return f"{', '.join(quoted[:-1])}, and {quoted[-1]}"
    return " and ".join(quoted)


def _distinct(keys: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(keys))
