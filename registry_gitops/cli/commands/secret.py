"""registry-gitops secret: the Secrets that the chart reads, or ExternalSecrets for them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from registry_gitops.cli.passwords import prompt_password, read_file_from_stdin, read_lines_from_stdin
from registry_gitops.cli.streams import write_stderr, write_stdout
from registry_gitops.errors import InputError

if TYPE_CHECKING:
    from registry_gitops.secrets import ExternalSecret, Secret, SecretKind

_OPTIONS: Final = {
    "namespace": "--namespace",
    "name": "--name",
    "user": "--username",
    "server": "--server",
    "key": "--key",
    "store": "--store",
}
"""Key of a problem -> the option that it came from."""

_RANDOM_BYTES: Final = 32
"""Of the secret that signs uploads (HMAC with SHA-256)."""


def secret(
    kind: Annotated[
        Literal["http", "s3", "gcs", "azure", "redis", "proxy", "pull"],
        typer.Argument(metavar="KIND", help="http, s3, gcs, azure, redis, proxy, or pull.", show_default=False),
    ],
    namespace: Annotated[
        str, typer.Option(metavar="NAME", help="Namespace of the Secret; the same as of the deployment.")
    ] = "docker-registry",
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the Secret.", show_default="docker-registry-KIND")
    ] = None,
    output_: Annotated[
        Literal["secret", "external-secret"],
        typer.Option("--output", "-o", help="What to print; an ExternalSecret contains no secret, and needs --store."),
    ] = "secret",
    stdin: Annotated[
        bool,
        typer.Option("--stdin", help="Read each secret from a line of stdin, in the order of the prompts."),
    ] = False,
    username: Annotated[
        str | None, typer.Option(metavar="USER", help="User of the other registry, for proxy and pull.")
    ] = None,
    server: Annotated[
        str | None,
        typer.Option(metavar="HOST", help="Image registry that the user is for, for pull.", show_default="Docker Hub"),
    ] = None,
    keys: Annotated[
        list[str] | None,
        typer.Option(
            "--key",
            metavar="KEY",
            help="Key of the Secret, if not the usual one: client-secret for azure, sentinel-password for redis. "
            "Repeatable.",
        ),
    ] = None,
    store: Annotated[
        str | None, typer.Option(metavar="NAME", help="Store of External Secrets Operator with the values.")
    ] = None,
    store_kind: Annotated[
        Literal["SecretStore", "ClusterSecretStore"], typer.Option(help="Kind of the store.")
    ] = "ClusterSecretStore",
    remote_key: Annotated[
        str | None, typer.Option(metavar="KEY", help="Entry of the store.", show_default="name of the Secret")
    ] = None,
) -> None:
    """Print a Secret with the keys that the chart reads.

    Prompts for each secret, without an echo; http makes a random one. Encrypt the output (SOPS), or pipe it to
    `kubectl apply -f -`.
    """
    from registry_gitops.codec import dump_yaml
    from registry_gitops.secrets import SecretKind, Store, build_external_secret, select_keys

    which, called = SecretKind(kind), name or f"docker-registry-{kind}"
    _refuse_together(output_, stdin=stdin, username=username, store=store, remote_key=remote_key)
    printed: Secret | ExternalSecret
    try:
        chosen = select_keys(which, keys or ())
        if store:
            place = Store(store, remote_key or called, store_kind)
            printed = build_external_secret(which, chosen, place, namespace=namespace, name=called, server=server)
        else:
            printed = _secret(which, chosen, stdin, namespace=namespace, name=called, user=username, server=server)
    except InputError as error:
        raise error.with_keys(_OPTIONS) from None
    write_stdout(dump_yaml(printed.to_manifest_dict()))


def _refuse_together(
    output: str, *, stdin: bool, username: str | None, store: str | None, remote_key: str | None
) -> None:
    if output == "secret":
        if store or remote_key:
            raise typer.BadParameter("needs -o external-secret", param_hint="--store" if store else "--remote-key")
        return
    if not store:
        raise typer.BadParameter("external-secret needs --store NAME", param_hint="--output")
    if stdin or username:
        message = "cannot be combined with -o external-secret: the values are in the store"
        raise typer.BadParameter(message, param_hint="--stdin" if stdin else "--username")


def _secret(kind: SecretKind, keys: Sequence[str], is_from_stdin: bool, **words: Any) -> Secret:
    """Return the Secret with the secrets that are read. `words` are those of `build_secret`."""
    from registry_gitops.secrets import build_secret, validate_secret

    validate_secret(kind, **words)
    values = _read(kind, keys, is_from_stdin=is_from_stdin)
    built = build_secret(kind, values, **words)
    quoted = [key for key in values if key in built.string_data and built.string_data[key] != values[key]]
    if quoted:
        write_stderr(
            f"note: {' and '.join(quoted)} has double quotes around it in the Secret, because the registry reads it "
            "as YAML: other programs that read this Secret would take them for a part of it"
        )
    return built


def _read(kind: SecretKind, keys: Sequence[str], *, is_from_stdin: bool) -> dict[str, str]:
    from registry_gitops.secrets import SPECS

    if SPECS[kind].is_file:
        if not is_from_stdin:
            raise InputError.single(f"the {keys[0]} is a file: pipe it in, with --stdin <FILE")
        return {keys[0]: read_file_from_stdin(keys[0])}
    if is_from_stdin:
        return dict(zip(keys, read_lines_from_stdin(keys), strict=True))
    if kind == "http":
        return {key: secrets.token_hex(_RANDOM_BYTES) for key in keys}
    return {key: prompt_password(key, f"{key}: ", option="--stdin") for key in keys}
