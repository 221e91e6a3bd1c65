"""The steps of the move from a registry that runs to the one that Flux will deploy: commands, in their order.

Nothing that was pushed may be lost: the claim is marked, so that neither Flux nor Helm deletes it, its volume outlives
even that, and the old registry stops before the new one starts.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from registry_gitops.deployment import PRUNE_ANNOTATION
from registry_gitops.documents import Manifest
from registry_gitops.filenames import CONFIG_FILES

_KEEP: Final = "helm.sh/resource-policy=keep"
_OWNER: Final = 1000
"""User and group of the chart's Pod."""

_VARIABLES: Final = {"FLUX_NAMESPACE": "namespace", "KUSTOMIZATION": "name"}
_MANAGER: Final = "--overwrite --field-manager=registry-gitops"
"""Flux takes back what kubectl writes in its own name."""
_FLUX: Final = r"{.metadata.labels.kustomize\.toolkit\.fluxcd\.io/%s}"


@dataclass(frozen=True)
class OldRegistry:
    """What runs before the move."""

    namespace: str
    workload: str
    """Kind and name of what runs the Pods, as kubectl writes them: deployment/registry."""
    selector: str
    """Labels of the Pods, as kubectl writes them."""
    claim: str = ""
    """Name of the claim with the images; "" if there is none."""
    directory: Mapping[str, Any] = field(default_factory=dict)
    """The source of a volume of the Pod that has the images without a claim, such as hostPath."""
    kept: Sequence[str] = ()
    """Objects that the new release takes over, as kubectl writes them: service/registry."""
    removed: Sequence[str] = ()
    """Other objects that the new release replaces, which must be gone before: ingress/registry."""
    image: str = ""
    """Image that can give the files of the claim to another user, if they belong to root; else ""."""
    is_scalable: bool = True
    """Whether it can be scaled to zero; a Pod or a DaemonSet can be deleted only."""
    deletes_claims: bool = False
    """Whether it is a StatefulSet that deletes its claims with itself."""
    has_namespace: bool = False
    """Whether the manifest of the Namespace leaves its file too."""

    @property
    def anchor(self) -> str:
        """An object that stays, which knows what has applied it."""
        return next(iter(self.kept), "") or (f"pvc/{self.claim}" if self.claim else self.workload)


@dataclass(frozen=True)
class ReplacedManifests:
    """The manifests of what the chart makes anew."""

    files: Sequence[str] = ()
    """Files that hold nothing else."""
    among_others: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """File that holds other manifests too -> the objects that must leave it: Deployment/media/registry."""


def workload_steps(old: OldRegistry, replaced: ReplacedManifests, directory: Path) -> list[str]:
    """Return the steps of a move from objects that Flux, or somebody with kubectl, has applied.

    Each step needs the variables of the ones before it.
    """
    get = f"kubectl get -n {old.namespace} {old.anchor} -o jsonpath="
    in_flux = '-n "$FLUX_NAMESPACE" "$KUSTOMIZATION"'
    return [
        *_protect(old),
        "# Stop Flux from bringing the old registry back (without Flux, leave out all lines with KUSTOMIZATION):",
        *(f"{variable}=\"$({get}'{_FLUX % part}')\"" for variable, part in _VARIABLES.items()),
        f"flux suspend kustomization {in_flux}",
        *_stop(old),
        f"kubectl delete -n {old.namespace} {' '.join((old.workload, *old.removed))} --ignore-not-found",
        "# Replace the old manifests in Git; take them out of a kustomization.yaml too. That of the claim stays:",
        *_commit(replaced, directory),
        "# Let Flux fetch the commit first, or it applies the old manifests once more:",
        f"SOURCE=\"$(kubectl get kustomization {in_flux} -o jsonpath='{{.spec.sourceRef.name}}')\" # of KUSTOMIZATION",
        'flux reconcile source git -n "$FLUX_NAMESPACE" "$SOURCE" # of KUSTOMIZATION',
        f"flux resume kustomization {in_flux}",
        *_look(directory),
        *_unmark(old),
    ]


def release_steps(
    old: OldRegistry, release: Manifest, chart: str, replaced: ReplacedManifests, directory: Path
) -> list[str]:
    """Return the steps of a move from a HelmRelease of Flux to one of the same name with our chart.

    `chart` is the path of the chart in the Git repository.
    """
    helm = f"-n {release.namespace or old.namespace} {release.name}"
    return [
        *_protect(old),
        "# Stop Flux from bringing the old Deployment back, whose selector no upgrade can change:",
        f"flux suspend helmrelease {helm}",
        *_stop(old),
        f"kubectl delete -n {old.namespace} {old.workload} --ignore-not-found",
        "# Replace the old manifests in Git, and let Flux upgrade the release once it has the new HelmRelease:",
        *_commit(replaced, directory),
        f"kubectl wait helmrelease {helm} --timeout=30m --for=jsonpath='{{.spec.chart.spec.chart}}'={chart}",
        f"flux resume helmrelease {helm}",
        *_look(directory),
    ]


