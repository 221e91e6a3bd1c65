"""Changes of config files, in the order in which they are made, and the effect that each has in a cluster.

tests/diff/test_effect_cases.py writes the table of docs/diff.md from them, and
tests/e2e/test_diff_effects.py makes each change on a real cluster, and compares its effect with what `diff` tells.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.diff import Effect

NOTHING, SCALES, RESTARTS, STOPS = Effect.NOTHING, Effect.SCALES_PODS, Effect.RESTARTS_PODS, Effect.STOPS_PODS
RECREATES, REFUSED = Effect.RECREATES_OBJECT, Effect.REFUSED
ORPHANS, DELETES = Effect.ORPHANS_DATA, Effect.DELETES_DATA

Config = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One commit that changes a config file."""

    title: str
    """What changes, as the table has it."""
    config: Config | None
    """What is merged into the config file: None takes a key away. Without any, the directory is removed from Git."""
    effect: Effect

    def apply(self, deployment: RegistryDeployment) -> RegistryDeployment | None:
        """Return the deployment after it, None if it is removed."""
        return None if self.config is None else deployment.derive(self.config)


@dataclass(frozen=True)
class Track:
    """A registry, and what is changed in it one after the other."""

    about: str
    """The registry, as the table has it."""
    values: Config
    changes: tuple[Change, ...]
    spare_claim: Config = field(default_factory=dict)
    """`spec` of a claim `spare` that exists before."""
    has_images: bool = False
    """Whether an image is pushed before each change."""
    buckets: tuple[str, ...] = ()
    """Buckets of an S3 server `s3` in its namespace."""


def of_values(title: str, effect: Effect, **values: Any) -> Change:
    """Return a change of values."""
    return Change(title, {"values": values}, effect)


SHARED: Final = {"persistence": {"existingClaim": "spare", "accessModes": ["ReadWriteMany"]}, "replicaCount": 2}
CLAIM: Final = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
ROLLING: Final = {"type": "RollingUpdate"}
LABELS: Final = {"team": "platform"}
NOTE: Final = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "note"}, "data": {"text": "one"}}
S3: Final = {
    "storage": {
        "type": "s3",
        "s3": {
            **{"bucket": "images", "regionEndpoint": "http://s3:7070", "redirect": False},
            "existingSecret": "s3",
        },
    },
    "http": {"existingSecret": "http"},
    # The chart lets a new Pod prove itself until these have shown a wrong setting of S3: 35 seconds by default.
    "configuration": {"health": {"storagedriver": {"interval": "1s", "threshold": 3}}},
}

