"""What is asked of a cluster, by kubectl: with the user's own contexts, logins and proxies.

`port_forward` is a way to a Service; `registry_gitops.cluster.status` says whether a deployment runs.
"""

from registry_gitops.cluster.port_forward import PortForwardError, port_forward

__all__ = ["PortForwardError", "port_forward"]
