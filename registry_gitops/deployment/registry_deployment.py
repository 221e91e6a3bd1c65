"""RegistryDeployment: the content of a config file, as one typed value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Self

from pydantic import ModelWrapValidatorHandler, ValidationError, model_validator

from registry_gitops.deployment.derive import merge_changes, validate_stored
from registry_gitops.deployment.flux_options import FluxFile, FluxOptions
from registry_gitops.deployment.misplaced_keys import MISPLACED_KEYS
from registry_gitops.deployment.namespace_options import (
    NamespaceChoice,
    NamespaceOptions,
    is_system_namespace,
    namespace_errors,
)
from registry_gitops.deployment.problems import describe_errors
from registry_gitops.deployment.rule_switches import RuleOff, RuleSwitch
from registry_gitops.deployment.source import GitSource, Source
from registry_gitops.errors import InputError
from registry_gitops.manifests import HelmReleaseOptions, KustomizationChanges, ResourcePath
from registry_gitops.model import (
    EMPTY,
    SERVICE_NAME,
    SERVICE_NAME_REMEDY,
    ListOf,
    MapOf,
    Model,
    RuleErrors,
    Text,
    default_section,
    rule_error,
)
from registry_gitops.values import RegistryValues, more_values

MAX_RELEASE_NAME: Final = 53
"""Largest number of characters in the name of a Helm release."""

DeploymentName = Annotated[
    str, Text("the name of a deployment", SERVICE_NAME, SERVICE_NAME_REMEDY, max_length=MAX_RELEASE_NAME)
]


class KustomizationOptions(KustomizationChanges):
    """What the rendered kustomization.yaml has besides the rendered files."""

    instead: ClassVar[Mapping[str, str]] = {"pruneNamespace": "write it as prune below namespace, next to name"}

    resources: ListOf[ResourcePath] = ()
    """More files of the directory, such as an encrypted Secret; they come after the rendered ones."""


class RegistryDeployment(Model):
    """One container registry on Kubernetes, deployed by Flux.

    Without arguments it is the documented deployment, with the chart in the user's own Git repository.
    """

    name: DeploymentName = "docker-registry"
    """Name of the HelmRelease and of its source; at most 53 characters, as Helm allows for a release."""

    namespace: NamespaceChoice = "docker-registry"
    """Namespace of the deployment: its name, or a mapping with its name and more. Its Namespace is rendered too, at Pod
    Security level `restricted`, unless it is `default`, `flux-system` or `kube-*`."""

    source: Source = default_section(GitSource)
    """Where Flux gets the chart from."""

    release: HelmReleaseOptions = default_section(HelmReleaseOptions)
    """How Flux installs, upgrades, and watches the release."""

    values: RegistryValues = default_section(RegistryValues)
    kustomization: KustomizationOptions = default_section(KustomizationOptions)

    flux: FluxOptions | None = None

    rules: MapOf[str, RuleSwitch] = EMPTY
    """Rules to switch off, by id: `off`, or `{off: "REASON"}`. docs/rules.md lists them."""

    instead: ClassVar[Mapping[str, str]] = MISPLACED_KEYS

    @property
    def switched_off_rules(self) -> dict[str, str]:
        """The ids of the rules that are off, each with the reason, or ""."""
        return {rule: switch.off if isinstance(switch, RuleOff) else "" for rule, switch in self.rules.items()}

    if TYPE_CHECKING:  # pyright does not know that frozen models of pydantic have it.

        def __hash__(self) -> int: ...

    @property
    def namespace_options(self) -> NamespaceOptions:
        """The namespace as a mapping, also if the config file has its name alone."""
        return self.compute_once(_namespace_options)

    @property
    def flux_files(self) -> tuple[FluxFile, ...]:
        """The Flux Kustomizations of the section `flux`, with their files. Raises InputError as FluxOptions.files."""
        return self.compute_once(_flux_files)

    @property
    def target_namespace(self) -> str:
        """Namespace of the release and its objects: `release.targetNamespace`, or that of the HelmRelease."""
        return self.release.target_namespace or self.namespace_options.name

    @property
    def namespace_to_render(self) -> str:
        """Namespace to which `namespace.create` and the like apply: that of the registry.

        It is that of the HelmRelease if Flux creates the other one, or if that is in another cluster.
        """
        install = self.release.install
        is_others = self.release.kube_config or (install and install.create_namespace)
        return self.namespace_options.name if is_others else self.target_namespace

    @property
    def renders_namespace(self) -> bool:
        """Whether namespace.yaml is rendered."""
        options = self.namespace_options
        if options.create is not None:
            return options.create
        return not (is_system_namespace(self.namespace_to_render) or options.inherit)

    @model_validator(mode="wrap")
    @classmethod
    def _expect_more_values(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        with more_values(_target_paths(data)):
            return handler(data)

    def _rule_errors(self) -> RuleErrors:
        options, name = self.namespace_options, self.namespace_to_render
        for path, error in namespace_errors(options, name, is_rendered=self.renders_namespace):
            yield ("namespace", *path), error
        for index, other in enumerate(self.release.depends_on or ()):
            if other.waits_for(self.name, options.name):
                message = "the release would wait for itself, and never start: remove this entry"
                yield rule_error("cycle", message, "release", "dependsOn", index)
        if self.flux:
            yield from self.flux.errors(self.name, options, self.source)

    def derive(self, changes: Mapping[str, Any] | None = None, /, **fields: Any) -> Self:
        """Return a deployment that differs from this one in `changes`, a mapping with the keys of YAML, or in `fields`.

            staging = production.derive(name="staging", values={"replicaCount": 1, "ingress": None})

        A mapping is merged key by key, at any depth. A list or a model replaces what was there. None sets a key back to
        its default. A source of another type replaces the old one, and a source without a type keeps its own.
        The result is validated as by the constructor, and raises the same ValidationError.
        """
        changes = {} if changes is None else changes
        if not isinstance(changes, Mapping):
            raise TypeError(f"derive() takes a mapping of keys to changes, not a {type(changes).__name__}")
        twice = changes.keys() & fields.keys()
        if twice:
            raise TypeError(f"derive() got multiple values for {', '.join(sorted(twice))}")
        return validate_stored(type(self), merge_changes(self, self.source, {**changes, **fields}))

    def revalidated(self) -> Self:
        """Return this deployment, validated anew from what is stored in it.

        `model_copy(update=...)` and `model_construct` bypass the validators; this finds what they stored, at any
        depth. Raises InputError with every problem found, each with its key.
        """
        try:
            return validate_stored(type(self), self)
        except ValidationError as error:
            raise InputError(describe_errors(error, data=self)) from None


def _namespace_options(deployment: RegistryDeployment) -> NamespaceOptions:
    namespace = deployment.namespace
    return NamespaceOptions(name=namespace) if isinstance(namespace, str) else namespace


def _flux_files(deployment: RegistryDeployment) -> tuple[FluxFile, ...]:
    if deployment.flux is None:
        return ()
    name, namespace = deployment.as_written("name"), deployment.namespace_options
    return tuple(deployment.flux.files(name, namespace, deployment.source))


def _target_paths(data: Any) -> list[str]:
    """Return where `release.valuesFrom` puts values, in the data of a deployment: "" for all of them."""
    references = _get(_get(data, "release"), "values_from", "valuesFrom")
    listed = references if isinstance(references, list | tuple) else ()
    return [str(_get(reference, "target_path", "targetPath") or "") for reference in listed]


def _get(data: Any, *names: str) -> Any:
    """Return what data of any shape has under one of these names: a mapping by its keys, a model by its fields."""
    if isinstance(data, Mapping):
        return next((data[name] for name in names if name in data), None)
    return getattr(data, names[0], None)
