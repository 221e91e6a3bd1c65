"""An ExternalArtifact that an ArtifactGenerator of Flux makes: which directories of the repository it is a copy of."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from registry_gitops.documents import Manifest

ARTIFACT_GENERATOR: Final = "ArtifactGenerator.source.extensions.fluxcd.io"

_GLOB: Final = re.compile(r"[*?\[{].*", re.DOTALL)
_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


class ArtifactCopy(NamedTuple):
    """One copy operation, as far as it is about directories."""

    file: str
    """Absolute path of the file of the generator."""
    source: str
    """Directory or file, from the root of a source, which need not be this repository."""
    target: str
    """What becomes of it: an absolute path, as if the artifact were a file system."""


def find_copies(generators: Iterable[Manifest], name: str) -> list[ArtifactCopy] | None:
    """Return what an artifact is copied from, None if no generator creates one of that name.

    Each cluster can have an artifact of that name. One whose copies cannot be told has none here: one that is extracted
    from an archive, and one of a `pathPattern` with several placeholders.
    """
    found: list[ArtifactCopy] | None = None
    for generator in generators:
        file = os.path.abspath(generator.document.source.name)
        for artifact in generator.list("spec", "artifacts"):
            if isinstance(artifact, dict) and isinstance(artifact.get("name"), str):
                match = _name_pattern(artifact["name"]).fullmatch(name)
                if match:
                    found = found or []
                    found += _copies(artifact.get("copy"), file, _values(artifact["name"], match))
    return found


def _name_pattern(name: str) -> re.Pattern[str]:
    """Return what the names of the artifacts match, for a name that can have placeholders, such as `{app}-{env}`."""
    constants = _PLACEHOLDER.split(name)[::2]
    return re.compile("(.+)".join(map(re.escape, constants)))


def _values(name: str, match: re.Match[str]) -> dict[str, str] | None:
    """Return placeholder -> its value; None for several placeholders, which can be told apart in several ways."""
    placeholders = _PLACEHOLDER.findall(name)
    return None if len(placeholders) > 1 else dict(zip(placeholders, match.groups(), strict=True))


def _copies(copies: Any, file: str, values: dict[str, str] | None) -> Iterator[ArtifactCopy]:
    operations = [copy for copy in copies if isinstance(copy, dict)] if isinstance(copies, list) else []
    if values is None or any(copy.get("strategy") == "Extract" for copy in operations):
        return
    for copy in operations:
        if isinstance(copy.get("from"), str) and isinstance(copy.get("to"), str):
            source, target = (_fill(_without_alias(copy[key]), values) for key in ("from", "to"))
            yield ArtifactCopy(file, *_mapped(source, target))


def _fill(text: str, values: dict[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def _without_alias(text: str) -> str:
    return text.partition("/")[2]


def _mapped(source: str, target: str) -> tuple[str, str]:
    """Return directory and target: as `cp` does, `/` at the end of a target puts a directory into it, not its files."""
    plain = _GLOB.sub("", source)
    if plain != source:
        source = plain.rpartition("/")[0]
    elif not target or target.endswith("/"):
        target += os.path.basename(source.rstrip("/"))
    return source, os.path.normpath(f"/{target}")
