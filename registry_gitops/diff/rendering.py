"""The rendered files of a deployment: the objects that Flux applies, and what Helm makes of the HelmRelease."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Final

from registry_gitops.assets import read_chart
from registry_gitops.codec import YAMLError
from registry_gitops.diff.collected_values import CollectedValues, collect_values
from registry_gitops.diff.helm_template import HelmInput
from registry_gitops.diff.plain_objects import PlainObject, look_up, read_objects
from registry_gitops.errors import InputError
from registry_gitops.facts import compose_release_name

KUSTOMIZATION: Final = "kustomization.yaml"
KUSTOMIZATION_NAMES: Final = (KUSTOMIZATION, "kustomization.yml", "Kustomization")
"""Names of a kustomization file: kustomize accepts one of them."""
ABOVE: Final = "../"
"""How the path of a file outside of the directory begins."""

ReadDirectory = Callable[[str], Mapping[str, str]]
"""Reads a directory that is named from the root of the repository: path relative to it -> text of each file below. If
it is a file itself, its path is "."."""


@dataclass(frozen=True)
class HelmIdentity:
    """What Flux knows a Helm release by. If any of it changes, Flux uninstalls it and installs another one."""

    name: str
    target_namespace: str
    storage_namespace: str
    cluster: str
    """The Secret with the kubeconfig of another cluster, or ""."""


def identity_of(release: PlainObject) -> HelmIdentity:
    """Return what the Helm release of a HelmRelease is known by."""
    spec, metadata = look_up(release, "spec", default={}), release["metadata"]
    target, namespace = spec.get("targetNamespace"), metadata.get("namespace") or ""
    return HelmIdentity(
        compose_release_name(metadata["name"], spec.get("releaseName"), target),
        target or namespace,
        spec.get("storageNamespace") or namespace,
        str(look_up(spec, "kubeConfig", default="")),
    )


class Rendering:
    """The rendered files at one time, without the chart: path relative to the output directory -> text."""

    def __init__(
        self,
        files: Mapping[str, str],
        read_directory: ReadDirectory,
        origin: str,
        place: str = "",
        notes: tuple[str, ...] = (),
    ) -> None:
        """Read the objects. `read_directory` reads what else is in the repository, in which `place` is their directory.

        Raises InputError for a text that is no YAML; `origin` is what stands in front of its path there.
        """
        self.files: Final = files
        self.notes: Final = notes
        """What is not known of the objects."""
        self.read_directory: Final = read_directory
        self.place: Final = place
        """Path of the output directory from the root of the repository."""
        self._origin = origin
        objects = {path: _parse(path, text, origin) for path, text in files.items() if _has_objects(path)}
        inside = (found for path, found in objects.items() if not path.startswith(ABOVE))
        self.flux_objects: Final = tuple(chain.from_iterable(inside))
        """The objects of the output directory, which Flux applies."""
        self.flux_kustomizations: Final = {
            posixpath.dirname(path): found for path, found in objects.items() if path.startswith(ABOVE)
        }
        """The directory of each file outside -> the Flux Kustomization in it: each can be of another cluster."""
        releases = (plain for plain in self.flux_objects if plain["kind"] == "HelmRelease")
        self.release: Final = next(releases, None)
        """The HelmRelease."""

    def with_files(self, files: Mapping[str, str]) -> Rendering:
        """Return the rendering with other files."""
        return Rendering(files, self.read_directory, self._origin, self.place, self.notes)

    def with_note(self, note: str) -> Rendering:
        """Return the rendering with a note."""
        return Rendering(self.files, self.read_directory, self._origin, self.place, (*self.notes, note))

    def list_overlays(self) -> list[str]:
        """Return the directories with a kustomization file that Flux applies instead of the output directory."""
        objects = chain.from_iterable(self.flux_kustomizations.values())
        paths = [posixpath.normpath(str(look_up(plain, "spec", "path", default=self.place))) for plain in objects]
        others = dict.fromkeys(path for path in paths if path != posixpath.normpath(self.place))
        files = {
            path: [posixpath.join(path, name).removeprefix("./") for name in KUSTOMIZATION_NAMES] for path in others
        }
        return [path for path, names in files.items() if any(map(self.read_directory, names))]

    @property
    def helm_identity(self) -> HelmIdentity | None:
        """What the Helm release is known by; None without a HelmRelease."""
        return None if self.release is None else identity_of(self.release)

    @cached_property
    def collected(self) -> CollectedValues:
        """The values of the release, with those of the ConfigMaps and Secrets in this directory, or next to it."""
        if self.release is None:
            return CollectedValues({})
        above = posixpath.dirname(self.place)
        has_more = self.place not in ("", ".") and look_up(self.release, "spec", "valuesFrom")
        nearby = self.read_directory(above or self.place) if has_more else {}
        return collect_values(self.release, self.flux_objects, nearby)

    @cached_property
    def helm_input(self) -> HelmInput | None:
        """What Helm renders; None without a HelmRelease."""
        identity = self.helm_identity
        if self.release is None or identity is None:
            return None
        renderers = look_up(self.release, "spec", "postRenderers", default=())
        namespace, values = identity.target_namespace or "default", self.collected.values
        return HelmInput(identity.name, namespace, values, self._chart, tuple(renderers))

    @property
    def _chart(self) -> Mapping[str, str]:
        """The files of the chart. One that is not in the repository is taken to be ours."""
        spec = look_up(self.release, "spec", "chart", "spec", default={})
        if look_up(spec, "sourceRef", "kind") != "GitRepository":
            return read_chart()
        found = self.read_directory(posixpath.normpath(str(spec.get("chart"))).lstrip("/"))
        return found if "Chart.yaml" in found else read_chart()

    @property
    def is_suspended(self) -> bool:
        """Whether Flux leaves the release as it is."""
        return look_up(self.release, "spec", "suspend") is True


def _has_objects(path: str) -> bool:
    return path != KUSTOMIZATION and not path.endswith(".md")


def _parse(path: str, text: str, origin: str) -> tuple[PlainObject, ...]:
    try:
        return tuple(read_objects(text, path))
    except YAMLError as error:
        message = f"cannot be read as YAML: {error.message}: render it again, or pass --against with another commit"
        raise InputError.single(message, f"{origin}{path}", error.line, error.column) from None
