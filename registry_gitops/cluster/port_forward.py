"""A way to a Service inside a cluster: `kubectl port-forward` on a free local port."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Final

from registry_gitops.cluster.kubectl import REMEDIES, Kubectl, sentence
from registry_gitops.cluster.remedies import remedy

_BETWEEN: Final = 0.02
"""Seconds between two looks at what kubectl has said."""
_LONGEST: Final = 65536
"""Bytes of what it says that are read."""
_SECONDS_TO_END: Final = 5


class PortForwardError(Exception):
    """There is no way: what kubectl said about it, and what to do where that is known."""


@contextmanager
def port_forward(
    namespace: str, target: str, port: int | str, *, context: str | None = None, timeout: float = 30.0
) -> Iterator[str]:
    """HOST:PORT on loopback that leads to `port` (number or name) of `target`, such as svc/docker-registry.

    It is there for the block, and is ended with it. A Ctrl-C reaches the block and not kubectl, so that whoever cleans
    up still has the way. Raises PortForwardError when there is no way within `timeout` seconds.
    """
    words = ("port-forward", "--address", "127.0.0.1", target, f":{port}")
    command = Kubectl(context).command(namespace, *words)
    # Files, not pipes: kubectl says a line for each connection, and would wait for somebody to read them.
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
        try:
            process = subprocess.Popen(  # noqa: S603 - no shell, and the words are the user's own
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=complained, process_group=0
            )
        except OSError as error:
            raise PortForwardError(f"kubectl cannot be run ({error.strerror}): install it, or name a URL") from None
        try:
            yield _address(process, said, complained, timeout)
        finally:
            _end(process)


def _address(process: subprocess.Popen[bytes], said: IO[bytes], complained: IO[bytes], timeout: float) -> str:
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        ended = process.poll() is not None
        found = re.search(r"^Forwarding from (127\.0\.0\.1:\d+) ->", _read(said), re.MULTILINE)
        if found and not ended:
            return found[1]
        if ended:
            raise PortForwardError(_explained(_read(complained) or _read(said)))
        time.sleep(_BETWEEN)
    raise PortForwardError(_explained(_read(complained) or f"no answer from the cluster within {timeout:g} s"))


def _read(file: IO[bytes]) -> str:
    # Not by read(): kubectl writes where this file's position is.
    return os.pread(file.fileno(), _LONGEST, 0).decode(errors="replace")


_REMEDIES: Final = {
    **REMEDIES,
    "services": "check the namespace, and the name of the Service: `kubectl get services`",
    "is forbidden": "this user may not: it needs `create` on pods/portforward, and `get` on services and pods",
    "pod is not running": "the Pod is not ready yet: --wait 2m waits for it",
    "no running pods": "there is no Pod yet: --wait 2m waits for it",
    "unable to find any pod": "there is no Pod yet: --wait 2m waits for it",
    "timed out": "there is no Pod yet: --wait 2m waits for it",
}
"""What kubectl says -> what to do about it; the first that fits."""


def _explained(complaint: str) -> str:
    said = sentence(complaint)
    todo = remedy(said, _REMEDIES)
    return f"no way into the cluster: {said}{f' ({todo})' if todo else ''}"


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_SECONDS_TO_END)
        return
    process.kill()
    process.wait()
