"""Releases in which values have been replaced by odd ones: the import ends with a report of every key, or one error."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.errors import InputError
from registry_gitops.importer import Fate, import_path
from tests.importer.test_import_helm import INPUTS, covered_keys, has, keys_of

INPUT_FILES: Final = sorted(
    str(path.relative_to(INPUTS))
    for path in INPUTS.rglob("*.yaml")
    if path.stem in ("release", "chart", "values", "values-production") and "flux1-values-from" not in str(path)
)
ODD: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, 7, -1, 1.5, "x", "", [], {}, ["a"], {"a": "b"}, [{"a": 1}], "${X}", "0", [None]),
    *([["a"]], {"enabled": True}, "1Gi", {"name": None}, "a: b: c"),
)
"""Values of all types, of which few are right where they are put."""


@pytest.mark.parametrize("file", INPUT_FILES)
def test_odd_values_end_in_decisions_or_one_error(file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    documents = list(yaml.safe_load_all((INPUTS / file).read_text("utf-8")))
    odd = random.Random(file)
    for _ in range(3):
        changed = copy.deepcopy(documents)
        for _ in range(3):
            put_odd_value(odd.choice(changed), odd)
        Path("input.yaml").write_text(yaml.safe_dump_all(changed), "utf-8")
        try:
            imported = import_path("input.yaml", Path("out"))
        except InputError:
            continue
        config = yaml.safe_load(imported.files["registry.yaml"])
        assert RegistryDeployment.model_validate(config)
        assert set(keys_of(Path("input.yaml"))) - set(covered_keys(imported.report)) == set()
        assert [key for each in imported.report.outcomes for key in each.to if not has(config, key)] == []


def put_odd_value(document: Any, odd: random.Random) -> None:
    """Replace a value of a document at any depth, and leave those that say what it is."""
    place, key = odd.choice([item for item in places(document) if item[1] not in ("apiVersion", "kind", "metadata")])
    place[key] = copy.deepcopy(odd.choice(ODD))


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield value, key
        yield from places(item)


WORKLOAD = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: registry, namespace: media}
spec:
  selector: {matchLabels: {app: registry}}
  template:
    metadata: {labels: {app: registry}}
    spec: {containers: [{name: registry, image: "registry:2"}]}
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a registry, an overlay of it, and much else."""
    monkeypatch.chdir(tmp_path)
    files = {
        "apps/registry/deployment.yaml": WORKLOAD,
        "apps/registry/kustomization.yaml": "resources: [deployment.yaml]\n",
        "apps/kustomization.yaml": "resources: [registry, wiki]\n",
        "apps/wiki/kustomization.yaml": "resources: []\nconfigMapGenerator: [{name: wiki, literals: [a=b]}]\n",
        "clusters/eu/kustomization.yaml": "resources: [../../apps]\nimages: [{name: registry, newTag: '2.8'}]\n",
        "clusters/us/kustomization.yaml": "resources: [../../apps/wiki]\nimages: [{name: wiki, newTag: '7'}]\n",
        "apps/wiki/claim.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: page, namespace: wiki}\n",
        "playbook.yaml": "- hosts: all\n  roles: [registry]\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_of_a_whole_repository_only_what_changes_the_registry_needs_decisions(repository: Path) -> None:
    report = import_path(".", Path("out")).report
    decided = {(each.file, each.key) for each in report.outcomes if each.fate is Fate.DECISION}
    assert decided == {("clusters/eu/kustomization.yaml", "images")}
    assert not [text for text in report.differences if "wiki" in text]


def test_labels_and_a_namespace_that_others_set_find_the_service(tmp_path: Path) -> None:
    files = {
        "deployment.yaml": WORKLOAD.replace(", namespace: media", "")
        .replace("selector: {matchLabels: {app: registry}}", "replicas: 1")
        .replace("metadata: {labels: {app: registry}}", "metadata: {}"),
        "service.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: images, namespace: media}\n"
        "spec: {ports: [{port: 80, targetPort: 5000}]}\n",
        "kustomization.yaml": "resources: [deployment.yaml, service.yaml]\n"
        "labels: [{pairs: {app.kubernetes.io/name: media}, includeSelectors: true, includeTemplates: true}]\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    imported = import_path(str(tmp_path), tmp_path / "out")
    config = yaml.safe_load(imported.files["registry.yaml"])
    assert config["namespace"] == {"name": "media", "create": False}
    assert config["values"]["fullnameOverride"] == "images"
    assert config["values"]["service"] == {"ports": {"http": 80}}
    assert "--selector=app.kubernetes.io/name=media " in "\n".join(imported.report.steps)


def test_a_namespace_of_another_directory_stays_there(repository: Path) -> None:
    (repository / "namespaces.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: media}\n", "utf-8")
    imported = import_path(".", Path("out"))
    config = yaml.safe_load(imported.files["registry.yaml"])
    assert config["namespace"] == {"name": "media", "create": False}
    assert "the Namespace media stays in namespaces.yaml: others can need it" in imported.report.differences
    assert not [step for step in imported.report.steps if "namespaces.yaml" in step or "namespace/media" in step]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("proxy/dynamic.yaml", "http: {middlewares: {compress: {}}}\n"),
        ("wiki/values.yaml", "persistence: {accessModes: [ReadWriteOnce], annotations: {}}\nwiki: {}\nmail: {}\n"),
    ],
)
def test_values_of_other_software_in_a_directory_are_no_registry(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir()
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(InputError, match="no registry that is known"):
        import_path(str(tmp_path), tmp_path / "out")


def test_a_claim_of_a_stateful_set_without_images_stays_mounted(tmp_path: Path) -> None:
    document = yaml.safe_load(WORKLOAD.replace("kind: Deployment", "kind: StatefulSet"))
    container = document["spec"]["template"]["spec"]["containers"][0]
    container["volumeMounts"] = [{"name": "scratch", "mountPath": "/mnt/scratch"}]
    document["spec"]["volumeClaimTemplates"] = [{"metadata": {"name": "scratch"}, "spec": {"storageClassName": "fast"}}]
    (tmp_path / "set.yaml").write_text(yaml.safe_dump(document), "utf-8")
    imported = import_path(str(tmp_path / "set.yaml"), tmp_path / "out")
    values = yaml.safe_load(imported.files["registry.yaml"])["values"]
    claim = {"name": "scratch", "persistentVolumeClaim": {"claimName": "scratch-registry-0"}}
    assert values["extraVolumes"] == [claim]
    assert values["extraVolumeMounts"] == container["volumeMounts"]
    assert not [each.key for each in imported.report.outcomes if each.fate is Fate.DECISION]


def test_odd_variables_become_keys_of_a_secret(tmp_path: Path) -> None:
    document = yaml.safe_load(WORKLOAD)
    container = document["spec"]["template"]["spec"]["containers"][0]
    endpoints = "[{name: a, url: [x], headers: [y]}]"
    container["env"] = [
        {"name": "A B=\u00e9 PASSWORD", "value": "hidden"},
        {"name": "REGISTRY_NOTIFICATIONS_ENDPOINTS", "value": endpoints},
    ]
    (tmp_path / "all.yaml").write_text(yaml.safe_dump(document), "utf-8")
    imported = import_path(str(tmp_path / "all.yaml"), tmp_path / "out")
    assert "hidden" not in imported.files["registry.yaml"]


def test_several_secrets_of_one_list_leave_it(tmp_path: Path) -> None:
    values = {
        "persistence": {"deleteEnabled": True},
        "tolerations": ["https://a:hidden@b/", "https://c:hidden@d/", "x"],
    }
    (tmp_path / "values.yaml").write_text(yaml.safe_dump(values), "utf-8")
    imported = import_path(str(tmp_path / "values.yaml"), tmp_path / "out")
    assert "hidden" not in imported.files["registry.yaml"]


def test_namespace_of_a_wrong_type_is_no_traceback(tmp_path: Path) -> None:
    spec = {
        "chart": "docker-registry",
        "repo": "https://helm.twun.io",
        "targetNamespace": {"a": 1},
        "createNamespace": True,
    }
    chart = {"apiVersion": "helm.cattle.io/v1", "kind": "HelmChart", "metadata": {"name": "r"}, "spec": spec}
    (tmp_path / "chart.yaml").write_text(yaml.safe_dump(chart), "utf-8")
    outcomes = import_path(str(tmp_path / "chart.yaml"), tmp_path / "out").report.outcomes
    assert [each.fate for each in outcomes if each.key == "spec.targetNamespace.a"] == [Fate.DECISION]


LINES: Final = ("---\n", "\t\n", "{{ x }}\n", "{% y %}\n", "a: &a [*a]\n", "...\n", "- x\n", "\r", "<<: *x\n", "? a\n")
"""Lines that break YAML, or are no part of an object."""


@pytest.mark.parametrize("file", INPUT_FILES[::3])
def test_broken_lines_end_in_one_error_or_a_report(file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    odd = random.Random(file)
    for _ in range(6):
        lines = (INPUTS / file).read_text("utf-8").splitlines(keepends=True)
        first, second = odd.randrange(len(lines)), odd.randrange(len(lines))
        lines[first], lines[second] = lines[second], " " * odd.randrange(3) + lines[first]
        lines.insert(odd.randrange(len(lines)), odd.choice(LINES))
        Path("input.yaml").write_text("".join(lines), "utf-8")
        told = ""
        try:
            assert import_path("input.yaml", Path("out")).report.outcomes
        except InputError as error:
            told = str(error)
        assert not told or "input.yaml" in told
