"""What a deployment needs, and what nobody makes by rendering it: Secrets above all."""

from __future__ import annotations

from collections.abc import Iterator

from registry_gitops.deployment import GitSource, OCISource, RegistryDeployment
from registry_gitops.render.readme.access import secret_of
from registry_gitops.render.readme.markdown import code
from registry_gitops.render.readme.names import Names
from registry_gitops.render.readme.storage import Storage
from registry_gitops.values import EnvVar, Ingress, RegistryValues

Need = tuple[str, str, str]
"""Object, namespace (as Markdown; "" for the whole cluster), and what it is for."""

HEADER = ("Object", "Namespace", "Purpose")


def needs(deployment: RegistryDeployment, names: Names, storage: Storage) -> list[Need]:
    """What must exist, each object once for each purpose."""
    found = [
        *_for_flux(deployment, names),
        *((kind_and_name, code(names.target), purpose) for kind_and_name, purpose in _for_pods(deployment.values)),
    ]
    if storage.existing_claim:
        found.append((f"PersistentVolumeClaim {code(storage.claim)}", code(names.target), "the images"))
    elif storage.own_claim and deployment.values.persistence.storage_class not in ("", "-"):
        found.append((f"StorageClass {code(deployment.values.persistence.storage_class)}", "", "the volume"))
    return list(dict.fromkeys(found))


def _for_flux(deployment: RegistryDeployment, names: Names) -> Iterator[Need]:
    source, here = deployment.source, code(names.namespace)
    install = deployment.release.install
    if isinstance(source, GitSource):
        yield f"GitRepository {code(source.name)}", code(source.namespace), "this repository"
    else:
        if source.secret_ref:
            yield f"Secret {code(source.secret_ref.name)}", here, "credentials for the chart"
        if source.cert_secret_ref:
            yield f"Secret {code(source.cert_secret_ref.name)}", here, "certificates for the chart's source"
    if isinstance(source, OCISource) and source.verify and source.verify.secret_ref:
        yield f"Secret {code(source.verify.secret_ref.name)}", here, "public keys of the chart's signers"
    for reference in deployment.release.values_from or ():
        yield f"{reference.kind} {code(reference.name)}", here, "other values"
    if not names.together and not (install and install.create_namespace):
        yield f"Namespace {code(names.target)}", "", "the registry"


def _for_pods(values: RegistryValues) -> Iterator[tuple[str, str]]:
    htpasswd, account = values.auth.htpasswd, values.service_account
    if htpasswd.enabled and htpasswd.existing_secret:
        purpose = f"users and hashes, in the key {code(htpasswd.existing_secret_key)}"
        yield f"Secret {code(htpasswd.existing_secret)}", purpose
    if values.http.existing_secret:
        yield f"Secret {code(values.http.existing_secret)}", "secret that signs uploads, in the key `http-secret`"
    if values.extra_env_vars_secret:
        yield f"Secret {code(values.extra_env_vars_secret)}", "environment variables"
    if values.extra_env_vars_cm:
        yield f"ConfigMap {code(values.extra_env_vars_cm)}", "environment variables"
    for variable in values.extra_env_vars:
        yield from _for_variable(variable)
    for name in values.image.pull_secrets:
        yield f"Secret {code(name)}", "credentials for the image"
    if values.ingress.enabled:
        yield from _for_ingress(values.ingress)
    if account.name and not account.create:
        yield f"ServiceAccount {code(account.name)}", "identity of the Pods"


def _for_ingress(ingress: Ingress) -> Iterator[tuple[str, str]]:
    if ingress.tls and ingress.hostname:
        yield f"Secret {code(secret_of(ingress))}", "certificate of the host (cert-manager can create it)"
    for tls in ingress.extra_tls:
        yield f"Secret {code(tls.secret_name)}", "certificate of other hosts"


def _for_variable(variable: EnvVar) -> Iterator[tuple[str, str]]:
    origin = variable.value_from
    if origin is None:
        return
    for kind, key in (("Secret", origin.secret_key_ref), ("ConfigMap", origin.config_map_key_ref)):
        if key and not key.optional:
            yield f"{kind} {code(key.name)}", f"the variable {code(variable.name)}, from the key {code(key.key)}"
