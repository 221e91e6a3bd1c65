"""Passwords belong in a Secret, not in Git."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.facts import ObjectNames
from registry_gitops.masking import mask
from registry_gitops.rules.deployments.output_directory import OutputDirectory
from registry_gitops.secrets import SPECS, SecretKind
from registry_gitops.substitution import may_refer
from registry_gitops.values import EnvVar, RegistryValues, find_plaintext_secrets

_NAMES_A_SECRET = re.compile(
    r"(?i:secret|password|passwd|secret_?key|account_?key|secret_access_key|token|credentials)$"
)

_BY_REFERENCE = "put it into a Secret, and refer to it with valueFrom.secretKeyRef"

_KINDS = {
    "REGISTRY_HTTP_SECRET": (SecretKind.HTTP, ""),
    "REGISTRY_REDIS_PASSWORD": (SecretKind.REDIS, "cache.type to redis, and "),
    "REGISTRY_REDIS_SENTINELPASSWORD": (SecretKind.REDIS, "cache.type to redis, and "),
    "REGISTRY_STORAGE_S3_SECRETKEY": (SecretKind.S3, "storage.type to s3, and "),
    "AWS_SECRET_ACCESS_KEY": (SecretKind.S3, "storage.type to s3, and "),
    "REGISTRY_STORAGE_AZURE_ACCOUNTKEY": (SecretKind.AZURE, "storage.type to azure, and "),
    "REGISTRY_PROXY_PASSWORD": (SecretKind.PROXY, "proxy.enabled to true, and "),
}
"""Variable -> the kind of Secret that has it, and what else is set for it."""


def plaintext_password(deployment: RegistryDeployment, directory: OutputDirectory) -> Iterator[tuple[str, str]]:
    """A file that is going to be committed contains a password.

    Why: everyone who can read the repository, now or later, can read the password; removing it does not remove it from
    the history. The registry itself needs no more than a bcrypt hash, in a Secret. A Secret is only base64: encrypt it
    with SOPS, or write an ExternalSecret or SealedSecret. Placeholders, hashes, and variables of Flux are left alone.

    Source: https://github.com/fuzzingbrain/afc-crs-all-you-need-is-a-fuzzing-brain/issues/118,
    https://github.com/getsops/sops/issues/1557 (a regex that misses a key)

    Bad: `auth.htpasswd.password: hunter2`   Good: `auth.htpasswd.existingSecret: registry-users`
    """
    names = ObjectNames(deployment)
    if deployment.values.auth.htpasswd.password:
        yield (
            "values.auth.htpasswd.password",
            "this password would be committed in the clear: make a Secret with "
            f"`registry-gitops htpasswd {deployment.values.auth.htpasswd.username or 'USER'} "
            f"--namespace {names.target_namespace} --name {names.users_secret}`, "
            f"and set auth.htpasswd.existingSecret to {names.users_secret} instead",
        )
    url = getattr(deployment.source, "url", "")
    if mask(url) != url:
        yield (
            "source.url",
            "the query of this URL may hold a token, which would be committed in the clear: put the credentials into a "
            "Secret, and name it in source.secretRef",
        )
    yield from _substituted_passwords(deployment)
    for secret in find_plaintext_secrets(deployment.values.configuration):
        key = ".".join(("values.configuration", *map(str, secret.path)))
        yield key, f"this secret would be committed in the clear: {_remedy(secret.variable, names)}"
    for place, variables in _lists_of_variables(deployment.values):
        for index, variable in enumerate(variables):
            if variable.value and (_NAMES_A_SECRET.search(variable.name) or mask(variable.value) != variable.value):
                remedy = _remedy_for_variable(variable.name, names) if place == "extraEnvVars" else _BY_REFERENCE
                key = f"values.{place}[{index}].value"
                yield key, f"the value of {variable.name} would be committed in the clear: {remedy}"
    for index, manifest in enumerate(deployment.values.extra_deploy):
        if manifest["kind"] == "Secret" and _has_content(manifest):
            yield (
                f"values.extraDeploy[{index}]",
                f"the content of the Secret {manifest['metadata']['name']} would be committed in the clear: write it "
                "to a file of its own, encrypt that with SOPS, and name it in kustomization.resources",
            )


def _substituted_passwords(deployment: RegistryDeployment) -> Iterator[tuple[str, str]]:
    found = {}
    for file in deployment.flux_files:
        post_build = file.manifest.spec.post_build
        for name, value in ((post_build and post_build.substitute) or {}).items():
            if value and not may_refer(value) and (_NAMES_A_SECRET.search(name) or mask(value) != value):
                found[f"{'.'.join(file.key)}.postBuild.substitute.{name}"] = name
    for key, name in found.items():
        yield (
            key,
            f"the value of {name} would be committed in the clear: put it into an encrypted Secret in the namespace "
            "of the Flux Kustomization, and name that in postBuild.substituteFrom",
        )


def _lists_of_variables(values: RegistryValues) -> Iterator[tuple[str, Sequence[EnvVar]]]:
    yield "extraEnvVars", values.extra_env_vars
    for key, containers in (("sidecars", values.sidecars), ("initContainers", values.init_containers)):
        yield from ((f"{key}[{index}].env", container.env) for index, container in enumerate(containers))


def _has_content(secret: Mapping[str, Any]) -> bool:
    """Return whether a Secret has a value that is no variable of Flux."""
    sections = (secret.get(key) for key in ("data", "stringData"))
    contents = (value for section in sections if isinstance(section, Mapping) for value in section.values())
    return any(value and not may_refer(value) for value in contents)


def _remedy(variable: str, names: ObjectNames) -> str:
    if variable not in _KINDS:
        return f"put it into a Secret under the key {variable}, and name the Secret in extraEnvVarsSecret"
    kind, condition = _KINDS[variable]
    name = f"{names.full_name}-{kind}"
    command = f"registry-gitops secret {kind} --namespace {names.target_namespace} --name {name}"
    return f"make a Secret with `{command}`, and set {condition}{SPECS[kind].named_by} to {name} instead"


def _remedy_for_variable(name: str, names: ObjectNames) -> str:
    if name in _KINDS:
        return _remedy(name, names)
    return _BY_REFERENCE