TRACKS: Final[dict[str, Track]] = {
    "template": Track(
        "one replica, strategy `Recreate`",
        {},
        (
            of_values("`configuration.log.level: debug`", STOPS, configuration={"log": {"level": "debug"}}),
            of_values('`image.tag: "3"`, the same version', STOPS, image={"tag": "3"}),
            of_values("`podAnnotations`", STOPS, podAnnotations=LABELS),
            of_values("`resources.limits.memory: 300Mi`", STOPS, resources={"limits": {"memory": "300Mi"}}),
            of_values(
                "`resources.limits.memory: 307200Ki`, which is as much",
                NOTHING,
                resources={"limits": {"memory": "307200Ki"}},
            ),
            of_values("`tolerations`", STOPS, tolerations=[{"key": "disk", "operator": "Exists"}]),
            of_values("`extraEnvVars`", STOPS, extraEnvVars=[{"name": "TZ", "value": "UTC"}]),
            of_values("`replicaCount: 0`", STOPS, replicaCount=0),
        ),
    ),
    "pods": Track(
        "one replica, strategy `Recreate`",
        {},
        (
            of_values("`terminationGracePeriodSeconds`", STOPS, terminationGracePeriodSeconds=95),
            of_values("`metrics.enabled: true`", STOPS, metrics={"enabled": True}),
            of_values("`podLabels`", STOPS, podLabels=LABELS),
            of_values(
                "`extraVolumes` and `extraVolumeMounts`",
                STOPS,
                extraVolumes=[{"name": "more", "emptyDir": {}}],
                extraVolumeMounts=[{"name": "more", "mountPath": "/more"}],
            ),
            of_values("`serviceAccount.name`", STOPS, serviceAccount={"name": "images"}),
            of_values("`priorityClassName`", STOPS, priorityClassName="system-cluster-critical"),
            of_values("`replicaCount: 0`, and `image.tag`", STOPS, replicaCount=0, image={"tag": "3"}),
            of_values("`replicaCount: 1` after 0", SCALES, replicaCount=1),
        ),
    ),
    "objects": Track(
        "objects besides the Deployment",
        {},
        (
            of_values("`service.type: NodePort`", NOTHING, service={"type": "NodePort"}),
            of_values("`service.ports.http: 5001`", NOTHING, service={"ports": {"http": 5001}}),
            of_values(
                "`ingress.enabled: true`", NOTHING, ingress={"enabled": True, "hostname": "registry.example.com"}
            ),
            of_values("`pdb.enabled: true`", NOTHING, pdb={"enabled": True}),
            of_values("`ingress.hostname`", NOTHING, ingress={"hostname": "images.example.com"}),
            of_values("`networkPolicy.enabled: true`", NOTHING, networkPolicy={"enabled": True}),
            of_values(
                "`extraDeploy`: a ConfigMap that is immutable", NOTHING, extraDeploy=[NOTE | {"immutable": True}]
            ),
            of_values(
                "`extraDeploy`: other data in it",
                REFUSED,
                extraDeploy=[NOTE | {"immutable": True, "data": {"text": "two"}}],
            ),
        ),
    ),
    "flux": Track(
        "objects of Flux",
        {},
        (
            Change("`release.interval: 5m`", {"release": {"interval": "5m"}}, NOTHING),
            Change("`release.interval: 300s`, which is as long", {"release": {"interval": "300s"}}, NOTHING),
            Change("`namespace.labels`", {"namespace": {"labels": LABELS}}, NOTHING),
            Change("`release.driftDetection`", {"release": {"driftDetection": {"mode": "enabled"}}}, NOTHING),
            of_values("`revisionHistoryLimit: 3`", NOTHING, revisionHistoryLimit=3),
            of_values("`commonAnnotations`", NOTHING, commonAnnotations={"owner": "platform"}),
            Change(
                "`release.suspend: true`, and `image.tag`",
                {"release": {"suspend": True}, "values": {"image": {"tag": "3"}}},
                NOTHING,
            ),
        ),
    ),
    "rolling": Track(
        "one replica, strategy `RollingUpdate`",
        {"updateStrategy": ROLLING},
        (
            of_values('`image.tag: "3"`', RESTARTS, image={"tag": "3"}),
            of_values(
                "`updateStrategy.rollingUpdate.maxUnavailable: 1` and `maxSurge: 0`",
                NOTHING,
                updateStrategy={"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}},
            ),
            of_values("`configuration.log.level: debug`, with that", STOPS, configuration={"log": {"level": "debug"}}),
            of_values("`updateStrategy.type: Recreate`, which drains otherwise", STOPS, updateStrategy=None),
            of_values("`podAnnotations`, with that", STOPS, podAnnotations=LABELS),
        ),
    ),
    "replicas": Track(
        "two replicas on a volume that they share",
        {**SHARED, "http": {"existingSecret": "http"}},
        (
            of_values("`replicaCount: 3`", SCALES, replicaCount=3),
            of_values('`image.tag: "3"`', RESTARTS, image={"tag": "3"}),
            of_values("`replicaCount: 2`, and `podAnnotations`", RESTARTS, replicaCount=2, podAnnotations=LABELS),
            of_values("`pdb.enabled: true`", NOTHING, pdb={"enabled": True}),
            of_values(
                "`autoscaling` from 2 to 4", SCALES, autoscaling={"enabled": True, "minReplicas": 2, "maxReplicas": 4}
            ),
        ),
        CLAIM,
    ),
    "claim": Track(
        "a claim of the chart",
        {"persistence": {"size": "10Gi"}},
        (
            of_values("`persistence.size: 10240Mi`, which is as much", NOTHING, persistence={"size": "10240Mi"}),
            of_values("`persistence.labels`", NOTHING, persistence={"labels": LABELS}),
            of_values("`persistence.size: 5Gi`", REFUSED, persistence={"size": "5Gi"}),
            of_values("`persistence.storageClass`", REFUSED, persistence={"size": "10Gi", "storageClass": "fast"}),
            of_values(
                "`persistence.accessModes`",
                REFUSED,
                persistence={"storageClass": None, "accessModes": ["ReadWriteMany"]},
            ),
            of_values(
                "`service.clusterIP: None`", REFUSED, persistence={"accessModes": None}, service={"clusterIP": "None"}
            ),
            of_values(
                "`nameOverride`, with the same `fullnameOverride`",
                REFUSED,
                service=None,
                nameOverride="images",
                fullnameOverride="docker-registry",
            ),
        ),
    ),
    "moved": Track(
        "a claim with images",
        {},
        (
            of_values("`fullnameOverride: images`", ORPHANS, fullnameOverride="images"),
            of_values("`persistence.existingClaim`, another one", ORPHANS, persistence={"existingClaim": "spare"}),
            of_values("`persistence.enabled: false`", ORPHANS, persistence={"enabled": False, "existingClaim": None}),
        ),
        CLAIM,
        has_images=True,
    ),
    "renamed": Track(
        "a claim with images",
        {},
        (
            Change("`name: images`", {"name": "images"}, ORPHANS),
            Change("`release.releaseName: more`", {"release": {"releaseName": "more"}}, ORPHANS),
            of_values("`nameOverride: other`", ORPHANS, nameOverride="other"),
            Change("the directory is removed from Git", None, ORPHANS),
        ),
        has_images=True,
    ),
    "reinstalled": Track(
        "a claim with images",
        {"fullnameOverride": "docker-registry"},
        (
            Change(
                "`release.releaseName: more`, with the same `fullnameOverride`",
                {"release": {"releaseName": "more"}},
                RECREATES,
            ),
            Change(
                "`release.storageNamespace: flux-system`", {"release": {"storageNamespace": "flux-system"}}, RECREATES
            ),
            of_values(
                "`configuration.storage.filesystem.rootdirectory`, where the claim is mounted",
                STOPS,
                configuration={"storage": {"filesystem": {"rootdirectory": "/var/lib/registry/more"}}},
            ),
        ),
        has_images=True,
    ),
    "deleted": Track(
        "a claim with images",
        {},
        (
            of_values('`persistence.resourcePolicy: ""`', NOTHING, persistence={"resourcePolicy": ""}),
            of_values("`fullnameOverride: images`, with that", DELETES, fullnameOverride="images"),
            of_values(
                "`persistence.existingClaim: images`, with that", DELETES, persistence={"existingClaim": "images"}
            ),
        ),
        has_images=True,
    ),
    "pruned": Track(
        "a claim with images",
        {},
        (
            Change("`namespace.prune: true`", {"namespace": {"prune": True}}, NOTHING),
            of_values("`persistence.annotations`", NOTHING, persistence={"annotations": LABELS}),
            of_values("`service.labels`", NOTHING, service={"labels": LABELS}),
            of_values("`service.sessionAffinity: ClientIP`", NOTHING, service={"sessionAffinity": "ClientIP"}),
            of_values(
                "`service.externalTrafficPolicy`, `type: LoadBalancer`",
                NOTHING,
                service={"type": "LoadBalancer", "externalTrafficPolicy": "Local"},
            ),
            of_values(
                "`service.type: ClusterIP` again", NOTHING, service={"type": None, "externalTrafficPolicy": None}
            ),
            of_values("`service.annotations`", NOTHING, service={"annotations": LABELS}),
            # With the last commit: without its Namespace, Flux can apply none after it.
            Change(
                "`namespace.create: false`, with `prune: true` before",
                {"namespace": {"prune": None, "create": False}},
                DELETES,
            ),
        ),
        has_images=True,
    ),
    "to-s3": Track(
        "a claim with images",
        {},
        (of_values("`storage.type: s3`", ORPHANS, **S3),),
        has_images=True,
        buckets=("images",),
    ),
    "from-s3": Track(
        "images in S3",
        S3,
        (
            of_values('`image.tag: "3"`', RESTARTS, image={"tag": "3"}),
            of_values("`storage.s3.bucket`, another one", ORPHANS, storage={"s3": {"bucket": "more"}}),
            of_values("`storage.type: filesystem` again", ORPHANS, storage=None),
        ),
        has_images=True,
        buckets=("images", "more"),
    ),
    "balanced": Track(
        "a Service of `type: LoadBalancer`",
        {"service": {"type": "LoadBalancer", "loadBalancerClass": "example.com/one"}},
        (
            of_values("`service.loadBalancerClass`", REFUSED, service={"loadBalancerClass": "example.com/two"}),
            of_values("`service.type: ClusterIP`", NOTHING, service=None),
        ),
    ),
}
"""Name -> a registry, each in a namespace of its own."""
