"""Checks of load: large bodies, and many concurrent clients."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from registry_gitops.smoke.check import check
from registry_gitops.smoke.client import NoResponseError
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect_header, expect_status
from registry_gitops.smoke.exceptions import CheckFailed, Skipped
from registry_gitops.smoke.images import ImageFactory
from registry_gitops.smoke.levels import Level
from registry_gitops.smoke.remedies import LARGE, TOO_LARGE

CLIENTS: Final = 32
_MB: Final = 1024 * 1024
_STREAM_SIZE: Final = 12 * _MB


@check("upload-2-mb", spec="pitfall: ingress-nginx refuses requests of more than 1 MB", remedy=TOO_LARGE)
def upload_2_mb(context: Context) -> None:
    """A blob of 2 MB can be pushed, with its length and without.

    Many proxies limit requests to 1 MB by default: test images fit, but hardly any real image does.
    """
    layer = context.pushed_layer()
    expect_status(context.repository.request_blob(layer.digest, method="HEAD"), 200)
    upload = context.repository.start_upload()
    try:
        expect_status(upload.send(layer.content[start : start + _MB] for start in range(0, 2 * _MB, _MB)), 202)
    except NoResponseError as problem:
        raise CheckFailed(f"a blob of 2 MB, without its length: {problem}") from None
    upload.finish(layer)


@check(
    "large-layer",
    level=Level.FULL,
    spec="pitfall: limits of size and time in front of the registry",
    remedy=LARGE,
)
def large_layer(context: Context) -> None:
    """A large layer can be pushed and pulled.

    Proxies limit the size of requests and the time that they take.
    """
    size = context.options.layer_size
    if not size:
        raise Skipped("the size of the large layer is 0")
    digest = hashlib.sha256()
    for number, block in enumerate(_generate_blocks(context.images, size), 1):
        digest.update(block)
        context.report_progress(f"{number} of {size // _MB} MB hashed")
    expected = f"sha256:{digest.hexdigest()}"
    try:
        layer = _LayerFile(context.images, size, context.report_progress)
        expect_status(context.repository.start_upload().put(expected, layer), 201)
        context.report_progress(f"pulling {size // _MB} MB")
        download = context.repository.client.download(context.repository.path(f"blobs/{expected}"))
    except NoResponseError as problem:
        # A proxy that refuses a large body often closes the connection while the client still sends.
        raise CheckFailed(f"a layer of {size // _MB} MB: {problem}") from None
    expect_status(download.response, 200)
    if (download.size, download.digest) != (size, expected):
        raise CheckFailed(f"a layer of {size} bytes was returned as {download.size} bytes, which do not match")


@check(
    "large-stream",
    level=Level.FULL,
    spec="pitfall: limits of size in front of the registry",
    remedy=LARGE,
)
def large_stream(context: Context) -> None:
    """A layer of 12 MB can be pushed as Docker does, without its length.

    Proxies that buffer requests limit those of unknown length, too.
    """
    size = min(_STREAM_SIZE, context.options.layer_size)
    if not size:
        raise Skipped("the size of the large layer is 0")
    blocks = list(_generate_blocks(context.images, size, "large stream"))
    expected = f"sha256:{hashlib.sha256(b''.join(blocks)).hexdigest()}"
    upload = context.repository.start_upload()
    try:
        expect_status(upload.send(iter(blocks)), 202)
    except NoResponseError as problem:
        raise CheckFailed(f"a layer of {size // _MB} MB, without its length: {problem}") from None
    expect_status(upload.put(expected), 201)
    response = expect_status(context.repository.request_blob(expected, method="HEAD"), 200)
    expect_header(response, "Content-Length", str(size))


@check(
    "pushes-at-once",
    level=Level.FULL,
    spec="pitfall: bcrypt and small limits under load",
    remedy="Raise `resources.limits.cpu`: the registry checks the password of every request, which takes 50 ms at cost "
    "10 of bcrypt. The registry's log has the errors of the storage.",
)
def pushes_at_once(context: Context) -> None:
    """32 clients can push at the same time.

    Pipelines push, and nodes pull, concurrently.
    """
    images = [context.make_image(f"image {number}") for number in range(CLIENTS)]

    def push(number: int) -> None:
        with context.client.with_new_connections() as fresh:
            repository = context.repository.with_client(fresh)
            repository.push(images[number], context.make_tag(f"{number:02}"))
            repository.expect_stored(images[number], context.make_tag(f"{number:02}"))

    with ThreadPoolExecutor(CLIENTS) as pool:
        errors = [done.exception() for done in [pool.submit(push, number) for number in range(CLIENTS)]]
    failures = [error for error in errors if error is not None]
    for failure in failures:
        if not isinstance(failure, CheckFailed | NoResponseError):
            raise failure
    if failures:
        raise CheckFailed(f"{len(failures)} of {CLIENTS} concurrent pushes failed, the first with: {failures[0]}")


def _generate_blocks(images: ImageFactory, size: int, label: str = "large layer") -> Iterator[bytes]:
    """Yield the blocks of a layer of `size` bytes."""
    # No two parts are the same: otherwise, nobody would see that one was sent twice.
    block = images.make_layer(label, _MB).content.ljust(_MB, b"\0")
    for number in range(0, size, _MB):
        yield (number.to_bytes(8, "big") + block[8:])[: size - number]


class _LayerFile(io.RawIOBase):
    """The same blocks as a file, whose length requests sends as Content-Length."""

    def __init__(self, images: ImageFactory, size: int, report_progress: Callable[[str], None]) -> None:
        self._images = images
        self._size = size
        self._report_progress = report_progress
        self.seek(0)

    def __len__(self) -> int:
        return self._size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Rewind, whatever the offset."""
        self._blocks = enumerate(_generate_blocks(self._images, self._size))
        self._rest = memoryview(b"")
        return 0

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at most a block."""
        if not self._rest:
            sent, block = next(self._blocks, (0, b""))
            self._rest = memoryview(block)
            if block:
                self._report_progress(f"{sent} of {self._size // _MB} MB sent")
        wanted = len(self._rest) if size < 0 else size
        part, self._rest = self._rest[:wanted], self._rest[wanted:]
        return bytes(part)


CHECKS = (
    upload_2_mb,
    pushes_at_once,
    large_stream,
    large_layer,
)
