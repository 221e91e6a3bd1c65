"""A server that answers what a test tells it to, so that what a client makes of strange answers shows."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{}"


def status(code: int, body: bytes = b"", *headers: str) -> bytes:
    """An answer after which the connection ends."""
    lines = [f"HTTP/1.1 {code} Said", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@dataclass
class Stub:
    """What one has heard so far: the head of each request, a connection each."""

    url: str
    heads: list[str] = field(default_factory=list, repr=False)


@contextmanager
def answering(*answers: bytes) -> Iterator[Stub]:
    """A server that gives one answer per connection, the last one for ever; b"" hangs up without one."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stub = Stub(f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread = threading.Thread(target=_serve, args=[listener, stub, answers], daemon=True)
        thread.start()
        yield stub
        # Closing the listener does not wake accept() up.
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def _serve(listener: socket.socket, stub: Stub, answers: tuple[bytes, ...]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head and (more := connection.recv(4096)):
                head += more
            answer = answers[min(len(stub.heads), len(answers) - 1)]
            stub.heads.append(head.partition(b"\r\n\r\n")[0].decode())
            connection.sendall(answer)
