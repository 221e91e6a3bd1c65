"""A registry is killed while it ends its uploads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.amounts import parse_duration
from registry_gitops.documents import Manifest, Problem
from registry_gitops.repository import FluxRepository
from registry_gitops.rules.manifests.workloads.pods import POD_PATHS
from registry_gitops.rules.manifests.workloads.registries import serving_registries

_DEFAULT: Final = 30


def find_short_grace_periods(repository: FluxRepository) -> Iterator[tuple[Manifest, Problem]]:
    """The registry gets less time to end than http.draintimeout.

    Why: after SIGTERM, the registry waits for running uploads up to http.draintimeout. The kubelet kills it after
    terminationGracePeriodSeconds, which is 30 by default, so the uploads are cut off all the same.

    Source: https://github.com/distribution/distribution/pull/2685,
    https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination

    Bad: `http.draintimeout: 60s` alone   Good: `terminationGracePeriodSeconds: 75` in addition
    """
    for registry in serving_registries(repository):
        drain = registry.settings.get("http", "draintimeout")
        grace = registry.pod.get("terminationGracePeriodSeconds", _DEFAULT)
        seconds = _seconds(drain)
        if seconds and isinstance(grace, int) and seconds >= grace:
            path = (*POD_PATHS[registry.workload.group_kind], "terminationGracePeriodSeconds")
            message = f"the kubelet kills the registry after {grace} s, and its http.draintimeout is {seconds} s"
            yield registry.workload, Problem(path, message, f"write at least {seconds + 10}")


def _seconds(duration: object) -> int:
    try:
        return int(parse_duration(duration)) if isinstance(duration, str) else 0
    except ValueError:
        return 0
