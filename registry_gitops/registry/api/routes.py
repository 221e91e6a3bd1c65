"""All requests of the registry, in one table. Spec: distribution-spec, "Endpoints". A GET answers HEAD too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from registry_gitops.registry.api import blobs, health, manifests, paged_lists, referrers, targets, uploads
from registry_gitops.registry.api.state import State
from registry_gitops.registry.messages import Request, Response

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Route(Generic[T]):
    """One method at one kind of path."""

    method: str
    target: type[T]
    """The kind of path, see targets.py."""
    handler: Callable[[State, Request, T], Response]
    spec: str
    """The endpoint in the spec."""
    is_fast: bool = False
    """Whether it is answered from memory or a few small files."""
    is_write: bool = False
    is_deletion: bool = False
    is_public: bool = False
    """Whether it never needs credentials."""


ROUTES: Final[tuple[Route[Any], ...]] = (
    Route("GET", targets.ApiBaseTarget, health.ping, "end-1", is_fast=True),
    Route("GET", targets.ManifestTarget, manifests.get_manifest, "end-3", is_fast=True),
    Route("PUT", targets.ManifestTarget, manifests.put_manifest, "end-7", is_write=True),
    Route("DELETE", targets.ManifestTarget, manifests.delete_manifest, "end-9", is_write=True, is_deletion=True),
    Route("GET", targets.BlobTarget, blobs.get_blob, "end-2", is_fast=True),
    Route("DELETE", targets.BlobTarget, blobs.delete_blob, "end-10", is_write=True, is_deletion=True),
    Route("POST", targets.UploadsTarget, uploads.begin_upload, "end-4a, end-4b, end-11", is_write=True),
    Route("GET", targets.UploadTarget, uploads.get_upload_status, "end-13", is_write=True),
    Route("PATCH", targets.UploadTarget, uploads.append_chunk, "end-5", is_write=True),
    Route("PUT", targets.UploadTarget, uploads.finish_upload, "end-6", is_write=True),
    Route("DELETE", targets.UploadTarget, uploads.cancel_upload, "end-14", is_write=True),
    Route("GET", targets.TagsTarget, paged_lists.list_tags, "end-8a, end-8b"),
    Route("GET", targets.ReferrersTarget, referrers.list_referrers, "end-12a, end-12b"),
    Route("GET", targets.CatalogTarget, paged_lists.list_repositories, "extensions"),
    Route("GET", targets.HealthzTarget, health.get_healthz, "", is_public=True),
    Route("GET", targets.RootTarget, health.get_root, "", is_fast=True, is_public=True),
)

RouteTable = Mapping[type, Mapping[str, Route[Any]]]
"""Routes by kind of path and method."""


def build_routes(*, read_only: bool, deletion: bool) -> RouteTable:
    """Return the routes of a registry. A method that it does not permit is missing, like any unknown one."""
    table: dict[type, dict[str, Route[Any]]] = {route.target: {} for route in ROUTES}
    for route in ROUTES:
        if (route.is_write and read_only) or (route.is_deletion and not deletion):
            continue
        table[route.target][route.method] = route
        if route.method == "GET":
            table[route.target]["HEAD"] = route
    return table
