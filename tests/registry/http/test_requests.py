"""Valid requests, over a real socket."""

from __future__ import annotations

import http.client
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from registry_gitops.registry.http.reply import format_head
from registry_gitops.registry.messages import Response
from tests.registry.http.echo import Answer, Client, Running, request, until

CONTINUE = Answer(100, {}, b"")


def test_connection_answers_one_request_after_the_other(client: Client) -> None:
    for number in range(20):
        assert client.ask(request("GET", f"/quick?{number}")).said[2] == str(number)
        assert client.ask(request("PUT", "/slow", body=b"%d" % number)).said[4] == str(number)


@pytest.mark.parametrize("piece", [1, 7, 100_000])
def test_pipelined_requests_are_answered_in_order_also_after_bodies(server: Running, piece: int) -> None:
    requests = [
        request("GET", "/quick/a"),
        request("PUT", "/b", body=b"hello"),
        request("GET", "/quick/c"),
        request("PUT", "/d", "Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\nA: b\r\n\r\n",
        request("GET", "/e"),
        request("PUT", "/refuse", body=b"nobody reads it"),
        b"\r\n" + request("GET", "/quick/f"),
    ]
    with server.connect() as client:
        data = b"".join(requests)
        for begin in range(0, len(data), piece):
            client.send(data[begin : begin + piece])
        answers = [client.answer() for _ in requests]
    said = [answer.said[1::3] for answer in answers if answer.status == 200]
    assert said == [["/quick/a", ""], ["/b", "hello"], ["/quick/c", ""], ["/d", "hello"], ["/e", ""], ["/quick/f", ""]]
    assert answers[5].status == 401


def test_thousand_pipelined_requests_are_answered(client: Client) -> None:
    client.send(request() * 1000)
    assert {client.answer().status for _ in range(1000)} == {200}


def test_head_can_come_byte_by_byte(client: Client) -> None:
    for byte in request("PUT", "/x", body=b"hello"):
        client.send(bytes((byte,)))
    assert client.answer().said[4] == "hello"


@pytest.mark.parametrize("size", [0, 1, 65_536, 3_000_000])
def test_application_gets_the_body(client: Client, size: int) -> None:
    body = bytes(range(256)) * (size // 256) + bytes(size % 256)
    assert client.ask(request("PUT", "/x", body=body)).said[4].encode("latin-1") == body
    pieces = (body[at : at + 50_000] for at in range(0, size, 50_000))
    chunks = b"".join(b"%X;a=b\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    chunked = request("PUT", "/x", "Transfer-Encoding: chunked") + chunks + b"0\r\nTrailer: x\r\n\r\n"
    assert client.ask(chunked).said[4].encode("latin-1") == body


@pytest.mark.parametrize("kind", ["file", "memory"])
@pytest.mark.parametrize("size", [0, 1, 65_536, 5_000_000])
def test_client_gets_bodies_from_files_and_from_memory(client: Client, kind: str, size: int) -> None:
    answer = client.ask(request("GET", f"/{kind}/{size}"))
    assert answer.body == bytes(size)
    assert answer.headers["content-length"] == str(size)


@pytest.mark.parametrize("kind", ["file", "memory"])
def test_client_gets_an_empty_body_at_once(client: Client, kind: str) -> None:
    def answered_at_once() -> bool:
        begin = time.monotonic()
        client.ask(request("GET", f"/{kind}/0"))
        return time.monotonic() - begin < 0.15

    # An empty file held back the head in the kernel, which waits 0.2 s for more to come: each time.
    until(answered_at_once)


def test_client_that_expects_100_gets_it(client: Client) -> None:
    client.send(request("PUT", "/x", "Expect: 100-continue", "Content-Length: 5"))
    assert client.answer() == CONTINUE
    assert client.ask(b"hello").said[4] == "hello"
    client.send(request("PUT", "/x", "Expect: 100-continue", "Transfer-Encoding: chunked"))
    assert client.answer() == CONTINUE
    assert client.ask(b"5\r\nhello\r\n0\r\n\r\n").said[4] == "hello"


@pytest.mark.parametrize("body", ["Content-Length: 5", "Content-Length: 5000000", "Transfer-Encoding: chunked"])
def test_client_that_expects_100_gets_a_refusal_at_once(server: Running, body: str) -> None:
    with server.connect() as client:
        answer = client.ask(request("PUT", "/refuse", "Expect: 100-continue", body))
        assert (answer.status, answer.headers["connection"]) == (401, "close")
        assert client.ended()


def test_client_of_http_1_0_never_gets_100(server: Running) -> None:
    with server.connect() as client:
        client.send(request("PUT", "/x", "Expect: 100-continue", "Content-Length: 5", version="1.0"))
        time.sleep(0.1)
        client.send(b"hello")
        assert client.answer().said[4] == "hello"


def test_head_request_gets_the_length_and_no_body(client: Client) -> None:
    for path in ("/quick", "/file/100", "/memory/100"):
        length = client.ask(request("GET", path)).headers["content-length"]
        assert int(client.ask(request("HEAD", path), head=True).headers["content-length"]) in range(int(length), 200)


@pytest.mark.parametrize("status", [204, 304])
def test_status_code_without_body_has_no_length(client: Client, status: int) -> None:
    answer = client.ask(request("GET", f"/status/{status}"))
    assert answer.status == status
    assert "content-length" not in answer.headers
    assert client.ask(request()).status == 200


def test_http_1_0_connection_ends_unless_kept_alive(server: Running) -> None:
    with server.connect() as client:
        answer = client.ask(request(version="1.0"))
        assert answer.headers["connection"] == "close"
        assert client.ended()
    with server.connect() as client:
        answer = client.ask(request("GET", "/quick", "Connection: keep-alive", version="1.0"))
        assert answer.headers["connection"] == "keep-alive"
        assert client.ask(request()).status == 200


def test_close_ends_the_connection_after_the_response(server: Running) -> None:
    with server.connect() as client:
        client.send(request("GET", "/quick", "Connection: close") + request())
        assert client.answer().headers["connection"] == "close"
        assert client.ended()


def test_whole_url_is_accepted_as_target(client: Client) -> None:
    assert client.ask(request("GET", "http://registry/quick/a?b")).said[1:3] == ["/quick/a", "b"]


def test_repeated_accept_lines_are_joined(client: Client) -> None:
    assert client.ask(request("GET", "/quick", "Accept: a/b", "Accept: c/d")).said[3] == "a/b, c/d"


def test_headers_of_one_request_are_not_those_of_the_next(client: Client) -> None:
    assert client.ask(request("GET", "/quick", "Accept: a/b")).said[3] == "a/b"
    assert client.ask(request("GET", "/quick")).said[3] == ""


def test_response_has_a_date(client: Client) -> None:
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", client.ask(request()).headers["date"])


def test_response_to_an_unread_body_arrives_before_the_connection_ends(server: Running) -> None:
    host, port = server.server.address
    connection = http.client.HTTPConnection(host, port, timeout=60)
    for body in (bytes(1000), bytes(50_000_000), iter([bytes(1_000_000)] * 50)):
        connection.request("PUT", "/refuse", body=body, headers={"Host": "registry"})
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (401, b"no")
    connection.close()


def test_client_that_still_sends_gets_the_response(server: Running) -> None:
    with server.connect() as client:
        client.send(request("PUT", "/refuse", "Content-Length: 1000000"))
        for _ in range(20):
            client.send(bytes(50_000))
            time.sleep(0.02)
        assert client.answer().status == 401
        assert client.ended()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_gets_the_response_to_an_unread_upload(server: Running, tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.write_bytes(bytes(50_000_000))
    host, port = server.server.address
    for expect in ("Expect:", "Expect: 100-continue"):
        command = ["curl", "-sS", "-T", str(big), "-H", expect, "-w", "%{http_code}", f"http://{host}:{port}/refuse"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
        assert done.stdout == "no401", done.stderr


@pytest.mark.parametrize("value", ["a\r\nb: c", "a\nb", "a\rb", "a\0b", "\u0100"])
def test_header_with_a_line_break_is_never_sent(value: str) -> None:
    with pytest.raises(ValueError, match="header|encode"):
        format_head(Response(200, [("Location", value)]), 0, connection=None)
    with pytest.raises(ValueError, match="header|encode"):
        format_head(Response(200, [(value, "x")]), 0, connection=None)


@pytest.mark.parametrize("path", ["/header", "/bug"])
def test_exception_in_the_application_is_500_and_ends_that_connection_only(
    server: Running, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with server.connect() as client:
        answer = client.ask(request("GET", path))
        assert (answer.status, answer.code) == (500, "UNKNOWN")
        assert b"mistake" not in answer.body
        assert client.ended()
    assert server.ask(request()).status == 200
    assert "Traceback" in capsys.readouterr().err
