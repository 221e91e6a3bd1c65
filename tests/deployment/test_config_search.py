"""Which config files are found below directories."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_gitops.deployment import FoundConfigs, RegistryDeployment, find_configs
from registry_gitops.filenames import CONFIG_KEYS


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: str, text: str = "name: registry\n") -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def found(*paths: str) -> FoundConfigs:
    return find_configs(map(Path, paths or (".",)))


@pytest.mark.usefixtures("repository")
def test_every_config_file_below_a_directory_is_found_in_the_order_of_paths() -> None:
    expected = tuple(write(f"apps/{name}/registry.yaml") for name in ("a", "b", "c"))
    assert found("apps").paths == expected
    assert found("apps/b", "apps").paths == (expected[1], expected[0], expected[2])
    assert found("apps", "apps/c/registry.yaml").paths == (expected[2], expected[0], expected[1])


@pytest.mark.usefixtures("repository")
def test_file_that_is_named_is_taken_whatever_it_is() -> None:
    assert found("other.yaml").paths == (Path("other.yaml"),)


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("apps/registry.yaml", "apiVersion: v1\nkind: Secret\n"),
        ("apps/my-registry.yaml", "name: registry\n"),
        ("apps/registry.py", "import os\n\nprint(deployment)  # deployment = 1\n"),
        (".hidden/registry.yaml", "name: registry\n"),
        ("ignored/registry.yaml", "name: registry\n"),
    ],
)
def test_what_is_not_ours_is_not_found(path: str, text: str) -> None:
    Path(".git").mkdir()
    write(".gitignore", "/ignored/\n")
    write(path, text)
    assert found() == FoundConfigs(())


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    "text",
    [
        "from registry_gitops import RegistryDeployment\n",
        "from common.base import base\n\ndeployment = base.derive(name='eu')\n",
        "import fleet\n\ndeployments: dict[str, object] = fleet.build()\n",
        "from fleet import deployments\n",
    ],
)
def test_program_of_ours_is_found(text: str) -> None:
    program = write("apps/registry.py", text)
    assert found().paths == (program,)


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    "text",
    ["extends: ../base/registry.yaml\n", "extends: '../base/registry.yaml' # it\n", "{extends: ../base/registry.yaml}"],
)
def test_base_that_others_extend_is_left_out_unless_it_was_rendered(text: str) -> None:
    base, staging = write("base/registry.yaml"), write("staging/registry.yaml", text)
    assert found() == FoundConfigs((staging,), (base,))
    write("base/.registry-gitops.sha256", "")
    assert found() == FoundConfigs((base, staging))


@pytest.mark.usefixtures("repository")
def test_base_that_is_named_is_taken() -> None:
    base = write("base/registry.yaml")
    staging = write("staging/registry.yaml", "extends: ../base/registry.yaml\n")
    assert found("base/registry.yaml", ".") == FoundConfigs((base, staging), ())


@pytest.mark.usefixtures("repository")
def test_directory_is_walked_once_through_a_link() -> None:
    config = write("apps/a/registry.yaml")
    Path("apps/b").symlink_to("a")
    assert found().paths == (config,)


def test_config_file_is_taken_once_however_it_is_named(repository: Path) -> None:
    config = write("apps/a/registry.yaml")
    assert found("apps/a", "apps/../apps/a/registry.yaml", f"{repository}/apps/a", "apps").paths == (
        Path("apps/../apps/a/registry.yaml"),
    )
    assert found("apps", f"{repository}/apps/a").paths == (config,)


@pytest.mark.usefixtures("repository")
def test_files_that_only_extend_each_other_are_no_bases() -> None:
    loop = (
        write("a/registry.yaml", "extends: ../b/registry.yaml\n"),
        write("b/registry.yaml", "extends: ../a/registry.yaml\n"),
    )
    itself = write("c/registry.yaml", "extends: registry.yaml\n")
    assert found() == FoundConfigs((*loop, itself))
    last = write("d/registry.yaml", "extends: ../a/registry.yaml\n")
    assert found() == FoundConfigs((itself, last), loop)


@pytest.mark.usefixtures("repository")
def test_link_to_a_config_file_is_another_one() -> None:
    config = write("apps/a/registry.yaml")
    link = Path("apps/b/registry.yaml")
    link.parent.mkdir()
    link.symlink_to("../a/registry.yaml")
    assert found(str(config), str(link)).paths == (config, link)


@pytest.mark.usefixtures("repository")
def test_file_with_other_keys_is_left_out_and_told_unless_it_is_marked_as_ours() -> None:
    values = write("values/registry.yaml", "# of a chart\nname: registry\nreplicaCount: 2\nnested:\n  image: x\n")
    assert found() == FoundConfigs((), (), {values: "replicaCount"})
    write("values/.registry-gitops.sha256", "")
    assert found().paths == (values,)
    Path("values/.registry-gitops.sha256").unlink()
    schema = "# yaml-language-server: $schema=../.registry-gitops.schema.json\n"
    write("values/registry.yaml", f"{schema}nmae: registry\n")
    assert found().paths == (values,)


def test_keys_are_those_of_the_model() -> None:
    fields = RegistryDeployment.model_fields
    assert {field.alias or name for name, field in fields.items()} | {"extends"} == CONFIG_KEYS
