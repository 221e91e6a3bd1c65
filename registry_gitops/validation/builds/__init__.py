"""Builds of kustomize: what overlays and patches make of the objects, and which line of which file made it."""

from registry_gitops.validation.builds.build import Build, BuiltObject, Origin
from registry_gitops.validation.builds.build_findings import find_in_builds
from registry_gitops.validation.builds.builder import Builds, build_all
from registry_gitops.validation.builds.kustomize import BuildError, build_directory, find_kustomize

__all__ = ["Build", "BuildError", "Builds", "BuiltObject", "Origin", "build_all", "build_directory", "find_in_builds"]
__all__ += ["find_kustomize"]
