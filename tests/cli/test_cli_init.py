"""What `init` writes loads, renders, and says nothing that the chart would not do anyway."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from registry_gitops import RegistryDeployment, RegistryValues, load
from registry_gitops.codec import load_yaml
from registry_gitops.render import render
from tests.cli.running import Run, listing

SCHEMA = ".registry-gitops.schema.json"
SOURCES = {
    "git": ("--source", "git"),
    "helm": ("--source", "helm", "--url", "https://charts.example.com"),
    "oci": ("--source", "oci", "--url", "oci://registry.example.com/charts/docker-registry"),
}
CONFIGS = {"registry.yaml": (), "registry.py": ("--python",)}
DOCUMENTED = {
    "replicaCount": 1,
    "image.repository": "library/registry",
    "image.tag": "3.1.1",
    "service.type": "ClusterIP",
    "service.ports.http": 5000,
    "resources.requests.cpu": "100m",
    "resources.requests.memory": "128Mi",
    "resources.limits.cpu": "500m",
    "resources.limits.memory": "512Mi",
    "persistence.enabled": True,
    "persistence.size": "10Gi",
    "persistence.accessModes": ["ReadWriteOnce"],
    "ingress.enabled": False,
    "auth.htpasswd.enabled": False,
    "deletion.enabled": False,
}


def leaves(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        yield from leaves(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, value)]


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("source", SOURCES)
def test_the_folder_can_be_rendered_right_away(cli: Run, tmp_path: Path, source: str, config: str) -> None:
    done = cli("init", *SOURCES[source], *CONFIGS[config])
    assert (done.code, done.out.splitlines()[0]) == (0, f"create {config}")
    assert f"`registry-gitops render {config}`" in done.err
    assert load(tmp_path / config).source.type == source
    assert cli("render").code == 0
    assert (tmp_path / "kustomization.yaml").is_file()
    assert (tmp_path / "chart").is_dir() == (source == "git")


@pytest.mark.parametrize("source", SOURCES)
def test_the_program_describes_the_same_deployment_as_the_yaml(cli: Run, tmp_path: Path, source: str) -> None:
    cli("init", "yaml", *SOURCES[source], "--name", "images", "--namespace", "team-1")
    cli("init", "python", *SOURCES[source], "--name", "images", "--namespace", "team-1", "--python")
    by_yaml, by_python = load(tmp_path / "yaml/registry.yaml"), load(tmp_path / "python/registry.py")
    assert by_yaml == by_python
    assert render(by_yaml) == render(by_python)
    assert (by_yaml.name, by_yaml.namespace) == ("images", "team-1")


def test_the_values_are_the_documented_ones_and_the_defaults_of_the_chart(cli: Run, tmp_path: Path) -> None:
    cli("init")
    written = dict(leaves(load(tmp_path / "registry.yaml").values.to_config_dict()))
    defaults = dict(leaves(RegistryValues().model_dump()))
    assert written == {path: defaults[path] for path in written}
    assert written.items() >= DOCUMENTED.items()


def test_the_release_is_what_flux_recommends_and_lets_a_revert_through_in_a_minute(cli: Run, tmp_path: Path) -> None:
    cli("init")
    retry = {"strategy": {"name": "RetryOnFailure", "retryInterval": "1m"}}
    assert load(tmp_path / "registry.yaml").to_config_dict()["release"] == {
        "interval": "10m",
        "timeout": "1m",
        "driftDetection": {"mode": "enabled"},
        "install": retry,
        "upgrade": retry,
    }


@pytest.mark.parametrize("config", CONFIGS)
def test_the_examples_in_comments_are_right_once_the_comment_sign_is_gone(
    cli: Run, tmp_path: Path, config: str
) -> None:
    cli("init", *CONFIGS[config])
    text = (tmp_path / config).read_text()
    # Prose stands one blank behind the sign, a key right behind it, and what is below a key at its indentation.
    used = re.sub(r"(?m)^( *)#(?=\S|(?:  |    )\S)", r"\1", text)
    assert used.count("\n") == text.count("\n")
    switched_on = re.sub(r"((?:ingress|htpasswd)(?::|=values\.\w+\()\n *)enabled(: |=)[fF]alse", r"\1enabled\2@", used)
    (tmp_path / config).write_text(switched_on.replace("@", "True" if config.endswith("py") else "true"))
    values = load(tmp_path / config).values
    assert values.persistence.storage_class == "fast-storage"
    assert (values.ingress.enabled, values.ingress.tls) == (True, True)
    assert values.ingress.hostname == "registry.example.com"
    assert "cert-manager.io/cluster-issuer" in values.ingress.annotations
    assert values.auth.htpasswd.enabled
    assert values.auth.htpasswd.existing_secret == "docker-registry-users"
    assert cli("render").code == 0


def test_the_command_in_the_comment_makes_the_secret_that_the_example_names(
    cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("init", "--name", "images", "--namespace", "team")
    text = (tmp_path / "registry.yaml").read_text()
    assert "registry-gitops htpasswd USER --namespace team --name images-docker-registry-users" in text
    assert "#existingSecret: images-docker-registry-users" in text


def test_an_editor_finds_the_schema_which_takes_the_file_and_refuses_a_mistyped_key(cli: Run, tmp_path: Path) -> None:
    done = cli("init", "new")
    text = (tmp_path / "new/registry.yaml").read_text()
    found = re.match(r"# yaml-language-server: \$schema=(.*)\n", text)
    assert found
    assert found[1] == SCHEMA
    assert done.out == f"create registry.yaml\ncreate {SCHEMA}\n"
    schema = json.loads((tmp_path / "new" / SCHEMA).read_text())
    validator = jsonschema_rs.validator_for(schema)
    assert validator.is_valid(load_yaml(text).value)
    assert not validator.is_valid(load_yaml(text.replace("replicaCount", "replicaCuont")).value)


def test_the_schema_can_be_renewed_by_the_command_that_prints_it(cli: Run, tmp_path: Path) -> None:
    cli("init")
    assert (tmp_path / SCHEMA).read_text() == cli("schema").out


def named_schema(config: Path) -> str:
    return config.read_text().splitlines()[0].removeprefix("# yaml-language-server: $schema=")


def test_schema_at_the_top_of_the_repository_is_that_of_all_config_files(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "repository/.git").mkdir(parents=True)
    top = tmp_path / "repository" / SCHEMA
    (tmp_path / SCHEMA).write_text("of somebody else: it is not in the repository")
    assert SCHEMA in cli("init", "repository/first").out
    assert named_schema(tmp_path / "repository/first/registry.yaml") == SCHEMA
    top.write_text("{}")
    assert cli("init", "repository/apps/second").out == "create registry.yaml\n"
    assert named_schema(tmp_path / "repository/apps/second/registry.yaml") == f"../../{SCHEMA}"
    assert f"renew it with `registry-gitops schema >../../{SCHEMA}`" in (
        (tmp_path / "repository/apps/second/registry.yaml").read_text()
    )
    assert cli("init", "repository").out == "create registry.yaml\n"
    assert named_schema(tmp_path / "repository/registry.yaml") == SCHEMA
    assert top.read_text() == "{}"
    for layout, config in (
        ("monorepo", "apps/staging/docker-registry/registry.yaml"),
        ("per-app", "kubernetes/apps/docker-registry/docker-registry/app/registry.yaml"),
    ):
        assert SCHEMA not in cli("init", f"repository/{layout}", "--layout", layout).out
        file = tmp_path / "repository" / layout / config
        assert (file.parent / named_schema(file)).resolve() == top


def test_schema_can_be_a_published_one_or_any_file(cli: Run, tmp_path: Path) -> None:
    url = "https://example.com/schemas/registry.json"
    assert cli("init", "by-url", "--schema", url).out == "create registry.yaml\n"
    text = (tmp_path / "by-url/registry.yaml").read_text()
    assert text.startswith(f"# yaml-language-server: $schema={url}\n")
    assert "# the schema named above.\n" in text
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas/registry.json").write_text("{}")
    cli("init", "by-file", "--schema", "schemas/registry.json")
    assert named_schema(tmp_path / "by-file/registry.yaml") == "../schemas/registry.json"


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ("missing.json", "no such file: pass a URL, or write the file with `registry-gitops schema >FILE`"),
        (".", "no such file"),
        ("https://example.com/a b", "no such file"),
        ("ftp://example.com/a", "no such file"),
        ("a b.json", "the path to it has a space, which editors cannot read"),
    ],
)
def test_schema_that_no_editor_finds_is_refused(cli: Run, tmp_path: Path, schema: str, problem: str) -> None:
    (tmp_path / "a b.json").write_text("{}")
    done = cli("init", "new", "--schema", schema)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: --schema: {problem}")
    assert not (tmp_path / "new").exists()


def test_program_has_no_schema(cli: Run, tmp_path: Path) -> None:
    done = cli("init", "--python", "--schema", "https://example.com/schema.json")
    assert (done.code, listing(tmp_path)) == (2, {})
    assert "editors check YAML against it, and --python writes none" in done.err


@pytest.mark.parametrize(("there", "config"), list(itertools.product(CONFIGS, CONFIGS)))
def test_nothing_is_overwritten_and_nothing_is_written_beside_it(
    cli: Run, tmp_path: Path, there: str, config: str
) -> None:
    (tmp_path / there).write_text("mine")
    done = cli("init", *CONFIGS[config])
    assert (done.code, done.err) == (2, f"{there}: already exists, and is never overwritten\n")
    assert listing(tmp_path) == {there: b"mine"}


def test_a_link_that_leads_nowhere_is_not_written_through(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "registry.yaml").symlink_to(tmp_path / "elsewhere")
    assert cli("init").code == 2
    assert not (tmp_path / "elsewhere").exists()
    assert not (tmp_path / SCHEMA).exists()


@pytest.mark.parametrize("is_file", [False, True])
@pytest.mark.parametrize(("folder", "path"), [(".", "."), ("apps/registry", "apps/registry")])
def test_the_path_is_that_from_the_root_of_the_git_repository(
    cli: Run, tmp_path: Path, folder: str, path: str, is_file: bool
) -> None:
    # A work tree of its own, or a submodule, has a file there.
    (tmp_path / ".git").write_text("gitdir: elsewhere\n") if is_file else (tmp_path / ".git").mkdir()
    cli("init", folder)
    assert load(tmp_path / folder / "registry.yaml").to_config_dict()["source"]["path"] == path
    assert "No Git repository" not in (tmp_path / folder / "registry.yaml").read_text()
    done = cli("render", f"{folder}/registry.yaml")
    assert done.code == 0, done.err


def test_outside_of_a_git_repository_the_file_says_what_is_to_be_written(cli: Run, tmp_path: Path) -> None:
    cli("init")
    text = (tmp_path / "registry.yaml").read_text()
    assert (
        "# No Git repository was found here: write the path of this directory from the root of yours.\n  path: .\n"
        in text
    )


@pytest.mark.parametrize("name", ["a: b #c", "1.10", "'single' \"double\" \\", "grün", "yes", "$x ${y}", "{}", "- a"])
@pytest.mark.parametrize("config", CONFIGS)
def test_any_name_of_a_folder_is_written_so_that_it_is_read_again(
    cli: Run, tmp_path: Path, name: str, config: str
) -> None:
    (tmp_path / ".git").mkdir()
    cli("init", tmp_path / name / "registry", *CONFIGS[config])
    assert load(tmp_path / name / "registry" / config).to_config_dict()["source"]["path"] == f"{name}/registry"


def test_a_folder_that_no_source_path_can_name_is_refused(cli: Run, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    done = cli("init", " blank")
    assert done.code == 2
    assert done.err.startswith('error: DIR: " blank" is not a folder of the repository: ')
    assert list(listing(tmp_path)) == [".git"]


@pytest.mark.parametrize("namespace", ["123", "1e3", "null", "on"])
def test_a_namespace_that_yaml_could_take_for_something_else_stays_text(
    cli: Run, tmp_path: Path, namespace: str
) -> None:
    cli("init", "--namespace", namespace)
    assert load(tmp_path / "registry.yaml").namespace == namespace


def test_the_documented_helm_repository_comes_with_a_word_of_warning(cli: Run, tmp_path: Path) -> None:
    cli("init", "--source", "helm")
    text = (tmp_path / "registry.yaml").read_text()
    assert "never published" in text
    assert "url: oci://registry-1.docker.io/bitnamicharts\n" in text
    done = cli("render")
    assert done.code == 0
    assert "[chart-not-published]" in done.err


def test_an_oci_source_names_the_version_of_the_chart(cli: Run, tmp_path: Path) -> None:
    cli("init", *SOURCES["oci"])
    assert (
        load(tmp_path / "registry.yaml").source
        == RegistryDeployment.model_validate({"source": {"type": "oci", "url": SOURCES["oci"][-1]}}).source
    )
