"""A description is read from YAML or Python, and every problem is said at once with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_gitops.codec import dump_yaml
from registry_gitops.deployment import GitSource, HelmSource, OCISource, RegistryDeployment, load
from registry_gitops.errors import InputError
from registry_gitops.values import RegistryValues


def written(tmp_path: Path, text: str, name: str = "registry.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def problems(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(path)
    return [str(finding).replace(f"{path}:", "") for finding in caught.value.findings]


def test_a_description_that_says_nothing_but_a_name_is_the_documented_deployment(tmp_path: Path) -> None:
    assert load(written(tmp_path, "name: docker-registry\n")) == RegistryDeployment(name="docker-registry")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("source: {type: git, path: apps/registry}", GitSource),
        ("source: {type: helm}", HelmSource),
        ("source: {type: oci, url: oci://ghcr.io/example/charts/docker-registry}", OCISource),
    ],
)
def test_the_three_sources_are_told_apart_by_their_type(tmp_path: Path, text: str, kind: type) -> None:
    assert isinstance(load(written(tmp_path, text)).source, kind)


@pytest.mark.parametrize(
    "deployment",
    [
        RegistryDeployment(),
        RegistryDeployment(source=GitSource(path="apps/registry")),
        RegistryDeployment(source=HelmSource(), values=RegistryValues(replica_count=1)),
        RegistryDeployment(name="a", source=OCISource(url="oci://ghcr.io/example/charts/docker-registry")),
    ],
)
def test_a_deployment_made_in_python_is_the_same_when_written_and_read(
    tmp_path: Path, deployment: RegistryDeployment
) -> None:
    plain = deployment.to_config_dict() or {"name": deployment.name}
    assert load(written(tmp_path, dump_yaml(plain))) == deployment


def test_every_problem_of_a_file_is_said_with_line_and_column_in_its_order(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """\
name: Registry
source:
  type: oci
values:
  replicaCout: 2
  persistence:
    size: 10Gb
    accessModes: [RWO]
  service:
    ports: {http: 99999}
  ingress:
    enabled: "true"
release:
  interval: 5
