"""States of objects that are being deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from registry_gitops.cluster.status import Snapshot
from tests.cluster.states.state import Change, State, add, changed, condition, edit, event, recorded, replicas, without

_KUBERNETES: Final = "https://github.com/kubernetes/kubernetes"
RETAIN: Final = 'kubectl patch pv local-5 -p \'{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}\''


def deleted(kind: str, *finalizers: str, ago: float = 60, name: str = "") -> Change:
    """Delete objects of a kind, which finalizers hold."""

    def change(snapshot: Snapshot) -> Snapshot:
        def set_(data: dict[str, Any]) -> None:
            when = (snapshot.read_at - timedelta(seconds=ago)).isoformat()
            data["metadata"].update(deletionTimestamp=when, finalizers=list(finalizers))

        return edit(kind, set_, name)(snapshot)

    return change


def volume(policy: str = "Delete", name: str = "local-5", **spec: Any) -> dict[str, Any]:
    """Return the volume of the claim."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name, "uid": name, "creationTimestamp": "2026-11-25T04:20:58Z"},
        "spec": {"persistentVolumeReclaimPolicy": policy, "capacity": {"storage": "100Gi"}, **spec},
        "status": {"phase": "Bound"},
    }


def namespace(**conditions: tuple[str, str]) -> dict[str, Any]:
    """Return the Namespace while it is being deleted, with conditions: type -> reason, message."""
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": "docker-registry",
            "uid": "namespace",
            "deletionTimestamp": "2026-11-25T04:36:00Z",
        },
        "spec": {"finalizers": ["kubernetes"]},
        "status": {
            "phase": "Terminating",
            "conditions": [
                {"type": type_, "status": "True", "reason": reason, "message": message}
                for type_, (reason, message) in conditions.items()
            ],
        },
    }


def node(name: str = "e2e", *, ready: str = "Unknown", reason: str = "NodeStatusUnknown") -> dict[str, Any]:
    """Return a node that does not respond."""
    state = {"type": "Ready", "status": ready, "reason": reason, "message": "Kubelet stopped posting node status."}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "uid": f"node-{name}"},
        "spec": {},
        "status": {"conditions": [state]},
    }


def strategy(type_: str) -> Change:
    """Set the strategy of the Deployment."""
    return edit("Deployment", lambda data: data["spec"].update(strategy={"type": type_}))


def drift_detection(mode: str) -> Change:
    """Set `release.driftDetection.mode`."""
    return edit("HelmRelease", lambda data: data["spec"].update(driftDetection={"mode": mode}))


def without_keep(data: dict[str, Any]) -> None:
    """Let Helm delete the claim with the release."""
    data["metadata"]["annotations"].pop("helm.sh/resource-policy")


def release_claim_name(name: str) -> Callable[[dict[str, Any]], object]:
    """Return a change of `values.persistence.existingClaim`."""
    return lambda data: data["spec"]["values"].update(persistence={"existingClaim": name})


_REMAINING: Final = (
    "SomeResourcesRemain",
    "Some resources are remaining: helmreleases.helm.toolkit.fluxcd.io has 1 resource instances",
)
_HELD: Final = (
    "SomeFinalizersRemain",
    "Some content in the namespace has finalizers remaining: finalizers.fluxcd.io in 1 resource instances",
)
_STUCK: Final = deleted("Pod", ago=600)

