"""Fields whose value is one of a few texts, or a number with limits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from registry_gitops.documents import Problem
from registry_gitops.findings import Severity
from registry_gitops.rules.manifests.admission.fields import Check, FieldRule

_INT32: Final = 2**31 - 1
_INT64: Final = 2**63 - 1


def one_of(*values: str, or_empty: bool = True) -> Check:
    """Return a check of a text that has a few values. An empty text is the default of most fields."""
    accepted = {*values, ""} if or_empty else {*values}
    names = " or ".join(values) if len(values) < 3 else f"{', '.join(values[:-1])}, or {values[-1]}"

    def check(value: Any) -> Iterable[Problem]:
        if not isinstance(value, str) or value in accepted:
            return ()
        same = [each for each in values if each.lower() == value.lower()]
        return (Problem((), f"the API server accepts only {names}", f"write {same[0] if same else names}"),)

    return check


def from_to(least: int, most: int = _INT64) -> Check:
    """Return a check of an integer. The schemas know the limits of its type."""
    limits = f"of at least {least}" if most == _INT64 else f"from {least} to {most}"

    def check(value: Any) -> Iterable[Problem]:
        if type(value) is not int or least <= value <= most or value > _INT32 > most:
            return ()
        return (Problem((), f"the API server accepts only numbers {limits}", f"write a number {limits}"),)

    return check


def _mode(value: Any) -> Iterable[Problem]:
    """Check permissions: people write 644 for 0644, which is 01204 in octal digits."""
    if type(value) is not int or 0 <= value <= 0o777:
        return ()
    return (Problem((), "permissions are from 0000 to 0777 in octal digits", "write octal digits after a 0: 0644"),)


def _node_port(value: Any) -> Iterable[Problem]:
    if type(value) is int and value and not 30000 <= value <= 32767:
        message = "the API server refuses the node port, if its range is the default"
        severity = None if 0 < value < 65536 else Severity.ERROR
        yield Problem((), message, "write a port from 30000 to 32767", severity=severity)


_ENUMS: Final[dict[str, Check]] = {
    "container:imagePullPolicy": one_of("Always", "IfNotPresent", "Never"),
    "container:terminationMessagePolicy": one_of("File", "FallbackToLogsOnError"),
    "container:ports[].protocol Service:spec.ports[].protocol": one_of("TCP", "UDP", "SCTP"),
    "policyPort:protocol": one_of("TCP", "UDP", "SCTP", or_empty=False),
    "handler:httpGet.scheme": one_of("HTTP", "HTTPS"),
    "container:volumeMounts[].mountPropagation": one_of("None", "HostToContainer", "Bidirectional"),
    "container:volumeMounts[].recursiveReadOnly": one_of("Disabled", "IfPossible", "Enabled"),
    "container:resizePolicy[].restartPolicy": one_of("NotRequired", "RestartContainer"),
    "container:securityContext.procMount": one_of("Default", "Unmasked"),
    "container:securityContext.seccompProfile.type pod:securityContext.seccompProfile.type": one_of(
        "RuntimeDefault", "Unconfined", "Localhost"
    ),
    "container:securityContext.appArmorProfile.type pod:securityContext.appArmorProfile.type": one_of(
        "RuntimeDefault", "Unconfined", "Localhost"
    ),
    "pod:securityContext.fsGroupChangePolicy": one_of("OnRootMismatch", "Always"),
    "pod:securityContext.supplementalGroupsPolicy": one_of("Merge", "Strict"),
    "Pod:spec.restartPolicy": one_of("Always", "OnFailure", "Never"),
    "pod:dnsPolicy": one_of("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"),
    "pod:preemptionPolicy PriorityClass.scheduling.k8s.io:preemptionPolicy": one_of("PreemptLowerPriority", "Never"),
    "pod:os.name": one_of("linux", "windows"),
    "pod:tolerations[].effect": one_of("NoSchedule", "PreferNoSchedule", "NoExecute"),
    "pod:topologySpreadConstraints[].whenUnsatisfiable": one_of("DoNotSchedule", "ScheduleAnyway", or_empty=False),
    "pod:topologySpreadConstraints[].nodeAffinityPolicy": one_of("Honor", "Ignore"),
    "pod:topologySpreadConstraints[].nodeTaintsPolicy": one_of("Honor", "Ignore"),
    "pod:volumes[].hostPath.type": one_of(
        "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"
    ),
    "Deployment.apps:spec.strategy.type": one_of("RollingUpdate", "Recreate"),
    "StatefulSet.apps:spec.updateStrategy.type DaemonSet.apps:spec.updateStrategy.type": one_of(
        "RollingUpdate", "OnDelete"
    ),
    "StatefulSet.apps:spec.podManagementPolicy": one_of("OrderedReady", "Parallel"),
    "StatefulSet.apps:spec.persistentVolumeClaimRetentionPolicy.whenDeleted": one_of("Retain", "Delete"),
    "StatefulSet.apps:spec.persistentVolumeClaimRetentionPolicy.whenScaled": one_of("Retain", "Delete"),
    "CronJob.batch:spec.concurrencyPolicy": one_of("Allow", "Forbid", "Replace"),
    "job:completionMode": one_of("NonIndexed", "Indexed"),
    "job:podReplacementPolicy": one_of("TerminatingOrFailed", "Failed"),
    "Service:spec.type": one_of("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
    "Service:spec.sessionAffinity": one_of("None", "ClientIP"),
    "Service:spec.externalTrafficPolicy Service:spec.internalTrafficPolicy": one_of("Cluster", "Local"),
    "Service:spec.ipFamilyPolicy": one_of("SingleStack", "PreferDualStack", "RequireDualStack"),
    "Service:spec.ipFamilies[]": one_of("IPv4", "IPv6"),
    "Ingress.networking.k8s.io:spec.rules[].http.paths[].pathType": one_of(
        "Exact", "Prefix", "ImplementationSpecific", or_empty=False
    ),
    "NetworkPolicy.networking.k8s.io:spec.policyTypes[]": one_of("Ingress", "Egress", or_empty=False),
    "claim:accessModes[] PersistentVolume:spec.accessModes[]": one_of(
        "ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod", or_empty=False
    ),
    "claim:volumeMode PersistentVolume:spec.volumeMode": one_of("Filesystem", "Block", or_empty=False),
    "PersistentVolume:spec.persistentVolumeReclaimPolicy": one_of("Retain", "Delete", "Recycle"),
    "StorageClass.storage.k8s.io:reclaimPolicy": one_of("Retain", "Delete"),
    "StorageClass.storage.k8s.io:volumeBindingMode": one_of("Immediate", "WaitForFirstConsumer", or_empty=False),
    "PodDisruptionBudget.policy:spec.unhealthyPodEvictionPolicy": one_of("IfHealthyBudget", "AlwaysAllow"),
    "scaling:selectPolicy": one_of("Max", "Min", "Disabled"),
    "scaling:policies[].type": one_of("Pods", "Percent"),
    "webhook:failurePolicy": one_of("Ignore", "Fail"),
    "webhook:matchPolicy": one_of("Exact", "Equivalent"),
    "webhook:sideEffects": one_of("None", "NoneOnDryRun"),
    "webhook:rules[].operations[]": one_of("CREATE", "UPDATE", "DELETE", "CONNECT", "*"),
    "webhook:rules[].scope": one_of("*", "Cluster", "Namespaced"),
}

_PORTS: Final = from_to(1, 65535)
_IDS: Final = from_to(0, _INT32)

_NUMBERS: Final[dict[str, Check]] = {
    "container:ports[].containerPort Service:spec.ports[].port": _PORTS,
    "container:ports[].hostPort Service:spec.ports[].targetPort": from_to(0, 65535),
    "handler:httpGet.port handler:tcpSocket.port handler:grpc.port": _PORTS,
    "policyPort:port policyPort:endPort backend:service.port.number": _PORTS,
    "Deployment.apps:spec.replicas StatefulSet.apps:spec.replicas ReplicaSet.apps:spec.replicas": from_to(0),
    "Deployment.apps:spec.minReadySeconds StatefulSet.apps:spec.minReadySeconds": from_to(0),
    "DaemonSet.apps:spec.minReadySeconds Deployment.apps:spec.revisionHistoryLimit": from_to(0),
    "DaemonSet.apps:spec.revisionHistoryLimit": from_to(0),
    "Deployment.apps:spec.progressDeadlineSeconds": from_to(1),
    "StatefulSet.apps:spec.updateStrategy.rollingUpdate.partition": from_to(0),
    "job:parallelism job:completions job:backoffLimit job:ttlSecondsAfterFinished": from_to(0),
    "job:backoffLimitPerIndex job:maxFailedIndexes": from_to(0),
    "job:activeDeadlineSeconds CronJob.batch:spec.startingDeadlineSeconds": from_to(0),
    "CronJob.batch:spec.successfulJobsHistoryLimit CronJob.batch:spec.failedJobsHistoryLimit": from_to(0),
    "probe:initialDelaySeconds probe:timeoutSeconds probe:periodSeconds": from_to(0),
    "probe:successThreshold probe:failureThreshold": from_to(0),
    "probe:terminationGracePeriodSeconds": from_to(1),
    "pod:activeDeadlineSeconds": from_to(1),
    "container:securityContext.runAsUser container:securityContext.runAsGroup": _IDS,
    "pod:securityContext.runAsUser pod:securityContext.runAsGroup pod:securityContext.fsGroup": _IDS,
    "pod:securityContext.supplementalGroups[]": _IDS,
    "pod:volumes[].secret.defaultMode pod:volumes[].configMap.defaultMode": _mode,
    "pod:volumes[].projected.defaultMode pod:volumes[].downwardAPI.defaultMode": _mode,
    "pod:volumes[].secret.items[].mode pod:volumes[].configMap.items[].mode": _mode,
    "pod:affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[].weight": from_to(1, 100),
    "pod:affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[].weight": from_to(1, 100),
    "pod:affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[].weight": from_to(1, 100),
    "pod:topologySpreadConstraints[].maxSkew pod:topologySpreadConstraints[].minDomains": from_to(1),
    "Service:spec.sessionAffinityConfig.clientIP.timeoutSeconds": from_to(1, 86400),
    "HorizontalPodAutoscaler.autoscaling:spec.maxReplicas": from_to(1),
    "HorizontalPodAutoscaler.autoscaling:spec.minReplicas": from_to(0),
    "HorizontalPodAutoscaler.autoscaling:spec.metrics[].resource.target.averageUtilization": from_to(1),
    "scaling:stabilizationWindowSeconds": from_to(0, 3600),
    "scaling:policies[].value": from_to(1),
    "scaling:policies[].periodSeconds": from_to(1, 1800),
    "webhook:timeoutSeconds": from_to(1, 30),
    "PriorityClass.scheduling.k8s.io:value": from_to(-(2**31), 10**9),
}

SCALAR_RULES: Final = (
    FieldRule(
        "unsupported-value",
        "The API server accepts the values of fields with a few values",
        Severity.ERROR,
        """A field has a value that is none of those that the API server accepts.

        Why: the schemas of Kubernetes do not list these values, and the API server refuses the object. Upper and lower
        case matter.

        Source: https://github.com/replicatedhq/kots/pull/2002

        Bad: `imagePullPolicy: ifNotPresent`   Good: `imagePullPolicy: IfNotPresent`
        """,
        _ENUMS,
    ),
    FieldRule(
        "number-out-of-range",
        "The API server accepts the numbers",
        Severity.ERROR,
        """A number is less or more than the API server accepts.

        Why: the schemas of Kubernetes have no limits, and the API server refuses the object. Ports are 1 to 65535.
        Permissions such as 644 without a leading 0 are decimal, and so more than 0777.

        Source: https://github.com/fabric8io/kubernetes-client/issues/1356

        Bad: `defaultMode: 644`   Good: `defaultMode: 0644`
        """,
        _NUMBERS,
    ),
)

NODE_PORTS: Final[dict[str, Check]] = {"Service:spec.ports[].nodePort": _node_port}
"""The part of the rule node-port-range that looks at manifests."""
