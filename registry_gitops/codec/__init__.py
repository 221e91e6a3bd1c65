"""YAML text <-> plain data, as every reader means it. Knows no model and no file."""

from registry_gitops.codec.dump import dump
from registry_gitops.codec.load import Node, YAMLError, load

__all__ = ["Node", "YAMLError", "dump", "load"]
