"""Whatever the manifests of a registry look like: what is reached stays readable, and nothing else stays."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_gitops.registry.contents import Digest, layout
from registry_gitops.registry.storage import MemoryStorage
from tests.registry.contents.shelf import Shelf, paths, sweep

REPOSITORIES = ("app", "app/below", "team/other")


@dataclass(frozen=True)
class Node:
    """One thing that is pushed: `needs` and `subject` are those that were pushed before it."""

    repository: str
    is_blob: bool
    needs: frozenset[int]
    subject: int | None
    tagged: bool
    young: bool


@st.composite
def registries(draw: st.DrawFn) -> list[Node]:
    size = draw(st.integers(1, 12))
    ages = draw(st.lists(st.booleans(), min_size=size, max_size=size))
    return [
        Node(
            repository=draw(st.sampled_from(REPOSITORIES)),
            is_blob=draw(st.booleans()),
            needs=draw(st.frozensets(st.integers(0, number - 1), max_size=3)) if number else frozenset(),
            subject=draw(st.none() | st.integers(0, number - 1)) if number else None,
            tagged=draw(st.booleans()),
            young=young,
        )
        for number, young in enumerate(sorted(ages))
    ]


def stay(nodes: list[Node], delete_untagged: bool) -> set[int]:
    """The answer by the book: who is kept by itself, and then whoever a kept one of the same repository keeps."""
    kept = {
        number
        for number, node in enumerate(nodes)
        if node.young or (not node.is_blob and (node.tagged or not delete_untagged))
    }
    while True:
        more = {
            other
            for other, there in enumerate(nodes)
            for number in kept
            if nodes[number].repository == there.repository and not nodes[number].is_blob
            if other in nodes[number].needs or (there.subject == number and not there.is_blob)
        }
        if more <= kept:
            return kept
        kept |= more


@pytest.mark.tools
@given(registries(), st.booleans())
def test_what_is_reached_stays_and_the_rest_goes(nodes: list[Node], delete_untagged: bool) -> None:
    storage = MemoryStorage()
    digests, moment = push(storage, nodes)
    sweep(storage, moment, delete_untagged=delete_untagged)
    kept = stay(nodes, delete_untagged)
    named = {needed for number in kept if not nodes[number].is_blob for needed in nodes[number].needs}
    for number, node in enumerate(nodes):
        shelf = Shelf(storage, node.repository)
        there = shelf.has(digests[number]) if node.is_blob else shelf.has_manifest(digests[number])
        assert there == (number in kept), number
        bytes_are_there = storage.stat(layout.blob_data_path(digests[number])) is not None
        assert bytes_are_there == (number in kept | named), number
    after = paths(storage)
    sweep(storage, moment, delete_untagged=delete_untagged)
    assert paths(storage) == after, "all of it goes at once"


def push(storage: MemoryStorage, nodes: list[Node]) -> tuple[list[Digest], float]:
    """Push them in their order, and return their digests and the moment before the first young one."""
    digests: list[Digest] = []
    moment = None
    for number, node in enumerate(nodes):
        if node.young and moment is None:
            moment = tick()
        shelf = Shelf(storage, node.repository)
        needs = [digests[needed] for needed in sorted(node.needs)]
        subject = None if node.subject is None else digests[node.subject]
        if node.is_blob:
            digests.append(shelf.blob(f"{number}".encode()))
        else:
            digests.append(shelf.manifest(*needs, subject=subject, tags=[f"t{number}"] * node.tagged, number=number))
    return digests, moment or tick()


def tick() -> float:
    """A moment that is later than all before, and earlier than all after it. Memory has a fine clock."""
    time.sleep(0.001)
    now = time.time()
    time.sleep(0.001)
    return now
