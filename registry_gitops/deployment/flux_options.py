"""The section `flux`: the Flux Kustomizations that apply the output directory, and the files that they are in."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Final, NamedTuple

from pydantic import Discriminator, Tag, ValidationError

from registry_gitops.deployment.namespace_options import NamespaceOptions
from registry_gitops.deployment.source import GitSource, RepositoryPath, Source
from registry_gitops.errors import InputError
from registry_gitops.filenames import KUSTOMIZATION_FILES
from registry_gitops.manifests import (
    DirectorySource,
    FluxKustomizationOptions,
    FluxKustomizationResource,
    FluxKustomizationSpec,
    ObjectMeta,
)
from registry_gitops.masking import quote
from registry_gitops.model import (
    DNSSubdomain,
    ListOf,
    MapOf,
    NeverSubstituted,
    RuleErrors,
    Text,
    rule_error,
)
from registry_gitops.substitution import by_default, is_left_to_flux

_READ_BY_RENDER: Final = NeverSubstituted("render")

_STEP: Final = r"(?!\.{1,2}(/|$))[^/\s]+"

FluxFilePath = Annotated[
    str,
    Text(
        "the path of a file outside the output directory",
        rf"(/|(\.\./)+)({_STEP}/)*{_STEP}\.ya?ml",
        "write it from the output directory, such as ../ks.yaml, or from the root of the repository, such as "
        "/clusters/production/registry.yaml",
        max_length=1024,
        examples=("../ks.yaml",),
    ),
    _READ_BY_RENDER,
]

ClusterName = Annotated[
    str,
    Text(
        "the name of a cluster",
        r"[A-Za-z0-9_]([-A-Za-z0-9_.]*[A-Za-z0-9_])?",
        "use letters, digits, '-', '_', and '.': it is the name of a directory in clusters/",
        max_length=253,
    ),
    _READ_BY_RENDER,
]

_FluxNamespace = Annotated[
    str,
    Text(
        "a namespace",
        "[a-z0-9]([-a-z0-9]*[a-z0-9])?",
        "use lower-case letters, digits and '-', and begin and end with a letter or digit",
        max_length=63,
        empty=True,
    ),
]

_NO_PREFIX: Final = "it would rename the release: change `name` at the top level instead"


class ClusterOptions(FluxKustomizationOptions):
    """The Flux Kustomization of one cluster: what differs from the others."""

    instead: ClassVar[Mapping[str, str]] = {
        "namePrefix": _NO_PREFIX,
        "nameSuffix": _NO_PREFIX,
        "substitute": "write postBuild.substitute",
        "substituteFrom": "write postBuild.substituteFrom",
    }

    name: DNSSubdomain | None = None
    """Name of the Flux Kustomization, and of its file in `clusters/`. Default: that of the deployment."""

    namespace: _FluxNamespace = "flux-system"
    """Namespace of the Flux Kustomization; "" leaves it to a kustomization file above."""

    file: FluxFilePath | None = None
    """File that it is written to: from the output directory, or, with "/" in front, from the root of the repository.
    Default: `/clusters/CLUSTER/NAME.yaml`."""

    path: Annotated[RepositoryPath, _READ_BY_RENDER] | None = None
    """Directory that Flux applies, from the root of its source. Default: the output directory, as `source.path` of a
    git source has it; required for other sources."""

    source_ref: DirectorySource | None = None
    """Source that has the directory. Default: the GitRepository of a git source, or flux-system."""


def _tag(value: object) -> str:
    return "mapping" if isinstance(value, Mapping) else "list"


Clusters = Annotated[
    Annotated[ListOf[ClusterName], Tag("list")] | Annotated[MapOf[ClusterName, ClusterOptions], Tag("mapping")],
    Discriminator(_tag),
]
"""Names, or a mapping of names to what differs."""


class FluxFile(NamedTuple):
    """One Flux Kustomization, and the file that it is in."""

    key: tuple[str, ...]
    """Path of its section in the config file, such as flux, clusters, production."""

    path: str
    """Path of the file from the output directory."""

    directory: str
    """Path of the output directory from that of the file."""

    applied: str
    """Path of the directory that Flux applies, from the root of the source."""

    is_found_by_path: bool
    """Whether the path of the file follows from that of the output directory: it counts from the root."""

    manifest: FluxKustomizationResource


class FluxOptions(ClusterOptions):
    """The Flux Kustomizations that apply the output directory: one in `file`, or one for each of `clusters`."""

    clusters: Clusters | None = None
    """Clusters that apply the directory, each with a file: their names, or a mapping of names to what differs there."""

    def files(self, name: str, namespace: NamespaceOptions, source: Source) -> Iterator[FluxFile]:
        """Yield the Flux Kustomizations of a deployment with this name, namespace, and source.

        Raises InputError for a path that only Flux knows.
        """
        for target in self._targets():
            manifest = _manifest(target.options, name, namespace, source)
            path = _locate_file(target.options, target.cluster, name, source)
            start = f"/{_output_directory(target.options, source)}"
            back = posixpath.relpath(start, posixpath.dirname(posixpath.join(start, path)))
            applied = target.options.path or start[1:]
            is_found = target.options.file is None or target.options.file.startswith("/")
            yield FluxFile(target.key, path, back, applied, is_found, manifest)

    def errors(self, name: str, namespace: NamespaceOptions, source: Source) -> RuleErrors:
        """Yield an error for each rule that the Flux Kustomizations of such a deployment break."""
        if (self.file is None) == (self.clusters is None):
            yield rule_error("exactly_one", "give exactly one of file, clusters", "flux")
            return
        clusters: dict[str, str] = {}
        told = set()
        for target in self._targets():
            found = list(_target_errors(target.options, name, namespace, source))
            for path, error in found:
                place = (*target.section_of(path), *path)
                if place not in told:
                    yield place, error
                told.add(place)
            if found:
                continue
            file = _locate_file(target.options, target.cluster, name, source)
            if problem := _file_problem(file):
                yield rule_error("unusable_file", problem, *target.key)
            if file in clusters:
                message = f"is written to the file of {clusters[file]} too: give one of them another file"
                yield rule_error("duplicate", message, *target.key)
            clusters[file] = target.cluster

    def _targets(self) -> Iterator[_Target]:
        common = {key: value for key, value in self.to_config_dict().items() if key != "clusters"}
        if isinstance(self.clusters, Mapping):
            for cluster, options in self.clusters.items():
                own = options.to_config_dict()
                yield _Target(cluster, ("flux", "clusters", cluster), own.keys(), _validate(_merge(common, own)))
        else:
            # One that is not for a cluster has a file, so needs no name of a cluster for it.
            for cluster in ("",) if self.clusters is None else self.clusters:
                yield _Target(cluster, ("flux",), common.keys(), _validate(common))


class _Target(NamedTuple):
    """One Flux Kustomization with all of its options."""

    cluster: str
    key: tuple[str, ...]
    own: Collection[str]
    """The keys of the options that stand in the section of `key`."""
    options: ClusterOptions

    def section_of(self, path: tuple[int | str, ...]) -> tuple[str, ...]:
        """Return the path of the section that has the option at `path`: the own one, or that of all."""
        return self.key if path and path[0] in self.own else ("flux",)


def _merge(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a cluster has over what all have: mappings are merged at any depth, all else replaces."""
    merged = dict(common)
    for key, value in own.items():
        is_merged = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _merge(merged[key], value) if is_merged else value
    return merged


