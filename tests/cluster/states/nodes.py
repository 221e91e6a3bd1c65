"""Nodes are ill or closed, and evict Pods: nothing that a value changes."""

from __future__ import annotations

import copy
from typing import Any, Final

from registry_gitops.cluster.status import Snapshot

from .placement import NO_TOLERATION, SCHEDULER, node, selects, unscheduled
from .state import Change, State, add, changed, condition, edit, event, recorded, replicas, without

_LIFECYCLE: Final = (
    "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/nodelifecycle/node_lifecycle_controller.go"
)
_EVICTION: Final = "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/kubelet/eviction/helpers.go"


def ill(title: str, report: str, message: str, *changes: Change, **expected: Any) -> State:
    """Return the state of a Pod that no node can run because of ill nodes."""
    never = (*NO_TOLERATION, *expected.pop("never", ()))
    return unscheduled(title, report, message, *changes, cause="node-unavailable", never=never, **expected)


def ended(reason: str, message: str, *, ago: float = 60) -> Change:
    """Let a node have ended the Pod, `ago` seconds before the reading."""

    def end(pod: dict[str, Any]) -> None:
        pod["status"].update(phase="Failed", reason=reason, message=message)
        pod["status"].pop("containerStatuses", None)

    return lambda snapshot: condition("Pod", "PodFailed", "", ago=ago)(edit("Pod", end)(snapshot))


def beside_ended(reason: str, *, ago: float) -> Change:
    """Add a Pod of the workload that a node ended."""

    def change(snapshot: Snapshot) -> Snapshot:
        only_ended = ended(reason, "The node was low on resource: memory. ", ago=ago)(snapshot)
        pod = copy.deepcopy(dict(only_ended.all_pods[0].data))
        pod["metadata"].update(name="docker-registry-ended", uid="uid-of-ended")
        return add(pod)(snapshot)

    return change


def evicted(title: str, report: str, reason: str, message: str, *changes: Change, **expected: Any) -> State:
    """Return the state of a Pod that a node has just ended, while no other one runs."""
    snapshot = changed("crash-loop", without("Event"), ended(reason, message), *changes)
    return State(title, report, snapshot, ("pod-evicted",), **expected)


def lost(title: str, report: str, status: str, reason: str, message: str, **expected: Any) -> State:
    """Return the state of a Pod whose node is not ready, so that the Pod is not either."""
    snapshot = changed(
        "ready",
        replicas(0),
        condition("Pod", "", "", ago=90),
        event("Pod", "NodeNotReady", "Node is not ready"),
        add(node("e2e", "node.kubernetes.io/unreachable", ready=(status, reason, message))),
    )
    return State(title, report, snapshot, ("node-unavailable",), never=NO_TOLERATION, **expected)


def emptied_dir(workload: dict[str, Any]) -> None:
    """Keep the images on the disk of the node, as without `persistence.enabled`."""
    workload["spec"]["template"]["spec"]["volumes"] = [{"name": "data", "emptyDir": {}}]


