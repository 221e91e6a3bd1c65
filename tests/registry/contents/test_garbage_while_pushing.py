"""Garbage collection beside pushes: what a client was told of is never taken from it."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from registry_gitops.registry.contents import Digest, collect_garbage, layout
from registry_gitops.registry.storage import FileStorage, MemoryStorage, Storage
from tests.registry.contents.shelf import Shelf, ages

pytestmark = pytest.mark.tools


class Interrupted(MemoryStorage):
    """A storage in which something happens right before a path goes."""

    def __init__(self) -> None:
        super().__init__()
        self.before: dict[str, Callable[[], object]] = {}

    def expire(self, path: str, before: float, *, witness: str | None = None, dry_run: bool = False) -> bool:
        if not dry_run:
            self.before.pop(path, lambda: None)()
        return super().expire(path, before, witness=witness, dry_run=dry_run)


@pytest.fixture
def storage() -> Interrupted:
    return Interrupted()


def collect_all(storage: Storage) -> None:
    moment = ages()
    collect_garbage(storage, older_than=0, delete_untagged=True, now=lambda: moment)


def test_an_index_that_somebody_asks_for_at_the_last_moment_keeps_all_its_manifests(storage: Interrupted) -> None:
    app = Shelf(storage)
    layers = [app.blob(b"%d" % number) for number in range(20)]
    images = [app.manifest(layer) for layer in layers]
    index = app.manifest(*images)
    storage.before[layout.revision_path(app.name, index)] = lambda: storage.touch(layout.blob_data_path(index))
    collect_all(storage)
    assert app.has_manifest(index)
    assert all(map(app.has_manifest, images))
    assert all(map(app.has, layers))


def test_a_layer_that_somebody_asks_for_at_the_last_moment_stays(storage: Interrupted) -> None:
    app = Shelf(storage)
    layer = app.blob(b"layer")
    storage.before[layout.layer_path(app.name, layer)] = lambda: storage.touch(layout.blob_data_path(layer))
    collect_all(storage)
    assert app.has(layer)


def test_a_blob_that_is_mounted_while_blobs_are_swept_stays(storage: Interrupted) -> None:
    app, other = Shelf(storage), Shelf(storage, "other")
    layer = app.blob(b"layer")

    def mount() -> None:
        assert storage.touch(layout.blob_data_path(layer))
        storage.publish({f"{layout.layer_path(other.name, layer)}/link": str(layer).encode()})

    storage.before[layout.blob_path(layer)] = mount
    collect_all(storage)
    assert other.has(layer)


def test_a_dangling_tag_that_is_pushed_at_the_last_moment_stays(storage: Interrupted) -> None:
    app = Shelf(storage)
    app.tag("v1", Digest.of(b"lost"))
    storage.before[layout.tag_path(app.name, "v1")] = lambda: app.manifest(tags=["v1"])
    collect_all(storage)
    assert app.tags == ["v1"]


def test_rotten_bytes_do_not_take_the_good_ones_with_them(storage: Interrupted) -> None:
    app = Shelf(storage)
    image = app.manifest(tags=["v1"])
    content = storage.read(layout.blob_data_path(image))
    assert content is not None
    storage.publish({layout.blob_data_path(image): b"rot"})
    storage.before[layout.blob_data_path(image)] = lambda: app.put(content)
    collect_all(storage)
    assert app.has_manifest(image)


def test_clients_that_push_beside_a_collection_lose_nothing(tmp_path: Path) -> None:
    grace, seconds = 2.0, 5.0
    storage, collecting = FileStorage(tmp_path), FileStorage(tmp_path)
    end = time.monotonic() + seconds
    removed = 0
    with ThreadPoolExecutor(4) as pool:
        clients = [
            pool.submit(push_until, end, grace, Shelf(storage, f"app{number % 2}"), number) for number in range(4)
        ]
        while not all(client.done() for client in clients):
            done = collect_garbage(collecting, older_than=grace, delete_untagged=True)
            removed += done.blobs + done.layers + done.manifests
    for number, client in enumerate(clients):
        image, *layers = client.result()
        app = Shelf(storage, f"app{number % 2}")
        assert app.has_manifest(image)
        assert all(map(app.has, layers))
    assert removed > 20, "there was something to lose"
    storage.close()
    collecting.close()


def push_until(end: float, grace: float, app: Shelf, client: int) -> list[Digest]:
    """Push images one after the other, with layers of those before, and return what the last one is made of."""
    turn = 0
    while True:
        turn += 1
        layers = [told_of_or_pushed(app, f"{turn // 5 + number}".encode()) for number in range(3)]
        image = app.manifest(*layers, tags=[f"client{client}"], number=turn)
        for digest in layers:
            app.storage.touch(layout.blob_data_path(digest))
        assert app.has_manifest(image)
        assert all(map(app.has, layers))
        if time.monotonic() > end:
            return [image, *layers]
        if turn % 7 == 0:
            time.sleep(grace * 1.2)


def told_of_or_pushed(app: Shelf, content: bytes) -> Digest:
    """Ask for a layer, as clients do before they push it."""
    digest = Digest.of(content)
    if app.storage.touch(layout.blob_data_path(digest)) and app.storage.stat(
        f"{layout.layer_path(app.name, digest)}/link"
    ):
        return digest
    return app.blob(content)