def _validate(options: Mapping[str, Any]) -> ClusterOptions:
    return ClusterOptions.model_validate(options, by_alias=True, by_name=False)


def _manifest(
    options: ClusterOptions, name: str, namespace: NamespaceOptions, source: Source
) -> FluxKustomizationResource:
    """Return the Flux Kustomization. Raises ValidationError for options that are valid alone but not together."""
    fields = {field: options.as_written(field) for field in FluxKustomizationOptions.model_fields}
    if namespace.inherit and options.target_namespace is None:
        fields["target_namespace"] = namespace.as_written("name")
    path = options.path or _output_directory(options, source)
    spec = FluxKustomizationSpec(
        source_ref=options.source_ref or _own_source(source, options.namespace),
        path="./" if path == "." else f"./{path}",
        **fields,
    )
    metadata = ObjectMeta(name=options.as_written("name") or name, namespace=options.as_written("namespace") or None)
    return FluxKustomizationResource(metadata=metadata, spec=spec)


def _own_source(source: Source, namespace: str) -> DirectorySource:
    """Return the GitRepository of a git source, or flux-system; without its namespace if that is `namespace`."""
    found = source if isinstance(source, GitSource) else GitSource()
    is_elsewhere = found.namespace != namespace
    return DirectorySource(name=found.name, namespace=found.namespace if is_elsewhere else None)


