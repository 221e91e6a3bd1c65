"""Clients that push small images all the time while a registry is disturbed, and note what it has acknowledged."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from random import Random
from types import TracebackType
from typing import Self

import requests

from registry_gitops.cluster import PortForwardError
from tests.e2e.cluster import Cluster, until
from tests.support.oci_content import Blob, image
from tests.support.oci_http import Repository

CLIENTS = 4
SIZE = 3000
"""Bytes of the one file in each image."""

REPOSITORY = "team/app"


def repository(address: str) -> Repository:
    """The repository that tests push to, of the registry at HOST:PORT."""
    return Repository(f"http://{address}", REPOSITORY)


class Pushes:
    """Clients push to the registry of a namespace for the block; a context manager.

    They go through a port-forward, as on any cluster, and through a new one when that breaks.
    """

    def __init__(self, cluster: Cluster, namespace: str, port: int | str = "http") -> None:
        self._reach = partial(cluster.forward, namespace, port)
        self._over = threading.Event()
        self._numbers = iter(range(1_000_000))
        self.acknowledged: list[Blob] = []
        """Each blob and each manifest whose push was answered well."""
        self.tagged: dict[str, Blob] = {}
        """Each image whose tag was pushed too."""
        self.failures: list[str] = []
        """What clients got to see when something broke."""

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._push)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def go_on(self, images: int = 8, seconds: float = 60) -> None:
        """Return when so many more images have been pushed."""
        wanted = len(self.tagged) + images
        until(f"{images} more images that are pushed", lambda: len(self.tagged) >= wanted, seconds)

    def lost(self) -> list[str]:
        """The digests and tags that the registry has acknowledged, and does not have as they were pushed."""
        with self._reach() as address:
            there = repository(address)
            # Each for itself: of some images, a part only was acknowledged.
            lost = [digest for each in self.acknowledged for digest in there.lacks(replace(each, parts=()))]
            return lost + [
                tag for tag, each in self.tagged.items() if there.manifest(tag) != (each.media_type, each.content)
            ]

    def _push(self) -> None:
        while not self._over.is_set():
            broken = threading.Event()
            with (
                suppress(PortForwardError),
                self._reach() as address,
                ThreadPoolExecutor(CLIENTS) as clients,
            ):
                for _ in range(CLIENTS):
                    clients.submit(self._client, address, broken)

    def _client(self, address: str, broken: threading.Event) -> None:
        there = repository(address)
        while not (self._over.is_set() or broken.is_set()):
            tag = str(next(self._numbers))
            try:
                self._push_image(there, tag, image(Random(tag), SIZE))
            except requests.RequestException as error:
                self.failures.append(str(error))
                broken.set()

    def _push_image(self, there: Repository, tag: str, content: Blob) -> None:
        for each in content.walk():
            if each.is_manifest:
                there.put_manifest(each, each.digest)
            else:
                there.push_blob(each)
            self.acknowledged.append(each)
        there.put_manifest(content, tag)
        self.tagged[tag] = content
