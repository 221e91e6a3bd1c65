"""One file per command: read the options, call the library once, write the result, return an exit code."""

from registry_gitops.cli.commands import (
    explain,
    gc,
    htpasswd,
    init,
    render,
    schema,
    secret,
    serve,
    smoke,
    status,
    validate,
)

__all__ = ["COMMANDS"]

COMMANDS = (
    init.init,
    render.render,
    validate.validate,
    explain.explain,
    schema.schema,
    htpasswd.htpasswd,
    secret.secret,
    serve.serve,
    gc.gc,
    smoke.smoke,
    status.status,
)
"""The commands, in the order of the help."""
