"""Manifests: bytes under a digest, a link that says that a repository has them, and tags that name the digest.

Spec: distribution-spec, "Pulling manifests" (end-3), "Pushing Manifests" (end-7), "Deleting Manifests" (end-9).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from registry_gitops.registry.api import targets
from registry_gitops.registry.api.blobs import find
from registry_gitops.registry.api.query import Query
from registry_gitops.registry.api.state import State
from registry_gitops.registry.contents import layout
from registry_gitops.registry.contents import manifest_parser as document
from registry_gitops.registry.contents.content_store import identity, is_current, linked
from registry_gitops.registry.contents.identifiers import Digest, is_tag
from registry_gitops.registry.contents.manifest_parser import Document
from registry_gitops.registry.errors import Code, RegistryError
from registry_gitops.registry.messages import Body, Request, Response

MAX_TAGS: Final = 100
"""Tags that one request can set."""

_PIECE: Final = 64 * 1024


def get(state: State, request: Request, at: targets.Manifest) -> Response:
    """The bytes that were pushed, whatever the client accepts: no other form of them would have this digest."""
    digest = _resolve(state, at)
    manifest = state.contents.manifest(digest) if digest else None
    if digest is None or manifest is None:
        raise _unknown()
    if is_current(request.headers.get("if-none-match"), digest):
        return Response(304, [*identity(digest)])
    return Response(200, manifest.headers, (manifest.content,))


def put(state: State, request: Request, at: targets.Manifest) -> Response:
    """Take a manifest. It may name what is not here: the client is warned then."""
    tags = _tags(request, at)
    content = _read(request.body, state.max_manifest_size)
    says = document.pushed(content, request.headers.get("content-type", ""))
    if isinstance(at.reference, str):
        digest = Digest.of(content)
    else:
        digest = Digest.of(content, at.reference.algorithm)
        if digest != at.reference:
            raise RegistryError(Code.DIGEST_INVALID, f"the bytes that were sent have the digest {digest}")
    missing = list(_missing(state, at.name, says))
    with state.gates.of(at.name).shared():
        _publish(state, at.name, digest, content, says.subject, tags)
    headers = [("Location", f"/v2/{at.name}/manifests/{digest}"), *identity(digest)]
    if says.subject:
        headers.append(("OCI-Subject", str(says.subject)))
    if not isinstance(at.reference, str):
        headers += (("OCI-Tag", tag) for tag in tags)
    if missing:
        headers.append(("Warning", _warning(missing)))
    return Response(201, headers)


def delete(state: State, request: Request, at: targets.Manifest) -> Response:
    """Take a tag away; or a manifest, and with it all tags that name it."""
    with state.gates.of(at.name).alone():
        if isinstance(at.reference, str):
            removed = state.storage.remove(layout.tag(at.name, at.reference))
        else:
            removed = _delete(state, at.name, at.reference)
    if not removed:
        raise _unknown()
    return Response(202)


def has(state: State, repository: str, digest: Digest) -> bool:
    """Whether a repository has a manifest."""
    return state.storage.stat(_link(repository, digest)) is not None


def tagged(state: State, repository: str, tag: str) -> Digest | None:
    """What a tag names."""
    link = state.storage.read(layout.tag_current(repository, tag))
    return linked(link) if link else None


def referrer(repository: str, subject: Digest, digest: Digest) -> str:
    """The folder that says that a manifest has that subject."""
    return f"{layout.referrers(repository, subject)}/{digest.algorithm}/{digest.hex}"


def _link(repository: str, digest: Digest) -> str:
    """The path of the file that says that a manifest is in a repository."""
    return f"{layout.revision(repository, digest)}/link"


def _resolve(state: State, at: targets.Manifest) -> Digest | None:
    """The digest of a manifest that the repository has."""
    reference = at.reference
    digest = tagged(state, at.name, reference) if isinstance(reference, str) else reference
    if digest is None:
        return None
    # Who is told of it may build on it: it is not collected from now on.
    return digest if state.contents.keep_file(_link(at.name, digest)) else None


def _tags(request: Request, at: targets.Manifest) -> list[str]:
    """The tags that a request sets. Raises RegistryError."""
    if isinstance(at.reference, str):
        return [at.reference]
    tags = list(dict.fromkeys(Query(request.query).every("tag")))
    if len(tags) > MAX_TAGS:
        raise RegistryError(Code.UNSUPPORTED, f"at most {MAX_TAGS} tags can be set at once", status=414)
    if not all(map(is_tag, tags)):
        raise RegistryError(Code.MANIFEST_INVALID, "a tag is made of up to 128 letters, digits, _ . and -")
    return tags


def _read(body: Body, limit: int) -> bytes:
    """The whole body, if it is not too long. Raises RegistryError."""
    content = bytearray()
    longest = limit if body.length is None else body.length
    piece = memoryview(bytearray(max(min(longest, _PIECE), 1)))
    while longest <= limit and len(content) <= limit:
        count = body.readinto(piece)
        if not count:
            return bytes(content)
        content += piece[:count]
    raise RegistryError(Code.MANIFEST_INVALID, f"a manifest has at most {limit} bytes here", status=413)


def _missing(state: State, repository: str, says: Document) -> Iterator[Digest]:
    """What a manifest names and the repository has not. What is there will not be collected from now on."""
    for digest in says.blobs:
        if find(state, repository, digest) is None:
            yield digest
    for digest in says.manifests:
        # In this order: see `find`. An index lists manifests as a rule; that of a build cache lists blobs.
        if state.contents.keep(digest) and has(state, repository, digest):
            continue
        if find(state, repository, digest) is None:
            yield digest


def _publish(
    state: State, name: str, digest: Digest, content: bytes, subject: Digest | None, tags: Iterable[str]
) -> None:
    link = str(digest).encode()
    first = {layout.blob_data(digest): content, _link(name, digest): link}
    if subject:
        first[f"{referrer(name, subject, digest)}/link"] = link
    then = {}
    for tag in tags:
        then[layout.tag_index(name, tag, digest)] = link
        then[layout.tag_current(name, tag)] = link
    # A tag can be seen only when what it names is there for good.
    state.storage.publish(first, *([then] if then else []))


def _delete(state: State, name: str, digest: Digest) -> bool:
    """Delete a manifest and its tags, and return whether it was there.

    All is read before anything is removed, so that nothing is removed where that fails. Tags go first: so that one who
    looks meanwhile, or after a crash, finds no tag of nothing.
    """
    storage = state.storage
    if not has(state, name, digest):
        return False
    manifest = state.contents.manifest(digest)
    subject = manifest.says().subject if manifest else None
    tags = [tag for tag in storage.names(layout.tags(name)) if tagged(state, name, tag) == digest]
    for tag in tags:
        storage.remove(layout.tag(name, tag))
    storage.remove(layout.revision(name, digest))
    if subject:
        storage.remove(referrer(name, subject, digest))
    return True


def _warning(missing: list[Digest]) -> str:
    named = ", ".join(map(str, missing[:3]))
    others = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
    return f'299 - "this repository does not have what the manifest names: {named}{others}"'


def _unknown() -> RegistryError:
    return RegistryError(Code.MANIFEST_UNKNOWN, "this repository has no such manifest")
