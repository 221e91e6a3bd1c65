"""Garbage collection: removes what nothing reaches and nobody has asked for lately, while others push and pull.

There is no lock. What makes it safe, also from another process, is age: whoever is told that a blob or a manifest is
there (by HEAD, a mount, or a manifest that names it) has its time renewed first, and only what is older than the grace
goes (`Storage.expire`). So whatever a client builds on during a push is young, and stays.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from registry_gitops.registry.contents import layout
from registry_gitops.registry.contents.content_store import linked
from registry_gitops.registry.contents.identifiers import ALGORITHMS, Digest
from registry_gitops.registry.contents.reachability import Manifest, parents_first, reach
from registry_gitops.registry.storage import Storage

LONG_PUSH: Final = 24
"""Where something is being uploaded, layers are kept this many times as long: one layer may take hours, and needs the
manifest that comes after it as much as those before it do."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What was removed, or with `dry_run` would be."""

    blobs: int
    """Blobs that no repository needs, manifests included."""
    bytes: int
    """What they and the uploads took on the disk."""
    manifests: int
    """Untagged manifests, counted in each repository."""
    layers: int
    """Blobs that no manifest of their repository needs, counted in each repository."""
    tags: int
    """Tags of manifests that are not there; registry v3.1.1 leaves some behind."""
    uploads: int
    """Uploads that were not finished."""
    repositories: tuple[str, ...]
    """Repositories of which nothing is left."""
    rotten: tuple[str, ...]
    """Digests of manifests whose bytes are lost or wrong; wrong ones are removed, so that a push heals them.

    Repositories with such a manifest are left as they are: what it needs is not known.
    """


def collect(
    storage: Storage,
    *,
    older_than: float = 3600,
    delete_untagged: bool = False,
    dry_run: bool = False,
    now: Callable[[], float] = time.time,
) -> Collected:
    """Remove what no tag, index or referrer reaches, and nobody wrote or asked for in the last `older_than` seconds.

    Manifests without a tag stay unless `delete_untagged`; a referrer lives as long as its subject. Less than two
    minutes are for a registry that nobody pushes to, for times are not renewed at every request. Raises OSError as the
    storage does; what was removed until then was not needed.
    """
    collection = _Collection(storage, now(), older_than, delete_untagged, dry_run)
    for name in storage.names(layout.REPOSITORIES):
        collection.repositories(name)
    collection.blobs()
    return collection.result()


