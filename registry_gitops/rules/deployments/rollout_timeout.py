"""Flux waits for a rollout to its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.amounts import parse_duration
from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory
from registry_gitops.values import rollout_seconds

_DEFAULT_WAIT: Final = "5m"
"""Flux's own."""


def rollout_timeout(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """Flux gives up an upgrade before its rollout can end, and does not try again.

    Why: with object storage, a new Pod must be ready for 35 seconds before it replaces an old one, because the registry
    reports wrong credentials only after 30 seconds. The Pods are replaced one after the other. After the timeout the
    HelmRelease stays failed, or Flux rolls back an upgrade that works.

    Bad: `timeout: 1m` with `replicaCount: 3`   Good: that, with `upgrade.strategy.name: RetryOnFailure`
    """
    release, upgrade = deployment.release, deployment.release.upgrade
    if upgrade and upgrade.strategy and upgrade.strategy.name == "RetryOnFailure":
        return
    own = upgrade and upgrade.timeout
    wait, needed = own or release.timeout or _DEFAULT_WAIT, rollout_seconds(deployment.values)
    if parse_duration(wait) < needed:
        yield (
            "release.upgrade.timeout" if own else "release.timeout",
            f"a rollout takes about {needed} seconds, and Flux waits for {wait} and does not try again: set "
            "upgrade.strategy.name to RetryOnFailure, or raise it",
        )
