"""Repositories: links to the blobs and manifests that each one has, its tags, and the referrers of its manifests.

A link is a file whose path names a digest. Its content names the digest of the data: the same, except for what
registry v3.1.1 received under a sha512 digest, which it keeps under the sha256 one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from registry_gitops.registry.contents import layout
from registry_gitops.registry.contents.content_store import ContentStore, StoredManifest, parse_link
from registry_gitops.registry.contents.identifiers import ALGORITHMS, MAX_REPOSITORY, Digest, is_repository, is_tag
from registry_gitops.registry.contents.locks import RepositoryLock
from registry_gitops.registry.contents.manifest_parser import ParsedManifest
from registry_gitops.registry.storage import Stat, Storage

_LOCKS: Final = 64
"""Locks for all repositories: some share one, so that their number is fixed and none is ever deleted."""


class Repositories:
    """What the repositories of a storage contain.

    A push of a manifest holds the lock of its repository shared, a deletion holds it exclusive: so no tag ever names a
    manifest that is missing.
    """

    def __init__(self, storage: Storage, content: ContentStore) -> None:
        self._storage = storage
        self._content = content
        self._locks = tuple(RepositoryLock() for _ in range(_LOCKS))

    # -- blobs

    def find_blob(self, name: str, digest: Digest) -> Stat | None:
        """Return the size of a blob that a repository has, and that garbage collection keeps from now on; or None."""
        # Touch the data before reading the link: garbage collection then cannot delete the link in between.
        stat = self._content.touch_blob(digest)
        data = self.data_digest(name, digest)
        if data == digest or data is None:
            return stat if data else None
        stat = self._content.touch_blob(data)
        return stat if self.data_digest(name, digest) == data else None

    def data_digest(self, name: str, digest: Digest) -> Digest | None:
        """Return the digest under which the data of a blob is kept; None if the repository does not have the blob."""
        path = blob_link_path(name, digest)
        stat = self._storage.stat(path)
        if stat is None:
            return None
        # A link that is as long as its digest names no other one, and need not be read.
        if stat.size == len(digest.algorithm) + 1 + len(digest.hex):
            return digest
        return parse_link(self._storage.read(path) or b"")

    def mount_blob(self, name: str, digest: Digest, source: str | None) -> bool:
        """Link a blob of the repository `source`, or of any if None, into `name`; return whether it exists."""
        stat = self._content.touch_blob(digest) if source is None else self.find_blob(source, digest)
        if stat is None:
            return False
        # A link that distribution created for a sha512 digest can name the same bytes by sha256.
        data = digest if source is None else self.data_digest(source, digest) or digest
        self._storage.publish({blob_link_path(name, digest): str(data).encode()})
        return True

    def delete_blob(self, name: str, digest: Digest) -> bool:
        """Delete the link to a blob, and return whether it existed. Garbage collection deletes the data."""
        return self._storage.remove(layout.layer_path(name, digest))

    # -- manifests and tags

    def find_manifest(self, name: str, reference: Digest | str) -> Digest | None:
        """Return the digest of a manifest that a repository has, by digest or tag; None if it is missing."""
        digest = self.resolve_tag(name, reference) if isinstance(reference, str) else reference
        if digest is None:
            return None
        # The client may push something that refers to it: garbage collection keeps it from now on.
        return digest if self._content.touch(_manifest_link_path(name, digest)) else None

    def has_manifest(self, name: str, digest: Digest) -> bool:
        """Return whether a repository has a manifest."""
        return self._storage.stat(_manifest_link_path(name, digest)) is not None

    def resolve_tag(self, name: str, tag: str) -> Digest | None:
        """Return the digest that a tag names; None if there is no such tag."""
        link = self._storage.read(layout.tag_current_path(name, tag))
        return parse_link(link) if link else None

    def missing_references(self, name: str, manifest: ParsedManifest) -> Iterator[Digest]:
        """Yield what a manifest lists and the repository lacks. Garbage collection keeps the rest from now on."""
        for digest in manifest.blobs:
            if self.find_blob(name, digest) is None:
                yield digest
        for digest in manifest.manifests:
            # In this order: see `find_blob`. An index usually lists manifests; that of a build cache lists blobs.
            if self._content.touch_blob(digest) and self.has_manifest(name, digest):
                continue
            if self.find_blob(name, digest) is None:
                yield digest

    def put_manifest(
        self, name: str, digest: Digest, content: bytes, subject: Digest | None, tags: Iterable[str]
    ) -> None:
        """Store a manifest and set its tags. A tag becomes visible only when the manifest is durable."""
        link = str(digest).encode()
        manifest_stage = {layout.blob_data_path(digest): content, _manifest_link_path(name, digest): link}
        if subject:
            manifest_stage[f"{_referrer_path(name, subject, digest)}/link"] = link
        tag_stage = {}
        for tag in tags:
            tag_stage[layout.tag_index_path(name, tag, digest)] = link
            tag_stage[layout.tag_current_path(name, tag)] = link
        with self._lock(name).shared():
            self._storage.publish(manifest_stage, *([tag_stage] if tag_stage else []))

    def delete_tag(self, name: str, tag: str) -> bool:
        """Delete a tag, and return whether it existed."""
        with self._lock(name).exclusive():
            return self._storage.remove(layout.tag_path(name, tag))

    def delete_manifest(self, name: str, digest: Digest) -> bool:
        """Delete a manifest and its tags, and return whether it existed.

        Everything is read before anything is deleted, so that a failed read deletes nothing. Tags are deleted first:
        neither a concurrent reader nor one after a crash finds a tag without a manifest.
        """
        storage = self._storage
        with self._lock(name).exclusive():
            if not self.has_manifest(name, digest):
                return False
            manifest = self._content.get_manifest(digest)
            subject = manifest.parse().subject if manifest else None
            tags = [tag for tag in storage.names(layout.tags_path(name)) if self.resolve_tag(name, tag) == digest]
            for tag in tags:
                storage.remove(layout.tag_path(name, tag))
            storage.remove(layout.revision_path(name, digest))
            if subject:
                storage.remove(_referrer_path(name, subject, digest))
            return True

    def _lock(self, name: str) -> RepositoryLock:
        return self._locks[hash(name) % _LOCKS]

    # -- lists

    def list_tags(self, name: str, last: str = "") -> Iterator[str] | None:
        """Return the tags after `last`, sorted by code point; None if the repository is unknown."""
        tags = self._storage.names(layout.tags_path(name))
        if not tags and not self._storage.names(layout.manifests_path(name)):
            return None
        return filter(is_tag, tags[bisect_right(tags, last) :])

    def list_referrers(self, name: str, subject: Digest) -> Iterator[tuple[Digest, StoredManifest, ParsedManifest]]:
        """Yield the manifests whose subject is `subject`, in the order of their digests."""
        for digest in sorted({*self._linked_referrers(name, subject), *self._tagged_referrers(name, subject)}, key=str):
            if self.has_manifest(name, digest) and (manifest := self._content.get_manifest(digest)):
                parsed = manifest.parse()
                if parsed.subject == subject:
                    yield digest, manifest, parsed

    def _linked_referrers(self, name: str, subject: Digest) -> Iterator[Digest]:
        for algorithm in ALGORITHMS:
            for encoded in self._storage.names(f"{layout.referrers_path(name, subject)}/{algorithm}"):
                digest = Digest.parse(f"{algorithm}:{encoded}")
                if digest:
                    yield digest

    def _tagged_referrers(self, name: str, subject: Digest) -> Iterator[Digest]:
        """Yield the referrers that clients listed under a tag, if a registry without a referrers API had the data."""
        digest = self.resolve_tag(name, f"{subject.algorithm}-{subject.hex[:64]}")
        index = self._content.get_manifest(digest) if digest else None
        if index:
            yield from index.parse().manifests

    def list_repositories(self, last: str = "") -> Iterator[str]:
        """Yield the repositories after `last`, sorted by code point. Reads directories only when they are needed."""
        return _repositories_below(self._storage, "", self._storage.names(layout.REPOSITORIES), last)


def blob_link_path(name: str, digest: Digest) -> str:
    """Return the path of the file that puts a blob into a repository."""
    return f"{layout.layer_path(name, digest)}/link"


def _manifest_link_path(name: str, digest: Digest) -> str:
    return f"{layout.revision_path(name, digest)}/link"


def _referrer_path(name: str, subject: Digest, digest: Digest) -> str:
    return f"{layout.referrers_path(name, subject)}/{digest.algorithm}/{digest.hex}"


# -- the catalog


def _repositories_below(storage: Storage, prefix: str, entries: list[str], last: str) -> Iterator[str]:
    """Yield the repositories after `last` in a directory, given by its `prefix` (empty, or ending with `/`).

    The order is `a`, `a-b`, `a/b`: the repositories inside a directory come after all siblings that start with its
    name and continue with a character less than `/`. Until then the directory waits on a stack, the next one on top.
    """
    waiting: list[tuple[str, list[str]]] = []
    for entry in _candidates(entries, last[len(prefix) :] if last.startswith(prefix) else ""):
        # Directories of the layout itself start with an underscore; a repository name never does.
        if entry.startswith("_"):
            continue
        path = prefix + entry
        while waiting and f"{waiting[-1][0]}/" < path:
            yield from _repositories_inside(storage, *waiting.pop(), last)
        inside = storage.names(layout.repository_path(path))
        if path > last and "_manifests" in inside and is_repository(path):
            yield path
        waiting.append((path, inside))
    while waiting:
        yield from _repositories_inside(storage, *waiting.pop(), last)


def _candidates(entries: list[str], last: str) -> Iterator[str]:
    """Yield the sorted entries from `last` on, and before them those that `last` starts with.

    No other entry can contain a repository after `last`.
    """
    first = bisect_left(entries, last)
    for end in range(1, min(len(last), MAX_REPOSITORY)):
        index = bisect_left(entries, last[:end], 0, first)
        if index < first and entries[index] == last[:end]:
            yield entries[index]
    yield from islice(entries, first, None)


def _repositories_inside(storage: Storage, path: str, entries: list[str], last: str) -> Iterator[str]:
    prefix = f"{path}/"
    if len(prefix) < MAX_REPOSITORY and (prefix > last or last.startswith(prefix)):
        yield from _repositories_below(storage, prefix, entries, last)
