"""A server that sends canned responses, to test a client with unusual ones."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{}"


def status(code: int, body: bytes = b"", *headers: str) -> bytes:
    """Return the bytes of a response that ends the connection."""
    lines = [f"HTTP/1.1 {code} Said", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@dataclass
class Stub:
    """The URL of the server, and the head of each request so far."""

    url: str
    heads: list[str] = field(default_factory=list, repr=False)


@contextmanager
def answering(*answers: bytes) -> Iterator[Stub]:
    """Serve one response per connection, and repeat the last; b"" closes the connection without a response."""
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
