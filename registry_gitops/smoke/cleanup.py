"""Cleanup: the record of what a run pushed, and its deletion at the end."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from registry_gitops.smoke.client import Client, NoResponseError
from registry_gitops.smoke.images import ACCEPT_ALL

_DELETED: Final = (200, 202, 204, 404)
_REFUSED: Final = (400, 401, 403, 405)
_CANCEL_ATTEMPTS: Final = 20
_CANCEL_INTERVAL: Final = 0.1
"""Seconds between two attempts to cancel an upload."""


@dataclass
class PushRecord:
    """What a run pushed: manifests by repository and digest with their tags, blobs, and open uploads. Thread-safe.

    An entry is added before the request, so that nothing is missed if the response is lost.
    """

    manifests: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    blobs: dict[tuple[str, str], None] = field(default_factory=dict)
    uploads: dict[str, None] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add_manifest(self, repository: str, digest: str, tag: str | None = None) -> None:
        """Add a manifest that is about to be pushed, and move the tag to it."""
        with self.lock:
            for (name, other), tags in self.manifests.items():
                if name == repository and other != digest:
                    tags.discard(tag or "")
            self.manifests.setdefault((repository, digest), set()).update([tag] if tag else [])

    def discard_manifest(self, repository: str, digest: str, tag: str | None) -> None:
        """Discard a manifest that was refused under this tag, or by its digest."""
        with self.lock:
            tags = self.manifests.get((repository, digest), set())
            tags.discard(tag or "")
            if not tags:
                self.manifests.pop((repository, digest), None)

    def add_blob(self, repository: str, digest: str) -> None:
        """Add a blob that is about to be pushed."""
        with self.lock:
            self.blobs[(repository, digest)] = None

    def discard_blob(self, repository: str, digest: str) -> None:
        """Discard a blob that was refused."""
        with self.lock:
            self.blobs.pop((repository, digest), None)

    def add_upload(self, url: str) -> None:
        """Add an open upload."""
        with self.lock:
            self.uploads[url] = None

    def discard_upload(self, url: str) -> None:
        """Discard an upload that is finished or canceled."""
        with self.lock:
            self.uploads.pop(url, None)

    @property
    def repositories(self) -> list[str]:
        """The names of the repositories with a manifest or blob."""
        return sorted({repository for repository, _ in (*self.manifests, *self.blobs)})


def clean_up(client: Client, record: PushRecord) -> tuple[str, ...]:
    """Delete all that the record has, and return what is still there, a line each. The record then has the same.

    Stops if the registry no longer responds.
    """
    repositories = record.repositories
    try:
        for url in list(record.uploads):
            if _cancel_upload(client, url):
                del record.uploads[url]
        _delete_manifests(client, record)
        _delete_blobs(client, record)
        return (*list_leftovers(record), *_list_empty_repositories(client, record, repositories))
    except NoResponseError:
        return list_leftovers(record)


def list_leftovers(record: PushRecord) -> tuple[str, ...]:
    """Return all that the record has, a line each."""
    return (
        *(_format_line("manifest", *key, sorted(tags)) for key, tags in record.manifests.items()),
        *(_format_line("blob", *key) for key in record.blobs),
        *(f"unfinished upload {urlsplit(url).path}" for url in record.uploads),
    )


def _format_line(kind: str, repository: str, digest: str, tags: list[str] | None = None) -> str:
    return f"{kind} {repository}@{digest}{' with the tags ' if tags else ''}{', '.join(tags or [])}"


def _cancel_upload(client: Client, url: str) -> bool:
    """Cancel an upload, and return whether it is gone."""
    for _ in range(_CANCEL_ATTEMPTS):
        status = _delete(client, url)
        if status != 409:
            break
        # The registry still reads the chunk that Ctrl-C interrupted.
        time.sleep(_CANCEL_INTERVAL)
    return status in _DELETED


def _delete_manifests(client: Client, record: PushRecord) -> None:
    # The last first: a manifest that references others is deleted before them.
    for repository, digest in reversed(list(record.manifests)):
        base = f"/v2/{repository}/manifests"
        # Some registries delete tags only with the manifest, some only by themselves.
        statuses = [_delete(client, f"{base}/{tag}") for tag in sorted(record.manifests[(repository, digest)])]
        is_refused = _delete(client, f"{base}/{digest}") in _REFUSED
        if is_refused and not any(status in _DELETED for status in statuses):
            return
        tags = {tag for tag in record.manifests[(repository, digest)] if _exists(client, f"{base}/{tag}")}
        if tags or _exists(client, f"{base}/{digest}"):
            record.manifests[(repository, digest)] = tags
        else:
            del record.manifests[(repository, digest)]


def _delete_blobs(client: Client, record: PushRecord) -> None:
    for repository, digest in list(record.blobs):
        path = f"/v2/{repository}/blobs/{digest}"
        status = _delete(client, path)
        if status in _REFUSED:
            return
        if status in _DELETED or not _exists(client, path):
            del record.blobs[(repository, digest)]


def _list_empty_repositories(client: Client, record: PushRecord, repositories: list[str]) -> list[str]:
    """Return the repositories that are empty now, but still in the catalog: distribution cannot forget them."""
    lines = []
    for name in sorted(set(repositories) - set(record.repositories)):
        response = client.request("GET", f"/v2/_catalog?n=1000&last={name[:-1]}")
        if response.status == 200 and f'"{name}"'.encode() in response.body:
            lines.append(f"the name of the empty repository {name}")
    return lines


def _delete(client: Client, path: str) -> int:
    return _status(client, "DELETE", path)


def _exists(client: Client, path: str) -> bool:
    return _status(client, "HEAD", path) != 404


def _status(client: Client, method: str, path: str) -> int:
    return client.request(method, path, headers={"Accept": ACCEPT_ALL}).status
