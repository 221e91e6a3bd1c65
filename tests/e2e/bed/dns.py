"""DNS: CoreDNS answers for the names of Services, at the node's address, which the kubelet writes into each Pod."""

from __future__ import annotations

from tests.e2e.bed import network
from tests.e2e.bed.place import PROGRAMS, Place
from tests.e2e.bed.processes import Processes

# A name outside of the cluster is refused at once: there is nobody to ask.
CONFIGURATION = """\
{domain}:53 {{
    bind {address}
    errors
    kubernetes {domain} {{
        kubeconfig {kubeconfig}
    }}
}}
"""


def start(place: Place, processes: Processes) -> None:
    """Start CoreDNS."""
    file = place.configuration / "Corefile"
    text = CONFIGURATION.format(domain=network.DOMAIN, address=network.NODE, kubeconfig=place.kubeconfig)
    file.write_text(text, encoding="utf-8")
    processes.start("coredns", PROGRAMS / "coredns", "-conf", file)
