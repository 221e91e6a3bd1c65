"""Flux cannot fetch the source of the Kustomization."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.cluster.kubectl_errors import find_remedy
from registry_gitops.cluster.status.causes.cause import Cause, CauseId, FindCause, new_cause
from registry_gitops.cluster.status.causes.delivery import MAX_SUSPECTS, list_suspects
from registry_gitops.cluster.status.causes.wording import reconcile_command
from registry_gitops.cluster.status.live_objects import Object
from registry_gitops.cluster.status.snapshot import Snapshot, source_of

_GIT_REMEDIES: Final = {
    "not found": "correct `spec.url` of the GitRepository, or give it access: without access, servers report "
    "a repository as not found",
    "couldn't find remote ref": "correct `spec.ref` of the GitRepository: there is no such branch or tag",
    "authentic": "renew the credentials in the Secret that `spec.secretRef` of the GitRepository names",
    "authoriz": "renew the credentials in the Secret that `spec.secretRef` of the GitRepository names",
    "permission denied": "renew the key in the Secret that `spec.secretRef` of the GitRepository names",
    "knownhosts": "the server has another host key: renew known_hosts in the Secret of the GitRepository",
}
_GIT_UNREACHABLE: Final = "check `spec.url` of the GitRepository, and the connection from the cluster to it"


def git_failed(snapshot: Snapshot) -> Iterator[Cause]:
    """Flux cannot fetch the source of the Kustomization."""
    for repository in _failed_repositories(snapshot)[:MAX_SUSPECTS]:
        condition = repository.condition("Ready")
        remedy = find_remedy(condition.message, _GIT_REMEDIES, _GIT_UNREACHABLE)
        yield new_cause(
            CauseId.GIT_FAILED,
            repository,
            f"Flux cannot fetch {repository.text('spec.url')}",
            f"{remedy}; then {reconcile_command(repository)}",
            evidence=condition.message,
            since=condition.since,
        )


def _failed_repositories(snapshot: Snapshot) -> list[Object]:
    """Return the sources of the suspects that fail."""
    sources = map(snapshot.find, dict.fromkeys(map(source_of, list_suspects(snapshot))))
    return [source for source in sources if source and source.condition("Ready").is_false and not source.is_suspended]


CAUSES: Final[tuple[FindCause, ...]] = (git_failed,)
