"""Read back the Flux Kustomizations that were rendered before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from registry_gitops.checksums import read_checksum_file
from registry_gitops.codec import YAMLError, load_yaml
from registry_gitops.manifests import FluxKustomizationResource
from registry_gitops.render.outside_files import is_of_other, is_outside, rendered_path
from registry_gitops.rules import EarlierKustomization


def read_earlier_kustomizations(directory: Path) -> tuple[EarlierKustomization, ...]:
    """Return the Flux Kustomizations that were rendered for `directory`, without those of other directories.

    Raises InputError for a checksum file that is broken.
    """
    checksums, files = read_checksum_file(directory), {}
    for path in filter(is_outside, checksums.owned if checksums else ()):
        with suppress(OSError):
            content = rendered_path(directory, path).read_bytes()
            if not is_of_other(directory, path, content):
                files[path] = content.decode("utf-8", "replace")
    return parse_earlier_kustomizations(files)


def parse_earlier_kustomizations(files: Mapping[str, str]) -> tuple[EarlierKustomization, ...]:
    """Return those of rendered files: path -> text. What cannot be read is left out: a person can have edited it."""
    return tuple(_parse(files))


def _parse(files: Mapping[str, str]) -> Iterator[EarlierKustomization]:
    for path in filter(is_outside, files):
        with suppress(ValueError, YAMLError, ValidationError):
            found = FluxKustomizationResource.model_validate(load_yaml(files[path]).value, by_alias=True, by_name=False)
            prunes = found.spec.prune if found.spec.deletion_policy in (None, "MirrorPrune") else True
            keeps = not prunes or found.spec.deletion_policy == "Orphan"
            identity = (found.metadata.namespace or "", found.metadata.name)
            yield EarlierKustomization(path, identity, keeps, found.spec.target_namespace or "")
