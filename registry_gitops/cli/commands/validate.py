"""registry-gitops validate: what would fail in the cluster, in any Flux repository."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from registry_gitops.cli.parsing import whole_number_parser
from registry_gitops.cli.reports import (
    OutputOption,
    check_outputs,
)
from registry_gitops.cli.streams import write_stdout
from registry_gitops.errors import InputError
from registry_gitops.findings import Severity


class KubernetesVersion(StrEnum):
    """The versions of Kubernetes whose schemas are carried."""

    V1_34 = "1.34"
    V1_35 = "1.35"
    V1_36 = "1.36"


@dataclass(frozen=True)
class NamedChart:
    """A chart whose values are checked wherever a HelmRelease names it."""

    name: str
    path: str


def parse_chart(text: str) -> NamedChart:
    """Parse NAME=PATH. Raises typer.BadParameter, also if PATH has no chart."""
    name, _, path = text.partition("=")
    if not (name and path):
        raise typer.BadParameter(f'"{text}" is no NAME=PATH, such as podinfo=charts/podinfo')
    if not (Path(path) / "Chart.yaml").is_file():
        raise typer.BadParameter(f"no chart: {path} has no Chart.yaml")
    return NamedChart(name, path)


def validate(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH", help="File or directory; - for stdin.", show_default="the working directory"),
    ] = None,
    fail_on: Annotated[
        Severity, typer.Option("--fail-on", help="Least severe finding that makes it exit 1.")
    ] = Severity.ERROR,
    rule: Annotated[
        list[str] | None, typer.Option(metavar="RULE", help="Report the findings of RULE only. Repeatable.")
    ] = None,
    skip_rule: Annotated[
        list[str] | None, typer.Option(metavar="RULE", help="Leave out the findings of RULE. Repeatable.")
    ] = None,
    list_rules: Annotated[bool, typer.Option("--list-rules", help="List the rules, and check nothing.")] = False,
    kubernetes_version: Annotated[
        KubernetesVersion, typer.Option("--kubernetes-version", help="Kubernetes of the cluster.")
    ] = KubernetesVersion.V1_36,
    schema: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PATH", help="File or directory with CustomResourceDefinitions or JSON Schemas. Repeatable."
        ),
    ] = None,
    chart: Annotated[
        list[NamedChart] | None,
        typer.Option(
            parser=parse_chart, metavar="NAME=PATH", help="Directory of the chart NAME of a HelmRelease. Repeatable."
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            parser=whole_number_parser(1, 64), metavar="N", help="Processes at a time.", show_default="one per core"
        ),
    ] = None,
    output_: OutputOption = [],  # noqa: B006 - Typer copies it
) -> None:
    """Check the manifests of a Flux repository before the commit.

    `registry-gitops explain rule/RULE` says what a rule is about, and why.
    """
    from registry_gitops.cli.validation_run import run_validation
    from registry_gitops.validation import ValidationOptions

    if list_rules:
        write_stdout(_table_of_rules())
        return
    check_outputs(output_)
    options = ValidationOptions(
        only=_known(rule or (), "--rule"),
        skip=_known(skip_rule or (), "--skip-rule"),
        kubernetes_version=kubernetes_version.value,
        schemas=tuple(map(str, schema or ())),
        charts={each.name: each.path for each in chart or ()},
        jobs=jobs or 0,
    )
    raise typer.Exit(run_validation(paths or (), options, fail_on, output_))


def _known(ids: Iterable[str], option: str) -> frozenset[str]:
    from registry_gitops.rules import parse_rule_ids

    try:
        return parse_rule_ids(ids)
    except InputError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def _table_of_rules() -> str:
    from registry_gitops.rules import RULES

    width = max(len(rule.id) for rule in RULES)
    return "".join(f"{rule.id:{width}}  {rule.severity:7}  {rule.title}\n" for rule in RULES)
