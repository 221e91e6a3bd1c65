"""What keeps what alive: the manifests of a repository as a graph."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from graphlib import TopologicalSorter

from registry_gitops.registry.contents.identifiers import Digest


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says about others."""

    needs: frozenset[Digest]
    """The blobs and manifests that it names."""
    subject: Digest | None
    """The manifest that it refers to, without needing it."""

    @classmethod
    def parse(cls, content: bytes) -> Manifest | None:
        """What a manifest of any media type says, old ones and unknown ones too; None if it is not JSON."""
        try:
            # Numbers do not count here, and Python refuses those of very many digits.
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


def reach(manifests: Mapping[Digest, Manifest], roots: Iterable[Digest | None]) -> set[Digest]:
    """The manifests among `roots`, and all that live as long as they do: what they need, and what refers to them."""
    referrers: dict[Digest, list[Digest]] = {}
    for digest, manifest in manifests.items():
        if manifest.subject:
            referrers.setdefault(manifest.subject, []).append(digest)
    reached: set[Digest] = set()
    found = [root for root in roots if root]
    while found:
        digest = found.pop()
        if digest in manifests and digest not in reached:
            reached.add(digest)
            found += [*manifests[digest].needs, *referrers.get(digest, ())]
    return reached


def parents_first(manifests: Mapping[Digest, Manifest], some: Set[Digest]) -> Iterable[Digest]:
    """Some of the manifests, each before those that it needs."""
    order: TopologicalSorter[Digest] = TopologicalSorter(dict.fromkeys(some, ()))
    for digest in some:
        for needed in manifests[digest].needs & some:
            order.add(needed, digest)
    return order.static_order()
