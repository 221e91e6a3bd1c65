"""States of claims and their volumes: not bound, lost, elsewhere, not resized, replaced."""

from __future__ import annotations

from typing import Any, Final

from tests.cluster.states.deletion import volume
from tests.cluster.states.state import Change, State, add, changed, condition, edit, event, later, recorded, replicas

_KUBERNETES: Final = "https://github.com/kubernetes/kubernetes"
_CONTROLLER: Final = f"{_KUBERNETES}/blob/v1.36.3/pkg/controller/volume/persistentvolume/pv_controller.go"
_EBS: Final = "https://github.com/kubernetes-sigs/aws-ebs-csi-driver"
_NEW_CLAIM: Final = "kubectl delete pvc docker-registry -n docker-registry"


def not_provisioned(title: str, report: str, message: str, *says: str, remedy: str, new_claim: bool = False) -> State:
    """Return the state of a claim whose provisioner reports an error."""
    never = () if "storageClass" in remedy else ("values.persistence.storageClass",)
    return State(
        title,
        report,
        changed("no-such-storage-class", _claim_event("ProvisioningFailed", message)),
        ("volume-not-bound",),
        says=says,
        remedy=(remedy, *((_NEW_CLAIM,) if new_claim else ())),
        never=never,
    )


def _starting(data: dict[str, Any]) -> None:
    """Let a Pod wait for its volumes on its node."""
    status = data["status"]
    status["phase"] = "Pending"
    status["conditions"] = [item for item in status["conditions"] if item["type"] == "PodScheduled"]
    for container in status["containerStatuses"]:
        container.update(ready=False, started=False, state={"waiting": {"reason": "ContainerCreating"}})


def _not_mounted(title: str, report: str, message: str, cause: str, says: str, remedy: str) -> State:
    """Return the state of a Pod whose volume the driver cannot attach or mount, behind the kubelet's summary."""
    summary = "Unable to attach or mount volumes: unmounted volumes=[data]: timed out waiting for the condition"
    reason = "FailedAttachVolume" if message.startswith("Attach") else "FailedMount"
    return State(
        title,
        report,
        changed(
            "ready",
            edit("Pod", _starting),
            replicas(0),
            later(300),
            event("Pod", reason, message, ago=60),
            event("Pod", "FailedMount", summary, ago=5),
        ),
        (cause,),
        says=(says,),
        remedy=(remedy,),
    )


def _claim_event(reason: str, message: str) -> Change:
    """Replace what was reported about the claim."""

    def change(data: dict[str, Any]) -> None:
        if data["involvedObject"]["kind"] == "PersistentVolumeClaim":
            data.update(reason=reason, message=message)

    return edit("Event", change)


def unscheduled(message: str) -> Change:
    """Let the scheduler find no node for the Pods."""
    return condition("Pod", "Unschedulable", message, type_="PodScheduled")


def _claim(**changes: Any) -> Change:
    """Change the spec and status of the claim."""

    def change(data: dict[str, Any]) -> None:
        for part, values in changes.items():
            data[part].update(values)

    return edit("PersistentVolumeClaim", change)


def _resized(type_: str, message: str = "", ago: float = 600) -> tuple[Change, ...]:
    """Let the claim ask for more than its volume has."""
    return (
        _claim(spec={"resources": {"requests": {"storage": "200Gi"}}}),
        condition("PersistentVolumeClaim", "", message, type_=type_, status="True", ago=ago),
    )


def _on_node(name: str, key: str = "kubernetes.io/hostname") -> dict[str, Any]:
    """Return the volume of the claim, which is bound to a node or a zone."""
    term = {"matchExpressions": [{"key": key, "operator": "In", "values": [name]}]}
    return volume(nodeAffinity={"required": {"nodeSelectorTerms": [term]}})


def _node(name: str, *, ready: str = "True", unschedulable: bool = False) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "uid": f"node-{name}"},
        "spec": {"unschedulable": unschedulable},
        "status": {"conditions": [{"type": "Ready", "status": ready, "reason": "KubeletReady", "message": ""}]},
    }


_empty_volume: Final = edit(
    "PersistentVolume", lambda data: data["spec"].update(persistentVolumeReclaimPolicy="Delete")
)