def _output_directory(options: ClusterOptions, source: Source) -> str:
    """Return the path of the output directory from the root of the repository."""
    return source.path if isinstance(source, GitSource) else options.path or "."


def _locate_file(options: ClusterOptions, cluster: str, name: str, source: Source) -> str:
    """Return the path of the file from the output directory. Raises InputError if only Flux knows that."""
    stem = by_default(options.name or name, "docker-registry")
    file = options.file or f"/clusters/{cluster}/{stem}.yaml"
    directory = _output_directory(options, source)
    if not file.startswith("/") and not isinstance(source, GitSource):
        return file
    if is_left_to_flux(directory):
        message = "has a variable that only Flux knows, and the file of the Flux Kustomization is found by it"
        raise InputError.single(f"{message}: write the path without it", key="source.path")
    start = f"/{by_default(directory, directory)}"
    return posixpath.relpath(posixpath.join(start, file), start)


def _file_problem(path: str) -> str:
    """Return why Flux would not read the Flux Kustomization in this file, or ""."""
    *directories, name = path.split("/")
    if name in KUSTOMIZATION_FILES:
        return f"would be in {quote(path)}, which kustomize reads as its own file: set file, or another name"
    return f"would be in {quote(path)}, which Git does not commit: set another file" if ".git" in directories else ""


def _target_errors(options: ClusterOptions, name: str, namespace: NamespaceOptions, source: Source) -> RuleErrors:
    if options.path is None and not isinstance(source, GitSource):
        message = f"has no path, and a source of type {source.type} does not have the one of this directory"
        yield rule_error("no_path", f"{message}: add path, from the root of the repository, such as apps/registry")
        return
    if options.target_namespace not in (None, namespace.name):
        message = f"moves the objects to {options.target_namespace}, and namespace is {namespace.name}: write "
        remedy = f"namespace: {{name: {options.target_namespace}, inherit: true}} at the top level"
        yield rule_error("namespace", f"{message}{remedy}", "targetNamespace")
    yield from _file_errors(options, source)
    try:
        _manifest(options, name, namespace, source)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            # The config file does not have the sections of the object, spec and metadata.
            _, *path = detail["loc"] if detail["loc"][:1] in (("spec",), ("metadata",)) else ("", *detail["loc"])
            yield rule_error("invalid_object", detail["msg"], *path)


def _file_errors(options: ClusterOptions, source: Source) -> RuleErrors:
    directory = _output_directory(options, source)
    if options.file is None or not (options.file.startswith("/") or isinstance(source, GitSource)):
        return
    depth = 0 if directory == "." else directory.count("/") + 1
    if options.file.count("../") > depth:
        message = f"{quote(options.file)} leaves the repository, because this directory is {directory} in it"
        yield rule_error("outside", f"{message}: write fewer ../", "file")
        return
    path = _locate_file(options, "", "", source)
    if path.startswith("chart/") or "/" not in path or (directory != "." and not path.startswith("../")):
        message = f"{quote(options.file)} is in the output directory, which Flux would apply by itself"
        yield rule_error("inside", f"{message}: write a path that leaves it, such as ../ks.yaml", "file")
