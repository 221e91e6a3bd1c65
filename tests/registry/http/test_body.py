"""Bodies of requests, in pieces of any size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_gitops.registry.http import Limits
from registry_gitops.registry.http.body import MAX_LINE, ChunkedBody, LengthBody
from registry_gitops.registry.http.head import MAX_HEADERS, BadRequest
from registry_gitops.registry.http.receive_buffer import ReceiveBuffer
from registry_gitops.registry.messages import ClientGone
from tests.registry.http.pipe import Pipe


def receive_buffer(data: bytes, piece: int = 1 << 20) -> ReceiveBuffer:
    return ReceiveBuffer(Pipe(data, piece), Limits())


def read(body: LengthBody | ChunkedBody, piece: int = 1 << 16) -> bytes:
    content, buffer = b"", bytearray(piece)
    while count := body.readinto(memoryview(buffer)):
        content += buffer[:count]
    assert body.is_complete
    return content


def chunked(data: bytes) -> bytes:
    return read(ChunkedBody(receive_buffer(data)))


@pytest.mark.parametrize(
    ("data", "content"),
    [
        (b"0\r\n\r\n", b""),
        (b"5\r\nhello\r\n0\r\n\r\n", b"hello"),
        (b"005\r\nhello\r\n000\r\n\r\n", b"hello"),
        (b"A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", b"01234567890123456789"),
        (b"5;name=value\r\nhello\r\n0;last\r\n\r\n", b"hello"),
        (b'5 ;name="a \xe4 b"\r\nhello\r\n0\r\n\r\n', b"hello"),
        (b"2\r\n\r\n\r\n0\r\n\r\n", b"\r\n"),
        (b"0\r\nDigest: sha256:x\r\nExpires: never\r\n\r\n", b""),
    ],
)
def test_chunked_body_joins_its_chunks(data: bytes, content: bytes) -> None:
    source = receive_buffer(data + b"GET")
    assert read(ChunkedBody(source)) == content
    assert source.unread == b"GET"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\r\n", 400),
        (b"x\r\n", 400),
        (b"+5\r\nhello\r\n", 400),
        (b"-5\r\nhello\r\n", 400),
        (b"0x5\r\nhello\r\n", 400),
        (b"1_0\r\nhello\r\n", 400),
        (b" 5\r\nhello\r\n", 400),
        (b"5 \r\nhello\r\n", 400),
        (b"5\t\r\nhello\r\n", 400),
        (b"5 6\r\nhello\r\n", 400),
        (b"5,\r\nhello\r\n", 400),
        (b"\xb2\r\nhello\r\n", 400),
        (b"5\nhello\n0\n\n" + b"x" * MAX_LINE, 400),
        (b"5\rhello\r\n0\r\n\r\n", 400),
        (b"5;\n\r\nhello\r\n0\r\n\r\n", 400),
        (b"5;\x00\r\nhello\r\n0\r\n\r\n", 400),
        (b"5;" + b"x" * MAX_LINE + b"\r\n", 400),
        (b"5\r\nhelloo\r\n0\r\n\r\n", 400),
        (b"5\r\nhello0\r\n\r\n", 400),
        (b"5\r\nhello\n0\r\n\r\n", 400),
        (b"5\r\nhello\r0\r\n\r\n", 400),
        (b"1" + b"0" * 15 + b"\r\n", 400),
        (b"f" * 100 + b"\r\n", 400),
        (b"0\r\nno trailer\r\n\r\n", 400),
        (b"0\r\n folded: x\r\n\r\n", 400),
        (b"0\r\na : x\r\n\r\n", 400),
        (b"0\r\na: \x00\r\n\r\n", 400),
        (b"0\r\na: " + b"x" * MAX_LINE + b"\r\n\r\n", 400),
        (b"0\r\n" + (b"a: " + b"x" * 1000 + b"\r\n") * 5 + b"\r\n", 400),
        (b"0\r\n" + b"a: b\r\n" * (MAX_HEADERS + 1) + b"\r\n", 431),
    ],
)
def test_invalid_chunked_body_is_refused(data: bytes, status: int) -> None:
    with pytest.raises(BadRequest) as caught:
        chunked(data)
    assert caught.value.status == status


@pytest.mark.parametrize(
    "data",
    [
        b"\n",
        b"5\n",
        b"5\rh",
        b"5\x00",
        b"5;a=b\n",
        b"5;a=b\x7f",
        b"5;a\n=b\r\n",
        b"5\r\nhello\n",
        b"5\r\nhello\r0",
        b"5\r\nhellox",
        b"5\r\nhello\r\n0\n",
        b"0\r\n\n",
        b"0\r\n\r0",
        b"0\r\na: b\n",
        b"0\r\na: b\rc",
        b"0\r\na: b\x00",
        b"0\r\na: b\r\n\tfolded\r\n",
        b"0\r\na: b\r\n\n",
    ],
)
@pytest.mark.parametrize("piece", [1, 1 << 20])
def test_invalid_framing_is_refused_before_more_bytes_come(data: bytes, piece: int) -> None:
    # Behind the data a Pipe ends, which is ClientGone and no BadRequest: a client that waits would wait for ever.
    with pytest.raises(BadRequest) as caught:
        read(ChunkedBody(receive_buffer(data, piece)))
    assert caught.value.status == 400


@pytest.mark.parametrize("data", [b"5\r\nhello\r\n3;a=b\r\nabc\r\n0\r\nA: b\r\n\r\n"])
def test_truncated_body_raises_client_gone(data: bytes) -> None:
    for end in range(len(data)):
        with pytest.raises(ClientGone) as caught:
            chunked(data[:end])
        assert not isinstance(caught.value, BadRequest)
    for end in range(5):
        with pytest.raises(ClientGone):
            read(LengthBody(receive_buffer(b"hello"[:end]), 5))


@given(
    st.lists(st.binary(min_size=1, max_size=50), max_size=8),
    st.integers(1, 40),
    st.integers(1, 40),
    st.sampled_from([b"", b";a", b' ; a="b"']),
)
def test_body_does_not_depend_on_the_size_of_pieces(
    chunks: list[bytes], came: int, buffer: int, extension: bytes
) -> None:
    content = b"".join(chunks)
    data = b"".join(b"%x%s\r\n%s\r\n" % (len(chunk), extension, chunk) for chunk in chunks) + b"0\r\n\r\n"
    source = receive_buffer(data + b"GET", came)
    assert read(ChunkedBody(source), buffer) == content
    source = receive_buffer(content + b"GET", came)
    assert read(LengthBody(source, len(content)), buffer) == content


@given(st.binary(max_size=60), st.integers(1, 60))
def test_any_bytes_are_a_chunked_body_or_refused(data: bytes, came: int) -> None:
    source = ReceiveBuffer(Pipe(data, came), Limits())
    try:
        content = read(ChunkedBody(source), 7)
    except ClientGone:
        return
    assert len(content) < len(data)
    assert set(content) <= set(data)
