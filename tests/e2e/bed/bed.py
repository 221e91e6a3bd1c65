"""The cluster as a whole: `with Bed(place): ...`, in namespaces of its own (see inside.py)."""

from __future__ import annotations

import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from tests.e2e.bed import certificates, control_plane, dns, flux, images, network, node, storage
from tests.e2e.bed.place import Place
from tests.e2e.bed.processes import Processes


class Bed:
    """A Kubernetes of one node, with Flux: there for the block. What ends it is the end of its PID namespace."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._processes = Processes(place)

    def __enter__(self) -> Self:
        start = time.monotonic()
        self._start()
        say(f"Kubernetes and Flux are ready: {time.monotonic() - start:.1f} s")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing: the kernel does it."""

    def _start(self) -> None:
        place, processes = self.place, self._processes
        network.set_up()
        certificates.make(place)
        # containerd takes the images while the API server starts; Flux starts while the node does.
        with ThreadPoolExecutor(3) as pool:
            control_plane.start_api_server(place, processes)
            runtime = pool.submit(self._start_runtime)
            control_plane.wait_for_api_server(place, processes)
            control_plane.start_controllers(place, processes)
            dns.start(place, processes)
            both: list[Future[None]] = [pool.submit(flux.start, place, processes), pool.submit(storage.set_up, place)]
            runtime.result()
            node.start_kubelet(place, processes)
            for each in both:
                each.result()
            flux.wait(processes)
            control_plane.wait_for_controllers(place, processes)
            node.wait_for_node(place, processes)

    def _start_runtime(self) -> None:
        node.start_containerd(self.place, self._processes)
        images.make(self.place, self._processes)


def say(line: str) -> None:
    """Print a line about the bed at once, apart from what tests print."""
    print(f"e2e: {line}", file=sys.stderr, flush=True)
