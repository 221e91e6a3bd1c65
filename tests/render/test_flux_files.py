"""The files of Flux Kustomizations are outside of the output directory, and owned like those in it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.errors import EditedError, InputError
from registry_gitops.render import ConfigResult, Plan, build_check_report, check_deployment, compare_configs, deploy

LIST = ".registry-gitops.sha256"
ELSEWHERE = "exists, but was rendered from elsewhere, or not at all: move it, or set flux.name or flux.file"


def deployment(path: str = "apps/registry", **flux: Any) -> RegistryDeployment:
    config = {"name": "registry", "source": {"type": "git", "path": path}, "flux": flux or {"clusters": ["eu", "us"]}}
    return RegistryDeployment.model_validate(config)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return tmp_path


def clusters(repository: Path) -> set[str]:
    return {path.relative_to(repository).as_posix() for path in (repository / "clusters").rglob("*.yaml")}


def actions(plan: Plan) -> dict[str, str]:
    return {change.path: change.action for change in plan.pending if change.path.startswith("../")}


def test_files_are_written_once_and_deleted_with_their_cluster(repository: Path) -> None:
    folder = repository / "apps/registry"
    deploy(deployment(), folder)
    assert clusters(repository) == {"clusters/eu/registry.yaml", "clusters/us/registry.yaml"}
    assert deploy(deployment(), folder).pending == ()
    plan = deploy(deployment(clusters=["eu"]), folder)
    assert actions(plan) == {"../../clusters/us/registry.yaml": "delete"}
    assert clusters(repository) == {"clusters/eu/registry.yaml"}
    assert not (repository / "clusters/us").exists()


def test_list_with_files_outside_can_be_checked_with_sha256sum(repository: Path) -> None:
    folder = repository / "apps/registry"
    deploy(deployment(), folder)
    done = subprocess.run(["sha256sum", "--check", "--strict", LIST], cwd=folder, capture_output=True, check=True)
    assert b"../../clusters/eu/registry.yaml: OK" in done.stdout


def test_edited_file_is_refused_and_nothing_is_written(repository: Path) -> None:
    folder, file = repository / "apps/registry", repository / "clusters/eu/registry.yaml"
    deploy(deployment(), folder)
    file.write_text(f"{file.read_text()}# edited\n")
    before = (folder / "README.md").read_bytes()
    changed = deployment().derive(values={"http": {"drainTimeout": "10s"}})
    with pytest.raises(EditedError, match=f"{file}: was edited after rendering"):
        deploy(changed, folder)
    assert (folder / "README.md").read_bytes() == before
    deploy(changed, folder, force=True)
    assert "# edited" not in file.read_text()


def test_file_of_the_user_is_never_replaced(repository: Path) -> None:
    file = repository / "clusters/us/registry.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("mine\n")
    with pytest.raises(InputError, match=f"{file}: {ELSEWHERE}"):
        deploy(deployment(), repository / "apps/registry", force=True)
    assert file.read_text() == "mine\n"
    assert not (repository / "apps").exists()
    assert clusters(repository) == {"clusters/us/registry.yaml"}


def test_copy_of_a_directory_takes_no_file_of_the_first(repository: Path) -> None:
    first, copy = repository / "apps/registry", repository / "apps/copy"
    deploy(deployment(), first)
    shutil.copytree(first, copy)
    with pytest.raises(InputError, match=ELSEWHERE):
        deploy(deployment("apps/copy"), copy, force=True)
    deploy(deployment("apps/copy", name="copy", clusters=["us"]), copy)
    assert clusters(repository) == {
        "clusters/eu/registry.yaml",
        "clusters/us/registry.yaml",
        "clusters/us/copy.yaml",
    }
    assert deploy(deployment(), first).pending == ()


def test_directory_that_was_moved_keeps_its_files(repository: Path) -> None:
    deploy(deployment(), repository / "apps/registry")
    (repository / "apps/registry").rename(repository / "apps/images")
    plan = deploy(deployment("apps/images"), repository / "apps/images")
    assert actions(plan) == dict.fromkeys(
        ["../../clusters/eu/registry.yaml", "../../clusters/us/registry.yaml"], "update"
    )
    assert "path: ./apps/images" in (repository / "clusters/eu/registry.yaml").read_text()


def test_two_config_files_of_one_run_do_not_share_a_file(repository: Path) -> None:
    configs = [repository / folder / "registry.yaml" for folder in ("a", "b")]
    for config in configs:
        config.parent.mkdir()
        folder = config.parent.name
        config.write_text(f"{{source: {{type: git, path: {folder}}}, flux: {{file: ../ks.yaml}}}}")
    first, second = compare_configs(configs)
    assert first.problems == ()
    (problem,) = second.problems
    assert problem.message == (
        f"renders to the same ks.yaml as {configs[0]}: give one of them another flux.name or flux.file"
    )


def test_without_a_repository_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is in no Git repository, and flux has files outside of this directory"):
        deploy(deployment(), tmp_path / "apps/registry")
    assert not list(tmp_path.iterdir())


def test_link_that_leads_out_of_the_repository_is_refused(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (repository / "clusters").symlink_to(elsewhere)
    with pytest.raises(InputError, match=r"eu/registry\.yaml: is outside of the Git repository"):
        deploy(deployment(), repository / "apps/registry")
    assert not list(elsewhere.iterdir())


def test_list_that_leads_out_of_the_repository_is_refused(repository: Path) -> None:
    folder = repository / "apps/registry"
    folder.mkdir(parents=True)
    (repository.parent / "outside.yaml").touch()
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    (folder / LIST).write_text(f"{empty}  ../../../outside.yaml\n")
    with pytest.raises(InputError, match=r"outside\.yaml: is outside of the Git repository"):
        deploy(deployment(), folder)
    assert (repository.parent / "outside.yaml").exists()


def test_report_names_a_stale_file_by_its_own_path(repository: Path) -> None:
    folder = repository / "apps/registry"
    deploy(deployment(), folder)
    (repository / "clusters/eu/registry.yaml").unlink()
    findings, plan = check_deployment(deployment(), folder)
    results = [ConfigResult(folder / "registry.yaml", findings=findings, plan=plan)]
    (finding,) = build_check_report(results, compare=True).findings
    assert finding.location.file == str(repository / "clusters/eu/registry.yaml")
