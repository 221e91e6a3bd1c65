"""Broken where there is more than one: replicas, connections, and clients at the same time."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import replace
from itertools import count

from registry_gitops.registry.api import Registry
from registry_gitops.registry.messages import Request, Response
from registry_gitops.registry.storage import MemoryStorage
from tests.smoke.mutants.breaking import (
    MANIFEST,
    SESSION,
    Core,
    Sent,
    error,
    matches,
    mutant,
    received,
    whole,
)


def _every_other(right: Core) -> Core:
    """Two replicas that do not share their storage, and are asked in turn."""
    replicas = (right, Registry(MemoryStorage()))
    turns = count()
    return lambda request: replicas[next(turns) % 2](request)


def _half_of_the_uploads(right: Core) -> Core:
    """Two replicas that share their storage and not their secret: the other one does not know an upload."""
    turns: Counter[str] = Counter()

    def core(request: Request) -> Response:
        if matches(request, "PATCH|PUT|GET", SESSION):
            turns[request.path] += 1
            if turns[request.path] % 2:
                received(request)
                return error(404, "BLOB_UPLOAD_INVALID")
        return right(request)

    return core


def _remembers(right: Core) -> Core:
    """Two replicas, each with a memory of its own of what is there: one does not learn of a deletion."""
    turns = count()
    known: dict[tuple[str, str], Response] = {}

    def core(request: Request) -> Response:
        response = right(request)
        if matches(request, "GET|HEAD", ".*/(blobs|manifests)/sha256:.*"):
            key = request.method, request.path
            if response.status == 200:
                known[key] = replace(response, body=[whole(response)])
            elif key in known and next(turns) % 2:
                return known[key]
        return response

    return core


def _few(right: Core) -> Core:
    """Too few workers: whoever comes while four are at work is sent away."""
    places = threading.Semaphore(4)

    def core(request: Request) -> Response:
        if not places.acquire(blocking=False):
            received(request)
            return error(503, "UNAVAILABLE")
        try:
            if request.method == "PUT":
                time.sleep(0.005)
            return right(request)
        finally:
            places.release()

    return core


def _last_one_wins(right: Core) -> Core:
    """Of manifests that are put at the same time, only the last one is kept, and all are told that theirs is."""
    inside: list[object] = []
    lock = threading.Lock()

    def core(request: Request) -> Response:
        if not matches(request, "PUT", MANIFEST):
            return right(request)
        body = received(request)
        with lock:
            inside.append(request)
        time.sleep(0.005)
        with lock:
            inside.remove(request)
            if inside:
                return Response(201, [("Location", request.path)])
            return right(replace(request, body=Sent(body)))

    return core


def _mixed_up(right: Core) -> Core:
    """What is put at the same time is mixed up: one body for all."""
    bodies: list[bytes] = []

    def core(request: Request) -> Response:
        if not matches(request, "PUT", ".*/blobs/uploads/.+"):
            return right(request)
        bodies.append(received(request))
        time.sleep(0.002)
        body = bodies[-1]
        return right(replace(request, body=Sent(body)))

    return core


CROWDS = (
    mutant("two replicas, two storages", _every_other, "upload-monolithic"),
    mutant("two replicas, two secrets", _half_of_the_uploads, "upload-monolithic"),
    mutant("two replicas, two memories", _remembers, *("delete-manifest", "delete-blob", "delete-seen-by-all")),
    mutant("four clients at most", _few, "pushes-at-once", "tag-list-long", full=True),
    mutant("one manifest at a time is kept", _last_one_wins, "pushes-at-once", full=True),
    mutant("bodies are mixed up", _mixed_up, "pushes-at-once", full=True),
)
