"""The scheduler finds no node for the Pod, for a reason of the values, of the other Pods, or of the autoscaler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .state import Change, State, add, changed, condition, edit, event, later, recorded, without

SCHEDULER: Final = "https://github.com/kubernetes/kubernetes/tree/v1.36.3/pkg/scheduler/framework/plugins"
AUTOSCALER: Final = "https://github.com/kubernetes/autoscaler/issues"
_PREEMPTION: Final = " preemption: 0/{total} nodes are available: {total} No preemption victims found for incoming pod."


def node(
    name: str,
    *taints: str,
    labels: Mapping[str, str] | None = None,
    ready: tuple[str, str, str] = ("True", "KubeletReady", "kubelet is posting ready status"),
) -> dict[str, Any]:
    """Return a node with taints, each KEY or KEY=VALUE, and with its status, reason, and message of Ready."""
    split = [taint.partition("=") for taint in taints]
    status, reason, message = ready
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "uid": f"uid-of-{name}",
            "labels": {"kubernetes.io/hostname": name, **(labels or {})},
        },
        "spec": {
            "taints": [{"key": key, "value": value, "effect": "NoSchedule"} for key, _, value in split],
            **({"unschedulable": True} if "node.kubernetes.io/unschedulable" in taints else {}),
        },
        "status": {"conditions": [{"type": "Ready", "status": status, "reason": reason, "message": message}]},
    }


def unscheduled(
    title: str, report: str, message: str, *changes: Change, cause: str = "unschedulable", **expected: Any
) -> State:
    """Return the state of a Pod of which the scheduler reports `message`."""
    total = message.partition(" ")[0].rpartition("/")[2]
    reported = f"{message}{_PREEMPTION.format(total=total)}" if total.isdigit() else message
    pending = condition("Pod", "Unschedulable", reported, type_="PodScheduled", ago=180)
    snapshot = changed("no-such-node", pending, without("Event"), *changes)
    return State(title, report, snapshot, (cause,), **expected)


def selects(**labels: str) -> Change:
    """Let the Pod ask for labels."""
    return edit("Pod", lambda pod: pod["spec"].update(nodeSelector=labels))


NO_TOLERATION: Final = ("tolerations",)

STATES: Final[tuple[State, ...]] = (
    recorded(
        "node-reserved",
        "the only node with the labels has a taint that the Pod does not tolerate",
        "unschedulable",
        says=("reserved by a taint (1 of 2 nodes)",),
        remedy=('`{key: dedicated, operator: Equal, value: "database"}` to `values.tolerations`',),
        never=("values.nodeSelector",),
    ),
    recorded(
        "memory-insufficient",
        "the Pod requests more memory than the node has",
        "unschedulable",
        remedy=("lower `values.resources.requests.memory`, or add a node",),
    ),
    recorded(
        "cpu-insufficient",
        "the Pod requests more CPU than the node has, and more memory than is left",
        "unschedulable",
        says=("too little free CPU (1 of 1 nodes), too little free memory (1 of 1 nodes)",),
        remedy=("lower `values.resources.requests.cpu` and `values.resources.requests.memory`, or add a node",),
    ),
    recorded(
        "no-pod-to-run-beside",
        "the affinity asks for a Pod that does not exist",
        "unschedulable",
        remedy=("`podAffinity` in `values.affinity`",),
    ),
    recorded(
        "no-label-for-spread",
        "the topology spread asks for a label that no node has",
        "unschedulable",
        remedy=("`topologyKey` of `values.topologySpreadConstraints`",),
        never=("ScheduleAnyway",),
    ),
    recorded(
        "no-such-scheduler",
        "no scheduler has the name in the values",
        "unschedulable",
        says=("my-scheduler does not run",),
        remedy=("`values.schedulerName`",),
    ),
    unscheduled(
        "the workers are full, and the control plane is reserved",
        f"{AUTOSCALER}/5692",
        "0/5 nodes are available: 2 Insufficient memory, 3 node(s) had untolerated taint "
        "{node-role.kubernetes.io/control-plane: }.",
        says=("too little free memory (2 of 5 nodes)",),
        remedy=("`values.resources.requests.memory`",),
        never=NO_TOLERATION,
    ),
    unscheduled(
        "a large cluster is out of CPU, and some of its nodes are cordoned",
        "https://github.com/kubernetes/kubernetes/issues/104521",
        "0/315 nodes are available: 10 node(s) had taint {workload: nvidia-gpu}, that the pod didn't tolerate, 259 "
        "Insufficient cpu, 4 node(s) were unschedulable, 6 node(s) had taint {node-role.kubernetes.io/master: }, "
        "that the "
        "pod didn't tolerate, 9 Insufficient memory.",
        says=("too little free CPU (259 of 315 nodes)",),
        remedy=("`values.resources.requests.cpu`",),
        never=(*NO_TOLERATION, "uncordon"),
    ),
    unscheduled(
        "the only node is out of disk space for Pods",
        f"{SCHEDULER}/noderesources/fit.go",
        "0/1 nodes are available: 1 Insufficient ephemeral-storage.",
        remedy=("`values.resources.requests.ephemeral-storage`",),
    ),
    unscheduled(
        "each node runs as many Pods as it can",
        "https://github.com/aws/karpenter-provider-aws/issues/1887",
        "0/2 nodes are available: 2 Too many pods.",
        says=("no room for another Pod (2 of 2 nodes)",),
        never=("values.",),
    ),
    unscheduled(
        "no node has the extended resource",
        f"{SCHEDULER}/noderesources/fit.go",
        "0/3 nodes are available: 3 Insufficient nvidia.com/gpu.",
        remedy=("from `values.resources`",),
    ),
    unscheduled(
        "the nodes cannot attach another volume",
        "https://github.com/aws/karpenter-provider-aws/issues/3647",
        "0/5 nodes are available: 2 node(s) had untolerated taint {CriticalAddonsOnly: true}, 3 node(s) exceed max "
        "volume "
        "count.",
        says=("no room for another volume (3 of 5 nodes)",),
        never=(*NO_TOLERATION, "storageClass"),
    ),
    unscheduled(
        "the driver of the volume is not on the nodes",
        f"{SCHEDULER}/nodevolumelimits/csi.go",
        "0/2 nodes are available: 2 ebs.csi.aws.com CSI driver is not installed on the node.",
        remedy=("DaemonSet of the CSI driver",),
    ),
    unscheduled(
        "the node of the volume is full",
        "https://github.com/kubernetes/kubernetes/issues/108096",
        "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had volume node affinity conflict.",
        edit("PersistentVolumeClaim", lambda claim: claim["status"].update(phase="Bound")),
        says=("too little free CPU (1 of 3 nodes)",),
        remedy=("`values.resources.requests.cpu`",),
        never=("storageClass",),
    ),
    unscheduled(
        "the port of the node is in use",
        "https://github.com/newrelic/nri-kubernetes/issues/356",
        "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
        remedy=("`values.hostNetwork`", "`values.updateStrategy.type: Recreate`"),
    ),
    unscheduled(
        "the topology spread allows no second Pod",
        f"{SCHEDULER}/podtopologyspread/plugin.go",
        "0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 node(s) "
        "didn't match pod topology spread constraints.",
        remedy=("`values.topologySpreadConstraints`",),
        never=NO_TOLERATION,
    ),
    unscheduled(
        "the nodes lack the label of the topology spread",
        f"{SCHEDULER}/podtopologyspread/plugin.go",
        "0/2 nodes are available: 2 node(s) didn't match pod topology spread constraints (missing required label).",
        remedy=("`topologyKey`",),
        never=("ScheduleAnyway",),
    ),
    unscheduled(
        "more replicas than nodes, with anti-affinity",
        "https://github.com/hashicorp/consul-helm/issues/243",
        "0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules.",
        remedy=("`podAntiAffinity` in `values.affinity`", "`values.replicaCount`"),
    ),
    unscheduled(
        "other Pods refuse this one by anti-affinity",
        f"{SCHEDULER}/interpodaffinity/filtering.go",
        "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules.",
        says=("Pods there refuse this one",),
        never=("values.affinity",),
    ),
    unscheduled(
        "no Pod is there to run beside",
        f"{SCHEDULER}/interpodaffinity/filtering.go",
        "0/3 nodes are available: 3 node(s) didn't match pod affinity rules.",
        remedy=("`podAffinity` in `values.affinity`",),
    ),
    unscheduled(
        "no node has the label, and the control plane is reserved",
        f"{SCHEDULER}/nodeaffinity/node_affinity.go",
        "0/4 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 3 node(s) had untolerated taint "
        "{node-role.kubernetes.io/control-plane: }.",
        selects(disk="ssd"),
        add(node("worker-1"), node("control-1", "node-role.kubernetes.io/control-plane")),
        says=("without the labels that the Pod asks for (1 of 4 nodes)",),
        remedy=("`values.nodeSelector`", "`kubectl label node worker-1 disk=ssd`"),
        never=NO_TOLERATION,
    ),
    unscheduled(
        "the only node is that of the control plane",
        "https://github.com/kubernetes/kubernetes/issues/116133",
        "0/1 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }.",
        remedy=("`{key: node-role.kubernetes.io/control-plane, operator: Exists}` to `values.tolerations`",),
    ),
    unscheduled(
        "the nodes are dedicated to others, as an older scheduler says it",
        "https://github.com/kubernetes/autoscaler/issues/3115",
        "0/2 nodes are available: 2 node(s) had taint {prod-only: true}, that the pod didn't tolerate.",
        remedy=('`{key: prod-only, operator: Equal, value: "true"}` to `values.tolerations`',),
    ),
    unscheduled(
        "the taints are in no message, and the nodes cannot be read",
        f"{SCHEDULER}/tainttoleration/taint_toleration.go",
        "0/1 nodes are available: 1 node(s) had untolerated taint(s).",
        remedy=("`kubectl get nodes -o custom-columns=NAME:.metadata.name,TAINTS:.spec.taints`",),
        never=NO_TOLERATION,
    ),
    unscheduled(
        "the node is dedicated to others, which only the node says",
        f"{SCHEDULER}/tainttoleration/taint_toleration.go",
        "0/1 nodes are available: 1 node(s) had untolerated taint(s).",
        add(node("worker-1", "dedicated=database")),
        remedy=('`{key: dedicated, operator: Equal, value: "database"}`',),
    ),
    unscheduled(
        "the node with the labels is dedicated to others",
        f"{SCHEDULER}/tainttoleration/taint_toleration.go",
        "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated "
        "taint(s).",
        selects(disk="ssd"),
        add(node("worker-1"), node("worker-2", "dedicated=database", labels={"disk": "ssd"})),
        says=("reserved by a taint (1 of 2 nodes)",),
        remedy=('`{key: dedicated, operator: Equal, value: "database"}`',),
        never=("nodeSelector",),
    ),
    unscheduled(
        "no node has the labels, and one is cordoned",
        f"{SCHEDULER}/nodeaffinity/node_affinity.go",
        "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) were unschedulable.",
        selects(disk="ssd"),
        add(node("worker-1"), node("worker-2", "node.kubernetes.io/unschedulable")),
        says=("without the labels that the Pod asks for (1 of 2 nodes)",),
        remedy=("`kubectl label node worker-1 disk=ssd`",),
        never=("uncordon",),
    ),
    unscheduled(
        "some nodes lack the labels, others are dedicated to others, and none can be read",
        "https://github.com/2i2c-org/infrastructure/issues/2248",
        "0/212 nodes are available: 200 node(s) had untolerated taint {k8s.dask.org_dedicated: worker}, 12 node(s) "
        "didn't match Pod's node affinity/selector.",
        says=("without the labels that the Pod asks for (12 of 212 nodes)",),
        remedy=("`values.nodeSelector`", '`{key: k8s.dask.org_dedicated, operator: Equal, value: "worker"}`'),
    ),
    unscheduled(
        "the nodes run Windows",
        f"{SCHEDULER}/tainttoleration/taint_toleration.go",
        "0/2 nodes are available: 2 node(s) had untolerated taint {os: windows}.",
        remedy=("add a node that runs Linux",),
        never=NO_TOLERATION,
    ),
    unscheduled(
        "the autoscaler removes the node",
        "https://github.com/twosigma/Cook/pull/1466",
        "0/1 nodes are available: 1 node(s) had untolerated taint {ToBeDeletedByClusterAutoscaler: 1583508482}.",
        remedy=("wait until the autoscaler has replaced the nodes",),
        never=NO_TOLERATION,
    ),
    unscheduled(
        "the autoscaler adds a node",
        "https://github.com/falcosecurity/test-infra/issues/333",
        "0/4 nodes are available: 4 Insufficient cpu.",
        event("Pod", "NotTriggerScaleUp", "pod didn't trigger scale-up: 2 max node group size reached", ago=300),
        event("Pod", "TriggeredScaleUp", "pod triggered scale-up: [{eks-workers 3->6 (max: 10)}]", type_="Normal"),
        says=("the autoscaler adds one",),
        remedy=("wait until the node is ready",),
        never=("values.",),
    ),
    unscheduled(
        "Karpenter adds a node, which has not registered yet",
        "https://github.com/aws/karpenter-provider-aws/issues/7426",
        "0/3 nodes are available: 1 node(s) had untolerated taint {karpenter.sh/unregistered: }, 2 Insufficient "
        "memory.",
        event("Pod", "Nominated", "Pod should schedule on: nodeclaim/default-rp626", type_="Normal"),
        remedy=("wait until the node is ready",),
        never=(*NO_TOLERATION, "values."),
    ),
    unscheduled(
        "the autoscaler said long ago that it adds a node",
        f"{AUTOSCALER}/3538",
        "0/4 nodes are available: 4 Insufficient cpu.",
        event("Pod", "TriggeredScaleUp", "pod triggered scale-up: [{eks-workers 3->6 (max: 10)}]", type_="Normal"),
        later(3600),
        remedy=("`values.resources.requests.cpu`",),
    ),
    unscheduled(
        "the autoscaler has reached its limit",
        f"{AUTOSCALER}/5692",
        "0/4 nodes are available: 4 Insufficient cpu.",
        event("Pod", "NotTriggerScaleUp", "pod didn't trigger scale-up: 3 max node group size reached", type_="Normal"),
        says=("the autoscaler has reached its limit",),
        remedy=("raise the maximum of the node group", "`values.resources.requests.cpu`"),
    ),
    unscheduled(
        "the cloud gave the autoscaler no node",
        f"{AUTOSCALER}/3115",
        "0/2 nodes are available: 2 Too many pods.",
        event("Pod", "NotTriggerScaleUp", "pod didn't trigger scale-up: 1 in backoff after failed scale-up"),
        says=("the autoscaler could not add a node",),
        never=("values.",),
    ),
    unscheduled(
        "no node that the autoscaler could add is large enough",
        f"{AUTOSCALER}/1607",
        "0/2 nodes are available: 2 Insufficient memory.",
        event("Pod", "NotTriggerScaleUp", "pod didn't trigger scale-up (it wouldn't fit if a new node is added)"),
        says=("none of the autoscaler's node groups fits",),
        remedy=("lower `values.resources.requests.memory`",),
    ),
    unscheduled(
        "a Pod of higher priority took the place",
        "https://github.com/2i2c-org/infrastructure/issues/2248",
        "0/1 nodes are available: 1 Insufficient memory.",
        event("Pod", "Preempted", "Preempted by pod 38fbd5ab-5c5f-4a4a-9a8a-d4f1a1b3c2d1 on node worker-1"),
        edit("Event", lambda found: found["involvedObject"].update(name="docker-registry-dd674f859-old", uid="gone")),
        says=("a Pod of higher priority took its place",),
        remedy=("`values.priorityClassName`",),
    ),
    unscheduled(
        "Pods of lower priority make room",
        f"{SCHEDULER}/defaultpreemption/default_preemption.go",
        "waiting for the preemption for this pod to be finished",
        remedy=("wait",),
    ),
    unscheduled(
        "the cluster has no nodes",
        "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/scheduler/schedule_one.go",
        "no nodes available to schedule pods",
        says=("the cluster has no nodes",),
        never=("values.",),
    ),
    unscheduled(
        "a queue holds the Pod back",
        "https://kubernetes.io/docs/concepts/scheduling-eviction/pod-scheduling-readiness/",
        "Scheduling is blocked due to non-empty scheduling gates",
        remedy=("the controller that set `schedulingGates` removes them",),
        never=("kubectl describe nodes",),
    ),
    unscheduled(
        "the scheduler says something that no phrase knows",
        SCHEDULER,
        "0/1 nodes are available: 1 node(s) were too tired.",
        says=("were too tired",),
        remedy=("`kubectl describe nodes`",),
        never=("values.",),
    ),
    State(
        "no scheduler has this name",
        "https://kubernetes.io/docs/tasks/extend-kubernetes/configure-multiple-schedulers/",
        changed(
            "no-such-node",
            without("Event"),
            edit("Pod", lambda pod: pod["spec"].update(schedulerName="my-scheduler")),
            edit("Pod", lambda pod: pod["status"].update(conditions=[])),
        ),
        ("unschedulable",),
        says=("my-scheduler",),
        remedy=("`values.schedulerName`",),
    ),
    State(
        "the scheduler of the cluster does not run",
        "https://kubernetes.io/docs/tasks/extend-kubernetes/configure-multiple-schedulers/",
        changed(
            "no-such-node",
            without("Event"),
            edit("Pod", lambda pod: pod["spec"].update(schedulerName="default-scheduler")),
            edit("Pod", lambda pod: pod["status"].update(conditions=[])),
        ),
        ("unschedulable",),
        remedy=("`kubectl get pods -n kube-system`",),
        never=("values.schedulerName",),
    ),
)
