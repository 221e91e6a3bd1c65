"""Flux Kustomizations of several clusters: each is in a file of its own, and has the same name."""

from __future__ import annotations

from typing import Any

from registry_gitops.diff import Effect

from .committed import CONFIG, Repository, values


def flux(*clusters: str, **options: Any) -> dict[str, Any]:
    """Return the config with Flux Kustomizations of clusters."""
    return {**CONFIG, "flux": {"clusters": {name: {} for name in clusters}, **options}}


def told(repository: Repository, before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, Effect]]:
    return [(each.action.value, each.object.kind, each.effect) for each in repository.diff(before, after).changes]


def test_other_cluster_is_no_change_of_the_first_one(repository: Repository) -> None:
    assert told(repository, flux("us"), flux("asia")) == [
        ("delete", "Kustomization", Effect.ORPHANS_DATA),
        ("create", "Kustomization", Effect.NOTHING),
    ]


def test_one_more_cluster_changes_nothing_in_the_others(repository: Repository) -> None:
    assert told(repository, flux("us"), flux("us", "eu")) == [("create", "Kustomization", Effect.NOTHING)]


def test_without_pruning_flux_leaves_what_it_applied(repository: Repository) -> None:
    assert told(repository, flux("us", "eu", prune=False), flux("us", prune=False)) == [
        ("delete", "Kustomization", Effect.NOTHING)
    ]


def test_claim_that_helm_does_not_keep_is_deleted_with_the_cluster(repository: Repository) -> None:
    lost = values(persistence={"resourcePolicy": ""})["values"]
    before, after = ({**flux(*clusters), "values": lost} for clusters in (("us", "eu"), ("us",)))
    assert told(repository, before, after) == [("delete", "Kustomization", Effect.DELETES_DATA)]


def test_variables_of_flux_can_restart_pods(repository: Repository) -> None:
    after = flux("us", postBuild={"substitute": {"HOST": "registry.example.com"}})
    assert told(repository, flux("us"), after) == [("update", "Kustomization", Effect.RESTARTS_PODS)]
