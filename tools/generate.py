"""Write every generated file of the repository, or with --check say which ones are stale.

The models are the source: the chart's values.yaml and values.schema.json, the reference in docs/, and the rendered
folders of the examples follow from them.
"""

from __future__ import annotations

import argparse
import itertools
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from registry_gitops.cluster.status import Status, StatusList
from registry_gitops.deployment import load
from registry_gitops.diff import DiffReport
from registry_gitops.importer import ImportReport
from registry_gitops.render import check_deployment, deploy
from registry_gitops.report import Report
from registry_gitops.rules import RULES, Rule
from registry_gitops.schema import (
    config_schema,
    format_schema,
    json_schema,
    values_reference,
    values_schema,
    values_yaml,
)
from registry_gitops.smoke import CHECKS
from registry_gitops.validation import examine
from registry_gitops.values import CONFLICTS, VOLUME_REMEDIES, Configuration, list_file_keys
from tools.layouts import LAYOUTS, stale_files, write_layout

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES_OF_RULES = ROOT / "tests/rules/examples"
CHART = ROOT / "templates/chart/docker-registry"
# The examples are copied into repositories of their own, in which they have the paths that they name.
ELSEWHERE = ("source-path",)

RULES_HEAD = """\
# Rules

<!-- Generated from the docstrings in registry_gitops/rules: `make generate`. -->

What goes wrong in the cluster though the YAML looks right. `registry-gitops validate` runs all rules on the manifests
of a repository; `render`, `check_deployment`, and `deploy` run those for `registry.yaml`. An error stops them, with
exit code 1 or a FindingsError. A warning is reported; `--fail-on warning` stops at warnings too. `registry-gitops
explain rule/RULE` prints a section of this page.

## To accept a finding

In a manifest, write a comment with the rule and a reason at the end of the line, or on the line above:

```yml
      image: registry:latest    # registry-gitops: ignore=floating-tag for the test cluster only
```

To accept the findings of a rule in a deployment, switch it off in the config file, with the reason:

```yaml
rules:
  exposed-without-login: {off: "reachable from the build network only"}
  floating-tag: off
```

To accept them for one run, use `render --allow RULE`, `validate --skip-rule RULE`, or `allow=["RULE"]` in Python. All
of these work for errors too.

## All rules
"""

CHECKS_HEAD = """\
# Checks

<!-- Generated from CHECKS in registry_gitops/smoke/checks: `make generate`. -->

The checks of `registry-gitops smoke`, in the order of a run. Each level includes those before it: `read` changes
nothing, `smoke` pushes a few small images, `full` has all checks. If a *required* check fails, clients break; if a
*recommended* check fails, they work, but worse. How to run them: [Smoke](smoke.md).
"""


def texts() -> dict[Path, str]:
    """Every generated file that is one text."""
    return {
        CHART / "values.yaml": values_yaml(),
        CHART / "values.schema.json": format_schema(values_schema()),
        CHART / "templates/_conflicts.tpl": conflicts_template(),
        CHART / "templates/_file_keys.tpl": file_keys_template(),
        ROOT / "docs/registry.schema.json": format_schema(config_schema()),
        ROOT / "docs/values.md": values_reference(),
        ROOT / "docs/rules.md": rules_page(),
        ROOT / "docs/checks.md": checks_page(),
        ROOT / "docs/report.schema.json": format_schema(json_schema(Report)),
        ROOT / "docs/import.schema.json": format_schema(json_schema(ImportReport)),
        ROOT / "docs/diff.schema.json": format_schema(json_schema(DiffReport)),
        ROOT / "docs/status.schema.json": format_schema(json_schema(Status)),
        ROOT / "docs/status-list.schema.json": format_schema(json_schema(StatusList)),
    }


def conflicts_template() -> str:
    """A named template for each combination that the chart refuses: its key, and the text of the models.

    One more has the ends of the remedies about volumes, and takes the name of a volume.
    """
    parts = ["{{/* Generated from CONFLICTS in registry_gitops/values/conflicts.py: `make generate`. */}}\n"]
    for name, (key, sentence, _) in CONFLICTS.items():
        line = re.sub(r"\{(\w+)\}", r"{{ .\1 }}", f"{key}: {sentence}")
        parts.append(f'{{{{- define "docker-registry.conflict.{name}" -}}}}\n{line}\n{{{{- end }}}}\n')
    remedies = "\n".join(f'{{{{- if eq . "{name}" }}}}{text}{{{{ end }}}}' for name, text in VOLUME_REMEDIES.items())
    parts.append(f'{{{{- define "docker-registry.volumeInstead" -}}}}\n{remedies}\n{{{{- end }}}}\n')
    return "\n".join(parts)


