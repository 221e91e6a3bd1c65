"""A repository of the registry, and what clients do with it: push and pull."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence, Sized
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit

from registry_gitops.smoke.client import Body, Client, Headers, RegistryResponse
from registry_gitops.smoke.diagnosis import expect_digest, expect_header, expect_status
from registry_gitops.smoke.exceptions import CheckFailed, Skipped
from registry_gitops.smoke.images import ACCEPT_ALL, LocalBlob, LocalManifest
from registry_gitops.smoke.push_record import PushRecord

OCTETS: Final = {"Content-Type": "application/octet-stream"}
READS: Final = ("HEAD", "GET")
"""The methods by which clients read a manifest or a blob, in the order in which most send them."""
_CHUNK: Final = 1024
_MAX_CHUNK: Final = 8 * 1024 * 1024
"""Bytes: more than any storage demands of a chunk (S3: 5 MiB)."""


class Repository:
    """The repository `name`. The push record gets an entry before each push."""

    def __init__(self, client: Client, push_record: PushRecord, name: str) -> None:
        self.client = client
        self.push_record = push_record
        self.name = name

    def with_client(self, client: Client) -> Repository:
        """Return the same repository with another client."""
        return Repository(client, self.push_record, self.name)

    def with_name(self, name: str) -> Repository:
        """Return another repository with the same client and push record."""
        return Repository(self.client, self.push_record, name)

    def path(self, rest: str) -> str:
        """Return the path of a blob, manifest, or list of the repository."""
        return f"/v2/{self.name}/{rest}"

    def request(self, method: str, rest: str, body: Body = None, headers: Headers = None) -> RegistryResponse:
        """Send a request to a path of the repository."""
        return self.client.request(method, self.path(rest), body, headers)

    # -- push

    def start_upload(self) -> Upload:
        """Start an upload. Raises CheckFailed."""
        return Upload.from_response(self, expect_status(self.request("POST", "blobs/uploads/"), 202))

    def push_blob(self, blob: LocalBlob) -> RegistryResponse:
        """Push a blob as most clients do, by POST and PUT, and return the last response. Raises CheckFailed."""
        return self.start_upload().finish(blob, blob.content)

    def push(self, manifest: LocalManifest, *tags: str) -> RegistryResponse:
        """Push a manifest with all that it references, by its tags or, without any, by its digest.

        Returns the last response. Raises CheckFailed.
        """
        for blob in manifest.blobs:
            self.push_blob(blob)
        for child in manifest.manifests:
            self.push(child)
        for reference in tags or (manifest.digest,):
            response = expect_status(self.put_manifest(manifest, reference), 201)
        return response

    def put_manifest(self, manifest: LocalManifest, reference: str) -> RegistryResponse:
        """Push a manifest without what it references."""
        tag = None if ":" in reference else reference
        self.push_record.add_manifest(self.name, manifest.digest, tag, len(manifest.content))
        headers = {"Content-Type": manifest.media_type}
        response = self.request("PUT", f"manifests/{reference}", manifest.content, headers)
        if 400 <= response.status < 500:
            self.push_record.discard_manifest(self.name, manifest.digest, tag)
        return response

    def store(self, manifest: LocalManifest, reference: str = "") -> RegistryResponse:
        """Push a manifest whose blobs are there, by its tag or, without one, by its digest. Raises CheckFailed."""
        return expect_status(self.put_manifest(manifest, reference or manifest.digest), 201)

    # -- pull

    def request_manifest(
        self, reference: str, *, method: str = "GET", accept: str | tuple[str, ...] = ACCEPT_ALL
    ) -> RegistryResponse:
        """Request a manifest by tag or digest. A tuple of media types is sent as several lines of Accept."""
        return self.request(method, f"manifests/{reference}", headers={"Accept": accept})

    def request_blob(self, digest: str, *, method: str = "GET", headers: Headers = None) -> RegistryResponse:
        """Request a blob."""
        return self.request(method, f"blobs/{digest}", headers=headers)

    def request_tags(self, query: str = "") -> RegistryResponse:
        """Request the tag list."""
        return self.request("GET", f"tags/list{query}")

    def expect_stored(self, manifest: LocalManifest, reference: str = "") -> None:
        """Return if the manifest and all that it references is stored byte for byte. Raises CheckFailed."""
        expect_same_bytes(expect_status(self.request_manifest(reference or manifest.digest), 200), manifest)
        for blob in manifest.blobs:
            expect_same_bytes(expect_status(self.request_blob(blob.digest), 200), blob)
        for child in manifest.manifests:
            self.expect_stored(child)


class Upload:
    """An open upload. `url` is where to send the next request; each response can change it."""

    def __init__(self, repository: Repository, url: str, min_chunk: int = 0) -> None:
        self.repository = repository
        self.url = url
        self._min_chunk = min_chunk

    @classmethod
    def from_response(cls, repository: Repository, response: RegistryResponse) -> Upload:
        """Return the upload that a response with the status code 202 started. Raises CheckFailed."""
        announced = response.headers.get("OCI-Chunk-Min-Length", "")
        upload = cls(repository, "", int(announced) if announced.isdecimal() else 0)
        upload._follow_location(response)
        return upload

    def with_client(self, client: Client) -> Upload:
        """Return the same upload with another client."""
        return Upload(self.repository.with_client(client), self.url, self._min_chunk)

    @property
    def chunk_size(self) -> int:
        """Bytes of a chunk: 1024, or more if the registry demands it. Raises Skipped if it demands too many."""
        if self._min_chunk > _MAX_CHUNK:
            self.cancel()
            raise Skipped(f"the registry demands chunks of at least {self._min_chunk} bytes")
        return max(_CHUNK, self._min_chunk)

    def send(self, chunk: Body, *, start: int | None = None) -> RegistryResponse:
        """Send a chunk by PATCH; `start`, its offset, adds the header Content-Range."""
        response = self._request("PATCH", self.url, chunk, {**OCTETS, **_range_header(chunk, start)})
        if response.status == 202:
            self._follow_location(response)
        return response

    def request_status(self) -> RegistryResponse:
        """Request the offset of the upload."""
        response = self._request("GET", self.url)
        if response.status == 204 and response.location:
            self._follow_location(response)
        return response

    def put(
        self,
        digest: str,
        rest: Body = b"",
        headers: Headers = OCTETS,
        *,
        start: int | None = None,
        encodes: bool = False,
    ) -> RegistryResponse:
        """End the upload with the rest of the bytes, and the digest of all of them, as sha256%3A if `encodes`.

        `start`, the offset of the rest, adds the header Content-Range.
        """
        record = self.repository.push_record
        record.add_blob(self.repository.name, digest, len(rest) if isinstance(rest, Sized) else 0)
        separator = "&" if "?" in self.url else "?"
        value = quote(digest, safe="") if encodes else digest
        response = self._request(
            "PUT", f"{self.url}{separator}digest={value}", rest, {**(headers or {}), **_range_header(rest, start)}
        )
        if response.status == 201:
            record.discard_upload(self.url)
        elif 400 <= response.status < 500:
            record.discard_blob(self.repository.name, digest)
        return response

    def finish(self, blob: LocalBlob, rest: Body = b"") -> RegistryResponse:
        """End the upload of a blob. Raises CheckFailed."""
        self.repository.push_record.add_blob(self.repository.name, blob.digest, len(blob.content))
        return expect_status(self.put(blob.digest, rest), 201)

    def cancel(self) -> RegistryResponse:
        """Cancel the upload by DELETE."""
        response = self._request("DELETE", self.url)
        if response.status == 204:
            self.repository.push_record.discard_upload(self.url)
        return response

    def _follow_location(self, response: RegistryResponse) -> None:
        if not response.location:
            raise CheckFailed(f"{response.method} returned {response.status} without a Location to continue the upload")
        record = self.repository.push_record
        record.discard_upload(self.url)
        # A Location is relative to the URL of its request.
        self.url = self.repository.client.url_for(urljoin(response.url, response.location))
        record.add_upload(self.url)

    def _request(self, method: str, url: str, body: Body = None, headers: Headers = None) -> RegistryResponse:
        return self.repository.client.request(method, url, body, headers)


def _range_header(chunk: Body, start: int | None) -> dict[str, str]:
    if start is None or not isinstance(chunk, bytes):
        return {}
    return {"Content-Range": f"{start}-{start + len(chunk) - 1}"}


def expect_same_bytes(response: RegistryResponse, blob: LocalBlob) -> None:
    """Return if the body is what was pushed. Raises CheckFailed."""
    if response.body != blob.content:
        raise CheckFailed(
            f"GET {urlsplit(response.url).path} returned other bytes than were pushed: {len(response.body)} bytes, "
            f"expected {len(blob.content)}"
        )


def expect_same_manifest(response: RegistryResponse, manifest: LocalManifest) -> None:
    """Return if a GET or HEAD returned the manifest, with its headers. Raises CheckFailed."""
    expect_status(response, 200)
    if response.method == "HEAD":
        expect_header(response, "Content-Length", str(len(manifest.content)))
    else:
        expect_same_bytes(response, manifest)
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip()
    if media_type != manifest.media_type:
        raise CheckFailed(
            f'{response.method} of a manifest returned the media type "{media_type}", expected {manifest.media_type}'
        )
    expect_digest(response, manifest.digest)


def parse_object(response: RegistryResponse) -> dict[str, Any]:
    """Return the JSON object in the body. Raises CheckFailed."""
    try:
        body = json.loads(response.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise CheckFailed(f"{response.method} {urlsplit(response.url).path} did not return a JSON object")
    return body


def parse_names(response: RegistryResponse, key: str) -> list[str]:
    """Return the names in a list of tags or repositories. Raises CheckFailed for a body of another shape."""
    names = parse_object(response).get(key)
    # distribution writes null for an empty list.
    names = [] if names is None else names
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise CheckFailed(f'the body is not a JSON object with a list of names under "{key}"')
    return names


def parse_next_link(response: RegistryResponse) -> str:
    """Return the target of the header Link with rel="next", or "" if it is absent."""
    for target, parameters in re.findall(r"<([^>]*)>([^<]*)", response.headers.get("Link", "")):
        if re.search(r'rel\s*=\s*"?next\b', parameters):
            return str(target)
    return ""


def is_sorted(names: Sequence[str]) -> bool:
    """Return whether names are in lexical order: by their bytes, regardless of case, or as paths of directories.

    Source: distribution-spec, Listing Tags, which leaves the order of capital letters open. distribution on S3 lists
    names as S3 does its prefixes, with a slash at the end: "a-b/" before "a/".
    """
    in_order = sorted(names), sorted(names, key=str.casefold), sorted(names, key=lambda name: f"{name}/")
    return list(names) in in_order
