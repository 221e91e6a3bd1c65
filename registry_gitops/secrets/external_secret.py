"""Build the ExternalSecret of a kind: External Secrets Operator makes the Secret of it from a store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import ValidationError

from registry_gitops.errors import InputError
from registry_gitops.manifests import ManifestModel, Resource
from registry_gitops.model import DNSSubdomain, DurationText, ListOf, MapOf, NotBlank
from registry_gitops.secrets.secret_kinds import DOCKER_CONFIG, SPECS, SecretKind, SecretType
from registry_gitops.secrets.secret_manifest import registry_name, validate_secret

StoreKind = Literal["SecretStore", "ClusterSecretStore"]

_USER: Final = "user"
"""Stands for a user where a name is checked: the user of an ExternalSecret is in the store."""


@dataclass(frozen=True)
class Store:
    """Where the values are."""

    name: str
    """Name of the SecretStore or ClusterSecretStore."""
    remote_key: str
    """Name of the entry in the store; its properties are named like the keys of the Secret."""
    kind: StoreKind = "ClusterSecretStore"


class StoreReference(ManifestModel):
    """The store. Upstream: external-secrets.io/v1 SecretStoreRef."""

    name: DNSSubdomain
    """Name of the store."""

    kind: StoreKind
    """SecretStore of the same namespace, or ClusterSecretStore."""


class RemoteReference(ManifestModel):
    """An entry of the store. Upstream: external-secrets.io/v1 ExternalSecretDataRemoteRef."""

    key: NotBlank
    """Name of the entry."""

    property: str | None = None
    """Property of the entry. None means the entry itself."""


class ExternalData(ManifestModel):
    """A value. Upstream: external-secrets.io/v1 ExternalSecretData."""

    secret_key: str
    """Name of the value: a key of the Secret, or a name in the template."""

    remote_ref: RemoteReference


class SecretTemplate(ManifestModel):
    """How the Secret is made of the values. Upstream: external-secrets.io/v1 ExternalSecretTemplate."""

    type: SecretType
    """`type` of the Secret."""

    data: MapOf[str, str]
    """Key -> Go template."""


class ExternalTarget(ManifestModel):
    """The Secret that is created. Upstream: external-secrets.io/v1 ExternalSecretTarget."""

    name: DNSSubdomain
    """Name of the Secret."""

    template: SecretTemplate | None = None


class ExternalSecretSpec(ManifestModel):
    """What comes from where. Upstream: external-secrets.io/v1 ExternalSecretSpec."""

    refresh_interval: DurationText = "1h"
    """How often the store is asked."""

    secret_store_ref: StoreReference
    target: ExternalTarget

    data: ListOf[ExternalData]
    """The values."""


class ExternalSecret(Resource):
    """A Secret from a store. Upstream: external-secrets.io/v1 ExternalSecret."""

    api_version: Literal["external-secrets.io/v1"] = "external-secrets.io/v1"
    kind: Literal["ExternalSecret"] = "ExternalSecret"
    spec: ExternalSecretSpec


def build_external_secret(
    kind: SecretKind, keys: Sequence[str], store: Store, *, namespace: str, name: str, server: str | None = None
) -> ExternalSecret:
    """Return the ExternalSecret that makes the Secret `name`, with these keys, of an entry of a store.

    Values that the registry reads as YAML are put in double quotes by a template. Raises InputError for names that
    Kubernetes refuses.
    """
    spec = SPECS[kind]
    user = _USER if spec.has_user else None
    metadata = validate_secret(kind, namespace=namespace, name=name, user=user, server=server)
    names = ("username", *keys) if spec.has_user else tuple(keys)
    template = _template(kind, names, server)
    data = [
        ExternalData(
            secret_key=_variable(key) if template else key,
            remote_ref=RemoteReference(key=store.remote_key, property=None if spec.is_file else key),
        )
        for key in names
    ]
    return ExternalSecret(
        metadata=metadata,
        spec=ExternalSecretSpec(
            secret_store_ref=_reference(store),
            target=ExternalTarget(name=name, template=template),
            data=data,
        ),
    )


def _reference(store: Store) -> StoreReference:
    try:
        return StoreReference(name=store.name, kind=store.kind)
    except ValidationError as error:
        raise InputError.single(error.errors()[0]["msg"], key="store", finding_id="invalid-value") from None


def _template(kind: SecretKind, names: Sequence[str], server: str | None) -> SecretTemplate | None:
    spec = SPECS[kind]
    if kind is SecretKind.PULL:
        return SecretTemplate(type=spec.type, data={DOCKER_CONFIG: _docker_config(server)})
    if not {*names} & {*spec.yaml_keys}:
        return None
    # Every value is put in double quotes: what is in the store is not known here.
    quoted = {key: " | toJson" if key in spec.yaml_keys else "" for key in names}
    return SecretTemplate(
        type=spec.type, data={key: f"{{{{ .{_variable(key)}{filter_} }}}}" for key, filter_ in quoted.items()}
    )


def _docker_config(server: str | None) -> str:
    auth = '{{ printf "%s:%s" .username .password | b64enc | toJson }}'
    entry = f'"username": {{{{ .username | toJson }}}}, "password": {{{{ .password | toJson }}}}, "auth": {auth}'
    return f'{{"auths": {{{json.dumps(registry_name(server))}: {{{entry}}}}}}}'


def _variable(key: str) -> str:
    """Return the name of a value in the template, where a hyphen would be a minus."""
    return key.replace("-", "_")
