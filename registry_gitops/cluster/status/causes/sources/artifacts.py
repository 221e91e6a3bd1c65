"""A source is fetched, but a controller of Flux cannot use its artifact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, new_cause
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase, find_phrase, without_names
from registry_gitops.cluster.status.causes.flux import MAX_SUSPECTS, list_suspects
from registry_gitops.cluster.status.causes.sources.failed_fetch import list_failures
from registry_gitops.cluster.status.causes.unknown import NOT_KNOWN
from registry_gitops.cluster.status.causes.wording import RENDER, reconcile_command, resume_command
from registry_gitops.cluster.status.live_objects import Object
from registry_gitops.cluster.status.snapshot import Snapshot, source_of

_REASONS: Final = ("ArtifactFailed", "AccessDenied")
_NO_PATH: Final = "kustomization path not found"
"""Words of a failure with the same reason, which is one of the Kustomization."""
_PUSH: Final = "push the chart with `helm push`, and leave `source.layerSelector` at its default"
_GENERATE: Final = "let `to` in the ArtifactGenerator be @artifact/NAME/, so that the chart is in a directory"

ARTIFACT_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"cross-namespace references (?:are not allowed|have been blocked)",
        "Flux is set up to refuse sources in other namespaces",
        "create the source in namespace {namespace}, and set {reference} to it; {then}",
    ),
    Phrase(
        r"feature gate is disabled",
        "Flux is set up to refuse sources of this kind",
        "set `--feature-gates` of {controller} as the message says, or use another kind of source",
    ),
    Phrase(
        r"no matches for kind|no kind is registered|kind '[^']*' not supported|does not have a resource type",
        "this version of Flux does not have sources of this kind",
        "upgrade Flux (`flux version` prints its version), or use another kind of source; {then}",
    ),
    Phrase(
        r"integrity failure|computed digest doesn't match|failed to verify archive",
        "the artifact was changed on the way",
        "let no proxy be between {controller} and source-controller (NO_PROXY); for a new artifact: {retry}",
    ),
    Phrase(
        r"chart illegally|chart\.yaml file is missing|no 'chart\.yaml' found|chart contains illegally"
        r"|decompressed chart|larger than the maximum|cannot load (?:values|chart)\S*\.yaml|only the chart api"
        r"|file does not appear to be a gzip",
        "the artifact is no Helm chart that Helm accepts",
        "{chart}; {then}",
    ),
    Phrase(
        r"failed to (?:extract|untar)|max (?:archive|download) size|greater than the max",
        "the artifact cannot be extracted",
        "exclude large files with `spec.ignore` of the source, and let the disk of {controller} have room; then "
        "{retry}",
    ),
    Phrase(
        r"artifact not found|file not found|does not have an artifact|no artifact available",
        "source-controller does not have the artifact yet, or has lost it",
        "wait: Flux tries again by itself, for example after a restart of source-controller; at once: {retry}",
    ),
    Phrase(
        r"failed to download|giving up after|could not load chart: (?:get|head) |dial tcp|connection refused"
        r"|i/o timeout|deadline exceeded|no such host|\blookup |no route to host|connection reset|\bEOF\b",
        "{controller} cannot download the artifact from source-controller",
        "check that source-controller runs (`kubectl get pods -A -l app=source-controller`), and that "
        "NetworkPolicies, the DNS, and the proxy (NO_PROXY) let {controller} reach it; Flux tries again by itself",
    ),
    Phrase(
        r"could not get source object|unable to get source",
        "Flux cannot read the source",
        "wait: Flux tries again by itself; if the message names a right, `flux install` restores the roles of Flux",
    ),
)
"""What helm-controller and kustomize-controller write about an artifact."""


def chart_not_loaded(snapshot: Snapshot) -> Iterator[Cause]:
    """The helm-controller cannot use the artifact with the chart."""
    release = snapshot.release
    if release and not list(list_failures(snapshot, snapshot.source, snapshot.chart)):
        yield from _not_loaded(release, snapshot.chart or snapshot.source, "helm-controller")


def folder_not_loaded(snapshot: Snapshot) -> Iterator[Cause]:
    """The kustomize-controller cannot use the artifact with the directory."""
    for kustomization in list_suspects(snapshot)[:MAX_SUSPECTS]:
        source = snapshot.find(source_of(kustomization))
        if source and not list(list_failures(snapshot, source)):
            yield from _not_loaded(kustomization, source, "kustomize-controller")


def _not_loaded(thing: Object, source: Object | None, controller: str) -> Iterator[Cause]:
    ready = thing.condition("Ready")
    if source is None or not ready.is_false or ready.reason not in _REASONS or thing.is_suspended:
        return
    if _NO_PATH in without_names(ready.message).lower():
        return
    phrase = find_phrase(ready.message, ARTIFACT_PHRASES)
    message, remedy = _describe(phrase, thing, source, controller)
    yield new_cause(CauseId.ARTIFACT_FAILED, thing, message, remedy, evidence=ready.message, since=ready.since)


def _describe(phrase: Phrase | None, thing: Object, source: Object, controller: str) -> tuple[str, str]:
    """Return the message and the remedy."""
    if source.is_suspended and not source.map("status.artifact"):
        return f"the {source.kind} is suspended, and has no artifact", resume_command(source)
    retry = reconcile_command(source)
    if phrase is None:
        return (
            f"{controller} cannot use the artifact of {source}{NOT_KNOWN}",
            f"read what Flux reports; to try again: {retry}",
        )
    is_release = thing.kind == "HelmRelease"
    names = {
        "controller": controller,
        "namespace": thing.namespace,
        "reference": "`source.namespace`" if is_release else "`spec.sourceRef.namespace`",
        "chart": _GENERATE if source.kind == "ExternalArtifact" else _PUSH,
        "retry": retry,
        "then": RENDER if is_release else f"then {reconcile_command(thing)}",
    }
    return phrase.message.format(**names), phrase.remedy.format(**names)
