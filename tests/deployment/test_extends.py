"""A config file extends another one: what is merged, what a null takes away, and where each problem stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_gitops.codec import load_yaml
from registry_gitops.deployment import (
    ConfigText,
    NamespaceOptions,
    OCISource,
    RegistryDeployment,
    list_places,
    load,
    locate_findings,
    read_config,
)
from registry_gitops.errors import InputError
from registry_gitops.findings import Finding, Location

BASE = """\
name: images
namespace: {name: registry, podSecurity: baseline}
source: {type: oci, url: oci://ghcr.io/acme/charts/docker-registry, interval: 1h}
values:
  persistence:
    size: 10Gi
  tolerations: [{key: a}, {key: b}]
  ingress: {enabled: true}
rules: {floating-tag: off}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with base/registry.yaml in it."""
    monkeypatch.chdir(tmp_path)
    write("base", BASE)
    return tmp_path


def write(folder: str, text: str) -> Path:
    path = Path(folder, "registry.yaml")
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def extend(text: str, base: str = "base") -> Path:
    return write("staging", f"extends: ../{base}/registry.yaml\n{text}\n")


def problems(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(path)
    return [str(finding) for finding in caught.value.findings]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "name: other",
        "values: {persistence: {storageClass: fast}}",
        "values: {persistence: {size: 20Gi}, tolerations: [{key: c}]}",
        "values: {tolerations: []}",
        "namespace: {name: staging}",
        "namespace: staging",
        "namespace: {labels: {a: b}}",
        "source: {url: oci://ghcr.io/acme/other}",
        "source: {type: oci, interval: 2h}",
        "source: {type: helm}",
        "source: {type: git, path: apps/staging}",
        "values: {persistence: null}",
        "values: {persistence: {size: null}}",
        "values: {ingress: {enabled: null}}",
        "rules: null",
    ],
)
def test_file_is_merged_as_derive_merges_changes(text: str) -> None:
    changes = load_yaml(text).value if text else {}
    assert load(extend(text)) == load("base/registry.yaml").derive(changes)


@pytest.mark.usefixtures("folder")
def test_mapping_of_a_namespace_is_merged_over_a_name() -> None:
    write("base", "namespace: registry")
    namespace = NamespaceOptions(name="registry", create=False)
    assert load(extend("namespace: {create: false}")) == RegistryDeployment(namespace=namespace)


@pytest.mark.usefixtures("folder")
def test_null_of_a_key_that_the_base_has_not_is_one_of_helm() -> None:
    values = "values: {resources: {limits: {cpu: null}}}"
    assert load(extend(values)).values.to_config_dict()["resources"] == {"limits": {"cpu": None}}


@pytest.mark.usefixtures("folder")
def test_chain_of_files() -> None:
    extend("values: {persistence: {size: 20Gi}, replicaCount: 2}")
    deployment = load(write("eu", "extends: ../staging/registry.yaml\nvalues: {replicaCount: null}\n"))
    assert isinstance(deployment.source, OCISource)
    assert deployment == load("base/registry.yaml").derive(values={"persistence": {"size": "20Gi"}})


@pytest.mark.usefixtures("folder")
def test_each_problem_stands_where_its_value_does() -> None:
    write("base", BASE.replace("10Gi", "10GB").replace("podSecurity", "podsecurity"))
    assert problems(extend("values: {replicaCount: '2', ingress: {host: a}}")) == [
        "staging/registry.yaml:2:24: values.replicaCount: must be a whole number, without quotes",
        'staging/registry.yaml:2:39: values.ingress.host: unknown key "host": write hostname',
        'base/registry.yaml:2:29: namespace.podsecurity: unknown key "podsecurity": did you mean "podSecurity"?',
        'base/registry.yaml:6:11: values.persistence.size: "10GB" is not a quantity: write a number and a unit, '
        "such as 10Gi, 512Mi or 500m",
    ]


@pytest.mark.usefixtures("folder")
def test_findings_of_rules_stand_where_their_values_do() -> None:
    path = extend("values: {replicaCount: 2}")
    keys = ("values.replicaCount", "values.persistence.size", "values.tolerations[1].key", "values.ingress", "release")
    found = locate_findings(path, [Finding(id="rule", message="is wrong", location=Location(key=key)) for key in keys])
    assert [(each.location.file, each.location.line, each.location.column) for each in found] == [
        ("staging/registry.yaml", 2, 24),
        ("base/registry.yaml", 6, 11),
        ("base/registry.yaml", 7, 33),
        ("base/registry.yaml", 8, 12),
        ("staging/registry.yaml", None, None),
    ]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("extends", "problem"),
    [
        ("''", "1:10: extends: must be the path of another config file from here, such as ../base/registry.yaml"),
        ("5", "1:10: extends: must be the path of another config file from here, such as ../base/registry.yaml"),
        ("null", "1:10: extends: must be the path of another config file from here, such as ../base/registry.yaml"),
        (
            "/etc/base.yaml",
            "1:10: extends: must be the path of another config file from here, such as ../base/registry.yaml",
        ),
        ("../none/registry.yaml", '1:10: extends: no such file: "../none/registry.yaml"'),
        ("../base", '1:10: extends: "../base" is a directory: name the file, such as registry.yaml in it'),
        (
            "../base/registry.py",
            '1:10: extends: "../base/registry.py" is a program: extend it from a registry.py, by derive()',
        ),
        ("registry.yaml", "1:10: extends: extends itself: staging/registry.yaml -> staging/registry.yaml"),
        ("../staging/./registry.yaml", "1:10: extends: extends itself: staging/registry.yaml -> staging/registry.yaml"),
    ],
)
def test_extends_that_leads_nowhere(extends: str, problem: str) -> None:
    assert problems(write("staging", f"extends: {extends}\n")) == [f"staging/registry.yaml:{problem}"]


@pytest.mark.usefixtures("folder")
def test_cycle_is_shown_whole() -> None:
    write("base", "extends: ../staging/registry.yaml\n")
    cycle = "staging/registry.yaml -> base/registry.yaml -> staging/registry.yaml"
    assert problems(extend("")) == [f"base/registry.yaml:1:10: extends: extends itself: {cycle}"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("text", ["a: [", "- a", "5", ""])
def test_base_that_is_no_mapping_is_the_file_with_the_problem(text: str) -> None:
    write("base", text)
    assert all(problem.startswith("base/registry.yaml:") for problem in problems(extend("name: a")))


@pytest.mark.usefixtures("folder")
def test_every_value_in_force_has_its_place() -> None:
    node = read_config(extend("values: {persistence: {storageClass: fast}, ingress: null}")).node
    assert dict(list_places(node, "values")) == {
        "values.persistence.size": Location("base/registry.yaml", 6, 11),
        "values.persistence.storageClass": Location("staging/registry.yaml", 2, 38),
        "values.tolerations": Location("base/registry.yaml", 7, 16),
    }
    assert dict(list_places(node, "values.persistence.size")) == {
        "values.persistence.size": Location("base/registry.yaml", 6, 11)
    }
    assert [place.position for _, place in list_places(node, "namespace")] == [
        "base/registry.yaml:2:19",
        "base/registry.yaml:2:42",
    ]
    assert list(list_places(node, "values.ingress")) == []


@pytest.mark.usefixtures("folder")
def test_what_many_extend_is_read_once() -> None:
    bases: dict[Path, ConfigText] = {}
    first = read_config(extend("name: first"), bases)
    write("base", "changed: in the meantime")
    second = read_config(extend("values: {persistence: {size: 20Gi}}"), bases)
    assert [text.node.children["name"].value for text in (first, second)] == ["first", "images"]
    assert second.sources[Path("base/registry.yaml")] == BASE.encode()
    assert read_config(extend("name: first"), bases).node.value == first.node.value
