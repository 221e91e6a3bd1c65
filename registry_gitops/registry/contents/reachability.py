"""The manifests of a repository as a graph: which of them are reachable."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from graphlib import TopologicalSorter

from registry_gitops.registry.contents.identifiers import Digest


@dataclass(frozen=True, slots=True)
class ManifestReferences:
    """The digests that a manifest refers to."""

    needs: frozenset[Digest]
    """The blobs and manifests that it lists."""
    subject: Digest | None
    """The manifest that it refers to as its subject, which it does not keep."""

    @classmethod
    def parse(cls, content: bytes) -> ManifestReferences | None:
        """Parse a manifest of any media type, even an old or unknown one; None if it is not JSON."""
        try:
            # Numbers are not needed, and Python refuses those with very many digits.
            manifest = json.loads(content.decode(errors="replace"), parse_int=str)
        except (ValueError, RecursionError):
            return None
        match manifest:
            case {"subject": {"digest": str(text)}}:
                subject = Digest.parse(text)
            case _:
                subject = None
        needs = set()
        values = [manifest]
        while values:
            value = values.pop()
            if isinstance(value, dict):
                values += [inner for key, inner in value.items() if key not in ("subject", "annotations")]
            elif isinstance(value, list):
                values += value
            elif isinstance(value, str) and (digest := Digest.parse(value)):
                needs.add(digest)
        return cls(frozenset(needs), subject)


def reachable_manifests(manifests: Mapping[Digest, ManifestReferences], roots: Iterable[Digest | None]) -> set[Digest]:
    """Return the manifests among `roots`, those that they need, and those whose subject they are; recursively."""
    referrers: dict[Digest, list[Digest]] = {}
    for digest, manifest in manifests.items():
        if manifest.subject:
            referrers.setdefault(manifest.subject, []).append(digest)
    reachable: set[Digest] = set()
    pending = [root for root in roots if root]
    while pending:
        digest = pending.pop()
        if digest in manifests and digest not in reachable:
            reachable.add(digest)
            pending += [*manifests[digest].needs, *referrers.get(digest, ())]
    return reachable


def sort_parents_first(manifests: Mapping[Digest, ManifestReferences], some: Set[Digest]) -> Iterable[Digest]:
    """Return `some` of the manifests, each before those that it needs."""
    order: TopologicalSorter[Digest] = TopologicalSorter(dict.fromkeys(some, ()))
    for digest in some:
        for needed in manifests[digest].needs & some:
            order.add(needed, digest)
    return order.static_order()
