"""States between Flux's controllers: a source is fetched, but its artifact cannot be used, or may not be."""

from __future__ import annotations

from typing import Final

from registry_gitops.cluster.status import Snapshot

from .state import Change, State, add, changed, condition, edit, without

_HELM: Final = "https://github.com/fluxcd/helm-controller/blob/main/internal"
_WATCHER: Final = "https://github.com/fluxcd/source-watcher/blob/main/internal/builder/builder.go"
_READY: Final = condition(
    "OCIRepository", "Succeeded", "stored artifact for digest '0.1.0@sha256:aa'", status="True", alone=True
)


def release_cannot_load(message: str, *, reason: str = "ArtifactFailed") -> Snapshot:
    """The OCIRepository is ready, but helm-controller cannot use its artifact."""
    return changed("tag-not-in-registry", _READY, condition("HelmRelease", reason, message), without("Event"))


def folder_cannot_load(message: str, *, reason: str = "ArtifactFailed") -> Snapshot:
    """The GitRepository is ready, but kustomize-controller cannot use its artifact; an older revision runs."""
    return changed("git-ahead", condition("Kustomization", reason, message), without("Event"))


def generated(*changes: Change) -> Snapshot:
    """The chart is an ExternalArtifact, which an ArtifactGenerator makes from GitRepository flux-system."""
    reference = {"kind": "ExternalArtifact", "name": "docker-registry", "namespace": "flux-system"}
    generator = {"kind": "ArtifactGenerator", "name": "charts", "namespace": "flux-system"}
    return changed(
        "tag-not-in-registry",
        edit("HelmRelease", lambda data: data["spec"].update(chartRef=reference)),
        without("OCIRepository", "Event"),
        add(
            {
                "apiVersion": "source.toolkit.fluxcd.io/v1",
                "kind": "ExternalArtifact",
                "metadata": {"name": "docker-registry", "namespace": "flux-system", "uid": "artifact"},
                "spec": {"sourceRef": {"apiVersion": "source.extensions.fluxcd.io/v1beta1", **generator}},
            },
            {
                "apiVersion": "source.extensions.fluxcd.io/v1beta1",
                "kind": "ArtifactGenerator",
                "metadata": {"name": "charts", "namespace": "flux-system", "uid": "generator", "generation": 1},
                "spec": {"sources": [{"alias": "fleet", "kind": "GitRepository", "name": "fleet"}]},
            },
            {
                "apiVersion": "source.toolkit.fluxcd.io/v1",
                "kind": "GitRepository",
                "metadata": {"name": "fleet", "namespace": "flux-system", "uid": "fleet", "generation": 1},
                "spec": {"url": "https://github.com/acme/fleet", "interval": "1m"},
            },
        ),
        edit("GitRepository", lambda data: data.setdefault("status", {}).update(observedGeneration=1), "fleet"),
        condition("HelmRelease", "SourceNotReady", "ExternalArtifact 'flux-system/docker-registry' is not ready"),
        *changes,
    )


