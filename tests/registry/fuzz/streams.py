"""What a client might send: requests by the grammar of the registry, and then by chance.

Everything is drawn from one `random.Random`, so that a seed gives the same run again, but for the upload sessions,
whose names the registry makes up.
"""

from __future__ import annotations

import hashlib
import json
import random
from typing import Final

Draw = random.Random

NAMES: Final = ("a", "team/app", "a/b/c", "library/alpine", "a/blobs/b", "tags/list", "a-b_c.d")
ODD_NAMES: Final = (
    *("", "..", ".", "A", "a//b", "a/../b", "../../etc", "%2e%2e/%2e%2e/x", "a/..%2f..%2fb", "_catalog", "a/_layers"),
    *("a" * 255, "a" * 256, "a/" * 4500, "%00", "a%00b", "%ff", "a\\b", "a;b", "a/blobs/uploads", "a/manifests/b", "-"),
)
TAGS: Final = ("latest", "1.0", "v1", "_", "a" * 128)
ODD_TAGS: Final = ("", ".a", "-", "a" * 129, "a:b", "..", "%2e%2e", "a b", "a%0ab", "current")
CONTENTS: Final = (b"", b"a", b"{}", b"hello", bytes(1000), b"\r\n\r\n", b"0\r\n\r\n")
METHODS: Final = (*("GET", "GET", "GET", "HEAD", "PUT", "PUT", "POST", "PATCH", "DELETE"), "OPTIONS", "get", "X-Y")
MEDIA_TYPES: Final = (
    *("application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json"),
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    *("application/octet-stream", "text/html; charset=utf-8", "x", ""),
    *("a/b\r\nSet-Cookie: c=d", "\u20ac/\u20ac", "a/b\x00"),
)
NUMBERS: Final = (
    *("0", "1", "2", "5", "10", "-1", "+5", "1_0", " 5", "0x5", "1e3", "", "x", "9" * 18, "9" * 40, "\u0661"),
)
JSON_VALUES: Final[tuple[object, ...]] = (
    *(None, True, 0, -1, 1.5, 10**30, "", "x", "\ud800", [], {}, [[]], [None], {"a": None}, "sha256:" + "0" * 64),
)
ODD_JSON: Final = (
    *(b"null", b"[]", b"{", b"", b"\xff", b"{}{}", b"[" * 100_000, b'{"a":' * 50_000, b'{"a":1,"a":2}', b"NaN"),
    *(b"9" * 10_000, b'"\\ud800"', b"\xef\xbb\xbf{}", b'{"mediaType":1}', b'{"config":{"digest":{}}}', b"1e999"),
)
TOKENS: Final = (
    *(b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"\0", b"\t", b" ", b":", b"/", b"..", b"%2e%2e%2f", b"%00", b"%", b"?"),
    *(b"Content-Length: 5\r\n", b"Content-Length: +5\r\n", b"Transfer-Encoding: chunked\r\n", b"Host: b\r\n", b"\x85"),
    *(b"Expect: 100-continue\r\n", b"Connection: close\r\n", b"HTTP/1.0", b"HTTP/2.0", b"0\r\n\r\n", b"f" * 16),
    *(b"sha256:", b"sha512:", b"&digest=", b"&n=", b"&last=", b"Range: bytes=0-0,1-1\r\n", b"\xc3\xa4", b"\xff\xfe"),
)


def digest(content: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}"


