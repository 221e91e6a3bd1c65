"""Layers of the size that real images have."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import Final

from registry_gitops.smoke.check import MUST, CheckFailed, Level, Need, Skipped, check
from registry_gitops.smoke.client import NoAnswer
from registry_gitops.smoke.content import Content
from registry_gitops.smoke.context import Context
from registry_gitops.smoke.diagnosis import expect
from registry_gitops.smoke.remedies import SLOW, TOO_LARGE

_MB: Final = 1024 * 1024


@check(
    "upload-2-mb",
    Level.SMOKE,
    MUST,
    spec="pitfall: ingress-nginx refuses requests of more than 1 MB",
    remedy=TOO_LARGE,
    needs={Need.PUSH},
)
def upload_2_mb(context: Context) -> None:
    """A blob of 2 MB can be pushed.

    Proxies come with a limit of 1 MB, under which every test image fits and hardly a real one.
    """
    blob = context.blob(size=2 * 1024 * 1024)
    context.repository.push_blob(blob)
    answer = expect(context.repository.blob(blob.digest, method="HEAD"), 200)
    if answer.headers.get("Content-Length") != str(len(blob.content)):
        raise CheckFailed(f"the blob is {answer.headers.get('Content-Length')} bytes long now, not {len(blob.content)}")


@check(
    "large-layer",
    Level.FULL,
    MUST,
    spec="pitfall: limits of size and time in front of the registry",
    remedy=f"{TOO_LARGE} {SLOW}",
    needs={Need.PUSH},
)
def large_layer(context: Context) -> None:
    """A large layer can be pushed and pulled.

    Proxies limit the size of requests and the time that they take.
    """
    size = context.options.layer_size
    if not size:
        raise Skipped("no large layer is wanted")
    digest = hashlib.sha256()
    for block in _blocks(context.content, size):
        digest.update(block)
    name = f"sha256:{digest.hexdigest()}"
    try:
        expect(context.repository.begin().put(name, _Layer(context.content, size)), 201)
        found = context.repository.client.download(context.repository.path(f"blobs/{name}"))
    except NoAnswer as silent:
        # A proxy that refuses a large body often hangs up on who still sends.
        raise CheckFailed(f"a layer of {size // _MB} MB: {silent}") from None
    expect(found.answer, 200)
    if (found.size, found.digest) != (size, name):
        raise CheckFailed(f"of {size} bytes, {found.size} came back, and not the same")


def _blocks(content: Content, size: int) -> Iterator[bytes]:
    """A layer, made as it is needed."""
    block = content.bytes("large layer", _MB)
    for number in range(0, size, _MB):
        yield (number.to_bytes(8, "big") + block[8:])[: size - number]


class _Layer(io.RawIOBase):
    """The same as a file, for a client that wants to know the length first."""

    def __init__(self, content: Content, size: int) -> None:
        self._content = content
        self._size = size
        self.seek(0)

    def __len__(self) -> int:
        return self._size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """To the beginning, which is all that anybody needs."""
        self._blocks = _blocks(self._content, self._size)
        self._rest = memoryview(b"")
        return 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        if not self._rest:
            self._rest = memoryview(next(self._blocks, b""))
        wanted = len(self._rest) if size < 0 else size
        part, self._rest = self._rest[:wanted], self._rest[wanted:]
        return bytes(part)
