"""Garbage collection: deletes unreferenced data after a grace period, while clients push and pull.

It takes no lock, and can run in another process. The age of files makes it safe: before the registry tells a client
that a blob or manifest exists (HEAD, mount, a manifest that lists it), it touches it. Only what is older than the
grace period is deleted (`Storage.expire`). So all that a client relies on during a push is young, and stays.
"""

from __future__ import annotations

import errno
import math
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from registry_gitops.registry.contents import layout
from registry_gitops.registry.contents.content_store import parse_link
from registry_gitops.registry.contents.identifiers import ALGORITHMS, Digest
from registry_gitops.registry.contents.reachability import ManifestReferences, reachable_manifests, sort_parents_first
from registry_gitops.registry.storage import Storage

LONG_PUSH: Final = 24
"""Factor of the grace period of layers in a repository with an upload session: one layer can take hours, and only the
manifest after the last one refers to them."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What was deleted, or with `dry_run` would be."""

    blobs: int
    """Blobs and manifests that no repository needs."""
    bytes: int
    """Bytes that they and the uploads took on the disk."""
    manifests: int
    """Untagged manifests, counted in each repository."""
    layers: int
    """Blobs that no manifest of their repository needs, counted in each repository."""
    tags: int
    """Tags of manifests that are missing; registry v3.1.1 leaves some behind."""
    uploads: int
    """Upload sessions that were not finished."""
    repositories: tuple[str, ...]
    corrupt: tuple[str, ...]
    """Manifests that are missing, or corrupt and deleted: push them again. Their repositories are skipped."""


def collect_garbage(
    storage: Storage,
    *,
    older_than: float = 3600,
    delete_untagged: bool = False,
    dry_run: bool = False,
    now: Callable[[], float] = time.time,
    is_stopping: Callable[[], bool] = lambda: False,
) -> Collected:
    """Delete what no tag, index, or referrer reaches, and nobody wrote or requested in the last `older_than` seconds.

    Manifests without a tag stay unless `delete_untagged`; a referrer lives as long as its subject. Use less than two
    minutes only while nobody pushes: not every request touches what it finds. Raises OSError as the storage does, and
    (ECANCELED) between two of its operations as soon as `is_stopping`; what was deleted until then was not needed.
    """
    collection = _Collection(storage, now(), older_than, delete_untagged, dry_run, is_stopping)
    for name in storage.names(layout.REPOSITORIES):
        collection.collect_repositories(name)
    collection.collect_blobs()
    return collection.result()


