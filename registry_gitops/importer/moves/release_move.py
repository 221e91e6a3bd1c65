"""The move from a release of Helm to one of Flux, which stays the same release: Flux upgrades it to our chart.

`helm uninstall` would delete the claim whatever annotations it has in the cluster: Helm reads the manifest in its
record of the release. So what could uninstall it is stopped first, and Flux gets a HelmRelease that is suspended.
"""

from __future__ import annotations

import json
from shlex import quote
from typing import Final

from registry_gitops.importer.moves.git_changes import GitChanges, commit, revert
from registry_gitops.importer.moves.move_plan import MovePlan
from registry_gitops.importer.moves.new_release import NewRelease
from registry_gitops.importer.moves.old_registry import Holder, OldRegistry, OldRelease
from registry_gitops.importer.moves.stages import (
    check_cluster,
    create_suspended,
    get_release,
    look,
    protect,
    stop,
    stop_new,
    suspend_release,
    wait_until_applied,
)

_UNMANAGED: Final = "helmcharts.helm.cattle.io/unmanaged"
_OPERATOR: Final = '-n "$OPERATOR_NAMESPACE" deployment/helm-operator'


def plan_release_move(old: OldRegistry, release: OldRelease, changes: GitChanges, new: NewRelease) -> MovePlan:
    """Return the move. Each step needs the variables of the ones before it.

    All that takes long is done while the old registry still serves.
    """
    in_flux = release.holder is Holder.FLUX
    return MovePlan(
        [
            *check_cluster(old),
            *([] if in_flux else _find_revision(new)),
            *protect(old, release.kept),
            *_hold(release, new),
            *commit(changes, new.directory),
            *_wait_for_flux(release, new),
            *stop(old),
            "# Let Flux upgrade the release to the new chart:",
            f"flux resume helmrelease {new.in_flux}",
            *look(new),
            *_let_go(release, new),
        ],
        [*suspend_release(new), *(_back_by_flux if in_flux else _back_by_helm)(old, release, new)],
    )


def _find_revision(new: NewRelease) -> list[str]:
    found = f"kubectl get -n {new.names.storage_namespace} secret --selector=owner=helm,name={new.names.release}"
    return [
        "# Note the revision of the release, for the way back:",
        f"REVISION=\"${{REVISION:-$({found},status=deployed -o jsonpath='{{.items[*].metadata.labels.version}}')}}\"",
        f'echo "revision of {new.names.release}: $REVISION"',
        "# You should see a number. If not, it is not a release of Helm 3, or has another name or namespace: see "
        "`helm list --all-namespaces`.",
    ]


def _hold(release: OldRelease, new: NewRelease) -> list[str]:
    """Return how nobody but Flux changes the release from here on, and Flux waits too."""
    if release.holder is Holder.FLUX:
        return [
            "# Stop Flux from bringing the old Deployment back, whose selector no upgrade can change:",
            f"flux suspend helmrelease {new.in_flux}",
        ]
    return [*_HOLD[release.holder](release), *create_suspended(new)]


def _hold_flux_1(release: OldRelease) -> list[str]:
    return [
        "# Stop the Helm Operator: it uninstalls a release whose HelmRelease is deleted. Its other releases wait:",
        'OPERATOR_NAMESPACE="$(kubectl get deployments --all-namespaces --field-selector=metadata.name=helm-operator '
        "-o jsonpath='{.items[*].metadata.namespace}')\"",
        # The first value is kept: a second run would find no replica.
        f"REPLICAS=\"${{REPLICAS:-$(kubectl get {_OPERATOR} -o jsonpath='{{.spec.replicas}}')}}\"",
        f"kubectl scale {_OPERATOR} --replicas=0",
        'kubectl get pods -n "$OPERATOR_NAMESPACE"',
        "# You should see no Pod helm-operator; if there is one, wait until it is gone.",
    ]


def _hold_k3s(release: OldRelease) -> list[str]:
    # k3s no longer looks at what it does not manage, so it would never remove its finalizer.
    mark = json.dumps({"metadata": {"annotations": {_UNMANAGED: "true"}, "finalizers": None}})
    return [
        "# Tell k3s (of 2022 or newer) to let go of the release: it uninstalls one whose HelmChart is deleted:",
        f"kubectl patch --field-manager=registry-gitops {release.held_by} --type=merge --patch={quote(mark)}",
        "# You should see `patched`. If its manifest is in /var/lib/rancher/k3s/server/manifests, remove the file on "
        "each server now.",
    ]


