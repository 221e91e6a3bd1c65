"""The stages that every move has: check, protect, stop the old registry, and look at the new one.

Nothing that was pushed may be lost: the claim is marked, so that neither Flux nor Helm deletes it, its volume outlives
even that, and the old registry stops before the new one starts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from shlex import quote
from typing import Final

from registry_gitops.deployment import PRUNE_ANNOTATION
from registry_gitops.importer.moves.new_release import HELM_RELEASES, NewRelease
from registry_gitops.importer.moves.old_registry import OldRegistry

KEEP: Final = "helm.sh/resource-policy=keep"
MANAGER: Final = "--overwrite --field-manager=registry-gitops"
"""Flux takes back what kubectl writes in its own name."""

_APPLIED: Final = r"{.metadata.labels.kustomize\.toolkit\.fluxcd\.io/name}"
_OWNER: Final = 1000
"""User and group of the chart's Pod."""


def check_cluster(old: OldRegistry) -> list[str]:
    """Return how to see that kubectl leads to the right cluster."""
    return [
        "# Check that kubectl and flux lead to the cluster of this registry. Use one shell for all of the move:",
        "kubectl config current-context",
        f"kubectl get -n {old.namespace} {old.workload}",
        "# You should see the name of that cluster, and the registry that runs.",
        *_show_node(old),
    ]


def _show_node(old: OldRegistry) -> list[str]:
    if "hostPath" not in old.directory or "nodeSelector" in old.placement:
        return []
    return [
        "# The images are on one node, and nothing keeps the Pod there. If there are more nodes, name this one in the "
        "config file, as values.nodeSelector: {kubernetes.io/hostname: NODE}, and render again:",
        f"kubectl get -n {old.namespace} {_pods(old)} -o wide",
        "# You should see the node of the old Pod.",
    ]


def _pods(old: OldRegistry) -> str:
    """Return the Pods as kubectl selects them. A Pod that no workload made need have no labels: then it is named."""
    return f"pod --selector={quote(old.selector)}" if old.selector else old.workload


def protect(old: OldRegistry, others: Sequence[str] = ()) -> list[str]:
    """Return how the claim, and all that clients depend on, is kept; `others` are objects that Helm must keep too."""
    steps = []
    if old.has_namespace:
        steps += [
            "# Mark the Namespace, so that Flux does not delete it with everything in it:",
            f"kubectl annotate {MANAGER} namespace/{old.namespace} {PRUNE_ANNOTATION}=disabled",
        ]
    if old.kept:
        steps += [
            "# Mark what clients depend on, so that Flux does not delete it when its manifest leaves Git:",
            f"kubectl annotate {MANAGER} -n {old.namespace} {' '.join(old.kept)} {PRUNE_ANNOTATION}=disabled",
        ]
    if others:
        steps += [
            "# Mark what the new release reads and does not render, so that Helm does not delete it:",
            f"kubectl annotate {MANAGER} -n {old.namespace} {' '.join(others)} {KEEP}",
        ]
    if old.claim:
        volume = f"\"$(kubectl get -n {old.namespace} pvc {old.claim} -o jsonpath='{{.spec.volumeName}}')\""
        patch = json.dumps({"spec": {"persistentVolumeReclaimPolicy": "Retain"}})
        steps += [
            "# Mark the claim with the images too, for Flux and for Helm, and let its volume outlive it:",
            f"kubectl annotate {MANAGER} -n {old.namespace} pvc/{old.claim} {PRUNE_ANNOTATION}=disabled {KEEP}",
            f"kubectl patch pv {volume} --patch={quote(patch)}",
        ]
    if old.deletes_claims:
        policy = {"persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"}}
        steps += [
            "# Let the StatefulSet leave its claims when it ends:",
            f"kubectl patch -n {old.namespace} {old.workload} --patch={quote(json.dumps({'spec': policy}))}",
        ]
    return [*steps, "# You should see `annotated` or `patched` for each of them."] if steps else []


