"""Render a deployment to a directory of a GitOps repository: objects, texts, files.

`deploy` and `check_deployment` run the rules. `write_tree(render(deployment), directory)` is low-level, and runs none.
`compare_configs` checks any number of config files, and `write_plans` writes what they render to, or nothing.
`build_check_report` makes a report of what `compare_configs` returned, for the formats of `registry_gitops.report`.
"""

from registry_gitops.git_repository import path_in_repository
from registry_gitops.render.check_report import build_check_report, find_stale_files
from registry_gitops.render.comparison import Action, Change, Plan, plan_changes
from registry_gitops.render.config_files import (
    ConfigCheck,
    ConfigResult,
    check_configs,
    compare_configs,
    render_configs,
    with_findings,
)
from registry_gitops.render.directory import write_plan, write_plans, write_tree
from registry_gitops.render.earlier_kustomizations import parse_earlier_kustomizations
from registry_gitops.render.earlier_rendering import EARLIER_FILES, parse_earlier_rendering
from registry_gitops.render.named_paths import read_output_directory
from registry_gitops.render.pipeline import check_deployment, check_loaded, deploy, render_checked
from registry_gitops.render.rendered_objects import build_objects
from registry_gitops.render.tree import format_stream, render
from registry_gitops.render.unified_diff import format_diff

__all__ = [
    "EARLIER_FILES",
    "Action",
    "Change",
    "ConfigCheck",
    "ConfigResult",
    "Plan",
    "build_check_report",
    "build_objects",
    "check_configs",
    "check_deployment",
    "check_loaded",
    "compare_configs",
    "deploy",
    "find_stale_files",
    "format_diff",
    "format_stream",
    "parse_earlier_kustomizations",
    "parse_earlier_rendering",
    "path_in_repository",
    "plan_changes",
    "read_output_directory",
    "render",
    "render_checked",
    "render_configs",
    "with_findings",
    "write_plan",
    "write_plans",
    "write_tree",
]
