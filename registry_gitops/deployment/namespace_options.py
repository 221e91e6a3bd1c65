"""The namespace of a deployment: its name, and whether and how its Namespace is rendered."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Discriminator, Tag

from registry_gitops.manifests import POD_SECURITY, PodSecurityLevel
from registry_gitops.model import Annotations, DNSLabel, Labels, Model, NeverSubstituted, RuleErrors, rule_error
from registry_gitops.substitution import by_default

PRUNE_ANNOTATION: Final = "kustomize.toolkit.fluxcd.io/prune"
"""The annotation by which Flux keeps an object that is removed from Git, with the value `disabled`."""

_READ_BY_RENDER: Final = NeverSubstituted("render")


class NamespaceOptions(Model):
    """The namespace, and the Namespace object that is rendered for it.

    A name alone is the same as `{name: NAME}`. The Namespace is that of the registry: of `release.targetNamespace`, if
    that is set, unless `release.install.createNamespace` creates it, or it is in another cluster.
    """

    name: DNSLabel = "docker-registry"
    """Namespace of the HelmRelease and of its source, and of the registry, unless `release.targetNamespace` is set."""

    create: Annotated[bool | None, _READ_BY_RENDER] = None
    """Whether namespace.yaml is rendered. Set false if another directory has the Namespace, such as that of another
    registry in it. Default: true, except for `default`, `flux-system`, and `kube-*`, and with `inherit`."""

    pod_security: PodSecurityLevel | None = None
    """Pod Security level that the Namespace enforces; "" renders no such labels. Default: restricted, except for
    `default`, `flux-system`, and `kube-*`, which never get one."""

    labels: Labels | None = None
    """More labels of the Namespace; they override those of `podSecurity`."""

    annotations: Annotations | None = None
    """More annotations of the Namespace."""

    prune: Annotated[bool, _READ_BY_RENDER] = False
    """Whether Flux deletes the Namespace, with everything in it, when its file is removed from Git."""

    inherit: Annotated[bool, _READ_BY_RENDER] = False
    """Leave out `metadata.namespace` of every object. Set it if a Flux Kustomization with `targetNamespace`, or a
    kustomization file above this directory with `namespace`, moves the objects to `name`."""


def _tag(value: object) -> str:
    return "mapping" if isinstance(value, dict | NamespaceOptions) else "text"


NamespaceChoice = Annotated[
    Annotated[DNSLabel, Tag("text")] | Annotated[NamespaceOptions, Tag("mapping")],
    Discriminator(_tag),
]
"""A name, or a mapping with a name and more."""


def is_system_namespace(name: str) -> bool:
    """Return whether a namespace belongs to Kubernetes or Flux, and so is not ours to change."""
    known = by_default(name, "")
    return known in ("default", "flux-system") or known.startswith("kube-")


def namespace_errors(options: NamespaceOptions, name: str, *, is_rendered: bool) -> RuleErrors:
    """Yield an error for each option that cannot be, or that has no effect. `name` is that of the Namespace."""
    if not is_rendered:
        reason = f"{name} is a system namespace" if is_system_namespace(name) else "it is left to others"
        for key, value in _options_of_object(options):
            if value:
                message = f"has no effect, because namespace.yaml is not rendered ({reason}): remove it"
                yield rule_error("no_effect", f"{message}, or set create to true", key)
        return
    if PRUNE_ANNOTATION in (options.annotations or {}):
        message = f"set namespace.prune instead of the annotation {PRUNE_ANNOTATION}"
        yield rule_error("prune", message, "annotations", PRUNE_ANNOTATION)
    if is_system_namespace(name):
        yield from _system_errors(options, name)
    if options.inherit and name != options.name:
        message = f"the Namespace {name} would be renamed too, because inherit is true: remove create, or inherit"
        yield rule_error("renamed", message, "create")


def _options_of_object(options: NamespaceOptions) -> tuple[tuple[str, object], ...]:
    return (
        ("podSecurity", options.pod_security),
        ("labels", options.labels),
        ("annotations", options.annotations),
        ("prune", options.prune),
    )


def _system_errors(options: NamespaceOptions, name: str) -> RuleErrors:
    message = f"{name} is a system namespace, and a Pod Security level would stop other Pods in it: remove it"
    if options.pod_security:
        yield rule_error("system_namespace", message, "podSecurity")
    for key in options.labels or {}:
        if key.startswith(POD_SECURITY):
            yield rule_error("system_namespace", message, "labels", key)
    if options.prune:
        message = f"{name} is a system namespace, which the cluster needs: remove it"
        yield rule_error("system_namespace", message, "prune")
