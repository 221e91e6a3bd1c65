"""The types of options that several commands have, so that each means the same in all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from registry_gitops.cli.passwords import VARIABLE

ContextOption = Annotated[
    str | None, typer.Option("--context", metavar="NAME", help="kubeconfig context (default: the current one).")
]
"""The cluster, as kubectl knows it."""

KubeconfigOption = Annotated[
    Path | None,
    typer.Option(
        "--kubeconfig", exists=True, dir_okay=False, metavar="FILE", help="kubeconfig file (default: kubectl's)."
    ),
]
"""Where the context is described."""

UsernameOption = Annotated[
    str | None,
    typer.Option("--username", metavar="USER", help=f"User to log in as; the password is read from {VARIABLE}."),
]
"""The user of a registry."""

PasswordStdinOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")
]
"""Whether the password comes from stdin: on the command line, other users of the machine could read it."""

CAFileOption = Annotated[
    Path | None,
    typer.Option(
        "--ca-file",
        exists=True,
        dir_okay=False,
        metavar="FILE",
        help="Trust the certificate authorities in this file (PEM).",
    ),
]
"""Authorities to trust, instead of those of the system."""

SkipTLSVerifyOption = Annotated[bool, typer.Option("--insecure-skip-tls-verify", help="Accept any certificate.")]
"""Whether the certificate of a registry is not verified."""
