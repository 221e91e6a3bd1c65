"""A repository of the registry, and what clients do with one: push and pull."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import urljoin, urlsplit

from registry_gitops.smoke.check import CheckFailed
from registry_gitops.smoke.client import Answer, Body, Client
from registry_gitops.smoke.content import EVERY_MANIFEST, Blob, Manifest
from registry_gitops.smoke.diagnosis import expect
from registry_gitops.smoke.ledger import Ledger
from registry_gitops.smoke.login import Login

OCTETS = {"Content-Type": "application/octet-stream"}


class Repository:
    """The repository `name`. All that is pushed by it goes into the ledger, before it is sent."""

    def __init__(self, client: Client, ledger: Ledger, name: str) -> None:
        self.client = client
        self.ledger = ledger
        self.name = name

    def by(self, client: Client) -> Repository:
        """The same repository through another client."""
        return Repository(client, self.ledger, self.name)

    def named(self, name: str) -> Repository:
        """Another repository, of the same client and ledger."""
        return Repository(self.client, self.ledger, name)

    def path(self, rest: str) -> str:
        """The path of something in it."""
        return f"/v2/{self.name}/{rest}"

    def ask(
        self, method: str, rest: str, body: Body = None, headers: Mapping[str, str] | None = None, **more: Login
    ) -> Answer:
        """One request below the repository."""
        return self.client.ask(method, self.path(rest), body, headers, **more)

    # -- uploads

    def begin(self, query: str = "") -> Upload:
        """Begin an upload. Raises CheckFailed where that is refused."""
        return Upload.of(self, expect(self.ask("POST", f"blobs/uploads/{query}"), 202))

    def push_blob(self, blob: Blob) -> Answer:
        """Push a blob as most clients do, by POST and PUT, and return the last answer."""
        return self.begin().finish(blob, blob.content)

    def push(self, manifest: Manifest, *tags: str) -> Answer:
        """Push a manifest with all that it refers to, by its tags or, without any, by its digest."""
        for blob in manifest.blobs:
            self.push_blob(blob)
        for part in manifest.manifests:
            self.push(part)
        for reference in tags or (manifest.digest,):
            answer = expect(self.put_manifest(manifest, reference), 201)
        return answer

    def put_manifest(self, manifest: Manifest, reference: str) -> Answer:
        """Put a manifest whose parts are there."""
        tag = None if ":" in reference else reference
        self.ledger.manifest(self.name, manifest.digest, tag)
        answer = self.ask("PUT", f"manifests/{reference}", manifest.content, {"Content-Type": manifest.media_type})
        if 400 <= answer.status < 500:
            self.ledger.no_manifest(self.name, manifest.digest, tag)
        return answer

    # -- pulls

    def manifest(self, reference: str, *, method: str = "GET", accept: str = EVERY_MANIFEST) -> Answer:
        """Ask for a manifest."""
        return self.ask(method, f"manifests/{reference}", headers={"Accept": accept})

    def blob(self, digest: str, *, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for a blob."""
        return self.ask(method, f"blobs/{digest}", headers=headers)

    def holds(self, manifest: Manifest, reference: str = "") -> None:
        """Raises CheckFailed unless the manifest, with all that it refers to, is there byte for byte."""
        same(expect(self.manifest(reference or manifest.digest), 200), manifest)
        for blob in manifest.blobs:
            same(expect(self.blob(blob.digest), 200), blob)
        for part in manifest.manifests:
            self.holds(part)

    def tags(self, query: str = "") -> Answer:
        """Ask for the tags."""
        return self.ask("GET", f"tags/list{query}")


class Upload:
    """An upload that was begun. `place` is where it goes on: each answer may name another place."""

    def __init__(self, repository: Repository, place: str) -> None:
        self.repository = repository
        self.place = place

    @classmethod
    def of(cls, repository: Repository, begun: Answer) -> Upload:
        """The upload that an answer with status 202 has begun."""
        upload = cls(repository, "")
        upload._moved(begun)
        return upload

    def by(self, client: Client) -> Upload:
        """The same upload through another client."""
        return Upload(self.repository.by(client), self.place)

    def send(self, part: Body, *, start: int | None = None) -> Answer:
        """Send a part by PATCH; `start` is where it begins, for a chunk of an upload in chunks."""
        headers = dict(OCTETS)
        if start is not None and isinstance(part, bytes):
            headers["Content-Range"] = f"{start}-{start + len(part) - 1}"
        answer = self._ask("PATCH", self.place, part, headers)
        if answer.status == 202:
            self._moved(answer)
        return answer

    def status(self) -> Answer:
        """Ask how much of it is there."""
        answer = self._ask("GET", self.place)
        if answer.status == 204 and answer.location:
            self._moved(answer)
        return answer

    def put(self, digest: str, rest: Body = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """End it: send what is missing, and the digest of the whole."""
        self.repository.ledger.blob(self.repository.name, digest)
        join = "&" if "?" in self.place else "?"
        answer = self._ask("PUT", f"{self.place}{join}digest={digest}", rest, headers or OCTETS)
        if answer.status == 201:
            self.repository.ledger.closed(self.place)
        elif 400 <= answer.status < 500:
            self.repository.ledger.no_blob(self.repository.name, digest)
        return answer

    def finish(self, blob: Blob, rest: Body = b"") -> Answer:
        """End it well. Raises CheckFailed where that is refused."""
        return expect(self.put(blob.digest, rest), 201)

    def cancel(self) -> Answer:
        """Give it up."""
        answer = self._ask("DELETE", self.place)
        if answer.status == 204:
            self.repository.ledger.closed(self.place)
        return answer

    def _moved(self, answer: Answer) -> None:
        if not answer.location:
            raise CheckFailed(f"{answer.method} answers {answer.status} without a Location, so the upload cannot go on")
        ledger = self.repository.ledger
        ledger.closed(self.place)
        # A Location is relative to the request that it answers.
        self.place = self.repository.client.place(urljoin(answer.url, answer.location))
        ledger.upload(self.place)

    def _ask(self, method: str, place: str, body: Body = None, headers: Mapping[str, str] | None = None) -> Answer:
        return self.repository.client.ask(method, place, body, headers)


def same(answer: Answer, blob: Blob) -> None:
    """Raises CheckFailed unless the body is, byte for byte, what was pushed."""
    if answer.body != blob.content:
        raise CheckFailed(
            f"GET {urlsplit(answer.url).path} gives other bytes than were pushed: {len(answer.body)} of them, "
            f"not {len(blob.content)}"
        )


def listed(answer: Answer, key: str) -> list[str]:
    """The names in a list. Raises CheckFailed for a body of another shape."""
    names = _json(answer).get(key)
    # distribution writes null for an empty list.
    names = [] if names is None else names
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise CheckFailed(f'the body is no JSON object with a list of names under "{key}"')
    return names


def next_page(answer: Answer) -> str:
    """The target of the header Link with rel="next", "" where there is none."""
    for target, parameters in re.findall(r"<([^>]*)>([^<]*)", answer.headers.get("Link", "")):
        if re.search(r'rel\s*=\s*"?next\b', parameters):
            return str(target)
    return ""


def in_order(names: Iterable[str]) -> bool:
    """Whether names are sorted as the spec has it: by their bytes."""
    encoded = [name.encode() for name in names]
    return encoded == sorted(encoded)


def _json(answer: Answer) -> dict[str, object]:
    try:
        body = json.loads(answer.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise CheckFailed(f"{answer.method} {urlsplit(answer.url).path} answers no JSON object")
    return body
