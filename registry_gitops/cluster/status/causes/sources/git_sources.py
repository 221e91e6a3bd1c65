"""Flux cannot fetch the source of the Kustomization: a Git repository, or an artifact with the directory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.cluster_phrases import Phrase, find_phrase
from registry_gitops.cluster.status.causes.flux import MAX_SUSPECTS, list_suspects
from registry_gitops.cluster.status.causes.sources.chart_phrases import CHART_PHRASES
from registry_gitops.cluster.status.causes.sources.failed_fetch import FailedFetch, list_failures
from registry_gitops.cluster.status.causes.sources.fetch_phrases import NETWORK_PHRASES, REFUSED_FETCH_PHRASES
from registry_gitops.cluster.status.causes.sources.source_remedies import reason_of, remedy_for
from registry_gitops.cluster.status.causes.unknown import list_healthy
from registry_gitops.cluster.status.display import short_revision
from registry_gitops.cluster.status.snapshot import Snapshot, source_of

GIT_PHRASES: Final[tuple[Phrase, ...]] = (
    Phrase(
        r"couldn't find remote ref|unable to resolve ref |unable to find reference for tag|reference not found"
        r"|no match found for semver|remote ref .{0,80}absent",
        "it has no such branch or tag",
        "correct {ref}, or push the branch or tag; {then}",
    ),
    Phrase(
        r"unable to resolve commit object|unable to checkout commit|object not found|not our ref"
        r"|does not support exact sha1|unadvertised object",
        "it has no such commit, or not in this branch",
        "correct {ref}: the commit must be in its branch; {then}",
    ),
    Phrase(
        r"git repository is empty|remote repository is empty",
        "it has no commit",
        "push a first commit to the branch of {ref}; {then}",
    ),
    Phrase(
        r"sparse checkout dir",
        "a directory of `spec.sparseCheckout` does not exist in it",
        "correct {sparseCheckout}; {then}",
    ),
    Phrase(
        r"\binclude '",
        "a repository of `spec.include` is missing, or has no such directory",
        "correct {include}: `flux get sources git -A` shows the repositories; {then}",
    ),
    Phrase(
        r"entry not found|submodule",
        "a submodule cannot be fetched",
        "remove {recurseSubmodules}, or let the same credentials read the submodules; {then}",
    ),
    Phrase(
        r"repository (?:does not exist|not found)|no such repository|does not appear to be a git repository"
        r"|project you were looking for could not be found",
        "the server has no such repository, or hides it from Flux",
        "{credentials}; {then}",
    ),
)
"""What a Git server does not have."""

_FETCHED_PHRASES: Final = (*REFUSED_FETCH_PHRASES, *GIT_PHRASES, *NETWORK_PHRASES)
_OTHER_PHRASES: Final = (*REFUSED_FETCH_PHRASES, *CHART_PHRASES, *NETWORK_PHRASES)


def folder_source_not_found(snapshot: Snapshot) -> Iterator[Cause]:
    """The Kustomization names a source that does not exist."""
    for kustomization in list_suspects(snapshot)[:MAX_SUSPECTS]:
        source, ready = source_of(kustomization), kustomization.condition("Ready")
        if source is None or snapshot.find(source) or snapshot.is_kind_forbidden(source.kind) or not ready.is_false:
            continue
        yield new_cause(
            CauseId.SOURCE_NOT_FOUND,
            kustomization,
            f"the source of the Kustomization, {source}, does not exist",
            f"create it, or correct `spec.sourceRef` of the Kustomization: `kubectl get {source.kind.lower()} -A` "
            f"lists "
            "what exists",
            evidence=ready.message,
            since=ready.since,
        )


def git_failed(snapshot: Snapshot) -> Iterator[Cause]:
    """Flux cannot fetch the source of the Kustomization."""
    sources = dict.fromkeys(map(source_of, list_suspects(snapshot)))
    for fetch in list(list_failures(snapshot, *map(snapshot.find, sources)))[:MAX_SUSPECTS]:
        message, is_git = fetch.condition.message, fetch.source.kind == "GitRepository"
        phrase = find_phrase(message, _FETCHED_PHRASES if is_git else _OTHER_PHRASES)
        default = CauseId.GIT_FAILED if is_git else CauseId.SOURCE_FAILED
        is_signature = phrase is not None and phrase.id is CauseId.SIGNATURE_REFUSED
        yield new_cause(
            CauseId.SIGNATURE_REFUSED if is_signature else default,
            fetch.failed,
            f"Flux cannot fetch {fetch.address}{reason_of(fetch, phrase)}{_last_revision(fetch)}",
            remedy_for(fetch, phrase),
            evidence=message,
            more=() if phrase else (list_healthy(snapshot),),
            since=fetch.condition.since,
        )


def _last_revision(fetch: FailedFetch) -> str:
    revision = short_revision(fetch.failed.text("status.artifact.revision"))
    return f"; {revision} is the last revision that it has" if revision else ""


CAUSES: Final[tuple[FindCause, ...]] = (folder_source_not_found, git_failed)
