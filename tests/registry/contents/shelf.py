"""Repositories as the registry would leave them, written straight to a storage: what is collected is what is there."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from registry_gitops.registry.contents import Collected, Digest, collect_garbage, layout
from registry_gitops.registry.storage import Storage

MISSING = Digest.of(b"nobody has pushed this")


@dataclass(frozen=True)
class Shelf:
    """One repository of a storage."""

    storage: Storage
    name: str = "app"

    def blob(self, content: bytes) -> Digest:
        digest = Digest.of(content)
        self.storage.publish(
            {layout.blob_data_path(digest): content},
            {f"{layout.layer_path(self.name, digest)}/link": str(digest).encode()},
        )
        return digest

    def manifest(self, *needs: Digest, subject: Digest | None = None, tags: Iterable[str] = (), **more: Any) -> Digest:
        """An index, an image or an artifact: for what is kept they are all the same."""
        content = json.dumps(
            {"layers": [{"digest": str(digest)} for digest in needs]}
            | ({"subject": {"digest": str(subject)}} if subject else {})
            | more
        ).encode()
        return self.put(content, subject=subject, tags=tags)

    def put(self, content: bytes, *, subject: Digest | None = None, tags: Iterable[str] = ()) -> Digest:
        digest = Digest.of(content)
        link = str(digest).encode()
        files = {layout.blob_data_path(digest): content, f"{layout.revision_path(self.name, digest)}/link": link}
        if subject:
            files[f"{layout.referrers_path(self.name, subject)}/{digest.algorithm}/{digest.hex}/link"] = link
        self.storage.publish(files, {})
        for tag in tags:
            self.tag(tag, digest)
        return digest

    def tag(self, tag: str, digest: Digest) -> None:
        link = str(digest).encode()
        paths = (layout.tag_index_path(self.name, tag, digest), layout.tag_current_path(self.name, tag))
        self.storage.publish(dict.fromkeys(paths, link))

    def upload(self, identifier: str, content: bytes) -> None:
        draft = self.storage.draft(f"{layout.upload_path(self.name, identifier)}/data", new=True)
        assert draft is not None
        draft.append(memoryview(content))
        draft.sync()
        draft.close()

    def has(self, digest: Digest) -> bool:
        """Whether the repository would serve this blob."""
        return self._there(f"{layout.layer_path(self.name, digest)}/link", digest)

    def has_manifest(self, digest: Digest) -> bool:
        return self._there(f"{layout.revision_path(self.name, digest)}/link", digest)

    def _there(self, link: str, digest: Digest) -> bool:
        content = self.storage.read(layout.blob_data_path(digest))
        intact = content is not None and Digest.of(content, digest.algorithm) == digest
        return intact and self.storage.stat(link) is not None

    @property
    def tags(self) -> list[str]:
        return self.storage.names(layout.tags_path(self.name))

    def referrers(self, subject: Digest) -> list[str]:
        return self.storage.names(f"{layout.referrers_path(self.name, subject)}/sha256")


def ages() -> float:
    """A moment that all that was written so far is older than, and all that will be is younger than."""
    # The times of files are those of the last tick of the kernel's clock.
    time.sleep(0.02)
    now = time.time()
    time.sleep(0.02)
    return now


def sweep(storage: Storage, moment: float | None = None, *, delete_untagged: bool = False) -> Collected:
    """Collect what is older than `moment`, or all. That a dry run says the same and changes nothing is checked too."""
    if moment is None:
        moment = ages()
    before = paths(storage)
    told = collect_garbage(
        storage, older_than=3600, delete_untagged=delete_untagged, dry_run=True, now=lambda: moment + 3600
    )
    assert paths(storage) == before
    done = collect_garbage(storage, older_than=3600, delete_untagged=delete_untagged, now=lambda: moment + 3600)
    assert told == done
    return done


def paths(storage: Storage, *folders: str) -> list[str]:
    """All that is below some folders; without any, all that there is."""
    found = []
    for folder in folders or (layout.BLOBS, layout.REPOSITORIES):
        inside = [f"{folder}/{name}" for name in storage.names(folder)]
        found += inside + (paths(storage, *inside) if inside else [])
    return found
