"""`render` of many config files: all are checked, all are written or none, with one summary and one report."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.running import Run, listing

SMALL = "source: {type: oci, url: 'oci://registry.example.com/charts/docker-registry'}\n"
PASSWORD = f"{SMALL}values: {{auth: {{htpasswd: {{enabled: true, username: ci, password: hunter2}}}}}}\n"


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    for name in ("eu/one", "eu/two", "us/three"):
        write(tmp_path / "apps" / name, SMALL)
    return tmp_path / "apps"


def write(directory: Path, text: str) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "registry.yaml").write_text(text)
    return directory / "registry.yaml"


def rendered(fleet: Path) -> list[str]:
    return [str(path.parent.relative_to(fleet)) for path in sorted(fleet.rglob("helmrelease.yaml"))]


def test_config_files_below_directories_are_rendered_with_one_summary(cli: Run, fleet: Path) -> None:
    done = cli("render", "apps/eu", "apps/us/three/registry.yaml")
    assert (done.code, done.err) == (0, "3 deployments: 3 changed, 0 up to date\n")
    assert done.out.splitlines() == [f"create apps/{name}/ (5 files)" for name in ("us/three", "eu/one", "eu/two")]
    assert rendered(fleet) == ["eu/one", "eu/two", "us/three"]
    done = cli("render", "--check", "apps")
    assert (done.code, done.out, done.err) == (0, "", "3 deployments: 0 differ, 3 up to date\n")


def test_without_a_name_all_config_files_below_are_rendered(cli: Run, fleet: Path) -> None:
    assert cli("render").err == "3 deployments: 3 changed, 0 up to date\n"
    assert rendered(fleet) == ["eu/one", "eu/two", "us/three"]


def test_changes_have_the_path_from_here(cli: Run, fleet: Path) -> None:
    cli("render", "apps")
    write(fleet / "eu/two", f"{SMALL}values: {{replicaCount: 0}}\n")
    done = cli("render", "--check", "apps")
    assert (done.code, done.err) == (1, "3 deployments: 1 differs, 2 up to date\n")
    assert done.out.splitlines() == ["update apps/eu/two/README.md", "update apps/eu/two/helmrelease.yaml"]
    done = cli("render", "apps")
    assert (done.code, done.err) == (0, "3 deployments: 1 changed, 2 up to date\n")


def test_diff_of_many_is_a_patch_that_git_applies_here(cli: Run, fleet: Path, tmp_path: Path) -> None:
    cli("render", "apps")
    for name in ("eu/two", "us/three"):
        write(fleet / name, f"{SMALL}values: {{replicaCount: 0}}\n")
    done = cli("render", "--diff", "apps")
    assert done.code == 1
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=done.out, encoding="utf-8", check=True)
    before = {path: text for path, text in listing(fleet).items() if not path.endswith(".sha256")}
    cli("render", "apps", "--force")
    assert {path: text for path, text in listing(fleet).items() if not path.endswith(".sha256")} == before


@pytest.mark.parametrize("options", [(), ("--check",), ("--diff",), ("--stdout",)])
def test_problem_in_one_writes_nothing_and_each_is_told(cli: Run, fleet: Path, options: tuple[str, ...]) -> None:
    write(fleet / "eu/two", f"nmae: x\n{SMALL}")
    write(fleet / "us/three", "values: {replicaCount: two}\n")
    before = listing(fleet)
    done = cli("render", "apps", *options)
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines() == [
        'apps/eu/two/registry.yaml:1:1: nmae: unknown key "nmae": did you mean "name"?',
        "apps/us/three/registry.yaml:1:24: values.replicaCount: must be a whole number, without quotes",
        "3 deployments: 2 with errors, nothing was written",
    ]
    assert listing(fleet) == before


def test_finding_of_a_rule_in_one_writes_nothing(cli: Run, fleet: Path) -> None:
    write(fleet / "eu/two", PASSWORD)
    write(fleet / "us/three", f"namespace: default\n{SMALL}")
    done = cli("render", "apps")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("apps/eu/two/registry.yaml:2:67: error: values.auth.htpasswd.password: ")
    assert "apps/us/three/registry.yaml:1:12: warning: namespace: " in done.err
    assert done.err.endswith("3 deployments: 1 with errors, nothing was written\n")
    assert "hunter2" not in done.err
    assert rendered(fleet) == []
    assert cli("render", "apps", "--allow", "plaintext-password").code == 0


def test_problem_in_what_several_extend_is_told_once(cli: Run, fleet: Path) -> None:
    write(fleet / "base", "nmae: x\n")
    for name in ("eu/one", "eu/two"):
        write(fleet / name, "extends: ../../base/registry.yaml\n")
    assert cli("render", "apps").err.splitlines() == [
        "skipped apps/base/registry.yaml: other config files extend it",
        'apps/base/registry.yaml:1:1: nmae: unknown key "nmae": did you mean "name"?',
        "3 deployments: 2 with errors, nothing was written",
    ]


def test_edited_file_of_one_keeps_all_as_they_were(cli: Run, fleet: Path) -> None:
    cli("render", "apps")
    for name in ("eu/one", "eu/two", "us/three"):
        write(fleet / name, f"{SMALL}values: {{replicaCount: 0}}\n")
    (fleet / "us/three/helmrelease.yaml").write_text("mine")
    before = listing(fleet)
    done = cli("render", "apps")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("apps/us/three/helmrelease.yaml: was edited after rendering: ")
    assert listing(fleet) == before
    assert cli("render", "apps", "--force").err == "3 deployments: 3 changed, 0 up to date\n"


def test_directory_that_cannot_be_written_keeps_all_as_they_were(cli: Run, fleet: Path) -> None:
    (fleet / "us/three/chart").write_text("mine")
    write(fleet / "us/three", "source: {type: git}\n")
    before = listing(fleet)
    done = cli("render", "apps")
    assert done.code == 2
    assert "apps/us/three/chart" in done.err
    assert listing(fleet) == before


def test_config_files_that_share_a_directory_are_refused(cli: Run, fleet: Path) -> None:
    (fleet / "eu/one/other.yaml").write_text(f"name: other\n{SMALL}")
    done = cli("render", "apps/eu/one/registry.yaml", "apps/eu/one/other.yaml")
    assert done.code == 2
    assert done.err.splitlines()[0] == (
        "apps/eu/one/other.yaml: renders to the same directory as apps/eu/one/registry.yaml: move one of them"
    )
    assert rendered(fleet) == []


def test_output_directory_is_for_one_config_file(cli: Run, fleet: Path) -> None:
    done = cli("render", "apps", "--output-dir", "out")
    assert (done.code, "Invalid value for --output-dir: needs a single config file" in done.err) == (2, True)
    assert cli("render", "apps/us", "--output-dir", "out").code == 0
    assert Path("out/helmrelease.yaml").exists()


def test_stream_has_the_objects_of_all(cli: Run, fleet: Path) -> None:
    done = cli("render", "apps", "--stdout")
    assert (done.code, done.err) == (0, "")
    assert done.out.count("kind: HelmRelease\n") == 3


def test_one_report_has_the_files_that_differ_in_all(cli: Run, fleet: Path) -> None:
    cli("render", "apps")
    write(fleet / "eu/two", f"{SMALL}values: {{replicaCount: 0}}\n")
    (fleet / "us/three/README.md").write_text("mine")
    report = json.loads(cli("render", "apps", "--check", "-o", "json").out)
    found = {finding["location"]["file"]: finding["remedy"] for finding in report["findings"]}
    run = "run `registry-gitops render apps/{}/registry.yaml"
    assert found == {
        "apps/eu/two/README.md": run.format("eu/two") + "`",
        "apps/eu/two/helmrelease.yaml": run.format("eu/two") + "`",
        "apps/us/three/README.md": f"move the edit to the config file, or {run.format('us/three')} --force`",
    }


def test_one_report_has_the_findings_of_all(cli: Run, fleet: Path) -> None:
    cli("render", "apps")
    write(fleet / "eu/two", PASSWORD)
    write(fleet / "us/three", "nmae: x\n")
    done = cli("render", "apps", "--check", "-o", "json", "-o", "junit=report.xml", "-o", "sarif=report.sarif")
    assert (done.code, done.err) == (2, "")
    report = json.loads(done.out)
    assert report["subject"] == "3 config files"
    found = [(finding["id"], finding["location"]["file"]) for finding in report["findings"]]
    assert ("plaintext-password", "apps/eu/two/registry.yaml") in found
    assert ("unknown-key", "apps/us/three/registry.yaml") in found
    assert Path("report.xml").read_text().count("<failure") == 2
    assert "hunter2" not in done.out + Path("report.xml").read_text() + Path("report.sarif").read_text()


DEPLOYMENTS = """\
from registry_gitops import OCISource, RegistryDeployment, RegistryValues

