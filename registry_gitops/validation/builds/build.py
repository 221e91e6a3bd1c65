"""One build: its objects, and the way back from a value to the file that has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from registry_gitops.documents import Manifest, Path, YAMLDocument
from registry_gitops.repository import Patch
from registry_gitops.validation.builds.patch_search import find_in_patch
from registry_gitops.validation.builds.roots import Root


class Origin(NamedTuple):
    """Where a value is written."""

    document: YAMLDocument
    path: Path
    """Path in the document."""
    on_key: bool


class BuiltObject(NamedTuple):
    """An object of a build, and what it was made of."""

    manifest: Manifest
    source: Manifest | None
    """The object of a file; None for one that kustomize generated."""
    patches: Sequence[Patch]
    """The patches that select it, in the order in which they are applied."""

    @property
    def is_changed(self) -> bool:
        """Whether it differs from the object of the file."""
        return self.source is None or self.source.value != self.manifest.value


@dataclass(frozen=True, slots=True, eq=False)
class Build:
    """What kustomize makes of one directory."""

    root: Root
    name: str
    """The directory as it is shown to the user."""
    document: YAMLDocument
    """The kustomization file, or the Kustomization of Flux, for what is in no other file."""
    objects: Sequence[BuiltObject]

    def origin_of(self, built: BuiltObject, path: Path, *, on_key: bool = False) -> Origin:
        """Return where the value at a path of an object of this build is written: in a patch, or in its own file."""
        for patch in reversed(built.patches):
            found = find_in_patch(patch, built.manifest.value, path, on_key=on_key)
            if found is not None:
                return Origin(found.document, found.path, on_key and found.is_exact)
        if built.source is None:
            return Origin(self.document, (), on_key=False)
        renamed = self._in_images(built, path)
        if renamed is not None:
            return renamed
        kept = tuple(_existing(built.source.value, path))
        return Origin(built.source.document, (*built.source.path, *kept), on_key and kept == path)

    def _in_images(self, built: BuiltObject, path: Path) -> Origin | None:
        """Return the entry of `images` that gave an image its tag."""
        image = built.manifest.get(*path) if path[-1:] == ("image",) else None
        for file in self.root.files if isinstance(image, str) else ():
            for index, item in enumerate(file.list("images")):
                if (
                    isinstance(item, dict)
                    and image == f"{item.get('newName') or item.get('name')}:{item.get('newTag')}"
                ):
                    return Origin(file.document, ("images", index, "newTag"), on_key=False)
        return None


def _existing(value: Any, path: Path) -> Iterator[str | int]:
    """Yield the part of a path that exists in a value."""
    for step in path:
        try:
            value = value[step]
        except (LookupError, TypeError):
            return
        yield step
