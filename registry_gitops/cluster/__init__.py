"""Access to a cluster with the user's kubectl, and so with the user's contexts, credentials, and proxies.

`port_forward` makes a Service reachable. `registry_gitops.cluster.status` reports whether a deployment is ready.
"""

from registry_gitops.cluster.kubectl import Kubectl
from registry_gitops.cluster.port_forward import PortForwardError, port_forward

__all__ = ["Kubectl", "PortForwardError", "port_forward"]
