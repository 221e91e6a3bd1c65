"""One file per command: read the options, call the library once, write the result, return an exit code."""

from types import MappingProxyType

from registry_gitops.cli.commands import (
    chart,
    diff,
    explain,
    gc,
    htpasswd,
    import_,
    init,
    render,
    schema,
    secret,
    serve,
    smoke,
    status,
    validate,
)

__all__ = ["COMMANDS", "COMMAND_GROUPS"]

COMMANDS = (
    init.init,
    import_.import_,
    render.render,
    validate.validate,
    diff.diff,
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

COMMAND_GROUPS = MappingProxyType({"chart": ("Write, package, or push the Helm chart.", chart.CHART_COMMANDS)})
"""Name of a group of commands -> its help, and its commands in the order of that; listed after `COMMANDS`."""
