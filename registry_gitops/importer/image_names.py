"""The image of a registry, as the chart's values write it."""

from __future__ import annotations

from typing import Final

from registry_gitops.documents import Path, is_decided_later
from registry_gitops.importer.config_draft import Notes
from registry_gitops.rules import ImageReference, is_outdated_registry, parse_image

_OFFICIAL: Final = "docker.io/library/registry"


def translate_image(notes: Notes, section: Path) -> None:
    """Translate a section with repository, tag, and pullPolicy."""
    repository, tag = notes.get(*section, "repository"), notes.get(*section, "tag")
    if repository:
        _translate_repository(notes, (*section, "repository"), str(repository))
    if tag is not None:
        _translate_tag(notes, (*section, "tag"), str(repository or "registry"), str(tag))
    notes.keep((*section, "pullPolicy"), "values.image.pullPolicy")


def _translate_repository(notes: Notes, key: Path, repository: str) -> None:
    if is_decided_later(repository):
        notes.keep(key, "values.image.repository")
        return
    full = ImageReference(repository, "", "").full_repository
    if full == _OFFICIAL:
        notes.dropped(key, "it is the chart's default")
        return
    host, _, rest = full.partition("/")
    notes.draft.put("values.image.registry", host)
    targets = ("values.image.registry", "values.image.repository")
    notes.draft.put("values.image.repository", rest)
    notes.translated(key, targets, "the host of the image is a key of its own")


def _is_mirror(repository: str) -> bool:
    """Return whether a repository has the tags of the official one: it is that, or a mirror with the same path."""
    return f"/{ImageReference(repository, '', '').full_repository}".endswith(("/library/registry", "/distribution"))


def _translate_tag(notes: Notes, key: Path, repository: str, tag: str) -> None:
    parsed = parse_image(f"{repository}:{tag}")
    if is_decided_later(tag):
        notes.keep(key, "values.image.tag")
    elif (parsed.major is not None and parsed.major < 3) and not _is_mirror(repository):
        question = f"the chart is for registry v3, and nobody knows here which tag of {repository} is one"
        options = ["leave out values.image: the default is the official image", "write the tag in values.image.tag"]
        notes.decide(key, question, options)
    elif parsed.major is not None and parsed.major < 3:
        notes.dropped(key, "the chart is for registry v3: its default is the newest one that it was tested with")
    elif is_outdated_registry(parsed.tag):
        notes.dropped(key, "this version lacks security fixes: the chart's default has them")
    elif parsed.digest:
        notes.draft.put("values.image.tag", parsed.tag)
        notes.draft.put("values.image.digest", parsed.digest)
        notes.translated(key, ("values.image.tag", "values.image.digest"), "the digest is a key of its own")
    else:
        notes.translate(key, "values.image.tag", tag)
