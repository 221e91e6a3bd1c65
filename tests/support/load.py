"""Clients that push, re-tag, delete and upload at random, and a ledger of what the registry has told them.

A change that was answered is a fact. One that was not (the server died meanwhile) may have happened or not, and the
ledger knows both. Whatever is served later has to fit.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urlsplit

IMAGE = "application/vnd.oci.image.manifest.v1+json"
SIZES = (0, 1, 700, 5_000, 70_000, 300_000, 1_200_000)
SECONDS = 20
OCTETS = "application/octet-stream"

Key = tuple[str, str, str]
"""What is kept: `blobs` or `manifests`, a repository, and a digest or a tag."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def location(self) -> str:
        parts = urlsplit(self.headers["location"])
        return parts.path + ("?" + parts.query if parts.query else "")


class Connection:
    """A client's one connection, opened anew after an error. What breaks it off is an OSError."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url).netloc
        self._connection = http.client.HTTPConnection(self._address, timeout=SECONDS)

    def connect(self) -> None:
        """Connect, without asking for anything."""
        self._connection.connect()

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            self._connection.request(method, path, body, named)
            response = self._connection.getresponse()
            content = response.read()
        except http.client.HTTPException as error:
            self._connection.close()
            raise ConnectionError(repr(error)) from error
        except OSError:
            self._connection.close()
            raise
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)

    def close(self) -> None:
        self._connection.close()


@dataclass
class Upload:
    """An upload that was left open: `sure` bytes of the content were acknowledged."""

    repository: str
    place: str
    content: bytes
    sure: int = 0


@dataclass
class Ledger:
    """What may be there. `None` stands for "not there", and one value alone is a fact."""

    values: dict[Key, set[str | None]] = field(default_factory=dict)
    uploads: list[Upload] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    """Answers that no client should get."""
    answered: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def change(self, key: Key, value: str | None) -> Iterator[Callable[[], None]]:
        """A request that makes `key` this value; call what is given when the registry has said so."""
        with self._lock:
            before = self.values.setdefault(key, {None})
            self.values[key] = before | {value}

        def sure() -> None:
            with self._lock:
                self.values[key] = {value}
                self.answered += 1

        yield sure

    def surprise(self, text: str) -> None:
        with self._lock:
            self.surprises.append(text)


class Client(threading.Thread):
    """Works on its own two repositories and on one that is shared, until the server or `end` ends it."""

    def __init__(self, url: str, ledger: Ledger, name: str, random: Random, end: threading.Event) -> None:
        super().__init__(daemon=True)
        self._connection = Connection(url)
        self._ledger = ledger
        self._random = random
        self._end = end
        self._own = (f"own/{name}", f"own/{name}/below")
        self._prefix = name
        self._images: list[tuple[str, str]] = []
        self._tags: list[tuple[str, str]] = []
        self._blobs: list[tuple[str, bytes]] = []

    def run(self) -> None:
        actions = (
            *[self._push_image] * 5,
            *[self._retag] * 2,
            *[self._delete_image, self._delete_tag, self._delete_blob, self._mount, self._leave_upload, self._cancel],
        )
        try:
            while not self._end.is_set():
                self._random.choice(actions)()
        except OSError as error:
            if not self._end.is_set():
                # The server has been killed, or should have been: whoever kills it says so first.
                time.sleep(0.2)
                if not self._end.is_set():
                    self._ledger.surprise(f"{self._prefix}: {error!r}")
        finally:
            self._connection.close()

    def _ask(self, expected: int, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer | None:
        """The answer; None if it was another one than expected, which is a surprise, or came after the end."""
        answer = self._connection.ask(method, path, body, **headers)
        if self._end.is_set():
            # Too late to count on: a disk that is being switched off may say anything.
            return None
        if answer.status == expected:
            return answer
        self._ledger.surprise(f"{method} {path}: {answer.status} {answer.body[:200]!r}, not {expected}")
        return None

    def _push_image(self) -> None:
        repository = self._random.choice((*self._own, "shared"))
        layers = [self._push_blob(repository) for _ in range(self._random.randint(1, 3))]
        known = [layer for layer in layers if layer]
        if not known:
            return
        body = {
            "schemaVersion": 2,
            "mediaType": IMAGE,
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **known[0]},
            "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", **layer} for layer in known[1:]],
            "annotations": {"who": f"{self._prefix} {self._random.random()}"},
        }
        tag = f"{self._prefix}-{self._random.randint(0, 5)}"
        self._put_manifest(repository, json.dumps(body).encode(), tag)

    def _put_manifest(self, repository: str, content: bytes, tag: str) -> None:
        digest = digest_of(content)
        path = f"/v2/{repository}/manifests/{tag}"
        with (
            self._ledger.change(("manifests", repository, digest), digest) as there,
            self._ledger.change(("manifests", repository, tag), digest) as tagged,
        ):
            if self._ask(201, "PUT", path, content, Content_Type=IMAGE):
                there()
                tagged()
                self._tags.append((repository, tag))
                if repository != "shared":
                    self._images.append((repository, digest))

    def _retag(self) -> None:
        if self._images:
            repository, digest = self._random.choice(self._images)
            content = self._ask(200, "GET", f"/v2/{repository}/manifests/{digest}", Accept=IMAGE)
            if content:
                self._put_manifest(repository, content.body, f"{self._prefix}-moving")

    def _delete_image(self) -> None:
        if self._images:
            repository, digest = self._random.choice(self._images)
            self._images = [image for image in self._images if image != (repository, digest)]
            # Its tags go with it.
            values = self._ledger.values.copy()
            keys = [key for key, possible in values.items() if key[1] == repository and digest in possible]
            with ExitStack() as stack:
                sure = [stack.enter_context(self._ledger.change(key, None)) for key in keys]
                if self._ask(202, "DELETE", f"/v2/{repository}/manifests/{digest}"):
                    for gone in sure:
                        gone()

    def _delete_tag(self) -> None:
        own = [tag for tag in self._tags if self._ledger.values[("manifests", *tag)] & {None} == set()]
        if own:
            repository, tag = self._random.choice(own)
            with self._ledger.change(("manifests", repository, tag), None) as gone:
                if self._ask(202, "DELETE", f"/v2/{repository}/manifests/{tag}"):
                    gone()

    def _delete_blob(self) -> None:
        own = [blob for blob in self._blobs if blob[0] != "shared"]
        if own:
            repository, content = self._random.choice(own)
            self._blobs = [blob for blob in self._blobs if blob != (repository, content)]
            with self._ledger.change(("blobs", repository, digest_of(content)), None) as gone:
                if self._ask(202, "DELETE", f"/v2/{repository}/blobs/{digest_of(content)}"):
                    gone()

    def _mount(self) -> None:
        if self._blobs:
            origin, content = self._random.choice(self._blobs)
            digest = digest_of(content)
            target = self._random.choice(self._own)
            with self._ledger.change(("blobs", target, digest), digest) as there:
                if self._ask(201, "POST", f"/v2/{target}/blobs/uploads/?mount={digest}&from={origin}", b""):
                    there()

    def _push_blob(self, repository: str) -> dict[str, object] | None:
        content = self._content()
        digest = digest_of(content)
        with self._ledger.change(("blobs", repository, digest), digest) as there:
            way = self._random.choice((self._monolithic, self._chunked, self._at_once))
            if not way(repository, content, digest):
                return None
            there()
        self._blobs.append((repository, content))
        return {"digest": digest, "size": len(content)}

    def _monolithic(self, repository: str, content: bytes, digest: str) -> Answer | None:
        begun = self._ask(202, "POST", f"/v2/{repository}/blobs/uploads/", b"")
        return begun and self._ask(201, "PUT", with_digest(begun.location, digest), content, Content_Type=OCTETS)

    def _at_once(self, repository: str, content: bytes, digest: str) -> Answer | None:
        path = f"/v2/{repository}/blobs/uploads/?digest={digest}"
        return self._ask(201, "POST", path, content, Content_Type=OCTETS)

    def _chunked(self, repository: str, content: bytes, digest: str) -> Answer | None:
        upload = self._begin(repository, content)
        while upload and upload.sure < len(content):
            upload = self._patch(upload)
        if not upload:
            return None
        done = self._ask(201, "PUT", with_digest(upload.place, digest), b"")
        if done:
            self._ledger.uploads.remove(upload)
        return done

    def _leave_upload(self) -> None:
        upload = self._begin(self._random.choice(self._own), self._content())
        for _ in range(self._random.randint(0, 2)):
            upload = upload and self._patch(upload)

    def _cancel(self) -> None:
        upload = self._begin(self._random.choice(self._own), self._content())
        if upload:
            self._ledger.uploads.remove(upload)
            self._ask(204, "DELETE", upload.place)

    def _begin(self, repository: str, content: bytes) -> Upload | None:
        begun = self._ask(202, "POST", f"/v2/{repository}/blobs/uploads/", b"")
        if not begun:
            return None
        upload = Upload(repository, begun.location, content)
        self._ledger.uploads.append(upload)
        return upload

    def _patch(self, upload: Upload) -> Upload | None:
        end = min(len(upload.content), upload.sure + self._random.choice((1, 10_000, 200_000)))
        part = upload.content[upload.sure : end]
        if not part:
            return upload
        headers = {"Content_Type": OCTETS, "Content_Range": f"{upload.sure}-{end - 1}"}
        answer = self._ask(202, "PATCH", upload.place, part, **headers)
        if not answer:
            return None
        upload.place, upload.sure = answer.location, end
        return upload

    def _content(self) -> bytes:
        return self._random.randbytes(self._random.choice(SIZES))


@contextmanager
def clients_at_work(url: str, ledger: Ledger, random: Random, number: int = 6) -> Iterator[threading.Event]:
    """Let clients work during the block; whoever ends the registry in it sets the event first."""
    end = threading.Event()
    clients = [Client(url, ledger, f"client{each}", Random(random.random()), end) for each in range(number)]
    for client in clients:
        client.start()
    yield end
    end.set()
    for client in clients:
        client.join()


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def with_digest(place: str, digest: str) -> str:
    return f"{place}{'&' if '?' in place else '?'}digest={digest}"
