"""An overlay is built, and what is wrong with the result is told at the line that makes it wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Final

import pytest

from registry_gitops.validation import Examination, examine

pytestmark = pytest.mark.tools

RENDERED: Final = Path(__file__).parents[3] / "examples/quickstart/rendered"

FLUX: Final = """
    apiVersion: kustomize.toolkit.fluxcd.io/v1
    kind: Kustomization
    metadata: {name: apps, namespace: flux-system}
    spec:
      interval: 10m
      path: ./apps/staging
      prune: true
      sourceRef: {kind: GitRepository, name: flux-system}
    """


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: Callable[[str], str]) -> Callable[..., Examination]:
    """Write files beside our rendered directory, in apps/base/registry, and check all of it with kustomize at hand."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(Path(tool("kustomize")).parent))
    base = tmp_path / "apps/base/registry"
    shutil.copytree(RENDERED, base)
    release = base / "helmrelease.yaml"
    release.write_text(release.read_text("utf-8").replace("./examples/quickstart/rendered", "./apps/base/registry"))

    def run(files: dict[str, str]) -> Examination:
        for name, text in files.items():
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(dedent(text).lstrip("\n"), "utf-8")
        return examine(["."])

    return run


def places(found: Examination, rule: str = "") -> list[str]:
    return [
        f"{each.location.file}:{each.location.line}:{each.location.column} {each.location.key}"
        for each in found.findings
        if each.id == rule or not rule
    ]


PATCH: Final = """
    apiVersion: helm.toolkit.fluxcd.io/v2
    kind: HelmRelease
    metadata:
      name: docker-registry
      namespace: docker-registry
    spec:
      values:
        persistence:
          enabled: true
          size: 50Gb
        ingres:
          enabled: true
    """


def test_a_patch_of_our_release_is_checked_by_our_chart(check: Callable[..., Examination]) -> None:
    found = check(
        {
            "apps/staging/kustomization.yaml": "resources: [../base/registry]\npatches: [{path: registry.yaml}]\n",
            "apps/staging/registry.yaml": PATCH,
        }
    )
    assert places(found) == [
        "apps/staging/registry.yaml:10:13 spec.values.persistence.size",
        "apps/staging/registry.yaml:11:5 spec.values.ingres",
    ]
    assert {each.location.object for each in found.findings} == {"HelmRelease/docker-registry/docker-registry"}
    assert all("(in the build of apps/staging)" in each.message for each in found.findings)


def test_a_patch_that_selects_no_object_is_refused_whatever_its_name_has_in_it(
    check: Callable[..., Examination],
) -> None:
    found = check(
        {
            "apps/staging/kustomization.yaml": "resources: [../base/registry]\npatches: [{path: registry.yaml}]\n",
            "apps/staging/registry.yaml": PATCH.replace("      namespace: docker-registry\n", ""),
        }
    )
    assert places(found) == ["apps/staging/registry.yaml:4:9 metadata.name"]
    (finding,) = found.findings
    assert finding.id == "kustomize-build"
    assert "no resource matches strategic merge patch" in finding.message


def test_a_patch_of_every_release_is_told_at_its_line_in_the_kustomization_file(
    check: Callable[..., Examination],
) -> None:
    found = check(
        {
            "apps/staging/kustomization.yaml": """
                resources:
                  - ../base/registry
                patches:
                  - target:
                      kind: HelmRelease
                    patch: |-
                      # Written for podinfo.
                      kind: HelmRelease
                      metadata:
                        name: any
                      spec:
                        values:
                          redis:
                            enabled: true
                """
        }
    )
    assert places(found) == ["apps/staging/kustomization.yaml:13:11 spec.values.redis"]


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        ("{op: add, path: /spec/values, value: {replicaCount: two}}", "two"),
        ("{op: add, path: /spec/values/ingres, value: {enabled: true}}", "/spec/values/ingres"),
    ],
)
def test_a_patch_of_the_kustomization_of_flux_is_built_too(
    check: Callable[..., Examination], operation: str, text: str
) -> None:
    patches = f"""
      patches:
        - target:
            kind: HelmRelease
          patch: |
            - {{op: add, path: /spec/values, value: {{}}}}
            - {operation}
    """
    found = check(
        {
            "apps/staging/kustomization.yaml": "resources: [../base/registry]\n",
            "clusters/apps.yaml": dedent(FLUX) + dedent(patches).replace("\n", "\n  "),
        }
    )
    (finding,) = found.findings
    assert (finding.location.file, finding.location.line) == ("clusters/apps.yaml", 15)
    line = Path("clusters/apps.yaml").read_text("utf-8").splitlines()[14]
    assert line[(finding.location.column or 0) - 1 :].startswith(text)


