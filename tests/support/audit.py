"""Whether a registry serves what it has acknowledged, nothing else, and what its disk looks like."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from tests.support.load import IMAGE, OCTETS, Connection, Key, Ledger, Upload, digest_of, with_digest


def misfits(url: str, ledger: Ledger) -> list[str]:
    """What is served and does not fit the ledger, a line each; what fits are facts from then on.

    Open uploads are finished where the registry says that they go on.
    """
    connection = Connection(url)
    found = [*ledger.surprises]
    for key, values in ledger.values.items():
        served = _served(connection, key)
        if served in values:
            ledger.values[key] = {served}
        else:
            found.append(f"{key} is {served}, not {values}")
    for repository in sorted({key[1] for key in ledger.values}):
        found += _wrong_tags(connection, repository, ledger)
    for upload in ledger.uploads:
        found += _broken(connection, upload)
        key = ("blobs", upload.repository, digest_of(upload.content))
        ledger.values[key] = {_served(connection, key)}
    ledger.uploads.clear()
    ledger.surprises.clear()
    connection.close()
    return found


def _served(connection: Connection, key: Key) -> str | None:
    """The digest of the bytes that are served; None if there are none."""
    kind, repository, reference = key
    answer = connection.ask("GET", f"/v2/{repository}/{kind}/{reference}", Accept=f"{IMAGE}, */*")
    if answer.status == 404:
        return None
    return digest_of(answer.body) if answer.status == 200 else f"a {answer.status}"


def _wrong_tags(connection: Connection, repository: str, ledger: Ledger) -> list[str]:
    answer = connection.ask("GET", f"/v2/{repository}/tags/list")
    listed = set(json.loads(answer.body)["tags"] or []) if answer.status == 200 else set()
    served = {
        reference
        for (kind, where, reference), values in ledger.values.items()
        if kind == "manifests" and where == repository and ":" not in reference and None not in values
    }
    unserved = [f"{repository} lists the tag {tag} and does not serve it" for tag in listed - served]
    return unserved + [f"{repository} serves the tag {tag} and does not list it" for tag in served - listed]


def _broken(connection: Connection, upload: Upload) -> list[str]:
    """Go on with an upload from where the registry says that it is. It may also know nothing of it."""
    state = connection.ask("GET", upload.place)
    if state.status == 404:
        return []
    if state.status != 204:
        return [f"{upload.place} is a {state.status}"]
    end = int(state.headers.get("range", "0-0").removeprefix("bytes=").split("-", 1)[1])
    # `0-0` says that there is one byte, or none.
    for offset in (0, 1) if end == 0 else (end + 1,):
        if offset < upload.sure:
            continue
        rest = upload.content[offset:]
        place = state.location
        if rest:
            content_range = f"{offset}-{len(upload.content) - 1}"
            more = connection.ask("PATCH", place, rest, Content_Type=OCTETS, Content_Range=content_range)
            if more.status == 416:
                continue
            if more.status != 202:
                return [f"{upload.place} does not go on at {offset}: {more.status} {more.body!r}"]
            place = more.location
        digest = digest_of(upload.content)
        done = connection.ask("PUT", with_digest(place, digest), b"")
        if done.status != 201:
            return [f"{upload.place} went on at {offset} of {upload.sure} sure bytes: {done.status} {done.body!r}"]
        served = _served(connection, ("blobs", upload.repository, digest))
        return [] if served == digest else [f"{upload.place} was finished, and serves {served}"]
    return [f"{upload.place} has {end + 1} bytes, and {upload.sure} were acknowledged"]


_DIGEST = r"(sha256/[0-9a-f]{64}|sha512/[0-9a-f]{128})"
_BLOB = re.compile(r"blobs/(sha256|sha512)/[0-9a-f]{2}/([0-9a-f]+)/data")
_OURS = re.compile(
    rf"repositories/.+/(_layers/{_DIGEST}/link|_manifests/(revisions/{_DIGEST}|tags/[^/]+/(current|index/{_DIGEST}))/link"
    rf"|_referrers/{_DIGEST}/{_DIGEST}/link|_uploads/[^/]+/(data|startedat|acknowledged))"
)


def strays(root: Path) -> list[str]:
    """Files that should not be on the disk of a registry that rests: temporary ones, and blobs with wrong bytes."""
    top = root / "docker/registry/v2"
    found = []
    for path in sorted(top.rglob("*")):
        name = path.relative_to(top).as_posix()
        if path.is_dir():
            continue
        if blob := _BLOB.fullmatch(name):
            with path.open("rb") as file:
                if hashlib.file_digest(file, blob[1]).hexdigest() != blob[2]:
                    found.append(f"{name} has other bytes than its digest says ({path.stat().st_size})")
        elif not _OURS.fullmatch(name):
            found.append(name)
    return found
