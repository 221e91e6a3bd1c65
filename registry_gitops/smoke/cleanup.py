"""Cleanup: the deletion of what a run pushed, at its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar
from urllib.parse import urljoin

from registry_gitops.smoke.client import Client, NoResponseError
from registry_gitops.smoke.exceptions import CheckFailed
from registry_gitops.smoke.images import ACCEPT_ALL
from registry_gitops.smoke.push_record import DELETION_REFUSED, PushRecord
from registry_gitops.smoke.repository import parse_names, parse_next_link

Item = TypeVar("Item")
Result = TypeVar("Result")
Key = tuple[str, str]
"""Repository and digest."""

_DELETED: Final = (200, 202, 204, 404)
_WORKERS: Final = 8
"""Requests at a time: most of a cleanup is waiting for the registry."""
_CANCEL_ATTEMPTS: Final = 20
_CANCEL_INTERVAL: Final = 0.1
"""Seconds between two attempts to cancel an upload."""


def clean_up(client: Client, record: PushRecord) -> None:
    """Delete all that the record has. The record then has what is still there.

    Stops if the registry no longer responds.
    """
    repositories = record.repositories
    try:
        for url in list(record.uploads):
            if _cancel_upload(client, url):
                del record.uploads[url]
        if not record.is_deletion_refused:
            _delete_manifests(client, record)
            _delete_blobs(client, record)
        record.empty_repositories = tuple(_find_empty_repositories(client, record, repositories))
    except NoResponseError:
        pass


def _cancel_upload(client: Client, url: str) -> bool:
    """Cancel an upload, and return whether it is gone."""
    for _ in range(_CANCEL_ATTEMPTS):
        status = _delete(client, url)
        if status == 416:
            # distribution keeps the bytes of a refused PUT, but the URL has the offset of before.
            url = _current_url(client, url)
            status = _delete(client, url)
        if status != 409:
            break
        # The registry still reads the chunk that Ctrl-C interrupted.
        time.sleep(_CANCEL_INTERVAL)
    return status in _DELETED


def _current_url(client: Client, url: str) -> str:
    response = client.request("GET", url)
    return client.url_for(urljoin(response.url, response.location)) if response.location else url


def _delete_manifests(client: Client, record: PushRecord) -> None:
    # The last first: a manifest that references others is deleted before them.
    keys = list(reversed(record.manifests))
    if not keys or not _delete_manifest(client, record, keys[0]):
        return
    others = keys[1:]
    accepted = _in_parallel(lambda key: _delete_manifest(client, record, key), others)
    refused = [key for key, is_accepted in zip(others, accepted, strict=True) if not is_accepted]
    # Some registries keep what another manifest references: that one is gone now.
    kept = {key for key in refused if not _delete_manifest(client, record, key)}
    for repository in {repository for repository, _ in keys}:
        own = {key: tags for key, tags in record.manifests.items() if key[0] == repository}
        remaining = _delete_tags(client, repository, set().union(*own.values()))
        for key, tags in own.items():
            tags &= remaining
            if not tags and key not in kept:
                del record.manifests[key]


def _delete_manifest(client: Client, record: PushRecord, key: Key) -> bool:
    """Delete a manifest, and return whether the registry says so. Its tags can still be there."""
    repository, digest = key
    base = f"/v2/{repository}/manifests"
    if _delete(client, f"{base}/{digest}") in _DELETED:
        return True
    # Some registries keep what has a tag.
    statuses = [_delete(client, f"{base}/{tag}") for tag in sorted(record.manifests[key])]
    return any(status in _DELETED for status in statuses) and _delete(client, f"{base}/{digest}") in _DELETED


def _delete_tags(client: Client, repository: str, tags: set[str]) -> set[str]:
    """Delete those of the tags that outlived their manifests, and return those that are still there."""
    base = f"/v2/{repository}/manifests"
    listed = _list_tags(client, repository)
    there = tags if listed is None else tags & listed
    return {
        tag for tag in there if _delete(client, f"{base}/{tag}") not in _DELETED and _exists(client, f"{base}/{tag}")
    }


def _list_tags(client: Client, repository: str) -> set[str] | None:
    """Return the tags of a repository, or None if its list is not to be had, or has several pages."""
    response = client.request("GET", f"/v2/{repository}/tags/list")
    if response.status == 404:
        return set()
    try:
        return set(parse_names(response, "tags")) if response.status == 200 and not parse_next_link(response) else None
    except CheckFailed:
        return None


def _delete_blobs(client: Client, record: PushRecord) -> None:
    keys = list(record.blobs)
    # Some registries delete no blobs.
    if keys and _delete_blob(client, record, keys[0]) not in DELETION_REFUSED:
        list(_in_parallel(lambda key: _delete_blob(client, record, key), keys[1:]))


def _delete_blob(client: Client, record: PushRecord, key: Key) -> int:
    """Delete a blob, and return the status code."""
    repository, digest = key
    path = f"/v2/{repository}/blobs/{digest}"
    status = _delete(client, path)
    if status in _DELETED or (status not in DELETION_REFUSED and not _exists(client, path)):
        del record.blobs[key]
    return status


def _in_parallel(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield the results of several calls at a time, in order. After an exception, no more calls are made."""
    pool = ThreadPoolExecutor(_WORKERS)
    try:
        yield from pool.map(work, items)
    finally:
        pool.shutdown(cancel_futures=True)


def _find_empty_repositories(client: Client, record: PushRecord, repositories: list[str]) -> list[str]:
    """Return the repositories that are empty now, but still in the catalog."""
    names = []
    for name in sorted(set(repositories) - set(record.repositories)):
        response = client.request("GET", f"/v2/_catalog?n=1000&last={name[:-1]}")
        if response.status == 200 and f'"{name}"'.encode() in response.body:
            names.append(name)
    return names


def _delete(client: Client, path: str) -> int:
    return _status(client, "DELETE", path)


def _exists(client: Client, path: str) -> bool:
    return _status(client, "HEAD", path) != 404


def _status(client: Client, method: str, path: str) -> int:
    return client.request(method, path, headers={"Accept": ACCEPT_ALL}).status
