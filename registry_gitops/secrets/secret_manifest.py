"""Build the Secret of a kind from its values."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Final, Literal

from pydantic import ValidationError

from registry_gitops.errors import InputError
from registry_gitops.manifests import ObjectMeta, Resource
from registry_gitops.model import DataKey, MapOf
from registry_gitops.secrets.secret_kinds import DOCKER_CONFIG, SPECS, SecretKind, SecretType
from registry_gitops.secrets.yaml_value import encode_yaml_value

_DOCKER_HUB: Final = "https://index.docker.io/v1/"
"""What clients call Docker Hub in their config files."""

_SERVER: Final = re.compile(r"[a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?(:[0-9]+)?")


class Secret(Resource):
    """A Secret. Upstream: core/v1 Secret."""

    api_version: Literal["v1"] = "v1"
    kind: Literal["Secret"] = "Secret"

    type: SecretType = "Opaque"
    """What the Secret is for; Opaque means anything."""

    string_data: MapOf[DataKey, str]
    """Key -> text; Kubernetes stores it as `data`, in base64."""


def validate_secret(
    kind: SecretKind, *, namespace: str, name: str, user: str | None = None, server: str | None = None
) -> ObjectMeta:
    """Return the metadata. Raises InputError for what is wrong whatever the values are: call it before a prompt."""
    spec = SPECS[kind]
    if spec.has_user and not user:
        raise InputError.single(f"a Secret for {kind} needs the name of a user", key="user")
    if user and not spec.has_user:
        raise InputError.single(f"a Secret for {kind} has no user", key="user")
    if user and re.search(r"[:\x00-\x1f\x7f]", user):
        raise InputError.single("the name of a user has no colon and no control character in HTTP", key="user")
    if server and kind is not SecretKind.PULL:
        raise InputError.single(f"a Secret for {kind} has no server", key="server")
    if server and not _SERVER.fullmatch(server):
        message = "not the host of an image registry: write HOST or HOST:PORT, without a scheme and a path"
        raise InputError.single(message, key="server")
    try:
        return ObjectMeta(name=name, namespace=namespace)
    except ValidationError as error:
        detail = error.errors()[0]
        raise InputError.single(detail["msg"], key=str(detail["loc"][-1]), finding_id="invalid-value") from None


def build_secret(
    kind: SecretKind,
    values: Mapping[str, str],
    *,
    namespace: str,
    name: str,
    user: str | None = None,
    server: str | None = None,
) -> Secret:
    """Return the Secret `name` with `values`, key -> secret, as the chart and the registry read them.

    `user` is for the kinds `proxy` and `pull`; `server` is the host of the image registry for `pull`, by default Docker
    Hub. Raises InputError for what the registry or Kubernetes cannot read; no error repeats a secret.
    """
    metadata, spec = validate_secret(kind, namespace=namespace, name=name, user=user, server=server), SPECS[kind]
    for key, value in values.items():
        _check(key, value, is_yaml=key in spec.yaml_keys, is_file=spec.is_file)
    if kind is SecretKind.PULL:
        data = {DOCKER_CONFIG: _docker_config(server, user or "", values["password"])}
    else:
        data = {**({"username": user} if user else {}), **values}
    data = {key: encode_yaml_value(value) if key in spec.yaml_keys else value for key, value in data.items()}
    return Secret(metadata=metadata, type=spec.type, string_data=data)


def registry_name(server: str | None) -> str:
    """Return the name of an image registry in a Docker config file; None is Docker Hub."""
    return _DOCKER_HUB if server in (None, "docker.io", "index.docker.io", "registry-1.docker.io") else str(server)


def _docker_config(server: str | None, user: str, password: str) -> str:
    auth = base64.b64encode(f"{user}:{password}".encode()).decode()
    entry = {"username": user, "password": password, "auth": auth}
    return json.dumps({"auths": {registry_name(server): entry}})


def _check(key: str, value: str, *, is_yaml: bool, is_file: bool) -> None:
    if not value:
        raise InputError.single(f"the {key} is empty")
    if is_file:
        _check_key_file(key, value)
    elif "\0" in value:
        raise InputError.single(f"the {key} holds a NUL character, which no environment variable can")
    elif not is_yaml and re.search(r"[\x00-\x1f\x7f]", value):
        raise InputError.single(f"the {key} holds a control character, such as a line break: give it without")


def _check_key_file(key: str, text: str) -> None:
    try:
        is_object = isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        is_object = False
    if not is_object:
        raise InputError.single(f"the {key} is not a JSON object: give the key file of a service account, as it is")
