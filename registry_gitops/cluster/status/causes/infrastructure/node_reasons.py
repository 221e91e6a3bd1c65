"""Why each node cannot run a Pod, as the scheduler says it: one reason for some nodes, another one for others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final

from registry_gitops.cluster.status.causes.cause import CauseId
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase, find_phrase, join_words
from registry_gitops.cluster.status.live_objects import Object

_TAINT: Final = r"taint \{\S*"
"""Start of a taint in the message of a scheduler before 1.36; later ones do not name it."""
_PRESSURE: Final = "the kubelet removes the taint some minutes later"

NODE_PHRASES: Final[tuple[Phrase, ...]] = tuple(
    Phrase(pattern, message, remedy, CauseId.NODE_UNAVAILABLE, has_names=True)
    for pattern, message, remedy in (
        (
            rf"{_TAINT}node\.kubernetes\.io/unreachable",
            "unreachable",
            "start {the node}, or restore its connection to the API server: {describe} shows when it last reported",
        ),
        (
            rf"{_TAINT}node\.kubernetes\.io/out-of-service",
            "out of service",
            "an administrator took {the node} out of service: when it is repaired, "
            "`kubectl taint nodes {node} node.kubernetes.io/out-of-service-`",
        ),
        (rf"{_TAINT}node\.cloudprovider\.kubernetes\.io/shutdown", "shut down", "start the machine of {the node}"),
        (
            rf"{_TAINT}node\.kubernetes\.io/disk-pressure",
            "short of disk space",
            f"free space on the disk of {{the node}}, such as unused images and logs, or enlarge it; {_PRESSURE}",
        ),
        (
            rf"{_TAINT}node\.kubernetes\.io/memory-pressure",
            "short of memory",
            f"free memory on {{the node}}: move Pods to other nodes, or add memory; {_PRESSURE}",
        ),
        (
            rf"{_TAINT}node\.kubernetes\.io/pid-pressure",
            "short of process IDs",
            f"end what runs too many processes on {{the node}}, or raise their limit; {_PRESSURE}",
        ),
        (
            rf"{_TAINT}node\.kubernetes\.io/network-unavailable",
            "without a network",
            "repair the network plugin (CNI) of {the node}: {pods} shows its Pod there",
        ),
        (
            rf"{_TAINT}(?:agent-not-ready|/uninitialized|/unregistered)"
            r"|taint \{(?:startup|ignore)-taint\.cluster-autoscaler",
            "still starting",
            "wait until the agent that the taint is for removes it; if it does not, repair its Pod: "
            "`kubectl get pods -n kube-system`",
        ),
        (
            rf"were unschedulable|{_TAINT}node\.kubernetes\.io/unschedulable",
            "cordoned",
            "when the maintenance of {the node} is over, `kubectl uncordon {node}`",
        ),
        (
            rf"{_TAINT}node\.kubernetes\.io/(?!windows|os\b)",
            "not ready",
            "repair {the node}: {describe} shows its conditions",
        ),
    )
)
"""Nodes that are not healthy, or closed for Pods. To tolerate their taints would help nobody."""

REQUEST_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(r"insufficient cpu\b", "too little free CPU", "lower `values.resources.requests.cpu`, or add a node"),
    Phrase(
        r"insufficient memory\b", "too little free memory", "lower `values.resources.requests.memory`, or add a node"
    ),
    Phrase(
        r"insufficient ephemeral-storage\b",
        "too little free disk space",
        "lower `values.resources.requests.ephemeral-storage`, or add a node",
    ),
)
"""Nodes with too little left of what the Pod requests."""

RESOURCE_PHRASES: Final[tuple[Phrase, ...]] = (
    *REQUEST_PHRASES,
    Phrase(r"too many pods|insufficient pods\b", "no room for another Pod", "add a node, or remove other Pods"),
    Phrase(
        r"insufficient attachable-volumes|exceed max volume count",
        "no room for another volume",
        "add a node, or remove Pods with volumes: the nodes cannot attach more of them",
    ),
    Phrase(
        r"insufficient \S",
        "too little of an extended resource",
        "remove the resource that the message names from `values.resources`, or add a node that has it",
    ),
    Phrase(
        r"have free ports",
        "the port of the Pod is in use",
        "with `values.hostNetwork` or a `hostPort`, a node runs one such Pod: remove that setting, lower "
        "`values.replicaCount`, or set `values.updateStrategy.type: Recreate` so that an older Pod frees the port",
    ),
)
"""Nodes that the Pod could run on if they had room."""

RULE_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"csi driver is not installed on the node",
        "the driver of the volume is not installed",
        "let the DaemonSet of the CSI driver that the message names run on the nodes",
    ),
    Phrase(
        r"topology spread constraints \(missing required label\)",
        "no label for the topology spread",
        "label the nodes with the `topologyKey` of `values.topologySpreadConstraints`, or correct that key",
    ),
    Phrase(
        r"topology spread constraints",
        "the topology spread allows no more Pods",
        "set `whenUnsatisfiable: ScheduleAnyway` in `values.topologySpreadConstraints`, or lower `values.replicaCount`",
    ),
    Phrase(
        r"existing pods anti-affinity rules",
        "Pods there refuse this one",
        "add a node, or change the anti-affinity of those Pods",
    ),
    Phrase(
        r"anti-affinity",
        "the anti-affinity allows no more Pods",
        "add a node, lower `values.replicaCount`, or relax `podAntiAffinity` in `values.affinity`",
    ),
    Phrase(r"pod affinity rules", "no Pod to run beside", "correct `podAffinity` in `values.affinity`"),
    Phrase(
        r"node affinity|node selector|plugin\(s\) \[[^\]]*nodeaffinity",
        "without the labels that the Pod asks for",
        "correct `values.nodeSelector` or `values.affinity`, or label a node: {label}",
    ),
    Phrase(
        r"taint \{(?:tobedeletedbyclusterautoscaler|deletioncandidateof|karpenter\.sh/disrupt)",
        "being removed by the autoscaler",
        "wait until the autoscaler has replaced the nodes; if it does not, add a node",
        has_names=True,
    ),
    Phrase(
        rf"{_TAINT}\b(?:os|windows)(?:: ?windows|\b)",
        "running Windows",
        "add a node that runs Linux",
        has_names=True,
    ),
    Phrase(
        r"taint \{node-role\.kubernetes\.io/",
        "reserved by a taint",
        "add a node for workloads; to run the registry on such a node, add {toleration} to `values.tolerations`",
        has_names=True,
    ),
    Phrase(
        r"taint \{",
        "reserved by a taint",
        "to run the registry there, add {toleration} to `values.tolerations`; or add a node without the taint",
        has_names=True,
    ),
    Phrase(
        r"untolerated taint\(s\)|taints that the pod didn't tolerate",
        "tainted",
        "`kubectl get nodes -o custom-columns=NAME:.metadata.name,TAINTS:.spec.taints` shows the taints: one that "
        "starts with node.kubernetes.io/ ends when its node is repaired; others keep nodes for other workloads",
    ),
)
"""Nodes that the Pod must not run on, by a rule of the Pod, of other Pods, or of the node."""

_CLAUSES: Final = re.compile(r"nodes are available:\s*(.*?)(?:\.(?=\s|$)|$)", re.IGNORECASE)
_CLAUSE: Final = re.compile(r"(?:^|,\s*)(\d+) (.+?)(?=,\s*(?:\d+ |that the pod)|$)", re.IGNORECASE)
_NAMED_TAINT: Final = re.compile(r"\{([^:}\s]+):? ?([^}\s]*)\}")
_TOTAL: Final = re.compile(r"\b\d+/(\d+) nodes are available", re.IGNORECASE)
_PHRASES: Final = (*NODE_PHRASES, *RESOURCE_PHRASES, *RULE_PHRASES)
LABELS: Final = next(phrase for phrase in RULE_PHRASES if "{label}" in phrase.remedy)
"""The reason of nodes without the labels that a Pod asks for."""
_TAINTED: Final = RULE_PHRASES[-1]
RESERVED: Final = RULE_PHRASES[-2]
"""The reason of nodes with a taint that keeps them for other workloads."""


@dataclass(frozen=True)
class NodeReason:
    """Why some nodes cannot run a Pod."""

    phrase: Phrase
    count: int
    """Number of these nodes."""
    words: str
    """The scheduler's words, with the taint if it names it."""
    nodes: tuple[str, ...] = ()
    """Names of such nodes, if they could be read."""

    @property
    def is_about_node(self) -> bool:
        """Whether the nodes are ill or closed, rather than full, or not for this Pod."""
        return self.phrase in NODE_PHRASES


