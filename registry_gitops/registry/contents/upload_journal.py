"""How much of an upload was acknowledged, on the disk: from there it goes on after a crash or a power cut.

There is a line for each chunk, `SIZE DIGEST`, written once the chunk is there for good. A disk may give an upload back
longer than that, with zeros in it; so only bytes that have their digest count. The lines are not synced: after a power
cut an upload may go on from an earlier chunk.
"""

from __future__ import annotations

import re
from typing import Final

from registry_gitops.registry.api import targets
from registry_gitops.registry.contents import layout
from registry_gitops.registry.contents.identifiers import Digest
from registry_gitops.registry.contents.upload_sessions import Progress
from registry_gitops.registry.storage import Draft, Storage

_LINE: Final = re.compile(rb"^(\d{1,18}) ([a-z0-9:]+)\n", re.MULTILINE)


def note(storage: Storage, at: targets.Upload, progress: Progress) -> None:
    """Write down what is acknowledged next."""
    path = layout.upload_acknowledged(at.name, at.identifier)
    log = storage.draft(path, new=False) or storage.draft(path, new=True)
    assert log is not None  # noqa: S101 (so says `Storage.draft`)
    try:
        log.append(memoryview(f"{progress.size} {progress.digest}\n".encode()))
    finally:
        log.close()


def resume(storage: Storage, at: targets.Upload, draft: Draft) -> Progress | None:
    """How far an upload is; what its draft has behind that is cut off. None where nothing can be gone on with."""
    log = storage.read(layout.upload_acknowledged(at.name, at.identifier))
    if log is not None:
        progress = _last(log, draft)
    elif storage.stat(layout.upload_started(at.name, at.identifier)):
        # Distribution syncs what it acknowledges. Of what comes from now on we know better.
        progress = Progress.of(draft, draft.size, "sha256")
        note(storage, at, progress)
    else:
        progress = Progress.none("sha256")
    if progress:
        draft.truncate(progress.size)
    return progress


def _last(log: bytes, draft: Draft) -> Progress | None:
    for size, text in reversed(_LINE.findall(log)):
        digest = Digest.parse(text.decode())
        if digest and int(size) <= draft.size:
            progress = Progress.of(draft, int(size), digest.algorithm)
            if progress.digest == digest:
                return progress
    return None
