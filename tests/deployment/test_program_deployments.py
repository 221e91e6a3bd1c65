"""A registry.py can define `deployments`: a mapping of directories to deployments."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_gitops import InputError, load
from registry_gitops.deployment import load_config_file

HEAD = "from pathlib import Path\nfrom registry_gitops import RegistryDeployment as D\n"


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "registry.py"
    path.write_text(HEAD + text)
    return path


def problems(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_config_file(path)
    return [str(finding).removeprefix(f"{path}: ") for finding in caught.value.findings]


def test_deployments_are_read_by_directory(tmp_path: Path) -> None:
    text = "deployments = {f'{region}/registry/': D(name=region) for region in ('eu', 'us')} | {Path('top'): D()}\n"
    found = load_config_file(write(tmp_path, text)).deployments
    assert {directory: deployment.name for directory, deployment in found.items()} == {
        "eu/registry": "eu",
        "us/registry": "us",
        "top": "docker-registry",
    }


def test_directory_stays_in_the_repository(tmp_path: Path) -> None:
    (tmp_path / "clusters").mkdir()
    program = write(tmp_path / "clusters", "deployments = {'../apps/eu': D(), '../../eu': D(name='eu')}\n")
    assert set(load_config_file(program).deployments) == {"../apps/eu", "../../eu"}
    (tmp_path / ".git").mkdir()
    outside = "is outside of the Git repository, so Flux cannot read it: write fewer ../"
    assert problems(program) == [f'deployments["../../eu"]: {outside}']


def test_single_deployment_is_that_of_the_directory(tmp_path: Path) -> None:
    assert list(load_config_file(write(tmp_path, "deployment = D()\n")).deployments) == [""]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "deployment = D()\ndeployments = {'eu': D()}",
            "defines both `deployment` and `deployments`: remove",
        ),
        ("deployments = {}", "deployments: must be a mapping of directories to RegistryDeployments, with one entry"),
        ("deployments = [D()]", "deployments: must be a mapping of directories to RegistryDeployments, with one entry"),
        ("deployments = {'eu': {}}", 'deployments["eu"]: must be a RegistryDeployment'),
        (
            "deployments = {5: D()}",
            'deployments["5"]: must be the path of a directory from here, such as',
        ),
        ("deployments = {'': D()}", "must be the path of a directory from here"),
        ("deployments = {'/eu': D()}", 'deployments["/eu"]: must be the path of a directory from here'),
        ("deployments = {'e\\0u': D()}", "must be the path of a directory from here"),
        ("deployments = {'eu': D(), 'eu/': D()}", 'deployments["eu"]: has the same directory as another one'),
        ("deployments = {'eu': D().model_copy(update={'values': 5})}", 'deployments["eu"].values: must be a mapping'),
    ],
)
def test_wrong_deployments_are_refused(tmp_path: Path, text: str, problem: str) -> None:
    assert any(each.startswith(problem) or problem in each for each in problems(write(tmp_path, text)))


def test_all_problems_of_all_deployments_are_told(tmp_path: Path) -> None:
    text = "wrong = D().model_copy(update={'values': 5})\ndeployments = {'eu': wrong, 'us': wrong, 'asia': D()}\n"
    assert [each.partition(":")[0] for each in problems(write(tmp_path, text))] == [
        'deployments["eu"].values',
        'deployments["us"].values',
    ]


def test_load_refuses_several_deployments(tmp_path: Path) -> None:
    path = write(tmp_path, "deployments = {'eu': D()}\n")
    with pytest.raises(InputError, match="registry.py: defines several `deployments`, and this needs one"):
        load(path)
