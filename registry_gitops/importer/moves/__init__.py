"""The move from a registry that runs to the one that Flux will deploy: commands, in their order, and the way back."""

from registry_gitops.importer.moves.git_changes import FileEdit, GitChanges, find_changes
from registry_gitops.importer.moves.move_plan import MovePlan
from registry_gitops.importer.moves.new_release import NewRelease
from registry_gitops.importer.moves.old_registry import Holder, OldRegistry, OldRelease
from registry_gitops.importer.moves.release_move import plan_release_move
from registry_gitops.importer.moves.workload_move import plan_workload_move

__all__ = [
    "FileEdit",
    "GitChanges",
    "Holder",
    "MovePlan",
    "NewRelease",
    "OldRegistry",
    "OldRelease",
    "find_changes",
    "plan_release_move",
    "plan_workload_move",
]
