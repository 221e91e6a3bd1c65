"""The containers of a Pod that collects garbage, as processes: their commands and variables are the chart's."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self

import requests

from tests.support.helm import Rendered
from tests.support.listening import HOST, free_port
from tests.support.oci_content import Blob, image
from tests.support.oci_http import Repository

SECONDS = 180
RESULT = re.compile(r"^garbage-collection (.*)$", re.MULTILINE)


def wait_for(what: str, condition: Callable[[], object]) -> None:
    """Wait until a condition is met; fail after `SECONDS`."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"not within {SECONDS} s: {what}"
        time.sleep(0.02)


def read_results(log: str) -> list[dict[str, str]]:
    """Return what a collector has reported in its log, a line for each time."""
    return [dict(re.findall(r'(\S+?)=("[^"]*"|\S*)', line)) for line in RESULT.findall(log)]


@dataclass
class Script:
    """A container's process and what it prints."""

    process: subprocess.Popen[bytes]
    output: Path

    @property
    def text(self) -> str:
        return self.output.read_text(errors="replace")

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ended(self) -> int:
        """Its exit code, as soon as there is one."""
        return self.process.wait(SECONDS)

    def kill(self) -> None:
        """End it with its children, which share its process group."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def child(self, *words: str) -> int:
        """The process of its child whose command has these words."""
        for place in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
                command = (place / "cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if parent == self.process.pid and set(words) <= set(command):
                return int(place.name)
        raise AssertionError(f"no child {words}")


def write_files(rendered: Rendered, folder: Path) -> None:
    """Write what the ConfigMaps mount into a Pod that collects garbage."""
    (folder / "scripts").mkdir()
    (scripts,) = rendered.find("ConfigMap", "docker-registry-collection")
    for name, text in scripts["data"].items():
        (folder / "scripts" / name).write_text(text)
    (folder / "config.yml").write_text(rendered.config_text)


def start_container(container: Mapping[str, Any], folder: Path, path: str, variables: Mapping[str, str]) -> Script:
    """Start a container as a process, with the files in `folder`; `variables` are set over its own.

    `path` is its PATH: first the applets of busybox, then the programs of the images.
    """
    own = {variable["name"]: variable["value"] for variable in container["env"] if "value" in variable}
    output = folder / f"{container['name']}.log"
    with output.open("ab") as log:
        process = subprocess.Popen(
            [_local(word, folder, path) for word in container["command"]],
            env={**own, **variables, "PATH": path},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Script(process, output)


def _local(word: str, folder: Path, path: str) -> str:
    """Return a word of a command with the paths of this machine."""
    places = {"/bin/sh": f"{path.partition(':')[0]}/sh", "/run/collection": f"{folder}/run"}
    places["/etc/distribution/config.yml"] = f"{folder}/config.yml"
    return places.get(word, word.replace("/collection/", f"{folder}/scripts/"))


def accepts_pushes(url: str) -> bool:
    """Return whether a registry begins an upload."""
    return bool(requests.post(f"{url}/v2/a/blobs/uploads/", timeout=SECONDS).status_code == requests.codes.accepted)


@dataclass
class CollectingPod:
    """The Pod that `rendered` describes, with its own port, and all else below `folder`; a context manager."""

    rendered: Rendered
    folder: Path
    path: str
    """PATH of the containers: the applets of busybox, and the registry."""
    port: int = field(default_factory=free_port)
    scripts: dict[str, Script] = field(default_factory=dict)

    def __enter__(self) -> Self:
        for name in ("data", "run"):
            (self.folder / name).mkdir()
        write_files(self.rendered, self.folder)
        try:
            self.start("registry")
            self.start("garbage-collection")
            wait_for("the registry serves", self.serves)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for script in self.scripts.values():
            script.kill()
            if error is not None:
                error.add_note(f"{script.output.name}:\n{script.text[-3000:]}")

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def registry(self) -> Script:
        return self.scripts["registry"]

    @property
    def collector(self) -> Script:
        return self.scripts["garbage-collection"]

    def start(self, name: str) -> None:
        """Start a container, or start it again."""
        (container,) = (found for found in self.rendered.pod["containers"] if found["name"] == name)
        places = {
            "REGISTRY_HTTP_ADDR": f"{HOST}:{self.port}",
            "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY": str(self.data),
        }
        if any(variable["name"] == "GC_ROOT" for variable in container["env"]):
            places["GC_ROOT"] = str(self.data)
        self.scripts[name] = start_container(container, self.folder, self.path, places)

    def serves(self) -> bool:
        """Whether it answers."""
        try:
            return bool(requests.get(self.url, timeout=SECONDS).ok)
        except requests.ConnectionError:
            return False

    def accepts_pushes(self) -> bool:
        """Whether it begins an upload."""
        try:
            return accepts_pushes(self.url)
        except requests.ConnectionError:
            return False

    def results(self) -> list[dict[str, str]]:
        """What the collector has reported, a line for each time."""
        return read_results(self.collector.text)

    def collect(self) -> dict[str, str]:
        """Collect garbage now, wait until pushes are accepted again, and return what was reported."""
        number = len(self.results())
        self.collector.signal(signal.SIGUSR1)
        wait_for("a collection has ended", lambda: len(self.results()) > number)
        wait_for("it accepts pushes", self.accepts_pushes)
        return self.results()[-1]

    def size(self) -> int:
        """Bytes of all blobs."""
        return sum(path.stat().st_size for path in self.data.glob("docker/registry/v2/blobs/*/*/*/data"))


class Client(threading.Thread):
    """Pushes images, deletes every other one, and pulls; repeats what the registry refuses, or does not answer."""

    def __init__(self, urls: Callable[[], list[str]], number: int, shared: Blob) -> None:
        super().__init__()
        self.urls = urls
        self.name = f"client/{number}"
        self.shared = shared.parts[1].digest
        self.random = Random(number)
        self.kept: list[Blob] = []
        self.problems: list[str] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.is_set():
            kept, deleted = image(self.random, 3_000), image(self.random, 3_000)
            if self._repeat(partial(Repository.push, content=kept)):
                self.kept.append(kept)
            if self._repeat(partial(Repository.push, content=deleted)):
                self._repeat(partial(Repository.ask, method="DELETE", path=f"manifests/{deleted.digest}"))
            self._repeat(partial(Repository.blob, digest=self.shared), "shared")

    def _repeat(self, request: Callable[[Repository], object], repository: str = "") -> bool:
        """Repeat a request, to any of the Pods, until it succeeds; return whether it did, before the end."""
        while not self.stopping.is_set():
            try:
                request(Repository(self.random.choice(self.urls()), repository or self.name))
            except (requests.ConnectionError, IndexError):
                continue
            except requests.HTTPError as error:
                code = error.response.status_code if error.response is not None else 0
                # 405: read-only. 400: its layers were pushed before. 404: the last try has deleted it.
                if code not in (400, 404, 405):
                    self.problems.append(str(error))
                continue
            return True
        return False

    def broken(self) -> list[str]:
        """What went wrong, and what is missing of the images whose push succeeded."""
        repository = Repository(self.urls()[0], self.name)
        return [*self.problems, *(missing for content in self.kept for missing in repository.lacks(content))]


def push_what_is_missing(repository: Repository, content: Blob) -> None:
    """Push an image as most clients do: only the blobs that the registry says it does not have."""
    for part in content.parts:
        if not requests.head(f"{repository.url}/v2/{repository.name}/blobs/{part.digest}", timeout=SECONDS).ok:
            repository.push_blob(part)
    repository.put_manifest(content, content.digest)


def wait_until_each_pushed(clients: list[Client]) -> None:
    counts = [len(client.kept) for client in clients]
    wait_for(
        "each pushes", lambda: all(len(client.kept) > count for client, count in zip(clients, counts, strict=True))
    )


@contextmanager
def running(clients: list[Client]) -> Iterator[None]:
    for client in clients:
        client.start()
    try:
        yield
    finally:
        for client in clients:
            client.stopping.set()
        for client in clients:
            client.join()
