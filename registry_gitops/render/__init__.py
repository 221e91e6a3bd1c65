"""Render a deployment to a directory of a GitOps repository: objects, texts, files.

`deploy` and `check` check a deployment first. `write(render(deployment), directory)` is low-level: no rule runs.
"""

from registry_gitops.render.comparison import Action, Change, Plan, plan
from registry_gitops.render.directory import write, write_plan
from registry_gitops.render.objects import build_objects
from registry_gitops.render.pipeline import check, deploy, render_checked
from registry_gitops.render.repository import path_in_repository
from registry_gitops.render.tree import render, stream
from registry_gitops.render.unified_diff import diff

__all__ = [
    "Action",
    "Change",
    "Plan",
    "build_objects",
    "check",
    "deploy",
    "diff",
    "path_in_repository",
    "plan",
    "render",
    "render_checked",
    "stream",
    "write",
    "write_plan",
]
