"""A revert waits for an attempt that cannot succeed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.amounts import parse_duration
from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory

LONGEST_WAIT: Final = 300
"""Seconds: Flux's own default."""


def slow_revert(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """Flux waits for the Pods of an attempt for more than 5 minutes.

    Why: while Flux waits, it reads no new commit. After a commit with an image that does not start, a `git revert`
    takes effect only after that time, and the registry is down until then. A slow volume needs no long wait: with the
    strategy `RetryOnFailure`, Flux retries.

    Bad: `timeout: 15m`   Good: `timeout: 1m`, and `install` and `upgrade` with `strategy: {name: RetryOnFailure}`
    """
    release = deployment.release
    waits = (
        ("timeout", release.timeout),
        ("install.timeout", release.install and release.install.timeout),
        ("upgrade.timeout", release.upgrade and release.upgrade.timeout),
        ("rollback.timeout", release.rollback and release.rollback.timeout),
    )
    for key, wait in waits:
        if wait and parse_duration(wait) > LONGEST_WAIT:
            yield (
                f"release.{key}",
                f"a revert takes effect after up to {wait}, because Flux reads no new commit while it waits: set it to "
                "1m, and the strategy RetryOnFailure, which retries where a volume is slow",
            )
