"""Who may use the registry, and what that means for commands."""

from __future__ import annotations

import shlex

from registry_gitops.render.readme.markdown import code
from registry_gitops.render.readme.names import Names
from registry_gitops.values import RegistryValues


class Login:
    """The way to log in. The password is never looked at, but for whether there is one."""

    def __init__(self, values: RegistryValues, names: Names, *, takes_pushes: bool) -> None:
        given = values.auth.htpasswd
        provider = values.configuration.auth_provider
        self._names = names
        self.token = provider == "token" and not given.enabled
        self.password = given.enabled or provider == "htpasswd"
        self.none = not (self.token or self.password)
        self.secret = given.existing_secret if given.enabled else ""
        self.key = given.existing_secret_key
        self.inline = given.enabled and bool(given.password)
        self.users_unknown = self.password and not self.inline
        # The users of a Secret are not known here; "admin" is an example.
        user = given.username or "admin"
        self.user, self.user_in_words = shlex.quote(user), code(user)
        challenged = not self.none and not (self.inline and takes_pushes)
        self.test_asks = challenged
        self.test_pushes = takes_pushes and not challenged
        self.test_answers = not (self.test_asks or self.test_pushes)

    @property
    def curl(self) -> str:
        """curl with what the registry asks for; curl itself asks for the password."""
        if self.password:
            return 'curl -fsS -u "$REGISTRY_USER"'
        return 'curl -fsS -H "Authorization: Bearer $REGISTRY_TOKEN"' if self.token else "curl -fsS"

    @property
    def htpasswd_command(self) -> str:
        """The command that prints such a Secret."""
        return code(
            f"registry-gitops htpasswd {self.user} --namespace {self._names.target} --name {self._names.users_secret}"
        )
