"""Where the objects of a repository end in the cluster, and which patches change them."""

from __future__ import annotations

from pathlib import Path

from registry_gitops.documents import Role
from registry_gitops.repository import FluxRepository, find_root
from tests.repository.conftest import MakeRepository

RELEASE = """
    apiVersion: helm.toolkit.fluxcd.io/v2
    kind: HelmRelease
    metadata: {name: app}
    spec: {}
    """
SECRET = "{apiVersion: v1, kind: Secret, metadata: {name: app}}"


def flux(name: str, path: str, **more: str) -> str:
    lines = "".join(f"\n      {key}: {value}" for key, value in more.items())
    return f"""
    apiVersion: kustomize.toolkit.fluxcd.io/v1
    kind: Kustomization
    metadata: {{name: {name}, namespace: flux-system}}
    spec:
      path: {path}
      sourceRef: {{kind: GitRepository, name: flux-system}}{lines}
    """


def folders(repository: FluxRepository) -> dict[str, str]:
    assert repository.root
    return {
        each.manifest.name: str(Path(each.folder).relative_to(repository.root)) if each.folder else "-"
        for each in repository.flux_kustomizations
    }


def test_the_outermost_kustomization_decides_the_namespace(make_repository: MakeRepository) -> None:
    repository = make_repository(
        {
            "base/kustomization.yaml": "resources: [secret.yaml]\nnamespace: inner",
            "base/secret.yaml": SECRET,
            "overlay/kustomization.yaml": "resources: [../base]\nnamespace: outer",
        }
    )
    assert repository.namespace_of(repository.manifests[0]) == "outer"
    assert repository.find("Secret", "outer", "app")
    assert not repository.find("Secret", "inner", "app")


def test_two_overlays_give_two_namespaces(make_repository: MakeRepository) -> None:
    repository = make_repository(
        {
            "base/kustomization.yaml": "resources: [secret.yaml]",
            "base/secret.yaml": SECRET,
            "a/kustomization.yaml": "resources: [../base]\nnamespace: a",
            "b/kustomization.yaml": "resources: [../base]\ncomponents: [../component]",
            "component/kustomization.yaml": "kind: Component\nnamespace: b",
        }
    )
    assert repository.namespaces_of(repository.manifests[0]) == {"a", "b"}
    assert repository.namespace_of(repository.manifests[0]) == ""


def test_a_kustomization_of_flux_applies_all_files_of_a_directory_without_a_kustomization_file(
    make_repository: MakeRepository,
) -> None:
    repository = make_repository(
        {
            "clusters/one.yaml": flux("apps", "./apps", targetNamespace="apps"),
            "apps/deep/secret.yaml": SECRET,
            "apps/listed/kustomization.yaml": "resources: [release.yaml]\nnamespace: own",
            "apps/listed/release.yaml": RELEASE,
            "apps/listed/unlisted.yaml": "{apiVersion: v1, kind: ConfigMap, metadata: {name: unlisted}}",
        }
    )
    namespaces = {each.kind: repository.namespace_of(each) for each in repository.manifests if each.kind[0] != "K"}
    assert namespaces == {"Secret": "apps", "HelmRelease": "apps", "ConfigMap": ""}


def test_paths_count_from_the_root_of_the_repository_or_of_the_one_inside_of_it(
    make_repository: MakeRepository,
) -> None:
    repository = make_repository(
        {
            "clusters/one.yaml": flux("outer", "apps"),
            "clusters/missing.yaml": flux("missing", "./app"),
            "clusters/later.yaml": flux("later", "./${CLUSTER}"),
            "clusters/dots.yaml": flux("dots", "../../apps"),
            "apps/secret.yaml": SECRET,
            "examples/inner/clusters/one.yaml": flux("inner", "./workloads"),
            "examples/inner/workloads/secret.yaml": SECRET,
        }
    )
    assert folders(repository) == {
        "outer": "apps",
        "missing": "-",
        "later": "-",
        "dots": "apps",
        "inner": "examples/inner/workloads",
    }


