"""Find the config files of which nothing differs from a revision, without rendering them."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from registry_gitops.checksums import SealChecks, read_checksum_file
from registry_gitops.diff.committed_rendering import RELEASE_FILE
from registry_gitops.diff.git_tree import GitTree, read_texts
from registry_gitops.diff.kustomization_build import changes_objects
from registry_gitops.diff.rendering import ABOVE, KUSTOMIZATION
from registry_gitops.filenames import CHECKSUM_FILE

_VALUES_FROM: Final = "valuesFrom:"


def find_unchanged(tree: GitTree, configs: Sequence[Path]) -> Iterator[Path]:
    """Yield the config files whose rendered files, with all that they are made from, are those of the revision.

    Their last check found nothing, and would find nothing now: the seal of their checksum file says so.
    """
    checks = SealChecks()
    changed = {str(path) for each in tree.changed for path in (each, *PurePosixPath(each).parents)}
    for config in configs:
        place = tree.place_of(config.parent)
        if posixpath.join(place, CHECKSUM_FILE) in changed or not checks.is_unchanged(config, config.parent):
            continue
        file = read_checksum_file(config.parent)
        if file and file.seal:
            rendered = {posixpath.normpath(posixpath.join(place, path)) for path in (CHECKSUM_FILE, *file.owned)}
            inputs = {posixpath.normpath(posixpath.join(place, path)) for path in file.seal.inputs}
            is_same = rendered <= tree.ids.keys() and changed.isdisjoint(rendered | inputs)
            if is_same and (not changed or _stands_alone(config.parent, file.owned)):
                yield config


def _stands_alone(directory: Path, rendered: Collection[str]) -> bool:
    """Return whether the deployment depends on no file that the seal does not name."""
    if any(path.startswith(ABOVE) for path in rendered):  # a Flux Kustomization, which can apply an overlay
        return False
    texts = read_texts(directory, (KUSTOMIZATION, RELEASE_FILE))
    # What kustomize reads can name other files in turn, and values can be in any file nearby.
    return not changes_objects({**dict.fromkeys(rendered, ""), **texts}) and _VALUES_FROM not in texts[RELEASE_FILE]
