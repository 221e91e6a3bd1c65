"""Every request that the registry knows, in one table.

Spec: distribution-spec, "Endpoints". A GET answers HEAD too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from registry_gitops.registry.api import blobs, catalog, manifests, referrers, tags, targets, uploads
from registry_gitops.registry.api.state import State
from registry_gitops.registry.contents import health_monitor as health
from registry_gitops.registry.messages import Request, Response

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Route(Generic[T]):
    """One method at one kind of path."""

    method: str
    target: type[T]
    """The kind of path; what it looks like says its class."""
    handler: Callable[[State, Request, T], Response]
    spec: str
    """The endpoint in the spec."""
    quick: bool = False
    """Whether it is answered from memory or a few small files."""
    writes: bool = False
    deletes: bool = False
    """Whether it takes content away."""
    public: bool = False
    """Whether no credentials are needed, ever."""


ROUTES: Final[tuple[Route[Any], ...]] = (
    Route("GET", targets.Base, health.ping, "end-1", quick=True),
    Route("GET", targets.Manifest, manifests.get, "end-3", quick=True),
    Route("PUT", targets.Manifest, manifests.put, "end-7", writes=True),
    Route("DELETE", targets.Manifest, manifests.delete, "end-9", writes=True, deletes=True),
    Route("GET", targets.Blob, blobs.get, "end-2", quick=True),
    Route("DELETE", targets.Blob, blobs.delete, "end-10", writes=True, deletes=True),
    Route("POST", targets.Uploads, uploads.begin, "end-4a, end-4b, end-11", writes=True),
    Route("GET", targets.Upload, uploads.status, "end-13", writes=True),
    Route("PATCH", targets.Upload, uploads.append, "end-5", writes=True),
    Route("PUT", targets.Upload, uploads.finish, "end-6", writes=True),
    Route("DELETE", targets.Upload, uploads.cancel, "end-14", writes=True),
    Route("GET", targets.Tags, tags.list_tags, "end-8a, end-8b"),
    Route("GET", targets.Referrers, referrers.list_referrers, "end-12a, end-12b"),
    Route("GET", targets.Catalog, catalog.list_repositories, "extensions"),
    Route("GET", targets.Healthz, health.healthz, "", public=True),
    Route("GET", targets.Front, health.front, "", quick=True, public=True),
)

Table = Mapping[type, Mapping[str, Route[Any]]]
"""Routes by kind of path and method."""


def table(*, read_only: bool, deletion: bool) -> Table:
    """The routes that a registry has. One that cannot be taken is not there, so that it is answered like any other."""
    found: dict[type, dict[str, Route[Any]]] = {route.target: {} for route in ROUTES}
    for route in ROUTES:
        if (route.writes and read_only) or (route.deletes and not deletion):
            continue
        found[route.target][route.method] = route
        if route.method == "GET":
            found[route.target]["HEAD"] = route
    return found
