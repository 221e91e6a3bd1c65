"""`kubectl port-forward` from a free local port to a Service or a Pod."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from registry_gitops.cluster.kubectl import Kubectl
from registry_gitops.cluster.kubectl_errors import (
    REMEDIES,
    ClusterError,
    error_lines,
    find_remedy,
    last_error_line,
    timeout_error,
)
from registry_gitops.cluster.processes import KubectlProcess, background_process
from registry_gitops.masking import mask

_POLL_INTERVAL: Final = 0.02
"""Seconds between two reads of kubectl's output."""
_POD_TIMEOUT: Final = "--pod-running-timeout=100ms"
"""kubectl waits a minute for the first Pod by default. Ours waits on request only, and then says what for."""


class PortForwardError(Exception):
    """The port-forward could not start. The message has kubectl's reason, and the remedy if one is known."""

    def __init__(self, message: str, *, is_about_pod: bool = False) -> None:
        super().__init__(mask(message))
        self.is_about_pod = is_about_pod
        """Whether the cluster responded, but no Pod of the Service did: `read_service_failure` tells why."""


@contextmanager
def port_forward(
    namespace: str, target: str, port: int | str, *, kubectl: Kubectl | None = None, timeout: float = 30.0
) -> Iterator[str]:
    """Yield HOST:PORT on loopback that forwards to `port` (number or name) of `target`, such as svc/docker-registry.

    The port-forward ends with the block. Ctrl-C interrupts the block but not kubectl, so that a cleanup can still use
    it. Raises PortForwardError if the port-forward does not start within `timeout` seconds, and at once if no
    Pod runs.
    """
    words = ("port-forward", "--address", "127.0.0.1", _POD_TIMEOUT, target, f":{port}")
    with ExitStack() as stack:
        try:
            process = stack.enter_context(background_process((kubectl or Kubectl()).command(namespace, *words)))
        except ClusterError as error:
            raise PortForwardError(f"{error}{', or pass a URL' if error.remedy else ''}") from None
        yield _wait_for_address(process, timeout)


def _wait_for_address(process: KubectlProcess, timeout: float) -> str:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        has_ended, output = process.has_ended, process.output_so_far()
        address = re.search(r"^Forwarding from (127\.0\.0\.1:\d+) ->", output.stdout, re.MULTILINE)
        if address and not has_ended:
            return address[1]
        if has_ended:
            raise _failure(output.stderr or output.stdout)
        time.sleep(_POLL_INTERVAL)
    if lines := error_lines(process.output_so_far().stderr):
        raise _failure(lines[-1])
    raise PortForwardError(f"kubectl port-forward failed: {timeout_error(timeout)}")


_REMEDIES: Final = {
    **REMEDIES,
    "services": "check the namespace, and the name of the Service: `kubectl get services`",
    "is forbidden": "grant this user `create` on pods/portforward, and `get` on services and pods",
}
"""Part of a message of kubectl -> remedy; the first match counts."""
_NO_POD: Final = ("pod is not running", "no running pods", "unable to find any pod", "timed out waiting for")
"""Parts of the messages of kubectl if no Pod runs."""
_UNREACHABLE_POD: Final = ("error upgrading connection", "lost connection to pod")
"""Parts of its messages if the node does not respond, or the Pod ends."""


def _failure(stderr: str) -> PortForwardError:
    reason = last_error_line(stderr)
    if any(words in reason for words in _NO_POD):
        return PortForwardError(f"no Pod runs ({reason}): `--wait 2m` waits for it", is_about_pod=True)
    error = ClusterError(reason, find_remedy(reason, _REMEDIES))
    is_about_pod = any(words in reason for words in _UNREACHABLE_POD)
    return PortForwardError(f"kubectl port-forward failed: {error}", is_about_pod=is_about_pod)
