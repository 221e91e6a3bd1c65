"""The words and commands of the page that depend on a deployment, as Markdown."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from registry_gitops.amounts import parse_duration
from registry_gitops.deployment import GitSource, OCISource, RegistryDeployment
from registry_gitops.facts import AuthenticationFacts, DeploymentFacts, LossReason, ObjectNames, PodFacts, StorageFacts
from registry_gitops.render.readme.markdown import code, listing
from registry_gitops.render.readme.secret_commands import format_secret_commands
from registry_gitops.substitution import by_default
from registry_gitops.values import RegistryValues, Section

_LOSS: Final = {
    None: ("", ""),
    LossReason.EMPTY_DIR: ("an emptyDir of the Pod", "set `values.persistence.enabled` to true"),
    LossReason.MEMORY: ("the memory of the Pod", "use another driver than `inmemory`"),
}
"""Where the images are that are deleted with the Pod, and how to keep them."""


class Words:
    """Each phrase, under its name in the templates. Environment and configuration appear by names alone."""

    def __init__(self, facts: DeploymentFacts) -> None:
        deployment, names, namespace, storage = facts.deployment, facts.names, facts.namespace, facts.storage
        values = deployment.values
        # The users of a Secret are not known here; "admin" is an example.
        user = values.auth.htpasswd.username or "admin"
        self.user, self.user_as_code = shlex.quote(user), code(user)
        # Through a port-forward, the certificate is for another name; Kubernetes knows the Pod at its end.
        is_forwarded = facts.endpoints.has_tls_in_pod and not facts.endpoints.public_host
        self.anonymous_curl = f"curl -{'k' if is_forwarded else ''}sS"
        self.curl = _curl(facts.authentication, options=f"-f{'k' if is_forwarded else ''}sS")
        self.transport = "TLS" if facts.endpoints.has_tls_in_pod else "plain HTTP"
        self.has_certificate = facts.endpoints.has_tls or facts.endpoints.has_tls_in_pod
        self.token_key = f"values.{'' if values.auth.token.enabled else 'configuration.'}auth.token"
        options = f"--namespace {names.target_namespace} --name {names.users_secret}"
        self.htpasswd_command = code(f"registry-gitops htpasswd {self.user} {options}")
        self.secret_commands = format_secret_commands(facts)
        self.http_secret_command = _secret_command("http", names)
        self.bucket_secret_command = _secret_command("s3", names)
        upgrade = deployment.release.upgrade
        self.longest_wait = (upgrade and upgrade.timeout) or deployment.release.timeout or "5m"
        self.is_wait_long = parse_duration(by_default(self.longest_wait, "5m")) > 60
        self.other_hosts = listing(facts.endpoints.public_hosts[1:])
        gateway = next(iter(values.http_route.parent_refs), None)
        gateway_namespace = (gateway and gateway.namespace) or names.target_namespace
        self.gateway = f"{gateway.name} -n {gateway_namespace}" if gateway else ""
        self.external_ips = listing(facts.endpoints.external_ips)
        self.lost_with, self.how_to_keep = _LOSS[storage.loss_reason]
        # Nothing is known of the size of an existing claim.
        size = f" ({values.persistence.size}, {', '.join(values.persistence.access_modes)})"
        self.claim_summary = size if storage.is_own_claim else ""
        self.keep_note = ", by `helm.sh/resource-policy: keep`" if storage.is_own_claim else ""
        self.prune_key = "kustomization.commonAnnotations" if namespace.has_prune_annotation else "namespace.prune"
        self.claim_loss = "with the release** (`values.persistence.resourcePolicy` is empty)"
        if namespace.is_pruned_with_registry:
            self.claim_loss = f"with the Namespace** (`{self.prune_key}` asks for it)"
        self.object_storage = _object_storage(storage)
        self.shared_storage = (
            self.object_storage if storage.is_object_storage else f"the volume claim {code(storage.claim)}"
        )
        is_typed = storage.key.startswith("storage.")
        self.redirect_setting = (
            f"`values.{storage.key}.redirect` to false"
            if is_typed
            else "`values.configuration.storage.redirect.disable` to true"
        )
        scales = values.autoscaling.enabled
        self.replica_keys = "`values.autoscaling.minReplicas` and `maxReplicas`" if scales else "`values.replicaCount`"
        self.cached_names, self.cached_image = _cached_image(values)
        self.example_repository = self.cached_image.partition(":")[0] if storage.is_cache else "hello-world"
        self.pod_violations = listing(violation.key for violation in facts.pod_violations)
        self.process_user = _process_user(facts.pod)
        self.plaintext_keys = listing(facts.secrets.plaintext_keys)
        self.flux_variables = listing(f"${{{name}}}" for name in facts.variables)
        self.flux_files = listing(file.path for file in deployment.flux_files)
        self.variables = listing(variable.name for variable in values.extra_env_vars)
        self.configuration_keys = listing(_keys(values.configuration, ""))
        self.chart_origin = _chart_origin(deployment, is_unpublished=facts.chart.is_unpublished)


def _secret_command(kind: str, names: ObjectNames) -> str:
    options = f"--namespace {names.target_namespace} --name {names.full_name}-{kind}"
    return code(f"registry-gitops secret {kind} {options}")


def _object_storage(storage: StorageFacts) -> str:
    kind = {"s3": "the S3 bucket", "gcs": "the GCS bucket", "azure": "the Azure container"}.get(storage.driver, "")
    return f"{kind} {code(storage.bucket)}" if storage.bucket else f"object storage (`values.{storage.key}`)"


def _cached_image(values: RegistryValues) -> tuple[str, str]:
    """Return a sentence about the names of images in a cache, and an example that the other registry has."""
    proxy = values.effective_configuration.proxy
    if proxy and urlsplit(proxy.remote_url or "").hostname == "registry-1.docker.io":
        return "Names are those of Docker Hub, where official images are below `library/`", "library/hello-world"
    return "Names are those of the other registry. Replace `NAME` and `TAG` by those of an image there", "NAME:TAG"


def _curl(authentication: AuthenticationFacts, options: str) -> str:
    """Return curl with the credentials that the registry requires; curl itself prompts for a password."""
    if authentication.is_htpasswd:
        return f'curl {options} -u "$REGISTRY_USER"'
    token = ' -H "Authorization: Bearer $REGISTRY_TOKEN"' if authentication.is_token else ""
    return f"curl {options}{token}"


def _process_user(pod: PodFacts) -> str:
    user = "a user that the platform assigns" if pod.user is None else f"user {pod.user}"
    return user if pod.group is None else f"{user}, group {pod.group}"


def _chart_origin(deployment: RegistryDeployment, *, is_unpublished: bool) -> str:
    source = deployment.source
    if isinstance(source, GitSource):
        chart = "`chart/` of this directory" if source.chart is None else f"{code(source.chart_path)} of the repository"
        return f"{chart}, through the GitRepository `{source.namespace}/{source.name}`"
    if isinstance(source, OCISource):
        return f"{code(source.url)}, {_oci_version(source)}"
    version = f"version {code(source.version)}" if source.version else "its newest version"
    version = "which was never published" if is_unpublished else version
    return f"{code(source.chart)} of {code(source.url)}, {version}"


def _oci_version(source: OCISource) -> str:
    """Return what Flux looks at: the digest before the range, the range before the tag."""
    ref = source.ref
    for word, value in (("digest", ref.digest), ("versions", ref.semver), ("tag", ref.tag)):
        if value:
            return f"{word} {code(value)}"
    return "tag `latest`"


def _keys(section: Section, prefix: str) -> Iterator[str]:
    """Yield the keys that are set, down to those that hold values, in the order of the model."""
    for name, field in type(section).model_fields.items():
        if name not in section.model_fields_set:
            continue
        key, value = f"{prefix}{field.alias or name}", getattr(section, name)
        if isinstance(value, Section) and value.model_fields_set:
            yield from _keys(value, f"{key}.")
        else:
            yield key