class _Collection:
    """One run: the repositories first, which say what blobs they need, and then the blobs."""

    def __init__(self, storage: Storage, now: float, older_than: float, delete_untagged: bool, dry_run: bool) -> None:
        self._storage = storage
        self._before = now - older_than
        self._long_before = now - older_than * LONG_PUSH
        self._delete_untagged = delete_untagged
        self._dry_run = dry_run
        self._needed: set[Digest] = set()
        self._count: Counter[str] = Counter()
        self._gone: list[str] = []
        self._rotten: set[Digest] = set()

    def result(self) -> Collected:
        count = self._count
        return Collected(
            blobs=count["blobs"],
            bytes=count["bytes"],
            manifests=count["manifests"],
            layers=count["layers"],
            tags=count["tags"],
            uploads=count["uploads"],
            repositories=tuple(sorted(self._gone)),
            rotten=tuple(sorted(map(str, self._rotten))),
        )

    def repositories(self, name: str) -> None:
        """Collect in the repositories below `name`, and in `name` itself where it is one."""
        entries = self._storage.names(layout.repository(name))
        for entry in entries:
            if not entry.startswith("_"):
                self.repositories(f"{name}/{entry}")
        if any(entry.startswith("_") for entry in entries):
            self._repository(name)
        if not self._dry_run:
            self._storage.prune(layout.repository(name))

    def blobs(self) -> None:
        """Remove the blobs that no repository needs."""
        for algorithm in ALGORITHMS:
            for start in self._storage.names(f"{layout.BLOBS}/{algorithm}"):
                folder = f"{layout.BLOBS}/{algorithm}/{start}"
                unneeded = set(_digests(algorithm, self._storage.names(folder))) - self._needed
                for digest in unneeded:
                    self._blob(digest)
                if unneeded and not self._dry_run:
                    self._storage.prune(folder)

    def _blob(self, digest: Digest) -> None:
        found = self._storage.stat(layout.blob_data(digest))
        if self._expire(layout.blob(digest)) and found:
            self._count.update(blobs=1, bytes=found.size)

    def _repository(self, name: str) -> None:
        pushing = self._uploads(name)
        revisions = self._links(layout.revisions(name))
        layers = self._links(layout.layers(name))
        manifests = {digest: read for digest in revisions if (read := self._read(digest))}
        if len(manifests) < len(revisions):
            self._needed.update(
                revisions, layers, layers.values(), *(manifest.needs for manifest in manifests.values())
            )
            return
        tags = self._tags(name, manifests)
        kept = self._revisions(name, manifests, tags.values())
        self._history(name, tags, kept)
        self._referrers(name, kept)
        needed = kept.union(*(manifests[digest].needs for digest in kept))
        needed |= {data for digest, data in layers.items() if digest in needed}
        unneeded = {digest: data for digest, data in layers.items() if digest not in needed}
        left = set(self._layers(name, unneeded, self._long_before if pushing else self._before))
        self._needed |= needed | left
        if not kept and not tags:
            self._leave(name, empty=not left and not pushing)

    def _uploads(self, name: str) -> bool:
        """Remove the uploads that nobody goes on with, and say whether there are others."""
        others = False
        for identifier in self._storage.names(layout.uploads(name)):
            path = layout.upload(name, identifier)
            found = self._storage.stat(f"{path}/data")
            if self._expire(path):
                self._count.update(uploads=1, bytes=found.size if found else 0)
            else:
                others = True
        return others

    def _read(self, digest: Digest) -> Manifest | None:
        """The manifest, or None if its bytes are not what they were: then they go, for a push to bring new ones."""
        found = self._storage.stat(layout.blob_data(digest))
        content = self._storage.read(layout.blob_data(digest))
        if found and content is not None and Digest.of(content, digest.algorithm) == digest:
            return Manifest.parse(content)
        self._rotten.add(digest)
        if found:
            # Exactly what was read, and nothing that came since.
            after = math.nextafter(found.modified, math.inf)
            self._storage.expire(layout.blob_data(digest), after, dry_run=self._dry_run)
        return None

    def _tags(self, name: str, manifests: Mapping[Digest, Manifest]) -> dict[str, Digest | None]:
        """Remove the tags of manifests that are not there, and return the others."""
        tags = {}
        for tag in self._storage.names(layout.tags(name)):
            digest = linked(self._storage.read(layout.tag_current(name, tag)) or b"")
            if digest in manifests or not self._expire(layout.tag(name, tag)):
                tags[tag] = digest
            else:
                self._count["tags"] += 1
        return tags

    def _revisions(
        self, name: str, manifests: Mapping[Digest, Manifest], tagged: Iterable[Digest | None]
    ) -> set[Digest]:
        """Remove the manifests that nothing reaches, and return the others."""

        def expire(digest: Digest, dry_run: bool) -> bool:
            path = layout.revision(name, digest)
            return self._storage.expire(path, self._before, witness=layout.blob_data(digest), dry_run=dry_run)

        kept = reach(manifests, tagged if self._delete_untagged else manifests)
        kept |= reach(manifests, [digest for digest in manifests.keys() - kept if not expire(digest, dry_run=True)])
        for digest in parents_first(manifests, manifests.keys() - kept):
            if digest in kept:
                continue
            if expire(digest, dry_run=self._dry_run):
                self._count["manifests"] += 1
            else:
                # Somebody was told of it a moment ago. Nothing that it needs has gone yet.
                kept |= reach(manifests, [digest])
        return kept

    def _history(self, name: str, tags: Iterable[str], kept: set[Digest]) -> None:
        """Forget that tags have named manifests that are not there any more."""
        for tag in tags:
            folder = f"{layout.tag(name, tag)}/index"
            for digest in self._links(folder).keys() - kept:
                self._expire(f"{folder}/{digest.algorithm}/{digest.hex}")

    def _referrers(self, name: str, kept: set[Digest]) -> None:
        """Remove the links to referrers that are not there any more."""
        folder = layout.subjects(name)
        for algorithm in ALGORITHMS:
            for subject in _digests(algorithm, self._storage.names(f"{folder}/{algorithm}")):
                links = layout.referrers(name, subject)
                gone = self._links(links).keys() - kept
                for digest in gone:
                    self._expire(f"{links}/{digest.algorithm}/{digest.hex}")
                if gone:
                    self._prune(links)

    def _layers(self, name: str, unneeded: Mapping[Digest, Digest], before: float) -> Iterator[Digest]:
        """Remove links to blobs that no manifest needs, and yield the blobs of those that stay for now."""
        for digest, data in unneeded.items():
            path = layout.layer(name, digest)
            if self._storage.expire(path, before, witness=layout.blob_data(data), dry_run=self._dry_run):
                self._count["layers"] += 1
            else:
                yield data

    def _leave(self, name: str, *, empty: bool) -> None:
        """Take a repository without manifests out of the catalog, and away altogether if nothing is in it."""
        self._prune(layout.manifests(name))
        if empty:
            self._gone.append(name)
            for entry in self._storage.names(layout.repository(name)):
                if entry.startswith("_"):
                    self._prune(f"{layout.repository(name)}/{entry}")

    def _links(self, folder: str) -> dict[Digest, Digest]:
        """The links in a folder of them: what each is for, and where its bytes are.

        This is the same, except for what registry v3.1.1 has taken by its sha512: it keeps that by its sha256. Folders
        without a link, which it leaves behind, go.
        """
        links = {}
        for algorithm in ALGORITHMS:
            for digest in _digests(algorithm, self._storage.names(f"{folder}/{algorithm}")):
                path = f"{folder}/{algorithm}/{digest.hex}"
                link = self._storage.read(f"{path}/link")
                if link is None:
                    self._expire(path)
                else:
                    links[digest] = linked(link) or digest
        return links

    def _expire(self, path: str) -> bool:
        return self._storage.expire(path, self._before, dry_run=self._dry_run)

    def _prune(self, folder: str) -> None:
        """Remove a folder and those in it, as far as no file is in them."""
        if not self._dry_run:
            for entry in self._storage.names(folder):
                self._prune(f"{folder}/{entry}")
            self._storage.prune(folder)


def _digests(algorithm: str, names: Iterable[str]) -> Iterator[Digest]:
    """The digests that folders are named after. What else lies there is not ours."""
    for name in names:
        digest = Digest.parse(f"{algorithm}:{name}")
        if digest:
            yield digest
