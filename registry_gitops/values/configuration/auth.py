"""Who is allowed to use the registry: the authentication providers of distribution."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, get_args

from registry_gitops.model import ListOf, RuleErrors
from registry_gitops.values.configuration.named_files import NamesFile
from registry_gitops.values.configuration.scalars import FilePath, NonEmpty, UrlPath
from registry_gitops.values.configuration.section import Section
from registry_gitops.values.conflicts import conflict_error

Provider = Literal["htpasswd", "token"]
PROVIDERS: tuple[Provider, ...] = get_args(Provider)

_SigningAlgorithm = Literal[
    "EdDSA", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512"
]


class HtpasswdFile(Section):
    """Users and passwords in a file. The chart's `auth.htpasswd` sets this section and mounts the file."""

    realm: NonEmpty | None = None
    """Realm that the registry sends to clients. The chart's default: Registry."""

    path: Annotated[FilePath | None, NamesFile("auth.htpasswd")] = None
    """File of the users, with bcrypt hashes; if it is missing, the registry creates it with a user of its own. The
    chart's default: /auth/htpasswd."""


class TokenAuth(Section):
    """Tokens from a token server. The chart's `auth.token` sets this section and mounts the files.

    The registry needs `realm`, `service`, `issuer`, and `rootcertbundle` or `jwks`.
    """

    realm: NonEmpty | None = None
    """URL of the token server, as clients reach it. Default: none."""

    service: NonEmpty | None = None
    """Name of this registry, which must be the audience of tokens. Default: none."""

    issuer: NonEmpty | None = None
    """Name of the token server, which must be the issuer of tokens. Default: none."""

    root_cert_bundle: Annotated[FilePath | None, NamesFile("auth.token.rootCertBundleKey")] = None
    """File of the certificates that sign tokens, in PEM. Default: none."""

    jwks: Annotated[FilePath | None, NamesFile("auth.token.jwksKey")] = None
    """File of the keys that sign tokens, as a JSON Web Key Set. Default: none."""

    signing_algorithms: ListOf[_SigningAlgorithm] | None = None
    """Algorithms that are allowed for signatures of tokens. Default: all of them."""

    auto_redirect: bool | None = None
    """Whether the realm is made from the host of the request and `autoredirectpath`. Default: false."""

    auto_redirect_path: UrlPath | None = None
    """Path of the token server, with `autoredirect`. Default: /auth/token."""


class RegistryAuth(Section):
    """Who is allowed to use the registry: at most one provider; without one, everybody."""

    htpasswd: HtpasswdFile | None = None
    token: TokenAuth | None = None

    instead: ClassVar[dict[str, str]] = {
        "silly": "it lets in everybody who sends any Authorization header, write htpasswd or token",
        "none": "leave auth out",
    }

    @property
    def provider(self) -> Provider | None:
        """Name of the provider that is set, or None."""
        return next((name for name in PROVIDERS if getattr(self, name) is not None), None)

    def _rule_errors(self) -> RuleErrors:
        if self.htpasswd is not None and self.token is not None:
            yield ("token",), conflict_error("configuration-auth-providers")[1]
