"""Where a registry is, and a client of it: by URL, by a Service in a cluster, or by its deployment.

with open_client(resolve_target(deployment=load("registry.yaml")), wait=60) as client:
    report = run_checks(client, checks_for_level(CHECKS, Level.SMOKE))
"""

from registry_gitops.target.opening import open_client
from registry_gitops.target.promises import read_promises
from registry_gitops.target.resolution import PortForwardTarget, Target, resolve_target

__all__ = ["PortForwardTarget", "Target", "open_client", "read_promises", "resolve_target"]
