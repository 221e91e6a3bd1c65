"""A private container registry on Kubernetes, from a typed deployment to a directory that Flux applies.

    from registry_gitops import GitSource, RegistryDeployment, RegistryValues, deploy
    from registry_gitops.values import Persistence

    deployment = RegistryDeployment(
        source=GitSource(path="apps/docker-registry"),
        values=RegistryValues(persistence=Persistence(size="50Gi")),
    )
    deploy(deployment, "apps/docker-registry")

`deploy` checks a deployment as `registry-gitops render` does, and then writes it; `check_deployment` returns the
findings and the changes. More classes are in `registry_gitops.values` and `.manifests`, low-level calls in `.render`,
the registry for tests in `.registry`. Importing this package loads none of them: a name is loaded at its first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from registry_gitops.version import __version__ as __version__

_HOMES = {
    "ClusterOptions": "deployment",
    "FindingsError": "rules",
    "FluxOptions": "deployment",
    "GitSource": "deployment",
    "HelmReleaseOptions": "manifests",
    "HelmSource": "deployment",
    "InputError": "errors",
    "KustomizationOptions": "deployment",
    "NamespaceOptions": "deployment",
    "OCISource": "deployment",
    "ReferenceRegistry": "registry",
    "RegistryDeployment": "deployment",
    "RegistryValues": "values",
    "check_deployment": "render",
    "deploy": "render",
    "load": "deployment",
    "validate": "validation",
}
"""Where each public name lives, below this package. Type checkers read the imports below instead."""

__all__ = ["__version__", *_HOMES]  # pyright: ignore[reportUnsupportedDunderAll]

if TYPE_CHECKING:
    from registry_gitops.deployment import ClusterOptions as ClusterOptions
    from registry_gitops.deployment import FluxOptions as FluxOptions
    from registry_gitops.deployment import GitSource as GitSource
    from registry_gitops.deployment import HelmSource as HelmSource
    from registry_gitops.deployment import KustomizationOptions as KustomizationOptions
    from registry_gitops.deployment import NamespaceOptions as NamespaceOptions
    from registry_gitops.deployment import OCISource as OCISource
    from registry_gitops.deployment import RegistryDeployment as RegistryDeployment
    from registry_gitops.deployment import load as load
    from registry_gitops.errors import InputError as InputError
    from registry_gitops.manifests import HelmReleaseOptions as HelmReleaseOptions
    from registry_gitops.registry import ReferenceRegistry as ReferenceRegistry
    from registry_gitops.render import check_deployment as check_deployment
    from registry_gitops.render import deploy as deploy
    from registry_gitops.rules import FindingsError as FindingsError
    from registry_gitops.validation import validate as validate
    from registry_gitops.values import RegistryValues as RegistryValues
else:
    # Hidden from type checkers, for which a name that is not listed above is a mistake.
    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        return globals()[name]

    def __dir__() -> list[str]:
        return __all__
