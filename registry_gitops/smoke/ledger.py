"""What a run pushed, so that it can be taken away again, or else be told."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from registry_gitops.smoke.client import Client, NoAnswer
from registry_gitops.smoke.content import EVERY_MANIFEST

_GONE: Final = (200, 202, 204, 404)
_REFUSED: Final = (400, 401, 403, 405)


@dataclass
class Ledger:
    """Manifests by repository and digest with their tags, blobs, and uploads that were begun. Threads may add to it."""

    manifests: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    blobs: dict[tuple[str, str], None] = field(default_factory=dict)
    uploads: dict[str, None] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def manifest(self, repository: str, digest: str, tag: str | None = None) -> None:
        """A manifest may be there from now on."""
        with self.lock:
            for (place, other), tags in self.manifests.items():
                if place == repository and other != digest:
                    tags.discard(tag or "")
            self.manifests.setdefault((repository, digest), set()).update([tag] if tag else [])

    def no_manifest(self, repository: str, digest: str, tag: str | None) -> None:
        """A manifest was refused under this tag, or by its digest."""
        with self.lock:
            tags = self.manifests.get((repository, digest), set())
            tags.discard(tag or "")
            if not tags:
                self.manifests.pop((repository, digest), None)

    def blob(self, repository: str, digest: str) -> None:
        """A blob may be there from now on."""
        with self.lock:
            self.blobs[(repository, digest)] = None

    def no_blob(self, repository: str, digest: str) -> None:
        """A blob was refused."""
        with self.lock:
            self.blobs.pop((repository, digest), None)

    def upload(self, place: str) -> None:
        """An upload is open; `place` is its path."""
        with self.lock:
            self.uploads[place] = None

    def closed(self, place: str) -> None:
        """An upload has been finished."""
        with self.lock:
            self.uploads.pop(place, None)

    @property
    def repositories(self) -> list[str]:
        """Where anything was pushed."""
        return sorted({repository for repository, _ in (*self.manifests, *self.blobs)})


def clean_up(client: Client, ledger: Ledger) -> tuple[str, ...]:
    """Take away all that the ledger has. What is still there afterwards is returned, a line each, and is all it has.

    Where the registry no longer answers, that is at once.
    """
    repositories = ledger.repositories
    try:
        for place in list(ledger.uploads):
            if _delete(client, place) in _GONE:
                del ledger.uploads[place]
        _manifests(client, ledger)
        _blobs(client, ledger)
        return (*left(ledger), *_names(client, ledger, repositories))
    except NoAnswer:
        return left(ledger)


def left(ledger: Ledger) -> tuple[str, ...]:
    """All that the ledger still has, a line each."""
    return (
        *(_line("manifest", *place, sorted(tags)) for place, tags in ledger.manifests.items()),
        *(_line("blob", *place) for place in ledger.blobs),
        *(f"unfinished upload {urlsplit(place).path}" for place in ledger.uploads),
    )


def _line(kind: str, repository: str, digest: str, tags: list[str] | None = None) -> str:
    return f"{kind} {repository}@{digest}{' with the tags ' if tags else ''}{', '.join(tags or [])}"


def _manifests(client: Client, ledger: Ledger) -> None:
    # The last first: what refers to others goes before them.
    for repository, digest in reversed(list(ledger.manifests)):
        below = f"/v2/{repository}/manifests"
        # Some take tags away with the manifest only, some only by themselves.
        gone = [_delete(client, f"{below}/{tag}") for tag in sorted(ledger.manifests[(repository, digest)])]
        refused = _delete(client, f"{below}/{digest}") in _REFUSED
        if refused and not any(status in _GONE for status in gone):
            return
        tags = {tag for tag in ledger.manifests[(repository, digest)] if _is_there(client, f"{below}/{tag}")}
        if tags or _is_there(client, f"{below}/{digest}"):
            ledger.manifests[(repository, digest)] = tags
        else:
            del ledger.manifests[(repository, digest)]


def _blobs(client: Client, ledger: Ledger) -> None:
    for repository, digest in list(ledger.blobs):
        place = f"/v2/{repository}/blobs/{digest}"
        status = _delete(client, place)
        if status in _REFUSED:
            return
        if status in _GONE or not _is_there(client, place):
            del ledger.blobs[(repository, digest)]


def _names(client: Client, ledger: Ledger, repositories: list[str]) -> list[str]:
    """Repositories that are empty now, and that the registry still lists: distribution cannot forget them."""
    empty = [name for name in repositories if not any(name == place for place, _ in (*ledger.manifests, *ledger.blobs))]
    found = []
    for name in empty:
        answer = client.ask("GET", f"/v2/_catalog?n=1000&last={name[:-1]}")
        if answer.status == 200 and f'"{name}"'.encode() in answer.body:
            found.append(f"the name of the empty repository {name}")
    return found


def _delete(client: Client, place: str) -> int:
    return _ask(client, "DELETE", place)


def _is_there(client: Client, place: str) -> bool:
    return _ask(client, "HEAD", place) != 404


def _ask(client: Client, method: str, place: str) -> int:
    return client.ask(method, place, headers={"Accept": EVERY_MANIFEST}).status
