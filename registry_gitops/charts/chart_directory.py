"""Write the chart to a directory that several deployments share."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from registry_gitops.assets import read_chart
from registry_gitops.errors import InputError
from registry_gitops.render import Plan, plan_changes, write_plan

_REFUSALS: Final = {
    "unowned-file": "exists, but registry-gitops did not write it: move it, or pass another directory",
    "edited-file": "was edited: set values instead of the edit, and overwrite it with --force",
}
"""Id of a problem with a file -> what it means for a chart."""


def write_chart(directory: Path | str, *, force: bool = False) -> Plan:
    """Make `directory` hold the chart, and return what was changed: all of it, or nothing.

    Raises InputError for a file that registry-gitops did not write, for an output directory of `render`, and if the
    directory cannot be read or written; EditedError for a file that was edited, unless `force` overwrites it.
    """
    plan = plan_changes(read_chart(), directory)
    try:
        return write_plan(plan, force=force)
    except InputError as error:
        found = (replace(each, message=_REFUSALS.get(each.id, each.message)) for each in error.findings)
        raise type(error)(found) from None
