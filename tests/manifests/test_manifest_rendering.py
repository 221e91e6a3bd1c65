"""How objects become plain data: what is rendered, in which order, and what is not."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from registry_gitops.manifests import (
    KINDS,
    ActionStrategy,
    ChartReference,
    ChartTemplate,
    ChartTemplateSpec,
    ChartVerification,
    Decryption,
    DirectorySource,
    Document,
    FluxKustomizationResource,
    FluxKustomizationSpec,
    HelmRelease,
    HelmReleaseOptions,
    HelmReleaseSpec,
    HelmRepository,
    HelmRepositorySpec,
    Install,
    Kustomization,
    KustomizePatch,
    LabelSet,
    LayerSelector,
    Namespace,
    ObjectMeta,
    OCIReference,
    OCIRepository,
    OCIRepositorySpec,
    OIDCIdentity,
    Resource,
    Selector,
    SourceReference,
    Upgrade,
    UpgradeRemediation,
    ValuesReference,
    Verification,
)

HERE = ObjectMeta(name="docker-registry", namespace="docker-registry")
CHART = ChartTemplate(
    spec=ChartTemplateSpec(
        chart="./charts/docker-registry", source_ref=SourceReference(kind="GitRepository", name="flux-system")
    )
)

EXAMPLES: list[tuple[Document, str]] = [
    (
        Namespace.with_pod_security("docker-registry", "restricted", labels={"team": "platform"}),
        '{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "docker-registry", "labels": {'
        '"pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/audit": "restricted", '
        '"pod-security.kubernetes.io/warn": "restricted", "team": "platform"}}}',
    ),
    (
        HelmRepository(
            metadata=HERE,
            spec=HelmRepositorySpec(url="oci://registry-1.docker.io/bitnamicharts", type="oci", interval="1h"),
        ),
        '{"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "HelmRepository", '
        '"metadata": {"name": "docker-registry", "namespace": "docker-registry"}, '
        '"spec": {"type": "oci", "interval": "1h", "url": "oci://registry-1.docker.io/bitnamicharts"}}',
    ),
    (
        OCIRepository(
            metadata=HERE,
            spec=OCIRepositorySpec(
                url="oci://ghcr.io/org/charts/docker-registry",
                layer_selector=LayerSelector.helm_chart(),
                ref=OCIReference(semver=">=0.1.0"),
                verify=Verification(match_oidc_identity=[OIDCIdentity(issuer="^i$", subject="^s$")]),
            ),
        ),
        '{"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": "OCIRepository", '
        '"metadata": {"name": "docker-registry", "namespace": "docker-registry"}, '
        '"spec": {"interval": "10m", "url": "oci://ghcr.io/org/charts/docker-registry", "ref": {"semver": ">=0.1.0"}, '
        '"layerSelector": {"mediaType": "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "operation": "copy"}, '
        '"verify": {"provider": "cosign", "matchOIDCIdentity": [{"issuer": "^i$", "subject": "^s$"}]}}}',
    ),
    (
        HelmRelease(
            metadata=HERE,
            spec=HelmReleaseSpec(
                values={"b": 1, "a": {"fsGroup": None, "list": [{"x": None}]}},
                values_from=[ValuesReference(name="s", kind="Secret")],
                upgrade=Upgrade(
                    remediation=UpgradeRemediation(strategy="rollback", retries=3), disable_open_api_validation=True
                ),
                install=Install(strategy=ActionStrategy(retry_interval="90s", name="RetryOnFailure")),
                release_name="registry",
                chart=CHART,
            ),
        ),
        '{"apiVersion": "helm.toolkit.fluxcd.io/v2", "kind": "HelmRelease", '
        '"metadata": {"name": "docker-registry", "namespace": "docker-registry"}, "spec": {'
        '"chart": {"spec": {"chart": "./charts/docker-registry", '
        '"sourceRef": {"kind": "GitRepository", "name": "flux-system"}}}, '
        '"interval": "10m", "releaseName": "registry", '
        '"install": {"strategy": {"name": "RetryOnFailure", "retryInterval": "90s"}}, '
        '"upgrade": {"disableOpenAPIValidation": true, "remediation": {"retries": 3, "strategy": "rollback"}}, '
        '"valuesFrom": [{"kind": "Secret", "name": "s"}], '
        '"values": {"b": 1, "a": {"fsGroup": null, "list": [{"x": null}]}}}}',
    ),
    (
        Kustomization(
            resources=["namespace.yaml", "helmrelease.yaml"],
            patches=[KustomizePatch(patch="- op: remove\n  path: /a\n", target=Selector(kind="HelmRelease"))],
            labels=[LabelSet(pairs={"team": "platform"}, include_selectors=False)],
            namespace="docker-registry",
        ),
        '{"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "namespace": "docker-registry", '
        '"resources": ["namespace.yaml", "helmrelease.yaml"], '
        '"labels": [{"pairs": {"team": "platform"}, "includeSelectors": false}], '
        '"patches": [{"patch": "- op: remove\\n  path: /a\\n", "target": {"kind": "HelmRelease"}}]}',
    ),
    (
        FluxKustomizationResource(
            metadata=HERE,
            spec=FluxKustomizationSpec(
                decryption=Decryption(),
                interval="1h",
                path="./apps/registry",
                source_ref=DirectorySource(kind="ExternalArtifact", name="apps"),
            ),
        ),
        '{"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", '
        '"metadata": {"name": "docker-registry", "namespace": "docker-registry"}, '
        '"spec": {"sourceRef": {"kind": "ExternalArtifact", "name": "apps"}, "path": "./apps/registry", '
        '"interval": "1h", "prune": true, "decryption": {"provider": "sops"}}}',
    ),
]

each_example = pytest.mark.parametrize(
    ("document", "rendered"), EXAMPLES, ids=[type(doc).__name__ for doc, _ in EXAMPLES]
)


@each_example
def test_an_object_is_rendered_in_the_order_of_the_docs_without_what_is_not_set(
    document: Document, rendered: str
) -> None:
    assert json.dumps(document.to_manifest_dict()) == rendered


@each_example
def test_an_object_read_back_is_the_same_object_and_renders_the_same(document: Document, rendered: str) -> None:
    again = type(document).model_validate(json.loads(rendered))
    assert again == document
    assert json.dumps(again.to_manifest_dict()) == rendered


def test_every_kind_has_an_example_here() -> None:
    assert {type(document) for document, _ in EXAMPLES} == set(KINDS)


def test_none_means_not_set_for_an_object_but_is_kept_in_its_values() -> None:
    spec = HelmReleaseSpec(chart=CHART, timeout=None, install=Install(timeout=None), values={"affinity": None})
    assert spec.to_manifest_dict() == {
        **HelmReleaseSpec(chart=CHART).to_manifest_dict(),
        "install": {},
        "values": {"affinity": None},
    }


def test_the_options_of_a_release_render_their_interval_though_nobody_set_it() -> None:
    assert HelmReleaseOptions().to_manifest_dict() == {"interval": "10m"}


def test_a_verification_renders_its_provider_because_the_crd_requires_it() -> None:
    assert ChartVerification().to_manifest_dict() == {"provider": "cosign"}


def test_options_and_a_chart_make_the_spec_of_a_release() -> None:
    options = HelmReleaseOptions(interval="5m", timeout="1h", values_from=[ValuesReference(kind="Secret", name="s")])
    reference = ChartReference(kind="OCIRepository", name="docker-registry")
    spec = HelmReleaseSpec.from_options(options, chart_ref=reference, values={"replicaCount": 1})
    assert spec == HelmReleaseSpec(
        chart_ref=reference,
        interval="5m",
        timeout="1h",
        values_from=[ValuesReference(kind="Secret", name="s")],
        values={"replicaCount": 1},
    )


@pytest.mark.parametrize(
    ("resource", "identity"),
    [
        (HelmRelease(metadata=HERE, spec=HelmReleaseSpec(chart=CHART)), "HelmRelease/docker-registry/docker-registry"),
        (Namespace.with_pod_security("docker-registry", ""), "Namespace/docker-registry"),
    ],
)
def test_the_identity_of_an_object_is_what_flux_prints(resource: Resource, identity: str) -> None:
    assert resource.identity == identity


def test_a_label_of_the_users_wins_over_the_pod_security_labels() -> None:
    labels = {"pod-security.kubernetes.io/enforce": "baseline"}
    found = Namespace.with_pod_security("registry", "restricted", labels=labels, annotations={"owner": "me"}).metadata
    assert found.annotations == {"owner": "me"}
    assert found.labels == {
        "pod-security.kubernetes.io/enforce": "baseline",
        "pod-security.kubernetes.io/audit": "restricted",
        "pod-security.kubernetes.io/warn": "restricted",
    }


def test_importing_the_manifests_builds_no_validator() -> None:
    # A command must not pay for kinds that it does not render: building all of them takes longer than importing them.
    script = (
        "from registry_gitops.manifests import ManifestModel\n"
        "def below(cls): return [cls, *(found for sub in cls.__subclasses__() for found in below(sub))]\n"
        "found = below(ManifestModel)\n"
        "print([cls.__name__ for cls in found if cls.__pydantic_complete__], len(found) > 40)"
    )
    assert (
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "[] True\n"
    )
