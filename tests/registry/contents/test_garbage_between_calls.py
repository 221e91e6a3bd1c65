"""What a client was told of stays, whenever a collection runs: between any two calls of a request, or around it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from registry_gitops.registry.contents import Digest, collect_garbage
from registry_gitops.registry.storage import MemoryStorage
from registry_gitops.registry.storage.memory import _files
from tests.registry.api.asking import Asking, image, index
from tests.registry.contents.shelf import Shelf

CONFIG = b"{}"
LAYER = b"a layer"
IMAGE = image(LAYER, config=CONFIG)
LAYER_DIGEST, IMAGE_DIGEST = Digest.of(LAYER), Digest.of(IMAGE)


class Interrupted(MemoryStorage):
    """A storage in which something happens once, right before the call of that number."""

    def __init__(self) -> None:
        super().__init__()
        self._calls = 0
        self._happens: Callable[[], object] | None = None
        for name in ("read", "stat", "open", "names", "touch", "publish", "remove", "expire", "prune", "draft"):
            setattr(self, name, self._interrupted(getattr(self, name)))

    def interrupt(self, number: int, happens: Callable[[], object]) -> None:
        self._calls, self._happens = number, happens

    @property
    def was_interrupted(self) -> bool:
        return self._happens is None

    def _interrupted(self, method: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **named: object) -> object:
            self._calls -= 1
            if self._happens and self._calls <= 0:
                happens, self._happens = self._happens, None
                happens()
            return method(*args, **named)

        return call

    def age(self) -> None:
        """Make all that is there old."""
        for file in _files(self._root):
            file.modified = 1000.0


def collect_old(storage: MemoryStorage) -> None:
    collect_garbage(storage, delete_untagged=True)


def someone_else_is_told_after_a_collection(storage: MemoryStorage) -> None:
    collect_old(storage)
    ask = Asking(storage)
    ask("HEAD", f"/v2/other/blobs/{LAYER_DIGEST}")
    ask("PUT", "/v2/other/manifests/v2", index(IMAGE))


def head_blob(ask: Asking) -> bool:
    return ask("HEAD", f"/v2/app/blobs/{LAYER_DIGEST}").status == 200


def head_manifest(ask: Asking) -> bool:
    return ask("HEAD", f"/v2/app/manifests/{IMAGE_DIGEST}").status == 200


def mount(ask: Asking) -> bool:
    return ask("POST", f"/v2/third/blobs/uploads/?mount={LAYER_DIGEST}&from=app").status == 201


def mount_from_anywhere(ask: Asking) -> bool:
    return ask("POST", f"/v2/third/blobs/uploads/?mount={LAYER_DIGEST}").status == 201


def put_image(ask: Asking) -> bool:
    return "Warning" not in ask("PUT", "/v2/app/manifests/new", image(LAYER, config=CONFIG, new=True)).headers


def put_index(ask: Asking) -> bool:
    return "Warning" not in ask("PUT", "/v2/app/manifests/new", index(IMAGE)).headers


Asked = Callable[[Asking], bool]
REQUESTS: dict[Asked, tuple[str, Digest]] = {
    head_blob: ("app", LAYER_DIGEST),
    mount: ("third", LAYER_DIGEST),
    mount_from_anywhere: ("third", LAYER_DIGEST),
    put_image: ("app", LAYER_DIGEST),
    head_manifest: ("app", IMAGE_DIGEST),
    put_index: ("app", IMAGE_DIGEST),
}
"""Each says whether the client was told that this is in that repository."""


def prepared() -> Interrupted:
    """Old blobs and manifests that `app` does not need, and `other` does: so their bytes stay."""
    storage = Interrupted()
    ask = Asking(storage)
    for name, tag in (("app", str(IMAGE_DIGEST)), ("other", "v1")):
        ask.push_blob(name, CONFIG)
        ask.push_blob(name, LAYER)
        ask.push_manifest(name, tag, IMAGE)
    storage.age()
    return storage


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.__name__)
@pytest.mark.parametrize("meanwhile", [collect_old, someone_else_is_told_after_a_collection])
def test_a_collection_between_two_calls_of_a_request_takes_nothing_that_the_client_is_told_of(
    request_: Asked, meanwhile: Callable[[MemoryStorage], None]
) -> None:
    for number in count(1):
        storage = prepared()
        storage.interrupt(number, lambda storage=storage: meanwhile(storage))  # type: ignore[misc]
        told = request_(Asking(storage))
        if not storage.was_interrupted:
            assert told
            assert number > 2
            return
        collect_old(storage)
        assert not told or is_there(storage, *REQUESTS[request_]), f"before call {number}"


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.__name__)
def test_a_request_between_two_calls_of_a_collection_tells_of_nothing_that_goes(
    request_: Asked,
) -> None:
    told: list[bool] = []
    for number in count(1):
        storage = prepared()
        storage.interrupt(number, lambda storage=storage: told.append(request_(Asking(storage))))  # type: ignore[misc]
        collect_old(storage)
        if not storage.was_interrupted:
            assert True in told
            assert number > 20
            return
        collect_old(storage)
        assert not told[-1] or is_there(storage, *REQUESTS[request_]), f"before call {number}"


def is_there(storage: MemoryStorage, name: str, digest: Digest) -> bool:
    shelf = Shelf(storage, name)
    if digest == IMAGE_DIGEST:
        return shelf.has_manifest(digest) and shelf.has(LAYER_DIGEST)
    return shelf.has(digest)