""",
    )
    places = [problem.split(": ")[:2] for problem in problems(path)]
    assert places == [
        ["1:7", "name"],
        ["3:3", "source.url"],
        ["5:3", "values.replicaCout"],
        ["7:11", "values.persistence.size"],
        ["8:19", "values.persistence.accessModes[0]"],
        ["10:19", "values.service.ports.http"],
        ["12:14", "values.ingress.enabled"],
        ["14:13", "release.interval"],
    ]


def test_two_reasons_against_one_value_are_both_said(tmp_path: Path) -> None:
    first, second = problems(written(tmp_path, "values: {replicaCount: 2}\n"))
    assert "cannot share a ReadWriteOnce volume" in first
    assert "need a shared upload secret" in second


def test_a_rule_that_spans_several_values_points_at_the_one_to_change(tmp_path: Path) -> None:
    (problem,) = problems(written(tmp_path, "values:\n  http: {existingSecret: s}\n  replicaCount: 2\n"))
    assert problem.startswith("3:17: values.replicaCount: 2 replicas cannot share a ReadWriteOnce volume")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("values: {persistence: {size: 10Gb}}\n", '"10Gb" is not a quantity: write a number and a unit, such as 10Gi'),
        (
            "values: {replicaCout: 2}\n",
            '1:10: values.replicaCout: unknown key "replicaCout": did you mean "replicaCount"?',
        ),
        ("source: {type: oci}\n", "1:9: source.url: is required"),
        (
            "values: {ingress: {enabled: 'true'}}\n",
            "1:29: values.ingress.enabled: must be true or false, without quotes",
        ),
        ("source: helm\n", "1:9: source: must be a mapping"),
        ("source: {path: a}\n", "1:9: source: needs a type: git, helm or oci"),
        ("source: {type: svn}\n", "1:9: source: needs a type: git, helm or oci"),
        ("source: {type: git, url: x}\n", '1:21: source.url: unknown key "url"'),
        ("source: {type: git, path: ../x}\n", '1:27: source.path: "../x" is not a folder of the repository'),
        ("source: {type: helm, url: oci://a/b, version: not a version}\n", '1:47: source.version: "not a version"'),
        ("source: {type: helm, url: https://a/b, insecure: true}\n", "1:50: source.insecure: insecure works with type"),
        ("values: {replica_count: 2}\n", 'unknown key "replica_count": did you mean "replicaCount"?'),
        ("- a\n", "1:1: must be a mapping of keys to values"),
        ("text\n", "1:1: must be a mapping of keys to values"),
        ("values: {commonLabels: {a: 1}}\n", "1:28: values.commonLabels.a: must be text: put it in quotes"),
        (
            "values: {updateStrategy: {rollingUpdate: {maxSurge: x}}}\n",
            "1:53: values.updateStrategy.rollingUpdate.maxSurge",
        ),
        ("values: {image: {tag: 3.1}}\n", "1:23: values.image.tag: must be text: put it in quotes"),
        (
            "release: {dependsOn: [{name: a}, {name: docker-registry}]}\n",
            "1:34: release.dependsOn[1]: the release would wait for itself",
        ),
        ("release: {chart: {}}\n", '1:11: release.chart: unknown key "chart"'),
        ("a: 1\na: 2\n", '2:1: the key "a" stands here already, on line 1'),
        ("\n", "1:1: the file is empty"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    found = problems(written(tmp_path, text))
    assert len(found) == 1
    assert problem in found[0]


def test_a_password_of_the_wrong_type_is_not_repeated(tmp_path: Path) -> None:
    for text in ("12345678", "1e8", "[hunter2]"):
        (problem,) = problems(written(tmp_path, f"values: {{auth: {{htpasswd: {{password: {text}}}}}}}\n"))
        assert text.strip("[]") not in problem


@pytest.mark.parametrize(
    "text",
    [
        "source: {type: helm, url: 'https://ci:hunter2@charts.example.com'}",
        "source: {type: oci, url: 'oci://ci:hunter2@ghcr.io/example'}",
        "values: {configuration: {proxy: {remoteurl: 'htps://ci:hunter2@registry.example.com'}}}",
        "values: {image: {registry: 'ci:hunter2@registry.example.com'}}",
    ],
)
def test_a_password_in_a_url_is_not_repeated(tmp_path: Path, text: str) -> None:
    (problem,) = problems(written(tmp_path, text))
    assert "hunter2" not in problem
    assert "***" in problem


def test_a_program_that_defines_a_deployment_is_read_with_what_stands_beside_it(tmp_path: Path) -> None:
    (tmp_path / "sizes.py").write_text('BIG = "1Ti"\n')
    path = written(
        tmp_path,
        "from registry_gitops import RegistryDeployment\nfrom sizes import BIG\n"
        'deployment = RegistryDeployment(values={"persistence": {"size": BIG}})\n',
        "registry.py",
    )
    assert load(path).values.persistence.size == "1Ti"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("deploymnt = 1\n", "defines no `deployment`"),
        ("deployment = 1\n", "defines no `deployment`"),
        ("x = (\n", "1:5: not valid Python: '(' was never closed"),
        ("import nowhere_at_all\n", "1: registry.py raised ModuleNotFoundError"),
        ("def f():\n    raise SystemExit(3)\nf()\n", "2: registry.py raised SystemExit: 3"),
        (
            "from registry_gitops import RegistryDeployment as R\n\ndeployment = R(name='A', namespace='B')\n",
            '3: name: "A" is not the name of a deployment',
        ),
        (
            "from registry_gitops import RegistryDeployment as R\ndeployment = R()\ndeployment.name = 'a'\n",
            "3: name: cannot be assigned: `derive` returns a deployment with changes",
        ),
    ],
)
def test_a_program_that_fails_is_one_clear_problem(tmp_path: Path, text: str, problem: str) -> None:
    assert problem in problems(written(tmp_path, text, "registry.py"))[0].replace(str(tmp_path) + "/", "")


def test_a_file_that_cannot_be_read_is_one_clear_problem(tmp_path: Path) -> None:
    assert "no such file" in problems(tmp_path / "registry.yaml")[0]
    assert "is a directory" in problems(tmp_path)[0]
    assert "not the path of a file: embedded null byte" in problems(tmp_path / "a\0b.yaml")[0]
    (tmp_path / "binary.yaml").write_bytes(b"a: 1\nb: \xff\xfe")
    assert problems(tmp_path / "binary.yaml") == ["2:4: not a text file in UTF-8"]


def test_load_refuses_a_file_without_an_end() -> None:
    with pytest.raises(InputError, match=r"^/dev/zero: is larger than 4Mi: this is no config file$"):
        load("/dev/zero")


def test_key_without_a_value_is_told_as_such(tmp_path: Path) -> None:
    config = tmp_path / "registry.yaml"
    config.write_text("name:\nvalues:\n  replicaCount: null\n  persistence: {size: ~}\nrelease:\n")
    remedy = "has no value: write one, or remove the key"
    assert [line.removeprefix(f"{config}:") for line in problems(config)] == [
        f"1:6: name: {remedy}",
        f"3:17: values.replicaCount: {remedy}",
        f"4:23: values.persistence.size: {remedy}",
        f"5:9: release: {remedy}",
    ]


def test_merge_conflict_is_told_at_its_first_marker(tmp_path: Path) -> None:
    config = tmp_path / "registry.yaml"
    sides = "<<<<<<< HEAD\n  replicaCount: 1\n=======\n  replicaCount: 2\n>>>>>>> theirs\n"
    config.write_text(f"name: registry\nvalues:\n{sides}")
    message = "Git left a merge conflict here: resolve it, and remove the lines with its markers"
    assert problems(config) == [f"3:1: {message}"]
