"""The manifest endpoints. Spec: distribution-spec, "Pulling", "Pushing", and "Deleting Manifests" (end-3, 7, 9)."""

from __future__ import annotations

from typing import Final

from registry_gitops.registry.api.query import Query
from registry_gitops.registry.api.state import State
from registry_gitops.registry.api.targets import ManifestTarget
from registry_gitops.registry.contents import Digest, digest_headers, is_tag, matches_etag, parse_pushed
from registry_gitops.registry.error_responses import Code, RegistryError
from registry_gitops.registry.messages import Body, Request, Response

MAX_TAGS: Final = 100
"""Tags that one request can set."""

_READ_SIZE: Final = 64 * 1024


def get_manifest(state: State, request: Request, target: ManifestTarget) -> Response:
    """Return the bytes that were pushed, whatever the client accepts: another format would have another digest."""
    digest = state.repositories.find_manifest(target.name, target.reference)
    manifest = state.content.get_manifest(digest) if digest else None
    if digest is None or manifest is None:
        raise _unknown()
    if matches_etag(request.headers.get("if-none-match"), digest):
        return Response(304, [*digest_headers(digest)])
    return Response(200, manifest.headers, (manifest.content,))


def put_manifest(state: State, request: Request, target: ManifestTarget) -> Response:
    """Store a manifest. If the repository lacks something that it lists, the response warns the client."""
    tags = _parse_tags(request, target)
    content = _read_body(request.body, state.max_manifest_size)
    parsed = parse_pushed(content, request.headers.get("content-type", ""))
    if isinstance(target.reference, str):
        digest = Digest.of(content)
    else:
        digest = Digest.of(content, target.reference.algorithm)
        if digest != target.reference:
            raise RegistryError(Code.DIGEST_INVALID, f"the bytes that were sent have the digest {digest}")
    missing = list(state.repositories.missing_references(target.name, parsed))
    state.repositories.put_manifest(target.name, digest, content, parsed.subject, tags)
    headers = [("Location", f"/v2/{target.name}/manifests/{digest}"), *digest_headers(digest)]
    if parsed.subject:
        headers.append(("OCI-Subject", str(parsed.subject)))
    if not isinstance(target.reference, str):
        headers += (("OCI-Tag", tag) for tag in tags)
    if missing:
        headers.append(("Warning", _format_warning(missing)))
    return Response(201, headers)


def delete_manifest(state: State, request: Request, target: ManifestTarget) -> Response:
    """Delete a tag; or a manifest, and with it all tags that name it."""
    if isinstance(target.reference, str):
        is_deleted = state.repositories.delete_tag(target.name, target.reference)
    else:
        is_deleted = state.repositories.delete_manifest(target.name, target.reference)
    if not is_deleted:
        raise _unknown()
    return Response(202)


def _parse_tags(request: Request, target: ManifestTarget) -> list[str]:
    if isinstance(target.reference, str):
        return [target.reference]
    tags = list(dict.fromkeys(Query(request.query).get_all("tag")))
    if len(tags) > MAX_TAGS:
        raise RegistryError(Code.UNSUPPORTED, f"at most {MAX_TAGS} tags can be set at once", status=414)
    if not all(map(is_tag, tags)):
        raise RegistryError(Code.MANIFEST_INVALID, "a tag is made of up to 128 letters, digits, _ . and -")
    return tags


def _read_body(body: Body, limit: int) -> bytes:
    content = bytearray()
    length = limit if body.length is None else body.length
    buffer = memoryview(bytearray(max(min(length, _READ_SIZE), 1)))
    while length <= limit and len(content) <= limit:
        count = body.readinto(buffer)
        if not count:
            return bytes(content)
        content += buffer[:count]
    raise RegistryError(Code.MANIFEST_INVALID, f"a manifest has at most {limit} bytes here", status=413)


def _format_warning(missing: list[Digest]) -> str:
    digests = ", ".join(map(str, missing[:3]))
    others = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
    return f'299 - "this repository does not have what the manifest names: {digests}{others}"'


def _unknown() -> RegistryError:
    return RegistryError(Code.MANIFEST_UNKNOWN, "this repository has no such manifest")
