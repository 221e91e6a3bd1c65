"""Access to a cluster with the user's kubectl, and so with the user's contexts, credentials, and proxies.

`port_forward` makes a Service reachable. `registry_gitops.cluster.status` reports whether a deployment is ready.
"""

from registry_gitops.cluster.kubectl import Kubectl, KubectlResult, ObjectList, parse_objects
from registry_gitops.cluster.kubectl_errors import ClusterError, UnknownKindError, parse_error
from registry_gitops.cluster.port_forward import PortForwardError, port_forward
from registry_gitops.cluster.processes import run_commands

__all__ = ["ClusterError", "Kubectl", "KubectlResult", "PortForwardError", "UnknownKindError"]
__all__ += ["ObjectList", "parse_error", "parse_objects", "port_forward", "run_commands"]
