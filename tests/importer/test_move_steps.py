"""The commands of a move: each in its place, for what runs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from registry_gitops.errors import InputError
from registry_gitops.importer import ImportReport, InstalledRelease, import_path

INPUTS = Path(__file__).parent / "inputs" / "manifests"


def steps(name: str) -> list[str]:
    """The commands to run after the import of an input."""
    report = import_path(str(INPUTS / f"{name}.yaml"), Path("apps/registry")).report
    return [step for step in report.steps if not step.startswith("#")]


def position(commands: list[str], start: str) -> int:
    """Where the first command is that begins so."""
    return next(index for index, command in enumerate(commands) if command.startswith(start))


def test_the_claim_is_safe_and_git_is_ready_before_anything_is_deleted() -> None:
    commands = steps("claim-and-service")
    order = [
        "registry-gitops render",
        "kubectl config current-context",
        "kubectl annotate --overwrite --field-manager=registry-gitops -n container-registry service/registry",
        "kubectl annotate --overwrite --field-manager=registry-gitops -n container-registry pvc/registry-pvc",
        "kubectl patch pv",
        '[ -z "$KUSTOMIZATION" ] || flux suspend kustomization',
        "kubectl patch --local -f apps/registry/helmrelease.yaml",
        "git add ",
        "git push",
        '[ -z "$KUSTOMIZATION" ] || flux reconcile source "',
        "kubectl delete -n container-registry deployment/registry",
        "kubectl wait -n container-registry --for=delete pod",
        "kubectl run registry-owner",
        '[ -z "$KUSTOMIZATION" ] || flux resume kustomization',
        "flux resume helmrelease -n container-registry registry",
        "registry-gitops status apps/registry/registry.yaml",
    ]
    places = [position(commands, start) for start in order]
    assert places == sorted(places)


@pytest.mark.parametrize("name", sorted(path.stem for path in INPUTS.glob("*.yaml")))
def test_each_plan_is_a_script_and_so_is_its_way_back(name: str) -> None:
    report = import_path(str(INPUTS / f"{name}.yaml"), Path("apps/registry")).report
    assert report.rollback
    for commands in (report.steps, report.rollback):
        done = subprocess.run(["sh", "-n"], input="\n".join(commands), capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


def test_files_do_not_change_their_owner_where_the_registry_runs_as_a_user() -> None:
    assert not [command for command in steps("pod") if "registry-owner" in command]


@pytest.mark.parametrize(("name", "source"), [("hostpath", '"hostPath": {"path": "/srv/registry"'), ("nfs", '"nfs"')])
def test_a_directory_without_a_claim_changes_its_owner_too(name: str, source: str) -> None:
    (command,) = [command for command in steps(name) if "kubectl run registry-owner" in command]
    assert source in command


@pytest.mark.parametrize(
    ("name", "removed"),
    [("ingress-v1", "deployment/registry ingress/registry-ingress "), ("http-route", "deployment/registry ")],
)
def test_an_ingress_of_another_name_is_removed_so_that_no_host_has_two(name: str, removed: str) -> None:
    (command,) = [
        command for command in steps(name) if command.startswith("kubectl delete") and "deployment/" in command
    ]
    assert removed in command


def test_the_owner_of_files_changes_on_the_node_of_the_registry(tmp_path: Path) -> None:
    (command,) = [command for command in steps("hostpath") if "kubectl run registry-owner" in command]
    assert '"nodeSelector": {"kubernetes.io/hostname": "node-1"}' in command
    assert '"tolerations": [' in command
    assert not [step for step in steps("hostpath") if "-o wide" in step]
    text = (INPUTS / "hostpath.yaml").read_text().replace("nodeSelector: {kubernetes.io/hostname: node-1}", "")
    (tmp_path / "registry.yaml").write_text(text)
    assert [step for step in import_path(str(tmp_path), Path("apps/registry")).report.steps if "-o wide" in step]


def test_a_stateful_set_keeps_its_claims_before_it_is_deleted(tmp_path: Path) -> None:
    text = (INPUTS / "statefulset.yaml").read_text()
    policy = "  persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}\n  serviceName:"
    (tmp_path / "registry.yaml").write_text(text.replace("  serviceName:", policy, 1))
    report = import_path(str(tmp_path), Path("apps/registry")).report
    assert not [outcome for outcome in report.decisions if "RetentionPolicy" in outcome.key]
    assert_in_order(
        report.steps, ["kubectl patch -n ci statefulset/registry --patch", "kubectl delete -n ci statefulset"]
    )


def test_without_a_claim_no_volume_is_kept() -> None:
    assert not [command for command in steps("tutorial-emptydir") if " pv " in command or "pvc" in command]


def test_only_files_that_are_replaced_as_a_whole_leave_git(tmp_path: Path) -> None:
    text = (INPUTS / "claim-and-service.yaml").read_text()
    claim, *others = text.split("---\n")
    (tmp_path / "claim.yaml").write_text(claim)
    (tmp_path / "registry.yaml").write_text("---\n".join(others))
    report = import_path(str(tmp_path), Path("apps/registry")).report
    (command,) = [step for step in report.steps if step.startswith("git rm")]
    assert command == f"git rm --quiet --ignore-unmatch {tmp_path / 'registry.yaml'}"


RELEASE = """
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: docker-registry, namespace: registry}
spec:
  interval: 1h
  chart: {spec: {chart: docker-registry, sourceRef: {kind: HelmRepository, name: twuni}}}
  values:
    persistence: {enabled: true, size: 10Gi}
