"""The rendered files of a deployment: the objects that Flux applies, and what Helm makes of the HelmRelease."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from registry_gitops.assets import read_chart
from registry_gitops.diff.helm_template import HelmInput
from registry_gitops.diff.plain_objects import PlainObject, look_up, read_objects
from registry_gitops.facts import compose_release_name

_CHART: Final = "chart/"
_KUSTOMIZATION: Final = "kustomization.yaml"

ReadDirectory = Callable[[str], Mapping[str, str]]
"""Reads a directory that is named from the root of the repository: path relative to it -> text of each file below."""


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
    """The rendered files at one time: path relative to the output directory -> text."""

    def __init__(self, files: Mapping[str, str], read_shared: ReadDirectory) -> None:
        """Read the objects. Raises YAMLError for a text that is no YAML.

        `read_shared` reads a chart that is not among the files.
        """
        self.files: Final = files
        self._read_shared = read_shared
        self.flux_objects: Final = tuple(
            plain
            for path, text in files.items()
            if path.endswith((".yaml", ".yml")) and not path.startswith(_CHART) and path != _KUSTOMIZATION
            for plain in read_objects(text, path)
        )
        """The objects that Flux applies."""
        releases = (plain for plain in self.flux_objects if plain["kind"] == "HelmRelease")
        self.release: Final = next(releases, None)
        """The HelmRelease."""

    @property
    def helm_identity(self) -> HelmIdentity | None:
        """What the Helm release is known by; None without a HelmRelease."""
        return None if self.release is None else identity_of(self.release)

    @cached_property
    def helm_input(self) -> HelmInput | None:
        """What Helm renders; None without a HelmRelease."""
        identity = self.helm_identity
        if self.release is None or identity is None:
            return None
        values: dict[str, Any] = look_up(self.release, "spec", "values", default={})
        return HelmInput(identity.name, identity.target_namespace or "default", values, self._chart)

    @property
    def _chart(self) -> Mapping[str, str]:
        """The files of the chart. One that Flux gets from elsewhere than this repository is taken to be ours."""
        own = {path.removeprefix(_CHART): text for path, text in self.files.items() if path.startswith(_CHART)}
        spec = look_up(self.release, "spec", "chart", "spec", default={})
        if own or look_up(spec, "sourceRef", "kind") != "GitRepository":
            return own or read_chart()
        shared = self._read_shared(posixpath.normpath(str(spec.get("chart"))).lstrip("/"))
        return shared if "Chart.yaml" in shared else read_chart()

    @property
    def is_suspended(self) -> bool:
        """Whether Flux leaves the release as it is."""
        return look_up(self.release, "spec", "suspend") is True

    @property
    def value_sources(self) -> tuple[tuple[str, str], ...]:
        """Kind and name of each ConfigMap and Secret with more values."""
        entries = look_up(self.release, "spec", "valuesFrom", default=())
        return tuple((str(entry.get("kind")), str(entry.get("name"))) for entry in entries)
