"""From a deployment to the folder of a GitOps repository: objects, texts, files.

`deploy` and `check` check a deployment first. `write(render(deployment), folder)` is the low-level way, which does not.
"""

from registry_gitops.render.comparison import Action, Change, Plan, plan
from registry_gitops.render.deploy import check, deploy, render_checked
from registry_gitops.render.diff import diff
from registry_gitops.render.folder import write, write_plan
from registry_gitops.render.repository import path_in_repository
from registry_gitops.render.resources import resources
from registry_gitops.render.tree import render, stream

__all__ = [
    "Action",
    "Change",
    "Plan",
    "check",
    "deploy",
    "diff",
    "path_in_repository",
    "plan",
    "render",
    "render_checked",
    "resources",
    "stream",
    "write",
    "write_plan",
]
