"""What is no object is not taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_gitops.documents import Role, SourceFile, read_file, read_text

OBJECT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\n"
KUSTOMIZATION = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
SOPS = "sops: {mac: 'ENC[AES256_GCM,data:x]', version: 3.9.0}\n"


@pytest.mark.parametrize(
    ("name", "text", "role"),
    [
        ("app.yaml", OBJECT, Role.OBJECT),
        ("dispatcher.yaml", OBJECT, Role.OBJECT),
        ("list.yaml", f"apiVersion: v1\nkind: List\nitems: [{{{'kind: x'}}}]\n", Role.OBJECT),
        ("app.json", '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}', Role.OBJECT),
        ("a/kustomization.yaml", "resources: [x.yaml]\n", Role.KUSTOMIZATION),
        ("a/any.yaml", KUSTOMIZATION, Role.KUSTOMIZATION),
        ("a/component.yaml", KUSTOMIZATION.replace("v1beta1", "v1alpha1"), Role.KUSTOMIZATION),
        ("a/patch.yaml", OBJECT, Role.PATCH),
        ("a/replicas-patch.yaml", OBJECT, Role.PATCH),
        ("a/patchReplicas.yaml", OBJECT, Role.PATCH),
        ("a/patches/app.yaml", OBJECT, Role.PATCH),
        ("a/app.yaml", f"{OBJECT}spec:\n  template:\n    $patch: delete\n", Role.PATCH),
        ("a/app.yaml", f"{OBJECT}spec:\n  patches:\n    - patch: |\n        $patch: delete\n", Role.OBJECT),
        ("a/app.yaml", f"{OBJECT}spec: {{$retainKeys: [a]}}\n", Role.PATCH),
        ("a/json.yaml", "- {op: remove, path: /spec}\n", Role.OTHER),
        ("values.yaml", "kind: Deployment\nreplicas: 1\n", Role.OTHER),
        ("kustomizeconfig.yaml", "nameReference: []\n", Role.OTHER),
        ("Chart.yaml", "apiVersion: v2\nname: x\nkind: 1\n", Role.OTHER),
        ("registry.yaml", "source: {type: oci, url: 'oci://ghcr.io/a/b'}\nvalues: {}\n", Role.DESCRIPTION),
        ("compose.yaml", "name: x\nservices: {}\n", Role.OTHER),
        ("kubeconfig", "apiVersion: v1\nkind: Config\nclusters: []\n", Role.OTHER),
        ("kind.yaml", "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n", Role.OTHER),
        ("kubelet.yaml", "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n", Role.OTHER),
        ("talos.yaml", "apiVersion: v1alpha1\nkind: ExtensionServiceConfig\nname: x\n", Role.OTHER),
        ("catalog.yaml", "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: A_B}\n", Role.OTHER),
        ("other.yaml", "apiVersion: example.com/v1\nkind: Settings\nsettings: {}\n", Role.OTHER),
        ("missing.yaml", "apiVersion: apps/v1\nkind: Deployment\nspec: {}\n", Role.OBJECT),
        ("secret.yaml", "apiVersion: 'ENC[AES256_GCM,x]'\nkind: 'ENC[AES256_GCM,x]'\n", Role.OTHER),
        (
            "local.yaml",
            OBJECT.replace("app}", "app, annotations: {config.kubernetes.io/local-config: 'true'}}"),
            Role.OTHER,
        ),
    ],
)
def test_document_has_a_role(name: str, text: str, role: Role) -> None:
    (document,) = read_text(SourceFile(name, text)).documents
    assert document.role is role


def test_what_sops_adds_is_no_field() -> None:
    (encrypted, other) = read_text(SourceFile("a.yaml", f"{OBJECT}{SOPS}---\n{OBJECT}sops: {{a: 1}}\n")).documents
    assert "sops" not in encrypted.value
    assert "sops" in other.value


def test_templates_of_a_chart_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("chart/Chart.yaml", "chart/templates/sub/a.yaml", "chart/crds/a.yaml", "templates/a.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a: [\n")
    assert read_file(str(tmp_path / "chart/templates/sub/a.yaml")).problems == []
    assert read_file(str(tmp_path / "chart/crds/a.yaml")).problems
    assert read_file(str(tmp_path / "templates/a.yaml")).problems
    monkeypatch.chdir(tmp_path / "chart/templates")
    assert read_file("sub/a.yaml").problems == []


def test_json_can_be_indented_with_tabs(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{\n\t"apiVersion": "v1",\n\t"kind": "Secret",\n\t"metadata": {"name": "a"}\n}\n')
    (document,) = read_file(str(path)).documents
    assert document.role is Role.OBJECT
    assert document.position(("metadata", "name")) == (4, 23)