def _protect(old: OldRegistry) -> list[str]:
    steps = []
    if old.has_namespace:
        steps += [
            "# Mark the Namespace, so that Flux does not delete it with everything in it:",
            f"kubectl annotate {_MANAGER} namespace/{old.namespace} {PRUNE_ANNOTATION}=disabled",
        ]
    if old.kept:
        steps += [
            "# Mark what clients depend on, so that Flux does not delete it when its manifest leaves Git:",
            f"kubectl annotate {_MANAGER} -n {old.namespace} {' '.join(old.kept)} {PRUNE_ANNOTATION}=disabled",
        ]
    if old.claim:
        volume = f"\"$(kubectl get -n {old.namespace} pvc {old.claim} -o jsonpath='{{.spec.volumeName}}')\""
        patch = json.dumps({"spec": {"persistentVolumeReclaimPolicy": "Retain"}})
        steps += [
            "# Mark the claim with the images too, for Flux and for Helm, and let its volume outlive it:",
            f"kubectl annotate {_MANAGER} -n {old.namespace} pvc/{old.claim} {PRUNE_ANNOTATION}=disabled {_KEEP}",
            f"kubectl patch pv {volume} --patch={shlex.quote(patch)}",
        ]
    if old.deletes_claims:
        policy = {"persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"}}
        steps += [
            "# Let the StatefulSet leave its claims when it ends:",
            f"kubectl patch -n {old.namespace} {old.workload} --patch={shlex.quote(json.dumps({'spec': policy}))}",
        ]
    return steps


def _stop(old: OldRegistry) -> list[str]:
    """Return how the old registry ends; after that, nothing is acknowledged until the new one is ready."""
    end = f"scale -n {old.namespace} {old.workload} --replicas=0"
    steps = [
        "# Stop the old registry. From here on, pushes and pulls fail until the new one is ready:",
        f"kubectl {end}" if old.is_scalable else f"kubectl delete -n {old.namespace} {old.workload}",
        f"kubectl wait -n {old.namespace} --for=delete pod --selector={old.selector} --timeout=3m",
    ]
    if (old.claim or old.directory) and old.image:
        steps += [
            f"# Give the files to user {_OWNER}, as whom the new registry runs; the old one ran as root:",
            f"kubectl run registry-owner -n {old.namespace} --image={old.image} --restart=Never --rm --attach "
            f"--overrides={shlex.quote(json.dumps(_owner_pod(old)))}",
        ]
    return steps


def _owner_pod(old: OldRegistry) -> dict[str, object]:
    container = {
        "name": "registry-owner",
        "image": old.image,
        "command": ["chown", "-R", f"{_OWNER}:{_OWNER}", "/images"],
        "volumeMounts": [{"name": "images", "mountPath": "/images"}],
    }
    claim = {"persistentVolumeClaim": {"claimName": old.claim}}
    volume = {"name": "images", **(claim if old.claim else old.directory)}
    return {"apiVersion": "v1", "spec": {"containers": [container], "volumes": [volume]}}


def _unmark(old: OldRegistry) -> list[str]:
    """Return how the objects that the release owns now forget who applied them before."""
    if not old.kept:
        return []
    objects = f"-n {old.namespace} {' '.join(old.kept)}"
    return [
        "# Take the marks off what the release owns now:",
        f"kubectl annotate {objects} {PRUNE_ANNOTATION}-",
        f"kubectl label {objects} kustomize.toolkit.fluxcd.io/name- kustomize.toolkit.fluxcd.io/namespace-",
    ]


def _commit(replaced: ReplacedManifests, directory: Path) -> list[str]:
    removed = [f"git rm --quiet {shlex.join(replaced.files)}"] if replaced.files else []
    by_hand = [
        f"# Edit {file}: take out {', '.join(objects)}, and leave what else is in it."
        for file, objects in replaced.among_others.items()
    ]
    message = "Deploy the registry by registry-gitops"
    added = shlex.join([*replaced.among_others, str(directory)])
    return [*removed, *by_hand, f"git add {added}", f'git commit --quiet -m "{message}"', "git push"]


def _look(directory: Path) -> list[str]:
    config = shlex.quote(str(directory / CONFIG_FILES[0]))
    return [
        "# Wait for it, and look whether it serves what was pushed:",
        f"registry-gitops status {config} --wait 10m",
    ]
