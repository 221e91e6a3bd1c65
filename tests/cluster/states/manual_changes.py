"""Others who act: people, controllers, and other releases; and objects that `status` cannot look at."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from registry_gitops.cluster.status import Snapshot
from registry_gitops.cluster.status.live_objects import Object

from .service_routes import listed, release
from .state import Change, State, add, changed, condition, edit, event, recorded, without

_UPSTREAM: Final = (
    "https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apimachinery/pkg/util/managedfields"
)
_FLUX_DRIFT: Final = "https://github.com/fluxcd/helm-controller/issues/643"
_CORRECTED: Final = (
    "Cluster state of release docker-registry/docker-registry.v1 has been corrected:\n"
    "Deployment/docker-registry/docker-registry configured"
)
_DRIFT_MESSAGE: Final = (
    "Cluster state of release docker-registry/docker-registry.v1 has drifted from the desired state:\n"
    "NetworkPolicy/docker-registry/docker-registry changed (0 additions, 1 changes, 0 removals)"
)
_RUNNING: Final = {"running": {"startedAt": "2027-01-01T00:00:00Z"}}
_BY_HAND: Final = ("by hand",)


def managed(kind: str, manager: str, fields: dict[str, Any], *, operation: str = "Update", ago: float = 60) -> Change:
    """Let a field manager own fields of all objects of a kind."""

    def change(snapshot: Snapshot) -> Snapshot:
        when = (snapshot.read_at - timedelta(seconds=ago)).strftime("%Y-%m-%dT%H:%M:%SZ")
        entry = {"manager": manager, "operation": operation, "time": when, "fieldsV1": fields}

        def add_entry(data: dict[str, Any]) -> None:
            entries = [item for item in data["metadata"].get("managedFields", ()) if item["manager"] != manager]
            data["metadata"]["managedFields"] = [*entries, entry]

        return edit(kind, add_entry)(snapshot)

    return change


def template(**fields: Any) -> dict[str, Any]:
    """Return the field set of the Pod template."""
    return {"f:spec": {"f:template": {f"f:{key}": value for key, value in fields.items()}}}


def container(**fields: Any) -> dict[str, Any]:
    """Return the field set of the container registry."""
    owned = {f"f:{key}": value for key, value in fields.items()}
    return template(spec={"f:containers": {'k:{"name":"registry"}': owned}})


def autoscaler(owner: str = "") -> Change:
    """Add a HorizontalPodAutoscaler of the Deployment that is not of the release; `owner` is a ScaledObject."""
    metadata: dict[str, Any] = {"name": "registry-scaler", "namespace": "docker-registry", "uid": "another"}
    if owner:
        metadata["ownerReferences"] = [{"kind": "ScaledObject", "name": owner, "uid": "scaled-object"}]
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "docker-registry"}
    spec = {"scaleTargetRef": target, "minReplicas": 2, "maxReplicas": 4}
    return add({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": metadata, "spec": spec})


def forget_replicas(data: dict[str, Any]) -> None:
    """Take the number of replicas from Flux, as another writer does."""
    for entry in data["metadata"]["managedFields"]:
        entry["fieldsV1"].get("f:spec", {}).pop("f:replicas", None)


def count(number: int) -> Change:
    """Scale the Deployment to a number of Pods that run, and not by Flux."""

    def change(data: dict[str, Any]) -> None:
        data["spec"]["replicas"] = number
        data["status"].update(replicas=number, readyReplicas=number, availableReplicas=number, updatedReplicas=number)
        forget_replicas(data)

    return edit("Deployment", change)


def drift(mode: str, *ignored: str) -> Change:
    """Set what Flux does about drift."""
    detection: dict[str, Any] = {"mode": mode}
    if ignored:
        detection["ignore"] = [{"paths": list(ignored)}]
    return edit("HelmRelease", lambda data: data["spec"].update(driftDetection=detection))


def forbidden(*kinds: str) -> Change:
    """Forbid the user to read some kinds."""
    return lambda snapshot: replace(snapshot, forbidden_kinds=kinds)


def remote(data: dict[str, Any]) -> None:
    """Put the objects of a release into another cluster."""
    data["spec"]["kubeConfig"] = {"secretRef": {"name": "staging-kubeconfig"}}


def grow(data: dict[str, Any]) -> None:
    """Let a claim ask for more."""
    data["spec"]["resources"] = {"requests": {"storage": "200Gi"}}


def second_release(snapshot: Snapshot) -> Snapshot:
    """Add a HelmRelease with the same name of the Helm release."""
    release = snapshot.release
    assert release is not None
    spec = {**release.map("spec"), "releaseName": "docker-registry"}
    other = {"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease", "spec": spec}
    metadata = {"name": "registry", "namespace": "docker-registry", "uid": "second"}
    return replace(snapshot, objects=(*snapshot.objects, Object({**other, "metadata": metadata})))


def take_turns(snapshot: Snapshot) -> Snapshot:
    """Let Helm upgrade the release every 5 minutes, to two configurations in turn."""
    times = [(snapshot.read_at - timedelta(minutes=5 * number)).isoformat() for number in range(1, 5)]
    history = [
        {"version": 9 - number, "lastDeployed": time, "configDigest": f"sha256:{number % 2}", "chartVersion": "0.1.0"}
        for number, time in enumerate(times)
    ]
    return edit("HelmRelease", lambda data: data["status"].update(history=history))(snapshot)


def apply_twice(snapshot: Snapshot) -> Snapshot:
    """Let a second Kustomization have the HelmRelease in its inventory too."""
    entry = {"id": "docker-registry_docker-registry_helm.toolkit.fluxcd.io_HelmRelease", "v": "v2"}
    first = next(dict(thing.data) for thing in snapshot.of_kinds("Kustomization"))
    status = {**first["status"], "inventory": {"entries": [entry]}}
    second = {**first, "metadata": {**first["metadata"], "name": "staging", "uid": "another"}, "status": status}
    return add(second)(edit("Kustomization", lambda data: data.update(status=status))(snapshot))


def label(name: str, value: str) -> Change:
    """Set a label of the Deployment."""
    return edit("Deployment", lambda data: data["metadata"]["labels"].update({name: value}))


EDITED: Final = (
    recorded(
        "service-selector-edited",
        "somebody edited the selector of the Service",
        "drifted",
        report="https://kubernetes.io/docs/tasks/debug/debug-application/debug-service/",
        ready=True,
        says=("the Service was changed by hand, and selects no Pod", "spec.selector by kubectl-edit"),
        remedy=("flux reconcile helmrelease docker-registry -n docker-registry --force",),
    ),
    recorded(
        "config-map-edited",
        "somebody edited the ConfigMap",
        "drifted",
        report="https://github.com/fluxcd/helm-controller/issues/186",
        ready=True,
        says=("the ConfigMap was changed by hand", "data.config.yml by kubectl-edit"),
        never=("runs with",),
    ),
    recorded(
        "config-map-edited-and-read",
        "somebody edited the ConfigMap, and a Pod started since",
        "drifted",
        ready=True,
        says=("the Pod runs with the changed configuration",),
        remedy=("--force", "kubectl rollout restart deployment/docker-registry -n docker-registry"),
    ),
    recorded(
        "configuration-put-back",
        "Flux put the ConfigMap back, and the Pod keeps the old configuration",
        "restart-needed",
        report="https://github.com/fluxcd/helm-controller/issues/186",
        ready=True,
        says=("the Pod may run with another configuration",),
        remedy=("kubectl rollout restart deployment/docker-registry -n docker-registry",),
        never=_BY_HAND,
    ),
    State(
        "the node restarted the container after the ConfigMap was put back",
        _UPSTREAM,
        changed(
            "configuration-put-back",
            edit("Pod", lambda data: data["status"]["containerStatuses"][0].update(restartCount=1, state=_RUNNING)),
        ),
        (),
        ready=True,
        never=("rollout restart",),
    ),
    State(
        "somebody grew the claim",
        "https://github.com/fluxcd/helm-controller/issues/186",
        changed(
            "ready",
            edit("PersistentVolumeClaim", grow),
            managed("PersistentVolumeClaim", "kubectl-edit", {"f:spec": {"f:resources": {"f:requests": {}}}}),
        ),
        ("drifted",),
        ready=True,
        says=("the PersistentVolumeClaim was changed by hand",),
        remedy=("set `values.persistence.size` to 200Gi", "cannot shrink"),
        never=("undoes the change",),
    ),
    State(
        "somebody edited the Service in Lens",
        _UPSTREAM,
        changed("ready", managed("Service", "node-fetch", {"f:spec": {"f:sessionAffinity": {}}})),
        ("drifted",),
        ready=True,
        says=("the Service was changed by hand", "by Lens (node-fetch)"),
    ),
    State(
        "somebody edited the Deployment in Rancher",
        _UPSTREAM,
        changed("ready", managed("Deployment", "rancher", container(image={}))),
        ("drifted",),
        ready=True,
        says=("spec.template.spec.containers[registry].image by rancher",),
    ),
    State(
        "somebody upgraded the release with the helm CLI",
        "https://github.com/fluxcd/flux2/issues/1481",
        changed("ready", managed("Deployment", "helm", container(image={}))),
        ("drifted",),
        ready=True,
        says=("the Deployment was changed by hand", "by the helm CLI"),
    ),
    State(
        "Flux adopted what the helm CLI had installed",
        "https://github.com/fluxcd/flux2/issues/1481",
        changed("ready", managed("Deployment", "helm", container(image={}), ago=10**6)),
        (),
        ready=True,
    ),
    State(
        "somebody edited the HelmRelease",
        "https://github.com/fluxcd/flux2/discussions/2185",
        changed("ready", managed("HelmRelease", "kubectl-edit", {"f:spec": {"f:values": {"f:replicaCount": {}}}})),
        ("drifted",),
        ready=True,
        says=("the HelmRelease was changed by hand", "spec.values.replicaCount by kubectl-edit"),
        remedy=("`flux reconcile kustomization apps -n flux-system` undoes the change",),
    ),
    State(
        "somebody annotated the Service",
        _UPSTREAM,
        changed(
            "ready",
            managed(
                "Service", "kubectl-annotate", {"f:metadata": {"f:annotations": {"f:metallb.io/address-pool": {}}}}
            ),
        ),
        ("drifted",),
        ready=True,
        says=("metadata.annotations[metallb.io/address-pool] by kubectl-annotate",),
    ),
    recorded(
        "network-policy-edited",
        "somebody edited the NetworkPolicy of the registry",
        "drifted",
        ready=True,
        says=("the NetworkPolicy was changed by hand", "spec.ingress by kubectl-edit"),
        remedy=("--force",),
    ),
    State(
        "somebody edited the NetworkPolicy",
        _UPSTREAM,
        changed(
            "ready",
            add(release("NetworkPolicy", "networking.k8s.io/v1", {"podSelector": {}, "ingress": []})),
            listed("NetworkPolicy", "networking.k8s.io"),
            managed("NetworkPolicy", "kubectl-patch", {"f:spec": {"f:ingress": {}}}),
        ),
        ("drifted",),
        ready=True,
        says=("the NetworkPolicy was changed by hand", "spec.ingress by kubectl-patch"),
    ),
    State(
        "somebody edited the ServiceAccount, and Flux does not look",
        _UPSTREAM,
        changed(
            "ready",
            drift("disabled"),
            add(release("ServiceAccount", "v1", {})),
            managed("ServiceAccount", "kubectl-patch", {"f:automountServiceAccountToken": {}}),
        ),
        ("drifted",),
        ready=True,
        says=("the ServiceAccount was changed by hand", "automountServiceAccountToken by kubectl-patch"),
    ),
    State(
        "Flux reports drift and only warns",
        _FLUX_DRIFT,
        changed(
            "ready",
            drift("warn"),
            event(
                "HelmRelease",
                "DriftDetected",
                "Cluster state of release docker-registry/docker-registry.v1 has drifted from the desired state:\n"
                "ServiceAccount/docker-registry/docker-registry changed (1 additions, 0 changes, 0 removals)",
                count=1,
            ),
        ),
        ("drifted",),
        ready=True,
        says=("the ServiceAccount differs from what Flux applied: somebody changed it",),
        remedy=("flux reconcile helmrelease docker-registry -n docker-registry --force",),
    ),
    State(
        "Flux has warned of drift for longer than events are kept",
        _FLUX_DRIFT,
        changed(
            "ready",
            drift("warn"),
            condition("HelmRelease", "DriftDetected", _DRIFT_MESSAGE, type_="Drifted", status="True", ago=7200),
        ),
        ("drifted",),
        ready=True,
        says=("the NetworkPolicy differs from what Flux applied",),
    ),
    State(
        "the drift that Flux warned of is gone",
        _FLUX_DRIFT,
        changed(
            "ready",
            drift("warn"),
            event("HelmRelease", "DriftDetected", _DRIFT_MESSAGE, ago=600),
            condition("HelmRelease", "NoDriftDetected", "No drift detected", type_="Drifted", ago=60),
        ),
        (),
        ready=True,
    ),
    State(
        "Flux warns of the replicas of an autoscaler",
        _FLUX_DRIFT,
        changed(
            "ready",
            drift("warn"),
            autoscaler(),
            count(3),
            event("HelmRelease", "DriftDetected", _DRIFT_MESSAGE.replace("NetworkPolicy", "Deployment")),
        ),
        (),
        ready=True,
    ),
)

CONTROLLERS: Final = (
    State(
        "an autoscaler of somebody else sets the number of Pods",
        "https://github.com/fluxcd/helm-controller/issues/299",
        changed("ready", autoscaler(), drift("disabled"), count(3)),
        (),
        ready=True,
        never=_BY_HAND,
    ),
    recorded(
        "autoscaler-and-flux",
        "the autoscaler of somebody and Flux undo each other",
        "changed-by-controller",
        report="https://github.com/fluxcd/helm-controller/pull/828",
        ready=True,
        says=("HorizontalPodAutoscaler docker-registry and Flux both set the number of Pods",),
        remedy=("`release.driftDetection.ignore`",),
        never=_BY_HAND,
    ),
    State(
        "an autoscaler and drift detection undo each other",
        "https://github.com/fluxcd/helm-controller/pull/828",
        changed("ready", autoscaler(), drift("enabled"), count(3)),
        ("changed-by-controller",),
        ready=True,
        says=("HorizontalPodAutoscaler registry-scaler and Flux both set the number of Pods",),
        remedy=("`release.driftDetection.ignore`", "/spec/replicas", "values.autoscaling.enabled"),
        never=_BY_HAND,
    ),
    State(
        "drift detection ignores the number of Pods",
        "https://github.com/fluxcd/helm-controller/pull/828",
        changed("ready", autoscaler(), drift("enabled", "/spec/replicas"), count(3)),
        (),
        ready=True,
    ),
    State(
        "KEDA scaled the registry to 0",
        "https://github.com/Tanguille/cluster/pull/4654",
        changed("ready", autoscaler("registry"), drift("enabled", "/spec/replicas"), count(0), without("Pod")),
        ("changed-by-controller",),
        says=("KEDA (ScaledObject registry) scaled the Deployment to 0",),
        remedy=("at least one Pod",),
        never=_BY_HAND,
    ),
    State(
        "k3s scales the Deployment for an autoscaler",
        "https://github.com/k3s-io/k3s",
        changed("ready", managed("Deployment", "k3s", {"f:spec": {"f:replicas": {}}}), autoscaler(), drift("disabled")),
        (),
        ready=True,
        never=_BY_HAND,
    ),
    State(
        "Reloader and a service mesh write into the Pod template",
        "https://github.com/stakater/Reloader",
        changed(
            "ready",
            managed(
                "Deployment",
                "Reloader",
                template(
                    metadata={"f:annotations": {"f:reloader.stakater.com/last-reloaded-from": {}}},
                    spec={
                        "f:containers": {
                            'k:{"name":"registry"}': {
                                "f:env": {'k:{"name":"STAKATER_DOCKER_REGISTRY_CONFIGMAP"}': {".": {}, "f:value": {}}}
                            }
                        }
                    },
                ),
            ),
            managed("Deployment", "linkerd", template(metadata={"f:annotations": {"f:linkerd.io/inject": {}}})),
        ),
        (),
        ready=True,
    ),
    State(
        "a controller sets resources of the container",
        "https://github.com/kubernetes/autoscaler/tree/master/vertical-pod-autoscaler",
        changed("ready", managed("Deployment", "vpa-updater", container(resources={"f:requests": {"f:cpu": {}}}))),
        ("changed-by-controller",),
        ready=True,
        says=("the controller vpa-updater changes the Deployment too", "resources.requests.cpu by vpa-updater"),
        never=_BY_HAND,
    ),
    State(
        "Argo CD applies the Deployment too",
        "https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/",
        changed("ready", managed("Deployment", "argocd-controller", container(image={}), operation="Apply")),
        ("changed-by-controller",),
        ready=True,
        says=("the controller argocd-controller changes the Deployment too",),
        never=_BY_HAND,
    ),
    State(
        "Flux corrects the same drift again and again",
        "https://github.com/Tanguille/cluster/pull/4654",
        changed(
            "ready", drift("enabled"), event("HelmRelease", "DriftCorrected", _CORRECTED, count=40, type_="Normal")
        ),
        ("changed-by-controller",),
        ready=True,
        says=("changes the Deployment again and again", "40 times"),
        remedy=("kubectl get deployment docker-registry -n docker-registry -o yaml --show-managed-fields",),
        never=_BY_HAND,
    ),
    State(
        "Flux corrected drift three times, and no more for forty minutes",
        _FLUX_DRIFT,
        changed(
            "ready", drift("enabled"), event("HelmRelease", "DriftCorrected", _CORRECTED, ago=2400, type_="Normal")
        ),
        (),
        ready=True,
    ),
    recorded(
        "two-releases",
        "two HelmReleases have the same Deployment",
        "changed-by-controller",
        report="https://github.com/fluxcd/flux/issues/2101",
        ready=True,
        says=("the Deployment docker-registry belongs to HelmRelease/docker-registry/registry too",),
        remedy=("values.fullnameOverride", "--force"),
        never=_BY_HAND,
    ),
    State(
        "another HelmRelease took the Deployment over",
        "https://github.com/fluxcd/flux/issues/2101",
        changed("ready", label("helm.toolkit.fluxcd.io/name", "registry")),
        ("changed-by-controller",),
        says=("the Deployment docker-registry belongs to HelmRelease/docker-registry/registry too",),
    ),
    State(
        "two HelmReleases have the same name of the Helm release",
        "https://github.com/fluxcd/helm-controller/issues/284",
        changed("ready", second_release),
        ("changed-by-controller",),
        ready=True,
        says=("HelmRelease registry has the same Helm release, docker-registry/docker-registry",),
    ),
    State(
        "two Kustomizations apply the HelmRelease in turn",
        "https://github.com/fluxcd/flux/issues/2101",
        changed("ready", take_turns, apply_twice),
        ("changed-by-controller",),
        ready=True,
        says=("Kustomization flux-system/apps and Kustomization flux-system/staging apply the HelmRelease in turn",),
        remedy=("from the directory of one of them",),
        never=_BY_HAND,
    ),
    State(
        "two configurations were reverted in Git, again and again",
        "https://github.com/fluxcd/helm-controller/blob/main/api/v2/snapshot_types.go",
        changed("ready", take_turns),
        (),
        ready=True,
    ),
    State(
        "a Kustomization applies the Deployment too",
        "https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources",
        changed(
            "ready",
            label("kustomize.toolkit.fluxcd.io/name", "registry"),
            label("kustomize.toolkit.fluxcd.io/namespace", "flux-system"),
            managed("Deployment", "kustomize-controller", container(image={}), operation="Apply"),
        ),
        ("changed-by-controller",),
        ready=True,
        says=("Kustomization flux-system/registry applies the Deployment docker-registry too",),
    ),
)

UNREAD: Final = (
    State(
        "the release is in another cluster",
        "https://github.com/fluxcd/helm-controller/pull/119",
        changed("ready", edit("HelmRelease", remote), without("Deployment", "Pod", "Service", "PersistentVolumeClaim")),
        ("not-read",),
        ready=True,
        says=("in another cluster, and were not looked at", "Secret staging-kubeconfig"),
        never=("was deleted", "does not exist", "not every Pod"),
    ),
    State(
        "the release in another cluster failed",
        "https://github.com/fluxcd/helm-controller/issues/320",
        changed(
            "ready",
            edit("HelmRelease", remote),
            without("Deployment", "Pod", "Service", "PersistentVolumeClaim"),
            condition("HelmRelease", "UpgradeFailed", "Helm upgrade failed: context deadline exceeded"),
            condition(
                "HelmRelease", "UpgradeFailed", "Helm upgrade failed: context deadline exceeded", type_="Released"
            ),
        ),
        ("release-timeout", "not-read"),
        never=("was deleted",),
    ),
    recorded(
        "deployment-forbidden",
        "this user is not allowed to read Deployments",
        "not-read",
        ready=True,
        says=("this user is not allowed to read Deployments in namespace docker-registry",),
        remedy=("deployments.apps",),
        never=("was deleted", "does not exist", "not every Pod"),
    ),
    State(
        "this user may not read the Deployment",
        "https://kubernetes.io/docs/reference/access-authn-authz/rbac/",
        changed("ready", without("Deployment", "ReplicaSet", "Pod"), forbidden("deployments.apps", "replicasets.apps")),
        ("not-read",),
        ready=True,
        says=("this user is not allowed to read Deployments in namespace docker-registry",),
        remedy=("deployments.apps",),
        never=("was deleted", "does not exist", "not every Pod"),
    ),
)

STATES: Final = (*EDITED, *CONTROLLERS, *UNREAD)