class _Collection:
    """One run: first the repositories, which shows what blobs they need, then the blobs."""

    def __init__(
        self,
        storage: Storage,
        now: float,
        older_than: float,
        delete_untagged: bool,
        dry_run: bool,
        is_stopping: Callable[[], bool],
    ) -> None:
        self._underlying = storage
        self._is_stopping = is_stopping
        self._before = now - older_than
        self._long_before = now - older_than * LONG_PUSH
        self._delete_untagged = delete_untagged
        self._dry_run = dry_run
        self._needed: set[Digest] = set()
        self._count: Counter[str] = Counter()
        self._deleted: list[str] = []
        self._corrupt_digests: set[Digest] = set()

    @property
    def _storage(self) -> Storage:
        if self._is_stopping():
            raise OSError(errno.ECANCELED, os.strerror(errno.ECANCELED))
        return self._underlying

    def result(self) -> Collected:
        count = self._count
        return Collected(
            blobs=count["blobs"],
            bytes=count["bytes"],
            manifests=count["manifests"],
            layers=count["layers"],
            tags=count["tags"],
            uploads=count["uploads"],
            repositories=tuple(sorted(self._deleted)),
            corrupt=tuple(sorted(map(str, self._corrupt_digests))),
        )

    def collect_repositories(self, name: str) -> None:
        """Collect in the repositories below `name`, and in `name` itself if it is one."""
        entries = self._storage.names(layout.repository_path(name))
        for entry in entries:
            if not entry.startswith("_"):
                self.collect_repositories(f"{name}/{entry}")
        if any(entry.startswith("_") for entry in entries):
            self._collect_repository(name)
        if not self._dry_run:
            self._storage.prune(layout.repository_path(name))

    def collect_blobs(self) -> None:
        """Delete the blobs that no repository needs."""
        for algorithm in ALGORITHMS:
            for start in self._storage.names(f"{layout.BLOBS}/{algorithm}"):
                directory = f"{layout.BLOBS}/{algorithm}/{start}"
                unneeded = set(_digests(algorithm, self._storage.names(directory))) - self._needed
                for digest in unneeded:
                    self._collect_blob(digest)
                if unneeded and not self._dry_run:
                    self._storage.prune(directory)

    def _collect_blob(self, digest: Digest) -> None:
        stat = self._storage.stat(layout.blob_data_path(digest))
        if self._expire(layout.blob_path(digest)) and stat:
            self._count.update(blobs=1, bytes=stat.size)

    def _collect_repository(self, name: str) -> None:
        has_uploads = self._collect_uploads(name)
        revisions = self._read_links(layout.revisions_path(name))
        layers = self._read_links(layout.layers_path(name))
        manifests = {digest: manifest for digest in revisions if (manifest := self._read(digest))}
        if len(manifests) < len(revisions):
            self._needed.update(
                revisions, layers, layers.values(), *(manifest.needs for manifest in manifests.values())
            )
            return
        tags = self._collect_tags(name, manifests)
        kept = self._collect_manifests(name, manifests, tags.values())
        self._delete_tag_history(name, tags, kept)
        self._delete_referrer_links(name, kept)
        needed = kept.union(*(manifests[digest].needs for digest in kept))
        needed |= {data for digest, data in layers.items() if digest in needed}
        unneeded = {digest: data for digest, data in layers.items() if digest not in needed}
        young = set(self._delete_layers(name, unneeded, self._long_before if has_uploads else self._before))
        self._needed |= needed | young
        if not kept and not tags:
            self._remove_repository(name, is_empty=not young and not has_uploads)

    def _collect_uploads(self, name: str) -> bool:
        """Delete old upload sessions, and return whether there are others."""
        others = False
        for identifier in self._storage.names(layout.uploads_path(name)):
            path = layout.upload_path(name, identifier)
            stat = self._storage.stat(f"{path}/data")
            if self._expire(path):
                self._count.update(uploads=1, bytes=stat.size if stat else 0)
            else:
                others = True
        return others

    def _read(self, digest: Digest) -> ManifestReferences | None:
        """Read a manifest; None if it is missing, or corrupt: then it is deleted, so that a push can replace it."""
        stat = self._storage.stat(layout.blob_data_path(digest))
        content = self._storage.read(layout.blob_data_path(digest))
        if stat and content is not None and Digest.of(content, digest.algorithm) == digest:
            return ManifestReferences.parse(content)
        self._corrupt_digests.add(digest)
        if stat:
            # Exactly what was read, and nothing that was written since.
            after = math.nextafter(stat.modified, math.inf)
            self._storage.expire(layout.blob_data_path(digest), after, dry_run=self._dry_run)
        return None

    def _collect_tags(self, name: str, manifests: Mapping[Digest, ManifestReferences]) -> dict[str, Digest | None]:
        """Delete the tags of manifests that are missing, and return the others."""
        tags = {}
        for tag in self._storage.names(layout.tags_path(name)):
            digest = parse_link(self._storage.read(layout.tag_current_path(name, tag)) or b"")
            if digest in manifests or not self._expire(layout.tag_path(name, tag)):
                tags[tag] = digest
            else:
                self._count["tags"] += 1
        return tags

    def _collect_manifests(
        self, name: str, manifests: Mapping[Digest, ManifestReferences], tagged: Iterable[Digest | None]
    ) -> set[Digest]:

        def expire(digest: Digest, dry_run: bool) -> bool:
            path = layout.revision_path(name, digest)
            return self._storage.expire(path, self._before, witness=layout.blob_data_path(digest), dry_run=dry_run)

        kept = reachable_manifests(manifests, tagged if self._delete_untagged else manifests)
        young = [digest for digest in manifests.keys() - kept if not expire(digest, dry_run=True)]
        kept |= reachable_manifests(manifests, young)
        for digest in sort_parents_first(manifests, manifests.keys() - kept):
            if digest in kept:
                continue
            if expire(digest, dry_run=self._dry_run):
                self._count["manifests"] += 1
            else:
                # A client was told of it a moment ago. Nothing that it needs is deleted yet.
                kept |= reachable_manifests(manifests, [digest])
        return kept

    def _delete_tag_history(self, name: str, tags: Iterable[str], kept: set[Digest]) -> None:
        for tag in tags:
            directory = f"{layout.tag_path(name, tag)}/index"
            for digest in self._read_links(directory).keys() - kept:
                self._expire(f"{directory}/{digest.algorithm}/{digest.hex}")

    def _delete_referrer_links(self, name: str, kept: set[Digest]) -> None:
        directory = layout.subjects_path(name)
        for algorithm in ALGORITHMS:
            for subject in _digests(algorithm, self._storage.names(f"{directory}/{algorithm}")):
                links = layout.referrers_path(name, subject)
                gone = self._read_links(links).keys() - kept
                for digest in gone:
                    self._expire(f"{links}/{digest.algorithm}/{digest.hex}")
                if gone:
                    self._prune(links)

    def _delete_layers(self, name: str, unneeded: Mapping[Digest, Digest], before: float) -> Iterator[Digest]:
        """Delete links to blobs that no manifest needs, and yield the data of those that are too young."""
        for digest, data in unneeded.items():
            path = layout.layer_path(name, digest)
            if self._storage.expire(path, before, witness=layout.blob_data_path(data), dry_run=self._dry_run):
                self._count["layers"] += 1
            else:
                yield data

    def _remove_repository(self, name: str, *, is_empty: bool) -> None:
        """Remove a repository without manifests from the catalog; delete it if nothing else is in it."""
        self._prune(layout.manifests_path(name))
        if is_empty:
            self._deleted.append(name)
            for entry in self._storage.names(layout.repository_path(name)):
                if entry.startswith("_"):
                    self._prune(f"{layout.repository_path(name)}/{entry}")

    def _read_links(self, directory: str) -> dict[Digest, Digest]:
        """Read the links in a directory: the digest of each -> the digest of its data.

        Both are the same, except for what registry v3.1.1 received under a sha512 digest: it keeps that under the
        sha256 one. Directories without a link, which it leaves behind, are deleted.
        """
        links = {}
        for algorithm in ALGORITHMS:
            for digest in _digests(algorithm, self._storage.names(f"{directory}/{algorithm}")):
                path = f"{directory}/{algorithm}/{digest.hex}"
                link = self._storage.read(f"{path}/link")
                if link is None:
                    self._expire(path)
                else:
                    links[digest] = parse_link(link) or digest
        return links

    def _expire(self, path: str) -> bool:
        return self._storage.expire(path, self._before, dry_run=self._dry_run)

    def _prune(self, directory: str) -> None:
        """Delete a directory and those in it, unless they contain a file."""
        if not self._dry_run:
            for entry in self._storage.names(directory):
                self._prune(f"{directory}/{entry}")
            self._storage.prune(directory)


def _digests(algorithm: str, names: Iterable[str]) -> Iterator[Digest]:
    for name in names:
        digest = Digest.parse(f"{algorithm}:{name}")
        if digest:
            yield digest
