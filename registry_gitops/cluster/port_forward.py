"""A way to a Service inside a cluster: `kubectl port-forward` on a free local port."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from registry_gitops.cluster.kubectl import REMEDIES, ClusterError, Kubectl, error_lines, last_error_line, timed_out
from registry_gitops.cluster.processes import KubectlProcess, started
from registry_gitops.cluster.remedies import remedy
from registry_gitops.masking import mask

_POLL_INTERVAL: Final = 0.02
"""Seconds between two looks at what kubectl has printed."""


class PortForwardError(Exception):
    """There is no port-forward: the reason that kubectl gave, and the remedy if one is known."""

    def __init__(self, message: str) -> None:
        super().__init__(mask(message))


@contextmanager
def port_forward(
    namespace: str, target: str, port: int | str, *, context: str | None = None, timeout: float = 30.0
) -> Iterator[str]:
    """Yield HOST:PORT on loopback that leads to `port` (number or name) of `target`, such as svc/docker-registry.

    It exists for the block, and ends with it. Ctrl-C interrupts the block and not kubectl, so that a cleanup can still
    use it. Raises PortForwardError if there is none within `timeout` seconds.
    """
    command = Kubectl(context).command(namespace, "port-forward", "--address", "127.0.0.1", target, f":{port}")
    with ExitStack() as stack:
        try:
            kubectl = stack.enter_context(started(command))
        except ClusterError as error:
            raise PortForwardError(f"{error}{', or pass a URL' if error.remedy else ''}") from None
        yield _wait_for_address(kubectl, timeout)


def _wait_for_address(kubectl: KubectlProcess, timeout: float) -> str:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        has_ended, output = kubectl.has_ended, kubectl.output_so_far()
        found = re.search(r"^Forwarding from (127\.0\.0\.1:\d+) ->", output.stdout, re.MULTILINE)
        if found and not has_ended:
            return found[1]
        if has_ended:
            raise _failure(output.stderr or output.stdout)
        time.sleep(_POLL_INTERVAL)
    if lines := error_lines(kubectl.output_so_far().stderr):
        raise _failure(lines[-1])
    raise PortForwardError(f"kubectl port-forward failed: {timed_out(timeout)}")


_NO_POD: Final = "there is no Pod yet: `--wait 2m` waits for it"
_REMEDIES: Final = {
    **REMEDIES,
    "services": "check the namespace, and the name of the Service: `kubectl get services`",
    "is forbidden": "grant this user `create` on pods/portforward, and `get` on services and pods",
    "pod is not running": "the Pod is not ready yet: `--wait 2m` waits for it",
    "no running pods": _NO_POD,
    "unable to find any pod": _NO_POD,
    "timed out": _NO_POD,
}
"""Words of kubectl -> remedy; the first that matches."""


def _failure(stderr: str) -> PortForwardError:
    reason = last_error_line(stderr)
    return PortForwardError(f"kubectl port-forward failed: {ClusterError(reason, remedy(reason, _REMEDIES))}")