def count_nodes(message: str) -> int:
    """Return the number of nodes of which a message tells why they cannot run the Pod, or 0."""
    match = _TOTAL.search(join_words(message))
    return int(match[1]) if match else 0


def find_reasons(message: str, pod: Object, nodes: Collection[Object]) -> tuple[NodeReason, ...]:
    """Return the reasons in a message of the scheduler that have a phrase, the one to change first.

    `nodes` are those of the cluster, if they could be read: a scheduler of 1.36 or newer does not name their taints.
    """
    counts: Counter[tuple[str, Phrase]] = Counter()
    for words, count in _list_clauses(message):
        phrase = find_phrase(words, _PHRASES)
        worst = list(_list_worst_taints(pod, nodes)) if phrase is _TAINTED else []
        if worst:
            counts.update(worst)
        elif phrase:
            counts[words, phrase] += count
    if nodes and pod.map("spec.nodeSelector"):
        # The labels lead to a node, and that has another reason; or they lead to none, and other reasons do not matter.
        leads_to_node = any(has_labels_for(pod, node) for node in nodes)
        decisive = Counter({key: count for key, count in counts.items() if (key[1] is LABELS) is not leads_to_node})
        counts = decisive or counts
    reasons = [
        NodeReason(phrase, count, words, tuple(_list_names(phrase, pod, nodes)))
        for (words, phrase), count in counts.items()
    ]
    return tuple(sorted(reasons, key=_rank_among(reasons)))