"""


FLUX_1 = """
apiVersion: helm.fluxcd.io/v1
kind: HelmRelease
metadata: {name: docker-registry, namespace: registry}
spec:
  releaseName: registry
  chart: {repository: https://helm.twun.io, name: docker-registry, version: 2.2.3}
  values:
    persistence: {enabled: true, size: 10Gi}
"""

K3S = """
apiVersion: helm.cattle.io/v1
kind: HelmChart
metadata: {name: docker-registry, namespace: kube-system}
spec:
  repo: https://helm.twun.io
  chart: docker-registry
  targetNamespace: registry
  valuesContent: |-
    persistence: {enabled: true, size: 10Gi}
"""


def release_report(tmp_path: Path, text: str, release: InstalledRelease | None = None) -> ImportReport:
    """The report of the import of a release."""
    (tmp_path / "values.yaml").write_text(text)
    return import_path(str(tmp_path), Path("apps/registry"), release).report


def release_commands(tmp_path: Path, text: str) -> list[str]:
    """The commands to run after the import of a release."""
    return [step for step in release_report(tmp_path, text).steps if not step.startswith("#")]


def assert_in_order(commands: Sequence[str], order: list[str]) -> None:
    """Assert that there is a command for each of these beginnings, one after the other."""
    places = [position([*commands], start) for start in order]
    assert places == sorted(places)


PROTECT = ["kubectl annotate --overwrite --field-manager=registry-gitops -n registry pvc/", "kubectl patch pv"]


def test_a_release_stays_the_same_one_and_is_upgraded_when_flux_has_the_new_one(tmp_path: Path) -> None:
    report = release_report(tmp_path, RELEASE)
    order = [
        *PROTECT,
        "flux suspend helmrelease -n registry docker-registry",
        f"git rm --quiet --ignore-unmatch {tmp_path / 'values.yaml'}",
        "git push",
        "kubectl wait -n registry helmreleases.helm.toolkit.fluxcd.io/docker-registry",
        "kubectl delete -n registry deployment/docker-registry",
        "kubectl wait -n registry --for=delete pod --selector=release=docker-registry",
        "flux resume helmrelease -n registry docker-registry",
        "registry-gitops status",
    ]
    assert_in_order(report.steps, order)
    assert not [command for command in report.steps if "registry-owner" in command]
    back = [
        "flux suspend helmrelease",
        "git revert",
        "kubectl wait -n registry helmreleases.helm.toolkit.fluxcd.io/docker-registry",
        "kubectl delete -n registry deployment/docker-registry",
        "flux resume helmrelease",
    ]
    assert_in_order(report.rollback, back)


def test_nobody_uninstalls_a_release_of_flux_1_while_flux_2_takes_it_over(tmp_path: Path) -> None:
    report = release_report(tmp_path, FLUX_1)
    order = [
        *PROTECT,
        'kubectl scale -n "$OPERATOR_NAMESPACE" deployment/helm-operator --replicas=0',
        "kubectl patch --local -f apps/registry/helmrelease.yaml",
        "git push",
        "kubectl delete -n registry deployment/registry-docker-registry",
        "flux resume helmrelease -n registry docker-registry",
        "registry-gitops status",
        "kubectl delete -n registry helmreleases.helm.fluxcd.io/docker-registry",
        "kubectl delete configmap -n kube-system --selector=OWNER=TILLER,NAME=registry",
        'kubectl scale -n "$OPERATOR_NAMESPACE" deployment/helm-operator --replicas="$REPLICAS"',
    ]
    assert_in_order(report.steps, order)
    assert_in_order(report.rollback, ['helm rollback -n registry registry "$REVISION"', "git revert"])


def test_k3s_leaves_a_release_alone_before_its_chart_is_deleted(tmp_path: Path) -> None:
    report = release_report(tmp_path, K3S)
    chart = "-n kube-system helmcharts.helm.cattle.io/docker-registry"
    mark = (
        f"kubectl patch --field-manager=registry-gitops {chart} --type=merge --patch="
        """'{"metadata": {"annotations": {"helmcharts.helm.cattle.io/unmanaged": "true"}, "finalizers": null}}'"""
    )
    order = [
        *PROTECT,
        mark,
        "kubectl patch --local -f apps/registry/helmrelease.yaml",
        "git push",
        "kubectl delete -n registry deployment/docker-registry",
        "flux resume helmrelease -n registry docker-registry",
        "registry-gitops status",
        f"kubectl delete {chart}",
    ]
    assert_in_order(report.steps, order)
    # k3s reinstalls, with a new claim, what it cannot upgrade: the old Deployment must be there before its HelmChart.
    back = ["kubectl delete -n registry deploy", "helm rollback", "git revert", f"kubectl annotate {chart} helmcharts"]
    assert_in_order(report.rollback, back)


VALUES = "persistence: {enabled: true, size: 10Gi, deleteEnabled: true}\n"


def test_a_release_of_helm_keeps_its_name_its_namespace_and_its_claim(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(VALUES)
    imported = import_path(str(tmp_path), Path("apps/registry"), InstalledRelease("images", "registry"))
    assert "name: images\nnamespace:\n  name: registry\n  create: false\n" in imported.files["registry.yaml"]
    order = [
        "kubectl get -n registry deployment/images-docker-registry",
        'REVISION="${REVISION:-$(kubectl get -n registry secret --selector=owner=helm,name=images,',
        "kubectl annotate --overwrite --field-manager=registry-gitops -n registry pvc/images-docker-registry",
        "kubectl patch --local -f apps/registry/helmrelease.yaml",
        "git add apps/registry",
        "kubectl delete -n registry deployment/images-docker-registry",
        "flux resume helmrelease -n registry images",
    ]
    assert_in_order(imported.report.steps, order)
    assert not [step for step in imported.report.steps if step.startswith("git rm")]
    back = ["kubectl delete -n registry deploy", 'helm rollback -n registry images "$REVISION"', "git revert"]
    assert_in_order(imported.report.rollback, back)


def test_a_values_file_without_a_release_has_no_move_but_tells_how_to_get_it(tmp_path: Path) -> None:
    report = release_report(tmp_path, VALUES)
    assert not [step for step in report.steps if step.startswith("kubectl")]
    assert not report.rollback
    assert [text for text in report.differences if "--release NAME and --namespace NAME" in text]


def test_a_release_is_refused_for_what_is_no_values_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="leave out --release"):
        release_report(tmp_path, K3S, InstalledRelease("images", "registry"))


def test_files_of_root_change_their_owner_before_the_upgrade(tmp_path: Path) -> None:
    commands = release_commands(tmp_path, f"{RELEASE}    securityContext: {{enabled: false}}\n")
    owner = position(commands, "kubectl run registry-owner -n registry --image=docker.io/library/registry:3.1.1")
    assert position(commands, "kubectl wait -n registry --for=delete pod") < owner
    assert owner < position(commands, "flux resume helmrelease")


def run_git_steps(folder: Path, source: str, steps: Sequence[str]) -> None:
    """Run the steps of Git in a repository with these files, twice: as somebody does who has lost count."""
    (folder / "apps" / "registry").mkdir(parents=True, exist_ok=True)
    (folder / "apps" / "registry" / "registry.yaml").write_text("name: registry\n")
    start = next(index for index, step in enumerate(steps) if step.startswith("# Replace the old"))
    commands = "\n".join(steps[start : steps.index("git push")])
    setup = "git init -q && git add apps/old && git -c user.name=a -c user.email=a commit -qm start"
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "EMAIL": "a@example.com"}
    for script in (setup, commands, commands):
        done = subprocess.run(["sh", "-ec", script], cwd=folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done
    state = subprocess.run(["git", "status", "--porcelain"], cwd=folder, capture_output=True, text=True)
    assert state.stdout == "", source


def test_what_shares_a_file_with_the_claim_is_taken_out_by_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "apps" / "old"
    old.mkdir(parents=True)
    (old / "all.yaml").write_text((INPUTS / "claim-and-service.yaml").read_text())
    (old / "other.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other, namespace: other}\n")
    kustomization = "# What runs here\nresources:\n  - all.yaml\n  - other.yaml\n"
    (old / "kustomization.yaml").write_text(kustomization)
    monkeypatch.chdir(tmp_path)
    steps = import_path("apps/old", Path("apps/registry")).report.steps
    run_git_steps(tmp_path, "apps/old", steps)
    left = [each["kind"] for each in yaml.safe_load_all((old / "all.yaml").read_text()) if each]
    assert left == ["PersistentVolumeClaim"]
    expected = "# What runs here\nresources:\n  - ../registry\n  - all.yaml\n  - other.yaml\n"
    assert (old / "kustomization.yaml").read_text() == expected


def test_a_kustomization_lists_the_new_directory_instead_of_what_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "apps" / "old"
    old.mkdir(parents=True)
    claim, *others = (INPUTS / "claim-and-service.yaml").read_text().split("---\n")
    (old / "claim.yaml").write_text(claim)
    (old / "registry.yaml").write_text("---\n".join(others))
    (old / "kustomization.yaml").write_text("resources:\n- registry.yaml\n- claim.yaml\n")
    monkeypatch.chdir(tmp_path)
    run_git_steps(tmp_path, "apps/old", import_path("apps/old", Path("apps/registry")).report.steps)
    assert (old / "kustomization.yaml").read_text() == "resources:\n- ../registry\n- claim.yaml\n"
    assert sorted(path.name for path in old.iterdir()) == ["claim.yaml", "kustomization.yaml"]


def test_entries_of_a_list_are_for_a_person_to_take_out(tmp_path: Path) -> None:
    objects = [each for each in yaml.safe_load_all((INPUTS / "claim-and-service.yaml").read_text()) if each]
    (tmp_path / "list.yaml").write_text(yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": objects}))
    (edit,) = [step for step in import_path(str(tmp_path), Path("apps/registry")).report.steps if "# Edit" in step]
    assert "take out " in edit
    assert "PersistentVolumeClaim" not in edit


def test_nothing_is_committed_before_a_person_has_made_an_edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "apps" / "old"
    old.mkdir(parents=True)
    (old / "all.yaml").write_text((INPUTS / "claim-and-service.yaml").read_text())
    (old / "kustomization.yaml").write_text("resources: [all.yaml]\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AssertionError, match="Edit apps/old/kustomization.yaml first"):
        run_git_steps(tmp_path, "apps/old", import_path("apps/old", Path("apps/registry")).report.steps)


def test_a_chart_that_kustomize_renders_keeps_its_claim_and_its_service(tmp_path: Path) -> None:
    chart = {"name": "docker-registry", "repo": "https://helm.twun.io", "releaseName": "images", "version": "2.2.3"}
    values = {"persistence": {"enabled": True, "size": "10Gi"}}
    file = tmp_path / "kustomization.yaml"
    file.write_text(yaml.safe_dump({"namespace": "registry", "helmCharts": [{**chart, "valuesInline": values}]}))
    report = import_path(str(tmp_path), Path("apps/registry")).report
    order = [
        "kubectl annotate --overwrite --field-manager=registry-gitops -n registry service/images-docker-registry",
        *PROTECT,
        f"# Edit {file}: take the chart of the registry out of helmCharts",
        "kubectl delete -n registry deployment/images-docker-registry",
        "flux resume helmrelease -n registry images",
    ]
    assert_in_order(report.steps, order)
    assert report.rollback


LIVE = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: registry
  namespace: media
  annotations: {meta.helm.sh/release-name: images, meta.helm.sh/release-namespace: media}
spec:
  selector: {matchLabels: {app: registry}}
  template:
    metadata: {labels: {app: registry}}
    spec:
      serviceAccountName: builder
      containers:
        - name: registry
          image: registry:3
          env:
            - {name: REGISTRY_HTTP_SECRET, valueFrom: {secretKeyRef: {name: registry-secret, key: haSharedSecret}}}
          volumeMounts: [{name: data, mountPath: /var/lib/registry}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: images}}]
"""


def test_what_a_release_of_helm_has_and_ours_only_reads_is_kept_from_the_upgrade(tmp_path: Path) -> None:
    (tmp_path / "live.yaml").write_text(LIVE)
    imported = import_path(str(tmp_path), Path("apps/registry"))
    assert yaml.safe_load(imported.files["registry.yaml"])["release"] == {"releaseName": "images"}
    kept = "kubectl annotate --overwrite --field-manager=registry-gitops -n media secret/registry-secret "
    assert_in_order(imported.report.steps, [kept, "kubectl delete -n media deployment/registry"])


def test_a_workload_of_a_helm_release_of_flux_has_no_move_of_its_own(tmp_path: Path) -> None:
    labels = "  labels: {helm.toolkit.fluxcd.io/name: images, helm.toolkit.fluxcd.io/namespace: flux-system}\n"
    (tmp_path / "live.yaml").write_text(LIVE.replace("  namespace: media\n", f"  namespace: media\n{labels}"))
    report = import_path(str(tmp_path), Path("apps/registry")).report
    assert [text for text in report.differences if "the HelmRelease flux-system/images of Flux deploys it" in text]
    assert not report.rollback


POD = """
apiVersion: v1
kind: Pod
metadata: {name: registry, namespace: media}
spec:
  containers:
    - name: registry
      image: registry:2
      volumeMounts: [{name: data, mountPath: /var/lib/registry}]
  volumes: [{name: data, persistentVolumeClaim: {claimName: images}}]
"""


def test_no_step_waits_for_all_pods_of_the_namespace_if_the_old_one_has_no_labels(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD)
    steps = import_path(str(tmp_path), Path("apps/registry")).report.steps
    assert_in_order(steps, ["kubectl delete -n media pod/registry", "kubectl wait -n media --for=delete pod/registry"])
    assert not [step for step in steps if "--selector=''" in step]
