"""The programs that people push and pull with, all of them at work on a registry while it is disturbed."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self

import requests

from tests.e2e.cluster import until
from tests.e2e.pushes import REPOSITORY
from tests.registry.clients.programs import CLIENTS, TAG, Client, Command, Registry, run
from tests.support.oci_content import Blob, image, layout_lacks, write_layout
from tests.support.oci_http import Repository

SHARED = Random("the layer that all images share").randbytes(40_000)
SIZE = 4_000
"""Bytes of the layer that an image does not share with others."""

PAUSE = 0.4
"""Seconds of a client between two images: it would leave the cluster no processor."""


@dataclass(frozen=True)
class Failure:
    """A program that has ended with an error: what it said, and when it ran, in seconds since the epoch."""

    said: str
    start: float
    end: float

    @property
    def is_connection_error(self) -> bool:
        """Whether a connection was refused or cut, which not every program repeats by itself."""
        words = ("connection refused", "connection reset", "broken pipe", "no route to host", "EOF")
        return any(each in self.said for each in words)


class Clients:
    """crane, oras, regctl, and skopeo push new images and pull old ones for the block; a context manager.

    A failure is a program that has ended with an error: what it repeats by itself is none. `folder` is an empty
    directory for its files.
    """

    def __init__(self, registry: Registry, folder: Path) -> None:
        self._registry = registry
        self._folder = folder
        self._over = threading.Event()
        self._lock = threading.Lock()
        self.pushed: dict[str, Blob] = {}
        """Each image whose push has ended well, by tag."""
        self.pulls = 0
        """Number of pulls that have ended well."""
        self.failed_pushes: list[Failure] = []
        self.failed_pulls: list[Failure] = []

    def __enter__(self) -> Self:
        self._threads = [threading.Thread(target=self._work, args=each) for each in CLIENTS.items()]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    @property
    def failures(self) -> list[Failure]:
        """All that has failed."""
        return [*self.failed_pushes, *self.failed_pulls]

    def go_on(self, images: int = 8, seconds: float = 90) -> None:
        """Return when so many more images have been pushed, and so many pulled."""
        pushed, pulled = len(self.pushed) + images, self.pulls + images
        until(f"{images} more images", lambda: len(self.pushed) >= pushed and self.pulls >= pulled, seconds)

    def lost(self) -> list[str]:
        """The tags of pushed images that the registry does not have in every byte."""
        there = Repository(self._registry.url, REPOSITORY, self._registry.login, self._registry.authority)
        return [tag for tag, content in self.pushed.items() if not _is_there(there, tag, content)]

    def _work(self, name: str, client: Client) -> None:
        random, home = Random(name), self._folder / name
        home.mkdir()
        for number in range(1_000_000):
            if self._over.wait(PAUSE):
                return
            self._push(client, home, f"{name}-{number}")
            with self._lock:
                tags = list(self.pushed)
            if tags:
                self._pull(client, home, random.choice(tags))

    def _push(self, client: Client, home: Path, tag: str) -> None:
        content = image(Random(tag), SIZE, shared=[SHARED])
        layout = home / "push"
        write_layout(layout, TAG, content)
        command = (*client.push(layout, self._name(tag)), *self._plain(client.plain_push))
        if self._succeeds(command, home, self.failed_pushes):
            with self._lock:
                self.pushed[tag] = content
        shutil.rmtree(layout)

    def _pull(self, client: Client, home: Path, tag: str) -> None:
        layout = home / "pull"
        command = (*client.pull(self._name(tag), layout), *self._plain(client.plain_pull))
        if self._succeeds(command, home, self.failed_pulls, lambda: self._check(layout, tag)):
            with self._lock:
                self.pulls += 1
        shutil.rmtree(layout, ignore_errors=True)

    def _check(self, layout: Path, tag: str) -> None:
        lacking = layout_lacks(layout, self.pushed[tag])
        assert not lacking, f"the pull of {tag} has ended well, without {lacking}"

    def _succeeds(
        self, command: Command, home: Path, failures: list[Failure], check: Callable[[], None] = lambda: None
    ) -> bool:
        start = time.time()
        try:
            run(command, self._registry, home)
            check()
        except AssertionError as error:
            failures.append(Failure(str(error), start, time.time()))
            return False
        return True

    def _name(self, tag: str) -> str:
        return f"{self._registry.host}/{REPOSITORY}:{tag}"

    def _plain(self, options: tuple[str, ...]) -> list[str]:
        return [] if self._registry.authority else [word.format(host=self._registry.host) for word in options]


def _is_there(there: Repository, tag: str, content: Blob) -> bool:
    """Whether the registry has every byte of an image; asked again where the registry is just being restarted."""

    def answers() -> list[bool]:
        try:
            is_tagged = there.manifest(tag) == (content.media_type, content.content)
            return [is_tagged and not there.lacks(content)]
        except requests.ConnectionError as error:
            raise AssertionError(str(error)) from None

    return until("answer of the registry", answers)[0]