STATES: Final[tuple[State, ...]] = (
    recorded(
        "node-not-ready",
        "the only node with the labels has never reported",
        "node-unavailable",
        says=("unreachable (1 of 2 nodes)",),
        remedy=("start node node-2",),
        never=("values.",),
    ),
    recorded(
        "node-disk-pressure",
        "the only node with the labels is short of disk space",
        "node-unavailable",
        remedy=("free space on the disk of node node-2",),
        never=("values.",),
    ),
    recorded(
        "node-out-of-service",
        "the only node with the labels was taken out of service",
        "node-unavailable",
        says=("out of service (1 of 2 nodes)",),
        remedy=("`kubectl taint nodes node-3 node.kubernetes.io/out-of-service-`",),
        never=("values.",),
    ),
    recorded(
        "node-cordoned",
        "the only node with the labels is cordoned, while Helm waits",
        "node-unavailable",
        "busy",
        remedy=("`kubectl uncordon node-2`",),
        never=("values.",),
    ),
    recorded(
        "node-lost",
        "the node of the Pod was lost",
        "node-unavailable",
        says=("node node-2 does not report its state",),
        remedy=("`kubectl delete node node-2`",),
        never=("values.",),
    ),
    recorded(
        "volume-limit-exceeded",
        "an emptyDir volume exceeded its size limit, and the Pod was evicted",
        "pod-evicted",
        remedy=("`sizeLimit`", "`values.extraVolumes`"),
        never=("exits on start",),
    ),
    ill(
        "the only node is unreachable",
        "https://github.com/hystax/optscale/issues/568",
        "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }.",
        add(node("worker-1", "node.kubernetes.io/unreachable")),
        says=("unreachable (1 of 1 nodes)",),
        remedy=("start node worker-1", "`kubectl describe node worker-1`"),
        never=("values.",),
    ),
    ill(
        "the node that the selector asks for is unreachable",
        "https://github.com/kubernetes/kubernetes/issues/119967",
        "0/12 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }, 11 node(s) "
        "didn't "
        "match Pod's node affinity/selector.",
        remedy=("start the node",),
        never=("values.",),
    ),
    ill(
        "a node is unreachable, and the others are full",
        "https://github.com/kubernetes/kubernetes/issues/119967",
        "0/3 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }, 2 Insufficient "
        "memory.",
        says=("unreachable (1 of 3 nodes), too little free memory (2 of 3 nodes)",),
        remedy=("start the node", "For the other nodes: lower `values.resources.requests.memory`"),
    ),
    ill(
        "the node of the volume is unreachable",
        "https://github.com/kubernetes/kubernetes/issues/119967",
        "0/3 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }, 2 node(s) had "
        "volume "
        "node affinity conflict.",
        edit("PersistentVolumeClaim", lambda claim: claim["status"].update(phase="Bound")),
        remedy=("start the node",),
        never=("values.", "storageClass"),
    ),
    ill(
        "the node is not ready, in the words of an older scheduler",
        "https://github.com/projectcalico/calico/issues/3847",
        "0/3 nodes are available: 3 node(s) had taint {node.kubernetes.io/not-ready: }, that the pod didn't tolerate.",
        says=("not ready (3 of 3 nodes)",),
        remedy=("repair the node",),
        never=("values.",),
    ),
    ill(
        "the disk of the node is nearly full",
        "https://github.com/secretflow/kuscia/issues/45",
        "0/2 nodes are available: 2 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }.",
        says=("short of disk space",),
        remedy=("free space on the disk of the node",),
        never=("values.",),
    ),
    ill(
        "the disk of the node is nearly full, which only the node says",
        "https://github.com/kubernetes/kubernetes/issues/93711",
        "0/1 nodes are available: 1 node(s) had untolerated taint(s).",
        add(node("worker-1", "dedicated=database", "node.kubernetes.io/disk-pressure")),
        says=("short of disk space (1 of 1 nodes)",),
        never=("values.",),
    ),
    ill(
        "the memory of the node is nearly full",
        f"{SCHEDULER}/tainttoleration/taint_toleration.go",
        "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/memory-pressure: }.",
        remedy=("move Pods to other nodes",),
    ),
    ill(
        "the node runs too many processes",
        f"{SCHEDULER}/tainttoleration/taint_toleration.go",
        "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/pid-pressure: }.",
        says=("short of process IDs",),
        never=("values.",),
    ),
    ill(
        "the network of the node is not set up",
        f"{SCHEDULER}/tainttoleration/taint_toleration.go",
        "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/network-unavailable: }.",
        add(node("worker-1", "node.kubernetes.io/network-unavailable")),
        remedy=("`kubectl get pods -A -o wide --field-selector spec.nodeName=worker-1`",),
    ),
    ill(
        "the machine of the node is shut down",
        "https://github.com/kubernetes/cloud-provider/blob/v0.36.4/api/well_known_taints.go",
        "0/1 nodes are available: 1 node(s) had untolerated taint {node.cloudprovider.kubernetes.io/shutdown: }.",
        remedy=("start the machine of the node",),
    ),
    ill(
        "the cloud controller has not initialized the nodes",
        "https://github.com/kubernetes/cloud-provider-openstack/issues/2200",
        "0/3 nodes are available: 3 node(s) had untolerated taint {node.cloudprovider.kubernetes.io/uninitialized: "
        "true}.",
        says=("still starting",),
        remedy=("`kubectl get pods -n kube-system`",),
        never=("values.",),
    ),
    ill(
        "the driver of volumes has not started on the node",
        "https://github.com/kubernetes-sigs/karpenter/issues/1748",
        "0/1 nodes are available: 1 node(s) had untolerated taint {ebs.csi.aws.com/agent-not-ready: }.",
        says=("still starting",),
    ),
    ill(
        "the node with the label is cordoned, and another one is full",
        "https://github.com/aws/karpenter-provider-aws/issues/1887",
        "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable.",
        selects(disk="ssd"),
        add(node("worker-1"), node("worker-2", "node.kubernetes.io/unschedulable", labels={"disk": "ssd"})),
        says=("cordoned (1 of 2 nodes), too little free CPU (1 of 2 nodes)",),
        remedy=("`kubectl uncordon worker-2`", "`values.resources.requests.cpu`"),
    ),
    ill(
        "a node is cordoned, another one is reserved, which only the nodes say",
        f"{SCHEDULER}/nodeunschedulable/node_unschedulable.go",
        "0/2 nodes are available: 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable.",
        add(node("worker-1", "dedicated=database"), node("worker-2", "node.kubernetes.io/unschedulable")),
        says=("no node can run the Pod: cordoned (1 of 2 nodes) ",),
        remedy=("`kubectl uncordon worker-2`",),
        never=("values.",),
    ),
    lost(
        "the node of the Pod stopped reporting",
        _LIFECYCLE,
        "Unknown",
        "NodeStatusUnknown",
        "Kubelet stopped posting node status.",
        says=("node e2e does not report its state",),
        remedy=("start the node", "`kubectl delete node e2e`"),
    ),
    lost(
        "the node of the Pod has no network plugin",
        "https://github.com/flannel-io/flannel/issues/1989",
        "False",
        "KubeletNotReady",
        "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin "
        "returns error: cni plugin not initialized",
        remedy=("repair the network plugin", "--field-selector spec.nodeName=e2e`"),
    ),
    lost(
        "the container runtime of the node hangs",
        "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/kubelet/pleg/generic.go",
        "False",
        "KubeletNotReady",
        "PLEG is not healthy: pleg was last seen active 3m12s ago; threshold is 3m0s",
        remedy=("restart the container runtime",),
    ),
    lost(
        "the node of the Pod shuts down",
        "https://github.com/kubernetes/kubernetes/issues/104531",
        "False",
        "KubeletNotReady",
        "node is shutting down",
        remedy=("wait until the node is back",),
    ),
    lost(
        "the node of the Pod is not ready, for a reason that no phrase knows",
        _LIFECYCLE,
        "False",
        "KubeletNotReady",
        "[something new]",
        says=("[something new]",),
        remedy=("`kubectl describe node e2e`",),
    ),
    State(
        "the node of the Pod is not ready, and cannot be read",
        _LIFECYCLE,
        changed(
            "ready", replicas(0), condition("Pod", "", "", ago=90), event("Pod", "NodeNotReady", "Node is not ready")
        ),
        ("node-unavailable",),
        says=("node e2e is not ready",),
    ),
    evicted(
        "the disk of the node was full, and the Pod evicted",
        "https://github.com/gitpod-io/gitpod/issues/9140",
        "Evicted",
        "The node was low on resource: ephemeral-storage. Container registry was using 3536Ki, which exceeds its "
        "request "
        "of 0. ",
        says=("the disk of the node was nearly full",),
        remedy=("free space on the disk of node e2e",),
        never=("exits on start", "values."),
    ),
    evicted(
        "the images are on the disk of the node, and have filled it",
        "https://github.com/concourse/hush-house/issues/8",
        "Evicted",
        "The node was low on resource: ephemeral-storage. Threshold quantity: 2146223340, available: 1883424Ki. "
        "Container "
        "registry was using 10304000Ki, request is 0, has larger consumption of ephemeral-storage. ",
        edit("Deployment", emptied_dir),
        remedy=("`values.persistence.enabled: true`",),
    ),
    evicted(
        "the node had the condition MemoryPressure, and evicted the Pod",
        _EVICTION,
        "Evicted",
        "The node had condition: [MemoryPressure]. ",
        remedy=("`values.resources.requests.memory`",),
    ),
    evicted(
        "the Pod exceeded its limit of disk space",
        _EVICTION,
        "Evicted",
        "Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. ",
        remedy=("`values.resources.limits.ephemeral-storage`",),
    ),
    evicted(
        "a volume of the Pod exceeded its size limit",
        _EVICTION,
        "Evicted",
        'Usage of EmptyDir volume "cache" exceeds the limit "1Gi". ',
        remedy=("`sizeLimit`", "`values.extraVolumes`"),
    ),
    evicted(
        "the node shut down, and ended the Pod",
        "https://github.com/kubernetes/kubernetes/pull/104798",
        "Terminated",
        "Pod was terminated in response to imminent node shutdown.",
        remedy=("wait until node e2e is back",),
        never=("values.",),
    ),
    evicted(
        "the node has no room for the Pod that the scheduler gave it",
        "https://github.com/kubernetes/website/issues/47264",
        "OutOfcpu",
        "Pod Node didn't have enough resource: cpu, requested: 120, used: 3803, capacity: 3920",
        remedy=("wait for the next Pod", "`values.resources.requests`"),
    ),
    evicted(
        "a critical Pod took the place on the node",
        "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/kubelet/preemption/preemption.go",
        "Preempting",
        "Preempted in order to admit critical pod",
        remedy=("add a node",),
    ),
    evicted(
        "the kubelet refuses a sysctl",
        "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/kubelet/sysctl/allowlist.go",
        "SysctlForbidden",
        'forbidden sysctl: "net.core.somaxconn" not allowlisted',
        remedy=("`values.podSecurityContext.sysctls`",),
    ),
    evicted(
        "the node lost the label that the Pod asks for",
        "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/kubelet/lifecycle/predicate.go",
        "NodeAffinity",
        "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
        remedy=("`values.nodeSelector`", "`kubectl get node e2e --show-labels`"),
    ),
    evicted(
        "the kubelet refuses the Pod for a reason that no phrase knows",
        "https://github.com/kubernetes/kubernetes/issues/125579",
        "UnexpectedAdmissionError",
        "Pod was rejected: Allocate failed due to no healthy devices present; cannot allocate unhealthy devices",
        says=("no healthy devices present",),
        remedy=("`kubectl describe node e2e`",),
        never=("values.",),
    ),
    State(
        "an evicted Pod is left beside one that runs",
        "https://github.com/kubernetes/kubernetes/issues/91600",
        changed("ready", beside_ended("Evicted", ago=30)),
        (),
        ready=True,
        never=("Evicted",),
    ),
    State(
        "a Pod is not ready, hours after another one was evicted",
        "https://github.com/kubernetes/kubernetes/issues/91600",
        changed("scaled-by-hand", beside_ended("Evicted", ago=7200)),
        ("in-progress", "drifted"),
    ),
    State(
        "a Pod crashes, just after another one was evicted",
        "https://github.com/kubernetes/kubernetes/issues/91600",
        changed("crash-loop", beside_ended("Evicted", ago=30)),
        ("crash-loop",),
    ),
)
