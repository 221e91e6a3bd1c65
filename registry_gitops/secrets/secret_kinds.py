"""The kinds of Secrets that the chart reads: their keys, and the value that names them. One table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from registry_gitops.errors import InputError
from registry_gitops.masking import quote

DOCKER_CONFIG: Final = ".dockerconfigjson"
"""Key of a Secret with the credentials of an image registry."""


SecretType = Literal["Opaque", "kubernetes.io/dockerconfigjson"]
"""What a Secret is for; Opaque means anything."""


class SecretKind(StrEnum):
    """What a Secret is for."""

    HTTP = "http"
    S3 = "s3"
    GCS = "gcs"
    AZURE = "azure"
    REDIS = "redis"
    PROXY = "proxy"
    PULL = "pull"


@dataclass(frozen=True)
class SecretSpec:
    """The keys of one kind of Secret."""

    named_by: str
    """Key of the chart's values that names the Secret."""
    keys: tuple[str, ...]
    """The keys that hold secrets, all of them by default."""
    other_keys: tuple[str, ...] = ()
    """Keys that can be chosen instead, or in addition."""
    yaml_keys: tuple[str, ...] = ()
    """Keys whose values the registry gets in environment variables that it reads as YAML."""
    is_file: bool = False
    """Whether the value is a JSON file, which is mounted."""
    has_user: bool = False
    """Whether a user name belongs to the Secret."""
    type: SecretType = "Opaque"
    """`type` of the Secret."""


SPECS: Final[Mapping[SecretKind, SecretSpec]] = {
    SecretKind.HTTP: SecretSpec("http.existingSecret", ("http-secret",), yaml_keys=("http-secret",)),
    # AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, which are not read as YAML.
    SecretKind.S3: SecretSpec("storage.s3.existingSecret", ("access-key", "secret-key")),
    SecretKind.GCS: SecretSpec("storage.gcs.existingSecret", ("key.json",), is_file=True),
    # AZURE_CLIENT_SECRET is not read as YAML.
    SecretKind.AZURE: SecretSpec(
        "storage.azure.existingSecret", ("account-key",), ("client-secret",), yaml_keys=("account-key",)
    ),
    SecretKind.REDIS: SecretSpec(
        "cache.redis.existingSecret",
        ("redis-password",),
        ("sentinel-password",),
        yaml_keys=("redis-password", "sentinel-password"),
    ),
    SecretKind.PROXY: SecretSpec(
        "proxy.existingSecret", ("password",), yaml_keys=("username", "password"), has_user=True
    ),
    SecretKind.PULL: SecretSpec(
        "image.pullSecrets", ("password",), has_user=True, type="kubernetes.io/dockerconfigjson"
    ),
}


def select_keys(kind: SecretKind, chosen: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the keys of a Secret: those that are chosen, by default the usual ones. Raises InputError for others."""
    spec = SPECS[kind]
    known = (*spec.keys, *spec.other_keys)
    for key in chosen:
        if key not in known:
            message = f"{quote(key)} is no key of a Secret for {kind}: the keys are {', '.join(known)}"
            raise InputError.single(message, key="key")
    return tuple(dict.fromkeys(chosen)) or spec.keys
