"""`render` writes the folder, compares it, or prints it, and says in its exit code how it went."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.cli.running import Run, listing

SMALL = "source: {type: oci, url: 'oci://registry.example.com/charts/docker-registry'}\n"
FILES = ["README.md", "helmrelease.yaml", "kustomization.yaml", "namespace.yaml", "ocirepository.yaml"]
PASSWORD = f"{SMALL}values: {{auth: {{htpasswd: {{enabled: true, username: ci, password: hunter2}}}}}}\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "registry.yaml"
    path.write_text(SMALL)
    return path


def test_the_folder_of_the_description_is_written_and_each_change_is_listed(
    cli: Run, tmp_path: Path, config: Path
) -> None:
    done = cli("render")
    assert (done.code, done.err) == (0, "")
    assert done.out == "".join(f"create {name}\n" for name in FILES)
    assert listing(tmp_path).keys() == {*FILES, ".registry-gitops.sha256", "registry.yaml"}


def test_a_second_run_has_nothing_to_do_and_says_so(cli: Run, tmp_path: Path, config: Path) -> None:
    cli("render")
    before = listing(tmp_path)
    done = cli("render")
    assert (done.code, done.out, done.err) == (0, "", "up to date: .\n")
    assert listing(tmp_path) == before


def test_changed_and_superfluous_files_are_listed(cli: Run, config: Path) -> None:
    cli("render")
    config.write_text("source: {type: helm, url: 'https://charts.example.com'}\n")
    done = cli("render")
    assert done.code == 0
    assert set(done.out.splitlines()) >= {
        "create helmrepository.yaml",
        "update helmrelease.yaml",
        "update kustomization.yaml",
        "delete ocirepository.yaml",
    }


def test_the_description_is_registry_yaml_and_else_registry_py(cli: Run, tmp_path: Path, config: Path) -> None:
    (tmp_path / "registry.py").write_text(
        "import registry_gitops as rg\ndeployment = rg.RegistryDeployment(name='other')\n"
    )
    assert "name: other" not in cli("render", "--stdout").out
    config.unlink()
    assert "name: other" in cli("render", "--stdout").out


def test_a_description_elsewhere_is_rendered_beside_itself_or_where_one_says(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "apps").mkdir()
    (tmp_path / "apps/registry.yaml").write_text(SMALL)
    assert cli("render", "apps/registry.yaml").code == 0
    assert (tmp_path / "apps/kustomization.yaml").is_file()
    assert cli("render", "apps/registry.yaml", "--output-dir", "out/folder").code == 0
    assert (tmp_path / "out/folder/kustomization.yaml").is_file()


def test_the_stream_holds_the_objects_and_nothing_is_written(cli: Run, tmp_path: Path, config: Path) -> None:
    done = cli("render", "--stdout")
    assert (done.code, done.err) == (0, "")
    assert [each["kind"] for each in yaml.safe_load_all(done.out)] == ["Namespace", "OCIRepository", "HelmRelease"]
    assert list(listing(tmp_path)) == ["registry.yaml"]


def test_what_a_program_prints_does_not_get_into_the_stream(cli: Run, tmp_path: Path) -> None:
    text = "import registry_gitops as rg\nprint('hello')\ndeployment = rg.RegistryDeployment()\n"
    (tmp_path / "registry.py").write_text(text)
    done = cli("render", "--stdout")
    assert done.out.startswith("---\n")
    assert "hello" not in done.out
    assert done.err == "hello\n"


def test_check_is_content_with_what_render_wrote(cli: Run, config: Path) -> None:
    cli("render")
    for options in (["--check"], ["--diff"], ["--check", "--diff"]):
        done = cli("render", *options)
        assert (done.code, done.out) == (0, ""), options


def test_check_lists_what_differs_and_writes_nothing(cli: Run, tmp_path: Path, config: Path) -> None:
    assert cli("render", "--check").code == 1
    assert list(listing(tmp_path)) == ["registry.yaml"]
    cli("render")
    config.write_text(f"{SMALL}values: {{replicaCount: 0}}\n")
    (tmp_path / "namespace.yaml").write_text("mine")
    before = listing(tmp_path)
    done = cli("render", "--check")
    assert done.code == 1
    assert done.out.splitlines()[1:] == ["update helmrelease.yaml", "edited by hand namespace.yaml"]
    assert listing(tmp_path) == before


def test_diff_is_a_patch_that_git_can_apply(cli: Run, tmp_path: Path, config: Path) -> None:
    cli("render", "--output-dir", "old")
    cli("render", "--output-dir", "new")
    config.write_text(f"{SMALL}values: {{replicaCount: 0}}\n")
    # Files whose last line has no end are what a diff gets wrong most easily.
    (tmp_path / "old/namespace.yaml").write_text("mine\nwithout an end")
    done = cli("render", "--output-dir", "old", "--diff")
    assert done.code == 1
    assert "+    replicaCount: 0\n" in done.out
    cli("render", "--output-dir", "new")
    subprocess.run(["git", "apply", "-"], cwd=tmp_path / "old", input=done.out, encoding="utf-8", check=True)
    texts = [{name: (tmp_path / folder / name).read_bytes() for name in FILES} for folder in ("old", "new")]
    assert texts[0] == texts[1]


def test_a_difference_in_line_ends_is_not_shown_as_no_difference(cli: Run, tmp_path: Path, config: Path) -> None:
    cli("render")
    namespace = tmp_path / "namespace.yaml"
    namespace.write_bytes(namespace.read_bytes().replace(b"\n", b"\r\n"))
    done = cli("render", "--diff")
    assert done.code == 1
    assert "-kind: Namespace\r\n" in done.out
    assert "+kind: Namespace\n" in done.out


def test_check_and_diff_together_list_first_and_then_show(cli: Run, config: Path) -> None:
    cli("render")
    config.write_text(f"{SMALL}values: {{replicaCount: 0}}\n")
    listed, shown = cli("render", "--check").out, cli("render", "--diff").out
    assert listed.endswith("update helmrelease.yaml\n")
    assert cli("render", "--check", "--diff").out == listed + shown


def test_an_edited_file_is_kept_with_exit_1_until_it_is_forced(cli: Run, tmp_path: Path, config: Path) -> None:
    cli("render")
    rendered = listing(tmp_path)
    (tmp_path / "namespace.yaml").write_text("mine")
    before = listing(tmp_path)
    done = cli("render")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "namespace.yaml: was edited after rendering: move the edit to the config file, or overwrite it with --force\n"
    )
    assert listing(tmp_path) == before
    assert cli("render", "--force").code == 0
    assert listing(tmp_path) == rendered


def test_a_file_of_somebody_else_is_kept_with_exit_2_even_by_force(cli: Run, tmp_path: Path, config: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    before = listing(tmp_path)
    for options in ([], ["--force"]):
        done = cli("render", *options)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith("README.md: exists, but registry-gitops did not write it: ")
    assert listing(tmp_path) == before


@pytest.mark.parametrize("options", [(), ("--stdout",), ("--check",), ("--diff",)])
def test_a_password_in_the_description_stops_everything(
    cli: Run, tmp_path: Path, config: Path, options: tuple[str, ...]
) -> None:
    config.write_text(PASSWORD)
    done = cli("render", *options)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("registry.yaml:2:67: error: values.auth.htpasswd.password: ")
    assert "`registry-gitops htpasswd ci --namespace docker-registry --name docker-registry-users`" in done.err
    assert done.err.endswith("[plaintext-password]\n")
    assert "hunter2" not in done.err
    assert list(listing(tmp_path)) == ["registry.yaml"]


def test_a_password_for_a_throw_away_cluster_can_be_allowed(cli: Run, tmp_path: Path, config: Path) -> None:
    config.write_text(PASSWORD)
    done = cli("render", "--allow", "plaintext-password")
    assert (done.code, done.err) == (0, "")
    assert "hunter2" in (tmp_path / "helmrelease.yaml").read_text()


def test_a_warning_is_said_and_stops_nothing(cli: Run, config: Path) -> None:
    config.write_text("source: {type: helm}\n")
    done = cli("render")
    assert done.code == 0
    assert done.err.startswith("registry.yaml:1:9: warning: source.url: ")
    assert cli("render", "--allow", "chart-not-published").err == "up to date: .\n"


def test_a_chart_at_another_place_of_the_repository_than_flux_looks_is_refused(cli: Run, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "apps/registry").mkdir(parents=True)
    (tmp_path / "apps/registry/registry.yaml").write_text("source: {type: git}\n")
    before = listing(tmp_path)
    done = cli("render", "apps/registry/registry.yaml")
    assert (done.code, done.out) == (1, "")
    assert 'source.path is ".", but this directory is apps/registry in its Git repository: write path: ' in done.err
    assert listing(tmp_path) == before
    assert cli("render", "apps/registry/registry.yaml", "--stdout").code == 0
    assert cli("render", "apps/registry/registry.yaml", "--output-dir", ".").code == 0
    # In a superproject that Flux reads with its submodules, the path counts from elsewhere.
    assert cli("render", "apps/registry/registry.yaml", "--allow", "source-path").code == 0


def test_other_sources_may_be_rendered_anywhere_in_a_repository(cli: Run, tmp_path: Path, config: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert cli("render", "--output-dir", "apps/registry").code == 0


def test_fail_on_warning_writes_nothing_and_exits_1_at_a_warning(cli: Run, config: Path) -> None:
    config.write_text(f"namespace: default\n{SMALL}")
    for options in ((), ("--check",), ("--diff",), ("--stdout",)):
        done = cli("render", "--fail-on", "warning", *options)
        assert (done.code, done.out) == (1, "")
        assert "warning: namespace: default is a system namespace" in done.err
    assert not Path("helmrelease.yaml").exists()
    assert cli("render", "--fail-on", "error").code == 0
    assert cli("render", "--check").code == 0


@pytest.mark.parametrize("switch", ["off", '"off"', "false", '{off: "of one team"}'])
def test_rule_that_the_config_file_switches_off_is_silent(cli: Run, config: Path, switch: str) -> None:
    config.write_text(f"namespace: default\n{SMALL}rules:\n  system-namespace: {switch}\n")
    done = cli("render", "--fail-on", "warning")
    assert (done.code, done.err) == (0, "")
    report = json.loads(cli("render", "--check", "-o", "json").out)
    (check,) = (check for check in report["checks"] if check["id"] == "system-namespace")
    reason = "off in the config file: of one team" if "team" in switch else "off in the config file"
    assert (check["outcome"], check["message"]) == ("skipped", reason)


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ("nonsense: off", ':4:13: rules.nonsense: unknown rule "nonsense": to list the rules, run '),
        ("system-namespace: on", ":4:21: rules.system-namespace: all rules are on: leave this one out"),
        ("system-namespace: maybe", ':4:21: rules.system-namespace: write off, or {off: "REASON"}'),
        ("system-namespace: {off: true}", ":4:27: rules.system-namespace.off: must be text: write the reason"),
        ("system-namespace: {of: a}", 'unknown key "of": did you mean "off"?'),
    ],
)
def test_wrong_switch_of_a_rule_is_refused(cli: Run, config: Path, rules: str, problem: str) -> None:
    config.write_text(f"namespace: default\n{SMALL}rules:\n  {rules}\n")
    done = cli("render")
    assert done.code != 0
    assert problem in done.err