STATES: Final[tuple[State, ...]] = (
    recorded(
        "release-being-deleted",
        "a finalizer of somebody else holds the HelmRelease",
        "being-deleted",
        report="https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/",
        says=("Flux has uninstalled the registry; its claim stays", "example.com/hold"),
        remedy=(
            "the controller that set the finalizer example.com/hold must remove it",
            'kubectl patch helmrelease docker-registry -n docker-registry --type merge -p \'{"metadata"',
            "If it is still in Git, Flux then creates it again",
        ),
    ),
    recorded(
        "kustomization-being-deleted",
        "the Kustomization is being deleted, and the registry is gone already",
        "being-deleted",
        report="https://github.com/fluxcd/flux2/issues/3316",
        says=("Flux deletes what it applied, the registry too",),
        remedy=("kubectl patch kustomization docker-registry -n flux-system --type merge",),
        never=("--namespace, --name",),
    ),
    recorded(
        "namespace-being-deleted",
        "the Namespace is being deleted, and a finalizer of somebody else holds it",
        "being-deleted",
        report="https://github.com/kubernetes/kubernetes/issues/60807",
        says=("with all that is in it", "example.com/hold in 1 resource instances"),
        remedy=("the controller that set the finalizer example.com/hold must remove it",),
        never=("--namespace, --name", "images"),
    ),
    recorded(
        "pod-not-ending",
        "a rollout waits for a Pod on a dead node",
        "pod-not-ending",
        report="https://github.com/kubernetes-sigs/vsphere-csi-driver/issues/125",
        says=("its node del-gone does not respond, and the next Pod waits for it",),
        remedy=("start the node del-gone again", "--force --grace-period=0", "kubectl delete node del-gone"),
        never=("toleration",),
    ),
    recorded(
        "claim-being-deleted",
        "the claim of a running registry is being deleted",
        "claim-being-deleted",
        report=f"{_KUBERNETES}/blob/v1.36.3/pkg/controller/volume/pvcprotection/pvc_protection_controller.go",
        says=("its volume local-2 is deleted too, with all images", "kubernetes.io/pvc-protection"),
        remedy=(
            "kubectl patch pv local-2 -p",
            '"persistentVolumeReclaimPolicy":"Retain"',
            "Do not restart or update the registry before",
            "kubectl patch pv local-2 --type merge",
        ),
        never=("existingClaim", "Flux creates it again within 1h"),
    ),
    State(
        "a claim that is being deleted has a volume that stays",
        "https://www.netdata.cloud/guides/kubernetes/kubernetes-pv-reclaim-policy/",
        changed("ready", deleted("PersistentVolumeClaim", "kubernetes.io/pvc-protection"), add(volume("Retain"))),
        ("claim-being-deleted",),
        says=("when the last Pod that mounts it ends, the registry loses its volume local-5",),
        remedy=("kubectl delete pod -n docker-registry", "kubectl patch pv local-5 --type merge"),
        never=("with all images", '"Retain"'),
    ),
    State(
        "an existing claim is being deleted",
        "https://randomwrites.com/tshooting/07-PVC-Terminating",
        changed(
            "ready",
            deleted("PersistentVolumeClaim", "kubernetes.io/pvc-protection"),
            edit("PersistentVolumeClaim", lambda data: data["metadata"].update(labels={})),
            edit("HelmRelease", release_claim_name("docker-registry")),
        ),
        ("claim-being-deleted",),
        says=("its volume local-5 is deleted too, with all images",),
        remedy=(RETAIN, "create the claim again, with `spec.volumeName: local-5`"),
        never=("flux reconcile",),
    ),
    State(
        "a claim is being deleted, and the next Pod waits for it",
        f"{_KUBERNETES}/blob/v1.36.3/pkg/scheduler/framework/plugins/volumebinding/volume_binding.go",
        changed(
            "claim-deleted",
            without("PersistentVolume"),
            add(
                {
                    "apiVersion": "v1",
                    "kind": "PersistentVolumeClaim",
                    "metadata": {
                        "name": "docker-registry",
                        "namespace": "docker-registry",
                        "deletionTimestamp": "2026-11-27T12:43:50Z",
                        "finalizers": ["snapshot.storage.kubernetes.io/pvc-as-source-protection"],
                        "uid": "claim",
                    },
                    "spec": {"volumeName": "local-2"},
                    "status": {"phase": "Bound"},
                }
            ),
            condition(
                "Pod",
                "Unschedulable",
                '0/1 nodes are available: persistentvolumeclaim "docker-registry" is being deleted. not found',
                type_="PodScheduled",
            ),
        ),
        ("claim-being-deleted",),
        says=("pvc-as-source-protection",),
        remedy=("kubectl patch pv local-2 -p",),
        never=("does not exist", "existingClaim"),
    ),
    State(
        "the HelmRelease is being deleted, and Flux's controller does not end that",
        "https://github.com/fluxcd/flux2/issues/632",
        changed("ready", deleted("HelmRelease", "finalizers.fluxcd.io")),
        ("being-deleted",),
        says=("the HelmRelease docker-registry is being deleted: Flux uninstalls the registry; its claim stays",),
        remedy=("check that its controllers run", "If it is still in Git, Flux then creates it again"),
        never=("Retain",),
    ),
    State(
        "the HelmRelease is being deleted, with a claim that Helm does not keep",
        "https://github.com/fluxcd/flux2/issues/4872",
        changed(
            "ready",
            deleted("HelmRelease", "finalizers.fluxcd.io"),
            edit("PersistentVolumeClaim", without_keep),
        ),
        ("being-deleted",),
        says=("Flux uninstalls the registry, its claim and the images too",),
        remedy=(RETAIN,),
        never=("its claim stays",),
    ),
    State(
        "the HelmRelease is being deleted, and Helm cannot uninstall it",
        "https://github.com/fluxcd/helm-controller/issues/554",
        changed(
            "ready",
            deleted("HelmRelease", "finalizers.fluxcd.io"),
            condition(
                "HelmRelease",
                "UninstallFailed",
                "Helm uninstall failed for release docker-registry/docker-registry.v1 with chart "
                "docker-registry@0.1.0: failed to delete release: docker-registry",
            ),
        ),
        ("being-deleted",),
        says=("Flux uninstalls the registry", "failed to delete release"),
        remedy=("correct what the message names: Flux tries again by itself",),
    ),
    State(
        "the HelmRelease is being deleted while it is suspended",
        "https://github.com/fluxcd/helm-controller/blob/main/internal/controller/helmrelease_controller.go",
        changed(
            "ready",
            deleted("HelmRelease", "finalizers.fluxcd.io"),
            edit("HelmRelease", lambda data: data["spec"].update(suspend=True)),
        ),
        ("being-deleted", "suspended"),
        says=("Flux leaves what it installed, because the release is suspended",),
        remedy=("check that its controllers run",),
        never=("uninstalls",),
    ),
    State(
        "the Kustomization is being deleted, and Flux deletes what it applied",
        "https://github.com/fluxcd/flux2/issues/3316",
        changed(
            "ready",
            deleted("Kustomization", "finalizers.fluxcd.io"),
            edit("Kustomization", lambda data: data["spec"].update(prune=True)),
        ),
        ("being-deleted",),
        says=("the Kustomization apps is being deleted: Flux deletes what it applied, the registry too",),
        remedy=("check that its controllers run",),
    ),
    State(
        "the Kustomization is being deleted, and what it applied stays",
        "https://github.com/fluxcd/kustomize-controller/blob/main/internal/controller/kustomization_controller.go",
        changed(
            "ready",
            deleted("Kustomization", "finalizers.fluxcd.io"),
            edit("Kustomization", lambda data: data["spec"].update(deletionPolicy="Orphan", prune=True)),
        ),
        ("being-deleted",),
        ready=True,
        says=("changes in Git do not reach the cluster",),
        never=("the registry too",),
    ),
    State(
        "the source of the chart is being deleted",
        "https://github.com/fluxcd/terraform-provider-flux/issues/67",
        changed("ready", deleted("GitRepository", "finalizers.fluxcd.io")),
        ("being-deleted",),
        ready=True,
        says=("the GitRepository flux-system is being deleted",),
        remedy=("check that its controllers run",),
    ),
    State(
        "the Namespace is being deleted, and the finalizer of Flux holds it",
        "https://github.com/redpanda-data/helm-charts/issues/1280",
        changed(
            "ready",
            deleted("HelmRelease", "finalizers.fluxcd.io"),
            deleted("PersistentVolumeClaim", "kubernetes.io/pvc-protection"),
            add(namespace(NamespaceContentRemaining=_REMAINING, NamespaceFinalizersRemaining=_HELD)),
        ),
        ("being-deleted",),
        says=(
            "the Namespace docker-registry is being deleted with all that is in it, the images too",
            "finalizers.fluxcd.io in 1 resource instances",
        ),
        remedy=(RETAIN, "Flux must clean up first", "A deletion cannot be undone"),
        never=("flux reconcile",),
    ),
    State(
        "the Namespace is being deleted, and an API of the cluster does not respond",
        "https://github.com/prometheus-operator/kube-prometheus/issues/275",
        changed(
            "ready",
            without("HelmRelease", "Deployment", "Pod", "PersistentVolumeClaim", "ReplicaSet", "Service", "Event"),
            add(
                namespace(
                    NamespaceDeletionDiscoveryFailure=(
                        "DiscoveryFailed",
                        "Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server "
                        "APIs: metrics.k8s.io/v1beta1: the server is currently unable to handle the request",
                    )
                )
            ),
        ),
        ("being-deleted",),
        says=("with all that is in it", "metrics.k8s.io/v1beta1"),
        remedy=("kubectl get apiservices",),
        never=("--namespace, --name", "images"),
    ),
    State(
        "the Namespace is being deleted, and its content cannot be deleted",
        f"{_KUBERNETES}/blob/v1.36.3/pkg/controller/namespace/deletion/status_condition_utils.go",
        changed(
            "ready",
            deleted("HelmRelease", "finalizers.fluxcd.io"),
            add(
                volume("Retain"),
                namespace(
                    NamespaceDeletionContentFailure=(
                        "ContentDeletionFailed",
                        "Failed to delete all resource types, 1 remaining: admission webhook "
                        '"validate.example.com" denied the request',
                    )
                ),
            ),
        ),
        ("being-deleted",),
        says=("Failed to delete all resource types",),
        remedy=("correct what the message names",),
        never=("Retain",),
    ),
    State(
        "the Service is being deleted, and its load balancer holds it",
        f"{_KUBERNETES}/blob/v1.36.3/staging/src/k8s.io/cloud-provider/service/helpers/helper.go",
        changed("ready", deleted("Service", "service.kubernetes.io/load-balancer-cleanup")),
        ("being-deleted",),
        says=("the Service docker-registry is being deleted", "load-balancer-cleanup"),
        remedy=("the cloud controller must delete its load balancer first", "Flux creates it again within 1m"),
    ),
    State(
        "the Deployment is being deleted in the foreground",
        "https://kubernetes.io/docs/concepts/architecture/garbage-collection/",
        changed("ready", deleted("Deployment", "foregroundDeletion"), drift_detection("disabled")),
        ("being-deleted",),
        says=("the Deployment docker-registry is being deleted", "foregroundDeletion"),
        remedy=("check for Pods that do not end", "flux reconcile helmrelease docker-registry", "--force"),
    ),
    State(
        "a Pod on a dead node does not end, and the next one waits for it",
        "https://github.com/kubernetes-sigs/vsphere-csi-driver/issues/125",
        changed("ready", _STUCK, strategy("Recreate"), replicas(0), add(node())),
        ("pod-not-ending",),
        says=("does not end: its node e2e does not respond, and the next Pod waits for it",),
        remedy=("start the node e2e again", "--force --grace-period=0", "kubectl delete node e2e"),
        never=("toleration",),
    ),
    State(
        "a Pod on a node that was removed does not end",
        "https://github.com/kubernetes-sigs/aws-ebs-csi-driver/issues/542",
        changed("ready", _STUCK, strategy("Recreate"), replicas(0)),
        ("pod-not-ending",),
        says=("its node e2e was not found",),
        remedy=("kubectl delete pod docker-registry-7cddf6dffc-m2w6g -n docker-registry --force",),
    ),
    State(
        "a Pod does not end although its node runs",
        "https://github.com/kubernetes/kubernetes/issues/113426",
        changed(
            "ready",
            event("Pod", "FailedKillPod", 'error killing pod: failed to "KillContainer" for "registry"'),
            _STUCK,
            replicas(0),
            add(node(ready="True", reason="KubeletReady")),
        ),
        ("pod-not-ending",),
        says=("the node e2e runs, but has not stopped it", "error killing pod"),
        remedy=("kubectl describe pod docker-registry-7cddf6dffc-m2w6g -n docker-registry",),
        never=("--force",),
    ),
    State(
        "a finalizer holds a Pod",
        "https://github.com/kubernetes/kubernetes/issues/127917",
        changed("ready", deleted("Pod", "batch.kubernetes.io/job-tracking", ago=600), replicas(0), add(node())),
        ("pod-not-ending",),
        says=("finalizers hold it (batch.kubernetes.io/job-tracking)",),
        remedy=("kube-controller-manager",),
        never=("--force",),
    ),
)