def _hold_helm(release: OldRelease) -> list[str]:
    return [f"# From here on, do not run `helm upgrade` or `helm uninstall` for {release.name}, by hand or in CI."]


_HOLD: Final = {Holder.FLUX_1: _hold_flux_1, Holder.K3S: _hold_k3s, Holder.HELM: _hold_helm}


def _wait_for_flux(release: OldRelease, new: NewRelease) -> list[str]:
    state = f"'{{.spec.chart.spec.chart}}'={quote(new.chart)}"
    wait = f"kubectl wait {get_release(new)} --timeout=30m --for=jsonpath={state}"
    return [
        "# Wait until Flux has applied the commit; the old registry serves meanwhile:",
        wait if release.holder is Holder.FLUX else wait_until_applied(new),
        "# You should see `condition met`.",
    ]


def _let_go(release: OldRelease, new: NewRelease) -> list[str]:
    """Return how the old holder forgets the release, once the new registry works."""
    match release.holder:
        case Holder.K3S:
            namespace = release.held_by.split()[1]
            return [
                "# Delete the HelmChart, unless Flux has. The mark prevents that k3s uninstalls the release:",
                f"kubectl get {release.held_by} -o jsonpath='{{.metadata.annotations}}' --ignore-not-found",
                f"# You should see {_UNMANAGED}, or nothing. Only then continue:",
                f"kubectl delete {release.held_by} --ignore-not-found",
                f"kubectl delete -n {namespace} job/helm-install-{release.name} --ignore-not-found",
            ]
        case Holder.FLUX_1:
            return [
                "# Delete the HelmRelease of Flux 1 while its operator is stopped, and any record of Helm 2:",
                f"kubectl delete {release.held_by} --ignore-not-found",
                f"kubectl delete configmap -n kube-system --selector=OWNER=TILLER,NAME={release.name}",
                "# Start the operator again, for its other releases:",
                f'kubectl scale {_OPERATOR} --replicas="$REPLICAS"',
            ]
    return []


def _back_by_flux(old: OldRegistry, release: OldRelease, new: NewRelease) -> list[str]:
    path, _, value = release.chart.partition("=")
    return [
        "# Take the commit back, and wait until Flux has the old manifests:",
        *revert(),
        f"kubectl wait {get_release(new)} --timeout=30m --for=jsonpath='{path}'={quote(value)}",
        "# Stop the new registry:",
        *stop_new(new),
        "# Let Flux upgrade the release to the old chart:",
        f"flux resume helmrelease {new.in_flux}",
        *_see_old(old),
    ]


def _back_by_helm(old: OldRegistry, release: OldRelease, new: NewRelease) -> list[str]:
    # Before the commit: once k3s has its HelmChart again, it installs anew what it cannot upgrade, with a new claim.
    return [
        "# Stop the new registry:",
        *stop_new(new),
        "# Bring the old revision back; Helm 4 must take fields of Flux, and Helm 3 knows no option for it:",
        f'helm rollback -n {new.names.storage_namespace} {new.names.release} "$REVISION" '
        "$(helm rollback --help | grep -o -e --force-conflicts | head -n 1)",
        *_see_old(old),
        "# Take the commit back, and wait until Flux has deleted its HelmRelease; that uninstalls nothing:",
        *revert(),
        f"kubectl wait {get_release(new)} --timeout=30m --for=delete",
        *_hand_back(release),
    ]


def _see_old(old: OldRegistry) -> list[str]:
    return [
        f"kubectl wait -n {old.namespace} {old.workload} --for=condition=Available --timeout=5m",
        "# You should see `condition met`.",
    ]


def _hand_back(release: OldRelease) -> list[str]:
    match release.holder:
        case Holder.K3S:
            return [
                "# Let k3s have the release again:",
                f"kubectl annotate {release.held_by} {_UNMANAGED}-",
            ]
        case Holder.FLUX_1:
            return ["# Start the Helm Operator again:", f'kubectl scale {_OPERATOR} --replicas="$REPLICAS"']
    return []