class Streams:
    """One stream of bytes after the other. `locations` are those of uploads that the registry has opened."""

    def __init__(self, seed: int) -> None:
        self.draw = Draw(seed)
        self.locations: list[str] = []
        self.contents = list(CONTENTS)
        self._last = b""

    def learn(self, location: str) -> None:
        """Remember a Location that was answered."""
        if "/uploads/" in location:
            self.locations = [*self.locations[-7:], location]

    def next(self) -> bytes:
        """What one client sends: some requests, half of the time with damage."""
        stream = b"".join(self._request() for _ in range(self.draw.choice((1, 1, 1, 2, 2, 3, 5))))
        if self.draw.random() < 0.5:
            stream = self._damaged(stream)
        self._last = stream
        return stream

    # -- requests

    def _request(self) -> bytes:
        draw = self.draw
        if draw.random() < 0.35:
            return self._sensible()
        headers = draw.sample(self._headers(), draw.choice((0, 0, 1, 1, 2, 4)))
        return self._framed(draw.choice(METHODS), self._target(), headers, self._content())

    def _sensible(self) -> bytes:
        """A request that does something, where what it is about is there."""
        draw = self.draw
        name, content = draw.choice(NAMES[:3] if draw.random() < 0.9 else ODD_NAMES), draw.choice(self.contents)
        algorithm = draw.choice(("sha256", "sha256", "sha512"))
        named = digest(content, algorithm)
        location = draw.choice(self.locations) if self.locations else f"/v2/{name}/blobs/uploads/{'0' * 8}"
        manifest = self._manifest()
        kind = draw.randrange(12)
        if kind == 0:
            return self._framed("POST", f"/v2/{name}/blobs/uploads/", [], b"")
        if kind == 1:
            return self._framed("POST", f"/v2/{name}/blobs/uploads/?digest={named}", [], content)
        if kind == 2:
            return self._framed("PATCH", location, [f"Content-Range: 0-{max(len(content) - 1, 0)}"], content)
        if kind == 3:
            return self._framed("PUT", f"{location}?digest={named}", [], content)
        if kind == 4:
            reference = draw.choice((*TAGS, digest(manifest), f"{digest(manifest)}?tag=a&tag=b"))
            return self._framed("PUT", f"/v2/{name}/manifests/{reference}", [], manifest)
        if kind == 5:
            return self._framed("DELETE", f"/v2/{name}/{draw.choice(('blobs', 'manifests'))}/{named}", [], b"")
        if kind == 6:
            return self._framed("POST", f"/v2/{name}/blobs/uploads/?mount={named}&from={draw.choice(NAMES)}", [], b"")
        if kind == 7:
            return self._framed("GET", f"/v2/{name}/blobs/{named}", [f"Range: {self._range()}"], b"")
        if kind == 8 and draw.random() < 0.1:
            too_much = [f"Content-Length: {draw.choice((5_000_000, 10**17))}", "Expect: 100-continue"]
            return self._framed("PUT", f"/v2/{name}/manifests/latest", too_much, None)
        paths = (f"blobs/{named}", f"manifests/{draw.choice(TAGS)}", f"referrers/{named}", "tags/list?n=2")
        return self._framed(draw.choice(("GET", "HEAD")), f"/v2/{name}/{draw.choice(paths)}", [], b"")

    def _target(self) -> str:
        draw = self.draw
        if self.locations and draw.random() < 0.2:
            return draw.choice(self.locations) + self._query()
        name = draw.choice(NAMES if draw.random() < 0.7 else ODD_NAMES)
        reference = draw.choice((*TAGS, *ODD_TAGS, self._digest(), self._digest(), self._digest(), "uploads/"))
        word = draw.choice(("blobs", "manifests", "manifests", "referrers", "blobs/uploads", "tags", "x"))
        odd = ("/", "/v2", "/v2/", "/healthz", "/v2/_catalog", f"/v2/{name}/tags/list", f"/v2/{name}/blobs/uploads/")
        path = draw.choice(odd) if draw.random() < 0.3 else f"/v2/{name}/{word}/{reference}"
        prefix = draw.choice(("", "", "", "", "", "", "http://h", "//", "*"))
        return prefix + path + self._query()

    def _query(self) -> str:
        draw = self.draw
        pairs = []
        for _ in range(draw.choice((0, 0, 1, 1, 2, 3))):
            keys = ("n", "last", "digest", "digest-algorithm", "mount", "from", "tag", "artifactType", "x", "")
            digests = (self._digest(), self._digest(), "sha512")
            values = (*NUMBERS, *TAGS, *ODD_TAGS, *digests, *NAMES, "%zz", "&")
            pairs.append(draw.choice(keys) + draw.choice(("=", "=", "=", "")) + draw.choice(values))
        return "?" + "&".join(pairs) if pairs else ""

    def _digest(self) -> str:
        draw = self.draw
        right = digest(draw.choice(self.contents), draw.choice(("sha256", "sha512")))
        cut = (right[:-1], right[7:], "sha256:", ":")
        wrong = (*cut, right + "0", right.upper(), "sha256:x", "sha256:..", "md5:" + "0" * 32)
        return right if draw.random() < 0.8 else draw.choice(wrong)

    def _headers(self) -> list[str]:
        draw = self.draw
        return [
            f"Range: {self._range()}",
            f"Content-Range: {self._range()}",
            f"Content-Type: {draw.choice(MEDIA_TYPES)}",
            f"Accept: {draw.choice(MEDIA_TYPES)}",
            f"Accept: {','.join(MEDIA_TYPES[:4])}",
            f"If-None-Match: {draw.choice(('*', self._digest(), f'{chr(34)}{self._digest()}{chr(34)}'))}",
            f"Connection: {draw.choice(('close', 'keep-alive', 'x, close', ''))}",
            f"Authorization: {draw.choice(('Basic ', 'Basic YTpi', 'Basic !', 'Bearer x', ''))}",
            f"Expect: {draw.choice(('100-continue', 'x'))}",
            f"X-{'y' * draw.choice((1, 1000, 40_000))}: z",
        ]

    def _range(self) -> str:
        draw = self.draw
        first, last = draw.choice(NUMBERS), draw.choice(NUMBERS)
        if draw.random() < 0.1:
            return "bytes=" + ",".join(f"{number}-{number}" for number in range(draw.choice((2, 10, 200))))
        between = f"{first}-{last}"
        return draw.choice((between, f"bytes={between}", f"bytes=-{last}", f"bytes={first}-", f"bytes {between}/*"))

    # -- bodies

    def _content(self) -> bytes:
        draw = self.draw
        kind = draw.random()
        if kind < 0.5:
            return b""
        if kind < 0.7:
            return draw.choice(self.contents)
        return self._manifest() if kind < 0.9 else draw.choice(ODD_JSON)

    def _manifest(self) -> bytes:
        """A manifest, most often a good one; with a part that is something else, where not."""
        draw = self.draw
        parts = [self._descriptor() for _ in range(draw.choice((0, 1, 2)))]
        manifest: dict[str, object] = {"schemaVersion": 2, "mediaType": draw.choice(MEDIA_TYPES[:4])}
        if draw.random() < 0.6:
            manifest |= {"config": self._descriptor(), "layers": parts}
        else:
            manifest |= {"manifests": parts}
        if draw.random() < 0.4:
            manifest |= {"subject": self._descriptor(), "artifactType": draw.choice(MEDIA_TYPES)}
        if draw.random() < 0.2:
            manifest["annotations"] = draw.choice((*JSON_VALUES, {"a": "b"}))
        if draw.random() < 0.3:
            manifest[draw.choice((*manifest, "x"))] = draw.choice(JSON_VALUES)
        content = json.dumps(manifest).encode()
        if draw.random() < 0.3:
            self.contents = [*CONTENTS, *self.contents[len(CONTENTS) :][-7:], content]
        return content

    def _descriptor(self) -> object:
        draw = self.draw
        content = draw.choice(self.contents)
        descriptor: dict[str, object] = {
            "mediaType": draw.choice(MEDIA_TYPES),
            "digest": self._digest() if draw.random() < 0.3 else digest(content),
            "size": len(content),
        }
        if draw.random() < 0.1:
            descriptor[draw.choice(tuple(descriptor))] = draw.choice(JSON_VALUES)
        return draw.choice(JSON_VALUES) if draw.random() < 0.03 else descriptor

    def _framed(self, method: str, target: str, headers: list[str], content: bytes | None) -> bytes:
        """A request with a body of a known length or in chunks; with None it is for `headers` to say."""
        draw = self.draw
        lines = [f"{method} {target} HTTP/1.{draw.choice('1111110')}", "Host: registry", *headers]
        if content is None:
            content = b""
        elif draw.random() < 0.3:
            lines.append("Transfer-Encoding: chunked")
            content = self._chunked(content)
        elif content or draw.random() < 0.5:
            lines.append(f"Content-Length: {len(content)}")
        return "\r\n".join([*lines, "", ""]).encode("utf-8", "replace") + content

    def _chunked(self, content: bytes) -> bytes:
        draw = self.draw
        size = draw.choice((1, 7, 100, 10_000)) if len(content) < 1000 else 10_000
        extension = draw.choice((b"", b"", b";a=b"))
        chunks = [content[at : at + size] for at in range(0, len(content), size)]
        trailers = draw.choice((b"", b"", b"A: b\r\n"))
        return b"".join(b"%x%s\r\n%s\r\n" % (len(each), extension, each) for each in chunks) + b"0\r\n%s\r\n" % trailers

    # -- damage

    def _damaged(self, stream: bytes) -> bytes:
        draw = self.draw
        for _ in range(draw.choice((1, 1, 2, 4))):
            # Near the front, where the heads are, as often as anywhere.
            at = draw.randrange(min(len(stream), draw.choice((60, 300, 1 << 20))) + 1)
            length = draw.choice((1, 1, 2, 8, 60))
            kind = draw.randrange(6)
            if kind == 0:
                stream = stream[:at] + stream[at + length :]
            elif kind == 1:
                stream = stream[:at] + draw.choice(TOKENS) + stream[at:]
            elif kind == 2:
                stream = stream[:at] + bytes((draw.randrange(256),)) + stream[at + 1 :]
            elif kind == 3:
                stream = stream[: at + length] + stream[at:]
            elif kind == 4:
                stream = stream[:at] + self._last[-draw.randrange(1, 200) :]
            else:
                stream = stream[:at]
        return stream
