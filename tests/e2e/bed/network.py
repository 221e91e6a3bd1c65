"""The network of the bed: a node with an address, and a route for the addresses of Services.

The network namespace is empty at first and leads nowhere, so that no test depends on the Internet, and addresses and
ports may be fixed: nobody else is there.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

NODE_NAME = "node"
NODE = "10.99.0.1"
"""The node's address: that of the API server, the kubelet and DNS."""

PODS = "10.244.0.0/24"
SERVICES = "10.96.0.0/16"
API_SERVICE = "10.96.0.1"
"""Address of the Service `kubernetes`: the first of SERVICES."""

DOMAIN = "cluster.local"
"""What the names of Services end with."""


def set_up() -> None:
    """Give this network namespace the node's address."""
    for command in (
        "link set lo up",
        # A bridge without ports holds the address: some kernels lack `dummy`.
        "link add node0 type bridge",
        f"address add {NODE}/24 dev node0",
        "link set node0 up",
        # kube-proxy rewrites a Service's address only once a packet has a way to go.
        f"route add {SERVICES} dev node0",
    ):
        subprocess.run(["ip", *command.split()], check=True)
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1", encoding="ascii")
