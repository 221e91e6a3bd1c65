"""registry-gitops htpasswd: a Secret with a user of the registry."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from registry_gitops.cli.passwords import prompt_password, read_password_from_stdin
from registry_gitops.cli.shared_options import PasswordStdinOption
from registry_gitops.cli.streams import write_stdout
from registry_gitops.errors import InputError

_OPTIONS: Final = {"username": "USER", "namespace": "--namespace", "name": "--name", "password": ""}
"""Key of a problem -> the argument or option that it came from. No option has the password: its message names it."""


def htpasswd(
    user: Annotated[str, typer.Argument(metavar="USER", help="User name.", show_default=False)],
    namespace: Annotated[
        str, typer.Option(metavar="NAME", help="Namespace of the Secret; the same as of the deployment.")
    ] = "docker-registry",
    name: Annotated[
        str, typer.Option(metavar="NAME", help="Name of the Secret, for auth.htpasswd.existingSecret.")
    ] = "docker-registry-users",
    password_stdin: PasswordStdinOption = False,
) -> None:
    """Print a Secret with a user and a bcrypt-hashed password.

    Prompts for the password. For several users, copy the htpasswd lines into one Secret.
    """
    from registry_gitops.codec import dump_yaml
    from registry_gitops.secrets import build_htpasswd_secret, validate_user

    try:
        validate_user(user, namespace=namespace, name=name)
        if password_stdin:
            password = read_password_from_stdin()
        else:
            prompt = f"Password for {user}: "
            password = prompt_password("password", prompt, option="--password-stdin", is_repeated=True)
        secret = build_htpasswd_secret(user, password, namespace=namespace, name=name)
    except InputError as error:
        raise error.with_keys(_OPTIONS) from None
    write_stdout(dump_yaml(secret.to_manifest_dict()))
