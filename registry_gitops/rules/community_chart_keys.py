"""The community's chart docker-registry: where it is published, and the values that it has."""

from __future__ import annotations

from typing import Final

COMMUNITY_CHART_URLS: Final = ("twuni.github.io/docker-registry.helm", "helm.twun.io")
"""Addresses of its repository, without the scheme."""

_ANY: Final[frozenset[str]] = frozenset()
COMMUNITY_CHART_KEYS: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(
        [
            *["replicaCount", "updateStrategy", "podAnnotations", "podLabels", "imagePullSecrets", "resources"],
            *["storage", "tlsSecretName", "configPath", "configData", "containerSecurityContext", "securityContext"],
            *["affinity", "priorityClassName", "podDisruptionBudget", "nodeSelector", "tolerations", "namespace"],
            *["extraVolumes", "extraVolumeMounts", "extraEnvVars", "initContainers", "nameOverride", "deployment"],
            *["fullnameOverride", "global", "secrets", "service", "ingress"],
        ],
        _ANY,
    ),
    "serviceAccount": frozenset(["create", "name", "annotations"]),
    "image": frozenset(["repository", "tag", "pullPolicy"]),
    "persistence": frozenset(["enabled", "accessMode", "size", "storageClass", "existingClaim", "deleteEnabled"]),
    "s3": frozenset(
        ["region", "regionEndpoint", "bucket", "encrypt", "rootdirectory", "secure", "skipverify", "forcepathstyle"]
    ),
    "swift": frozenset(["authurl", "container"]),
    "proxy": frozenset(["enabled", "remoteurl", "username", "password", "secretRef"]),
    "metrics": frozenset(["enabled", "port", "serviceMonitor", "prometheusRule"]),
    "garbageCollect": frozenset(["enabled", "deleteUntagged", "schedule", "podAnnotations", "podLabels", "resources"]),
    "autoscaling": frozenset(
        [
            *["enabled", "minReplicas", "maxReplicas", "targetCPUUtilizationPercentage"],
            *["targetMemoryUtilizationPercentage", "behavior"],
        ]
    ),
}
"""Keys of the community's chart, in all of its versions; those of a section if they never changed."""
