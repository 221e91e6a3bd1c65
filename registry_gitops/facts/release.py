"""The release: its image, its chart, its secrets in Git, and what its Pods can do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeVar

from registry_gitops.deployment import BITNAMI_URL, CHART_NAME, GitSource, HelmSource, OCISource, RegistryDeployment
from registry_gitops.facts.pod_security import list_violations
from registry_gitops.facts.pod_shape import shape_pod
from registry_gitops.substitution import is_left_to_flux
from registry_gitops.values import RegistryValues, find_plaintext_secrets

_T = TypeVar("_T")


class ImageFacts:
    """The image of the Pods."""

    def __init__(self, values: RegistryValues) -> None:
        image = values.image
        self.has_digest: Final = bool(image.digest)
        """Whether a digest pins the bytes: a tag can move."""
        # Without tag and digest, the chart uses its appVersion, which is the default of the tag.
        tag = image.tag or ("" if image.digest else type(image).model_fields["tag"].default)
        digest = f"@{image.digest}" if image.digest else ""
        self.reference: Final = f"{image.registry}/{image.repository}{tag and ':'}{tag}{digest}".lstrip("/")
        """REGISTRY/REPOSITORY:TAG@DIGEST, as far as they are set: the chart's `docker-registry.image`."""
        is_docker_hub = image.registry in ("", "docker.io")
        self.is_official: Final = is_docker_hub and image.repository in ("registry", "library/registry")
        """Whether it is Docker Hub's official image `registry`."""


class ChartFacts:
    """The source from which Flux gets the chart."""

    def __init__(self, deployment: RegistryDeployment) -> None:
        source = deployment.source
        self.is_git: Final = isinstance(source, GitSource)
        """Whether it is the user's GitRepository, with the chart in the output directory or a directory of its own."""
        self.is_shared: Final = isinstance(source, GitSource) and source.chart is not None
        """Whether the chart is in a directory of its own, for several deployments."""
        self.is_helm: Final = isinstance(source, HelmSource)
        self.is_oci: Final = isinstance(source, OCISource)
        self.is_unpublished: Final = (
            isinstance(source, HelmSource) and source.url.rstrip("/") == BITNAMI_URL and source.chart == CHART_NAME
        )
        """Whether it is the documented repository, in which this chart was never published."""
        self.helm_chart_namespace: Final = (
            source.namespace if isinstance(source, GitSource) else deployment.namespace_options.name
        )
        """Namespace of the HelmChart: helm-controller creates it next to the source."""


class SecretFacts:
    """Secrets in the clear in the config file, and therefore in helmrelease.yaml and in Git."""

    def __init__(self, values: RegistryValues) -> None:
        password = values.auth.htpasswd.password
        self.has_plaintext_password: Final = bool(password) and not is_left_to_flux(password)
        """Whether `auth.htpasswd.password` is set."""
        found = find_plaintext_secrets(values.configuration)
        self.plaintext_keys: Final = tuple(".".join(map(str, secret.path)) for secret in found)
        """Keys of `configuration` that are set and hold a secret; the chart writes them to a ConfigMap."""


class PodFacts:
    """What the Pods can do. The container's security context overrides that of the Pod."""

    def __init__(self, values: RegistryValues) -> None:
        pod, container = values.pod_security_context, values.container_security_context
        contexts = [context for context in (container, pod) if context.enabled]
        self.user: Final = _first(context.run_as_user for context in contexts)
        """User ID of the process; None: that of the image."""
        self.group: Final = _first(context.run_as_group for context in contexts)
        """Group ID of the process; None: that of the image."""
        must_be_non_root = _first(context.run_as_non_root for context in contexts) is True
        self.is_non_root: Final = must_be_non_root and self.user != 0
        """Whether the process never runs as root."""
        self.is_user_unknown: Final = must_be_non_root and self.user is None
        """Whether the container starts only if the image or the platform sets a user other than root."""
        capabilities = container.capabilities if container.enabled else None
        seccomp = _first(context.seccomp_profile for context in contexts)
        self.is_confined: Final = (
            container.enabled
            and container.allow_privilege_escalation is False
            and not container.privileged
            and capabilities is not None
            and "ALL" in capabilities.drop
            and not {*(capabilities.add or ())} - {"NET_BIND_SERVICE"}
            and seccomp is not None
            and seccomp.type != "Unconfined"
        )
        """Whether the container cannot gain privileges, and has no capability except NET_BIND_SERVICE."""
        self.has_added_capabilities: Final = bool(capabilities and capabilities.add)
        """Whether the container has any capability added."""
        self.is_restricted: Final = not any(list_violations(values.compute_once(shape_pod), "restricted"))
        """Whether the Pods meet the Pod Security level `restricted`."""
        self.has_read_only_root: Final = container.enabled and bool(container.read_only_root_filesystem)
        """Whether the root filesystem of the container is read-only."""
        self.has_api_token: Final = values.service_account.automount_service_account_token
        """Whether the Pods have a token for the Kubernetes API."""
        debug = values.configuration.http and values.configuration.http.debug
        self.has_debug_server: Final = bool(debug and debug.addr)
        """Whether the registry's debug server runs, which shows secrets."""


def _first(values: Iterable[_T | None]) -> _T | None:
    return next((value for value in values if value is not None), None)