def test_what_files_already_have_is_told_once(check: Callable[..., Examination]) -> None:
    wrong = PATCH.replace("ingres", "ingress").replace("50Gb", "50Gi").replace("enabled: true", "enabled: 1")
    found = check(
        {
            "apps/staging/kustomization.yaml": "resources: [../base/registry, own.yaml]\ncomponents: [../component]\n",
            "apps/staging/own.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: own, lables: {}}}",
            "apps/production/kustomization.yaml": "resources: [../base/registry]\ncomponents: [../component]\n",
            "apps/component/kustomization.yaml": """
                apiVersion: kustomize.config.k8s.io/v1alpha1
                kind: Component
                patches: [{path: registry.yaml}]
                labels: [{pairs: {team: registry}}]
                """,
            "apps/component/registry.yaml": wrong,
        }
    )
    assert sorted({*places(found)}) == sorted(places(found))
    assert [place.split()[0] for place in places(found)] == [
        "apps/component/registry.yaml:9:16",
        "apps/component/registry.yaml:12:16",
        "apps/staging/own.yaml:1:57",
    ]


def test_values_in_lists_and_images_are_told_where_they_are_set(check: Callable[..., Examination]) -> None:
    found = check(
        {
            "apps/web/deployment.yaml": """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web, namespace: shop}
                spec:
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec:
                      containers:
                        - {name: side, image: "ghcr.io/example/side:1.2.3"}
                        - {name: web, image: "ghcr.io/example/web:1.2.3"}
                """,
            "apps/web/kustomization.yaml": "resources: [deployment.yaml]",
            "apps/staging/kustomization.yaml": """
                resources: [../web]
                patches: [{path: memory.yaml}]
                images:
                  - name: ghcr.io/example/side
                    newTag: latest
                """,
            "apps/staging/memory.yaml": """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web, namespace: shop}
                spec:
                  template:
                    spec:
                      containers:
                        - name: web
                          resources: {limits: {memory: 10Gb}}
                """,
        }
    )
    assert [(place.split()[0], each.id) for place, each in zip(places(found), found.findings, strict=True)] == [
        ("apps/staging/kustomization.yaml:5:13", "floating-tag"),
        ("apps/staging/memory.yaml:9:40", "invalid-quantity"),
    ]


def test_a_build_that_is_content_has_no_finding_and_no_remark(check: Callable[..., Examination]) -> None:
    found = check(
        {
            "apps/staging/kustomization.yaml": "resources: [../base/registry]\npatches: [{path: registry.yaml}]\n",
            "apps/staging/registry.yaml": PATCH.replace("50Gb", "50Gi").replace("ingres", "metrics"),
        }
    )
    assert (places(found), found.remarks) == ([], ())


def test_patches_see_the_components_of_the_kustomization_of_flux(check: Callable[..., Examination]) -> None:
    found = check(
        {
            "clusters/apps.yaml": FLUX.rstrip() + "\n      components: [../component]\n",
            "apps/staging/kustomization.yaml": """
                resources: [../base/registry]
                patches:
                  - patch: "{apiVersion: v1, kind: ConfigMap, metadata: {name: more}, data: {key: other}}"
                """,
            "apps/component/kustomization.yaml": "kind: Component\nresources: [more.yaml]\n",
            "apps/component/more.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: more}}",
        }
    )
    assert places(found, "kustomize-build") == []


@pytest.mark.parametrize(
    "fields",
    [
        "patches: [{patch: 'password: hunter2'}]",
        "patches: [{target: {kind: Secret}, patch: '{{ hunter2'}]",
        "patches: [{target: {kind: Secret}, patch: '- {op: add, path: /a/b, value: hunter2}'}]",
        "patches: [{target: {kind: Secret}, patch: 'stringData: hunter2'}]",
        "patches: [{target: {kind: Other}, patch: 'a: b'}]\nnamespace: same",
    ],
)
def test_a_refusal_repeats_no_secret(check: Callable[..., Examination], fields: str) -> None:
    files = {"apps/broken/kustomization.yaml": f"resources: [one.yaml, two.yaml]\n{fields}\n"}
    secret = "{apiVersion: v1, kind: Secret, metadata: {name: a, namespace: %s}, stringData: {key: hunter2}}"
    found = check(files | {f"apps/broken/{name}.yaml": secret % name for name in ("one", "two")})
    messages = [str(each) for each in found.findings if each.id in {"kustomize-build", "duplicate-object"}]
    assert len(messages) == 1
    assert "hunter2" not in messages[0]


def test_nothing_is_read_from_the_network(check: Callable[..., Examination]) -> None:
    overlay = "resources: [../base/registry, %s]\npatches: [{path: registry.yaml}]\n"
    found = check(
        {
            "apps/staging/kustomization.yaml": overlay % "https://127.0.0.1:1/more.yaml",
            "apps/staging/registry.yaml": PATCH,
            "apps/charts/kustomization.yaml": overlay % "../staging/registry.yaml" + "helmCharts: [{name: app}]\n",
            "apps/charts/registry.yaml": PATCH,
        }
    )
    assert places(found, "kustomize-build") == []
    assert sorted(found.remarks) == [
        "1 overlay not built because of charts or plugins to run",
        "1 overlay not built because of remote resources",
    ]


def test_without_kustomize_there_is_one_remark(
    check: Callable[..., Examination], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    found = check(
        {
            "apps/staging/kustomization.yaml": "resources: [../base/registry]\npatches: [{path: registry.yaml}]\n",
            "apps/staging/registry.yaml": PATCH.replace("50Gb", "50Gi").replace("ingres", "ingress"),
        }
    )
    assert places(found) == []
    assert found.remarks == ("overlays were not built: neither kustomize nor kubectl is on PATH",)