def test_paths_of_an_external_artifact_count_from_the_artifact_of_the_same_cluster(
    make_repository: MakeRepository,
) -> None:
    generator = """
        apiVersion: source.extensions.fluxcd.io/v1beta1
        kind: ArtifactGenerator
        metadata: {{name: flux-system, namespace: flux-system}}
        spec:
          sources: [{{alias: repo, kind: GitRepository, name: flux-system}}]
          artifacts:
            - name: apps
              copy: [{{from: "@repo/apps/{0}/**", to: "@artifact/env/"}}]
        """
    files = {"apps/a/secret.yaml": SECRET, "apps/b/secret.yaml": SECRET}
    for cluster in "ab":
        files[f"clusters/{cluster}/artifacts.yaml"] = generator.format(cluster)
        files[f"clusters/{cluster}/apps.yaml"] = flux(cluster, "./env").replace("GitRepository", "ExternalArtifact")
    repository = make_repository(
        {name: text.replace("name: flux-system}\n", "name: apps}\n") for name, text in files.items()}
    )
    assert folders(repository) == {"a": "apps/a", "b": "apps/b"}


def test_directory_that_an_artifact_does_not_have_is_missing_if_all_of_it_is_in_sight(
    make_repository: MakeRepository,
) -> None:
    generator = """
        apiVersion: source.extensions.fluxcd.io/v1beta1
        kind: ArtifactGenerator
        metadata: {{name: {0}, namespace: flux-system}}
        spec:
          pathPattern: "@repo/apps/{{app}}"
          artifacts:
            - name: {0}
              copy:
                - {1}
        """
    copies = {
        "contents": '{from: "@repo/apps/a/**", to: "@artifact/"}',
        "directory": '{from: "@repo/apps/a", to: "@artifact/"}',
        "below": '{from: "@repo/apps/**", to: "@artifact/env/"}',
        "other-repository": '{from: "@other/none/**", to: "@artifact/"}',
        "archive": '{from: "@repo/apps/b/chart.tgz", to: "@artifact/", strategy: Extract}',
        "'of-{app}'": '{from: "@repo/apps/{app}/**", to: "@artifact/"}',
        "'of-{app}-{environment}'": '{from: "@repo/apps/{app}/**", to: "@artifact/"}',
    }
    found = {
        ("contents", "./"): "apps/a",
        ("contents", "./a"): "missing",
        ("directory", "./a"): "apps/a",
        ("directory", "./b"): "missing",
        ("below", "./env/b"): "apps/b",
        ("below", "./"): "-",
        ("other-repository", "./a"): "-",
        ("archive", "./chart"): "-",
        ("of-b", "./"): "apps/b",
        ("of-b-c", "./"): "-",
    }
    files = {f"{index}.yaml": generator.format(*copy) for index, copy in enumerate(copies.items())}
    for index, (name, path) in enumerate(found):
        files[f"clusters/{index}.yaml"] = flux(f"k{index}", path).replace(
            "{kind: GitRepository, name: flux-system}", f"{{kind: ExternalArtifact, name: {name}}}"
        )
    repository = make_repository({"apps/a/a.yaml": SECRET, "apps/b/chart.tgz": "", **files})
    located = folders(repository)
    missing = {each.manifest.name for each in repository.flux_kustomizations if each.is_missing}
    shown = {name: "missing" if name in missing else folder for name, folder in located.items()}
    assert shown == {f"k{index}": folder for index, folder in enumerate(found.values())}


