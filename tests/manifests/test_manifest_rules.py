"""Rules that span several fields: what is refused, where, and what the user is told."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from registry_gitops.manifests import (
    ActionStrategy,
    ChartTemplateSpec,
    ChartVerification,
    FluxKustomizationResource,
    FluxKustomizationSpec,
    HelmRelease,
    HelmReleaseOptions,
    HelmReleaseSpec,
    HelmRepositorySpec,
    KubeConfig,
    Kustomization,
    KustomizePatch,
    ManifestModel,
    Namespace,
    OCIReference,
    OCIRepositorySpec,
    PostRenderPatch,
    ValuesReference,
    Verification,
)

SECRET = {"name": "s"}
CHART = {"spec": {"chart": "docker-registry", "sourceRef": {"kind": "HelmRepository", "name": "bitnami"}}}
CHART_REF = {"kind": "OCIRepository", "name": "docker-registry"}
GIT = {"kind": "GitRepository", "name": "flux-system"}
JSON_PATCH = "- op: remove\n  path: /spec/replicas\n"
NO_TARGET = "a list of JSON patch operations names no object: set `target`"
NO_TRUST = "notation cannot check without its trust policy: set `secretRef`"
CHART_CHOICE = "chart takes it from a HelmRepository, GitRepository or Bucket, chartRef from an OCIRepository"
LOGIN = "configMapRef logs in with a workload identity, secretRef with a kubeconfig file"
PATCH_CHOICE = "`path` names a file, `patch` holds the text"


def named(name: str, **spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": name, "namespace": "registry"}, "spec": {"chartRef": CHART_REF, **spec}}


REFUSED: list[tuple[type[ManifestModel], dict[str, Any], tuple[int | str, ...], str]] = [
    (HelmReleaseSpec, {}, (), f"neither chart nor chartRef is set: {CHART_CHOICE}"),
    (
        HelmReleaseSpec,
        {"chart": CHART, "chartRef": CHART_REF},
        ("chartRef",),
        f"chart and chartRef are both set: keep one; {CHART_CHOICE}",
    ),
    (KubeConfig, {}, (), f"neither configMapRef nor secretRef is set: {LOGIN}"),
    (
        KubeConfig,
        {"configMapRef": SECRET, "secretRef": SECRET},
        ("secretRef",),
        f"configMapRef and secretRef are both set: keep one; {LOGIN}",
    ),
    (
        ActionStrategy,
        {"name": "RemediateOnFailure", "retryInterval": "1m"},
        ("retryInterval",),
        "retryInterval works with RetryOnFailure only: "
        "remove it, or set `name: RetryOnFailure` (it is RemediateOnFailure)",
    ),
    (
        HelmRepositorySpec,
        {"type": "oci", "url": "https://charts.example.com"},
        ("url",),
        '"https://charts.example.com" does not fit type "oci": write oci://HOST/PATH',
    ),
    (
        HelmRepositorySpec,
        {"url": "oci://registry-1.docker.io/bitnamicharts"},
        ("url",),
        '"oci://registry-1.docker.io/bitnamicharts" is an OCI registry: set `type: oci` too',
    ),
    (
        HelmRepositorySpec,
        {"url": "https://charts.example.com", "provider": "aws"},
        ("provider",),
        'provider works with type "oci" only: remove it, or set `type: oci`',
    ),
    (
        HelmRepositorySpec,
        {"type": "default", "url": "http://charts.example.com", "insecure": True},
        ("insecure",),
        'insecure works with type "oci" only: remove it, or set `type: oci`',
    ),
    (
        OCIReference,
        {"semverFilter": "-alpine$", "tag": "1.0"},
        ("semverFilter",),
        'semverFilter filters the tags of `semver`: set `semver` too ("*" for any version), or remove semverFilter',
    ),
    (Verification, {"provider": "notation"}, (), NO_TRUST),
    (ChartVerification, {"provider": "notation"}, (), NO_TRUST),
    (
        ChartTemplateSpec,
        {"chart": "./charts/docker-registry", "sourceRef": GIT, "verify": {}},
        ("verify",),
        "verify works with a HelmRepository only: remove it, or verify the GitRepository itself",
    ),
    (
        ChartTemplateSpec,
        {"chart": "/charts/docker-registry", "sourceRef": GIT},
        ("chart",),
        '"/charts/docker-registry" is an absolute path: '
        "write ./charts/docker-registry, from the root of the GitRepository",
    ),
    (
        ChartTemplateSpec,
        {"chart": "Docker_Registry", "sourceRef": {"kind": "HelmRepository", "name": "r"}},
        ("chart",),
        '"Docker_Registry" is no chart of a HelmRepository: '
        "use lower-case letters, digits and '-', parted by '.' or '/'",
    ),
    (
        ValuesReference,
        {"kind": "Secret", "name": "s", "literal": True},
        ("literal",),
        "literal has no effect without a targetPath: set `targetPath`, or remove `literal`",
    ),
    (PostRenderPatch, {"patch": JSON_PATCH}, (), NO_TARGET),
    (KustomizePatch, {"patch": f"---\n# fewer\n{JSON_PATCH}"}, (), NO_TARGET),
    (KustomizePatch, {"patch": '[{"op": "remove", "path": "/spec"}]'}, (), NO_TARGET),
    (KustomizePatch, {}, (), f"neither path nor patch is set: {PATCH_CHOICE}"),
    (
        KustomizePatch,
        {"path": "patch.yaml", "patch": "kind: Service"},
        ("patch",),
        f"path and patch are both set: keep one; {PATCH_CHOICE}",
    ),
    (
        Kustomization,
        {"resources": ["namespace.yaml", "helmrelease.yaml", "namespace.yaml"]},
        ("resources", 2),
        '"namespace.yaml" is listed twice: remove one of them',
    ),
    (
        Namespace,
        {"metadata": {"name": "my.registry"}},
        ("metadata", "name"),
        "\"my.registry\" is not the name of a Namespace: use at most 63 lower-case letters, digits and '-', and no '.'",
    ),
    (
        Namespace,
        {"metadata": {"name": "registry", "namespace": "registry"}},
        ("metadata", "namespace"),
        "a Namespace lies in no namespace: remove this key",
    ),
    (
        HelmRelease,
        named("r" * 64),
        ("metadata", "name"),
        f'"{"r" * 64}" has 64 characters: use at most 63, because Flux labels every object with this name',
    ),
    (
        HelmRelease,
        named("me", dependsOn=[{"name": "other"}, {"name": "me", "namespace": "registry"}]),
        ("spec", "dependsOn", 1),
        "HelmRelease/registry/me depends on itself: it waits for itself and never starts: remove this entry",
    ),
    (
        FluxKustomizationResource,
        {
            "metadata": {"name": "me", "namespace": "registry"},
            "spec": {"sourceRef": GIT, "dependsOn": [{"name": "me"}]},
        },
        ("spec", "dependsOn", 0),
        "Kustomization/registry/me depends on itself: it waits for itself and never starts: remove this entry",
    ),
    (
        FluxKustomizationSpec,
        {"sourceRef": GIT, "wait": True, "healthChecks": [{"kind": "Deployment", "name": "registry"}]},
        ("healthChecks",),
        "has no effect, because wait is true, and Flux waits for all objects: remove it, or wait",
    ),
    (
        FluxKustomizationSpec,
        {"sourceRef": GIT, "healthCheckExprs": [{"apiVersion": "v1", "current": "true"}]},
        ("healthCheckExprs",),
        "has no effect, because Flux waits for no object: set wait to true, or add healthChecks",
    ),
]


@pytest.mark.parametrize(("model", "given", "place", "message"), REFUSED)
def test_a_broken_rule_is_told_at_its_place_with_the_remedy(
    model: type[ManifestModel], given: dict[str, Any], place: tuple[int | str, ...], message: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(given)
    assert [(error["loc"], error["msg"]) for error in caught.value.errors()] == [(place, message)]


ADMITTED: list[tuple[type[ManifestModel], dict[str, Any]]] = [
    (HelmReleaseSpec, {"chart": CHART}),
    (HelmReleaseSpec, {"chart": None, "chartRef": CHART_REF}),
    (KubeConfig, {"secretRef": SECRET}),
    (ActionStrategy, {"name": "RetryOnFailure", "retryInterval": "1m"}),
    (HelmRepositorySpec, {"type": "oci", "url": "oci://localhost:5000", "insecure": True, "provider": "generic"}),
    (OCIReference, {"semver": ">=1.0.0", "semverFilter": "-alpine$"}),
    (OCIReference, {"tag": "1.0", "digest": f"sha256:{'a' * 64}"}),
    (Verification, {"matchOIDCIdentity": [{"issuer": "^https://token$", "subject": "^https://github.com/org/"}]}),
    (ChartTemplateSpec, {"chart": "team/docker-registry.v2", "sourceRef": CHART["spec"]["sourceRef"], "verify": {}}),
    (ValuesReference, {"kind": "Secret", "name": "s", "literal": True, "targetPath": "auth.htpasswd.password"}),
    (ValuesReference, {"kind": "Secret", "name": "s", "literal": False}),
    (PostRenderPatch, {"patch": JSON_PATCH, "target": {"kind": "Deployment"}}),
    (PostRenderPatch, {"patch": "apiVersion: v1\nkind: Service\nmetadata:\n  name: docker-registry\n"}),
    (PostRenderPatch, {"patch": "---\nkind: Service\n"}),
    (Namespace, {"metadata": {"name": "r" * 63}}),
    (HelmRelease, named("r" * 63)),
    # Another namespace is another release, and an expression may well look at the release itself.
    (
        HelmRelease,
        named("me", dependsOn=[{"name": "me", "namespace": "elsewhere"}, {"name": "me", "readyExpr": "true"}]),
    ),
    (
        FluxKustomizationSpec,
        {"sourceRef": GIT, "wait": True, "healthCheckExprs": [{"apiVersion": "v1", "current": "true"}]},
    ),
]


@pytest.mark.parametrize(("model", "given"), ADMITTED)
def test_what_keeps_the_rules_constructs(model: type[ManifestModel], given: dict[str, Any]) -> None:
    assert model.model_validate(given).model_dump(exclude_unset=True) == given


def test_all_broken_rules_of_an_object_are_told_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        HelmRepositorySpec.model_validate({"url": "oci://ghcr.io", "provider": "aws", "insecure": True})
    assert [error["loc"] for error in caught.value.errors()] == [("url",), ("provider",), ("insecure",)]


def test_a_rule_deep_in_a_release_is_told_with_the_whole_path() -> None:
    spec = {"upgrade": {"strategy": {"name": "RemediateOnFailure", "retryInterval": "1m"}}}
    with pytest.raises(ValidationError) as caught:
        HelmRelease.model_validate(named("me", **spec))
    assert [error["loc"] for error in caught.value.errors()] == [("spec", "upgrade", "strategy", "retryInterval")]


@pytest.mark.parametrize("key", ["chart", "chartRef", "values"])
def test_the_options_of_a_release_do_not_name_its_chart_or_values(key: str) -> None:
    with pytest.raises(ValidationError, match=f'unknown key "{key}"'):
        HelmReleaseOptions.model_validate({key: {}})


def test_a_mistyped_option_is_told_with_the_right_one() -> None:
    with pytest.raises(ValidationError, match='unknown key "disableOpenApiValidation": did you mean "disableOpenAPI'):
        HelmReleaseOptions.model_validate({"install": {"disableOpenApiValidation": True}})


def test_part_of_an_object_is_refused_if_it_bypassed_the_validators() -> None:
    valid = OCIReference(tag="1.0.0")
    assert OCIRepositorySpec(url="oci://ghcr.io/example/chart", interval="1h", ref=valid).ref == valid
    number: Any = 5
    for broken in (valid.model_copy(update={"tag": number}), OCIReference.model_construct(tag=number)):
        with pytest.raises(ValidationError, match="tag"):
            OCIRepositorySpec(url="oci://ghcr.io/example/chart", interval="1h", ref=broken)
