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


class PortForwardError(Exception):
    """The port-forward could not start. The message has kubectl's reason, and the remedy if one is known."""

    def __init__(self, message: str) -> None:
        super().__init__(mask(message))


@contextmanager
def port_forward(
    namespace: str, target: str, port: int | str, *, kubectl: Kubectl | None = None, timeout: float = 30.0
) -> Iterator[str]:
    """Yield HOST:PORT on loopback that forwards to `port` (number or name) of `target`, such as svc/docker-registry.

    The port-forward ends with the block. Ctrl-C interrupts the block but not kubectl, so that a cleanup can still use
    it. Raises PortForwardError if the port-forward does not start within `timeout` seconds.
    """
    words = ("port-forward", "--address", "127.0.0.1", target, f":{port}")
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
"""Part of a message of kubectl -> remedy; the first match counts."""


def _failure(stderr: str) -> PortForwardError:
    reason = last_error_line(stderr)
    return PortForwardError(f"kubectl port-forward failed: {ClusterError(reason, find_remedy(reason, _REMEDIES))}")
