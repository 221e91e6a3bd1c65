"""The API server refuses the port."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.rules.deployments.output_directory import OutputDirectory

_FIRST: Final = 30000
_LAST: Final = 32767


def node_port_range(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """The node port is out of the range of most clusters.

    Why: the API server refuses it, unless its option --service-node-port-range has another range than 30000-32767.

    Source: https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport

    Bad: `service.nodePorts.http: 5000`   Good: `service.nodePorts.http: 30500`
    """
    service = deployment.values.service
    port = service.node_ports.http
    if service.type != "ClusterIP" and port is not None and not _FIRST <= port <= _LAST:
        yield (
            "values.service.nodePorts.http",
            f"the API server refuses {port}, if its range is the default: write a port from {_FIRST} to {_LAST}",
        )
