"""Invalid, too long, and truncated requests get a response in JSON, and their connection ends."""

from __future__ import annotations

import time

import pytest

from registry_gitops.registry.http.head import MAX_HEAD, MAX_HEADERS, MAX_TARGET
from tests.registry.http.echo import Client, Running, request

GET = b"GET /quick HTTP/1.1\r\nHost: registry\r\n"
PUT = b"PUT /x HTTP/1.1\r\nHost: registry\r\n"
CHUNKED = PUT + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"GET /\r\n\r\n", 400),
        (b"GET /quick HTTP/1.1\nHost: registry\n\n", 400),
        (b"GET /quick HTTP/1.1\r\nHost: registry\n\nGET / HTTP/1.1\r\n\r\n", 400),
        (b"GET /quick HTTP/1.1\r\n\r\n", 400),
        (GET + b"Host : registry\r\n\r\n", 400),
        (GET + b"A: b\r\n folded: c\r\n\r\n", 400),
        (PUT + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400),
        (PUT + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (PUT + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400),
        (PUT + b"Content-Length: +5\r\n\r\nhello", 400),
        (PUT + b"Expect: wonders\r\nContent-Length: 5\r\n\r\nhello", 417),
        (GET[:-2] + b"\x00\r\n\r\n", 400),
        (GET + b"A: \x00\r\n\r\n", 400),
        (GET + b"A: b\rc\r\n\r\n", 400),
        (b"GET /" + b"a" * MAX_TARGET, 414),
        (b"GET /" + b"a" * MAX_TARGET + b" HTTP/1.1\r\nHost: registry\r\n\r\n", 414),
        (b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\nHost: registry\r\n\r\n", 414),
        (GET + b"A: " + b"b" * MAX_HEAD, 431),
        (GET + b"A: " + b"b" * MAX_HEAD + b"\r\n\r\n", 431),
        (GET + b"A: b\r\n" * MAX_HEADERS + b"\r\n", 431),
        (CHUNKED + b"five\r\n", 400),
        (CHUNKED + b"5\r\nhello!\r\n0\r\n\r\n", 400),
        (CHUNKED + b"5;" + b"a" * 5000 + b"\r\nhello\r\n0\r\n\r\n", 400),
        (CHUNKED + b"0\r\n" + b"a: b\r\n" * 200 + b"\r\n", 431),
    ],
)
@pytest.mark.parametrize("before", [b"", request()], ids=["first", "second"])
def test_invalid_request_is_refused_and_ends_the_connection(
    server: Running, data: bytes, status: int, before: bytes
) -> None:
    with server.connect() as client:
        client.send(before + data + request("GET", "/quick/smuggled"))
        if before:
            assert client.answer().status == 200
        answer = client.answer()
        assert (answer.status, answer.code) == (status, "UNSUPPORTED")
        assert answer.headers["connection"] == "close"
        assert client.ended()


def test_bare_line_feed_is_refused_at_once(server: Running) -> None:
    answer = server.ask(b"GET /quick HTTP/1.1\nHost: registry\n\n")
    assert (answer.status, answer.code) == (400, "UNSUPPORTED")


def test_longest_request_line_and_head_are_accepted(client: Client) -> None:
    target = "/quick?" + "a" * (MAX_TARGET - len("GET /quick? HTTP/1.1"))
    assert client.ask(request("GET", target)).status == 200
    for over in (1, 2, 3):
        assert client.ask(request("GET", target[:-over])).status == 200
    headers = GET + b"A: " + b"b" * (MAX_HEAD - len(GET) - 3)
    assert client.ask(headers + b"\r\n\r\n").status == 200


@pytest.mark.parametrize(
    "data",
    [
        b"GET /quick HTTP/1.1\n",
        b"\n",
        b"GET /quick\rHTTP/1.1",
        GET + b"\n",
        GET + b"A: b\n\r\n",
        GET + b"A: b\rc",
        GET + b"A: \x00",
        CHUNKED + b"5\n",
        CHUNKED + b"5\nhello\n0\n\n",
        CHUNKED + b"5;a=b\n",
        CHUNKED + b"5\rhello",
        CHUNKED + b"5\r\nhello\n",
        CHUNKED + b"5\r\nhellox",
        CHUNKED + b"0\r\n\n",
        CHUNKED + b"0\r\na: b\n",
    ],
)
@pytest.mark.parametrize("bytewise", [False, True])
def test_client_that_waits_after_an_invalid_line_is_refused_at_once(
    server: Running, data: bytes, bytewise: bool
) -> None:
    with server.connect() as client:
        began = time.monotonic()
        for piece in [data[n : n + 1] for n in range(len(data))] if bytewise else [data]:
            client.send(piece)
        answer = client.answer()
        assert (answer.status, answer.code) == (400, "UNSUPPORTED")
        assert time.monotonic() - began < 9  # Less than a head may take; a body may take longer.


@pytest.mark.parametrize("length", range(-3, 4))
def test_request_line_over_the_limit_is_414_in_pieces_of_any_size(server: Running, length: int) -> None:
    data = request("GET", "/quick?" + "a" * (MAX_TARGET + length - len("GET /quick? HTTP/1.1")))
    for piece in (len(data), MAX_TARGET - 1, MAX_TARGET, MAX_TARGET + 1):
        with server.connect() as client:
            client.send(data[:piece])
            time.sleep(0.01)
            client.send(data[piece:])
            assert client.answer().status == (200 if length <= 0 else 414)


@pytest.mark.parametrize("length", range(-1, 2))
def test_head_over_the_limit_is_431_in_pieces_of_any_size(server: Running, length: int) -> None:
    data = GET + b"A: " + b"b" * (MAX_HEAD + length - len(GET) - 3) + b"\r\n\r\n"
    for piece in range(MAX_HEAD - 1, MAX_HEAD + 4):
        with server.connect() as client:
            client.send(data[:piece])
            time.sleep(0.01)
            client.send(data[piece:])
            assert client.answer().status == (200 if length <= 0 else 431)


@pytest.mark.parametrize(
    "data",
    [
        request("PUT", "/x", body=b"hello"),
        CHUNKED + b"5;a=b\r\nhello\r\n0\r\nA: b\r\n\r\n",
        request("GET", "/file/100000"),
    ],
    ids=["length", "chunked", "file"],
)
def test_server_survives_clients_that_leave_at_any_byte(server: Running, data: bytes) -> None:
    for end in range(len(data)):
        with server.connect() as client:
            client.send(data[:end])
    assert server.ask(request()).status == 200
