"""What a commit would do in the cluster: the objects before and after, and the effect of each change.

The objects of the Helm release come from the user's own `helm template`; without Helm, its values are compared.
"""

from registry_gitops.diff.deployments import diff_deployments, diff_with_cluster
from registry_gitops.diff.diff_github import format_diff_github
from registry_gitops.diff.diff_markdown import format_diff_markdown
from registry_gitops.diff.diff_report import DiffReport
from registry_gitops.diff.diff_text import format_diff_text
from registry_gitops.diff.effect import Effect
from registry_gitops.diff.git_tree import GitTree

__all__ = ["DiffReport", "Effect", "GitTree", "diff_deployments", "diff_with_cluster"]
__all__ += ["format_diff_github", "format_diff_markdown", "format_diff_text"]
