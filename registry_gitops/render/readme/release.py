"""The release: its image, its chart, how Flux delivers it, and what this page may not or cannot show."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import GitSource, HelmSource, OCISource, RegistryDeployment
from registry_gitops.render.readme.login import Login
from registry_gitops.render.readme.markdown import code, listing
from registry_gitops.rules import OutputDirectory
from registry_gitops.rules.chart_not_published import chart_not_published
from registry_gitops.values import RegistryValues, Section, find_plaintext_secrets


class Image:
    """The image that the Pod runs."""

    def __init__(self, values: RegistryValues) -> None:
        image = values.image
        at = f"@{image.digest}" if image.digest else ""
        # Without tag and digest, the chart takes its appVersion, which is the default of the tag.
        tag = image.tag or ("" if at else type(image).model_fields["tag"].default)
        self.reference = f"{image.registry}/{image.repository}{tag and ':'}{tag}{at}".lstrip("/")
        self.official = image.registry in ("", "docker.io") and image.repository in ("registry", "library/registry")
        self.by_tag = not image.digest


class Chart:
    """Where Flux takes the chart from."""

    def __init__(self, deployment: RegistryDeployment) -> None:
        source, name, namespace = deployment.source, deployment.name, deployment.namespace
        self.unpublished = any(chart_not_published(deployment, OutputDirectory()))
        self.git = isinstance(source, GitSource)
        self.oci = isinstance(source, OCISource)
        self.helm = isinstance(source, HelmSource) and not self.unpublished
        self.path = self.repository = ""
        # helm-controller names the HelmChart so, and puts it beside the source.
        self.helm_chart, self.helm_chart_namespace = f"{namespace}-{name}", namespace
        if isinstance(source, GitSource):
            self.path, self.repository = source.chart, f"{source.namespace}/{source.name}"
            self.helm_chart_namespace = source.namespace
            self.origin = f"`chart/` of this directory, through the GitRepository `{self.repository}`"
        elif isinstance(source, HelmSource):
            version = f"version {code(source.version)}" if source.version else "its newest version"
            version = "which was never published" if self.unpublished else version
            self.origin = f"{code(source.chart)} of {code(source.url)}, {version}"
        else:
            self.origin = f"{code(source.url)}, {_version(source)}"


def _version(source: OCISource) -> str:
    """What Flux looks at: the digest before the range, the range before the tag."""
    ref = source.ref
    for word, given in (("digest", ref.digest), ("versions", ref.semver), ("tag", ref.tag)):
        if given:
            return f"{word} {code(given)}"
    return "tag `latest`"


class Release:
    """How Flux delivers the release, and settings by their names alone."""

    def __init__(self, deployment: RegistryDeployment) -> None:
        options, self._values = deployment.release, deployment.values
        self.interval = options.interval
        self.suspended = bool(options.suspend)
        self.elsewhere = options.kube_config is not None
        self.values_from = bool(options.values_from)
        self.stopped = self._values.replica_count == 0

    @property
    def environment(self) -> str:
        """Variables by their names: a value may be a password."""
        names = listing(variable.name for variable in self._values.extra_env_vars)
        return f"Environment variables that are set (names only): {names}." if names else ""

    @property
    def configuration(self) -> str:
        """Keys of config.yml that are set: a value may be a password."""
        names = listing(_keys(self._values.configuration, ""))
        where = "Keys of the registry's `config.yml` that are set in `values.configuration` (names only)"
        return f"{where}: {names}." if names else ""


class Secrets:
    """Secrets that stand where they should not, and those that must exist."""

    def __init__(self, values: RegistryValues, login: Login) -> None:
        # Most descriptions set no key of config.yml, and a look through all that there are takes time.
        self._found = find_plaintext_secrets(values.configuration) if values.configuration.model_fields_set else []
        self.apart = not self._found
        self.inline_password = bool(values.auth.htpasswd.password)
        self.mounted = bool(login.secret)
        variables = any(variable.value_from for variable in values.extra_env_vars)
        named = values.http.existing_secret or values.extra_env_vars_secret or values.extra_env_vars_cm
        self.referenced = bool(variables or named)

    @property
    def in_configuration(self) -> str:
        """Keys of config.yml that hold a secret in the clear."""
        return listing(".".join(map(str, found.path)) for found in self._found)


def _keys(section: Section, prefix: str) -> Iterator[str]:
    """The keys that were set, down to those that hold values, in the order of the model."""
    for name, field in type(section).model_fields.items():
        if name not in section.model_fields_set:
            continue
        key, value = f"{prefix}{field.alias or name}", getattr(section, name)
        if isinstance(value, Section) and value.model_fields_set:
            yield from _keys(value, f"{key}.")
        else:
            yield key
