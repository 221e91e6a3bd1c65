"""The commands of a move: each in its place, for what runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_gitops.importer import import_path

INPUTS = Path(__file__).parent / "inputs" / "manifests"


def steps(name: str) -> list[str]:
    """The commands to run after the import of an input."""
    report = import_path(str(INPUTS / f"{name}.yaml"), Path("apps/registry")).report
    return [step for step in report.steps if not step.startswith("#")]


def position(commands: list[str], start: str) -> int:
    """Where the first command is that begins so."""
    return next(index for index, command in enumerate(commands) if command.startswith(start))


def test_the_claim_is_safe_before_anything_is_deleted_and_git_is_last() -> None:
    commands = steps("claim-and-service")
    order = [
        "registry-gitops render",
        "kubectl annotate --overwrite --field-manager=registry-gitops -n container-registry service/registry",
        "kubectl annotate --overwrite --field-manager=registry-gitops -n container-registry pvc/registry-pvc",
        "kubectl patch pv",
        "flux suspend kustomization",
        "kubectl scale -n container-registry deployment/registry --replicas=0",
        "kubectl wait -n container-registry --for=delete pod",
        "kubectl run registry-owner",
        "kubectl delete -n container-registry deployment/registry",
        "git add ",
        "git push",
        "flux reconcile source git",
        "flux resume kustomization",
        "registry-gitops status apps/registry/registry.yaml",
    ]
    places = [position(commands, start) for start in order]
    assert places == sorted(places)


def test_files_do_not_change_their_owner_where_the_registry_runs_as_a_user() -> None:
    assert not [command for command in steps("pod") if "registry-owner" in command]


@pytest.mark.parametrize(("name", "source"), [("hostpath", '"hostPath": {"path": "/srv/registry"'), ("nfs", '"nfs"')])
def test_a_directory_without_a_claim_changes_its_owner_too(name: str, source: str) -> None:
    (command,) = [command for command in steps(name) if "registry-owner" in command]
    assert source in command


def test_a_pod_is_deleted_because_it_cannot_be_scaled() -> None:
    commands = steps("pod")
    assert not [command for command in commands if "scale" in command]
    assert position(commands, "kubectl delete -n default pod/registry") < position(commands, "kubectl wait")


@pytest.mark.parametrize(
    ("name", "removed"),
    [("ingress-v1", "deployment/registry ingress/registry-ingress "), ("http-route", "deployment/registry ")],
)
def test_an_ingress_of_another_name_is_removed_so_that_no_host_has_two(name: str, removed: str) -> None:
    (command,) = [command for command in steps(name) if command.startswith("kubectl delete")]
    assert removed in command


def test_without_a_claim_no_volume_is_kept() -> None:
    assert not [command for command in steps("tutorial-emptydir") if " pv " in command or "pvc" in command]


def test_only_files_that_are_replaced_as_a_whole_leave_git(tmp_path: Path) -> None:
    text = (INPUTS / "claim-and-service.yaml").read_text()
    claim, *others = text.split("---\n")
    (tmp_path / "claim.yaml").write_text(claim)
    (tmp_path / "registry.yaml").write_text("---\n".join(others))
    report = import_path(str(tmp_path), Path("apps/registry")).report
    (command,) = [step for step in report.steps if step.startswith("git rm")]
    assert command == f"git rm --quiet {tmp_path / 'registry.yaml'}"


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


def release_commands(tmp_path: Path, text: str) -> list[str]:
    """The commands to run after the import of a HelmRelease."""
    (tmp_path / "helmrelease.yaml").write_text(text)
    report = import_path(str(tmp_path), Path("apps/registry")).report
    return [step for step in report.steps if not step.startswith("#")]


def test_a_release_stays_the_same_one_and_is_upgraded_when_flux_has_the_new_one(tmp_path: Path) -> None:
    commands = release_commands(tmp_path, RELEASE)
    order = [
        "kubectl annotate --overwrite --field-manager=registry-gitops -n registry pvc/docker-registry",
        "kubectl patch pv",
        "flux suspend helmrelease -n registry docker-registry",
        "kubectl scale -n registry deployment/docker-registry --replicas=0",
        "kubectl delete -n registry deployment/docker-registry",
        f"git rm --quiet {tmp_path / 'helmrelease.yaml'}",
        "git push",
        "kubectl wait helmrelease -n registry docker-registry",
        "flux resume helmrelease -n registry docker-registry",
        "registry-gitops status",
    ]
    places = [position(commands, start) for start in order]
    assert places == sorted(places)
    assert not [command for command in commands if "registry-owner" in command]


def test_files_of_root_change_their_owner_before_the_upgrade(tmp_path: Path) -> None:
    commands = release_commands(tmp_path, f"{RELEASE}    securityContext: {{enabled: false}}\n")
    owner = position(commands, "kubectl run registry-owner -n registry --image=docker.io/library/registry:3.1.1")
    assert position(commands, "kubectl wait -n registry --for=delete pod") < owner < position(commands, "git push")


def test_what_shares_a_file_with_the_claim_is_named_to_be_taken_out(tmp_path: Path) -> None:
    file = tmp_path / "all.yaml"
    file.write_text((INPUTS / "claim-and-service.yaml").read_text())
    steps = import_path(str(file), Path("apps/registry")).report.steps
    (edit,) = [step for step in steps if step.startswith("# Edit")]
    assert edit.startswith(f"# Edit {file}: take out ")
    assert "Deployment/container-registry/registry" in edit
    assert "Service/container-registry/registry" in edit
    assert "PersistentVolumeClaim" not in edit
    assert f"git add {file} apps/registry" in steps