def file_keys_template() -> str:
    """A named template with the keys of config.yml that name files, for the chart to look for them too."""
    lines = [
        f'- {{path: {".".join(key.steps)}, variable: "{key.variable}", instead: "{key.instead}"}}'
        for key in list_file_keys(Configuration)
    ]
    return "\n".join(
        (
            "{{/* Generated from the marks NamesFile in registry_gitops/values/configuration/: `make generate`. */}}",
            '{{- define "docker-registry.fileKeys" -}}',
            *lines,
            "{{- end }}\n",
        )
    )


def rules_page() -> str:
    """The rules' own docstrings as a page."""
    parts = [RULES_HEAD, "| rule | severity | looks at | is so if nothing is found |\n|---|---|---|---|"]
    parts += [f"| [{rule.id}](#{rule.id}) | {rule.severity} | {rule.subjects} | {rule.title} |" for rule in RULES]
    for rule in RULES:
        kind = f"*{rule.severity.capitalize()}, in {rule.subjects}.*"
        parts += [f"\n## {rule.id}\n\n{kind} {rule.page}", *_shown(rule)]
    return "\n".join((*parts, ""))


def _shown(rule: Rule) -> Iterator[str]:
    """What `validate` says of the bad example of a rule for manifests."""
    folder = EXAMPLES_OF_RULES / rule.id / "bad"
    findings = (each for each in examine([str(folder)]).findings if each.id == rule.id) if folder.is_dir() else ()
    for finding in itertools.islice(findings, 1):
        yield f"\n```text\n{finding.message}\n    {finding.remedy}\n```"


def checks_page() -> str:
    """The table of the checks, and a section for each."""
    parts = [CHECKS_HEAD, "| check | level | requirement | verifies |\n|---|---|---|---|"]
    parts += [f"| [{each.id}](#{each.id}) | {each.level} | {each.requirement} | {each.title} |" for each in CHECKS]
    for each in CHECKS:
        needs = f" Needs: {', '.join(sorted(each.needs))}." if each.needs else ""
        what = f"*{each.level.capitalize()}, {each.requirement}.*{needs} {each.title}. {each.verifies}"
        parts += [
            f"\n## {each.id}",
            *(f"\n{_filled(line)}" for line in (what, f"Remedy: {each.remedy}", f"See: {each.spec}.")),
        ]
    return "\n".join((*parts, ""))


def _filled(paragraph: str) -> str:
    return textwrap.fill(paragraph, 120, break_long_words=False, break_on_hyphens=False)


def examples() -> Iterator[tuple[Path, Path]]:
    """Config file and rendered directory of every example that is one directory of a repository."""
    for config in sorted(ROOT.glob("examples/**/registry.*")):
        if config.suffix in (".yaml", ".py") and not any(config.is_relative_to(layout) for layout in LAYOUTS):
            yield config, config.parent / "rendered"


def generate() -> None:
    """Write what is stale. The chart comes first: the rendered folders hold a copy of it."""
    for path, wanted in texts().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted, "utf-8")
    for config, folder in examples():
        deploy(load(config), folder, allow=ELSEWHERE, force=True)
    for layout in LAYOUTS:
        write_layout(layout)


def stale() -> Iterator[Path]:
    """The files that are not what they would be generated to."""
    for path, wanted in texts().items():
        if not path.exists() or path.read_text("utf-8") != wanted:
            yield path
    for config, folder in examples():
        _, plan = check_deployment(load(config), folder, allow=ELSEWHERE)
        yield from (folder / change.path for change in plan.pending)
    for layout in LAYOUTS:
        yield from stale_files(layout)


def main() -> int:
    """Exit 0 when all is fresh (or was written), 1 when --check found a stale file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file is stale")
    if not parser.parse_args().check:
        generate()
        return 0
    found = [path.relative_to(ROOT) for path in stale()]
    for path in found:
        print(f"{path}: stale, run `make generate`", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
