"""Rules that a config file switches off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator

from registry_gitops.model import Model, NotBlank, custom_error


class RuleOff(Model):
    """A rule that is off, with the reason."""

    off: NotBlank
    """Why its findings are accepted."""

    other_types: ClassVar[Mapping[str, str]] = {"off": "must be text: write the reason"}


def _switch(value: object) -> object:
    if value is True or value == "on":
        raise custom_error("rule_on", "all rules are on: leave this one out")
    if value is False or value == "off" or isinstance(value, Mapping | RuleOff):
        return value
    raise custom_error("rule_off", 'write off, or {off: "REASON"}')


RuleSwitch = Annotated[Literal["off", False] | RuleOff, BeforeValidator(_switch)]
"""`off`, which some YAML readers take for false, or a mapping with the reason."""
