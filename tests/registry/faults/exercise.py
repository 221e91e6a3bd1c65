"""All that a client does to a registry, once each; and what has to be true whatever fails."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.audit import misfits, strays
from tests.support.load import IMAGE, OCTETS, Answer, Connection, Key, Ledger, digest_of, with_digest

REFUSALS = {500: "UNKNOWN", 503: "UNAVAILABLE", 507: "UNAVAILABLE"}

LARGE = bytes(range(256)) * 2048
"""A blob that is sent by sendfile."""


def image(text: str) -> bytes:
    """A manifest that differs by `text`."""
    config = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest_of(b"{}"), "size": 2}
    return json.dumps(
        {"schemaVersion": 2, "mediaType": IMAGE, "config": config, "layers": [], "annotations": {"who": text}}
    ).encode()


@dataclass
class Exercise:
    """One repository of the registry at `url`, and the ledger of what is in it."""

    url: str
    name: str
    root: Path
    ledger: Ledger = field(default_factory=Ledger)
    refused: dict[str, int] = field(default_factory=dict)
    """What was refused, and the status of that."""

    @property
    def statuses(self) -> set[int]:
        """The statuses of what was refused."""
        return set(self.refused.values())

    def __post_init__(self) -> None:
        self._connection = Connection(self.url)
        self._base = f"/v2/{self.name}"

    def prepare(self) -> None:
        """Push what the steps need."""
        self._push(b"{}")
        self._push(LARGE)
        for tag in ("moving", "doomed", "same"):
            self._put(image(tag), tag)

    def steps(self) -> None:
        """Take every step; each is either done or refused as it should be."""
        self._push(b"pushed at once" * 1000)
        self._push_in_chunks(b"pushed in chunks" * 1000)
        self._put(image("moved"), "moving")
        self._put(image("same"), "same")
        self._delete("doomed")
        self._delete(digest_of(image("doomed")))
        self._mount(digest_of(LARGE))
        self._read("manifests/same", digest_of(image("same")))
        self._read(f"blobs/{digest_of(LARGE)}", digest_of(LARGE))
        self._expect({200}, "GET", f"{self._base}/tags/list")
        self._expect({200}, "GET", f"{self._base}/referrers/{digest_of(LARGE)}")
        self._cancel()

    def check(self) -> None:
        """Check what is there now, on a registry that works again, and take every step without any refusal."""
        found = misfits(self.url, self.ledger)
        assert not found, found
        self.refused.clear()
        self.prepare()
        self.steps()
        assert not self.refused, f"it does not work again: {self.refused}"
        found = misfits(self.url, self.ledger) + strays(self.root)
        assert not found, found

    def _push(self, content: bytes) -> None:
        digest = digest_of(content)
        path = f"{self._base}/blobs/uploads/?digest={digest}"
        self._change([("blobs", self.name, digest)], digest, 201, "POST", path, content, Content_Type=OCTETS)

    def _push_in_chunks(self, content: bytes) -> None:
        digest, half = digest_of(content), len(content) // 2
        begun = self._expect({202}, "POST", f"{self._base}/blobs/uploads/", b"")
        if not begun:
            return
        place = begun.location
        for part, begin in ((content[:half], 0), (content[half:], half)):
            span = f"{begin}-{begin + len(part) - 1}"
            more = self._expect({202}, "PATCH", place, part, Content_Type=OCTETS, Content_Range=span)
            if not more:
                # It is sent again: from where it was, if not from the front; or the upload has ended.
                more = self._expect({202, 404, 416}, "PATCH", place, part, Content_Type=OCTETS, Content_Range=span)
            if not more or more.status == 404:
                return
            if more.status == 416:
                assert more.headers["range"] == "0-0", "bytes count that may be lost"
                return
            place = more.location
        key = ("blobs", self.name, digest)
        self._change([key], digest, 201, "PUT", with_digest(place, digest), b"")

    def _put(self, content: bytes, tag: str) -> None:
        digest = digest_of(content)
        keys = [("manifests", self.name, digest), ("manifests", self.name, tag)]
        self._change(keys, digest, 201, "PUT", f"{self._base}/manifests/{tag}", content, Content_Type=IMAGE)
        # It is put in place before its tag is. So it may be there without one, which shows nowhere.
        self.ledger.values[keys[0]] |= {digest}

    def _delete(self, reference: str) -> None:
        key = ("manifests", self.name, reference)
        self._change([key], None, 202, "DELETE", f"{self._base}/manifests/{reference}")
        if reference.startswith("sha256:"):
            # Its tags go before it does, one after the other. So some may have gone when it could not.
            tag = ("manifests", self.name, "doomed")
            self.ledger.values[tag] = self.ledger.values[key] | {None}

    def _mount(self, digest: str) -> None:
        target = f"{self.name}/mounted"
        path = f"/v2/{target}/blobs/uploads/?mount={digest}&from={self.name}"
        self._change([("blobs", target, digest)], digest, 201, "POST", path, b"")

    def _cancel(self) -> None:
        begun = self._expect({202}, "POST", f"{self._base}/blobs/uploads/", b"")
        if begun:
            self._expect({204, 404}, "DELETE", begun.location)

    def _read(self, path: str, digest: str) -> None:
        try:
            answer = self._expect({200}, "GET", f"{self._base}/{path}")
        except ConnectionError:
            # The head was sent before the disk failed: then the body must not look whole.
            self.refused["body"] = 500
            return
        assert answer is None or digest_of(answer.body) == digest, "wrong bytes were served"

    def _change(
        self, keys: list[Key], value: str | None, status: int, method: str, path: str, body: bytes = b"", **headers: str
    ) -> None:
        before = {key: self.ledger.values.get(key, {None}) for key in keys}
        answer = self._expect({status}, method, path, body, **headers)
        # What was refused has not happened.
        self.ledger.values |= {key: {value} for key in keys} if answer else before

    def _expect(self, statuses: set[int], method: str, path: str, body: bytes = b"", **headers: str) -> Answer | None:
        """The answer; None if it was refused, which has to be said well."""
        answer = self._connection.ask(method, path, body, **headers)
        if answer.status in statuses:
            return answer
        assert answer.status in REFUSALS, f"{method} {path}: {answer}"
        error = json.loads(answer.body)["errors"][0]
        assert error["code"] == REFUSALS[answer.status]
        assert error["detail"], answer
        assert "/" not in error["detail"], "a path of the server"
        self.refused[f"{method} {path}"] = answer.status
        return None
