"""A channel in memory: it has the bytes of the client, and collects those of the server."""

from __future__ import annotations

from registry_gitops.registry.http.channel import PlainChannel
from registry_gitops.registry.messages import FilePart


class Pipe(PlainChannel):
    """Returns `data` in pieces of `piece` bytes, and then the end of the stream."""

    def __init__(self, data: bytes, piece: int = 1 << 20) -> None:
        self._data = data
        self._at = 0
        self._piece = piece
        self.sent = bytearray()

    def receive_now(self, count: int) -> bytes | None:
        data = self._data[self._at : self._at + min(count, self._piece)]
        self._at += len(data)
        return data

    def receive_into(self, buffer: memoryview) -> int:
        data = self.receive_now(len(buffer)) or b""
        buffer[: len(data)] = data
        return len(data)

    def send_now(self, data: bytes) -> int:
        self.sent += data
        return len(data)

    def send(self, data: memoryview, *, more: bool = False) -> int:
        self.sent += data
        return len(data)

    def send_file(self, part: FilePart, done: int) -> int:
        with open(part.file.fileno(), "rb", closefd=False) as file:
            file.seek(part.offset + done)
            return self.send_now(file.read(part.count - done))

    def shut_down_write(self) -> None:
        """Do nothing: what was sent is kept."""

    def shut_down(self) -> None:
        self._at = len(self._data)

    def close(self) -> None:
        self._at = len(self._data)