_AFFINITY: Final = "0/1 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity. not found"
_MULTI_ATTACH: Final = 'Multi-Attach error for volume "local-5" Volume is already '


def _kept_claim(name: str, release: str) -> dict[str, Any]:
    """Return the claim of an earlier release."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": name,
            "namespace": "docker-registry",
            "uid": f"claim-{name}",
            "creationTimestamp": "2026-10-25T04:20:58Z",
            "annotations": {"helm.sh/resource-policy": "keep"},
            "labels": {
                "app.kubernetes.io/name": "docker-registry",
                "helm.toolkit.fluxcd.io/name": release,
                "helm.toolkit.fluxcd.io/namespace": "docker-registry",
            },
        },
        "spec": {"volumeName": "local-1"},
        "status": {"phase": "Bound"},
    }


_PROVISIONING: Final = (
    not_provisioned(
        "no StorageClass is the default one",
        _CONTROLLER,
        "no persistent volumes available for this claim and no storage class is set",
        "it names no StorageClass, and the cluster has no default one",
        remedy="values.persistence.storageClass",
        new_claim=True,
    ),
    not_provisioned(
        "the cloud account has no room for another volume",
        "https://github.com/okteto/okteto/issues/929",
        'failed to provision volume with StorageClass "do-block-storage": rpc error: code = ResourceExhausted desc = '
        "volume limit (10) has been reached. Current number of volumes: 10. Please contact support.",
        "the quota of the cloud or of the storage is used up",
        remedy="raise that quota",
        new_claim=True,
    ),
    not_provisioned(
        "the quota of the cloud is exceeded",
        "https://github.com/googlecodelabs/feedback/issues/440",
        "Failed to provision volume with StorageClass \"fast\": googleapi: Error 403: Quota 'SSD_TOTAL_GB' exceeded. "
        "Limit: 100.0 in region us-west1., quotaExceeded",
        "the quota of the cloud or of the storage is used up",
        remedy="values.persistence.size",
        new_claim=True,
    ),
    not_provisioned(
        "the storage driver has no permission in the cloud",
        f"{_EBS}/issues/1449",
        'failed to provision volume with StorageClass "default": rpc error: code = Internal desc = Could not create '
        'volume "pvc-c338311b-294b-44b8": could not create volume in EC2: UnauthorizedOperation: You are not '
        "authorized to perform this operation. Encoded authorization failure message: aGVsbG8",
        "the cloud does not allow the storage driver to do that",
        remedy="give the role or service account of the storage driver the permission",
    ),
    not_provisioned(
        "the storage pool is full",
        "https://github.com/aleofreddi/csi-sanlock-lvm/issues/38",
        'failed to provision volume with StorageClass "ssd-storageclass": rpc error: code = Internal desc = failed to '
        "create volume: rpc error: code = OutOfRange desc = insufficient free space",
        "the storage has too little free space",
        remedy="values.persistence.size",
        new_claim=True,
    ),
    not_provisioned(
        "the storage has no pool for the volume",
        "https://github.com/kadalu/kadalu/issues/1066",
        'failed to provision volume with StorageClass "kadalu.replica2": rpc error: code = ResourceExhausted desc = No '
        "Hosting Volumes available, add more storage",
        "the storage has too little free space",
        remedy="free or add storage",
        new_claim=True,
    ),
    not_provisioned(
        "the class supports one node only",
        "https://github.com/kubernetes-sigs/kind/issues/2371",
        'failed to provision volume with StorageClass "standard": Only support ReadWriteOnce access mode',
        "its StorageClass does not support its access modes",
        remedy="values.persistence.storageClass",
        new_claim=True,
    ),
    not_provisioned(
        "the class has a smallest size",
        "https://github.com/hetznercloud/csi-driver/blob/main/internal/driver/controller.go",
        'failed to provision volume with StorageClass "hcloud-volumes": rpc error: code = OutOfRange desc = invalid '
        "volume size",
        "its StorageClass has no volumes of this size",
        remedy="values.persistence.size",
        new_claim=True,
    ),
    not_provisioned(
        "the storage driver is not registered on the node",
        f"{_EBS}/issues/1372",
        'failed to provision volume with StorageClass "gp3": error generating accessibility requirements: no topology '
        "key found on CSINode ip-10-0-1-29.ec2.internal",
        "the storage driver does not run on the node",
        remedy="kubectl get csinodes",
    ),
    not_provisioned(
        "the class creates no volumes",
        f"{_KUBERNETES}/blob/v1.36.3/pkg/volume/plugins.go",
        "no volume plugin matched name: kubernetes.io/no-provisioner",
        "its StorageClass creates no volumes",
        remedy="values.persistence.storageClass",
        new_claim=True,
    ),
    not_provisioned(
        "the driver of the class was removed from Kubernetes",
        f"{_KUBERNETES}/blob/v1.36.3/pkg/volume/plugins.go",
        "no volume plugin matched name: kubernetes.io/glusterfs",
        "the cluster does not have the driver of its StorageClass",
        remedy="values.persistence.storageClass",
        new_claim=True,
    ),
    not_provisioned(
        "the Secret of the class does not exist",
        "https://github.com/kubernetes-csi/external-provisioner/blob/master/pkg/controller/controller.go",
        'failed to provision volume with StorageClass "ceph": error getting secret csi-rbd-provisioner in namespace '
        'rook-ceph: secrets "csi-rbd-provisioner" not found',
        "the Secret of its StorageClass does not exist",
        remedy="create the Secret that the parameters of the StorageClass name",
    ),
    not_provisioned(
        "an earlier try to create the volume hangs",
        "https://github.com/ceph/ceph-csi/issues/1062",
        'failed to provision volume with StorageClass "csi-rbd-sc": rpc error: code = Aborted desc = an operation with '
        "the given Volume ID pvc-ae6e5ac9 already exists",
        "the storage does not respond",
        remedy="Kubernetes tries again by itself",
    ),
    not_provisioned(
        "the provisioner reports what status does not know",
        "https://github.com/piraeusdatastore/piraeus-operator/issues/563",
        'failed to provision volume with StorageClass "no-replication": rpc error: code = Internal desc = CreateVolume '
        "failed for pvc-f9073123: Message: 'Failed to adjust DRBD resource'",
        "Failed to adjust DRBD resource",
        remedy="kubectl describe pvc docker-registry -n docker-registry",
    ),
)

_BINDING: Final = (
    recorded(
        "volume-not-created",
        "nobody has created a volume for a claim without a class",
        "volume-not-bound",
        report=_CONTROLLER,
        says=("it waits for a volume without a class, and none that fits is free",),
        remedy=("create a PersistentVolume without a class", _NEW_CLAIM),
        never=("default one",),
    ),
    recorded(
        "provisioner-missing",
        "the provisioner of the class is not installed",
        "volume-not-bound",
        report="https://github.com/rook/rook/issues/10395",
        says=("its provisioner (storage.example.com) does not create one",),
        remedy=("kubectl get csidrivers",),
        never=("values.persistence",),
    ),
    recorded(
        "no-volume-fits",
        "no local volume is free",
        "volume-not-bound",
        report="https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/scheduler/framework/plugins/volumebinding/binder.go",
        says=("no free volume fits it",),
        remedy=("create a PersistentVolume of its class", _NEW_CLAIM),
    ),
    State(
        "the claim names a volume that another claim has",
        f"{_KUBERNETES}/issues/20753",
        changed(
            "no-such-storage-class",
            _claim_event("FailedBinding", 'volume "nfs-images" already bound to a different claim.'),
        ),
        ("volume-not-bound",),
        says=("the volume that it names belongs to another claim",),
        remedy=("kubectl get pv",),
        never=("storageClass",),
    ),
    State(
        "the claim names a volume that its earlier claim has released",
        f"{_KUBERNETES}/issues/20753",
        changed(
            "no-such-storage-class",
            _claim(spec={"volumeName": "local-5"}),
            _claim_event("FailedBinding", 'volume "local-5" already bound to a different claim.'),
            add({**volume("Retain"), "status": {"phase": "Released"}}),
        ),
        ("volume-not-bound",),
        says=("already bound to a different claim",),
        remedy=('kubectl patch pv local-5 --type merge -p \'{"spec":{"claimRef":{"uid":null}}}',),
        never=("storageClass",),
    ),
    State(
        "the claim names a volume that is too small for it",
        _CONTROLLER,
        changed(
            "no-such-storage-class",
            _claim_event("VolumeMismatch", 'Cannot bind to requested volume "nfs": requested PV is too small'),
        ),
        ("volume-not-bound",),
        says=("the volume that it names does not fit it", "too small"),
        remedy=("kubectl describe pv",),
    ),
    State(
        "no provisioner takes the claim",
        f"{_KUBERNETES}/pull/118262",
        changed(
            "no-such-storage-class",
            _claim_event(
                "ExternalProvisioning",
                "Waiting for a volume to be created either by the external provisioner 'ebs.csi.aws.com' or manually "
                "by the system administrator. If volume creation is delayed, please verify that the provisioner is "
                "running and correctly registered.",
            ),
            edit(
                "PersistentVolumeClaim",
                lambda data: data["metadata"].update(
                    annotations={"volume.kubernetes.io/storage-provisioner": "ebs.csi.aws.com"}
                ),
            ),
        ),
        ("volume-not-bound",),
        says=("its provisioner (ebs.csi.aws.com) does not create one",),
        remedy=("kubectl get csidrivers",),
        never=("values.persistence",),
    ),
    State(
        "the provisioner needs long",
        "https://github.com/kubernetes-sigs/sig-storage-lib-external-provisioner/blob/master/controller/controller.go",
        changed(
            "no-such-storage-class",
            _claim_event("Provisioning", 'External provisioner is provisioning volume for claim "registry"'),
        ),
        ("volume-not-bound",),
        says=("its provisioner works on it for longer than a minute",),
        remedy=("wait, or read the log of the provisioner",),
        never=("values.persistence",),
    ),
    State(
        "a claim without an event has no volume",
        f"{_KUBERNETES}/blob/v1.36.3/pkg/scheduler/framework/plugins/volumebinding/volume_binding.go",
        changed(
            "no-such-storage-class",
            edit("Event", lambda data: data["involvedObject"].update(uid="another")),
        ),
        ("volume-not-bound",),
        says=("the claim docker-registry has no volume", "pod has unbound immediate PersistentVolumeClaims"),
        remedy=("kubectl describe pvc docker-registry -n docker-registry", "kubectl get storageclass"),
    ),
    State(
        "no free volume fits the claim",
        "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/scheduler/framework/plugins/volumebinding/binder.go",
        changed(
            "no-such-storage-class",
            _claim_event("WaitForPodScheduled", "waiting for pod docker-registry to be scheduled"),
            unscheduled("0/3 nodes are available: 3 node(s) didn't find available persistent volumes to bind."),
        ),
        ("volume-not-bound",),
        says=("no free volume fits it",),
        remedy=("create a PersistentVolume", _NEW_CLAIM),
    ),
    State(
        "no node has enough storage for the claim",
        "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/scheduler/framework/plugins/volumebinding/binder.go",
        changed(
            "no-such-storage-class",
            _claim_event("WaitForPodScheduled", "waiting for pod docker-registry to be scheduled"),
            unscheduled("0/3 nodes are available: 3 node(s) did not have enough free storage."),
        ),
        ("volume-not-bound",),
        says=("no node has enough free storage for it",),
        remedy=("values.persistence.size", _NEW_CLAIM),
    ),
    recorded(
        "claim-deleted",
        "the claim was deleted, and its volume still exists",
        "volume-not-bound",
        report=f"{_KUBERNETES}/issues/20753",
        says=("the claim docker-registry was deleted",),
        remedy=("its volume local-3 still exists", "kubectl patch pv local-3 --type merge", "flux reconcile"),
        never=("existingClaim",),
    ),
    State(
        "the claim was deleted, and its volume too",
        "https://grokdatum.github.io/grokdevops-wiki/library/patterns/configuration-landmine/pvc-delete-policy",
        changed(
            "claim-deleted", edit("PersistentVolume", lambda data: data["spec"]["claimRef"].update(name="another"))
        ),
        ("volume-not-bound",),
        says=("the claim docker-registry was deleted",),
        remedy=("The new claim is empty", "flux reconcile helmrelease docker-registry"),
        never=("existingClaim",),
    ),
)

_LOST: Final = (
    recorded(
        "volume-lost",
        "somebody deleted the PersistentVolume of the claim",
        "volume-not-bound",
        report=f"{_KUBERNETES}/issues/60298",
        says=("the PersistentVolume del-images was deleted", "Data on the volume is lost!"),
        remedy=("create the PersistentVolume del-images again", _NEW_CLAIM),
    ),
    State(
        "the volume of the claim was deleted",
        f"{_KUBERNETES}/issues/60298",
        changed(
            "ready",
            _claim(status={"phase": "Lost"}),
            event(
                "PersistentVolumeClaim",
                "ClaimLost",
                "Bound claim has lost its PersistentVolume. Data on the volume is lost!",
            ),
        ),
        ("volume-not-bound",),
        says=("the PersistentVolume local-5 was deleted", "Data on the volume is lost!"),
        remedy=("create the PersistentVolume local-5 again", _NEW_CLAIM),
        never=("storageClass",),
    ),
    State(
        "two claims are bound to one volume",
        "https://github.com/velero-io/velero/issues/1039",
        changed(
            "ready",
            _claim(status={"phase": "Lost"}),
            event(
                "PersistentVolumeClaim",
                "ClaimMisbound",
                "Two claims are bound to the same volume, this one is bound incorrectly",
            ),
        ),
        ("volume-not-bound",),
        says=("its volume local-5 is bound to another claim",),
        remedy=("kubectl get pv local-5",),
        never=("lost",),
    ),
    State(
        "the scheduler finds a claim whose volume does not exist",
        f"{_KUBERNETES}/blob/v1.36.3/pkg/scheduler/framework/plugins/volumebinding/volume_binding.go",
        changed(
            "no-such-storage-class",
            _claim_event("WaitForPodScheduled", "waiting for pod docker-registry to be scheduled"),
            unscheduled(
                "0/1 nodes are available: 1 node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)."
            ),
        ),
        ("volume-not-bound",),
        says=("its volume was deleted",),
        remedy=("create the PersistentVolume again",),
    ),
)

_PLACES: Final = (
    recorded(
        "volume-on-lost-node",
        "the node with the volume is not in the cluster",
        "volume-elsewhere",
        report=f"{_KUBERNETES}/issues/81020",
        says=("the volume del-images is on the disk of node del-gone, which the cluster does not have",),
        remedy=("bring the node del-gone back", _NEW_CLAIM),
        never=("toleration", "nodeSelector"),
    ),
    State(
        "the volume is on the disk of a node that is gone",
        f"{_KUBERNETES}/issues/81020",
        changed("no-such-node", unscheduled(_AFFINITY), _claim(spec={"volumeName": "local-5"}), add(_on_node("node4"))),
        ("volume-elsewhere",),
        says=("the volume local-5 is on the disk of node node4, which the cluster does not have",),
        remedy=("bring the node node4 back", _NEW_CLAIM),
        never=("values.nodeSelector", "toleration", "storageClass"),
    ),
    State(
        "the volume is on the disk of a node that is not ready",
        "https://github.com/topolvm/topolvm/issues/194",
        changed(
            "no-such-node",
            unscheduled(
                "0/2 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity, 1 node(s) had "
                "untolerated taint(s)."
            ),
            _claim(spec={"volumeName": "local-5"}),
            add(_on_node("node4", "topology.topolvm.io/node"), _node("node4", ready="Unknown")),
        ),
        ("volume-elsewhere",),
        says=("on the disk of node node4, which is not ready",),
        remedy=("start the node node4 again",),
        never=("values.nodeSelector", "toleration"),
    ),
    State(
        "the volume is on the disk of a cordoned node",
        "https://github.com/Altinity/clickhouse-operator/issues/702",
        changed(
            "no-such-node",
            unscheduled(
                "0/2 nodes are available: 1 node(s) had volume node affinity conflict, 1 node(s) were unschedulable."
            ),
            _claim(spec={"volumeName": "local-5"}),
            add(_on_node("node4"), _node("node4", unschedulable=True)),
        ),
        ("volume-elsewhere",),
        says=("on the disk of node node4, which is cordoned",),
        remedy=("kubectl uncordon node4",),
        never=("toleration",),
    ),
    State(
        "the volume is on the disk of a node that has no room",
        f"{_KUBERNETES}/issues/108096",
        changed(
            "no-such-node",
            unscheduled("0/2 nodes are available: 1 node(s) had volume node affinity conflict, 1 Insufficient cpu."),
            _claim(spec={"volumeName": "local-5"}),
            add(_on_node("node4"), _node("node4")),
        ),
        ("volume-elsewhere",),
        says=("on the disk of node node4, which cannot run the Pod",),
        remedy=("kubectl describe node node4",),
    ),
    State(
        "the volume is in a zone without a node for the Pod",
        "https://github.com/aws/karpenter-provider-aws/issues/2971",
        changed(
            "no-such-node",
            unscheduled("0/6 nodes are available: 6 node(s) didn't match PersistentVolume's node affinity."),
            _claim(spec={"volumeName": "local-5"}),
            add(_on_node("us-east-2a", "topology.ebs.csi.aws.com/zone")),
        ),
        ("volume-elsewhere",),
        says=("the volume local-5 is in zone us-east-2a, where no node can run the Pod",),
        remedy=("kubectl get nodes -L topology.kubernetes.io/zone",),
    ),
    State(
        "the volume is in another zone, and it cannot be read",
        "https://github.com/kubernetes-sigs/cluster-api-provider-aws/issues/1331",
        changed("no-such-node", unscheduled("0/3 nodes are available: 3 node(s) had no available volume zone.")),
        ("volume-elsewhere",),
        says=("the volume is on another node, or in another zone",),
        remedy=("kubectl describe pv",),
    ),
)

_HELD: Final = (
    State(
        "the volume is still attached to another node",
        f"{_KUBERNETES}/issues/96142",
        changed(
            "image-not-pulled",
            event(
                "Pod",
                "FailedAttachVolume",
                f"{_MULTI_ATTACH}exclusively attached to one node and can't be attached to another",
            ),
        ),
        ("volume-held", "image-not-pulled"),
        says=("the volume is still attached to another node (Multi-Attach)",),
        remedy=("wait: it is detached", "kubectl get volumeattachments"),
    ),
    State(
        "a Pod of somebody else uses the volume",
        "https://github.com/jaroslawhartman/withings-sync/issues/248",
        changed(
            "image-not-pulled",
            event("Pod", "FailedAttachVolume", f"{_MULTI_ATTACH}used by pod(s) bootstrap-withings-sync"),
        ),
        ("volume-held", "image-not-pulled"),
        says=("still used by the Pod bootstrap-withings-sync on another node",),
        remedy=("kubectl describe pod -n docker-registry bootstrap-withings-sync",),
    ),
)

_DRIVERS: Final = (
    _not_mounted(
        "the disk is still attached to another machine",
        f"{_KUBERNETES}/issues/29324",
        'AttachVolume.Attach failed for volume "grafana" : Error attaching EBS volume: VolumeInUse: '
        "vol-0dacaeb7988eaecb8 "
        "is already attached to an instance",
        "volume-held",
        "the volume is still attached to another node",
        "kubectl get volumeattachments",
    ),
    _not_mounted(
        "the kubelet finds the volume bound to another node",
        f"{_KUBERNETES}/issues/82562",
        'MountVolume.NodeAffinity check failed for volume "local-5" : no matching NodeSelectorTerms',
        "volume-elsewhere",
        "the volume is on another node, or in another zone",
        "kubectl describe pv",
    ),
    _not_mounted(
        "the node has not registered the storage driver",
        "https://github.com/openebs/mayastor/issues/1712",
        'AttachVolume.Attach failed for volume "pvc-8609b23a" : CSINode gl-dpce-r0-host-onprem3.private '
        "does not contain "
        "driver io.openebs.csi-mayastor",
        "volume-not-mounted",
        "the storage driver does not run on the node",
        "kubectl get csinodes",
    ),
    _not_mounted(
        "Longhorn has no healthy copy of the volume",
        "https://github.com/longhorn/longhorn/issues/10146",
        'AttachVolume.Attach failed for volume "pvc-62702773" : rpc error: code = Aborted desc = volume '
        "pvc-62702773 is "
        "not ready for workloads",
        "volume-not-mounted",
        "no healthy copy of the volume",
        "repair the copies of the volume",
    ),
    _not_mounted(
        "the disk of the volume was deleted in the cloud",
        f"{_EBS}/issues/1343",
        'AttachVolume.Attach failed for volume "pvc-e3d18bb4" : rpc error: code = Internal desc = Could not get volume '
        "with ID \"vol-0610bdf1017a8d7a8\": InvalidVolume.NotFound: The volume 'vol-0610bdf1017a8d7a8' does not exist. "
        "status code: 400",
        "volume-not-mounted",
        "the storage system does not have the volume any more",
        "restore",
    ),
    _not_mounted(
        "the cloud does not let the driver mount the share",
        "https://github.com/kubernetes-sigs/azurefile-csi-driver/issues/805",
        'MountVolume.MountDevice failed for volume "pvc-1" : rpc error: code = Internal desc = The '
        "client does not have "
        "authorization to perform action over scope or the scope is invalid.",
        "volume-not-mounted",
        "the cloud does not allow the storage driver to do that",
        "give the role or service account",
    ),
    _not_mounted(
        "the share denies access",
        "https://github.com/Azure/AKS/issues/2383",
        'MountVolume.SetUp failed for volume "log" : mount failed: exit status 32\nMounting command: '
        "mount\nOutput: mount "
        "error(13): Permission denied",
        "volume-not-mounted",
        "the storage denies access to the node",
        "correct the credentials of the volume",
    ),
    _not_mounted(
        "the NFS server was restarted",
        f"{_KUBERNETES}/issues/75918",
        'MountVolume.SetUp failed for volume "vds-solr-backups" : lstat: Stale file handle',
        "volume-not-mounted",
        "does not know the mounted directory any more",
        "delete the Pod",
    ),
    _not_mounted(
        "the storage does not attach the volume in time",
        "https://github.com/longhorn/longhorn/issues/4441",
        'AttachVolume.Attach failed for volume "pvc-1" : rpc error: code = DeadlineExceeded desc = '
        "volume pvc-1 failed to "
        "attach to node linux-4",
        "volume-not-mounted",
        "the driver of the volume does not respond in time",
        "the log of the driver",
    ),
)

_RESIZES: Final = (
    recorded(
        "volume-not-resized",
        "the claim of a local volume was grown",
        "volume-not-resized",
        report=f"{_KUBERNETES}/blob/v1.36.3/pkg/controller/volume/expand/expand_controller.go",
        ready=True,
        says=("has 10Gi instead of 20Gi: no driver has taken up the resize",),
        remedy=("run the resizer of the storage driver",),
    ),
    State(
        "the file system of the volume is not resized yet",
        "https://github.com/hetznercloud/csi-driver/issues/136",
        changed(
            "ready",
            *_resized(
                "FileSystemResizePending",
                "Waiting for user to (re-)start a pod to finish file system resize of volume on node.",
            ),
        ),
        ("volume-not-resized",),
        ready=True,
        says=("has 100Gi instead of 200Gi: the volume is larger, but its file system is not",),
        remedy=("kubectl rollout restart deployment/docker-registry -n docker-registry",),
    ),
    State(
        "a resize has just begun",
        "https://github.com/elastic/cloud-on-k8s/issues/3757",
        changed("ready", *_resized("Resizing", ago=20)),
        (),
        ready=True,
    ),
    State(
        "the driver resizes detached volumes only",
        "https://github.com/longhorn/longhorn/issues/2749",
        changed(
            "ready",
            *_resized("Resizing"),
            event(
                "PersistentVolumeClaim",
                "VolumeResizeFailed",
                "resize volume pvc-68e713ee failed: rpc error: code = FailedPrecondition desc = Invalid volume state "
                "attached for expansion",
            ),
        ),
        ("volume-not-resized",),
        ready=True,
        says=("its driver resizes a volume only while no Pod mounts it",),
        remedy=("values.replicaCount: 0",),
    ),
    State(
        "the cloud does not allow another resize yet",
        "https://docs.aws.amazon.com/ebs/latest/userguide/modify-volume-requirements.html",
        changed(
            "ready",
            *_resized("Resizing"),
            event(
                "PersistentVolumeClaim",
                "VolumeResizeFailed",
                'resize volume "pvc-1" by resizer "ebs.csi.aws.com" failed: rpc error: code = Internal desc = Could '
                "not modify volume: VolumeModificationRateExceeded: You've reached the maximum modification rate per "
                "volume limit. Wait at least 6 hours between modifications per EBS volume.",
            ),
        ),
        ("volume-not-resized",),
        ready=True,
        says=("only after some hours",),
        remedy=("wait",),
    ),
    State(
        "no driver takes up the resize, in the words of older versions",
        "https://github.com/longhorn/longhorn/issues/2749",
        changed(
            "ready",
            _claim(spec={"resources": {"requests": {"storage": "200Gi"}}}),
            event(
                "PersistentVolumeClaim",
                "ExternalExpanding",
                "Ignoring the PVC: didn't find a plugin capable of expanding the volume; waiting for an external "
                "controller to process this PVC.",
                ago=300,
            ),
        ),
        ("volume-not-resized",),
        ready=True,
        says=("no driver has taken up the resize",),
        remedy=("run the resizer of the storage driver",),
    ),
    State(
        "the storage cannot have the new size",
        "https://github.com/kubernetes-csi/external-resizer/blob/master/pkg/controller/expand_and_recover.go",
        changed(
            "ready",
            *_resized("ControllerResizeError", "failed to expand pvc with rpc error: code = InvalidArgument"),
            _claim(status={"allocatedResourceStatuses": {"storage": "ControllerResizeInfeasible"}}),
        ),
        ("volume-not-resized",),
        ready=True,
        says=("the storage cannot have that size", "InvalidArgument"),
        remedy=("values.persistence.size",),
    ),
)

_LOST_IMAGES: Final = (
    recorded(
        "claim-replaced",
        "the claim was created again, and the volume of the earlier one still exists",
        "claim-replaced",
        report="https://www.netdata.cloud/guides/kubernetes/kubernetes-pv-reclaim-policy/",
        ready=True,
        says=(
            "was created at 2026-11-27T13:11:04Z, later than the registry: images pushed before are not on its volume",
        ),
        remedy=("the earlier volume local-3 still exists", "kubectl patch pv local-3 --type merge", "--force"),
    ),
    State(
        "the claim was created again, and the earlier volume is gone",
        "https://grokdatum.github.io/grokdevops-wiki/library/patterns/configuration-landmine/pvc-delete-policy",
        changed("claim-recovered", _empty_volume),
        ("claim-replaced",),
        ready=True,
        says=("images pushed before are not on its volume",),
        remedy=("push the images again, or restore a backup",),
    ),
    recorded("claim-recovered", "the claim was created again on the volume of the earlier one", ready=True),
    recorded(
        "claim-left",
        "the release was renamed, and has a new claim",
        "claim-left",
        report="https://github.com/fluxcd/flux2/issues/3316",
        ready=True,
        says=("the claim docker-registry of an earlier release was kept", "a new one, images-docker-registry"),
        remedy=("values.persistence.existingClaim: docker-registry",),
    ),
    State(
        "after a rename, the claim of the earlier release is left",
        "https://github.com/fluxcd/flux2/issues/3316",
        changed("ready", add(_kept_claim("old-registry", "old-registry"))),
        ("claim-left",),
        ready=True,
        says=("the claim old-registry of an earlier release was kept", "this release has a new one, docker-registry"),
        remedy=("values.persistence.existingClaim: old-registry",),
    ),
    State(
        "the claim of the community chart is left",
        "https://github.com/twuni/docker-registry.helm/blob/main/templates/pvc.yaml",
        changed(
            "ready",
            add(_kept_claim("cache-docker-registry", "")),
            edit(
                "PersistentVolumeClaim",
                lambda data: data["metadata"].update(labels={"app": "docker-registry", "heritage": "Helm"}),
                "cache-docker-registry",
            ),
        ),
        ("claim-left",),
        ready=True,
        says=("the claim cache-docker-registry of an earlier release was kept",),
        remedy=("values.persistence.existingClaim: cache-docker-registry",),
    ),
    State(
        "a kept claim belongs to another release",
        "https://helm.sh/docs/howto/charts_tips_and_tricks/",
        changed(
            "ready",
            add(
                _kept_claim("cache-registry", "cache"),
                {
                    "apiVersion": "helm.toolkit.fluxcd.io/v2",
                    "kind": "HelmRelease",
                    "metadata": {"name": "cache", "namespace": "docker-registry", "uid": "cache"},
                },
            ),
        ),
        (),
        ready=True,
    ),
)

STATES: Final[tuple[State, ...]] = (
    *_PROVISIONING,
    *_BINDING,
    *_LOST,
    *_PLACES,
    *_HELD,
    *_DRIVERS,
    *_RESIZES,
    *_LOST_IMAGES,
)