def _rank_among(reasons: Collection[NodeReason]) -> Callable[[NodeReason], int]:
    """Return the key that sorts the reasons by their phrases.

    Ill nodes are last if many more are full: in a large cluster, some always are ill.
    """
    ill = sum(reason.count for reason in reasons if reason.is_about_node)
    full = max((reason.count for reason in reasons if reason.phrase in RESOURCE_PHRASES), default=0)
    are_few = 4 * ill < full
    return lambda reason: _PHRASES.index(reason.phrase) + (len(_PHRASES) if are_few and reason.is_about_node else 0)


def _list_clauses(message: str) -> Iterator[tuple[str, int]]:
    text = _CLAUSES.search(join_words(message))
    for clause in _CLAUSE.finditer(text[1]) if text else ():
        yield clause[2], int(clause[1])


def _list_worst_taints(pod: Object, nodes: Collection[Object]) -> Iterator[tuple[str, Phrase]]:
    """Yield one taint of each node that the Pod does not tolerate, in the words of an older scheduler."""
    # The scheduler has another reason for cordoned nodes.
    for node in (node for node in nodes if not node.get("spec.unschedulable")):
        words = [_describe_taint(taint) for taint in list_taints(node) if not _tolerates(pod, taint)]
        phrases = [(text, phrase) for text in words if (phrase := find_phrase(text, _PHRASES))]
        if phrases:
            yield min(phrases, key=lambda found: _PHRASES.index(found[1]))


def _list_names(phrase: Phrase, pod: Object, nodes: Collection[Object]) -> Iterator[str]:
    """Yield the nodes that a phrase is about, or that can be labeled; only those that a Pod asks for, if any is."""
    found = [node for node in nodes if _is_about(phrase, node)]
    yield from (node.name for node in [node for node in found if has_labels_for(pod, node)] or found)


def _is_about(phrase: Phrase, node: Object) -> bool:
    words = [_describe_taint(taint) for taint in list_taints(node)]
    if phrase is LABELS:
        return not words
    words += ["were unschedulable"] if node.get("spec.unschedulable") else []
    return any(find_phrase(text, [phrase]) for text in words)


def has_labels_for(pod: Object, node: Object) -> bool:
    """Return whether a node has the labels of the nodeSelector of a Pod."""
    return pod.map("spec.nodeSelector").items() <= node.labels.items()


def list_taints(node: Object) -> list[Object]:
    """Return the taints of a node that keep Pods away."""
    taints = map(Object, node.items("spec.taints"))
    return [taint for taint in taints if taint.text("effect") in ("NoSchedule", "NoExecute")]


def _describe_taint(taint: Object) -> str:
    return f"taint {{{taint.text('key')}: {taint.text('value')}}}"


def _tolerates(pod: Object, taint: Object) -> bool:
    return any(
        toleration.text("effect") in ("", taint.text("effect"))
        and toleration.text("key") in ("", taint.text("key"))
        and (toleration.text("operator") == "Exists" or toleration.text("value") == taint.text("value"))
        for toleration in map(Object, pod.items("spec.tolerations"))
    )


def format_remedy(reason: NodeReason, pod: Object) -> str:
    """Return the remedy of a reason, with the node, the labels, and the taint that it is about."""
    node = next(iter(reason.nodes), "NODE")
    labels = " ".join(f"{key}={value}" for key, value in pod.map("spec.nodeSelector").items()) or "KEY=VALUE"
    taint = _NAMED_TAINT.search(reason.words)
    key, value = (taint[1], taint[2]) if taint else ("KEY", "")
    operator = f'operator: Equal, value: "{value}"' if value else "operator: Exists"
    words = {
        "{node}": node,
        "{the node}": f"node {node}" if reason.nodes else "the node",
        "{describe}": f"`kubectl describe node {node}`",
        "{pods}": f"`kubectl get pods -A -o wide --field-selector spec.nodeName={node}`",
        "{label}": f"`kubectl label node {node} {labels}`",
        "{toleration}": f"`{{key: {key}, {operator}}}`",
    }
    remedy = re.sub("|".join(map(re.escape, words)), lambda word: words[word[0]], reason.phrase.remedy)
    return f"{remedy} (`kubectl get nodes` shows its name)" if " NODE" in remedy else remedy