def test_patches_reach_an_object_from_every_level(make_repository: MakeRepository) -> None:
    patches = """
      patches:
        - target: {kind: HelmRelease}
          patch: |
            - {op: add, path: /spec/interval, value: 1h}
      """
    child = "\n".join(" " * 12 + line for line in patches.splitlines())
    repository = make_repository(
        {
            "top.yaml": flux("top", "./flux")
            + f"""  patches:
        - target: {{kind: Kustomization}}
          patch: |
            kind: Kustomization
            metadata: {{name: any}}
            spec:{child}
    """,
            "flux/apps.yaml": flux("apps", "./apps"),
            "apps/kustomization.yaml": """
                resources: [release.yaml]
                patches: [{path: by-name.yaml}]
                components: [../component]
                patchesStrategicMerge:
                  - |-
                    kind: HelmRelease
                    metadata: {name: other}
                """,
            "apps/by-name.yaml": RELEASE.replace("spec: {}", "spec: {timeout: 5m}"),
            "apps/release.yaml": RELEASE,
            "component/kustomization.yaml": "kind: Component\npatches: [{path: p.yaml, target: {name: a.*}}]",
            "component/p.yaml": "spec: {suspend: true}",
        }
    )
    (release,) = repository.of_kind("HelmRelease.helm.toolkit.fluxcd.io")
    assert release.document.source.name.endswith("apps/release.yaml")
    texts = [str(patch.value) for patch in repository.patches_for(release)]
    assert [any(part in text for text in texts) for part in ("timeout", "suspend", "interval", "other")] == [
        True,
        True,
        True,
        False,
    ]


def test_patches_reach_objects_with_the_labels_that_they_select(make_repository: MakeRepository) -> None:
    selecting = ["team=a", "team == a, !off", "team", "team!=b", "off!=x", "added=yes", "added", "team in (a, b)"]
    others = ["team=b", "!team", "off", "team!=a", "added=no", "team=a, off"]
    patches = "".join(
        f"\n  - {{target: {{labelSelector: '{each}'}}, patch: '{{a: b}}'}}" for each in selecting + others
    )
    repository = make_repository(
        {
            "kustomization.yaml": f"resources: [a.yaml]\nlabels: [{{pairs: {{added: 'yes'}}}}]\npatches:{patches}\n",
            "a.yaml": "{apiVersion: v1, kind: Secret, metadata: {name: a, labels: {team: a}}}",
        }
    )
    found = [patch.target["labelSelector"] for patch in repository.patches_for(repository.manifests[0])]
    assert found == selecting


def test_a_document_that_a_kustomization_names_as_a_patch_is_no_object(make_repository: MakeRepository) -> None:
    repository = make_repository(
        {"kustomization.yaml": "patches: [{path: ./patch.yaml}]", "patch.yaml": RELEASE, "release.yaml": RELEASE}
    )
    assert [each.document.source.name.rpartition("/")[2] for each in repository.manifests] == ["release.yaml"]
    assert [each.role for each in repository.documents] == [Role.KUSTOMIZATION, Role.PATCH, Role.OBJECT]


def test_a_resource_is_no_patch_whatever_its_name_is(make_repository: MakeRepository) -> None:
    repository = make_repository(
        {"kustomization.yaml": "resources: [kernel-patch.yaml]", "kernel-patch.yaml": SECRET, "patch.yaml": SECRET}
    )
    assert [each.document.source.name.rpartition("/")[2] for each in repository.manifests] == ["kernel-patch.yaml"]


def test_names_with_a_prefix_or_a_variable_are_found(make_repository: MakeRepository) -> None:
    repository = make_repository(
        {
            "kustomization.yaml": "resources: [a.yaml]\nnamePrefix: dev-",
            "a.yaml": SECRET,
            "b.yaml": "{apiVersion: v1, kind: Secret, metadata: {name: 'x-${APP}-y'}}",
            "flux.yaml": flux("apps", "./apps", nameSuffix="-eu"),
            "apps/c.yaml": "{apiVersion: v1, kind: Secret, metadata: {name: c}}",
        }
    )
    names = [
        name for name in ("app", "dev-app", "x-1-y", "c-eu", "x-1", "other") if repository.find("Secret", "", name)
    ]
    assert names == ["app", "dev-app", "x-1-y", "c-eu"]


def test_the_root_is_the_git_repository_around_the_paths(tmp_path: Path) -> None:
    (tmp_path / "apps/one").mkdir(parents=True)
    assert find_root([str(tmp_path / "apps/one")]) == str(tmp_path / "apps/one")
    (tmp_path / ".git").mkdir()
    assert find_root([str(tmp_path / "apps/one"), str(tmp_path / "apps")]) == str(tmp_path)
    assert find_root(["-"]) is None
