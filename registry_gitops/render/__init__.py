"""From a deployment to the folder of a GitOps repository: objects, texts, files."""

from registry_gitops.render.comparison import Action, Change, Plan, plan
from registry_gitops.render.diff import diff
from registry_gitops.render.folder import write
from registry_gitops.render.repository import path_in_repository
from registry_gitops.render.resources import resources
from registry_gitops.render.tree import render, stream

__all__ = [
    "Action",
    "Change",
    "Plan",
    "diff",
    "path_in_repository",
    "plan",
    "render",
    "resources",
    "stream",
    "write",
]