base = RegistryDeployment(source=OCISource(url="oci://registry.example.com/charts/docker-registry"))
deployments = {
    f"{region}/registry": base.derive(name=f"registry-{region}", values={"replicaCount": count})
    for region, count in {"eu": 1, "us": 0}.items()
}
"""


def test_single_file_of_a_directory_is_counted_as_one(cli: Run, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "registry.yaml").write_text("source: {type: git}\nflux: {clusters: [production]}\n")
    assert "create clusters/ (1 file)\n" in cli("render").out


def test_program_defines_several_deployments(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "registry.py").write_text(DEPLOYMENTS)
    done = cli("render")
    assert (done.code, done.err) == (0, "2 deployments: 2 changed, 0 up to date\n")
    assert done.out == "create eu/registry/ (5 files)\ncreate us/registry/ (5 files)\n"
    assert "name: registry-us\n" in Path("us/registry/helmrelease.yaml").read_text()
    Path("eu/registry/README.md").write_text("mine")
    done = cli("render", "--check", "-o", "json")
    report = json.loads(done.out)
    (finding,) = report["findings"]
    assert (report["subject"], finding["location"]["file"]) == ("registry.py", "eu/registry/README.md")
    assert finding["remedy"].endswith("run `registry-gitops render registry.py --force`")


def test_rendered_files_without_their_config_file_are_told(cli: Run, fleet: Path) -> None:
    cli("render", "apps")
    (fleet / "eu/two/registry.yaml").unlink()
    gone = (
        "left over: apps/eu/two/: its config file apps/eu/two/registry.yaml is gone, but Flux still applies its files: "
        "to remove the registry, delete the directory; to keep it, restore the config file\n"
    )
    for arguments in (["render", "apps"], ["render", "--check", "apps"], ["render", "--diff"]):
        done = cli(*arguments)
        assert (done.code, done.err.endswith(f"\n{gone}" if arguments[1] != "--diff" else gone)) == (0, True)
    assert "left over" not in cli("render", "apps/us").err


def test_deployment_that_a_program_no_longer_defines_is_told(cli: Run, tmp_path: Path) -> None:
    deployments = "from registry_gitops import RegistryDeployment as D\ndeployments = {'eu': D(), 'us': D(name='us')}\n"
    (tmp_path / "registry.py").write_text(deployments)
    cli("render", "--allow", "chart-not-published")
    (tmp_path / "registry.py").write_text(f"{deployments}del deployments['us']\n")
    done = cli("render", "--allow", "chart-not-published")
    assert done.code == 0
    assert done.err.endswith(
        "left over: us/: registry.py defines no deployment for it, but Flux still applies its files: to remove the "
        "registry, delete the directory; to keep it, define it again\n"
    )


def test_directory_of_another_run_is_not_left_over(cli: Run, fleet: Path, tmp_path: Path) -> None:
    cli("render", "apps/eu/one/registry.yaml", "--output-dir", "apps/eu/one/rendered")
    cli("render", "apps/eu/two/registry.yaml", "--output-dir", "apps/two", "--allow", "slow-revert")
    assert "left over" not in cli("render").err


def test_finding_in_one_of_several_deployments_of_a_program_names_it(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "registry.py").write_text(f'{DEPLOYMENTS}deployments["de"] = base.derive(namespace="default")\n')
    done = cli("render")
    assert done.code == 0
    assert done.err.startswith('registry.py: warning: deployments["de"].namespace: default is a system namespace')


def test_program_with_several_deployments_has_no_output_directory_of_its_own(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "registry.py").write_text(DEPLOYMENTS)
    done = cli("render", "--output-dir", "out")
    assert done.code == 2
    assert "defines `deployments`, each with its directory: leave out --output-dir\n" in done.err
    assert not Path("out").exists()


def test_program_and_file_that_share_a_directory_are_refused(cli: Run, tmp_path: Path) -> None:
    write(tmp_path / "eu/registry", SMALL)
    assert cli("render", "eu").code == 0
    (tmp_path / "registry.py").write_text(DEPLOYMENTS)
    done = cli("render", "eu", "registry.py")
    assert done.code == 2
    message = 'deployments["eu/registry"]: renders to the same directory as eu/registry/registry.yaml: move one of them'
    assert f"registry.py: {message}\n" in done.err


def test_render_without_options_but_check_is_the_same_as_with_others(cli: Run, fleet: Path) -> None:
    cli("render", "apps")
    with_typer = ("--fail-on", "error")
    for change in ("", "nmae: x\n", PASSWORD):
        if change:
            write(fleet / "eu/two", change)
        for options in ((), ("--check",)):
            assert cli("render", "apps", *options) == cli("render", "apps", *options, *with_typer)


@pytest.mark.parametrize("arguments", [("apps", "--chek"), ("none",), ("",), ("--check", "--", "apps"), ("--check=x",)])
def test_wrong_arguments_are_refused_as_before(cli: Run, fleet: Path, arguments: tuple[str, ...]) -> None:
    done = cli("render", *arguments)
    assert done.code == (1 if "--" in arguments else 2)
    assert "Traceback" not in done.err