def stop(old: OldRegistry) -> list[str]:
    """Return how the old registry ends; after that, nothing is acknowledged until the new one is ready.

    Its workload is deleted, because the labels by which it selects its Pods cannot change.
    """
    gone = f"kubectl delete -n {old.namespace} {' '.join((old.workload, *old.removed))} --ignore-not-found"
    steps = [
        "# Stop the old registry. From here on, pushes and pulls fail until the new one is ready:",
        f"{gone} --cascade=foreground --timeout=5m",
        f"kubectl wait -n {old.namespace} --for=delete {_pods(old)} --timeout=3m",
        "# You should see `deleted` for each of them. Only then does no old Pod write to the volume any more.",
    ]
    if (old.claim or old.directory) and old.image:
        steps += [
            f"# Give the files to user {_OWNER}, as whom the new registry runs; the old one ran as root:",
            f"kubectl delete -n {old.namespace} pod/registry-owner --ignore-not-found",
            f"kubectl run registry-owner -n {old.namespace} --image={old.image} --restart=Never --rm --attach "
            f"--overrides={quote(json.dumps(_owner_pod(old)))}",
            '# You should see `pod "registry-owner" deleted`, and no error.',
        ]
    return steps


def look(new: NewRelease) -> list[str]:
    """Return how to see that the new registry serves."""
    return [
        "# Wait for it, and look whether it serves what was pushed:",
        f"registry-gitops status {new.config} --wait 10m",
        "# You should see `ready`. If it cannot become so, go back to the old registry, as described below.",
    ]


def stop_new(new: NewRelease) -> list[str]:
    """Return how the new registry ends, so that the old one can start."""
    names = new.names
    return [
        f"kubectl delete -n {names.target_namespace} deployment/{names.full_name} --ignore-not-found "
        "--cascade=foreground --timeout=5m",
        f"kubectl wait -n {names.target_namespace} --for=delete pod "
        f"--selector=app.kubernetes.io/instance={names.release} --timeout=3m",
    ]


def suspend_release(new: NewRelease) -> list[str]:
    """Return how Flux leaves the new release alone: it neither upgrades nor uninstalls it."""
    return [
        "# Stop Flux from upgrading the new release, and from uninstalling it:",
        f"flux suspend helmrelease {new.in_flux}",
    ]


def create_suspended(new: NewRelease) -> list[str]:
    """Return how Flux gets to know the new release before it may deploy it."""
    patch = {"spec": {"suspend": True}}
    metadata = {"name": new.deployment.name, "namespace": new.names.namespace}
    # Flux takes over what kubectl writes in its own name, but the mark must stay until it is resumed.
    mark = {"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease", "metadata": metadata, **patch}
    return [
        "# Create the HelmRelease of Flux, suspended, so that Flux does nothing before the old registry has stopped:",
        f"kubectl patch --local -f {new.manifest} --type=merge --patch={quote(json.dumps(patch))} -o yaml | "
        "kubectl apply --server-side -f -",
        f"echo {quote(json.dumps(mark))} | kubectl apply --server-side --field-manager=registry-gitops -f -",
        "# You should see `serverside-applied` twice.",
    ]


def wait_until_applied(new: NewRelease) -> str:
    """Return the command that ends when Flux has applied a HelmRelease that was created before."""
    return f"kubectl wait {get_release(new)} --timeout=30m --for=jsonpath='{_APPLIED}'"


def get_release(new: NewRelease) -> str:
    """Return what kubectl needs to name the new HelmRelease."""
    return f"-n {new.names.namespace} {HELM_RELEASES}/{new.deployment.name}"


def _owner_pod(old: OldRegistry) -> dict[str, object]:
    container = {
        "name": "registry-owner",
        "image": old.image,
        "command": ["chown", "-R", f"{_OWNER}:{_OWNER}", "/images"],
        "volumeMounts": [{"name": "images", "mountPath": "/images"}],
    }
    claim = {"persistentVolumeClaim": {"claimName": old.claim}}
    volume = {"name": "images", **(claim if old.claim else old.directory)}
    return {"apiVersion": "v1", "spec": {**old.placement, "containers": [container], "volumes": [volume]}}
