"""States of work in progress, of work that is stuck, and of objects that are suspended, or that wait for others."""

from __future__ import annotations

from typing import Any, Final

from tests.cluster.states.state import Change, State, add, changed, condition, edit, later, recorded, without

_HELM: Final = "https://github.com/fluxcd/helm-controller"
_KUSTOMIZE: Final = "https://github.com/fluxcd/kustomize-controller"
_RUNNING: Final = "Running 'upgrade' action with timeout of 5m0s"
_BAD, _GOOD = "main@sha1:77f90ced8aadd4c16ab34f9c3702c244d763749b", "main@sha1:698e04c61e42003c7e95f2cd69e8107896576bf5"
_CONTROLLER_RUNS: Final = ("get deployments -A -l app=", "has not processed the last change")


def running(message: str = _RUNNING, *, kind: str = "HelmRelease", ago: float = 60) -> Change:
    """Let a controller work on the generation that the object has now."""

    def change(snapshot: Any) -> Any:
        for type_, status in (("Reconciling", "True"), ("Ready", "Unknown")):
            snapshot = condition(kind, "Progressing", message, type_=type_, status=status, ago=ago)(snapshot)
        return snapshot

    return change


def generation(number: int, kind: str = "HelmRelease") -> Change:
    """Change the spec of an object, so that it has this generation."""
    return edit(kind, lambda data: data["metadata"].update(generation=number))


def annotated(key: str, value: str, kind: str = "HelmRelease") -> Change:
    """Annotate an object."""
    return edit(kind, lambda data: data["metadata"].setdefault("annotations", {}).update({key: value}))


def labeled(key: str, value: str, kind: str = "HelmRelease") -> Change:
    """Label an object."""
    return edit(kind, lambda data: data["metadata"].setdefault("labels", {}).update({key: value}))


def suspend(kind: str) -> Change:
    """Suspend an object."""
    return edit(kind, lambda data: data["spec"].update(suspend=True))


def controller(name: str, *, replicas: int = 1, available: int = 0) -> Change:
    """Add the Deployment of a controller of Flux."""
    unavailable = {
        "type": "Available",
        "status": "True" if available else "False",
        "reason": "MinimumReplicasUnavailable",
        "message": "Deployment does not have minimum availability.",
        "lastTransitionTime": "2026-11-25T04:00:00Z",
    }
    return add(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name, "namespace": "flux-system", "uid": name, "generation": 1},
            "spec": {"replicas": replicas},
            "status": {"availableReplicas": available, "conditions": [unavailable], "observedGeneration": 1},
        }
    )


def depends(*names: str, kind: str = "HelmRelease", expression: str = "") -> Change:
    """Let an object depend on others, NAMESPACE/NAME."""
    entries = [dict(zip(("namespace", "name"), name.split("/"), strict=True)) for name in names]
    if expression:
        entries = [{**entry, "readyExpr": expression} for entry in entries]
    return edit(kind, lambda data: data["spec"].update(dependsOn=entries))


def dependency(
    name: str,
    *,
    kind: str = "HelmRelease",
    status: str = "False",
    reason: str = "InstallFailed",
    message: str = "Helm install failed for release infra/redis: context deadline exceeded",
    depends_on: tuple[str, ...] = (),
    reconciling: str = "",
    **metadata: Any,
) -> Change:
    """Add an object, NAMESPACE/NAME, with a condition Ready."""
    namespace, _, short = name.partition("/")
    entries = [dict(zip(("namespace", "name"), item.split("/"), strict=True)) for item in depends_on]
    since = {"lastTransitionTime": "2026-11-25T04:24:30Z", "observedGeneration": 1}
    conditions = [{"type": "Ready", "status": status, "reason": reason, "message": message, **since}]
    if reconciling:
        conditions.append(
            {"type": "Reconciling", "status": "True", "reason": "Progressing", "message": reconciling, **since}
        )
    group = "helm" if kind == "HelmRelease" else "kustomize"
    return add(
        {
            "apiVersion": f"{group}.toolkit.fluxcd.io/v{2 if group == 'helm' else 1}",
            "kind": kind,
            "metadata": {"name": short, "namespace": namespace, "uid": name, "generation": 1, **metadata},
            "spec": {"interval": "10m", **({"dependsOn": entries} if entries else {})},
            "status": {"conditions": conditions, "observedGeneration": 1},
        }
    )


def waits(name: str, *, kind: str = "HelmRelease", how: str = "is not ready") -> Change:
    """Let an object report that it waits for another one, NAMESPACE/NAME."""
    return condition(kind, "DependencyNotReady", f"dependency '{name}' {how}")


