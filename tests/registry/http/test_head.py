"""Heads of requests: which are accepted, and which are refused with which status code."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from registry_gitops.registry.http.head import MAX_HEADERS, BadRequest, Head, parse_fields, parse_line

HOST = b"Host: registry\r\n"


def head(line: str, fields: bytes = HOST) -> Head:
    return parse_line(line, parse_fields(fields))


def status(line: str, fields: bytes = HOST) -> int:
    with pytest.raises(BadRequest) as caught:
        head(line, fields)
    return caught.value.status


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        ("/v2/", "/v2/", ""),
        ("/v2/?", "/v2/", ""),
        ("/v2/a?n=1&last=b%20c", "/v2/a", "n=1&last=b%20c"),
        ("/v2/a?x?y", "/v2/a", "x?y"),
        ("/v2/a%2Fb%20c", "/v2/a/b c", ""),
        ("/v2/%C3%A4", "/v2/ä", ""),
        ("//v2", "//v2", ""),
        ("http://registry/v2/", "/v2/", ""),
        ("HTTPS://registry:5000/v2/?n=1", "/v2/", "n=1"),
        ("http://registry", "/", ""),
        ("http://registry?a=/b", "/", "a=/b"),
    ],
)
def test_target_is_split_into_path_and_query(target: str, path: str, query: str) -> None:
    taken = head(f"GET {target} HTTP/1.1")
    assert (taken.path, taken.query, taken.target) == (path, query, target)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "GET",
        "GET /",
        "GET / HTTP/1.1 ",
        " GET / HTTP/1.1",
        "GET  / HTTP/1.1",
        "GET\t/ HTTP/1.1",
        "GET / HTTP/1.1\n",
        "GET / HTTP/1.1\r",
        "GET /\r HTTP/1.1",
        "GET / http/1.1",
        "GET / HTTP/1",
        "GET / HTTP/1.10",
        "GET / HTTP/+1.1",
        "GET / HTTP/2.0",
        "GET / HTTP/0.9",
        "GET /a b HTTP/1.1",
        "GET /\x00 HTTP/1.1",
        "GET /\x7f HTTP/1.1",
        "GET /\x85 HTTP/1.1",
        "GET /\xe4 HTTP/1.1",
        "G(T / HTTP/1.1",
        "GET: / HTTP/1.1",
        "GET registry:80 HTTP/1.1",
        "CONNECT registry:80 HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "GET ftp://registry/ HTTP/1.1",
        "GET /a#b HTTP/1.1",
        "GET http://registry#b HTTP/1.1",
        "GET /% HTTP/1.1",
        "GET /%4 HTTP/1.1",
        "GET /%zz HTTP/1.1",
        "GET /%+1 HTTP/1.1",
        "GET /%00 HTTP/1.1",
        "GET /%0d%0a HTTP/1.1",
        "GET /%7F HTTP/1.1",
        "GET /%FF HTTP/1.1",
        "GET /%C0%AE HTTP/1.1",
        "GET /%ED%A0%80 HTTP/1.1",
    ],
)
def test_invalid_request_line_is_400(line: str) -> None:
    assert status(line) == 400


@pytest.mark.parametrize(
    "fields",
    [
        b"Host : registry\r\n",
        b"Host\t: registry\r\n",
        b" Host: registry\r\n",
        b"Host: registry\r\n folded\r\n",
        b"Host: registry\r\n\tfolded\r\n",
        b"Host: registry\n",
        b"Host: registry\nX: y\r\n",
        b"Host: registry\rX: y\r\n",
        b"Host: registry\r\r\n",
        b"Host: registry\x00\r\n",
        HOST + b"A: \x00\r\n",
        HOST + b"A: b\x0bc\r\n",
        HOST + b"A: b\x7f\r\n",
        HOST + b"A\x00: b\r\n",
        b"Host: registry\x7f\r\n",
        b"Host\x85: registry\r\n",
        b"H\xf6st: registry\r\n",
        b"Host registry\r\n",
        b": registry\r\n",
        b"Host: registry\r\nHost: registry\r\n",
        b"Host: two words\r\n",
        b"Host: registry/path\r\n",
        b"Host: user@registry\r\n",
        b"Host: r\xe9gistry\r\n",
        HOST + b"Authorization: Basic a\r\nAuthorization: Basic b\r\n",
        HOST + b"Content-Type: a/b\r\ncontent-type: c/d\r\n",
        HOST + b"Range: bytes=0-1\r\nRange: bytes=2-3\r\n",
        HOST + b"Content-Range: 0-1\r\nContent-Range: 0-1\r\n",
    ],
)
def test_invalid_or_repeated_header_line_is_400(fields: bytes) -> None:
    assert status("GET / HTTP/1.1", fields) == 400


# What two servers in a row could read differently (RFC 9112, 11.2), and so end a request at different places.
@pytest.mark.parametrize(
    "fields",
    [
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: 5\r\nContent-Length: 5\r\n",
        b"Content-Length: 5\r\ncontent-length: 5\r\n",
        b"Content-Length: 5, 5\r\n",
        b"Content-Length: +5\r\n",
        b"Content-Length: -5\r\n",
        b"Content-Length: 1_0\r\n",
        b"Content-Length: 5 0\r\n",
        b"Content-Length: 0x5\r\n",
        b"Content-Length: 5.0\r\n",
        b"Content-Length: 5;\r\n",
        b"Content-Length: \xb2\r\n",
        b"Content-Length: \xa05\r\n",
        b"Content-Length: \x855\r\n",
        b"Content-Length:\r\n",
        b"Content-Length: 1000000000000000000\r\n",
        b"Content-Length : 5\r\n",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        b"Transfer-Encoding: identity\r\nContent-Length: 5\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding: chunked, chunked\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding: identity, chunked\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
        b"Transfer-Encoding: identity\r\n",
        b"Transfer-Encoding: chunked;a=b\r\n",
        b'Transfer-Encoding: "chunked"\r\n',
        b"Transfer-Encoding: \x0bchunked\r\n",
        b"Transfer-Encoding: chunked\x00\r\n",
        b"Transfer-Encoding: \xa0chunked\r\n",
        b"Transfer-Encoding:\r\n",
        b"Transfer-Encoding: chunked\r\n , identity\r\n",
        b"Transfer-Encoding\r\n : chunked\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b" Transfer-Encoding: chunked\r\n",
        b"X: y\rTransfer-Encoding: chunked\r\n",
        b"X: y\nTransfer-Encoding: chunked\r\n",
    ],
)
def test_ambiguous_body_length_is_400(fields: bytes) -> None:
    assert status("PUT / HTTP/1.1", HOST + fields) == 400


def test_transfer_encoding_in_http_1_0_is_400() -> None:
    assert status("PUT / HTTP/1.0", b"Transfer-Encoding: chunked\r\n") == 400


def test_http_1_1_requires_host_and_http_1_0_does_not() -> None:
    assert status("GET / HTTP/1.1", b"") == 400
    assert head("GET / HTTP/1.0", b"").path == "/"


@pytest.mark.parametrize("host", [b"", b"registry", b"registry:5000", b"127.0.0.1", b"[::1]:5000", b"a-b.example."])
def test_valid_host_is_accepted(host: bytes) -> None:
    assert head("GET / HTTP/1.1", b"Host: " + host + b"\r\n").fields.values["host"] == host.decode()


def test_unknown_expectation_is_417() -> None:
    assert status("PUT / HTTP/1.1", HOST + b"Expect: 200-ok\r\n") == 417


def test_too_many_header_lines_are_431() -> None:
    assert len(parse_fields(b"a: b\r\n" * MAX_HEADERS).values) == 1
    with pytest.raises(BadRequest) as caught:
        parse_fields(b"a: b\r\n" * (MAX_HEADERS + 1))
    assert caught.value.status == 431


def test_values_are_stripped_and_repeated_lines_are_joined() -> None:
    fields = parse_fields(b"Accept: a/b\r\nX:\t y\t \r\naccept:c/d\r\nACCEPT: \r\n")
    assert fields.values == {"accept": "a/b, c/d, ", "x": "y"}


@pytest.mark.parametrize(
    ("fields", "length", "chunked", "expects_continue"),
    [
        (b"", 0, False, False),
        (b"Content-Length: 0\r\n", 0, False, False),
        (b"Content-Length:5\r\n", 5, False, False),
        (b"Content-Length: 007 \r\n", 7, False, False),
        (b"Content-Length: 999999999999999999\r\n", 999_999_999_999_999_999, False, False),
        (b"Transfer-Encoding: Chunked\r\n", 0, True, False),
        (b"Content-Length: 5\r\nExpect: 100-Continue\r\n", 5, False, True),
    ],
)
def test_fields_describe_the_body(fields: bytes, length: int, chunked: bool, expects_continue: bool) -> None:
    taken = parse_fields(fields)
    assert (taken.length, taken.chunked, taken.expects_continue) == (length, chunked, expects_continue)


@pytest.mark.parametrize(
    ("version", "fields", "keeps_alive"),
    [
        ("1.1", b"", True),
        ("1.1", b"Connection: close\r\n", False),
        ("1.1", b"Connection: Upgrade, Close\r\n", False),
        ("1.1", b"Connection: x\r\nConnection: close\r\n", False),
        ("1.1", b"Connection: keep-alive\r\n", True),
        ("1.2", b"", True),
        ("1.0", b"", False),
        ("1.0", b"Connection: Keep-Alive\r\n", True),
        ("1.0", b"Connection: keep-alive, close\r\n", False),
    ],
)
def test_head_tells_whether_the_connection_is_kept_alive(version: str, fields: bytes, keeps_alive: bool) -> None:
    assert head(f"GET / HTTP/{version}", HOST + fields).keeps_alive is keeps_alive


@given(st.text(st.characters(max_codepoint=255)))
@example("GET /%c3%28 HTTP/1.1")
def test_any_request_line_is_a_head_or_a_bad_request(line: str) -> None:
    fields = parse_fields(HOST)
    with suppress(BadRequest):
        taken = parse_line(line, fields)
        assert taken.path.startswith("/")
        assert line == f"{taken.method} {taken.target} HTTP/1.{line[-1]}"
        assert not any(ord(char) < 32 for char in taken.path)


@given(st.lists(st.binary(max_size=40) | st.sampled_from([b"a: b", b"Content-Length: 5", b"Host: h"]), max_size=8))
def test_any_header_lines_are_fields_or_a_bad_request(lines: list[bytes]) -> None:
    block = b"".join(line + b"\r\n" for line in lines)
    with suppress(BadRequest):
        taken = parse_fields(block)
        assert not (taken.chunked and taken.length)
        for name, value in taken.values.items():
            assert name == name.lower()
            assert not set(value) & set("\r\n\0")


@given(st.integers(0, 10**18 - 1), st.sampled_from(["", " ", "\t"]))
def test_length_is_the_number_in_the_header(length: int, blank: str) -> None:
    assert parse_fields(f"Content-Length:{blank}{length}{blank}\r\n".encode()).length == length
