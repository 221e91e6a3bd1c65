"""registry-gitops explain: a key of the config file, or a rule, in the format of `kubectl explain`."""

from __future__ import annotations

import json
import re
import shutil
import textwrap
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from registry_gitops.cli.streams import write_stdout
from registry_gitops.errors import InputError

if TYPE_CHECKING:
    from registry_gitops.schema import Explanation

_MAX_WIDTH = 100

_OF_CLUSTER = re.compile(r"^flux\.clusters\.[^.]+\.")


def explain(
    key: Annotated[
        str,
        typer.Argument(
            metavar="KEY",
            help="Key, for example values.persistence.size, or rule/RULE.",
            show_default="the whole config file",
        ),
    ] = "",
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="CONFIG",
            help="YAML config file: where it, or a file that it extends, sets the key, or switches the rule off.",
        ),
    ] = None,
) -> None:
    """Explain a key of registry.yaml and the keys below it, or a rule."""
    width = min(shutil.get_terminal_size().columns, _MAX_WIDTH)
    kind, slash, rule = key.partition("/")
    if slash and kind == "rule":
        lines, key, default = _page_of_rule(rule, width), f"rules.{rule}", "the rule is on"
    else:
        from registry_gitops.schema import explain_key

        lines, default = _page(explain_key(key), width), "the default applies"
    places = _places(config, key, default) if config else ()
    write_stdout("".join(f"{line}\n" for line in chain(lines, places)))


def _page_of_rule(rule_id: str, width: int) -> Iterator[str]:
    from registry_gitops.rules import RULES, parse_rule_ids

    parse_rule_ids([rule_id])
    rule = next(rule for rule in RULES if rule.id == rule_id)
    yield f"RULE:      {rule.id}"
    yield f"SEVERITY:  {rule.severity}"
    yield f"LOOKS AT:  {rule.subjects}"
    yield from ("", "DESCRIPTION:", *_text(rule.page, width))


def _places(config: Path, key: str, default: str) -> Iterator[str]:
    from registry_gitops.deployment import list_places, read_config

    if config.suffix == ".py":
        raise InputError.single("a program: its values have no places", config)
    content = read_config(config).node
    # A cluster has what all have, unless it sets the key itself.
    found = dict(list_places(content, key)) or dict(list_places(content, _OF_CLUSTER.sub("flux.", key)))
    width = max(map(len, found), default=0)
    yield from ("", "SET:")
    yield from (f"  {path:{width}}  {place.position}" for path, place in found.items())
    if not found:
        yield f"  nowhere in {config}: {default}"


def _page(explanation: Explanation, width: int) -> Iterator[str]:
    yield f"KEY:      {explanation.path or '(the config file)'}"
    yield f"TYPE:     {explanation.type}"
    if explanation.default is not None:
        yield f"DEFAULT:  {_value(explanation.default)}"
    yield from ("", "DESCRIPTION:", *_text(explanation.description, width))
    if explanation.fields:
        yield from ("", "FIELDS:")
    for index, field in enumerate(explanation.fields):
        default = "" if field.default is None else f"  default: {_value(field.default)}"
        yield from ([""] if index else [])
        yield from (f"  {field.key}  <{field.type}>{default}", *_text(field.description, width))


def _text(text: str, width: int) -> list[str]:
    paragraphs = [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]
    lines = [textwrap.wrap(paragraph, width - 4, break_on_hyphens=False) for paragraph in paragraphs]
    return [f"    {line}".rstrip() for paragraph in lines for line in (*paragraph, "")][:-1]


def _value(value: object) -> str:
    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