STATES: Final[tuple[State, ...]] = (
    recorded(
        "revision-waits-for-health",
        "a bad image was reverted in Git, and its Kustomization waits for the health of the revision before",
        "busy",
        report=f"{_KUSTOMIZE}/issues/701",
        says=("kustomize-controller still works on an earlier change of the Kustomization, until", "health checks"),
        remedy=("kubectl rollout undo deployment/docker-registry -n docker-registry",),
        never=("render, commit", "values.image"),
    ),
    State(
        "a readyExpr of the release is no valid expression",
        f"{_HELM}/blob/v1.6.3/internal/controller/helmrelease_controller.go",
        changed(
            "just-applied",
            depends("infra/redis", expression="dep.status.ready =="),
            *(
                condition(
                    "HelmRelease",
                    "InvalidCELExpression",
                    "Reconciliation failed terminally due to configuration error: failed to evaluate dependency redis: "
                    "failed to parse the CEL expression 'dep.status.ready ==': ERROR: <input>:1:20: Syntax error",
                    type_=type_,
                    status=status,
                )
                for type_, status in (("Ready", "False"), ("Stalled", "True"))
            ),
        ),
        ("dependency-not-ready",),
        says=("a `readyExpr` in `dependsOn` of the HelmRelease docker-registry is no valid expression",),
        remedy=("correct that expression in `release.dependsOn`",),
        never=("--reset", "RetryOnFailure"),
    ),
    State(
        "kustomize-controller gets no artifact, because source-controller does not run",
        "https://github.com/fluxcd/flux2/issues/836",
        changed(
            "ready",
            condition(
                "Kustomization",
                "ArtifactFailed",
                "failed to download archive: GET http://source-controller.flux-system.svc.cluster.local./gitrepository/"
                "flux-system/flux-system/1.tar.gz giving up after 10 attempt(s): dial tcp: connection refused",
            ),
            controller("source-controller"),
        ),
        ("artifact-failed", "controller-down"),
        says=("cannot download the artifact from source-controller",),
        ready=True,
    ),
    recorded(
        "image-reverted",
        "a bad image was reverted in Git a moment ago",
        "busy",
        report=f"{_HELM}/issues/1041",
        says=("helm-controller still works on an earlier change of the HelmRelease, until", "timeout of 5m0s"),
        remedy=("kubectl rollout undo deployment/docker-registry -n docker-registry",),
        never=(*_CONTROLLER_RUNS, "render, commit", "values.image"),
    ),
    State(
        "a bad image was reverted in Git, and Helm still waits for its Pods",
        f"{_HELM}/issues/1387",
        changed("upgrade-fails", running(), generation(3)),
        ("busy",),
        says=("helm-controller still works on an earlier change", "until 04:30:26 UTC at the latest", _RUNNING),
        remedy=("kubectl rollout undo deployment/docker-registry -n docker-registry",),
        never=(*_CONTROLLER_RUNS, "render, commit", "values.image"),
    ),
    State(
        "a fix is in Git, and kustomize-controller still waits for the health of the revision before",
        f"{_KUSTOMIZE}/issues/701",
        changed(
            "upgrade-fails",
            running(),
            running(f"Running health checks for revision {_BAD} with a timeout of 5m0s", kind="Kustomization"),
            edit("GitRepository", lambda data: data["status"]["artifact"].update(revision=_GOOD)),
        ),
        ("busy",),
        says=("kustomize-controller still works on an earlier change of the Kustomization", "until 04:30:26 UTC"),
        remedy=("kubectl rollout undo deployment/docker-registry",),
        never=("render, commit", "values.image"),
    ),
    State(
        "a first installation is not over, and its values were corrected",
        "https://github.com/fluxcd/flux2/issues/3569",
        changed("image-not-pulled", running("Running 'install' action with timeout of 10m0s"), generation(2)),
        ("busy",),
        says=("until 04:33:33 UTC at the latest",),
        remedy=("nothing is to be changed: wait",),
        never=("rollout undo", *_CONTROLLER_RUNS),
    ),
    State(
        "an upgrade is in progress within its timeout",
        f"{_HELM}/blob/v1.6.3/internal/reconcile/atomic_release.go",
        changed("ready", running(ago=30)),
        ("in-progress",),
        says=("until", "UTC at the latest", _RUNNING),
        remedy=("wait",),
        never=_CONTROLLER_RUNS,
    ),
    State(
        "helm-controller tries again after a failure",
        f"{_HELM}/blob/v1.6.3/internal/reconcile/atomic_release.go",
        changed(
            "just-applied",
            condition("HelmRelease", "InstallFailed", "Helm install failed: context canceled", ago=20),
            condition(
                "HelmRelease",
                "ProgressingWithRetry",
                "retrying after 30s",
                type_="Reconciling",
                status="True",
                ago=20,
            ),
        ),
        ("release-failed",),
        says=("context canceled",),
    ),
    State(
        "the timeout of an upgrade ended long ago, and nothing came of it",
        f"{_HELM}/issues/1101",
        changed("ready", running(), later(900)),
        ("not-observed",),
        says=("helm-controller has not processed", "which ended at"),
        remedy=("kubectl get deployments -A -l app=helm-controller",),
        never=("wait for it",),
    ),
    State(
        "the same, and helm-controller runs",
        "https://github.com/fluxcd/flux2/issues/5636",
        changed("ready", running(), later(900), controller("helm-controller", available=1)),
        ("not-observed",),
        says=("which ended at",),
        remedy=("kubectl logs -n flux-system deployment/helm-controller",),
    ),
    State(
        "a change, and helm-controller is scaled to 0",
        f"{_HELM}/issues/153",
        changed("ready", generation(2), controller("helm-controller", replicas=0)),
        ("controller-down",),
        says=("helm-controller is scaled to 0",),
        remedy=("kubectl scale deployment helm-controller -n flux-system --replicas=1",),
        never=("render, commit",),
    ),
    State(
        "a change, and helm-controller crashes",
        "https://github.com/fluxcd/helm-controller/issues/349",
        changed("ready", generation(2), controller("helm-controller")),
        ("controller-down",),
        says=("helm-controller does not run", "minimum availability"),
        remedy=("kubectl describe pods -n flux-system -l app=helm-controller",),
    ),
    State(
        "a new revision, and kustomize-controller does not run",
        f"{_KUSTOMIZE}/issues/457",
        changed("git-ahead", later(300), controller("kustomize-controller")),
        ("controller-down",),
        says=("kustomize-controller does not run",),
        never=("wait, or:",),
        ready=True,
    ),
    State(
        "a revision was fetched minutes ago, and is not applied",
        "https://github.com/fluxcd/flux2/issues/1577",
        changed("git-ahead", later(300)),
        ("not-observed",),
        says=("kustomize-controller has not processed", "was fetched at 04:24:57 UTC"),
        remedy=("kubectl get deployments -A -l app=kustomize-controller",),
        ready=True,
    ),
    State(
        "a reconciliation was requested, and not handled",
        "https://github.com/fluxcd/flux2/issues/3997",
        changed("ready", annotated("reconcile.fluxcd.io/requestedAt", "2026-11-25T04:30:00.123456789Z")),
        ("not-observed",),
        says=("a reconciliation was requested at 04:30:00 UTC",),
        ready=True,
    ),
    State(
        "a reconciliation was requested, and handled",
        "https://fluxcd.io/flux/components/helm/helmreleases/#triggering-a-reconcile",
        changed(
            "ready",
            annotated("reconcile.fluxcd.io/requestedAt", "2026-11-25T04:30:00.123456789Z"),
            edit(
                "HelmRelease",
                lambda data: data["status"].update(lastHandledReconcileAt="2026-11-25T04:30:00.123456789Z"),
            ),
        ),
        (),
        ready=True,
    ),
    State(
        "the release has the label of a shard that no controller processes",
        "https://github.com/fluxcd/source-controller/issues/2150",
        changed("just-applied", labeled("sharding.fluxcd.io/key", "shard1"), later(300)),
        ("not-observed",),
        remedy=("--watch-label-selector=sharding.fluxcd.io/key=shard1",),
    ),
    State(
        "a rollout is in progress within its deadline",
        "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds",
        changed("scaled-by-hand", without("Pod")),
        ("in-progress", "drifted"),
        says=("the Pods are being replaced or started",),
    ),
    State(
        "a rollout exceeded its deadline, and no Pod tells why",
        "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#failed-deployment",
        changed(
            "scaled-by-hand",
            without("Pod"),
            condition(
                "Deployment",
                "ProgressDeadlineExceeded",
                'ReplicaSet "docker-registry-6f885cf86c" has timed out progressing.',
                type_="Progressing",
            ),
        ),
        ("rollout-stuck", "drifted"),
        says=("did not become ready within 600 s", "has timed out progressing"),
        remedy=("kubectl describe pods -n docker-registry",),
        never=("wait for them",),
    ),
    State(
        "the source of the Kustomization is suspended",
        "https://github.com/fluxcd/source-controller/pull/215",
        changed("ready", suspend("GitRepository")),
        ("suspended",),
        says=("the GitRepository is suspended",),
        remedy=("flux resume source git flux-system -n flux-system",),
        ready=True,
    ),
    recorded(
        "release-not-reconciled",
        "an annotation keeps a change in Git from the HelmRelease",
        "suspended",
        report="https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources",
        says=("kustomize.toolkit.fluxcd.io/reconcile: disabled: changes in Git do not reach it",),
        remedy=(
            "kubectl annotate helmrelease docker-registry -n docker-registry kustomize.toolkit.fluxcd.io/reconcile-",
        ),
        ready=True,
    ),
    State(
        "an annotation in Git lets Flux create the HelmRelease, and never change it",
        "https://github.com/fluxcd/kustomize-controller/blob/v1.9.4/internal/controller/kustomization_controller.go",
        changed("ready", annotated("kustomize.toolkit.fluxcd.io/ssa", "IfNotPresent")),
        ("suspended",),
        says=("kustomize.toolkit.fluxcd.io/ssa: IfNotPresent: changes in Git do not reach it",),
        remedy=("in Git too, if it is there",),
        ready=True,
    ),
    State(
        "a label keeps changes in Git from the HelmRelease",
        "https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources",
        changed("ready", labeled("kustomize.toolkit.fluxcd.io/ssa", "Ignore")),
        ("suspended",),
        says=("changes in Git do not reach it",),
        remedy=("kustomize.toolkit.fluxcd.io/ssa-",),
        ready=True,
    ),
    recorded(
        "kustomization-dependency-missing",
        "a Kustomization waits for one that does not exist",
        "dependency-not-ready",
        report=f"{_KUSTOMIZE}/blob/v1.9.4/internal/controller/kustomization_controller.go",
        says=("waits for Kustomization/flux-system/fx-none, which does not exist",),
        remedy=("correct the name and the namespace in `",),
        ready=True,
    ),
    recorded(
        "release-dependency-missing",
        "a release waits for one that nobody created",
        "dependency-not-ready",
        report=f"{_HELM}/blob/v1.6.3/internal/controller/helmrelease_controller.go",
        says=("waits for HelmRelease/docker-registry/redis, which does not exist",),
        remedy=("correct the name and the namespace in `",),
    ),
    recorded(
        "releases-wait-for-each-other",
        "two releases wait for each other for ever",
        "dependency-not-ready",
        report="https://fluxcd.io/flux/components/helm/helmreleases/#dependencies",
        says=(
            "HelmRelease/docker-registry/redis, which waits for HelmRelease/docker-registry/docker-registry: a circle",
        ),
        remedy=("break the circle: remove an entry of `release.dependsOn`",),
    ),
    recorded(
        "release-dependency-failed",
        "a release waits for one whose values are refused",
        "dependency-not-ready",
        report=f"{_HELM}/issues/946",
        says=(
            "waits for HelmRelease/docker-registry/redis, which is not ready (InstallFailed)",
            "presistence",
        ),
        remedy=("kubectl describe helmrelease redis -n docker-registry",),
    ),
    recorded(
        "release-dependency-suspended",
        "a release waits for one that failed, and was suspended",
        "dependency-not-ready",
        report="https://github.com/fluxcd/flux2/issues/3302",
        says=("which is suspended, and not ready",),
        remedy=("flux resume helmrelease redis -n docker-registry",),
    ),
    State(
        "the release waits for one that failed",
        f"{_HELM}/issues/946",
        changed("just-applied", depends("infra/redis"), waits("infra/redis"), dependency("infra/redis")),
        ("dependency-not-ready",),
        says=("waits for HelmRelease/infra/redis, which is not ready (InstallFailed)", "context deadline exceeded"),
        remedy=("kubectl describe helmrelease redis -n infra",),
        never=("kubectl describe helmrelease -n docker-registry",),
    ),
    State(
        "the release waits for one that does not exist",
        f"{_HELM}/blob/v1.6.3/internal/controller/helmrelease_controller.go",
        changed(
            "just-applied",
            depends("infra/redis"),
            condition(
                "HelmRelease",
                "DependencyNotReady",
                "unable to get 'infra/redis' dependency: helmreleases.helm.toolkit.fluxcd.io \"redis\" not found",
            ),
        ),
        ("dependency-not-ready",),
        says=("HelmRelease/infra/redis, which does not exist",),
        remedy=("correct the name and the namespace in `",),
    ),
    State(
        "the release waits for one that is suspended",
        "https://github.com/fluxcd/flux2/issues/3302",
        changed(
            "just-applied",
            depends("infra/redis"),
            waits("infra/redis"),
            dependency("infra/redis"),
            edit("HelmRelease", lambda data: data["spec"].update(suspend=True), name="redis"),
        ),
        ("dependency-not-ready",),
        says=("which is suspended",),
        remedy=("flux resume helmrelease redis -n infra",),
    ),
    State(
        "the release waits for one that is being installed",
        "https://github.com/fluxcd/flux2/issues/3302",
        changed(
            "just-applied",
            depends("infra/redis"),
            waits("infra/redis"),
            dependency(
                "infra/redis",
                status="Unknown",
                reason="Progressing",
                message="Running 'install' action with timeout of 20m0s",
                reconciling="Running 'install' action with timeout of 20m0s",
            ),
        ),
        ("dependency-not-ready",),
        says=("which is in progress, until 04:44:30 UTC at the latest",),
        remedy=("wait",),
    ),
    State(
        "the release waits for one whose generation is not observed",
        f"{_HELM}/issues/946",
        changed(
            "just-applied",
            depends("infra/redis"),
            waits("infra/redis"),
            dependency("infra/redis", status="True", reason="UpgradeSucceeded", message="done", generation=2),
        ),
        ("dependency-not-ready",),
        says=("has a change that its controller has not processed",),
        remedy=("flux reconcile helmrelease redis -n infra",),
    ),
    State(
        "the release waits for one that does not fulfil its readyExpr",
        "https://fluxcd.io/flux/components/helm/helmreleases/#dependency-ready-expression",
        changed(
            "just-applied",
            depends("infra/redis", expression="dep.spec.values.ready == true"),
            waits("infra/redis", how="is not ready according to readyExpr eval"),
            dependency("infra/redis", status="True", reason="UpgradeSucceeded", message="Helm upgrade succeeded"),
        ),
        ("dependency-not-ready",),
        says=("does not fulfil the `readyExpr`",),
        remedy=("kubectl get helmrelease redis -n infra -o yaml",),
    ),
    State(
        "two releases wait for each other",
        "https://fluxcd.io/flux/components/helm/helmreleases/#dependencies",
        changed(
            "just-applied",
            depends("infra/redis"),
            waits("infra/redis"),
            dependency(
                "infra/redis",
                reason="DependencyNotReady",
                message="dependency 'docker-registry/docker-registry' is not ready",
                depends_on=("docker-registry/docker-registry",),
            ),
        ),
        ("dependency-not-ready",),
        says=(
            "waits for HelmRelease/infra/redis, which waits for HelmRelease/docker-registry/docker-registry: a circle",
        ),
        remedy=("break the circle: remove an entry of `release.dependsOn`",),
    ),
    State(
        "a Kustomization waits for one that waits for one that fails",
        "https://github.com/fluxcd/flux2-kustomize-helm-example/issues/105",
        changed(
            "ready",
            depends("flux-system/infra", kind="Kustomization"),
            waits("flux-system/infra", kind="Kustomization"),
            dependency(
                "flux-system/infra",
                kind="Kustomization",
                reason="DependencyNotReady",
                message="dependency 'flux-system/sources' is not ready",
                depends_on=("flux-system/sources",),
            ),
            dependency(
                "flux-system/sources",
                kind="Kustomization",
                reason="BuildFailed",
                message="kustomize build failed: yaml: line 3: did not find expected key",
            ),
        ),
        ("dependency-not-ready",),
        says=(
            "waits for Kustomization/flux-system/infra, which waits for Kustomization/flux-system/sources, which is "
            "not ready (BuildFailed)",
            "yaml: line 3",
        ),
        remedy=("kubectl describe kustomization sources -n flux-system",),
        ready=True,
    ),
    State(
        "a Kustomization waits for one that has not applied the revision",
        f"{_KUSTOMIZE}/blob/v1.9.4/internal/controller/kustomization_controller.go",
        changed(
            "ready",
            depends("flux-system/infra", kind="Kustomization"),
            waits("flux-system/infra", kind="Kustomization", how="revision is not up to date"),
            dependency(
                "flux-system/infra", kind="Kustomization", status="True", reason="ReconciliationSucceeded", message="ok"
            ),
        ),
        ("dependency-not-ready",),
        says=("applies the same revision soon",),
        remedy=("wait",),
        ready=True,
    ),
)
