"""Users of the registry: an htpasswd file in a Secret, as `auth.htpasswd.existingSecret` wants it."""

from __future__ import annotations

from typing import Final

import bcrypt
from pydantic import ValidationError

from registry_gitops.errors import InputError
from registry_gitops.manifests import ObjectMeta
from registry_gitops.secrets.secret_manifest import Secret
from registry_gitops.values import Htpasswd

COST: Final = 10
"""bcrypt's cost. The registry checks the password at every request, and each step up doubles the time."""

_KEY: Final = "htpasswd"


def validate_user(user: str, *, namespace: str, name: str) -> None:
    """Raise InputError for what `build_htpasswd_secret` would refuse with any password: call it before a prompt."""
    if not user:
        raise InputError.single("the user has no name")
    _validated(user, "", namespace, name)


def build_htpasswd_secret(user: str, password: str, *, namespace: str, name: str) -> Secret:
    """Return the Secret `name` with an htpasswd file of one user, under the key that the chart reads.

    Raises InputError for a user, password, or name that the registry or Kubernetes refuses; no error repeats the
    password. Two calls return different Secrets: bcrypt adds a random salt.
    """
    validate_user(user, namespace=namespace, name=name)
    if not password:
        raise InputError.single("the password is empty")
    if "\0" in password:
        raise InputError.single("the password holds a NUL character, which bcrypt cannot take")
    metadata = _validated(user, password, namespace, name)
    hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(COST)).decode()
    return Secret(metadata=metadata, string_data={_KEY: f"{user}:{hashed}\n"})


def _validated(user: str, password: str, namespace: str, name: str) -> ObjectMeta:
    try:
        Htpasswd(username=user, password=password)
        return ObjectMeta(name=name, namespace=namespace)
    except ValidationError as error:
        detail = error.errors()[0]
        raise InputError.single(detail["msg"], key=str(detail["loc"][-1]), finding_id="invalid-value") from None