STATES: Final[tuple[State, ...]] = (
    State(
        "helm-controller does not reach source-controller",
        "https://github.com/fluxcd/helm-controller/issues/433",
        release_cannot_load(
            "Could not load chart: GET http://source-controller.flux-system.svc.cluster.local./ocirepository/x.tgz "
            "giving up "
            'after 10 attempt(s): Get "http://source-controller.flux-system.svc.cluster.local./ocirepository/x.tgz": '
            "dial tcp 172.20.55.99:80: i/o timeout"
        ),
        ("artifact-failed",),
        says=("helm-controller cannot download the artifact from source-controller",),
        remedy=("`kubectl get pods -A -l app=source-controller`", "NetworkPolicies"),
        never=("`source.url`",),
    ),
    State(
        "kustomize-controller does not reach source-controller",
        "https://github.com/fluxcd/flux2/issues/2309",
        folder_cannot_load(
            "failed to download archive: GET "
            "http://source-controller.flux-system.svc.cluster.local./gitrepository/flux-system/"
            'flux-system/x.tar.gz giving up after 10 attempt(s): Get "http://source-controller.flux-system.svc.cluster.'
            'local./gitrepository/x.tar.gz": dial tcp 10.100.32.193:80: connect: connection refused'
        ),
        ("artifact-failed",),
        ready=True,
        says=("kustomize-controller cannot download the artifact",),
        remedy=("NO_PROXY",),
    ),
    State(
        "source-controller was restarted",
        "https://github.com/fluxcd/helm-controller/issues/813",
        release_cannot_load("Source not ready: artifact not found. Retrying in 30s"),
        ("artifact-failed",),
        says=("does not have the artifact yet, or has lost it",),
        remedy=("wait", "`flux reconcile source oci docker-registry -n docker-registry`"),
    ),
    State(
        "the artifact of the directory is lost",
        "https://github.com/fluxcd/kustomize-controller/blob/main/internal/controller/kustomization_controller.go",
        folder_cannot_load("Source is not ready, artifact not found, retrying in 30s"),
        ("artifact-failed",),
        ready=True,
        remedy=("`flux reconcile source git flux-system -n flux-system`",),
    ),
    State(
        "a proxy changes the artifact",
        f"{_HELM}/loader/artifact_url.go",
        release_cannot_load("Could not load chart: integrity failure: computed digest doesn't match 'sha256:aa'"),
        ("artifact-failed",),
        says=("changed on the way",),
        remedy=("NO_PROXY",),
    ),
    State(
        "a generated artifact has the chart at its root",
        "https://github.com/fluxcd/source-watcher/issues/290",
        release_cannot_load(
            'Could not load chart: chart illegally contains content outside the base directory: "Chart.yaml"'
        ),
        ("artifact-failed",),
        says=("no Helm chart that Helm accepts",),
        remedy=("leave `source.layerSelector` at its default",),
    ),
    State(
        "an artifact that is too large",
        "https://github.com/fluxcd/pkg/blob/main/http/fetch/archive_fetcher.go",
        folder_cannot_load(
            "failed to extract archive (check whether file size exceeds max download size): tar is bigger than max "
            "archive size "
            "of 104857600 bytes"
        ),
        ("artifact-failed",),
        ready=True,
        says=("cannot be extracted",),
        remedy=("`spec.ignore`",),
    ),
    State(
        "Flux refuses a source in another namespace",
        "https://github.com/fluxcd/helm-controller/pull/408",
        release_cannot_load(
            "can't access 'GitRepository/flux-system/flux-system', cross-namespace references have been blocked",
            reason="AccessDenied",
        ),
        ("artifact-failed",),
        says=("refuse sources in other namespaces",),
        remedy=("create the source in namespace docker-registry", "then render"),
        never=("credentials",),
    ),
    State(
        "a Kustomization may not use a source in another namespace",
        "https://github.com/fluxcd/kustomize-controller/blob/main/internal/controller/kustomization_controller.go",
        folder_cannot_load(
            "can't access 'GitRepository/fleet/fleet', cross-namespace references have been blocked",
            reason="AccessDenied",
        ),
        ("artifact-failed",),
        ready=True,
        remedy=("create the source in namespace flux-system",),
    ),
    State(
        "Flux is set up without ExternalArtifact",
        f"{_HELM}/controller/helmrelease_controller.go",
        release_cannot_load(
            "can't access 'ExternalArtifact/docker-registry/docker-registry', ExternalArtifact feature gate is "
            "disabled",
            reason="AccessDenied",
        ),
        ("artifact-failed",),
        says=("refuse sources of this kind",),
        remedy=("`--feature-gates` of helm-controller",),
    ),
    State(
        "Flux is too old for the kind of the source",
        "https://github.com/kubernetes/apimachinery/blob/master/pkg/api/meta/errors.go",
        release_cannot_load(
            'could not get Source object: no matches for kind "ExternalArtifact" in version "source.toolkit.fluxcd.io"'
        ),
        ("artifact-failed",),
        says=("does not have sources of this kind",),
        remedy=("upgrade Flux",),
    ),
    State(
        "helm-controller cannot read the source",
        f"{_HELM}/controller/helmrelease_controller.go",
        release_cannot_load("could not get Source object: the server was unable to return a response in time"),
        ("artifact-failed",),
        says=("Flux cannot read the source",),
        remedy=("wait",),
    ),
    State(
        "the sources of a generated artifact are refused",
        _WATCHER,
        generated(
            condition(
                "GitRepository",
                "GitOperationFailed",
                "failed to checkout and determine revision: unable to list remote for 'https://github.com/acme/fleet': "
                "authentication required: Repository not found.",
            ),
            condition(
                "ArtifactGenerator",
                "SourceFetchFailed",
                "get sources failed: source 'GitRepository/fleet' is not ready",
            ),
            edit("GitRepository", lambda data: data["status"].update(conditions=[]), "flux-system"),
        ),
        ("source-failed",),
        says=("https://github.com/acme/fleet: the server wants credentials",),
        remedy=("`flux create secret git NAME -n flux-system --url https://github.com/acme/fleet",),
    ),
    State(
        "a generator finds no files",
        _WATCHER,
        generated(
            condition("GitRepository", "Succeeded", "stored artifact", status="True", alone=True),
            condition(
                "ArtifactGenerator",
                "BuildFailed",
                "docker-registry build failed: failed to apply copy operation from '@fleet/charts/**' to '@artifact/': "
                "no files "
                "match pattern 'charts/**' in source 'fleet'",
            ),
        ),
        ("source-failed",),
        says=("the ArtifactGenerator copies nothing",),
        remedy=("`spec.artifacts` of the ArtifactGenerator",),
    ),
    State(
        "a generated artifact does not exist",
        _WATCHER,
        generated(without("ExternalArtifact", "ArtifactGenerator")),
        ("source-not-found",),
        says=("ExternalArtifact/flux-system/docker-registry, does not exist",),
        remedy=("`kubectl get artifactgenerators.source.extensions.fluxcd.io -n flux-system`",),
    ),
)
