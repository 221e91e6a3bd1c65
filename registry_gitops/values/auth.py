"""Who is allowed to use the registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, Field

from registry_gitops.model import DataKey, ListOf, Model, OptionalName, Text, default_section
from registry_gitops.values.configuration import OptionalURL
from registry_gitops.values.conflicts import conflict_error

# bcrypt reads no further than this: golang.org/x/crypto/bcrypt refuses a longer password.
_BCRYPT_MAX_BYTES = 72

_CREATE_SECRET: Final = "name a Secret in {}existingSecret: `registry-gitops htpasswd` creates it"


def _bcrypt_length(password: str) -> str:
    if len(password.encode()) > _BCRYPT_MAX_BYTES:
        raise conflict_error("password-length")[1]
    return password


class Htpasswd(Model):
    """Users and passwords in a bcrypt htpasswd file, checked by the registry itself."""

    enabled: bool = False
    """Whether every request needs a user and a password."""

    username: Annotated[
        str,
        Text(
            "a user name",
            r"[^:\s#][^:\s]*",
            'use no ":", no blank, and no "#" in front',
            max_length=255,
            empty=True,
            is_quoted=False,
        ),
    ] = ""
    """User of the credentials given here in plaintext. Prefer `existingSecret`."""

    # No maxLength in the schema: Helm would report that, in other words, before the chart's own message.
    password: Annotated[str, AfterValidator(_bcrypt_length), Field(repr=False)] = ""
    """Password given here in plaintext, at most 72 bytes: for a throw-away cluster only. Prefer `existingSecret`."""

    existing_secret: OptionalName = ""
    """Secret, in the same namespace, with the htpasswd file; `registry-gitops htpasswd` creates one."""

    existing_secret_key: DataKey = "htpasswd"
    """Key of `existingSecret` whose value is the htpasswd file."""

    instead: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("users", "htpasswd", "htpasswdString", "data", "content"), _CREATE_SECRET.format("")),
        "secretName": "write existingSecret",
        "secret": "write existingSecret",
        "secretKey": "write existingSecretKey",
        "realm": "write configuration.auth.htpasswd.realm",
        "path": "the chart mounts the file of existingSecret, leave it out",
    }


SigningAlgorithm = Literal["EdDSA", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512"]
OptionalKey = Annotated[
    str,
    Text(
        "the key of a Secret",
        r"[-._a-zA-Z0-9]+",
        "use letters, digits, '-', '_' and '.'",
        max_length=253,
        empty=True,
        is_quoted=False,
    ),
]


class TokenLogin(Model):
    """Tokens of a token server, which decides who can pull and push what. The registry only checks their signatures.

    It reads the keys at its start: to change them, let the file have the old and the new ones, and restart the Pods.
    """

    enabled: bool = False
    """Whether every request needs a token."""

    realm: OptionalURL = ""
    """URL of the token server, as clients reach it: by a name, because some refuse a private IP address."""

    service: str = ""
    """Name of this registry, which must be the audience of tokens."""

    issuer: str = ""
    """Name of the token server, which must be the issuer of tokens."""

    existing_secret: OptionalName = ""
    """Secret, in the same namespace, with the keys that verify tokens."""

    root_cert_bundle_key: OptionalKey = ""
    """Key of `existingSecret` with the certificates of the token server, in PEM. Upstream:
    auth.token.rootcertbundle."""

    jwks_key: OptionalKey = ""
    """Key of `existingSecret` with the public keys of the token server, as a JSON Web Key Set. Upstream:
    auth.token.jwks."""

    signing_algorithms: ListOf[SigningAlgorithm] = ()
    """Algorithms of signatures that are accepted; none is all of these. Upstream: auth.token.signingalgorithms."""


class Auth(Model):
    """Who is allowed to use the registry."""

    htpasswd: Htpasswd = default_section(Htpasswd)
    token: TokenLogin = default_section(TokenLogin)

    instead: ClassVar[Mapping[str, str]] = {
        "enabled": "write htpasswd.enabled",
        "username": "write htpasswd.existingSecret: `registry-gitops htpasswd` creates the Secret",
        "password": _CREATE_SECRET.format("htpasswd."),
        "users": _CREATE_SECRET.format("htpasswd."),
        "htpasswdString": _CREATE_SECRET.format("htpasswd."),
        "existingSecret": "write htpasswd.existingSecret",
        "secretName": "write htpasswd.existingSecret",
        "basic": "write htpasswd",
        "silly": "it lets in everybody who sends any Authorization header, write htpasswd or token",
    }
    other_types: ClassVar[Mapping[str, str]] = {
        "htpasswd": "must be a mapping of keys to values: " + _CREATE_SECRET.format("htpasswd."),
    }
