"""A drain of a node can end."""

from __future__ import annotations

import math
from collections.abc import Iterator

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory


def blocked_drain(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The PodDisruptionBudget lets no Pod go, so that a drain of its node never ends.

    Why: an upgrade of the cluster drains each node, and waits for the budget. Pods that a drain stops start on another
    node; the budget decides how many at a time.

    Bad: `replicaCount: 1` with `pdb.minAvailable: 1`   Good: `pdb.maxUnavailable: 1`
    """
    values = deployment.values
    budget, scaling = values.pdb, values.autoscaling
    count = scaling.min_replicas if scaling.enabled else values.replica_count
    if not budget.enabled or not count:
        return
    remedy = "set pdb.maxUnavailable to 1 instead, or pdb.enabled to false"
    if budget.min_available is not None:
        if _pods(budget.min_available, count) >= count:
            message = f"no node with one of the {count} Pods can be drained, because all of them must stay: {remedy}"
            yield "values.pdb.minAvailable", message
    elif budget.max_unavailable is not None and not _pods(budget.max_unavailable, count):
        yield (
            "values.pdb.maxUnavailable",
            f"no node with a Pod can be drained, because none is allowed to stop: {remedy}",
        )


def _pods(amount: int | str, count: int) -> int:
    """Return a number of Pods, or a percentage of `count`, which Kubernetes rounds up."""
    return amount if isinstance(amount, int) else math.ceil(int(amount.rstrip("%")) * count / 100)
