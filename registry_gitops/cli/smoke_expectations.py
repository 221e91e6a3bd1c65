"""What `smoke` compares a registry with: the promises of its config file, and those of --expect."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import typer

from registry_gitops.errors import InputError

if TYPE_CHECKING:
    from registry_gitops.cli.smoke_target import TestedRegistry
    from registry_gitops.smoke import Expectations

OPTION: Final = "--expect"


def read_expectations(registry: TestedRegistry, expected: Iterable[str]) -> Expectations:
    """Return what the config file promises, if there is one, with the words of --expect over it.

    Raises typer.BadParameter.
    """
    from registry_gitops.smoke import with_promised_words
    from registry_gitops.target import read_promises

    described = None
    if registry.deployment and registry.config:
        described = read_promises(registry.deployment, registry.target.endpoint, registry.config.name)
    try:
        return with_promised_words(described, expected, OPTION)
    except InputError as error:
        raise typer.BadParameter(str(error), param_hint=OPTION) from None
